"""The Estimates page: what is likely, beside what was lived and planned; why, how good it was, and what stands out.

Law: every figure is a mart's; the address holds the whole view (kind of period, category).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts import Words, keep
from lifetracer.charts.bands import Picture, Point, Quantiles, lay_band
from lifetracer.charts.insight_words import (
    answered_by,
    chance_words,
    choice_sentence,
    insight_sentence,
    reason_sentences,
    score_sentences,
)
from lifetracer.console.next_step import OLD
from lifetracer.console.shell import Asking, Row, Shell, Visitor
from lifetracer.periods import start_of, step
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

GRAINS = {"day": keep("Daily"), "week": keep("Weekly"), "month": keep("Monthly")}

SPANS = {"day": (10, 14), "week": (8, 5), "month": (6, 2)}
"""How many periods are shown of each category: over, and not over."""

ALONE = {"day": (28, 28), "week": (21, 5), "month": (12, 2)}
"""The same for a category that is looked at alone."""

PRESENT = {"day": keep("Today"), "week": keep("This week"), "month": keep("This month")}

AHEAD = {
    "open": keep("while it runs"),
    "next": keep("shortly before"),
    "soon": keep("two to seven days before"),
    "later": keep("longer before"),
}
"""How far ahead estimates were made."""

KINDS = {
    "anomaly": keep("unusual week"),
    "change_point": keep("lasting change"),
    "planning_fallacy": keep("plans against life"),
    "correlation": keep("go together"),
}
"""What was noticed."""


@dataclass(frozen=True)
class Estimated:
    """One category: its picture, what is likely of the periods to come, and who answers."""

    category: str
    color: str
    picture: Picture
    coming: Sequence[Row]
    """Rows of ``marts.estimate``, the present period first."""
    choice: Row | None
    score: Row | None

    @property
    def present(self) -> Row:
        """The period that is open."""
        return self.coming[0]


@dataclass(frozen=True)
class Insight:
    """Something that was noticed, in words, and where it is seen."""

    kind: str
    color: str
    sentence: str
    chance: str
    href: str


def routes(shell: Shell) -> APIRouter:
    """Make the route of the page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/estimates")
    def estimates(request: Request, grain: str = "week", category: str = "") -> Response:
        visitor = shell.visitor(request)
        words = visitor.words
        grain = grain if grain in GRAINS else "week"
        values: dict[str, Any] = {"picture": shell.has_picture(visitor)}
        if values["picture"]:
            with shell.asking(visitor) as ask:
                values |= read(ask, visitor, grain, category)
        return shell.page(
            request,
            visitor,
            "estimates.html",
            page="estimates",
            standing=shell.standing(visitor),
            grain=grain,
            category=category,
            today=visitor.now.date(),
            grains=[(name, words(said), address(name, category)) for name, said in GRAINS.items()],
            alone=lambda name: address(grain, name),
            inside=lambda start: inside(start, grain),
            present_words=PRESENT,
            ahead_words=AHEAD,
            kind_words=KINDS,
            reasons=lambda row: reason_sentences(row["reasons"], words),
            answered=lambda row: answered_by(row, grain, words),
            chosen=lambda row: choice_sentence(row, words),
            judged=lambda row: score_sentences(row, words),
            **values,
        )

    return router


def address(grain: str, category: str) -> str:
    """Write the address of a view; what is as usual is left out."""
    said = {"grain": grain if grain != "week" else "", "category": category}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"/estimates?{query}" if query else "/estimates"


def inside(start: date, grain: str) -> str:
    """Give where a period of the picture opens."""
    if grain == "day":
        return f"/day/{start}"
    return f"/week?day={start}" if grain == "week" else f"/loop?grain=month&day={start}"


def read(ask: Asking, visitor: Visitor, grain: str, category: str) -> dict[str, Any]:
    """Read everything that the page shows."""
    today = visitor.now.date()
    present = start_of(today, grain)
    over, coming = (ALONE if category else SPANS)[grain]
    span = {"first": step(present, grain, -over), "until": step(present, grain, coming)}
    starts = [step(present, grain, place) for place in range(-over, coming)]
    estimates = ask(SQL["estimates"], grain=grain, present=present, until=span["until"], category=category)
    sums = ask(SQL[grain], **span, category=category)
    choices = ask(SQL["choices"], category=category)
    scores = ask(SQL["scores"], grain=grain, category=category)
    insights = ask(SQL["insights"], category=category)
    found = gather(starts, present, estimates, sums, choices, scores)
    made_at: datetime | None = max((row["made_at"] for row in estimates), default=None)
    return {
        "found": found,
        "over": over,
        "scores": scores,
        "insights": [insight(row, visitor.words) for row in insights],
        "unanswered": [row for row in choices if row["method"] is None],
        "starts": [start for start in starts if start >= present],
        "made_at": made_at,
        "is_old": made_at is not None and visitor.now - made_at > OLD,
    }


def gather(
    starts: Sequence[date],
    present: date,
    estimates: Iterable[Row],
    sums: Iterable[Row],
    choices: Iterable[Row],
    scores: Iterable[Row],
) -> list[Estimated]:
    """Put each category's rows together, the one with most time in the present period first."""
    coming: dict[str, list[Row]] = {}
    for row in estimates:
        coming.setdefault(row["category"], []).append(row)
    lived = {(row["category"], row["start"]): row for row in sums}
    who = {row["category"]: row for row in choices}
    how = {row["category"]: row for row in scores if row["ahead"] == "next"}
    nothing: Row = {"actual_seconds": 0, "planned_seconds": 0}
    made = []
    for category, rows in coming.items():
        likely = {row["period_start"]: Quantiles(*(row[name] for name in Quantiles._fields)) for row in rows}
        points = []
        for start in starts:
            sum_of = lived.get((category, start), nothing)
            points.append(
                Point(
                    start,
                    lived=sum_of["actual_seconds"],
                    planned=sum_of["planned_seconds"] if start >= present else 0,
                    likely=likely.get(start) if start >= present else None,
                )
            )
        color = rows[0]["category_color"] or ""
        made.append(Estimated(category, color, lay_band(points), rows, who.get(category), how.get(category)))
    return made


def insight(row: Mapping[str, Any], words: Words) -> Insight:
    """Word what was noticed, and say where it is seen."""
    named = {**row, "category": words.named(row["category"])}
    if row["other_category"]:
        named["other_category"] = words.named(row["other_category"])
    return Insight(
        kind=row["kind"],
        color=row["category_color"] or "",
        sentence=insight_sentence(named, words),
        chance=chance_words(row["p_value"], words),
        href=_where(row),
    )


def _where(row: Mapping[str, Any]) -> str:
    """Give the page on which a finding is seen best."""
    if row["kind"] == "planning_fallacy":
        return "/adherence"
    said = {
        "category": row["category"],
        "from": row["begins_on"],
        "to": (row["ends_on"] or date.max) - timedelta(days=1),
    }
    if row["kind"] == "anomaly":
        return f"/entries?{urlencode(said)}"
    return f"/trends?{urlencode({'only': row['category']})}"
