"""Targets: what a person wants of each day, week or month.

Law: the past keeps its measure. A target that changes gets a further version from a day on; nothing is rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries, versions
from lifetracer.warehouse.connect import Connection
from lifetracer.warehouse.measures import write
from lifetracer.warehouse.versions import is_over, listing

_SQL = queries.beside(__file__)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

WORDS = {"at_least": "at least", "at_most": "at most", "exactly": "exactly", "between": "between"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is wanted: ``at_least`` has a low, ``at_most`` a high, ``between`` both, ``exactly`` both and equal."""

    comparison: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One version of a target; a row of ``app.target``."""

    name: str
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
    made_by: str = "person"
    target_id: UUID | None = None
    subject_name: str | None = field(default=None, compare=False)
    """What a person calls the subject."""

    def sentence(self) -> str:
        """Say in words what is wanted."""
        amounts = [write(amount, self.measure) for amount in (self.low, self.high) if amount is not None]
        wanted = f"between {amounts[0]} and {amounts[1]}" if self.comparison == "between" else amounts[0]
        if self.comparison != "between":
            wanted = f"{WORDS[self.comparison]} {wanted}"
        how = {
            "count": " entries",
            "share": " of tracked time",
            "start_time": ", first start",
            "end_time": ", last end",
        }
        days = f" on {', '.join(WEEKDAYS[day - 1] for day in self.weekdays)}" if self.weekdays else ""
        about = self.subject_name or self.subject_value
        what = "all tracked time" if self.subject == "all" else f"{self.subject} {about}"
        return f"{what}: {wanted}{how.get(self.measure, '')} per {self.period}{days}"

    def as_json(self) -> dict[str, Any]:
        """Give the target as plain JSON values."""
        return {
            "targetId": str(self.target_id),
            "name": self.name,
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
            "madeBy": self.made_by,
        }


def every(connection: Connection, on: date | None = None) -> list[Target]:
    """List the targets of the account: all versions, or those in force on a day; the most important first."""
    with connection.cursor(row_factory=class_row(Target)) as cursor:
        return cursor.execute(named(connection, _SQL, "every"), {"on": on}).fetchall()


def add(connection: Connection, target: Target) -> Target:
    """Add a target (in the account's transaction).

    Raises:
        UsageError: a target of this name is in force already, or the amounts make no sense.
        NotFoundError: there is no such category, project or tag.
    """
    if any(known.name == target.name and not is_over(known, target.valid_from) for known in every(connection)):
        raise UsageError(
            f"There is a target named {target.name} already.", remedy="Change it, end it, or choose another name."
        )
    return _write(connection, target, subject_key(connection, target.subject, target.subject_value))


def put(connection: Connection, target: Target) -> Target:
    """Write one version of a target whose id and subject are known (in the account's transaction).

    Raises:
        UsageError: the amounts make no sense.
    """
    return _write(connection, target, target.subject_value)


def change(connection: Connection, name: str, bounds: Bounds, since: date) -> Target:
    """Want something else of a target from a day on; periods that began before keep the former measure.

    Raises:
        NotFoundError: there is no target of this name that goes on.
        UsageError: the amounts make no sense.
    """
    former = find(connection, name, since)
    given = {name: getattr(former, name) for name in ("name", "subject", "measure", "period", "weekdays", "priority")}
    changed = Target(
        **given,
        subject_value=former.subject_value,
        comparison=bounds.comparison,
        low=bounds.low,
        high=bounds.high,
        valid_from=max(since, former.valid_from),
        valid_to=former.valid_to,
        made_by=former.made_by,
        target_id=former.target_id,
    )
    return _write(connection, changed, former.subject_value)


def end(connection: Connection, name: str, on: date) -> Target:
    """End a target: periods that begin on that day or later are not measured any more.

    Raises:
        NotFoundError: there is no target of this name that goes on.
    """
    found = find(connection, name, on)
    connection.execute(_SQL["end"], {"target_id": found.target_id, "on": on})
    return found


def find(connection: Connection, name: str, on: date) -> Target:
    """Find the latest version of a target by name or id, unless it has ended before a day.

    Raises:
        NotFoundError: there is none.
    """
    return versions.latest(every(connection), lambda target: target.target_id, name, on, "target")


def _write(connection: Connection, target: Target, subject_value: str | None) -> Target:
    given = {name: getattr(target, name) for name in Target.__dataclass_fields__ if name != "subject_name"}
    kept = versions.written(connection, Target, _SQL["put"], given | {"subject_value": subject_value}, "target")
    return next(known for known in every(connection) if known == kept)


def subject_key(connection: Connection, subject: str, wanted: str | None) -> str | None:
    """Give the key of what is measured; while nothing of the kind is known, it stays as it was written.

    Raises:
        NotFoundError: there is no such category, project or tag; names those that come near.
    """
    if wanted is None or subject not in {"category", "project", "tag"}:
        return wanted
    known = connection.execute(named(connection, _SQL, f"every_{subject}")).fetchall()
    if not known:
        return wanted
    for key, name in known:
        if wanted == key or wanted.casefold() == name.casefold():
            return str(key)
    names = [name for _, name in known]
    raise NotFoundError(f"There is no {subject} {wanted}.", remedy=listing(names, wanted, f"its {subject}"))


def named(connection: Connection, sql: Mapping[str, str], name: str) -> str:
    """Choose the query that does without the names of categories and projects while no transform has made them."""
    made = connection.execute(_SQL["is_made"]).fetchone()
    return sql[name if made and made[0] else f"{name}_unnamed"]
