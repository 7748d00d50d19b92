"""The Loop page, which is home: per category lived, likely, wanted and planned, the gaps, and one next step.

Law: amounts are the marts'; the address holds the whole view (kind of period, a day in it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.charts import Words, keep
from lifetracer.charts.loop import GRAVITY, Band, Bounds, Row
from lifetracer.console.next_step import Facts, Proposed, Slot, Step, next_step
from lifetracer.console.periods import parse_day
from lifetracer.console.shell import Asking, Shell, Standing, Visitor
from lifetracer.console.targets import Progress
from lifetracer.periods import start_of, step
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

Found = Mapping[str, Any]
"""A row of a query."""

PARTS = ("summed", "likely", "target", "proposal", "wish", "ahead")
"""Queries that tell of each category; the last by its name alone."""

GRAINS = ("week", "month")
"""Periods that have a loop."""

CHOICES = (("week", 0, keep("This week")), ("week", 1, keep("Next week")), ("month", 0, keep("This month")))
"""What is offered at once: kind of period, how many further on than the present one, and how it is called."""


@dataclass(frozen=True)
class Period:
    """The week or month that is looked at."""

    grain: str
    first: date
    today: date

    @property
    def until(self) -> date:
        """Day after its last."""
        return step(self.first, self.grain, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - timedelta(days=1)

    @property
    def present(self) -> date:
        """First day of the period that holds today."""
        return start_of(self.today, self.grain)

    @property
    def is_over(self) -> bool:
        """Whether it lies in the past."""
        return self.until <= self.today

    @property
    def is_ahead(self) -> bool:
        """Whether it has not begun."""
        return self.first > self.today

    def address(self, by: int = 0) -> str:
        """Give where it is, or the one so many further on."""
        return address(self.grain, step(self.first, self.grain, by), self.today)


@dataclass(frozen=True)
class Loop:
    """What the page shows of a period."""

    rows: Sequence[Row]
    others: Sequence[Progress]
    sums: Mapping[str, Any]
    step: Step | None

    @property
    def aimed(self) -> Sequence[Row]:
        """Categories of which somebody wants something, where most is missing first."""
        aimed = (row for row in self.rows if row.is_aimed_at)
        return sorted(aimed, key=lambda row: (GRAVITY.index(row.gap.tone), -row.priority))

    @property
    def rest(self) -> Sequence[Row]:
        """The others."""
        return [row for row in self.rows if not row.is_aimed_at]

    @property
    def ahead(self) -> int:
        """Seconds that are planned and still to come."""
        return sum(row.ahead for row in self.rows)

    @property
    def met(self) -> tuple[int, int]:
        """How many targets of the period are met, of how many."""
        verdicts = [row.target.is_met for row in self.rows if row.target] + [
            one.latest["is_met"] for one in self.others
        ]
        return sum(verdict is True for verdict in verdicts), len(verdicts)

    @property
    def estimated_at(self) -> datetime | None:
        """When what is likely was reckoned last."""
        return max((row.band.made_at for row in self.rows if row.band), default=None)


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the page, and of the address without any path."""
    router = APIRouter(route_class=shell.route)

    @router.get("/")
    def home(request: Request) -> Response:
        visitor = shell.visitor(request)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{'/loop' if has_lived(shell, visitor) else '/week'}{query}", status_code=303)

    @router.get("/loop")
    def loop(request: Request, grain: str = "week", day: str = "") -> Response:
        visitor = shell.visitor(request)
        grain = grain if grain in GRAINS else "week"
        today = visitor.now.date()
        period = Period(grain, start_of(parse_day(day) if day else today, grain), today)
        standing = shell.standing(visitor)
        lived = has_lived(shell, visitor)
        if not lived and not standing.connections:
            return shell.page(request, visitor, "welcome.html", page="loop")
        found = None
        if lived:
            with shell.asking(visitor) as ask:
                found = read(ask, period, visitor, standing)
        return shell.page(
            request,
            visitor,
            "loop.html",
            page="loop",
            standing=standing,
            period=period,
            view=found,
            latest=shell.latest(visitor) if found and not found.rows and period.first == period.present else None,
            here=address(grain, today, today),
            choices=choices(visitor),
        )

    return router


def choices(visitor: Visitor) -> list[tuple[str, str, str]]:
    """List what is offered at once: address, words, address."""
    today = visitor.now.date()
    found = [(Period(grain, start_of(today, grain), today).address(by), words) for grain, by, words in CHOICES]
    return [(where, visitor.words(words), where) for where, words in found]


def address(grain: str, day: date, today: date) -> str:
    """Write the address of a period; what is as usual is left out."""
    said = {"grain": grain if grain != "week" else "", "day": day.isoformat()}
    if start_of(day, grain) == start_of(today, grain):
        said["day"] = ""
    query = urlencode({name: value for name, value in said.items() if value})
    return f"/loop?{query}" if query else "/loop"


def has_lived(shell: Shell, visitor: Visitor) -> bool:
    """Tell whether anything was lived, so that there is a loop to look at."""
    if not shell.has_picture(visitor):
        return False
    with shell.asking(visitor) as ask:
        return bool(ask(SQL["lived"])[0]["lived"])


def read(ask: Asking, period: Period, visitor: Visitor, standing: Standing) -> Loop:
    """Read the period, and what waits to be done."""
    now = visitor.now
    span = {"grain": period.grain, "first": period.first, "until": period.until, "today": period.today}
    second = now.hour * 3600 + now.minute * 60
    moment = {"present": period.present, "second": second, "monday": start_of(period.today, "week")}
    parts = {name: ask(SQL[name], **span, **moment) for name in PARTS}
    rows = gather(parts, is_over=period.is_over)
    drawn = {one["target_id"] for one in parts["target"]}
    others = [Progress(one, (), None) for one in ask(SQL["targets"], **span) if one["target_id"] not in drawn]
    sums = ask(SQL["sums"], **span)[0]
    loop = Loop(rows, others, sums, None)
    if period.is_over:
        return loop
    facts = Facts(
        now=now,
        troubled=[one for one in standing.connections if one["status"] == "needs_user"],
        stale=standing.stale,
        estimated_at=loop.estimated_at,
        proposals=[proposed(one, visitor.words) for one in ask(SQL["proposals"], today=period.today)],
        slots=[slot(one, visitor) for one in ask(SQL["slots"], now=now)],
        rows=rows,
        free_seconds=max(0, sums["future_seconds"] - loop.ahead),
        has_wishes=bool(sums["has_wishes"]),
    )
    return Loop(rows, others, sums, next_step(facts, visitor.words))


def gather(parts: Mapping[str, Sequence[Found]], *, is_over: bool) -> list[Row]:
    """Put what is known of each category together, the one with most time first."""
    ahead = {one["category"]: one["seconds"] for one in parts["ahead"]}
    by_name = {name: {one["category_id"]: one for one in parts[name]} for name in PARTS if name != "ahead"}
    known = {key: one for found in by_name.values() for key, one in found.items()}
    made = []
    for key, named in known.items():
        summed, likely, target, proposal, wish = (by_name[name].get(key) for name in by_name)
        offer = _bounds(proposal, probability="probability")
        agreed = offer if proposal and proposal["status"] in ("accepted", "edited") else None
        chance = proposal["probability_wished"] if proposal else None
        made.append(
            Row(
                category=named["category"] or "",
                color=named["category_color"] or "",
                lived=summed["actual_seconds"] if summed else 0,
                planned=summed["planned_seconds"] if summed else 0,
                ahead=ahead.get(named["category"], 0),
                band=Band(**{one.name: likely[one.name] for one in fields(Band)}) if likely else None,
                target=_bounds(target) or agreed,
                proposal=None if agreed else offer,
                wish=_bounds(wish, chance=chance),
                priority=max((one["priority"] or 0 for one in (target, proposal, wish) if one), default=0),
                is_over=is_over,
            )
        )
    return sorted(made, key=lambda row: (-max(row.lived, row.planned, row.likely), row.category))


def _bounds(found: Found | None, chance: Any = None, probability: str = "") -> Bounds | None:
    if found is None:
        return None
    return Bounds(
        comparison=found["comparison"],
        low=_whole(found["low"]),
        high=_whole(found["high"]),
        name=found["name"] or "",
        reached=_whole(found.get("reached")),
        is_met=found.get("is_met"),
        probability=_part(found[probability] if probability else chance),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else round(value)


def _part(value: Any) -> float | None:
    return None if value is None else float(value)


def proposed(found: Found, words: Words) -> Proposed:
    """Word a proposed target."""
    progress = Progress({**found, "reached": None, "is_met": None}, (), None)
    return Proposed(found["subject_name"] or found["name"], progress.sentence(words), float(found["probability"] or 0))


def slot(found: Found, visitor: Visitor) -> Slot:
    """Put a proposed block on the visitor's clock."""
    starts_at, ends_at = (found[name].astimezone(visitor.zone) for name in ("starts_at", "ends_at"))
    return Slot(found["category"] or found["title"], starts_at, ends_at, found["change"])
