"""What former periods say about one: the days lived so far, ended as each former period ended.

Law: nothing that happened in the period itself is guessed again: what is lived stays, the past lends the rest.

    this week     Mon ██ Tue █  Wed ▒ ─ ─ ─ ─         known until now
    a former one  Mon █  Tue ██ Wed █ Thu ██ Fri …     lends its Wednesday (as far as more) and what follows
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lifetracer.adjuster.likely import Likely
from lifetracer.periods import start_of, step

DAY = 86400.0
PERIODS = {"day": 28, "week": 8, "month": 12}
"""How many former periods are asked, the latest ones."""
FEWEST = {"day": 7, "week": 4, "month": 3}
"""With fewer whole periods, stretches of seven days lend their ends instead."""
FEWEST_DAYS = 8
"""Known days below which nothing is said at all."""
ADDITIVE = frozenset({"duration", "count"})


@dataclass(frozen=True, slots=True)
class Lived:
    """What was lived of a subject on one day."""

    seconds: float = 0.0
    entries: int = 0
    first: float | None = None
    """First start, seconds after midnight."""
    last: float | None = None
    """Last end."""
    tracked: float = 0.0
    """Seconds of anything that was tracked."""


NOTHING = Lived()


@dataclass(frozen=True, slots=True)
class Past:
    """Where a distribution comes from."""

    likely: Likely
    periods: int
    last: tuple[float | None, ...]
    """What the latest whole periods reached, the latest first; ``None``: there was nothing to measure."""


def measured(days: Iterable[Lived], measure: str) -> float | None:
    """Measure days as the warehouse does (core.fct_target_period): sums, mean times of day, part of tracked time."""
    days = list(days)
    if measure == "duration":
        return sum(day.seconds for day in days)
    if measure == "count":
        return float(sum(day.entries for day in days))
    if measure == "share":
        tracked = sum(day.tracked for day in days)
        return sum(day.seconds for day in days) / tracked if tracked else None
    times = [day.first if measure == "start_time" else day.last for day in days]
    known = [time for time in times if time is not None]
    return sum(known) / len(known) if known else None


def placed(reached: float | None, measure: str) -> float:
    """Put a period with nothing to measure where it counts: it keeps greatest shares and ends, and misses starts."""
    if reached is not None:
        return reached
    return {"start_time": 2 * DAY, "end_time": -DAY}.get(measure, 0.0)


def look_back(
    lived: Mapping[date, Lived],
    first_day: date,
    today: date,
    now: float,
    measure: str,
    period: str,
    start: date,
    counted: Collection[date],
    weekdays: Collection[int] | None = None,
) -> Past | None:
    """Give what former periods say about the one that begins on a day; ``None`` when too little is known.

    Args:
        lived: day → what was lived; missing days held nothing.
        first_day: since when anything is known.
        today: the open day.
        now: seconds of today that are over.
        measure: duration, count, start_time, end_time or share.
        period: day, week or month.
        start: first day of the period; it may be yet to come.
        counted: days of the period that count (weekdays, without vacations).
        weekdays: ISO weekdays that count in former periods; ``None``: all.
    """
    if (today - first_day).days < FEWEST_DAYS or not counted:
        return None
    samples: list[float] = []
    whole: list[float | None] = []
    for former in _former(period, start_of(min(start, today), period), first_day, weekdays):
        if not any(lived.get(day, NOTHING).tracked for day in _days_of(period, former)):
            continue
        lending = _lending(period, former, start, weekdays)
        ended = [_ended(lived, day, lending[day], today, now) for day in counted]
        samples.append(placed(measured(ended, measure), measure))
        whole.append(measured((lived.get(day, NOTHING) for day in _counting(period, former, weekdays)), measure))
        if len(samples) == PERIODS[period]:
            break
    if len(samples) < FEWEST[period]:
        samples = _stretches(lived, first_day, today, now, measure, counted, weekdays)
    if len(samples) < 2:
        return None
    return Past(Likely.of_samples(samples), len(samples), tuple(whole[:4]))


def _former(period: str, start: date, first_day: date, weekdays: Collection[int] | None) -> Iterable[date]:
    """Give the first days of whole periods before one, the latest first."""
    begin = start
    while True:
        begin = step(begin, period, -1)
        if begin < first_day:
            return
        if period != "day" or weekdays is None or begin.isoweekday() in weekdays:
            yield begin


def _days_of(period: str, start: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((step(start, period, 1) - start).days)]


def _counting(period: str, start: date, weekdays: Collection[int] | None) -> list[date]:
    return [day for day in _days_of(period, start) if weekdays is None or day.isoweekday() in weekdays]


def _lending(period: str, former: date, start: date, weekdays: Collection[int] | None) -> dict[date, date]:
    """Give for each day that can count the one in its place in a former period; in a shorter month, its last one."""
    if period == "day":
        return {start: former}
    lenders = _counting(period, former, weekdays)
    return {day: lenders[min(n, len(lenders) - 1)] for n, day in enumerate(_counting(period, start, weekdays))}


def _ended(lived: Mapping[date, Lived], day: date, former: date, today: date, now: float) -> Lived:
    """Give a day as it is when it is over, else as the former one ended it."""
    known, lent = lived.get(day, NOTHING), lived.get(former, NOTHING)
    if day < today:
        return known
    if day > today:
        return lent
    first = known.first
    if first is None and lent.first is not None and lent.first >= now:
        first = lent.first
    last = max((time for time in (known.last, lent.last) if time is not None), default=None)
    return Lived(
        max(known.seconds, lent.seconds),
        max(known.entries, lent.entries),
        first,
        last,
        max(known.tracked, lent.tracked),
    )


def _stretches(
    lived: Mapping[date, Lived],
    first_day: date,
    today: date,
    now: float,
    measure: str,
    counted: Collection[date],
    weekdays: Collection[int] | None,
) -> list[float]:
    """Let each stretch of seven known days end the period: for the first weeks, in which no whole period is known."""
    over = [lived.get(day, NOTHING) for day in sorted(counted) if day < today]
    rest = [day for day in sorted(counted) if day >= today]
    known = [first_day + timedelta(days=n) for n in range((today - first_day).days)]
    samples = []
    for place in range(len(known) - 6):
        window: Sequence[date] = [
            day for day in known[place : place + 7] if weekdays is None or day.isoweekday() in weekdays
        ]
        if not window:
            continue
        lent = [_ended(lived, day, window[n % len(window)], today, now) for n, day in enumerate(rest)]
        samples.append(placed(measured([*over, *lent], measure), measure))
    return samples
