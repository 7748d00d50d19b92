"""The jobs page: how each source stands, what ran, runs and will run, what failed and what to do about it.

Law: it only shows; jobs are asked for and cancelled through the HTTP API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer import jobs
from lifetracer.charts import keep
from lifetracer.console.shell import STAGES, Shell, Standing
from lifetracer.errors import NotFoundError
from lifetracer.jobs import schedule
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

STATUSES = {
    "queued": keep("queued"),
    "running": keep("running"),
    "waiting": keep("waiting"),
    "needs_user": keep("needs you"),
    "succeeded": keep("succeeded"),
    "failed": keep("failed"),
    "cancelled": keep("cancelled"),
    "interrupted": keep("interrupted"),
    "active": keep("active"),
    "paused": keep("paused"),
}
"""How the states of jobs, syncs and connections are called on the screen."""

HEALTH = {
    "healthy": keep("Healthy"),
    "running": keep("At work"),
    "waiting": keep("Waiting for quota"),
    "failed": keep("Failed, tries again"),
    "needs_user": keep("Needs you"),
    "paused": keep("Paused"),
    "stale": keep("Not read lately"),
}
"""How a source stands as a whole."""

ASKED_BY = {
    "person": keep("by hand"),
    "schedule": keep("schedule"),
    "pipeline": keep("pipeline"),
    "hint": keep("news from the service"),
    "sync": keep("a sync"),
    "plan": keep("a plan"),
}
"""Who asks for jobs, beside programs, which are called by the names of their tokens."""

RUNS = 30
"""Recent runs in a source's strip."""

JOBS = 60
"""Jobs on a page."""

RETRIES = {"sync": "/api/sync/", "transform": "/api/transform", "pipeline": "/api/pipeline", "report": "/api/report"}
"""Where a stage is asked for again."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the jobs page and of a job's own page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/jobs")
    def overview(request: Request, status: str = "", before: str = "") -> Response:
        visitor = shell.visitor(request)
        chosen = status if status in STATUSES else None
        standing = shell.standing(visitor)
        rows: list[jobs.Job] = []
        runs: list[dict[str, Any]] = []
        entries: list[schedule.Entry] = []
        if visitor.account_id:
            with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
                rows = jobs.recent(connection, limit=JOBS, status=chosen, before=_uuid(before))
                entries = schedule.every(connection)
            with shell.asking(visitor) as ask:
                runs = ask(SQL["runs"], most=RUNS)
        return shell.page(
            request,
            visitor,
            "jobs.html",
            page="jobs",
            standing=standing,
            jobs=rows,
            following=str(rows[-1].job_id) if len(rows) == JOBS else None,
            chosen=chosen,
            statuses=STATUSES,
            stages=STAGES,
            asked_by=ASKED_BY,
            health=HEALTH,
            sources=sources(standing, runs),
            schedules=entries,
            retry=retry_address,
        )

    @router.get("/jobs/{job_id}")
    def one(request: Request, job_id: str) -> Response:
        visitor = shell.visitor(request)
        known = _uuid(job_id)
        found, lines = None, []
        if known and visitor.account_id:
            with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
                found = jobs.find(connection, known)
                lines = jobs.log_lines(connection, known) if found else []
        if found is None:
            raise NotFoundError(f"There is no job {job_id}.", remedy="The jobs page lists those that are kept.")
        return shell.page(
            request,
            visitor,
            "job.html",
            page="jobs",
            standing=Standing(living={"job_id": found.job_id} if found.living else None),
            job=found,
            lines=lines,
            statuses=STATUSES,
            stages=STAGES,
            asked_by=ASKED_BY,
            retry=retry_address(found),
        )

    return router


def sources(standing: Standing, runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tell of each connection how it stands, and its recent runs with their heights in percent."""
    told = []
    for connection in standing.connections:
        mine = [run for run in runs if run["connection_id"] == connection["connection_id"]]
        longest = max((run["seconds"] or 0 for run in mine), default=0) or 1
        strip = [dict(run, height=max(12, round(100 * (run["seconds"] or 0) / longest))) for run in reversed(mine)]
        told.append(
            {"connection": connection, "health": health_of(connection, connection in standing.stale), "runs": strip}
        )
    return told


def health_of(connection: Mapping[str, Any], is_stale: bool) -> str:
    """Name how a source stands: what a person has to do comes first, then what heals itself."""
    if connection["status"] != "active":
        return str(connection["status"])
    run = connection["run_status"]
    if run in ("running", "waiting", "needs_user"):
        return str(run)
    if run in ("failed", "interrupted"):
        return "failed"
    return "stale" if is_stale else "healthy"


def retry_address(job: jobs.Job) -> str | None:
    """Give where the same is asked for again; none while it lives."""
    if job.living or job.stage not in RETRIES:
        return None
    return RETRIES[job.stage] + (job.subject if job.stage == "sync" else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
