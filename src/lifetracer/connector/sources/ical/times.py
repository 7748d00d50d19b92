"""Dates and times of RFC 5545 as calendars really write them, and as Google writes them in JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?)?(Z?)", re.IGNORECASE)
YEARS = range(1000, 9999)
"""Years that a calendar may name; in the others a zone or a length may lead out of the calendar."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A DATE or DATE-TIME value: whole days when ``zone`` and ``wall`` say so."""

    wall: datetime
    all_day: bool
    zone: str | None
    """IANA zone, ``UTC``, or ``None`` for a floating time."""

    @property
    def instant(self) -> datetime:
        """In UTC; a floating time as if it were UTC."""
        return self.wall.replace(tzinfo=ZoneInfo(self.zone) if self.zone else UTC).astimezone(UTC)

    def as_json(self) -> dict[str, str]:
        """As Google writes it; a floating time has neither offset nor zone."""
        if self.all_day:
            return {"date": self.wall.date().isoformat()}
        if self.zone is None:
            return {"dateTime": self.wall.isoformat()}
        return {"dateTime": self.wall.replace(tzinfo=ZoneInfo(self.zone)).isoformat(), "timeZone": self.zone}

    def suffix(self) -> str:
        """As Google puts it into the id of an instance."""
        if self.all_day:
            return self.wall.strftime("%Y%m%d")
        return self.instant.strftime("%Y%m%dT%H%M%SZ") if self.zone else self.wall.strftime("%Y%m%dT%H%M%S")


def read_stamp(text: str) -> tuple[datetime, bool, bool] | None:
    """(wall-clock time, is a date, is UTC); ``None`` when it is no time of the calendar."""
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, utc = match.groups()
    if int(year) not in YEARS:
        return None
    try:
        if hour is None:
            return datetime(int(year), int(month), int(day)), True, False  # noqa: DTZ001
        clock = (int(hour), int(minute), min(int(second or 0), 59))
        return datetime(int(year), int(month), int(day), *clock), False, utc != ""  # noqa: DTZ001
    except ValueError:
        return None


def canonical(value: str) -> str:
    """Write a date, time or period as RFC 5545 asks (``20131210Z`` is a date, ``20260101T0900`` lacks its seconds)."""
    begin, slash, end = value.partition("/")
    stamp = read_stamp(begin)
    assert stamp is not None, "only readable values come here"
    wall, all_day, utc = stamp
    return wall.strftime("%Y%m%d" if all_day else "%Y%m%dT%H%M%S") + ("Z" if utc else "") + slash + end
