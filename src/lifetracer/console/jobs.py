"""The jobs page: what ran, what runs, what failed and what to do about it.

Law: it only shows; jobs are asked for and cancelled through the HTTP API.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts import keep
from lifetracer.console.shell import STAGES, Shell

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


def routes(shell: Shell) -> APIRouter:
    """Make the route of the jobs page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/jobs")
    def jobs(request: Request) -> Response:
        visitor = shell.visitor(request)
        rows = shell.ask(visitor, "jobs") if visitor.account_id else []
        return shell.page(request, visitor, "jobs.html", page="jobs", jobs=rows, statuses=STATUSES, stages=STAGES)

    return router
