"""The targets page: how far each target came in its open period, its streak, and its last periods.

Law: progress, verdict and streak are the marts'; the page only words them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts import Words, keep
from lifetracer.console.shell import Shell
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
        row = self.latest
        bounds = {name: amount(row[name], row["measure"], _) for name in ("low", "high") if row[name] is not None}
        said = TIMES.get((row["measure"], row["comparison"])) or SENTENCES[row["comparison"]]
        every = EVERY[row["period"]]
        return _("{wanted} {every}", wanted=_(said, **bounds), every=_(every))

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
    def targets(request: Request) -> Response:
        visitor = shell.visitor(request)
        picture = shell.has_picture(visitor)
        found: list[Progress] = []
        if picture:
            with shell.asking(visitor) as ask:
                periods = ask(SQL["progress"], today=visitor.now.date())
                streaks = {row["target_id"]: row for row in ask(SQL["streaks"])}
            found = gather(periods, streaks)
        return shell.page(
            request,
            visitor,
            "targets.html",
            page="targets",
            standing=shell.standing(visitor),
            picture=picture,
            targets=found,
        )

    return router


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
