"""Read what fitting targets has to know: days lived, estimates, the calendar, sleep; plain values from here on.

Law: one transaction, one present; nothing here decides anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from lifetracer.adjuster.history import Lived
from lifetracer.adjuster.likely import Likely
from lifetracer.errors import UsageError
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside
from lifetracer.warehouse.vacations import Vacation

SQL = beside(__file__)

MEMORY = 400
"""Days that are looked back at."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What wishes and targets are about."""

    subject: str
    value: str | None

    @property
    def key(self) -> str:
        """Its name in one word."""
        return f"{self.subject}:{self.value or ''}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate of the analyzer for a whole period."""

    likely: Likely
    lived: float
    method: str


@dataclass(slots=True)
class Facts:
    """What is known at one present."""

    today: date
    now: float
    """Seconds of today that are over."""
    left: float
    """Seconds of today that are left."""
    first_day: date | None
    lived: Mapping[str, Mapping[date, Lived]]
    """Subject's key → day → what was lived."""
    tracked: Mapping[date, float]
    beneath: Mapping[str, frozenset[str]]
    """Category → itself and all beneath it."""
    sleeps: frozenset[str]
    """Categories of the kind sleep."""
    sleep: float | None
    """Seconds of a night, where sleep is tracked."""
    planned: Mapping[date, Mapping[str, float]]
    """Day → category → seconds that the calendar holds from now on."""
    lengths: Mapping[date, float]
    estimates: Mapping[tuple[str, str, date], Estimate]
    busy: frozenset[str] = frozenset()
    """Categories in which anything was lived."""
    away: frozenset[date] = field(default_factory=frozenset)

    def parts(self, subject: Subject) -> frozenset[str] | None:
        """Give what counts for a subject; ``None``: everything."""
        if subject.subject == "all":
            return None
        if subject.subject == "category" and subject.value is not None:
            return self.beneath.get(subject.value, frozenset({subject.value}))
        return frozenset({subject.key})


def present(con: Connection, at: datetime) -> tuple[date, datetime, datetime]:
    """Give the account's day at an instant, and its first and last instant.

    Raises:
        UsageError: nothing was transformed yet.
    """
    made = con.execute(SQL["is_made"]).fetchone()
    if not (made and made[0]):
        raise UsageError("There is no history to go by.", remedy="Run `lifetracer transform` first.")
    row = con.execute(SQL["account"]).fetchone()
    assert row
    zone = ZoneInfo(row[0])
    today = at.astimezone(zone).date()
    begin, end = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (today, today + timedelta(days=1)))
    return today, begin, end


def read(con: Connection, at: datetime, subjects: Sequence[Subject], vacations: Sequence[Vacation]) -> Facts:
    """Read the facts about some subjects at an instant.

    Raises:
        UsageError: nothing was transformed yet.
    """
    today, begin, end = present(con, at)
    since = today - timedelta(days=MEMORY)
    beneath, sleeps = _tree(con)
    tracked: dict[date, float] = dict(con.execute(SQL["tracked"], {"since": since}).fetchall())
    first = con.execute(SQL["first_day"]).fetchone()
    slept = con.execute(SQL["sleep"], {"today": today}).fetchone()
    planned: defaultdict[date, dict[str, float]] = defaultdict(dict)
    for day, category_id, seconds in con.execute(SQL["planned"], {"today": today, "now": at}):
        planned[day][category_id] = seconds
    return Facts(
        today=today,
        now=(at - begin).total_seconds(),
        left=(end - at).total_seconds(),
        first_day=max(first[0], since) if first and first[0] else None,
        lived=_lived(con, at, since, subjects, beneath, tracked),
        tracked=tracked,
        beneath=beneath,
        sleeps=sleeps,
        sleep=slept[0] if slept else None,
        planned=planned,
        lengths=dict(con.execute(SQL["lengths"], {"today": today}).fetchall()),
        estimates=_estimates(con, today),
        busy=frozenset(row[0] for row in con.execute(SQL["busy"], {"since": since})),
        away=frozenset(
            one.begins_on + timedelta(days=n) for one in vacations for n in range((one.ends_on - one.begins_on).days)
        ),
    )


def _tree(con: Connection) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    rows = con.execute(SQL["categories"]).fetchall()
    children: defaultdict[str, list[str]] = defaultdict(list)
    for category_id, parent_id, _, _ in rows:
        children[parent_id].append(category_id)

    def beneath(category_id: str) -> frozenset[str]:
        found, open_ = {category_id}, [category_id]
        while open_:
            for child in children[open_.pop()]:
                if child not in found:
                    found.add(child)
                    open_.append(child)
        return frozenset(found)

    return {row[0]: beneath(row[0]) for row in rows}, frozenset(row[0] for row in rows if row[2] == "sleep")


def _lived(
    con: Connection,
    at: datetime,
    since: date,
    subjects: Sequence[Subject],
    beneath: Mapping[str, frozenset[str]],
    tracked: Mapping[date, float],
) -> dict[str, dict[date, Lived]]:
    said: list[dict[str, Any]] = [
        {
            "key": subject.key,
            "subject": subject.subject,
            "subject_value": subject.value,
            "category_ids": sorted(beneath.get(subject.value or "", {subject.value or ""})),
        }
        for subject in dict.fromkeys(subjects)
    ]
    found: dict[str, dict[date, Lived]] = {
        one["key"]: {day: Lived(tracked=seconds) for day, seconds in tracked.items()} for one in said
    }
    rows = con.execute(SQL["lived"], {"subjects": Jsonb(said), "since": since, "now": at}) if said else ()
    for key, day, seconds, entries, first, last in rows:
        found[key][day] = Lived(seconds, entries, first, last, tracked.get(day, 0.0))
    return found


def _estimates(con: Connection, today: date) -> dict[tuple[str, str, date], Estimate]:
    found = {}
    for category_id, grain, start, *quantiles, lived, method, _ in con.execute(SQL["estimates"], {"today": today}):
        found[category_id, grain, start] = Estimate(Likely.of_quantiles(quantiles, least=lived), lived, method)
    return found
