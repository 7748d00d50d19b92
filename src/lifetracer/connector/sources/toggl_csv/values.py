"""Dates, clock times and lengths as spreadsheets and people write them.

Law: in which order a date has day and month is decided once per file, from all its dates, never row by row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise

_DATE = re.compile(r"(\d{1,4})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})日?\.?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(
    r"(午前|午後|오전|오후|上午|下午)?\s*(\d{1,2})[:.h時](\d\d)(?:[:.分](\d\d))?(?:[.,]\d+)?秒?\s*([ap])?\.?\s*(?:m\.?)?",
    re.IGNORECASE,
)
_DURATION = re.compile(r"([-−+])?(\d{1,9}):(\d\d)(?::(\d\d))?\s*(h|min|m|s|sec)?\.?", re.IGNORECASE)
_NUMBER = re.compile(r"([-−+])?(\d{1,9}(?:[.,]\d{1,30})?)\s*(h|hours?|時間|min|m|s|sec|秒)?\.?", re.IGNORECASE)
_WORDED = re.compile(
    r"(?=.)(?:(\d{1,9})\s*(?:hours?|h|時間)\.?)?\s*(?:(\d{1,9})\s*(?:minutes?|min|m|分)\.?)?\s*(?:(\d{1,9})\s*(?:sec|s|秒)\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(Z|UTC|GMT|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)$", re.IGNORECASE)

_MOMENT = re.compile(
    r"(.*?\d[^\d,]{0,2})(?:[T\s]\s*|,\s*)((?:(?:午前|午後|오전|오후|上午|下午)\s*)?\d{1,2}[:.h時]\d\d.*)",
    re.IGNORECASE | re.DOTALL,
)

ORDERS = ("ymd", "dmy", "mdy")
Order = str


def looks_like_date(text: str) -> bool:
    """Whether it could be a date in some order."""
    return _numbers(text) is not None


def looks_like_time(text: str) -> bool:
    """Whether it could be a time of day."""
    return parse_time(text) is not None


def looks_like_duration(text: str) -> bool:
    """Whether it could be a length."""
    return parse_duration(text) is not None


def parse_date(text: str, order: Order) -> date | None:
    """Read a date; ``None`` when it is none in that order. A year of two digits lies between 1970 and 2069."""
    numbers = _numbers(text)
    if numbers is None:
        return None
    first, second, third, long_year = numbers
    if (long_year and first > 31) or order == "ymd":
        year, month, day = first, second, third
    else:
        year = third
        day, month = (first, second) if order == "dmy" else (second, first)
    if year < 100 and not long_year:
        year += 2000 if year < 70 else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read a time of day with 12 or 24 hours; ``24:00`` is midnight of that day's beginning."""
    match = _TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        return None
    before, hours, minutes, seconds, after = match.groups()
    hour = int(hours)
    half = (after or "").lower() or {"午前": "a", "오전": "a", "上午": "a"}.get(before or "", "p" if before else "")
    if half:
        if not 0 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour % 24 if hour == 24 else hour, int(minutes), min(int(seconds or 0), 59))
    except ValueError:
        return None


def parse_duration(text: str) -> tuple[int, int] | None:
    """Read a length as seconds and the tolerance in seconds with which it was written (0 for ``HH:MM:SS``).

    Toggl writes ``00:25:20``, ``25:20 min``, ``1:25`` (hours and minutes) or decimal hours ``0.42``; others ``1h 30m``.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if match := _DURATION.fullmatch(text):
        sign, first, second, third, unit = match.groups()
        if third is None and (unit or "").lower() in ("min", "m"):
            seconds, tolerance = int(first) * 60 + int(second), 0
        else:
            seconds = int(first) * 3600 + int(second) * 60 + int(third or 0)
            tolerance = 0 if third else 60
        return (-seconds if sign in ("-", "−") else seconds), tolerance
    if match := _NUMBER.fullmatch(text):
        sign, number, unit = match.groups()
        value = float(number.replace(",", "."))
        factor = {"m": 60, "s": 1, "秒": 1}.get((unit or "h").lower()[0], 3600)
        decimals = len(re.split("[.,]", number)[1]) if re.search("[.,]", number) else 0
        seconds = round(value * factor)
        return (-seconds if sign in ("-", "−") else seconds), round(factor / 10**decimals) if factor > 1 else 0
    if match := _WORDED.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds, 0 if match[3] else 60
    return None


def split_moment(text: str) -> tuple[str, str, tzinfo | None]:
    """Part ``2026-01-05T09:00:00+09:00`` (or with a space, or without offset) into date, time and offset."""
    text = text.strip()
    zone: tzinfo | None = None
    parted = _MOMENT.fullmatch(text)
    day, clock = parted.groups() if parted else (text, "")
    if clock and (match := _OFFSET.search(clock)):
        sign = match[1].upper()
        digits = sign[1:].replace(":", "") if sign[0] in "+-" else "00"
        ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        zone = timezone(-ahead if sign[0] == "-" else ahead)
        clock = clock[: match.start()]
    return day.strip(), clock.strip(), zone


def order_of_dates(dates: Sequence[str], is_right: Callable[[Order], int]) -> tuple[Order, bool]:
    """Decide the order of day, month and year in a file, and tell whether its dates left no doubt.

    Args:
        dates: every date of the file.
        is_right: how many rows agree with their own length when dates are read in an order.
    """
    different = list(dict.fromkeys(dates))
    readable = {order: sum(parse_date(d, order) is not None for d in different) for order in ORDERS}
    most = max(readable.values(), default=0)
    possible = [order for order in ORDERS if readable[order] == most]
    spread = {tuple(parse_date(d, order) for d in different) for order in possible}
    if len(possible) == 1 or len(spread) == 1:
        return possible[0], True
    best = max(is_right(order) for order in possible)
    possible = [order for order in possible if is_right(order) == best]
    jumps = {order: _jumps(parse_date(d, order) for d in dates) for order in possible}
    fewest = min(jumps.values())
    possible = [order for order in possible if jumps[order] == fewest]
    if len(possible) == 1:
        return possible[0], True
    # Americans write slashes; who writes dots or dashes puts the day first.
    usual = "mdy" if "/" in dates[0] else "dmy"
    return (usual if usual in possible else possible[0]), False


def _jumps(days: Iterable[date | None]) -> int:
    """Days that one has to go forth and back when the rows are read in order; an export is sorted."""
    known = [d for d in days if d]
    return sum(abs((b - a).days) for a, b in pairwise(known))


def _numbers(text: str) -> tuple[int, int, int, bool] | None:
    text = unicodedata.normalize("NFKC", text).strip()
    match = _DATE.fullmatch(text)
    if match:
        return int(match[1]), int(match[3]), int(match[4]), max(len(match[1]), len(match[4])) > 2
    match = _COMPACT_DATE.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3]), True) if match else None


def instants(
    start: datetime, end: datetime | None, seconds: int | None, zone: tzinfo, tolerance: int = 0
) -> tuple[datetime, datetime]:
    """Turn wall-clock start and end into instants; where a clock change leaves a choice, the length decides.

    A time that happens twice means the first, unless only the second makes start, end and ``seconds`` agree; a time
    that never was is taken with the offset before the change. Without ``end`` the length gives it.
    """
    if end is None:
        begins = _instant(start, zone, 0)
        return begins, begins + timedelta(seconds=seconds or 0)
    usual = (_instant(start, zone, 0), _instant(end, zone, 0))
    if seconds is not None and abs((usual[1] - usual[0]).total_seconds() - seconds) <= tolerance:
        return usual
    choices = [usual, *((_instant(start, zone, a), _instant(end, zone, b)) for a, b in ((0, 1), (1, 1), (1, 0)))]
    if seconds is None:
        return next((c for c in choices if c[1] >= c[0]), choices[0])
    misses = [abs((b - a).total_seconds() - seconds) for a, b in choices]
    least = min(misses)
    return choices[misses.index(least)] if least + tolerance < misses[0] else choices[0]


def _instant(wall: datetime, zone: tzinfo, fold: int) -> datetime:
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if fold and moment.astimezone(zone).replace(tzinfo=None) != wall:
        return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)  # a gap, not a fold
    return moment
