"""A whole life as a list of happenings: what is done when, in which account; the same seed, the same life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.person.actual import GARDEN_MONTHS, Doing, Liver
from lifetracer.sandbox.person.diary import Diary
from lifetracer.sandbox.person.plan import EPOCH, Minutes, Planner
from lifetracer.sandbox.person.vocabulary import CalendarSpec

MICROS = 1_000_000
NUMBERS_A_DAY = 100
THOUGHT = {"deep", "client", "relaunch", "learning", "admin", "reading"}
"""Topics whose entries are described more closely afterwards."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One change in an account: a verb, and what it is done with."""

    at: int
    """Microseconds since 1970."""
    account: str
    verb: str
    what: dict[str, Any]


class Life:
    """The demo person's life from a first day on."""

    def __init__(self, seed: str, language: str, zone: ZoneInfo, first: date, index: int, email: str) -> None:
        self.first = first
        self.zone = zone
        self.language = language
        self.planner = Planner(seed, language)
        self.liver = Liver(self.planner)
        resting = {key for key in ("relaunch", "garden") if not self.active(key, first)}
        self.projects = tuple(replace(topic, archived=topic.key in resting) for topic in self.planner.tongue.topics())
        self.numbers = {topic.key: topic.key_number for topic in self.projects}
        self.billable = {topic.key for topic in self.projects if topic.billable}
        self.diary = Diary(self.planner, zone, first, index, email)

    @property
    def calendars(self) -> tuple[CalendarSpec, ...]:
        """The calendars beside the primary one."""
        return self.diary.calendars

    def instant(self, day: date, minutes: Minutes, seconds: int = 0) -> int:
        """Return the instant of a wall-clock time, in seconds since 1970."""
        day, rest = day + timedelta(days=minutes // 1440), minutes % 1440
        wall = datetime(day.year, day.month, day.day, rest // 60, rest % 60, seconds, tzinfo=self.zone)
        return int(wall.timestamp())

    def happenings(self, first: date, last: date) -> list[Happening]:
        """Return all that happens because of the days from ``first`` to ``last``, earliest first."""
        found: list[Happening] = []
        day = first
        while day <= last:
            plan = self.diary.plan(day)
            found += self._entries(day, plan)
            found += [Happening(at, "google", verb, what) for at, verb, what in self.diary.changes(day, plan)]
            day += timedelta(days=1)
        found.sort(key=lambda happening: happening.at)
        return found

    def _entries(self, day: date, plan: list[Any]) -> list[Happening]:
        lived = self.liver.day(day, plan)
        rng = self.liver.rng("track", day)
        base = (day - EPOCH).days * NUMBERS_A_DAY
        found: list[Happening] = []
        for n, doing in enumerate(lived.doings):
            forgotten = lived.forgotten and n == len(lived.doings) - 1
            found += self._entry(day, base + n, doing, rng, forgotten=forgotten)
        if lived.forgotten and rng.random() < 0.4:
            end = self.instant(day, lived.doings[-1].end)
            at = self.instant(day, 1440 + 745, 9) * MICROS + 31_337
            found.append(Happening(at, "toggl", "update_entry", {"number": base + len(lived.doings) - 1, "stop": end}))
        found += self._slips_of_the_finger(day, base, lived.doings, rng)
        for n, key in enumerate(("relaunch", "garden")):
            if day > self.first and self.active(key, day) != self.active(key, day - timedelta(days=1)):
                what = {"number": self.numbers[key], "active": self.active(key, day)}
                found.append(Happening(self.instant(day, 545 + n) * MICROS, "toggl", "update_project", what))
        return found

    def active(self, key: str, day: date) -> bool:
        """Say whether a project that comes and goes is active on a day; otherwise it is archived."""
        return day.month in GARDEN_MONTHS if key == "garden" else self.planner.relaunch_runs(day)

    def _entry(self, day: date, number: int, doing: Doing, rng: Any, *, forgotten: bool) -> list[Happening]:
        start = self.instant(day, doing.start, doing.second)
        stop = self.instant(day, doing.end, rng.randrange(30))
        stop = max(stop, start + 60)
        what: dict[str, Any] = {
            "number": number,
            "project": self.numbers[doing.topic],
            "start": start,
            "description": doing.text or None,
            "tags": doing.tags,
            "billable": doing.topic in self.billable,
        }
        if rng.random() < 0.015 and doing.topic != "sleep":
            what.pop("project")  # An entry without a project is normal.
        # Answers show microseconds for most changes and full seconds for some.
        jitter = rng.randrange(MICROS) if rng.random() < 0.8 else 0
        found: list[Happening] = []
        if doing.by_hand:
            at = (stop + 60 * rng.randrange(2, 90)) * MICROS + jitter
            found.append(Happening(at, "toggl", "create_entry", {**what, "stop": stop}))
        else:
            at = start * MICROS + jitter
            found.append(Happening(at, "toggl", "create_entry", {**what, "stop": None}))
            if not forgotten:
                found.append(
                    Happening(stop * MICROS + jitter, "toggl", "update_entry", {"number": number, "stop": stop})
                )
        roll = rng.random()
        later = (stop + 3600 * rng.randrange(1, 30) + rng.randrange(3600)) * MICROS + jitter
        if roll < 0.04 and doing.topic in THOUGHT:
            text = self.planner.tongue.word("after", text=doing.text)
            found.append(Happening(later, "toggl", "update_entry", {"number": number, "description": text}))
        elif 0.05 < roll < 0.056 and not forgotten and doing.topic != "sleep":
            found.append(Happening(later, "toggl", "delete_entry", {"number": number}))
        return found

    def _slips_of_the_finger(self, day: date, base: int, doings: list[Doing], rng: Any) -> list[Happening]:
        """Timers started by mistake, calls noted inside other work, and old entries put right."""
        found: list[Happening] = []
        if rng.random() < 0.12:
            start = self.instant(day, 625 + rng.randrange(300), rng.randrange(60))
            what = {"number": base + 90, "start": start, "stop": start + rng.randrange(4, 50), "description": None}
            found.append(Happening((start + 60) * MICROS + 417, "toggl", "create_entry", what))
            found.append(Happening((start + 240) * MICROS + 93, "toggl", "delete_entry", {"number": base + 90}))
        long = [doing for doing in doings if doing.topic == "deep" and doing.end - doing.start > 60]
        if long and rng.random() < 0.06:
            start = self.instant(day, long[0].start + 25)
            what = {
                "number": base + 91,
                "project": self.numbers["meetings"],
                "start": start,
                "stop": start + 60 * rng.randrange(8, 25),
            }
            text = self.liver._thing("meetings", rng, 0)
            found.append(Happening((start + 5400) * MICROS, "toggl", "create_entry", {**what, "description": text}))
        if rng.random() < 0.03:
            old = base - NUMBERS_A_DAY * rng.randrange(20, 75) + rng.randrange(2, 9)
            tag = self.planner.tongue(("important", "重要"))
            at = self.instant(day, 1030, 5) * MICROS
            found.append(Happening(at, "toggl", "update_entry", {"number": old, "tags": (tag,)}))
        return found

    def idle(self, now: int, free_since: int) -> dict[str, Any]:
        """Return the entry that runs when nothing else does: the demo begins with a running timer."""
        start = max(free_since, now - 14 * 60)
        name = self.liver._thing("admin", self.liver.rng("idle", EPOCH), 0)
        return {"project": self.numbers["admin"], "start": start, "stop": None, "description": name}
