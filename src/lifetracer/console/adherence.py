"""The adherence page: what became of the plans of a week, of each category, and over half a year.

Law: figures are the marts' own (``week_adherence``, ``week_category_adherence``, ``time_flow``), never averaged here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.charts import Way, Words, lay_flow
from lifetracer.console.periods import ending, parse_week
from lifetracer.console.shell import Asking, Shell
from lifetracer.periods import start_of, week_name
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

WEEKS = 26
"""How many weeks the picture over time shows."""

PASSED = ("done", "shifted", "shortened", "overrun", "replaced", "missed")
"""Verdicts on plans, the better first."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the adherence page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/adherence")
    def present(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/adherence/{week_name(shell.visitor(request).now.date())}{query}", status_code=303)

    @router.get("/adherence/{name}")
    def adherence(request: Request, name: str) -> Response:
        visitor = shell.visitor(request)
        monday = parse_week(name)
        values: dict[str, Any] = {"picture": shell.has_picture(visitor)}
        if values["picture"]:
            with shell.asking(visitor) as ask:
                values |= read(ask, monday, visitor.words)
        return shell.page(
            request,
            visitor,
            "adherence.html",
            page="adherence",
            standing=shell.standing(visitor),
            monday=monday,
            sunday=monday + timedelta(days=6),
            step=lambda n: f"/adherence/{week_name(monday + timedelta(days=7 * n))}",
            present=f"/adherence/{week_name(visitor.now.date())}",
            at_present=monday == start_of(visitor.now.date(), "week"),
            week_name=week_name,
            passed=PASSED,
            **values,
        )

    return router


def read(ask: Asking, monday: date, _: Words) -> dict[str, Any]:
    """Read the week, its categories, where its time flowed, and the weeks before it."""
    shown = ending(monday, "week", WEEKS)
    weeks = {row["week_start"]: row for row in ask(SQL["weeks"], first=shown.first, until=shown.until)}
    flow = lay_flow((Way(**row) for row in ask(SQL["flow"], monday=monday)), _("Other"))
    return {
        "weeks": [(start, weeks.get(start)) for start in shown.starts],
        "week": weeks.get(monday),
        "before": weeks.get(monday - timedelta(days=7)),
        "categories": ask(SQL["categories"], monday=monday),
        "flow": flow,
    }
