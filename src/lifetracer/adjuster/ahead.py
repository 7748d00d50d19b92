"""The days ahead: their free hours, and what was promised of them before.

Law: what is planned, slept and held in reserve is not free; a promise asks only for what is not yet lived or planned.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from lifetracer.adjuster.asked import Work
from lifetracer.adjuster.facts import Facts, Subject
from lifetracer.adjuster.fitting import Room
from lifetracer.adjuster.history import NOTHING
from lifetracer.adjuster.room import Claim
from lifetracer.periods import start_of, step
from lifetracer.warehouse.targets import Target

FIRST = 1e9
"""Priority of what was agreed before: it comes before any wish."""


def room_of(work: Work, horizon: int) -> Room:
    """Give the free hours of the days ahead, and what was promised before."""
    facts = work.facts
    free: list[float] = []
    planned: dict[tuple[str, int], float] = {}
    sleep = facts.sleep if facts.sleep is not None else float(work.ambition.sleep_seconds)
    for n in range(horizon):
        day = facts.today + timedelta(days=n)
        length = facts.lengths.get(day, 86400.0) if n else facts.left
        events = facts.planned.get(day, {})
        part = length / 86400.0
        asleep = max(0.0, sleep * part - sum(events.get(category, 0.0) for category in facts.sleeps))
        free.append(max(0.0, length - sum(events.values()) - asleep - work.ambition.reserve_seconds * part))
        planned |= {(category, n): seconds for category, seconds in events.items()}
        planned["asleep", n] = asleep
    return Room(free, planned, tuple(_commitments(work, planned)))


def _commitments(work: Work, planned: dict[tuple[str, int], float]) -> Iterable[Claim]:
    """Give what targets that are in force still ask for."""
    facts = work.facts
    versions: dict[UUID | None, list[Target]] = {}
    for target in work.targets:
        if target.measure == "duration" and target.low:
            versions.setdefault(target.target_id, []).append(target)
    for several in versions.values():
        latest = sorted(several, key=lambda version: version.valid_from, reverse=True)
        for ahead in (0, 1):
            for target in latest:
                start = start_of(facts.today, target.period)
                start = step(start, target.period, 1) if ahead else start
                if target.valid_from > start:
                    continue
                if target.valid_to is None or target.valid_to > start:
                    yield _commitment(facts, target, start, planned)
                break


def _commitment(facts: Facts, target: Target, start: date, planned: dict[tuple[str, int], float]) -> Claim:
    subject = Subject(target.subject, target.subject_value)
    lived, parts = facts.lived[subject.key], facts.parts(subject)
    if parts is not None and parts & facts.sleeps:
        parts |= {"asleep"}
    days = [start + timedelta(days=n) for n in range((step(start, target.period, 1) - start).days)]
    days = [day for day in days if target.weekdays is None or day.isoweekday() in target.weekdays]
    ahead = tuple((day - facts.today).days for day in days if day >= facts.today)
    done = sum(lived.get(day, NOTHING).seconds for day in days if day <= facts.today)
    done += sum(seconds for (part, n), seconds in planned.items() if n in ahead and (parts is None or part in parts))
    return Claim(max(0.0, float(target.low or 0) - done), ahead, parts, FIRST)
