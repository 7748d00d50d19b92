"""What is asked: each running intent in its present period and in the next one, with the days and bounds that count.

Law: days away ask for nothing, and what is carried over from the last period adds half a wish at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lifetracer.adjuster import history
from lifetracer.adjuster.facts import Facts, Subject
from lifetracer.adjuster.history import NOTHING, measured
from lifetracer.adjuster.reasons import Reason
from lifetracer.periods import start_of, step
from lifetracer.warehouse.intents import Intent
from lifetracer.warehouse.targets import Target
from lifetracer.warehouse.vacations import Ambition

MOST_CARRIED = 0.5
"""Part of a wish that at most is added to it from the last period."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An intent in one of its periods."""

    intent: Intent
    start: date
    end: date
    counted: tuple[date, ...]
    """Days that count: of its weekdays, without vacations."""
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...] = ()

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.intent.subject, self.intent.subject_value)

    @property
    def key(self) -> str:
        """Its name in one word."""
        return f"{self.intent.intent_id}:{self.start}"


@dataclass(slots=True)
class Work:
    """What is at hand while proposals are made: read once, asked by every step."""

    facts: Facts
    ambition: Ambition
    decided: list[dict[str, Any]]
    targets: Sequence[Target]
    notes: list[dict[str, Any]] = field(default_factory=list)

    def note(self, intent: Intent, start: date, code: str) -> None:
        """Keep in mind that an intent gets no proposal."""
        told = {"intent": intent.name, "period": intent.period, "periodStart": start.isoformat(), "code": code}
        self.notes.append(told)


def every(work: Work, wanted: Iterable[Intent]) -> Iterable[Asked]:
    """Give the periods for which a target is to be proposed."""
    versions: dict[UUID | None, list[Intent]] = {}
    for intent in wanted:
        versions.setdefault(intent.intent_id, []).append(intent)
    for several in versions.values():
        for ahead in (0, 1):
            found = _in_force(several, work.facts.today, ahead)
            if found is None:
                continue
            intent, start = found
            if any(row["intent_id"] == intent.intent_id and row["period_start"] == start for row in work.decided):
                continue
            asked = _ask(work, intent, start, is_present=ahead == 0)
            if asked:
                yield asked


def _in_force(versions: Sequence[Intent], today: date, ahead: int) -> tuple[Intent, date] | None:
    """Give the version that is valid on the first day of the present or the next period, and that day."""
    for intent in sorted(versions, key=lambda version: version.valid_from, reverse=True):
        start = start_of(today, intent.period)
        if ahead:
            start = step(start, intent.period, 1)
        if intent.valid_from <= start:
            return None if intent.valid_to is not None and intent.valid_to <= start else (intent, start)
    return None


def _ask(work: Work, intent: Intent, start: date, *, is_present: bool) -> Asked | None:
    end = step(start, intent.period, 1)
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    counting = [day for day in days if intent.weekdays is None or day.isoweekday() in intent.weekdays]
    counted = tuple(day for day in counting if day not in work.facts.away)
    if not counting:
        return None
    if not counted:
        work.note(intent, start, "away")
        return None
    low, high = (None if amount is None else float(amount) for amount in (intent.low, intent.high))
    reasons: list[Reason] = []
    if len(counted) < len(counting) and intent.measure in history.ADDITIVE:
        part = len(counted) / len(counting)
        low, high = (None if amount is None else float(math.floor(amount * part)) for amount in (low, high))
        days_away = len(counting) - len(counted)
        reasons.append({"code": "vacation", "days": days_away, "wished": high if low is None else low})
    if is_present and low is not None and work.ambition.carry_over and intent.measure in history.ADDITIVE:
        short = min(_shortfall(work, intent, start), math.floor(low * MOST_CARRIED))
        if high is not None:
            short = min(short, high - low)
        if short > 0:
            low += short
            reasons.append({"code": "carried_over", "amount": short})
    return Asked(intent, start, end, counted, low, high, tuple(reasons))


def _shortfall(work: Work, intent: Intent, start: date) -> float:
    """Give what the target of the last period fell short of, if one was agreed on."""
    before = step(start, intent.period, -1)
    agreed: float | None = next(
        (
            row["decided_low"]
            for row in work.decided
            if row["intent_id"] == intent.intent_id and row["period_start"] == before and row["decided_low"] is not None
        ),
        None,
    )
    if agreed is None:
        return 0.0
    lived = work.facts.lived[Subject(intent.subject, intent.subject_value).key]
    days = [before + timedelta(days=n) for n in range((start - before).days)]
    counted = [day for day in days if intent.weekdays is None or day.isoweekday() in intent.weekdays]
    reached = measured((lived.get(day, NOTHING) for day in counted), intent.measure) or 0.0
    return max(0.0, agreed - reached)
