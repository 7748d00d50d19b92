"""The week page: plan and actual on one grid, the week by category beside it.

Law: everything the page can show has an address of its own (week, day, block, filter, night), so it works
without JavaScript, can be bookmarked, and a script only makes it smoother.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2s
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer import charts
from lifetracer.charts import Block, Piece, Week, Words, keep
from lifetracer.charts.week import VERDICTS
from lifetracer.console.periods import parse_day, parse_week
from lifetracer.console.shell import Shell, Visitor
from lifetracer.errors import NotFoundError
from lifetracer.periods import week_name
from lifetracer.reporter import render_week
from lifetracer.warehouse.queries import beside

CHANGES = {"moved": keep("then moved"), "resized": keep("then changed in length"), "removed": keep("then taken away")}
"""What became of plans that lay elsewhere the evening before."""

RESPONSES = {
    "accepted": keep("accepted"),
    "tentative": keep("tentative"),
    "declined": keep("declined"),
    "needsAction": keep("not answered"),
}
"""How answers to an invitation are called on the screen."""

SQL = beside(__file__)

SHORT = 1380
"""Seconds that leave room for one line of small text; a shorter block takes free time after it, or is drawn bare."""

FOLD = 3600
"""Seconds of open day that a folded night is as high as."""

DIFFERENT = frozenset(VERDICTS) - {"done"}
"""Verdicts that say something did not go as planned."""


@dataclass(frozen=True)
class Ghost:
    """Where a plan had lain the evening before: it was moved, made longer or shorter, or taken away."""

    local_date: date
    title: str
    category: str
    category_color: str
    change: str
    start_second: int
    end_second: int

    def describe(self, _: Words) -> str:
        """Say it in words."""
        span = _.span(self.start_second, self.end_second)
        return _(
            "{title}: the evening before planned {span}, {change}",
            title=self.title,
            span=span,
            change=_(CHANGES[self.change]),
        )


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the week page."""
    router = APIRouter(route_class=shell.route)

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
        latest, shown, ghosts = read(shell, visitor, monday)
        standing = shell.standing(visitor)
        if not latest and not standing.connections:
            return shell.page(request, visitor, "welcome.html", page="week")
        drawn = only_differences(shown) if only == "differences" else shown
        return shell.page(
            request,
            visitor,
            "week.html",
            page="week",
            week=drawn,
            whole=shown,
            table=table(shown, visitor.words),
            only=only,
            open_night=request.query_params.get("night") == "open",
            chosen=chosen,
            today=visitor.now.date(),
            now_second=visitor.now.hour * 3600 + visitor.now.minute * 60,
            details=details(shown, block, visitor.words),
            standing=standing,
            latest=latest,
            ghosts=ghosts,
            pairs=list(zip(drawn.days, shown.days, strict=True)),
            previous=week_name(monday - timedelta(days=7)),
            following=week_name(monday + timedelta(days=7)),
            current=week_name(visitor.now.date()),
            describe=lambda b: charts.describe(b, shown.counterpart(b), visitor.words),
            responses=RESPONSES,
            size=size,
            key=key_of,
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


@lru_cache(8192)
def key_of(block_id: str) -> str:
    """Shorten a block's id for addresses and marks: eight characters that are as good as its own on one page."""
    return blake2s(block_id.encode(), digest_size=4).hexdigest()


def only_differences(week: Week) -> Week:
    """Leave out what went as planned and what nobody judged."""
    different = [b for b in week.blocks if b.verdict in DIFFERENT]
    laid = charts.lay_out(week.monday, different, week.days, week.categories)
    return replace(laid, first_hour=week.first_hour, last_hour=week.last_hour)


def details(week: Week, block_id: str, _: Words) -> dict[str, Any] | None:
    """Collect what the panel says about one block: itself, its counterpart and how they differ."""
    block = next((b for b in week.blocks if block_id in (key_of(b.block_id), b.block_id)), None)
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
        "raw": raw_address(block),
        "raw_other": raw_address(other) if other else None,
    }


def raw_address(block: Block) -> str:
    """Give the page that shows what the service sent for a block."""
    key = block.whole_id.partition(":")[2]
    return f"/data/row?{urlencode({'of': block.layer, 'id': key})}"


def table(week: Week, _: Words) -> list[tuple[Block, str, list[str]]]:
    """List the week's blocks with verdict and differences in words: the table behind the picture."""
    rows = []
    for block in week.blocks:
        other = week.counterpart(block)
        rows.append((block, charts.judgement(block, _), charts.differences(block, other, _)))
    return rows


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


def read(shell: Shell, visitor: Visitor, monday: date) -> tuple[date | None, Week, dict[date, list[Ghost]]]:
    """Read the week, a day on which there is something to see, if anywhere, and where plans had lain before."""
    if not shell.has_picture(visitor):
        return None, charts.lay_out(monday, [], [], []), {}
    assert visitor.account_id
    with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
        week = charts.read(connection, visitor.account_id, monday)
    with shell.asking(visitor) as ask:
        ghosts: dict[date, list[Ghost]] = {}
        for row in ask(SQL["former_plans"], monday=monday, zone=str(visitor.zone)):
            ghosts.setdefault(row["local_date"], []).append(Ghost(**row))
    return (monday if week.blocks else shell.latest(visitor)), week, ghosts
