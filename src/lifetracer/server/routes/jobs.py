"""Looking at jobs, following them, cancelling them.

Law: what is shown of a job is always read from its row.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from lifetracer import jobs
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.server.acting import Acting, Here, cursor_of, place_of
from lifetracer.server.callers import needs
from lifetracer.server.follow import Switchboard
from lifetracer.server.shapes import Text, shows
from lifetracer.server.shapes.jobs import Job, JobPage, JobStarted, JobStatus, LogPage
from lifetracer.warehouse import Connection

READ = [needs("jobs:read")]


def routes(switchboard: Switchboard) -> APIRouter:
    """Make the routes that show, follow and cancel jobs."""
    router = APIRouter(prefix="/api/jobs", tags=["jobs"])

    @router.get("", responses=shows(JobPage), dependencies=READ)
    def list_jobs(
        here: Here,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        stage: Annotated[Text | None, Query()] = None,
        status: JobStatus | None = None,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Response:
        """List jobs, the latest first; ``cursor`` is ``next`` of the page before."""
        place = place_of(cursor, "job")
        with here.reading() as con:
            before = _uuid(place["job"]) if place else None
            found = jobs.recent(con, limit=limit, stage=stage, status=status, before=before)
        following = {"job": str(found[-1].job_id)} if len(found) == limit else None
        return here.show({"jobs": [job.as_json() for job in found], "next": cursor_of(following)})

    @router.get("/{job_id}", responses=shows(Job), dependencies=READ)
    def show_job(job_id: UUID, here: Here) -> Response:
        """Show a job: how far it is, how it ended."""
        return here.show(find(here, job_id).as_json())

    @router.get("/{job_id}/log", responses=shows(LogPage), dependencies=READ)
    def show_log(
        job_id: UUID,
        here: Here,
        after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Response:
        """Show what a job said, from the line after ``after``."""
        find(here, job_id)
        with here.reading() as con:
            lines = jobs.log_lines(con, job_id, after=after, limit=limit)
        following = lines[-1].line if len(lines) == limit else None
        return here.show({"lines": [line.as_json() for line in lines], "next": following})

    @router.get("/{job_id}/events", response_class=StreamingResponse, responses=EVENTS, dependencies=READ)
    def follow_job(job_id: UUID, here: Here, request: Request) -> Response:
        """Follow a job as server-sent events: ``job`` (its state) and ``log`` (a line) until it has ended."""
        find(here, job_id)
        last = request.headers.get("last-event-id", "")
        after = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else 0
        return StreamingResponse(
            switchboard.events(here.account_id, job_id, after),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @router.delete(
        "/{job_id}", status_code=202, responses=shows(JobStarted, status=202), dependencies=[needs("jobs:write")]
    )
    def cancel_job(job_id: UUID, here: Here) -> Response:
        """Cancel a job; a running one ends as soon as its process has. One that has ended stays as it is."""

        def cancel(con: Connection) -> dict[str, Any]:
            status = jobs.cancel(con, job_id)
            if status is None:
                raise NotFoundError(f"There is no job {job_id}.", remedy="GET /api/jobs lists them.")
            return {"jobId": str(job_id), "status": status}

        return here.write("job.cancel", cancel, status=202, location=lambda job: f"/api/jobs/{job['jobId']}")

    return router


EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The events, as they happen.",
        "content": {"text/event-stream": {"example": 'event: job\ndata: {"jobId": "…", "status": "running"}\n\n'}},
    }
}


def find(here: Acting, job_id: UUID) -> jobs.Job:
    """Find a job of the account.

    Raises:
        NotFoundError: there is none.
    """
    with here.reading() as con:
        job = jobs.find(con, job_id)
    if job is None:
        raise NotFoundError(f"There is no job {job_id}.", remedy="GET /api/jobs lists them.")
    return job


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise UsageError("That is no cursor of this list.", remedy="Take `next` of the page before.") from None
