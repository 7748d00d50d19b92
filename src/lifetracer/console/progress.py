"""How far a job is that a page began, and where its picture is.

Law: it follows the work to its end: a job that read something leads on to the transform that shows it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from psycopg.rows import dict_row

from lifetracer import jobs
from lifetracer.connector import connecting
from lifetracer.console import findings
from lifetracer.console.acting import Acting
from lifetracer.console.jobs import STATUSES
from lifetracer.console.shell import STAGES, Shell
from lifetracer.errors import NotFoundError
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)


def routes(shell: Shell) -> APIRouter:
    """Make the route of the page."""
    router = APIRouter(route_class=shell.route)
    acting = Acting(shell)

    @router.get("/connections/job/{job_id}")
    def progress(request: Request, job_id: UUID) -> Response:
        account, visitor = acting.account(request), shell.visitor(request)
        with shell.warehouse.transaction(account_id=account.account_id) as con:
            job = jobs.find(con, job_id)
            if job is None:
                raise NotFoundError("There is no such job.")
            follower = con.cursor(row_factory=dict_row).execute(SQL["follower"], {"since": job.queued_at}).fetchone()
        if job.stage in {"demo", "sync"} and job.status == "succeeded" and follower:
            return RedirectResponse(f"/connections/job/{follower['job_id']}", 303)
        counts: dict[str, Any] = {}
        if job.status == "succeeded" and shell.has_picture(visitor):
            with shell.asking(visitor) as ask:
                counts = ask(SQL["counts"])[0]
        known = connecting.connections(shell.warehouse, account.account_id)
        return shell.page(
            request,
            visitor,
            "progress.html",
            page="connections",
            job=job,
            statuses=STATUSES,
            stages=STAGES,
            findings=[
                found
                for one in known
                if one.has_credential
                for found in findings.of_connection(one, account, visitor.words)
            ],
            counts=counts,
        )

    return router
