"""Days away, and how bold proposals may be: what a person tells the adjuster about themselves.

Law: a vacation is a half-open stretch of days; intents rest on them, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import errors
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

LONGEST = 3660


@dataclass(frozen=True, slots=True)
class Vacation:
    """A stretch of days away; a row of ``app.vacation``."""

    vacation_id: UUID
    name: str
    begins_on: date
    ends_on: date
    """First day that is none of it any more."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "vacationId": str(self.vacation_id),
            "name": self.name,
            "beginsOn": self.begins_on.isoformat(),
            "endsOn": self.ends_on.isoformat(),
        }

    def sentence(self) -> str:
        """Say in words when it is."""
        return f"{self.name}: {self.begins_on} to {self.ends_on - timedelta(days=1)}"


@dataclass(frozen=True, slots=True)
class Ambition:
    """How proposals to a person are made; a row of ``app.adjuster_setting``, or its defaults."""

    probability: float = 0.65
    """Chance with which a proposed target is to be reached; the lower, the more ambitious."""
    carry_over: bool = False
    """Whether what an agreed target fell short of is wished for in the next period as well."""
    sleep_seconds: int = 28800
    """Sleep of a day that is kept free while no category of the kind sleep tells how much it is."""
    reserve_seconds: int = 7200
    """Time of a day that no target may take: meals, ways, breaks."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "probability": float(self.probability),
            "carryOver": self.carry_over,
            "sleepSeconds": self.sleep_seconds,
            "reserveSeconds": self.reserve_seconds,
        }


def every(connection: Connection, since: date | None = None) -> list[Vacation]:
    """List the vacations, or those that are not over on a day; the next first."""
    with connection.cursor(row_factory=class_row(Vacation)) as cursor:
        return cursor.execute(_SQL["every"], {"since": since}).fetchall()


def add(connection: Connection, name: str, begins_on: date, ends_on: date) -> Vacation:
    """Note days away (in the account's transaction); the same again changes nothing.

    Raises:
        UsageError: it ends before it begins, or lasts longer than ten years.
    """
    if not begins_on < ends_on <= begins_on + timedelta(days=LONGEST):
        raise UsageError(
            f"A vacation from {begins_on} to {ends_on - timedelta(days=1)} makes no sense.",
            remedy="The last day is not before the first, and at most ten years after it.",
        )
    with connection.cursor(row_factory=class_row(Vacation)) as cursor:
        added = cursor.execute(_SQL["add"], {"name": name, "begins_on": begins_on, "ends_on": ends_on}).fetchone()
    assert added
    return added


def end(connection: Connection, name: str, on: date) -> Vacation:
    """End a vacation early, named by name or id: that day is none of it any more. One that has not begun goes away.

    Raises:
        NotFoundError: there is none of this name that is not over.
    """
    known = every(connection, on)
    found = next((one for one in known if name in {one.name, str(one.vacation_id)}), None)
    if found is None:
        names = ", ".join(one.name for one in known)
        raise NotFoundError(
            f"There is no vacation {name}.", remedy=f"Known are: {names}." if names else "None is planned."
        )
    if found.begins_on >= on:
        connection.execute(_SQL["remove"], {"vacation_id": found.vacation_id})
        return found
    connection.execute(_SQL["end"], {"vacation_id": found.vacation_id, "on": on})
    return replace(found, ends_on=min(found.ends_on, on))


def ambition(connection: Connection) -> Ambition:
    """Give the account's settings, or the defaults."""
    with connection.cursor(row_factory=class_row(Ambition)) as cursor:
        return cursor.execute(_SQL["ambition"]).fetchone() or Ambition()


def put_ambition(connection: Connection, changes: Mapping[str, Any]) -> Ambition:
    """Change some of the account's settings.

    Raises:
        UsageError: a value lies outside of its range.
    """
    wanted = replace(ambition(connection), **changes)
    values = {name: getattr(wanted, name) for name in Ambition.__dataclass_fields__}
    try:
        with connection.transaction():
            connection.execute(_SQL["put_ambition"], values)
    except (errors.CheckViolation, errors.NumericValueOutOfRange):
        raise UsageError(
            "Such proposals cannot be made.",
            remedy="The chance lies between 10% and 90%, sleep is at most 16h and the reserve at most 18h a day.",
        ) from None
    return ambition(connection)
