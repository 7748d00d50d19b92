"""When one event is: whole days, or a wall-clock time in a zone; read from Google-shaped event JSON.

Law: an all-day event has dates and no instant; a timed one has an instant, and its zone only says how it repeats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")

Event = Mapping[str, Any]
Key = datetime | date
"""When the series meant an occurrence to begin: an instant in UTC, or a date for an all-day series."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place: instants, or dates when it is all-day."""

    series_id: str
    """Event id of the single event or series master it comes from."""
    content_id: str
    """Event id whose title and details apply: an exception, or ``series_id``."""
    original_start: str
    """Start before any exception moved it: ``2026-11-17T08:00:00Z`` or ``2026-11-17``."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    """The day after the last."""
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Start and length of one event: whole days, or a wall-clock time in a zone."""

    all_day: bool
    wall: datetime
    """Naive local start; midnight for whole days."""
    instant: datetime
    """The same in UTC (all-day: local midnight of the calendar's zone, for windows only)."""
    length: timedelta
    zone: tzinfo

    @classmethod
    def of(cls, event: Event, zone: tzinfo) -> Span | None:
        """Read ``start`` and ``end``; ``None`` without a readable start. An end before it counts as it."""
        start, end = event.get("start") or {}, event.get("end") or {}
        try:
            if start.get("date"):
                first = date.fromisoformat(start["date"])
                last = date.fromisoformat(end["date"]) if end.get("date") else first + timedelta(days=1)
                return cls.days(first, max(last - first, timedelta(days=1)), zone)
            if not start.get("dateTime"):
                return None
            own = named_zone(start.get("timeZone")) or zone
            begins = instant_of(start["dateTime"], own)
            ends = (
                instant_of(end["dateTime"], named_zone(end.get("timeZone")) or own) if end.get("dateTime") else begins
            )
            return cls(False, begins.astimezone(own).replace(tzinfo=None), begins, max(ends - begins, timedelta()), own)
        except (ValueError, TypeError, OverflowError):
            return None

    @classmethod
    def days(cls, first: date, length: timedelta, zone: tzinfo) -> Span:
        """Whole days."""
        midnight = datetime.combine(first, time.min)
        return cls(True, midnight, midnight.replace(tzinfo=zone).astimezone(UTC), length, zone)

    @property
    def key(self) -> Key:
        """What identifies it inside a series."""
        return self.wall.date() if self.all_day else self.instant

    def occurrence(self, series_id: str, content_id: str, original_start: str) -> Occurrence:
        """Give the occurrence that lies here."""
        if self.all_day:
            first = self.wall.date()
            return Occurrence(
                series_id, content_id, original_start, starts_on=first, ends_on=first + self.length, time_zone=None
            )
        return Occurrence(
            series_id,
            content_id,
            original_start,
            starts_at=self.instant,
            ends_at=self.instant + self.length,
            time_zone=str(self.zone),
        )


def named_zone(name: object) -> ZoneInfo | None:
    """Give the IANA zone of that name; ``None`` when there is none."""
    try:
        return ZoneInfo(str(name)) if name else None
    except (KeyError, ValueError, OSError):
        return None


def instant_of(text: str, zone: tzinfo) -> datetime:
    """Read an RFC 3339 time; one without an offset is wall-clock time in ``zone``."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def as_text(key: Key) -> str:
    """Write a key: ``2026-11-17T08:00:00Z`` or ``2026-11-17``."""
    return key.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(key, datetime) else key.isoformat()


def parse_duration(text: str) -> timedelta:
    """Read an RFC 5545 duration such as ``P1DT2H`` or ``-PT15M``.

    Raises:
        ValueError: it is none.
    """
    match = _DURATION.fullmatch(text.strip().upper())
    if not match or not any(match.groups()[1:]):
        raise ValueError(f"{text} is not a duration")
    sign, *numbers = match.groups()
    weeks, days, hours, minutes, seconds = (int(n or 0) for n in numbers)
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if sign == "-" else length
