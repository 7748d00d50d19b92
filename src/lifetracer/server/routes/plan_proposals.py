"""Plan proposals: make, look at, approve, undo, reject.

Law: a request decides and writes the decision down; what is asked of Google is asked by a job, which can be resumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from lifetracer import jobs
from lifetracer.adjuster import plan_facts, plan_proposals
from lifetracer.server.acting import Acting, Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.jobs import JobStarted
from lifetracer.server.shapes.plans import (
    ApproveBody,
    PlanProposals,
    PlanProposalWithBlocks,
    PlanSetting,
    PlanSettingChange,
)
from lifetracer.warehouse import Connection

READ, WRITE = [needs("data:read")], [needs("data:write")]
ACCEPTED = shows(JobStarted, "Asked for; follow the job at Location.", 202)

router = APIRouter(prefix="/api", tags=["plan proposals"])


@router.get("/plan-proposals", responses=shows(PlanProposals), dependencies=READ)
def list_plan_proposals(here: Here, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """List the plan proposals, the latest first."""
    with here.reading() as con:
        found = plan_proposals.every(con, limit=limit)
    return here.show({"planProposals": [one.as_json(with_blocks=False) for one in found]})


@router.get("/plan-proposals/{proposal}", responses=shows(PlanProposalWithBlocks), dependencies=READ)
def get_plan_proposal(proposal: UUID, here: Here) -> Response:
    """Show a plan proposal with its blocks."""
    with here.reading() as con:
        found = plan_proposals.find(con, proposal)
    return here.show(found.as_json())


@router.post("/plan-proposals", status_code=202, responses=ACCEPTED, dependencies=WRITE)
def propose_plan(here: Here) -> Response:
    """Propose where the missing hours of the coming days could go; nothing is written into any calendar."""
    return _started(here, "plan.propose", lambda con: _asked(con, "propose"))


@router.post("/plan-proposals/{proposal}/approve", status_code=202, responses=ACCEPTED, dependencies=WRITE)
def approve_plan_proposal(proposal: UUID, here: Here, body: ApproveBody | None = None) -> Response:
    """Approve a plan proposal, or some of its blocks: a job writes it into the calendar of its own.

    Asked again, it goes on where it stopped.
    """
    wishes = {"newCalendar": True} if body and body.new_calendar else {}

    def approve(con: Connection) -> dict[str, Any]:
        plan_proposals.decide(con, proposal, body.blocks if body else None)
        return _asked(con, f"approve:{proposal}", wishes)

    return _started(here, "plan.approve", approve)


@router.post("/plan-proposals/{proposal}/undo", status_code=202, responses=ACCEPTED, dependencies=WRITE)
def undo_plan_proposal(proposal: UUID, here: Here) -> Response:
    """Take back what a plan proposal wrote; what the person edited since stays."""

    def undo(con: Connection) -> dict[str, Any]:
        plan_proposals.ask_undo(con, proposal)
        return _asked(con, f"undo:{proposal}")

    return _started(here, "plan.undo", undo)


@router.post("/plan-proposals/{proposal}/reject", responses=shows(PlanProposalWithBlocks), dependencies=WRITE)
def reject_plan_proposal(proposal: UUID, here: Here) -> Response:
    """Decide against a plan proposal."""
    return here.write("plan.reject", lambda con: plan_proposals.reject(con, proposal).as_json())


@router.get("/plan-settings", responses=shows(PlanSetting), dependencies=READ)
def get_plan_settings(here: Here) -> Response:
    """Show how one wants to be planned for."""
    with here.reading() as con:
        found = plan_facts.setting_of(con)
    return here.show(found.as_json())


@router.patch("/plan-settings", responses=shows(PlanSetting), dependencies=WRITE)
def change_plan_settings(body: PlanSettingChange, here: Here) -> Response:
    """Change how one wants to be planned for."""
    said = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    for name in ("quiet_from", "quiet_until"):
        if name in said:
            said[name] = time.fromisoformat(said[name]) if said[name] else None

    def change(con: Connection) -> dict[str, Any]:
        return plan_facts.change_setting(con, replace(plan_facts.setting_of(con), **said)).as_json()

    return here.write("plan.settings", change)


def _asked(con: Connection, subject: str, wishes: dict[str, Any] | None = None) -> dict[str, Any]:
    asked = jobs.request(con, "plan", subject, wishes or {})
    return {"jobId": str(asked.job_id), "status": asked.status}


def _started(here: Acting, action: str, ask: Callable[[Connection], dict[str, Any]]) -> Response:
    return here.write(action, ask, status=202, location=lambda job: f"/api/jobs/{job['jobId']}")
