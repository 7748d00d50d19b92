"""The API's routes: ``/api`` asks for jobs and shows them. Every answer is camelCase JSON, every failure a problem."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from lifetracer import jobs
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.jobs import stages
from lifetracer.server.follow import Switchboard
from lifetracer.server.problem import MEDIA_TYPE, problem
from lifetracer.warehouse import Warehouse


class Body(BaseModel):
    """What a request may say; unknown words are refused, so that a typing error is not obeyed as nothing."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class SyncBody(Body):
    """How to sync; nothing at all means: what is new."""

    since: date | None = None
    """Read again what lies on or after this day."""
    until: date | None = None
    """Read again what lies before this day."""
    full: bool = False
    """Read everything again and compare."""


class TransformBody(Body):
    """How to transform."""

    full: bool = False
    """Make everything anew."""


class ReportBody(Body):
    """Which report."""

    kind: str = "week"
    day: date | None = None
    """A day of the period; by default the last complete one."""
    language: Literal["en", "ja"] | None = None


class PipelineBody(Body):
    """How to run everything."""

    resume: bool = False
    """Leave out the steps that succeeded in the last pipeline, when that one failed."""


class JobStarted(BaseModel):
    """The job that does what was asked for."""

    jobId: UUID  # noqa: N815
    status: str


ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": JobStarted, "description": "Asked for; follow the job at Location."},
    **{
        code: {"description": text, "content": {MEDIA_TYPE: {}}}
        for code, text in {401: "No token.", 404: "No such thing.", 422: "Not understood.", 503: "Not now."}.items()
    },
}


def account_of(request: Request) -> UUID:
    """Find for whom a request acts.

    Raises:
        NotFoundError: this installation has no account yet.
    """
    account: UUID | None = request.state.account_of()
    if account is None:
        raise NotFoundError("There is no account yet.", remedy="Make one with `lifetracer accounts create NAME`.")
    return account


Account = Annotated[UUID, Depends(account_of)]
FAILURES = {status: answer for status, answer in ACCEPTED.items() if status != 202}


def stage_routes(warehouse: Warehouse) -> APIRouter:
    """Make the routes that ask for a stage to be run."""
    router = APIRouter(prefix="/api", responses=FAILURES, tags=["stages"])

    def start(account_id: UUID, stage: str, subject: str = "", parameters: Mapping[str, Any] | None = None) -> Response:
        with warehouse.transaction(account_id=account_id) as con:
            asked = jobs.request(con, stage, subject, parameters)
        body = {"jobId": str(asked.job_id), "status": asked.status}
        return JSONResponse(body, 202, headers={"Location": f"/api/jobs/{asked.job_id}"})

    @router.post("/sync/{source}", status_code=202, responses=ACCEPTED)
    def sync(source: str, account_id: Account, body: SyncBody | None = None) -> Response:
        """Bring what is new at a source into the warehouse; ``toggl`` and ``gcal`` are short for their long names."""
        wishes = body or SyncBody()
        if wishes.since and wishes.until and wishes.since >= wishes.until:
            raise UsageError(f"since ({wishes.since}) is not before until ({wishes.until}).")
        return start(account_id, "sync", stages.subject_of_sync(source), _said(wishes))

    @router.post("/transform", status_code=202, responses=ACCEPTED)
    def transform(account_id: Account, body: TransformBody | None = None) -> Response:
        """Build what is shown from what the services sent."""
        return start(account_id, "transform", "", _said(body))

    @router.post("/report", status_code=202, responses=ACCEPTED)
    def report(account_id: Account, body: ReportBody | None = None) -> Response:
        """Write a report as PDF."""
        wishes = body or ReportBody()
        subject = stages.subject_of_report(wishes.kind, wishes.day.isoformat() if wishes.day else None)
        return start(account_id, "report", subject, _said(wishes))

    @router.post("/pipeline", status_code=202, responses=ACCEPTED)
    def pipeline(account_id: Account, body: PipelineBody | None = None) -> Response:
        """Sync every active connection, then transform, then report."""
        return start(account_id, "pipeline", "", _said(body))

    @router.post("/analyze", status_code=501)
    @router.post("/adjust", status_code=501)
    def coming(request: Request) -> Response:
        """Comes with a later version."""
        stage = request.url.path.rpartition("/")[2]
        return problem(501, "not_implemented", f"The stage {stage} comes with a later version.")

    return router


def job_routes(warehouse: Warehouse, switchboard: Switchboard) -> APIRouter:
    """Make the routes that show, follow and cancel jobs."""
    router = APIRouter(prefix="/api/jobs", responses=FAILURES, tags=["jobs"])

    @router.get("")
    def list_jobs(
        account_id: Account,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        stage: str | None = None,
        status: str | None = None,
        before: UUID | None = None,
    ) -> dict[str, Any]:
        """List jobs, the latest first; ``before`` is the ``jobId`` that ended the page before."""
        with warehouse.transaction(account_id=account_id) as con:
            found = jobs.recent(con, limit=limit, stage=stage, status=status, before=before)
        following = str(found[-1].job_id) if len(found) == limit else None
        return {"jobs": [job.as_json() for job in found], "next": following}

    def find(account_id: UUID, job_id: UUID) -> jobs.Job:
        with warehouse.transaction(account_id=account_id) as con:
            job = jobs.find(con, job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return job

    @router.get("/{job_id}")
    def show_job(job_id: UUID, account_id: Account) -> dict[str, Any]:
        """Show a job: how far it is, how it ended."""
        return find(account_id, job_id).as_json()

    @router.get("/{job_id}/log")
    def show_log(
        job_id: UUID,
        account_id: Account,
        after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> dict[str, Any]:
        """Show what a job said, from the line after ``after``."""
        find(account_id, job_id)
        with warehouse.transaction(account_id=account_id) as con:
            lines = jobs.log_lines(con, job_id, after=after, limit=limit)
        return {"lines": [line.as_json() for line in lines], "next": lines[-1].line if len(lines) == limit else None}

    @router.get("/{job_id}/events", response_class=StreamingResponse)
    def follow_job(job_id: UUID, account_id: Account, request: Request) -> Response:
        """Follow a job as server-sent events: ``job`` (its state) and ``log`` (a line) until it has ended."""
        find(account_id, job_id)
        last = request.headers.get("last-event-id", "")
        after = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else 0
        return StreamingResponse(
            switchboard.events(account_id, job_id, after),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @router.delete("/{job_id}", status_code=202, responses=ACCEPTED)
    def cancel_job(job_id: UUID, account_id: Account) -> Response:
        """Cancel a job; a running one ends as soon as its process has. One that has ended stays as it is."""
        with warehouse.transaction(account_id=account_id) as con:
            status = jobs.cancel(con, job_id)
        if status is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return JSONResponse({"jobId": str(job_id), "status": status}, 202, headers={"Location": f"/api/jobs/{job_id}"})

    return router


def _said(body: BaseModel | None) -> dict[str, Any]:
    """Keep only what the request really said."""
    return body.model_dump(mode="json", exclude_defaults=True) if body else {}
