"""Rates: what a billable hour costs, by client and project, and since when.

Law: the most specific rate wins (client and project, then project, then client, then any), and of those the latest
that is valid on the day; rates that the service knows only count where there is none here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import errors
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour costs; a row of ``app.rate``."""

    rate_id: UUID
    client_name: str | None
    project_name: str | None
    hourly_amount: Decimal
    currency: str
    valid_from: date

    def as_json(self) -> dict[str, Any]:
        """Give the rate as plain JSON values."""
        return {
            "rateId": str(self.rate_id),
            "client": self.client_name,
            "project": self.project_name,
            "hourlyAmount": float(self.hourly_amount),
            "currency": self.currency,
            "validFrom": self.valid_from.isoformat(),
        }


def every(connection: Connection) -> list[Rate]:
    """List the rates of the account, the most specific first."""
    with connection.cursor(row_factory=class_row(Rate)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def put(
    connection: Connection,
    hourly_amount: Decimal,
    currency: str,
    *,
    client: str | None = None,
    project: str | None = None,
    since: date | None = None,
) -> Rate:
    """Set what an hour costs from a day on (by default always); one for the same from the same day is replaced.

    Raises:
        UsageError: a negative amount, or no currency of three letters.
    """
    given = {
        "client_name": client,
        "project_name": project,
        "hourly_amount": hourly_amount,
        "currency": currency.upper(),
        "valid_from": since or date(2000, 1, 1),
    }
    try:
        with connection.transaction(), connection.cursor(row_factory=class_row(Rate)) as cursor:
            kept = cursor.execute(_SQL["put"], given).fetchone()
    except (errors.CheckViolation, errors.NumericValueOutOfRange):
        raise UsageError(
            f"{hourly_amount} {currency} is no rate.", remedy="Write an amount and a currency, like 95 EUR."
        ) from None
    assert kept
    return kept


def remove(connection: Connection, rate_id: str) -> Rate:
    """Remove a rate by its id or the beginning of it.

    Raises:
        NotFoundError: there is no such rate.
        UsageError: several ids begin so.
    """
    found = [rate for rate in every(connection) if rate_id and str(rate.rate_id).startswith(rate_id.lower())]
    if not found:
        raise NotFoundError(f"There is no rate {rate_id}.", remedy="`lifetracer rate list` shows them.")
    if len(found) > 1:
        raise UsageError(f"Several rates begin with {rate_id}.", remedy="Write more of the id.")
    connection.execute(_SQL["remove"], {"rate_id": found[0].rate_id})
    return found[0]
