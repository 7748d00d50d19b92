"""The trends page: where time goes, by day, week or month; against the time before; by hour and weekday.

Law: the address holds the whole view (grain, last period, category or project, the one looked at alone).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts import Amount, keep, stack
from lifetracer.console.periods import Range, ending, parse_day
from lifetracer.console.shell import Asking, Shell
from lifetracer.periods import start_of, step, week_name
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

COUNTS = {"day": 28, "week": 26, "month": 24}
"""How many periods are shown."""

GRAIN_NAMES = {"day": keep("Daily"), "week": keep("Weekly"), "month": keep("Monthly")}
BY_NAMES = {"category": keep("Categories"), "project": keep("Projects")}


def routes(shell: Shell) -> APIRouter:
    """Make the route of the trends page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/trends")
    def trends(request: Request, grain: str = "week", by: str = "category", end: str = "", only: str = "") -> Response:
        visitor = shell.visitor(request)
        today = visitor.now.date()
        grain = grain if grain in COUNTS else "week"
        by = by if by in BY_NAMES else "category"
        shown = ending(parse_day(end) if end else today, grain, COUNTS[grain])
        values: dict[str, Any] = {"picture": shell.has_picture(visitor)}
        if values["picture"]:
            with shell.asking(visitor) as ask:
                values |= read(ask, shown, by, only, today, visitor.words("Other"))
        at_present = start_of(today, grain) == shown.starts[-1]
        is_empty = values["picture"] and not values["total"] and not values["former_total"]
        latest = shell.latest(visitor) if is_empty and at_present else None
        return shell.page(
            request,
            visitor,
            "trends.html",
            page="trends",
            standing=shell.standing(visitor),
            grain=grain,
            by=by,
            only=only,
            shown=shown,
            today=today,
            earlier=address(grain, by, step(shown.starts[-1], grain, -(COUNTS[grain] // 2)), only),
            later=address(grain, by, step(shown.starts[-1], grain, COUNTS[grain] // 2), only),
            present=address(grain, by, None, only),
            at_present=at_present,
            last_lived=address(grain, by, latest, only) if latest else "",
            grains=[(name, visitor.words(words), address(name, by, None, only)) for name, words in GRAIN_NAMES.items()],
            bys=[(name, visitor.words(words), address(grain, name, None, "")) for name, words in BY_NAMES.items()],
            inside=lambda start: inside(start, grain, by, only),
            alone=lambda name: address(grain, by, shown.starts[-1], name),
            **values,
        )

    return router


def address(grain: str, by: str, end: date | None, only: str) -> str:
    """Write the address of a view; what is as usual is left out."""
    said = {
        "grain": grain if grain != "week" else "",
        "by": by if by != "category" else "",
        "end": end.isoformat() if end else "",
        "only": only,
    }
    return f"/trends?{query}" if (query := urlencode({k: v for k, v in said.items() if v})) else "/trends"


def inside(start: date, grain: str, by: str, only: str) -> str:
    """Give where a period of the picture opens: a month's days, a week, a day."""
    if grain == "month":
        return address("day", by, step(start, "month", 1) - timedelta(days=1), only)
    return f"/week/{week_name(start)}" if grain == "week" else f"/day/{start}"


def read(ask: Asking, shown: Range, by: str, only: str, today: date, rest: str) -> dict[str, Any]:
    """Read the picture, the comparison with as many days before, and the hours."""
    rows = ask(SQL[f"spent_{by}"], grain=shown.grain, first=shown.first, until=shown.until, only=only)
    amounts = [Amount(**row) for row in rows]
    bars = stack(amounts, shown.starts, rest=rest)
    until = min(shown.until, today + timedelta(days=1))
    days = max(1, (until - shown.first).days)
    former = step(shown.first, shown.grain, -len(shown.starts))
    span = {"first": shown.first, "until": until, "former": former, "former_until": former + timedelta(days=days)}
    changes = ask(SQL[f"change_{by}"], only=only, **span)
    hours = ask(SQL["hours"], only=only if by == "category" else "", **span) if by == "category" or not only else []
    now, before = (sum(row[name] for row in changes) for name in ("seconds", "former_seconds"))
    return {
        "bars": bars,
        "changes": changes,
        "days": days,
        "total": now,
        "former_total": before,
        "until": until - timedelta(days=1),
        "hours": {(row["weekday"], row["hour"]): row["seconds"] for row in hours},
        "busiest": max((row["seconds"] for row in hours), default=0),
        "cells": {(a.start, a.key): a.seconds for a in amounts},
    }
