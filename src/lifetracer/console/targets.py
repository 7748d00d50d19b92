"""The targets page: proposals to decide, what is wished, how far each target came, days away, ambition.

Law: progress, verdict and streak are the marts', odds the adjuster's; the page only words them. What is changed goes
through the HTTP API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.adjuster import wishing
from lifetracer.charts import Words, keep
from lifetracer.console import wishes
from lifetracer.console.shell import Shell, Visitor
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

SENTENCES = {
    "at_least": keep("at least {low}"),
    "at_most": keep("at most {high}"),
    "between": keep("{low} to {high}"),
    "exactly": keep("exactly {low}"),
}
EVERY = {"day": keep("a day"), "week": keep("a week"), "month": keep("a month")}
TIMES = {
    ("start_time", "at_most"): keep("begun by {high}"),
    ("start_time", "at_least"): keep("begun at {low} or later"),
    ("start_time", "between"): keep("begun between {low} and {high}"),
    ("end_time", "at_most"): keep("ended by {high}"),
    ("end_time", "at_least"): keep("ended at {low} or later"),
    ("end_time", "between"): keep("ended between {low} and {high}"),
}
"""How wishes about times of day are said."""
BOLDNESS = {
    0.5: keep("bold: reached every other time"),
    0.65: keep("balanced: reached two times in three"),
    0.8: keep("safe: reached four times in five"),
    0.9: keep("very safe: reached nine times in ten"),
}
"""The chances with which proposed targets are to be reached."""
LONGEST = 500
"""Letters of a sentence, as the API takes them."""
SHOWN = {"day": 28, "week": 16, "month": 12}
"""How many of the last periods are shown."""


@dataclass(frozen=True)
class Progress:
    """One target: its open or latest period, and those before."""

    latest: Mapping[str, Any]
    periods: Sequence[Mapping[str, Any]]
    streak: Mapping[str, Any] | None

    def sentence(self, _: Words) -> str:
        """Say what is wanted: ``at least 8 h 00 m a week``."""
        every = EVERY[self.latest["period"]]
        return _("{wanted} {every}", wanted=bounds(self.latest, _), every=_(every))

    def reached(self, _: Words) -> str:
        """Say how much was reached."""
        value = self.latest["reached"]
        return "–" if value is None else amount(value, self.latest["measure"], _)

    @property
    def bar(self) -> tuple[int, int]:
        """Where the bar ends and where the target's line stands, in percent of a track that leaves room above it."""
        row = self.latest
        bound = row["low"] if row["low"] is not None else row["high"]
        if not bound or row["measure"] in ("start_time", "end_time"):
            return (100 if row["is_met"] else 0), 100
        part = float(row["reached"] or 0) / float(bound)
        top = max(1.25, min(part, 2.5))
        return round(100 * min(part, top) / top), round(100 / top)

    @property
    def is_over_the_top(self) -> bool:
        """Whether more was used than is allowed."""
        row = self.latest
        return row["high"] is not None and row["reached"] is not None and row["reached"] > row["high"]


def routes(shell: Shell) -> APIRouter:
    """Make the route of the targets page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/targets")
    def targets(request: Request, sentence: str = "") -> Response:
        visitor = shell.visitor(request)
        found, desk = read(shell, visitor, sentence[:LONGEST].replace("\x00", ""))
        _ = visitor.words
        return shell.page(
            request,
            visitor,
            "targets.html",
            page="targets",
            standing=shell.standing(visitor),
            picture=desk is not None and desk.is_made,
            targets=found,
            desk=desk,
            today=visitor.now.date(),
            a_day=timedelta(days=1),
            statuses=wishes.STATUSES,
            boldness=BOLDNESS,
            say=lambda intent: wishing.say(intent, _.language, dates=False),
            bounds=lambda row, low="low", high="high": bounds(row, _, low, high),
            amount=lambda value, measure: amount(value, measure, _),
            written=written,
        )

    return router


def read(shell: Shell, visitor: Visitor, sentence: str) -> tuple[list[Progress], wishes.Desk | None]:
    """Read how the targets stand, and what waits for the person."""
    if visitor.account_id is None:
        return [], None
    today = visitor.now.date()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SQL}
    is_made = shell.has_picture(visitor)
    if is_made:
        with shell.asking(visitor) as ask:
            rows = {name: ask(query, today=today) for name, query in SQL.items()}
    with shell.warehouse.transaction(account_id=visitor.account_id) as con:
        desk = wishes.read(con, today, visitor.words.language, sentence, rows, is_made=is_made)
    return gather(rows["progress"], {row["target_id"]: row for row in rows["streaks"]}), desk


def gather(periods: Sequence[Mapping[str, Any]], streaks: Mapping[Any, Mapping[str, Any]]) -> list[Progress]:
    """Put the periods of each target together; rows come with the latest period first."""
    of_target: dict[Any, list[Mapping[str, Any]]] = {}
    for row in periods:
        of_target.setdefault(row["target_id"], []).append(row)
    made = []
    for target_id, rows in of_target.items():
        shown = rows[: SHOWN[rows[0]["period"]]]
        made.append(Progress(rows[0], tuple(reversed(shown)), streaks.get(target_id)))
    return sorted(made, key=lambda one: (-one.latest["priority"], one.latest["name"]))


def amount(value: Decimal | int, measure: str, _: Words) -> str:
    """Word an amount as its measure wants it."""
    if measure == "share":
        return f"{float(value) * 100:.3g} %"
    if measure == "count":
        return _("{count} entries", count=int(value))
    if measure in ("start_time", "end_time"):
        return _.clock(int(value))
    return _.duration(int(value))


def bounds(row: Mapping[str, Any], _: Words, low: str = "low", high: str = "high") -> str:
    """Word what is wanted without how often: ``at least 8 h 00 m``; the columns of its bounds may be named."""
    amounts = {
        name: amount(row[column], row["measure"], _)
        for name, column in (("low", low), ("high", high))
        if row[column] is not None
    }
    said = TIMES.get((row["measure"], row["comparison"])) or SENTENCES[row["comparison"]]
    return _(said, **amounts) if amounts else "–"


def written(value: Decimal | float | None, measure: str) -> str:
    """Write an amount as a field of a form takes it: ``7:30``, ``3``, ``25``."""
    if value is None:
        return ""
    if measure == "share":
        return f"{float(value) * 100:.4g}"
    if measure == "count":
        return f"{float(value):g}"
    minutes = round(float(value) / 60)
    return f"{minutes // 60}:{minutes % 60:02}"
