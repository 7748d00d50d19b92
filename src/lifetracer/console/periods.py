"""Days, weeks and months in addresses: how they are read and ranged.

Law: what is no day or week is refused; ranges are half-open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from lifetracer.charts import keep
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.periods import start_of, step

PERIOD_WORDS = {"day": keep("Day"), "week": keep("Week"), "month": keep("Month")}
"""The kinds of period, and how they are called on the screen."""

WEEK = re.compile(r"(\d{4})-W(\d{1,2})", re.ASCII)
"""A week in an address; it may come to stand in the name of a file."""


@dataclass(frozen=True)
class Range:
    """Some periods in a row."""

    grain: str
    starts: Sequence[date]

    @property
    def first(self) -> date:
        """First day of the first period."""
        return self.starts[0]

    @property
    def until(self) -> date:
        """Day after the last period."""
        return step(self.starts[-1], self.grain, 1)

    def earlier(self) -> tuple[date, date]:
        """Give the stretch of as many periods before, as first day and day after the last."""
        return step(self.first, self.grain, -len(self.starts)), self.first


def ending(last: date, grain: str, count: int) -> Range:
    """Give the ``count`` periods of which the last holds a day."""
    end = start_of(last, grain)
    return Range(grain, tuple(step(end, grain, n - count + 1) for n in range(count)))


def parse_week(name: str) -> date:
    """Read ``2026-W47`` into its Monday.

    Raises:
        NotFoundError: that is no week.
    """
    found = WEEK.fullmatch(name)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else _refuse(name)
    except ValueError:
        return _refuse(name)


def _refuse(name: str) -> NoReturn:
    raise NotFoundError(f"{name} is not a week.", remedy="Write a week as year and ISO number: 2026-W47.")


def parse_day(text: str) -> date:
    """Read ``2026-11-19``.

    Raises:
        UsageError: that is no day, or one outside 1970 to 2199.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not date(1970, 1, 1) <= day < date(2200, 1, 1):
        raise UsageError(f"{text} is not a day.", remedy="Write a day as 2026-11-19.")
    return day
