"""Intents: what a person wishes of each day, week or month, in the vocabulary of targets.

Law: as with targets, the past keeps its wish. An intent that changes gets a further version from a day on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from lifetracer.errors import UsageError
from lifetracer.warehouse import queries, versions
from lifetracer.warehouse.connect import Connection
from lifetracer.warehouse.targets import Bounds, Target, named, subject_key
from lifetracer.warehouse.versions import is_over

_SQL = queries.beside(__file__)

MOST_INTENTS = 100
"""Living at a time; more than a person can mean."""


class AlreadyWishedError(UsageError):
    """You wish this already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One version of an intent; a row of ``app.intent``."""

    name: str
    sentence: str | None = None
    """As the person said it."""
    subject: str
    subject_value: str | None
    measure: str
    period: str
    comparison: str
    low: Decimal | None
    high: Decimal | None
    weekdays: list[int] | None = None
    priority: int = 0
    valid_from: date
    valid_to: date | None = None
    intent_id: UUID | None = None
    subject_name: str | None = field(default=None, compare=False)
    """What a person calls the subject."""

    def words(self) -> str:
        """Say in words what is wished, as a target would."""
        given = {name: getattr(self, name) for name in _SHARED}
        return Target(**given, subject_name=self.subject_name).sentence()

    def as_json(self) -> dict[str, Any]:
        """Give the intent as plain JSON values."""
        return {
            "intentId": str(self.intent_id),
            "name": self.name,
            "sentence": self.sentence,
            "subject": self.subject,
            "subjectValue": self.subject_value,
            "subjectName": self.subject_name,
            "measure": self.measure,
            "period": self.period,
            "comparison": self.comparison,
            "low": None if self.low is None else float(self.low),
            "high": None if self.high is None else float(self.high),
            "weekdays": self.weekdays,
            "priority": self.priority,
            "validFrom": self.valid_from.isoformat(),
            "validTo": self.valid_to.isoformat() if self.valid_to else None,
        }


_SHARED = (
    "name", "subject", "subject_value", "measure", "period", "comparison", "low", "high", "weekdays", "priority",
    "valid_from", "valid_to",
)  # fmt: skip


def every(connection: Connection, on: date | None = None) -> list[Intent]:
    """List the intents of the account: all versions, or those that run on a day or later; the most important first."""
    with connection.cursor(row_factory=class_row(Intent)) as cursor:
        return cursor.execute(named(connection, _SQL, "every"), {"on": on}).fetchall()


def add(connection: Connection, intent: Intent) -> Intent:
    """Add an intent (in the account's transaction).

    Raises:
        AlreadyWishedError: the same is wished already, under whatever name.
        UsageError: an intent of this name runs already, there are too many, or the amounts make no sense.
        NotFoundError: there is no such category, project or tag.
    """
    intent = replace(intent, subject_value=subject_key(connection, intent.subject, intent.subject_value))
    for known in rivals(connection, intent):
        if (known.low, known.high) == (intent.low, intent.high):
            raise AlreadyWishedError(
                f"You wish this already: {known.name}.", remedy="Change it or end it; wishing twice counts once."
            )
    living = [known for known in every(connection) if not is_over(known, intent.valid_from)]
    if any(known.name == intent.name for known in living):
        raise UsageError(
            f"There is an intent named {intent.name} already.", remedy="Change it, end it, or choose another name."
        )
    if len({known.intent_id for known in living}) >= MOST_INTENTS:
        raise UsageError(f"There are {MOST_INTENTS} intents already.", remedy="End some of them first.")
    return _write(connection, intent)


def rivals(connection: Connection, intent: Intent) -> list[Intent]:
    """List the living intents that bound the same thing on the same days from the same side, by whatever amount."""

    def sense(one: Intent) -> tuple[object, ...]:
        return (one.subject, one.subject_value, one.measure, one.period, one.comparison, sorted(one.weekdays or ()))

    return [known for known in every(connection, intent.valid_from) if sense(known) == sense(intent)]


def free_name(connection: Connection, wanted: str, on: date) -> str:
    """Give the name, or where an intent bears it already, the name with the next number."""
    taken = {known.name for known in every(connection) if not is_over(known, on)}
    wanted = wanted[:190]
    return next(name for n in range(1, 10_000) if (name := wanted if n == 1 else f"{wanted} {n}") not in taken)


def change(
    connection: Connection, name: str, bounds: Bounds, since: date, more: Mapping[str, Any] | None = None
) -> Intent:
    """Wish something else from a day on; periods that began before keep the former wish.

    Args:
        connection: in the account's transaction.
        name: name or id of the intent.
        bounds: what is wished from then on.
        since: first day.
        more: further fields that change, e.g. ``{"priority": 5, "sentence": "…"}``.

    Raises:
        NotFoundError: there is no intent of this name that goes on.
        UsageError: the amounts make no sense.
    """
    former = find(connection, name, since)
    changed = replace(
        former,
        comparison=bounds.comparison,
        low=bounds.low,
        high=bounds.high,
        valid_from=max(since, former.valid_from),
        **{"sentence": None, **(more or {})},
    )
    return _write(connection, changed)


def end(connection: Connection, name: str, on: date) -> Intent:
    """End an intent: nothing is proposed for periods that begin on that day or later.

    Raises:
        NotFoundError: there is no intent of this name that goes on.
    """
    found = find(connection, name, on)
    connection.execute(_SQL["end"], {"intent_id": found.intent_id, "on": on})
    return found


def find(connection: Connection, name: str, on: date) -> Intent:
    """Find the latest version of an intent by name or id, unless it has ended before a day.

    Raises:
        NotFoundError: there is none.
    """
    return versions.latest(every(connection), lambda intent: intent.intent_id, name, on, "intent")


def _write(connection: Connection, intent: Intent) -> Intent:
    given = {name: getattr(intent, name) for name in (*_SHARED, "sentence", "intent_id")}
    kept = versions.written(connection, Intent, _SQL["put"], given, "intent")
    return next(known for known in every(connection) if known == kept)
