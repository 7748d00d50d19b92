"""What the person means to do on a day: repeating events, single blocks, and how each phase of their life differs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from lifetracer.sandbox.person.holidays import holidays, on_vacation
from lifetracer.sandbox.person.vocabulary import SERIES_TITLES, THINGS, Tongue

Minutes = int
"""Wall-clock minutes since local midnight; beyond 1440 it is the next day."""

EPOCH = date(2015, 1, 5)
WORK_WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Series:
    """A repeating event."""

    key: str
    topic: str
    days: tuple[int, ...]
    start: Minutes
    length: Minutes
    calendar: str = "primary"
    rule: str = "WEEKLY"
    guests: bool = False
    every: int = 1
    splits: bool = False
    """Whether a new phase of life changes it “from here on” instead of leaving it as it is."""
    phases: tuple[int, ...] = (0, 1)
    """In which kind of phase it exists."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something planned for a day, as the calendar shows it in the end."""

    topic: str
    start: Minutes
    end: Minutes
    title: str
    calendar: str = "primary"
    series: Series | None = None
    original: Minutes = 0
    fate: str = "as planned"
    """Of an instance: as planned, moved, renamed, cancelled, declined; of a single block also: shifted, dropped."""
    hard: bool = False
    thing: str = ""
    look: dict[str, object] = field(default_factory=dict, hash=False, compare=False)


@cache
def phases(seed: str) -> tuple[date, ...]:
    """Return the first days (Mondays) of the phases of this life, from 2015 on."""
    rng = Random(f"{seed}/phases")  # noqa: S311
    days = [EPOCH]
    while days[-1].year < 2060:
        days.append(days[-1] + timedelta(weeks=rng.randrange(28, 46)))
    return tuple(days)


@cache
def phase_of(day: date, seed: str) -> int:
    """Return the number of the phase that a day belongs to."""
    return max(n for n, first in enumerate(phases(seed)) if first <= day or n == 0)


def series_of(phase: int) -> tuple[Series, ...]:
    """Return the repeating events of a phase: an even one is a builder's, an odd one a lead's."""
    lead = phase % 2
    return (
        Series("standup", "meetings", WORK_WEEK, 555 if not lead else 570, 15, guests=True, splits=True),
        Series("team", "meetings", (0,), 780, 60, guests=True, splits=True),
        Series("one", "meetings", (2,), 690, 30, guests=True, every=2),
        Series("review", "meetings", (3,), 630, 60, guests=True, phases=(1,)),
        Series("leads", "meetings", (0, 4), 975, 45, guests=True, phases=(1,)),
        Series("abroad", "meetings", (1,), 960, 45, guests=True),
        Series("retro", "meetings", (4,), 900, 60, rule="MONTHLY", guests=True),
        Series("exercise", "exercise", (1, 4), 1095 if not lead else 1110, 60, splits=True),
        Series(
            "learning", "learning", (0, 2, 3), 1170 if not lead else 1185, 90 if not lead else 60, "study", splits=True
        ),
        Series("course", "learning", (5,), 540, 90, "study", guests=True),
        Series("family", "family", (6,), 1080, 120),
        Series("sleep", "sleep", (0, 1, 2, 3, 4, 5, 6), 1380, 480),
        Series("books", "reading", (3,), 1200, 90, "study", rule="DATES"),
    )


def takes_place(series: Series, day: date, phase_start: date) -> bool:
    """Say whether a series has an instance on a day, before any exception."""
    if day.weekday() not in series.days:
        return False
    if series.rule == "MONTHLY":
        return (day + timedelta(7)).month != day.month
    if series.rule == "DATES":
        return day.day <= 7
    return series.every == 1 or (first_day(series, phase_start) - day).days // 7 % series.every == 0


def first_day(series: Series, phase_start: date) -> date:
    """Return the first instance of a series that begins with a phase."""
    day = phase_start
    while day.weekday() not in series.days:
        day += timedelta(1)
    return day


class Planner:
    """Plans any day of one life, always the same way."""

    def __init__(self, seed: str, language: str) -> None:
        self.seed = seed
        self.language = language
        self.tongue = Tongue(language)
        self.names = {topic.key: topic.name for topic in self.tongue.topics()}

    def is_free(self, day: date) -> bool:
        """Say whether nobody works: weekend, public holiday, vacation."""
        return day.weekday() > 4 or day in holidays(day.year, self.language) or self.away(day)

    def away(self, day: date) -> bool:
        """Say whether the person is on vacation."""
        return on_vacation(day, self.language, self.seed) is not None

    def at_home(self, day: date) -> bool:
        """Say whether this is a home-office day."""
        return day.weekday() in (1, 3)

    def day(self, day: date, starts: dict[str, date]) -> list[Block]:
        """Return the planned blocks of a day, in order; ``starts`` is the first phase day of each series."""
        rng = Random(f"{self.seed}/plan/{day}")  # noqa: S311
        phase = phase_of(day, self.seed)
        blocks = [
            self._instance(series, day, rng)
            for series in series_of(phase)
            if phase % 2 in series.phases and takes_place(series, day, starts.get(series.key, EPOCH))
        ]
        blocks += self._work(day, phase, rng) if not self.is_free(day) else self._free(day, rng)
        return sorted(blocks, key=lambda block: (block.start, block.title))

    def _instance(self, series: Series, day: date, rng: Random) -> Block:
        start, title = series.start, self.tongue(SERIES_TITLES[series.key])
        roll = rng.random()
        shift = rng.choice((30, 45, 60))
        block = Block(
            series.topic,
            start,
            start + series.length,
            title,
            series.calendar,
            series,
            start,
            hard=series.topic == "meetings",
        )
        if series.key in {"sleep", "books"}:
            return block
        if series.guests and self.away(day):
            return replace(block, fate="declined")
        if roll < 0.04 or (series.topic == "meetings" and day in holidays(day.year, self.language)):
            return replace(block, fate="cancelled")
        if roll < 0.10 and series.key != "standup":
            return replace(block, fate="moved", start=start + shift, end=start + shift + series.length)
        if roll < 0.12:
            return replace(block, fate="renamed", title=self.tongue.word("moved", title=title))
        return block

    def _work(self, day: date, phase: int, rng: Random) -> list[Block]:
        """Plan a working day's own blocks around its meetings."""
        lead, weekday = phase % 2, day.weekday()
        wide, less = (590, 0) if not lead else (600, 45)
        shapes: list[tuple[str, Minutes, Minutes]]
        if weekday == 0:
            shapes = [("deep", wide, 720), ("deep", 855, 1005 - less)]
        elif weekday == 1:
            shapes = [("deep", wide, 735), ("client", 810, 945)]
        elif weekday == 2:
            shapes = [("deep", wide, 685), ("deep", 795, 960 - less), ("admin", 975, 1020)]
        elif weekday == 3:
            shapes = [("client", wide, 720) if not lead else ("client", 780, 885), ("deep", 915, 1035)]
        else:
            shapes = [("deep", wide, 715), ("admin", 795, 835), ("deep", 840, 960)]
        return [self._single(topic, start, end, day, phase, rng) for topic, start, end in shapes]

    def _free(self, day: date, rng: Random) -> list[Block]:
        if self.away(day):
            return []
        shapes: list[tuple[str, Minutes, Minutes]] = [
            ("exercise", 660, 735),
            ("family", 840, 1020 + 15 * rng.randrange(4)),
        ]
        if day.weekday() == 6:
            shapes = [("family", 600, 720), ("learning", 900, 990)]
        elif day.weekday() < 5:
            shapes = [("family", 660, 840)]
        return [self._single(topic, start, end, day, 0, rng) for topic, start, end in shapes]

    def _single(self, topic: str, start: Minutes, end: Minutes, day: date, phase: int, rng: Random) -> Block:
        topic = self._what(topic, day, phase)
        things = THINGS[topic]
        week = day.toordinal() // 7
        number = (week + start // 300) % len(things) if topic != "family" else 1 + 3 * (week % 2)
        thing = self.tongue(things[number])
        name = self.names[topic]
        joint = ": " if self.language == "en" else "："
        title = f"{name}{joint}{thing}" if rng.random() < 0.5 else name
        roll = rng.random()
        block = Block(
            topic, start, end, title, "study" if topic == "learning" else "primary", thing=thing, original=start
        )
        if roll < 0.07:
            return replace(block, fate="shifted", start=start + 30, end=end + 30)
        if roll < 0.10:
            return replace(block, fate="dropped")
        return block

    def _what(self, topic: str, day: date, phase: int) -> str:
        """In the first part of an odd phase, a project that is archived later takes some of the deep work."""
        if topic == "deep" and phase % 2 and self.relaunch_runs(day) and day.weekday() in (0, 2):
            return "relaunch"
        return topic

    def relaunch_runs(self, day: date) -> bool:
        """Say whether the later archived project is alive."""
        phase = phase_of(day, self.seed)
        return phase % 2 == 1 and (day - phases(self.seed)[phase]).days < 120
