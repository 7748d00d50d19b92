"""The week page: plan and actual on one grid, the week by category beside it.

Law: everything the page can show has an address of its own (week, day, block, filter, night), so it works
without JavaScript, can be bookmarked, and a script only makes it smoother.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer import charts
from lifetracer.charts import Block, Piece, Week, Words, keep
from lifetracer.charts.week import VERDICTS
from lifetracer.console.shell import Shell, Visitor
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.reporter import render_week

RESPONSES = {
    "accepted": keep("accepted"),
    "tentative": keep("tentative"),
    "declined": keep("declined"),
    "needsAction": keep("not answered"),
}
"""How answers to an invitation are called on the screen."""

SHORT = 1380
"""Seconds that leave room for one line of small text; a shorter block takes free time after it, or is drawn bare."""

FOLD = 3600
"""Seconds of open day that a folded night is as high as."""

DIFFERENT = frozenset(VERDICTS) - {"done"}
"""Verdicts that say something did not go as planned."""

STALE_AFTER = timedelta(hours=36)
"""A daily sync that is missing for longer than this is said so."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the week page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/")
    def home(request: Request) -> Response:
        visitor = shell.visitor(request)
        return _to_week(request, visitor.now.date())

    @router.get("/week")
    def by_day(request: Request, day: str = "") -> Response:
        visitor = shell.visitor(request)
        return _to_week(request, parse_day(day) if day else visitor.now.date())

    @router.get("/week/{name}")
    def week(
        request: Request, name: str, day: str = "", block: str = "", only: Annotated[str, Query()] = ""
    ) -> Response:
        visitor = shell.visitor(request)
        monday = parse_week(name)
        chosen = parse_day(day) if day else visitor.now.date()
        if not monday <= chosen <= monday + timedelta(days=6):
            chosen = monday
        latest, shown = _read(shell, visitor, monday)
        connections = shell.ask(visitor, "connections") if visitor.account_id else []
        if not latest and not connections:
            return shell.page(request, visitor, "welcome.html", page="week")
        return shell.page(
            request,
            visitor,
            "week.html",
            page="week",
            week=only_differences(shown) if only == "differences" else shown,
            whole=shown,
            table=table(shown, visitor.words),
            only=only,
            open_night=request.query_params.get("night") == "open",
            chosen=chosen,
            today=visitor.now.date(),
            now_second=visitor.now.hour * 3600 + visitor.now.minute * 60,
            details=details(shown, block, visitor.words),
            connections=connections,
            living=next(iter(shell.ask(visitor, "living_job")), None) if visitor.account_id else None,
            latest=latest,
            stale=[c for c in connections if is_stale(c, visitor.now)],
            previous=week_name(monday - timedelta(days=7)),
            following=week_name(monday + timedelta(days=7)),
            current=week_name(visitor.now.date()),
            describe=lambda b: charts.describe(b, shown.counterpart(b), visitor.words),
            responses=RESPONSES,
            size=size,
        )

    @router.get("/report/week/{name}.pdf")
    def pdf(request: Request, name: str) -> Response:
        visitor = shell.visitor(request)
        monday = parse_week(name)
        if visitor.account_id is None:
            raise NotFoundError("There is no account yet.", remedy="Connect a service or import a file first.")
        body = render_week(shell.warehouse, shell.settings, visitor.account_id, monday, visitor.words.language)
        kept = {"Content-Disposition": f'inline; filename="week-{name}.pdf"', "Cache-Control": "private, no-cache"}
        return Response(body, media_type="application/pdf", headers=kept)

    return router


def parse_week(name: str) -> date:
    """Read ``2026-W47`` into its Monday.

    Raises:
        NotFoundError: that is no week.
    """
    try:
        return date.fromisocalendar(int(name[:4]), int(name[6:]), 1) if name[4:6] == "-W" else _refuse(name)
    except ValueError:
        return _refuse(name)


def _refuse(name: str) -> date:
    raise NotFoundError(f"{name} is not a week.", remedy="Write a week as year and ISO number: 2026-W47.")


def parse_day(text: str) -> date:
    """Read ``2026-11-19``.

    Raises:
        UsageError: that is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a day.", remedy="Write a day as 2026-11-19.") from None


def week_name(day: date) -> str:
    """Name the ISO week of a day: ``2026-W47``."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"


def only_differences(week: Week) -> Week:
    """Leave out what went as planned and what nobody judged."""
    different = [b for b in week.blocks if b.verdict in DIFFERENT]
    laid = charts.lay_out(week.monday, different, week.days, week.categories)
    return replace(laid, first_hour=week.first_hour, last_hour=week.last_hour)


def details(week: Week, block_id: str, _: Words) -> dict[str, Any] | None:
    """Collect what the panel says about one block: itself, its counterpart and how they differ."""
    block = next((b for b in week.blocks if b.block_id == block_id), None)
    if block is None:
        return None
    pieces = [b for b in week.blocks if (b.layer, b.whole_id) == (block.layer, block.whole_id)]
    other = week.counterpart(block)
    return {
        "block": block,
        "pieces": pieces,
        "other": other,
        "seconds": sum(b.seconds for b in pieces),
        "verdict": charts.judgement(block, _),
        "differences": charts.differences(block, other, _),
    }


def table(week: Week, _: Words) -> list[tuple[Block, str, list[str]]]:
    """List the week's blocks with verdict and differences in words: the table behind the picture."""
    rows = []
    for block in week.blocks:
        other = week.counterpart(block)
        rows.append((block, charts.judgement(block, _), charts.differences(block, other, _)))
    return rows


def is_stale(connection: dict[str, Any], now: datetime) -> bool:
    """Tell whether an active connection has not been synced for longer than a missed daily run explains."""
    last = connection["last_success_at"]
    return connection["status"] == "active" and last is not None and now - last > STALE_AFTER


def size(piece: Piece, week: Week) -> str:
    """Name how much text a block has room for, by its height in hours that are drawn in full."""
    block = piece.block
    first, last = week.first_hour * 3600, week.last_hour * 3600
    drawn = max(0, min(block.end_second, last) - max(block.start_second, first))
    folded = FOLD if block.start_second < first or block.end_second > last else 0
    seconds = drawn + folded * min(1, (block.end_second - block.start_second - drawn) / 7200)
    room = max(seconds, min(piece.room, SHORT) if not folded else 0)
    return "slim" if room < SHORT else "short" if seconds < 1800 else "mid" if seconds < 3600 else "tall"


def _to_week(request: Request, day: date) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/week/{week_name(day)}{query}", status_code=303)


def _read(shell: Shell, visitor: Visitor, monday: date) -> tuple[date | None, Week]:
    """Read the week, and a day on which there is something to see, if anywhere."""
    if visitor.account_id is None or not shell.ask(visitor, "picture")[0]["made"]:
        return None, charts.lay_out(monday, [], [], [])
    with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
        week = charts.read(connection, visitor.account_id, monday)
    if week.blocks:
        return monday, week
    latest = shell.ask(visitor, "latest", account_id=visitor.account_id)
    return (latest[0]["local_date"] if latest else None), week
