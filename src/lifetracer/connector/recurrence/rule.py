"""What a recurrence rule says (RFC 5545 section 3.3.10, SKIP of RFC 7529): its text, parsed and checked.

Law: a `Rule` holds only values that make sense; everything else was refused with the part that is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
Freq = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
FREQS: tuple[Freq, ...] = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")


class RuleError(ValueError):
    """A recurrence rule that cannot be understood; the message says which part."""


@dataclass(frozen=True, slots=True)
class Until:
    """The end of a rule as it was written: a day, a wall-clock time, or an instant in UTC."""

    at: datetime
    is_date: bool
    is_utc: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed recurrence rule; lists are sorted and without duplicates."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    second: tuple[int, ...] = ()
    minute: tuple[int, ...] = ()
    hour: tuple[int, ...] = ()
    day: tuple[tuple[int, int], ...] = ()
    """(n-th, weekday): 0 = every; weekday 0 is Monday."""
    monthday: tuple[int, ...] = ()
    yearday: tuple[int, ...] = ()
    weekno: tuple[int, ...] = ()
    month: tuple[int, ...] = ()
    setpos: tuple[int, ...] = ()
    week_start: int = 0
    skip: Literal["OMIT", "BACKWARD", "FORWARD"] = "OMIT"
    """What becomes of a day that the month does not have (RFC 7529)."""


_LISTS = {
    # part: (field, least, most, signed)
    "BYSECOND": ("second", 0, 60, False),
    "BYMINUTE": ("minute", 0, 59, False),
    "BYHOUR": ("hour", 0, 23, False),
    "BYMONTHDAY": ("monthday", 1, 31, True),
    "BYYEARDAY": ("yearday", 1, 366, True),
    "BYWEEKNO": ("weekno", 1, 53, True),
    "BYMONTH": ("month", 1, 12, False),
    "BYSETPOS": ("setpos", 1, 10**9, True),
}
_WORDS: dict[tuple[str, str], dict[str, object]] = {
    ("RSCALE", "GREGORIAN"): {},
    **{("WKST", name): {"week_start": number} for name, number in WEEKDAYS.items()},
    **{("SKIP", way): {"skip": way} for way in ("OMIT", "BACKWARD", "FORWARD")},
}
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")


def parse_rule(text: str) -> Rule:
    """Read the value of an RRULE, e.g. ``FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261224T000000Z``.

    Raises:
        RuleError: a part is missing, unknown or out of range. ``X-…`` parts are passed over (RFC 5545 allows them).
    """
    parts: dict[str, str] = {}
    for piece in text.strip().rstrip(";").split(";"):
        name, sign, value = piece.partition("=")
        name = name.strip().upper()
        if not sign:
            raise RuleError(f"“{piece}” is not of the form NAME=VALUE")
        if name in parts:
            raise RuleError(f"{name} stands there twice")
        parts[name] = value.strip().upper()
    freq = parts.pop("FREQ", "")
    if freq not in FREQS:
        raise RuleError(f"FREQ={freq} is not a frequency" if freq else "FREQ is missing")
    fields: dict[str, object] = {}
    for name, value in parts.items():
        fields.update(_part(name, value))
    return Rule(freq=freq, **fields)  # type: ignore[arg-type]


def _part(name: str, value: str) -> dict[str, object]:
    """One ``NAME=VALUE`` of a rule as fields of `Rule`."""
    if name in _LISTS:
        field, least, most, signed = _LISTS[name]
        return {field: tuple(sorted({_number(name, v, least, most, signed) for v in value.split(",")}))}
    if name in ("INTERVAL", "COUNT"):
        return {name.lower(): _number(name, value, 1, 10**9, signed=False)}
    if name == "UNTIL":
        return {"until": parse_until(value)}
    if name == "BYDAY":
        return {"day": tuple(sorted({_weekday(v) for v in value.split(",")}))}
    if name.startswith("X-") or (name, value) in _WORDS:
        return _WORDS.get((name, value), {})
    raise RuleError(f"{name}={value} is not understood")


def parse_until(value: str) -> Until:
    """Read a DATE or DATE-TIME value."""
    match = _STAMP.fullmatch(value)
    if not match:
        raise RuleError(f"UNTIL={value} is not a date")
    year, month, day, *clock = match.groups()
    try:
        hour, minute, second = (int(c or 0) for c in clock[:3])
        at = datetime(int(year), int(month), int(day), hour, minute, min(second, 59))  # noqa: DTZ001
    except ValueError:
        raise RuleError(f"UNTIL={value} does not exist in the calendar") from None
    return Until(at, is_date=clock[0] is None, is_utc=clock[3] == "Z")


def _number(name: str, text: str, least: int, most: int, signed: bool) -> int:
    try:
        number = int(text)
    except ValueError:
        raise RuleError(f"{name}={text} is not a number") from None
    if not least <= (abs(number) if signed else number) <= most:
        raise RuleError(f"{name}={text} is out of range")
    return number


def _weekday(text: str) -> tuple[int, int]:
    match = _WEEKDAY.fullmatch(text)
    if not match or (match[1] and not 1 <= abs(int(match[1])) <= 53):
        raise RuleError(f"BYDAY={text} is not a weekday")
    return int(match[1] or 0), WEEKDAYS[match[2]]
