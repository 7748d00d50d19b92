"""What the running targets still lack: what is wanted per period, minus what is lived, minus what is planned.

Law: an hour is missing once. What a narrower demand (a day's, a sub-category's) brings counts for the wider one, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from lifetracer.adjuster.free_time import Span, seconds_within, whole_days
from lifetracer.adjuster.placing import Demand
from lifetracer.periods import start_of, step

WIDTHS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target as far as placing needs it."""

    target_id: UUID
    name: str
    period: str
    seconds: int
    """At least, per period."""
    category_id: str
    """Of the blocks that serve it."""
    category_ids: frozenset[str]
    """What counts for it."""
    title: str
    """Of its blocks."""
    priority: int
    weekdays: frozenset[int] | None
    valid_from: date
    valid_to: date | None

    def holds_on(self, first: date) -> bool:
        """Tell whether it measures the period that begins on a day."""
        return self.valid_from <= first and (self.valid_to is None or first < self.valid_to)

    def counts(self, day: date) -> bool:
        """Tell whether a day counts for it."""
        return self.weekdays is None or day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Planned:
    """A stretch of time that is planned already."""

    category_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Frame:
    """The time that is planned for."""

    now: datetime
    begins: datetime
    """Nothing is placed before."""
    ends: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.zone).date()

    @property
    def last(self) -> date:
        """Day after the last one."""
        return self.ends.astimezone(self.zone).date()


Reached = Mapping[tuple[UUID, date], int]
"""(target, first day of the period) → seconds lived."""


def periods(wanted: Wanted, frame: Frame) -> Iterator[tuple[date, date]]:
    """List the periods of a target that touch the frame: first day, day after the last."""
    first = start_of(frame.today, wanted.period)
    while first < frame.last:
        following = step(first, wanted.period, 1)
        if wanted.holds_on(first) and (wanted.period != "day" or wanted.counts(first)):
            yield first, following
        first = following


def lacking(wanted: Wanted, first: date, reached: Reached, planned: Iterable[Planned], frame: Frame) -> int:
    """Count the seconds that a period of a target lacks, by what is lived and planned; negative when it has more."""
    _, end = whole_days(first, step(first, wanted.period, 1), frame.zone)
    return _to_live(wanted, first, reached) - _planned_until(end, wanted, first, planned, frame)


def _to_live(wanted: Wanted, first: date, reached: Reached) -> int:
    return wanted.seconds - reached.get((wanted.target_id, first), 0)


def _planned_until(end: datetime, wanted: Wanted, first: date, planned: Iterable[Planned], frame: Frame) -> int:
    """Count the seconds that are planned for a period of a target from now up to an instant."""
    begin, _ = whole_days(first, first, frame.zone)
    spans = [
        one.span
        for one in planned
        if one.category_id in wanted.category_ids and wanted.counts(one.span[0].astimezone(frame.zone).date())
    ]
    return seconds_within(spans, max(begin, frame.now), end)


def _asked(
    wanted: Wanted, period: tuple[date, date], reached: Reached, planned: Collection[Planned], frame: Frame
) -> int:
    """Count the seconds that have to be placed within the frame.

    What is planned there already counts in full, so that asking again after it was planned asks for nothing more.
    """
    first, following = period
    _, end = whole_days(first, following, frame.zone)
    missing = lacking(wanted, first, reached, planned, frame)
    if end <= frame.ends:
        return missing
    whole = _days(wanted, max(first, frame.today), following)
    within = _days(wanted, max(first, frame.today), frame.last)
    share = max(0, _to_live(wanted, first, reached)) * within // whole if whole else 0
    return min(missing, share - _planned_until(frame.ends, wanted, first, planned, frame))


def demands(
    targets: Sequence[Wanted],
    reached: Reached,
    planned: Collection[Planned],
    frame: Frame,
    shuns: Mapping[str, Sequence[Span]] | None = None,
) -> list[Demand]:
    """Say what has to be placed within the frame.

    Of a period that goes on behind the frame, only the share of its remaining days that lie within is asked for now.
    Keys are ``{target_id}:{first day of the period}``.
    """
    found: list[tuple[Demand, Wanted]] = []
    for wanted in sorted(targets, key=_width):
        for first, following in periods(wanted, frame):
            begin, end = whole_days(first, following, frame.zone)
            demand = Demand(
                key=f"{wanted.target_id}:{first}",
                category_id=wanted.category_id,
                seconds=max(0, _asked(wanted, (first, following), reached, planned, frame)),
                begins=max(frame.begins, begin),
                ends=min(frame.ends, end),
                priority=wanted.priority,
                weekdays=wanted.weekdays,
                shuns=tuple((shuns or {}).get(wanted.category_id, ())),
            )
            brought = sum(
                other.seconds
                for other, _ in found
                if other.category_id in wanted.category_ids
                and other.begins >= demand.begins
                and other.ends <= demand.ends
            )
            demand = replace(demand, seconds=demand.seconds - brought)
            if demand.seconds > 0 and demand.ends > demand.begins:
                found.append((demand, wanted))
    return [demand for demand, _ in found]


def needless(
    blocks: Sequence[Planned], targets: Sequence[Wanted], reached: Reached, planned: Collection[Planned], frame: Frame
) -> list[int]:
    """Name the blocks (by their place) that no target needs any more, the latest first.

    Args:
        blocks: ours, which may be taken away.
        targets: all that run.
        reached: what is lived.
        planned: what else is planned.
        frame: the time that is planned for.
    """
    kept = dict(enumerate(blocks))
    gone: list[int] = []
    for number in sorted(kept, key=lambda n: blocks[n].span[0], reverse=True):
        block = blocks[number]
        day = block.span[0].astimezone(frame.zone).date()
        others = [*planned, *(one for n, one in kept.items() if n != number)]
        served = [
            (wanted, first)
            for wanted in targets
            if block.category_id in wanted.category_ids
            and wanted.counts(day)
            and wanted.holds_on(first := start_of(day, wanted.period))
        ]
        if all(lacking(wanted, first, reached, others, frame) <= 0 for wanted, first in served):
            gone.append(number)
            del kept[number]
    return gone


def habits(seconds: Iterable[tuple[str, int, int, int]]) -> dict[str, dict[tuple[int, int], float]]:
    """Learn at which hours of which weekdays each category is usual.

    Args:
        seconds: (category, ISO weekday, hour of the clock, seconds lived) of the last weeks.

    Returns:
        By category: (weekday, hour) → 1 at its most usual hour. An hour that is usual on other days counts a little,
        and so do the hours beside it, so that eight weeks are enough to learn from.
    """
    lived: dict[str, dict[tuple[int, int], float]] = defaultdict(lambda: defaultdict(float))
    for category, weekday, hour, amount in seconds:
        lived[category][weekday, hour] += amount
    return {category: _smoothed(one) for category, one in lived.items()}


def _smoothed(lived: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    def on(weekday: int, hour: int) -> float:
        return lived.get((weekday, hour % 24), 0.0)

    rough = {}
    for weekday in range(1, 8):
        alike = [day for day in range(1, 8) if (day > 5) == (weekday > 5)]
        for hour in range(24):
            kind = sum(on(day, hour) for day in alike) / len(alike)
            week = sum(on(day, hour) for day in range(1, 8)) / 7
            beside = (on(weekday, hour - 1) + on(weekday, hour + 1)) / 2
            rough[weekday, hour] = 0.5 * on(weekday, hour) + 0.25 * kind + 0.1 * week + 0.15 * beside
    most = max(rough.values(), default=0.0)
    return {place: value / most for place, value in rough.items()} if most > 0 else {}


def _width(wanted: Wanted) -> tuple[int, int, str]:
    """Sort what is narrow before what is wide."""
    return WIDTHS.index(wanted.period), len(wanted.category_ids), str(wanted.target_id)


def _days(wanted: Wanted, first: date, last: date) -> int:
    return sum(wanted.counts(first + timedelta(days=n)) for n in range(max(0, (last - first).days)))
