"""Writing an approved proposal into the calendar, and taking it back; resumable after any death.

Law: one writer per account at a time. Asking again goes on where it was interrupted, and when all is done does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lifetracer.adjuster import plan_calendar, plan_proposals
from lifetracer.adjuster.block_writer import Progress, Verdict, Writer, settle
from lifetracer.adjuster.plan_proposals import ProposedBlock
from lifetracer.errors import TryAgainError
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, queries

SQL = queries.beside(__file__)

LOCK_TRIES, LOCK_PAUSE_SECONDS = 20, 0.1


@dataclass(frozen=True, slots=True)
class WriteSummary:
    """What approving or undoing came to."""

    proposal_id: UUID
    status: str
    blocks: Mapping[str, int]
    """How many blocks are in which state."""
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "proposalId": str(self.proposal_id),
            "status": self.status,
            "blocks": dict(self.blocks),
            "conflicts": self.conflicts,
            "requests": self.requests,
        }


def approve(
    house: Warehouse,
    settings: Settings,
    account_id: UUID,
    proposal: UUID | str | None = None,
    *,
    new_calendar: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> WriteSummary:
    """Write a proposal into the calendar that lifetracer made; again, it goes on where it was interrupted.

    Args:
        house: an open warehouse.
        settings: the installation's settings.
        account_id: whose plan.
        proposal: its id; by default the latest proposal.
        new_calendar: make a new calendar where the person deleted the former one.
        progress: is told the blocks that are done.
        now: the present.

    Raises:
        CredentialError: the consent does not allow writing, or there is none.
        FixByHandError: the calendar was deleted.
        UsageError: the proposal was decided otherwise.
        TryAgainError: Google is not well; what was written stays, asking again goes on.
    """
    with _alone(house, account_id):
        with house.transaction(account_id=account_id) as con:
            found = plan_proposals.decide(con, proposal)
        work = [block for block in found.blocks if block.status in {"proposed", "writing"}]
        requests = 0
        if work:
            with plan_calendar.opened(house, settings, account_id, anew=new_calendar) as calendar:
                assert calendar is not None, "it was made"
                writer = Writer(house, account_id, calendar, found, now or datetime.now(UTC))
                writer.each(work, "writing", progress)
                requests = calendar.requests
        return _ended(house, account_id, found.proposal_id, "written", requests)


def undo(
    house: Warehouse,
    settings: Settings,
    account_id: UUID,
    proposal: UUID | str | None = None,
    *,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> WriteSummary:
    """Take back what a proposal wrote; by default the latest one that was written. Undoing twice changes nothing.

    What the person edited since then stays, and is told.

    Raises:
        UsageError: nothing was written, or a later proposal changed the same blocks.
        CredentialError, TryAgainError: as `approve`.
    """
    with _alone(house, account_id):
        with house.transaction(account_id=account_id) as con:
            found = plan_proposals.ask_undo(con, proposal)
        work = [block for block in reversed(found.blocks) if block.status in {"writing", "written", "undoing"}]
        requests = 0
        if work and found.status != "undone":
            with plan_calendar.opened(house, settings, account_id, make=False) as calendar:
                if calendar is None:
                    _forget(house, account_id, work, found.proposal_id)
                else:
                    writer = Writer(house, account_id, calendar, found, now or datetime.now(UTC))
                    writer.each(work, "undoing", progress)
                    requests = calendar.requests
        return _ended(house, account_id, found.proposal_id, "undone", requests)


@contextmanager
def _alone(house: Warehouse, account_id: UUID) -> Iterator[None]:
    """Keep a second writer of the same account out; the lock dies with this process.

    Raises:
        TryAgainError: somebody is writing at this moment.
    """
    if house.is_pooled:  # no session locks there; the marks and versions of the events keep us safe, too
        yield
        return
    with house.session() as con:
        for _ in range(LOCK_TRIES):  # the database takes a moment to notice that a writer was killed
            if _is_yes(con, "seize", account_id):
                break
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            raise TryAgainError("The plan is being written at this moment.", remedy="Wait a moment, then ask again.")
        try:
            yield
        finally:
            con.execute(SQL["let_go"], {"account": account_id})


def _is_yes(con: Connection, query: str, account_id: UUID) -> bool:
    row = con.execute(SQL[query], {"account": account_id}).fetchone()
    return bool(row and row[0])


def _ended(house: Warehouse, account_id: UUID, proposal_id: UUID, query: str, requests: int) -> WriteSummary:
    with house.transaction(account_id=account_id) as con:
        con.execute(SQL[query], {"proposal_id": proposal_id})
        found = plan_proposals.find(con, proposal_id)
    counts: dict[str, int] = {}
    for block in found.blocks:
        counts[block.status] = counts.get(block.status, 0) + 1
    conflicts = [
        {"blockId": str(block.block_id), "title": block.title, "startsAt": block.starts_at.astimezone(UTC).isoformat()}
        | (block.conflict or {"kind": block.status})
        for block in found.blocks
        if block.conflict or block.status == "gone"
    ]
    return WriteSummary(proposal_id, found.status, counts, conflicts, requests)


def _forget(house: Warehouse, account_id: UUID, work: list[ProposedBlock], proposal_id: UUID) -> None:
    """Note that the calendar is gone, and all that was written with it."""
    with house.transaction(account_id=account_id) as con:
        for block in work:
            settle(con, proposal_id, block.block_id, Verdict("undone"))
