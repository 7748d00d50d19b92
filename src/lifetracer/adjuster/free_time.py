"""Where there is room: the quarter hours of the coming days that nothing takes, and a person's quiet hours.

Law: a quarter hour counts as free only when all of it is free; days are the zone's, with 23, 24 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
"""The grain of a plan; every zone's offset today is a multiple of it."""

Span = tuple[datetime, datetime]
"""A half-open stretch of time."""
Quiet = tuple[int, int]
"""From and until, in minutes after midnight; over midnight when it ends before it begins."""

USUAL_NIGHT: Quiet = (22 * 60, 7 * 60)
KNOWN_DAYS = 8
"""With fewer days nothing is learned from them."""
ASLEEP = 0.35
"""Share of days in which an hour is slept; from there on it is quiet."""
LIVELY = 0.05
"""Share of an hour that is lived, sleep apart; below it the hour may be a quiet one."""
SHORTEST_NIGHT, LONGEST_NIGHT = 5, 10
"""Hours; a stretch without entries of another length is no night (somebody tracks work only, or hardly at all)."""


def ceiling(instant: datetime) -> datetime:
    """Give the first quarter hour that begins at an instant or later, in UTC."""
    over = instant.timestamp() % STEP.total_seconds()
    begun = instant.astimezone(UTC)
    return begun if over == 0 else begun + timedelta(seconds=STEP.total_seconds() - over)


def quarters(begins: datetime, ends: datetime) -> list[datetime]:
    """List the beginnings of the quarter hours that lie wholly in ``[begins, ends)``, in UTC."""
    first = ceiling(begins)
    return [first + n * STEP for n in range(max(0, (ends - first) // STEP))]


def free_quarters(
    begins: datetime, ends: datetime, zone: ZoneInfo, taken: Iterable[Span], quiet: Sequence[Quiet]
) -> list[bool]:
    """Tell for each of the `quarters` whether nothing takes any part of it and it is no quiet time."""
    starts = quarters(begins, ends)
    free = [not any(_is_within(start.astimezone(zone), one) for one in quiet) for start in starts]
    for first, last in taken:
        if not starts or last <= first:
            continue
        low = max(0, (first - starts[0]) // STEP)
        high = min(len(starts), -((starts[0] - last) // STEP))
        for place in range(low, high):
            free[place] = False
    return free


def widened(spans: Iterable[Span], by: timedelta) -> list[Span]:
    """Put the same room before and after each span."""
    return [(first - by, last + by) for first, last in spans]


def whole_days(first: date, last: date, zone: ZoneInfo) -> Span:
    """Give the span of the days from ``first`` up to, not with, ``last``."""
    return midnight(first, zone), midnight(last, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant at which a day begins in a zone (where clocks skip midnight: at the first that they show)."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def seconds_within(spans: Iterable[Span], begins: datetime, ends: datetime) -> int:
    """Count the seconds of ``[begins, ends)`` that at least one span covers."""
    total, reached = 0.0, begins
    for first, last in sorted(spans):
        low, high = max(first, reached), min(last, ends)
        if high > low:
            total += (high - low).total_seconds()
            reached = high
    return int(total)


def learned_quiet(lived: Mapping[int, float], slept: Mapping[int, float], days: int) -> Quiet:
    """Learn the quiet hours from how days usually are.

    Args:
        lived: seconds that were lived in each hour of the clock, sleep apart, over all days.
        slept: likewise, asleep.
        days: on how many days anything is known.

    Returns:
        The longest stretch of hours that are mostly slept; where sleep is not tracked, the longest one without
        entries, if it is as long as a night is; else `USUAL_NIGHT`.
    """
    if days < KNOWN_DAYS:
        return USUAL_NIGHT
    whole = days * 3600
    for still in (
        [slept.get(hour, 0) / whole >= ASLEEP for hour in range(24)],
        [lived.get(hour, 0) / whole < LIVELY for hour in range(24)],
    ):
        first, length = _longest_run(still)
        if SHORTEST_NIGHT <= length <= LONGEST_NIGHT:
            return first * 60, (first + length) % 24 * 60
    return USUAL_NIGHT


def _longest_run(hours: Sequence[bool]) -> tuple[int, int]:
    """Find the longest run of true hours on the clock's circle: its first hour and its length."""
    best = (0, 0)
    for first in range(24):
        length = next((n for n in range(24) if not hours[(first + n) % 24]), 24)
        if length > best[1]:
            best = (first, length)
    return best


def _is_within(local: datetime, quiet: Quiet) -> bool:
    """Tell whether a quarter hour touches a stretch of the clock."""
    begin, end = quiet
    first = local.hour * 60 + local.minute
    last = first + int(STEP.total_seconds()) // 60
    if begin == end:
        return False
    if begin < end:
        return first < end and last > begin
    return first < end or last > begin
