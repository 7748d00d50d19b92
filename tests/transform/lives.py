"""Whole lives by chance: what a person planned and did around the odd days of the calendar, as the services tell it.

All lives share one era, so that many of them fit into one run of dbt: the year before March 2012 has a leap day, a
date that Samoa left out, and clock changes at midnight, of half an hour and to another side of the world.
Law: nothing in here knows how the models count; a life says only what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from timespan import Span, local_day

SECOND = timedelta(seconds=1)
ERA = (datetime(2011, 3, 1, tzinfo=UTC), datetime(2012, 3, 20, tzinfo=UTC))
NOW = datetime(2012, 3, 5, 12, tzinfo=UTC)
"""The present at which lives are first looked at: a Monday."""

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # an hour, for four months
    "America/Havana",  # midnight comes twice, or not at all
    "Asia/Beirut",  # midnight does not come, or late
    "America/Sao_Paulo",
    "Pacific/Apia",  # without 30 December 2011
    "Europe/Moscow",  # ahead for good
    "Antarctica/Troll",  # two hours
    "Asia/Kathmandu",  # +05:45
    "Asia/Tokyo",
)
PROJECTS = ("Atlas", "Deep Work", "Sleep", "Café ☕", "論文", "standup")
TITLES = (*PROJECTS, "Atlas: review", "deep work!", "Dentist", None)
"""What plans are called: like a project, nearly so, like none, nothing."""

CATEGORIES = (None, 1, 2, 3, 4, 5, 6)
LENGTHS = (0, -3600, 1, 59, 299, 900, 1800, 2700, 3600, 5400, 7200, 9000, 28_800, 36_000, 93_600, 259_200, 2_592_000)
GAPS = (0, 1, 60, 299, 300, 301, 900, 3600, 30_000)
LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class Entry:
    """A time entry; it runs as long as it has no stop."""

    number: int
    start: datetime
    stop: datetime | None
    project: int | None = None
    description: str | None = None
    form: str = "v9"
    """v9, reports or csv: how its service tells it."""
    is_billable: bool = False

    def __str__(self) -> str:
        project = self.project and PROJECTS[self.project - 1]
        return f"{self.id} {_clock(self.start)} … {_clock(self.stop)} {project} {self.description or ''} ({self.form})"

    @property
    def id(self) -> str:
        return f"{'toggl_csv' if self.form == 'csv' else 'toggl_track'}/{self.number}"

    def span(self, now: datetime) -> Span | None:
        """What it takes of the calendar at a present; ``None`` when that cannot be right."""
        end = self.stop or max(now, self.start)
        return Span(self.start, end) if timedelta() < end - self.start <= LONGEST else None


@dataclass(frozen=True)
class Plan:
    """An event of the calendar and the times it takes place: pairs of instants, or of dates (all day)."""

    key: str
    title: str | None
    times: tuple[tuple[datetime, datetime] | tuple[date, date], ...]
    source: str = "google_calendar"
    status: str = "confirmed"
    transparency: str | None = None
    response: str | None = None
    kind: str | None = None
    is_copied: bool = False
    """Whether the same meeting also lies on the team's calendar."""

    def __str__(self) -> str:
        times = ", ".join(f"{_clock(a)} … {_clock(b)}" for a, b in self.times)
        odd = (self.transparency, self.response, self.kind, self.is_copied and "copied")
        return " ".join(filter(None, [self.series, times, repr(self.title), self.source, self.status, *odd]))

    @property
    def series(self) -> str:
        return f"me@x/{self.key}"

    def occurrences(self) -> Iterator[tuple[str, datetime | date, datetime | date]]:
        """Id, start and end of each."""
        for start, end in self.times if self.status != "cancelled" else ():
            yield f"{self.series}/{start.isoformat()}", start, end

    @property
    def is_busy(self) -> bool:
        """Whether it takes one's time."""
        is_free = self.transparency == "transparent" or self.response == "declined"
        return not is_free and self.kind not in ("workingLocation", "birthday")

    def spans(self) -> Iterator[tuple[str, Span]]:
        """The planned times that take one's time."""
        for key, start, end in self.occurrences():
            if not (isinstance(start, datetime) and isinstance(end, datetime) and self.is_busy):
                continue
            if timedelta() < end - start <= LONGEST:
                yield key, Span(start, end)


def _clock(at: date | None) -> str:
    return at.isoformat().replace(":00+00:00", "Z").replace("+00:00", "Z") if at else "now"


@dataclass(frozen=True)
class Life:
    """What the services know of one person."""

    zone: str
    projects: tuple[str, ...] = PROJECTS
    """Their names; a project's number is its place, from 1."""
    entries: tuple[Entry, ...] = ()
    plans: tuple[Plan, ...] = ()

    def __str__(self) -> str:
        return "\n    ".join([f"a life in {self.zone}", *map(str, self.entries + self.plans)])

    def entry_spans(self, now: datetime) -> dict[str, Span]:
        """The entries that lie on days."""
        found = {entry.id: entry.span(now) for entry in self.entries}
        return {key: span for key, span in found.items() if span}

    def plan_spans(self) -> dict[str, Span]:
        """The occurrences that take one's time."""
        return {key: span for plan in self.plans for key, span in plan.spans()}

    def smaller(self) -> Iterator[Life]:
        """The lives with one thing less, to find out which of them still breaks a law."""
        for one in self.entries:
            yield replace(self, entries=tuple(e for e in self.entries if e is not one))
        for plan in self.plans:
            yield replace(self, plans=tuple(p for p in self.plans if p is not plan))


@cache
def odd_days(zone: str) -> tuple[date, ...]:
    """The days of the era that are not 24 hours long, the leap day, the end of the year, and the present."""
    days = [ERA[0].date() + timedelta(days=n) for n in range((ERA[1] - ERA[0]).days)]
    odd = [day for day in days if local_day(day, ZoneInfo(zone)).seconds != 86_400]
    return (*odd, date(2012, 2, 29), date(2011, 12, 31), NOW.date(), NOW.date())


@cache
def true_days(zone: str) -> dict[date, Span]:
    """The days of the era, found by asking the wall clock every quarter of an hour what date it is."""
    seen: dict[date, list[datetime]] = {}
    at, end = ERA[0] - timedelta(days=40), ERA[1] + timedelta(days=40)
    quarter = timedelta(minutes=15)
    while at < end:
        seen.setdefault(at.astimezone(ZoneInfo(zone)).date(), []).append(at)
        at += quarter
    days = sorted(seen)[1:-1]
    assert all(two - one == quarter for day in days for one, two in pairwise(seen[day])), "a day is one stretch"
    return {day: Span(seen[day][0], seen[day][-1] + quarter) for day in days}


@st.composite
def entries_of(draw: st.DrawFn, at: datetime, numbers: Iterator[int]) -> list[Entry]:
    """A few stretches of what happened: one after the other, on top of each other, by night, or still running."""
    motif = draw(st.sampled_from(["chain", "chain", "pile", "pile", "nights", "running", "odd"]))
    form = draw(st.sampled_from(["v9", "v9", "v9", "reports", "csv"]))

    def entry(start: datetime, stop: datetime | None, kind: str = form) -> Entry:
        project, told = draw(st.sampled_from(CATEGORIES)), draw(st.sampled_from([None, "Atlas", "Dentist"]))
        return Entry(next(numbers), start, stop, project, told, kind, draw(st.booleans()))

    here = at + timedelta(minutes=15 * draw(st.integers(-96, 192)))
    made = []
    if motif == "chain":
        for _ in range(draw(st.integers(1, 5))):
            start = here + draw(st.sampled_from(GAPS)) * SECOND
            here = start + draw(st.sampled_from(LENGTHS[2:12])) * SECOND
            made.append(entry(start, here))
    elif motif == "pile":
        for _ in range(draw(st.integers(2, 4))):
            start = here + draw(st.sampled_from([-1800, 0, 0, 900, 1801])) * SECOND
            made.append(entry(start, start + draw(st.sampled_from([1800, 1800, 3600, 7200])) * SECOND))
    elif motif == "nights":
        for night in range(draw(st.integers(1, 3))):
            start = here + night * timedelta(days=1)
            made.append(entry(start, start + draw(st.sampled_from([26_000, 28_800, 36_000])) * SECOND))
    elif motif == "running":
        ago = draw(st.sampled_from([-3600, 0, 1, 600, 40_000, 200_000, 2_000_000, 3_000_000]))
        made.append(entry(NOW - ago * SECOND, None, "v9"))
    else:
        start = here + draw(st.integers(-10, 10)) * SECOND
        made.append(entry(start, start + draw(st.sampled_from(LENGTHS)) * SECOND))
    return made


@st.composite
def plans_of(draw: st.DrawFn, at: datetime, zone: str, numbers: Iterator[int], lived: list[Entry]) -> Plan:
    """An event: near something that happened or anywhere, once or several times, for some hours or all day."""
    times: list[tuple[datetime, datetime] | tuple[date, date]] = []
    if draw(st.integers(0, 5)) == 0:
        day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=draw(st.integers(-1, 2)))
        times = [(day, day + timedelta(days=draw(st.sampled_from([1, 1, 2, 5, 0]))))]
    else:
        near = draw(st.sampled_from([at, *(e.start for e in lived)]))
        start = near + draw(st.sampled_from([0, 0, 300, -600, 900, 901, 1800, -3600, 14_400, 86_400])) * SECOND
        length = draw(st.sampled_from([900, 1800, 3600, 3600, 7200, 28_800, 90_000, 1, 0])) * SECOND
        for n in range(draw(st.sampled_from([1, 1, 1, 3]))):
            times.append((start + n * timedelta(days=1), start + n * timedelta(days=1) + length))
    usual = st.sampled_from([None, None, None, None, None, "odd"])
    return Plan(
        f"p{next(numbers)}",
        draw(st.sampled_from(TITLES)),
        tuple(times),
        draw(st.sampled_from(["google_calendar", "google_calendar", "ical"])),
        "cancelled" if draw(usual) else "confirmed",
        draw(usual) and "transparent",
        draw(st.sampled_from([None, None, None, "accepted", "needsAction", "declined"])),
        draw(usual) and draw(st.sampled_from(["workingLocation", "birthday", "focusTime"])),
        draw(st.integers(0, 7)) == 0,
    )


@dataclass
class Numbers(Iterator[int]):
    """Numbers that no other thing of the life has."""

    last: int = field(default=0)

    def __next__(self) -> int:
        self.last += 1
        return self.last


@st.composite
def lives(draw: st.DrawFn, zone: str | None = None) -> Life:
    """One person's days around one or two odd days of the zone."""
    zone = zone or draw(st.sampled_from(ZONES))
    numbers = Numbers()
    entries: list[Entry] = []
    plans: list[Plan] = []
    for day in draw(st.lists(st.sampled_from(odd_days(zone)), min_size=1, max_size=2, unique=True)):
        at = local_day(day, ZoneInfo(zone)).start
        for _ in range(draw(st.integers(0, 4))):
            entries += draw(entries_of(at, numbers))
        plans += [draw(plans_of(at, zone, numbers, entries)) for _ in range(draw(st.integers(0, 5)))]
    return Life(zone, PROJECTS, tuple(entries), tuple(plans))


@st.composite
def later(draw: st.DrawFn, life: Life) -> Life:
    """The same life after some syncs: things moved, gone, new, renamed."""
    numbers = Numbers(1000)
    entries = [changed for entry in life.entries if (changed := _fate_of_entry(draw, entry))]
    plans = [changed for plan in life.plans if (changed := _fate_of_plan(draw, plan))]
    at = draw(st.sampled_from([NOW, *(e.start for e in life.entries)]))
    for _ in range(draw(st.integers(0, 2))):
        entries += draw(entries_of(at, numbers))
    if draw(st.booleans()):
        plans.append(draw(plans_of(at, life.zone, numbers, entries)))
    projects = draw(st.sampled_from([life.projects, life.projects, ("Atlas 2", *life.projects[1:])]))
    return Life(life.zone, projects, tuple(entries), tuple(plans))


def _fate_of_entry(draw: st.DrawFn, entry: Entry) -> Entry | None:
    fate = draw(st.sampled_from(["stays", "stays", "stays", "moves", "goes", "turns", "ends"]))
    by = draw(st.sampled_from([-86_400, -3600, -60, 60, 3600, 43_200])) * SECOND
    if fate == "moves":
        return replace(entry, start=entry.start + by, stop=entry.stop and entry.stop + by)
    if fate == "turns":
        return replace(entry, project=draw(st.sampled_from(CATEGORIES)), description="Atlas")
    if fate == "ends":
        return replace(entry, stop=(entry.stop or NOW) + abs(by))
    return entry if fate == "stays" else None


def _fate_of_plan(draw: st.DrawFn, plan: Plan) -> Plan | None:
    fate = draw(st.sampled_from(["stays", "stays", "stays", "moves", "goes", "turns", "declines"]))
    if fate == "moves":
        return replace(plan, times=tuple((a + timedelta(days=1), b + timedelta(days=1)) for a, b in plan.times))
    if fate == "turns":
        return replace(plan, title=draw(st.sampled_from(TITLES)))
    if fate == "declines":
        return replace(plan, response="declined")
    return plan if fate == "stays" else None
