"""Asking for a stage to be run: answered at once with the job that will do it.

Law: nothing is done here but to write the request down; a worker does the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from lifetracer import jobs
from lifetracer.errors import UsageError
from lifetracer.jobs import stages
from lifetracer.jobs.what_if import Block, Supposition
from lifetracer.server.acting import Acting, Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.jobs import JobStarted, PipelineBody, ReportBody, SyncBody, TransformBody, WhatIfBody
from lifetracer.warehouse import Connection

router = APIRouter(prefix="/api", tags=["stages"], dependencies=[needs("jobs:write")])
ACCEPTED = shows(JobStarted, "Asked for; follow the job at Location.", 202)


@router.post("/sync/{source}", status_code=202, responses=ACCEPTED)
def sync(source: str, here: Here, body: SyncBody | None = None) -> Response:
    """Bring what is new at a source into the warehouse; ``toggl`` and ``gcal`` are short for their long names."""
    wishes = body or SyncBody()
    if wishes.since and wishes.until and wishes.since >= wishes.until:
        raise UsageError(
            f"since ({wishes.since}) is not before until ({wishes.until}).", remedy="Give an earlier or a later day."
        )
    return _start(here, "sync", stages.subject_of_sync(source), _said(wishes))


@router.post("/transform", status_code=202, responses=ACCEPTED)
def transform(here: Here, body: TransformBody | None = None) -> Response:
    """Build what is shown from what the services sent."""
    return _start(here, "transform", "", _said(body))


@router.post("/report", status_code=202, responses=ACCEPTED)
def report(here: Here, body: ReportBody | None = None) -> Response:
    """Write a report as PDF."""
    wishes = body or ReportBody()
    if wishes.kind != "client" and (wishes.client is not None or wishes.rounding != "none"):
        raise UsageError("Only a report for a client has a client and rounding.", remedy="Ask for the kind client.")
    said = _said(wishes)
    variant = {name: said.get(name) for name in ("paper", "client", "rounding", "minutes", "per")}
    subject = stages.subject_of_report(wishes.kind, wishes.day.isoformat() if wishes.day else None, variant)
    return _start(here, "report", subject, said)


@router.post("/pipeline", status_code=202, responses=ACCEPTED)
def pipeline(here: Here, body: PipelineBody | None = None) -> Response:
    """Sync every active connection, then transform, analyze, adjust and report."""
    return _start(here, "pipeline", "", _said(body))


@router.post("/analyze", status_code=202, responses=ACCEPTED)
def analyze(here: Here) -> Response:
    """Estimate what is likely, and notice what is unusual."""
    return _start(here, "analyze", "", {})


@router.post("/adjust", status_code=202, responses=ACCEPTED)
def adjust(here: Here) -> Response:
    """Propose achievable targets for what is wished."""
    return _start(here, "adjust", "", {})


@router.post("/what-if", status_code=202, responses=ACCEPTED)
def what_if(here: Here, body: WhatIfBody) -> Response:
    """Predict a week as it would be with other blocks or targets: the job's summary is the answer."""
    blocks = (Block(one.category, tuple(one.weekdays), one.seconds) for one in body.blocks)
    supposed = Supposition(tuple(blocks), tuple(body.targets), body.week)
    if not (supposed.blocks or supposed.targets):
        raise UsageError("Nothing is supposed.", remedy="Name a block or a target.")
    return _start(here, "what-if", supposed.key(), supposed.as_json())


def _start(here: Acting, stage: str, subject: str, parameters: Mapping[str, Any]) -> Response:
    def ask(con: Connection) -> dict[str, Any]:
        asked = jobs.request(con, stage, subject, parameters)
        return {"jobId": str(asked.job_id), "status": asked.status}

    return here.write(f"{stage}.start", ask, status=202, location=lambda job: f"/api/jobs/{job['jobId']}")


def _said(body: BaseModel | None) -> dict[str, Any]:
    """Keep only what the request really said."""
    return body.model_dump(mode="json", exclude_defaults=True) if body else {}
