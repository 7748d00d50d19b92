"""What a number is made of: the entries that were lived and the plans, of a stretch of days.

Law: every number of another page leads here with the same question, and the sum on top is that page's, from its mart.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts.week import VERDICTS
from lifetracer.console.periods import parse_day
from lifetracer.console.shell import Shell
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

MOST = 200
"""Rows on a page."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the two lists."""
    router = APIRouter(route_class=shell.route)

    @router.get("/entries")
    def entries(request: Request) -> Response:
        return _list(shell, request, "entries")

    @router.get("/planned")
    def planned(request: Request) -> Response:
        return _list(shell, request, "plans")

    return router


def _list(shell: Shell, request: Request, kind: str) -> Response:
    visitor = shell.visitor(request)
    asked = request.query_params
    today = visitor.now.date()
    first = parse_day(asked["from"]) if "from" in asked else today
    last = parse_day(asked["to"]) if "to" in asked else first
    wish: dict[str, Any] = {
        "first": min(first, last),
        "last": max(first, last),
        "category": asked.get("category", ""),
        "project": asked.get("project", ""),
        "verdict": asked.get("verdict", "") if asked.get("verdict") in VERDICTS else "",
        "skip": min(int(asked["skip"]), 1_000_000)
        if asked.get("skip", "").isascii() and asked.get("skip", "").isdecimal()
        else 0,
        "most": MOST,
    }
    rows, whole = [], None
    if shell.has_picture(visitor):
        with shell.asking(visitor) as ask:
            rows = ask(SQL[kind], **wish)
            whole = _whole(ask(SQL["project_sum" if wish["project"] else "category_sum"], **wish), kind, wish)
    return shell.page(
        request,
        visitor,
        "entries.html",
        page="",
        standing=shell.standing(visitor),
        kind=kind,
        rows=rows,
        whole=whole,
        wish=wish,
        most=MOST,
        days=_days(wish["first"], wish["last"]),
    )


def _whole(found: list[dict[str, Any]], kind: str, wish: dict[str, Any]) -> int | None:
    """Give the sum that the mart says; none where the list shows only some verdicts."""
    name = "actual_seconds" if kind == "entries" else "planned_seconds"
    return found[0].get(name) if found and not wish["verdict"] else None


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
