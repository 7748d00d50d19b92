"""Half-open stretches of time [start, end) and the arithmetic of days; pure, and exact across clock changes.

A span holds its instants in UTC: Python compares and subtracts *wall clocks* when two datetimes share a zone,
so an hour lost or won at a clock change would go unnoticed. Two spans that touch do not overlap.

The tests measure the models of time with this: it knows nothing of SQL, and shares no code with what it judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """The time from ``start`` up to, but without, ``end``; empty when they are equal.

    Raises:
        ValueError: an instant without zone, or an end before the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError(f"an instant needs a zone: {self.start} … {self.end}")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise ValueError(f"a span cannot end ({self.end}) before it starts ({self.start})")

    def __bool__(self) -> bool:
        return self.start < self.end

    @property
    def seconds(self) -> int:
        """Its length in whole seconds."""
        return (self.end - self.start) // timedelta(seconds=1)


def local_day(day: date, zone: ZoneInfo) -> Span:
    """The calendar day of a zone, midnight to midnight: 24 h, or 23 or 25 (or 23.5 or 24.5) at a clock change.

    A midnight that a clock change skips is the instant of the change; of a midnight that comes twice the first
    counts. A day that a zone left out (Samoa, 30 December 2011) is empty.
    """
    first, after = (datetime.combine(d, time.min, zone).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    return Span(first, after)


def split_at_midnight(span: Span, zone: ZoneInfo) -> Iterator[tuple[date, Span]]:
    """Cut at every local midnight: each part with the day it belongs to. An empty span stays whole.

    day       Monday     |  Tuesday   |  Wednesday
    span            [----------------------)
    parts           [----)------------)----)
    """
    day = span.start.astimezone(zone).date()
    here = span.start
    while True:
        end = min(span.end, local_day(day, zone).end)
        if end > here or not span:
            yield day, Span(here, end)
        if end >= span.end:
            return
        here, day = end, day + timedelta(days=1)


def union(spans: Iterable[Span]) -> list[Span]:
    """The time covered by any of them, in order; what overlaps or touches becomes one.

    spans     [----)   [--)
                 [---)    [---)    [-)
    union     [------) [------)    [-)
    """
    joined: list[Span] = []
    for span in sorted(filter(None, spans)):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def intersect(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time covered by both sides, in order. ``intersect(spans, [bounds])`` clips to bounds.

    spans     [---------)    [----)
    others        [--)    [----)
    both          [--)       [-)
    """
    left, right = union(spans), union(others)
    both: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            both.append(Span(start, end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return both


def subtract(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time covered by the first side only, in order. ``subtract([day], entries)`` are the day's gaps.

    spans     [---------)    [----)
    others        [--)    [----)
    left      [---)  [--)      [--)
    """
    left: list[Span] = []
    taken = union(others)
    next_taken = 0
    for span in union(spans):
        here = span.start
        while next_taken < len(taken) and taken[next_taken].start < span.end:
            other = taken[next_taken]
            if here < other.start:
                left.append(Span(here, other.start))
            here = max(here, other.end)
            if other.end > span.end:  # it reaches into the next span too
                break
            next_taken += 1
        if here < span.end:
            left.append(Span(here, span.end))
    return left


def total_seconds(spans: Iterable[Span]) -> int:
    """The length of the time they cover, overlaps counted once, in whole seconds."""
    covered = sum((span.end - span.start for span in union(spans)), timedelta())
    return covered // timedelta(seconds=1)
