"""Kinds of day: what the rule derives is shown, what the person says is kept.

Law: a correction changes nothing but the day's kind; taking it back gives the derived one again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

DAY_TYPES = ("work", "study", "rest", "travel", "holiday")


@dataclass(frozen=True, slots=True)
class Day:
    """A day, what kind it is, and why."""

    local_date: date
    day_type: str
    is_corrected: bool
    reason_en: str | None
    reason_ja: str | None
    is_pending: bool
    """The next transform brings it to the marts."""

    def as_json(self) -> dict[str, Any]:
        """Give the day as plain JSON values."""
        return {
            "localDate": self.local_date.isoformat(),
            "dayType": self.day_type,
            "isCorrected": self.is_corrected,
            "reasonEn": self.reason_en,
            "reasonJa": self.reason_ja,
            "isPending": self.is_pending,
        }


def put(connection: Connection, day: date, day_type: str) -> None:
    """Say what kind of day it is.

    Raises:
        UsageError: there is no such kind.
    """
    if day_type not in DAY_TYPES:
        raise UsageError(f"{day_type} is no kind of day.", remedy=f"Choose one of {', '.join(DAY_TYPES)}.")
    connection.execute(_SQL["put"], {"day": day, "day_type": day_type})


def clear(connection: Connection, day: date) -> None:
    """Take a correction back.

    Raises:
        NotFoundError: that day was not corrected.
    """
    if not connection.execute(_SQL["clear"], {"day": day}).rowcount:
        raise NotFoundError(f"{day} was not set by hand.", remedy="`lifetracer day-type show` tells what was.")


def between(connection: Connection, first: date, last: date) -> list[Day]:
    """List the kinds of the days from ``first`` to ``last`` as the marts have them, corrections being at once."""
    made = connection.execute(_SQL["is_made"]).fetchone()
    query = _SQL["between" if made and made[0] else "said_between"]
    with connection.cursor(row_factory=class_row(Day)) as cursor:
        return cursor.execute(query, {"first": first, "last": last}).fetchall()
