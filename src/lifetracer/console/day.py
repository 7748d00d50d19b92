"""The day page: one day of the week's grid, large, and beside it what kind of day it was and what is odd about it.

Law: the same blocks and sums as on the week page, read by the same functions.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer import charts
from lifetracer.charts import keep
from lifetracer.console import week as weeks
from lifetracer.console.periods import parse_day
from lifetracer.console.shell import Shell, Visitor
from lifetracer.periods import start_of, week_name
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

DAY_TYPES = {
    "work": keep("Day of work"),
    "study": keep("Day of study"),
    "rest": keep("Day of rest"),
    "travel": keep("Day of travel"),
    "holiday": keep("Holiday"),
}
"""How kinds of day are called on the screen."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the day page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/day")
    def today(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/day/{shell.visitor(request).now.date()}{query}", status_code=303)

    @router.get("/day/{name}")
    def day(request: Request, name: str, block: str = "", only: str = "") -> Response:
        visitor = shell.visitor(request)
        chosen = parse_day(name)
        latest, whole, ghosts = weeks.read(shell, visitor, start_of(chosen, "week"))
        standing = shell.standing(visitor)
        if not latest and not standing.connections:
            return shell.page(request, visitor, "welcome.html", page="day")
        shown = charts.lay_out(
            whole.monday, [b for b in whole.blocks if b.local_date == chosen], whole.days, whole.categories
        )
        drawn = weeks.only_differences(shown) if only == "differences" else shown
        of_day = chosen.weekday()
        return shell.page(
            request,
            visitor,
            "day.html",
            page="day",
            standing=standing,
            pairs=[(drawn.days[of_day], shown.days[of_day])],
            day=shown.days[of_day],
            week=drawn,
            only=only,
            ghosts=ghosts,
            open_night=request.query_params.get("night") == "open",
            chosen=chosen,
            today=visitor.now.date(),
            now_second=visitor.now.hour * 3600 + visitor.now.minute * 60,
            table=weeks.table(shown, visitor.words),
            details=weeks.details(whole, block, visitor.words),
            describe=lambda b: charts.describe(b, whole.counterpart(b), visitor.words),
            responses=weeks.RESPONSES,
            size=weeks.size,
            key=weeks.key_of,
            step=lambda n: f"/day/{chosen + timedelta(days=n)}",
            week_name=week_name(chosen),
            day_types=DAY_TYPES,
            **told(shell, visitor, chosen),
        )

    return router


def told(shell: Shell, visitor: Visitor, day: date) -> dict[str, Any]:
    """Read what else is known of a day: by category, its kind, its verdicts, and what is odd."""
    if not shell.has_picture(visitor):
        return {"categories": [], "kind": None, "met": None, "findings": []}
    with shell.asking(visitor) as ask:
        return {
            "categories": ask(SQL["categories"], day=day),
            "kind": next(iter(ask(SQL["kind"], day=day)), None),
            "met": next(iter(ask(SQL["met"], day=day)), None),
            "findings": ask(SQL["findings"], day=day),
        }
