"""What the marts show of estimates, their scores and insights, as rows.

Law: nothing is reckoned here; these are the marts' own columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.rows import dict_row

from lifetracer.errors import UsageError
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Connection

SQL = beside(__file__)
GRAINS = ("day", "week", "month")

Row = dict[str, Any]


def estimates(
    con: Connection, account_id: UUID, grain: str, day: date, periods: int = 1, category: str | None = None
) -> list[Row]:
    """Give the estimates of the periods from the one of a day on, the largest first.

    Raises:
        UsageError: nothing was transformed yet.
    """
    return _rows(
        con,
        "estimates",
        {"account_id": account_id, "grain": grain, "day": day, "periods": periods, "category": category},
    )


def scores(con: Connection, account_id: UUID, grain: str, category: str | None = None) -> list[Row]:
    """Give how good former estimates were, by category and how far ahead they were made.

    Raises:
        UsageError: nothing was transformed yet.
    """
    return _rows(con, "scores", {"account_id": account_id, "grain": grain, "category": category})


def choices(con: Connection, account_id: UUID, category: str | None = None) -> list[Row]:
    """Give who answers for each category, and why.

    Raises:
        UsageError: nothing was transformed yet.
    """
    return _rows(con, "choices", {"account_id": account_id, "category": category})


def insights(con: Connection, account_id: UUID, category: str | None = None) -> list[Row]:
    """Give what was noticed and still holds.

    Raises:
        UsageError: nothing was transformed yet.
    """
    return _rows(con, "insights", {"account_id": account_id, "category": category})


def plain(value: object) -> object:
    """Give a value of a row as JSON has it."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _rows(con: Connection, query: str, values: Mapping[str, Any]) -> list[Row]:
    made = con.execute(SQL["is_made"]).fetchone()
    if not (made and made[0]):
        raise UsageError("Nothing is estimated yet.", remedy="Run `lifetracer transform`, then `lifetracer analyze`.")
    with con.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[query], values).fetchall()
