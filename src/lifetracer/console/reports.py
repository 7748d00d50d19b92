"""The reports page: what was written, and what is to be written next.

Law: it only shows; reports are asked for, fetched and thrown away through the HTTP API.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts import Words, keep
from lifetracer.console.shell import Shell, Visitor
from lifetracer.reporter import shelf
from lifetracer.reporter.shelf import Kept
from lifetracer.reporter.wish import MODES, STEPS, UNITS

KINDS = {"day": keep("Day"), "week": keep("Week"), "month": keep("Month"), "client": keep("Client")}
"""What reports are about."""
PAPERS = {"a4": "A4", "letter": "Letter"}
ROUNDING = {"none": keep("no rounding"), "up": keep("rounded up"), "nearest": keep("rounded to the nearest")}
LATELY = timedelta(days=400)
"""Clients with billable time in these days are suggested; others can be typed."""
PER = {"entry": keep("each entry"), "day": keep("each day and project"), "project": keep("each project")}


def routes(shell: Shell) -> APIRouter:
    """Make the route of the reports page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/reports")
    def reports(request: Request) -> Response:
        visitor = shell.visitor(request)
        kept: list[Kept] = []
        if visitor.account_id is not None:
            with shell.warehouse.transaction(account_id=visitor.account_id) as con:
                kept = shelf.every(con)
        return shell.page(
            request,
            visitor,
            "reports.html",
            page="reports",
            standing=shell.standing(visitor),
            made=shell.has_picture(visitor),
            reports=kept,
            clients=shell.ask(visitor, "clients", since=visitor.now.date() - LATELY)
            if shell.has_picture(visitor)
            else [],
            about=lambda one: about(one, visitor),
            yesterday=visitor.now.date() - timedelta(days=1),
            kinds=KINDS,
            papers=PAPERS,
            rounding={mode: ROUNDING[mode] for mode in MODES},
            steps=STEPS,
            units={unit: PER[unit] for unit in UNITS},
        )

    return router


def about(kept: Kept, visitor: Visitor) -> str:
    """Word what a client's report was asked for: whose time, and how it was rounded."""
    _: Words = visitor.words
    given = kept.parameters
    parts = [given.get("client") or (_("every client") if kept.kind == "client" else "")]
    if "rounding" in given:
        parts.append(f"{_(ROUNDING[given['rounding']])} ({given['minutes']} min, {_(PER[given['per']])})")
    return " · ".join(part for part in parts if part)
