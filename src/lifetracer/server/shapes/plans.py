"""What the API takes and gives about plan proposals.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lifetracer.server.shapes import AT, JOB_ID, Body, Shape, like

Quarters = Annotated[int, Field(ge=0, le=480, multiple_of=15)]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ProposalStatus = Literal["proposed", "approved", "partly", "written", "undone", "rejected", "superseded"]
BlockStatus = Literal["proposed", "left_out", "writing", "written", "conflict", "gone", "undoing", "undone"]

BLOCK = {
    "blockId": JOB_ID,
    "change": "add",
    "categoryId": "2f3a4dccca6406e35bcf33e92dd93135",
    "title": "Learning",
    "startsAt": AT,
    "endsAt": "2026-11-21T02:00:03.120000+00:00",
    "formerStartsAt": None,
    "formerEndsAt": None,
    "targetId": JOB_ID,
    "habit": 0.8,
    "eventId": None,
    "status": "proposed",
    "conflict": None,
}
PROPOSAL = {
    "proposalId": JOB_ID,
    "madeAt": AT,
    "horizonStart": AT,
    "horizonEnd": "2026-11-28T00:00:00+00:00",
    "status": "proposed",
    "missingSeconds": 7200,
    "unplaced": [],
    "decidedAt": None,
    "undoAskedAt": None,
    "endedAt": None,
}


class Unplaced(Shape):
    """What found no place, and why."""

    target_id: UUID
    target: str
    seconds: int | None
    reason: str = Field(
        description="no_free_time, others_first, day_is_full, too_short, not_a_duration, no_category or sleep."
    )


class PlanBlock(Shape):
    """One line of a proposal: a block to add, move or remove."""

    model_config = like(**BLOCK)
    block_id: UUID
    change: Literal["add", "move", "remove"]
    category_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    former_starts_at: datetime | None
    former_ends_at: datetime | None
    target_id: UUID | None
    habit: float | None = Field(description="How usual the category is at that hour, from 0 to 1.")
    event_id: str | None
    status: BlockStatus
    conflict: dict[str, Any] | None


class PlanProposal(Shape):
    """A plan proposal without its blocks."""

    model_config = like(**PROPOSAL)
    proposal_id: UUID
    made_at: datetime
    horizon_start: datetime
    horizon_end: datetime
    status: ProposalStatus
    missing_seconds: int
    unplaced: list[Unplaced]
    decided_at: datetime | None
    undo_asked_at: datetime | None
    ended_at: datetime | None


class PlanProposalWithBlocks(PlanProposal):
    """A plan proposal with its blocks."""

    model_config = like(**PROPOSAL, blocks=[BLOCK])
    blocks: list[PlanBlock]


class PlanProposals(Shape):
    """Plan proposals, the latest first."""

    model_config = like(planProposals=[PROPOSAL])
    plan_proposals: list[PlanProposal]


class ApproveBody(Body):
    """How to write a proposal."""

    model_config = like(newCalendar=False)
    blocks: Annotated[list[UUID], Field(max_length=1000)] | None = Field(
        None, description="The blocks that are approved; the others are left out. By default all."
    )
    new_calendar: bool = Field(False, description="Make a new calendar, where the person deleted the former one.")


class PlanSettingChange(Body):
    """What is to change of how one wants to be planned for; what is not said stays."""

    model_config = like(shortestMinutes=45)
    is_on: bool | None = Field(None, description="Whether the stage adjust ends with a plan proposal.")
    horizon_days: Annotated[int, Field(ge=1, le=14)] | None = None
    shortest_minutes: Annotated[Quarters, Field(ge=15)] | None = None
    longest_minutes: Annotated[Quarters, Field(ge=15)] | None = None
    pause_minutes: Annotated[Quarters, Field(le=240)] | None = None
    buffer_minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    day_minutes: Annotated[int, Field(ge=15, le=1440)] | None = None
    quiet_from: Clock | Literal[""] | None = Field(None, description="Empty, as quietUntil: learned.")
    quiet_until: Clock | Literal[""] | None = None


class PlanSetting(Shape):
    """How one wants to be planned for."""

    model_config = like(
        isOn=True,
        horizonDays=7,
        shortestMinutes=30,
        longestMinutes=120,
        pauseMinutes=15,
        bufferMinutes=15,
        dayMinutes=240,
        quietFrom=None,
        quietUntil=None,
    )
    is_on: bool
    horizon_days: int
    shortest_minutes: int
    longest_minutes: int
    pause_minutes: int
    buffer_minutes: int
    day_minutes: int
    quiet_from: str | None
    quiet_until: str | None
