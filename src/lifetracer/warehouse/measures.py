"""How amounts of a target are read and written: `10 h`, `1 h 30 m`, `3`, `06:00`, `25%`.

Law: what is written is read again as the same number (durations and times to the second).
"""

from __future__ import annotations

import re
from decimal import Decimal

from lifetracer.errors import UsageError

EXAMPLES = {
    "duration": "10h, 1h30m or 45m",
    "count": "3",
    "start_time": "06:00",
    "end_time": "18:30",
    "share": "25%",
}
"""Measure → how its amounts are written."""

_DURATION = re.compile(r"(?=\d)(?:(\d+(?:\.\d+)?)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+)\s*s)?", re.IGNORECASE)
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")


def read(text: str, measure: str) -> Decimal:
    """Read an amount: seconds, entries, seconds after midnight, or a share from 0 to 1.

    Raises:
        UsageError: it is not written as the measure wants it.
    """
    text = text.strip()
    found: Decimal | None = None
    if measure == "duration" and (match := _DURATION.fullmatch(text)):
        hours, minutes, seconds = (Decimal(part or 0) for part in match.groups())
        found = Decimal(round(hours * 3600 + minutes * 60 + seconds))
    elif measure == "count" and re.fullmatch(r"\d{1,6}", text):
        found = Decimal(text)
    elif measure in {"start_time", "end_time"} and (match := _TIME.fullmatch(text)):
        hours, minutes, seconds = (Decimal(part or 0) for part in match.groups())
        found = hours * 3600 + minutes * 60 + seconds
        found = found if found <= 86400 else None
    elif measure == "share" and (match := _SHARE.fullmatch(text)):
        found = Decimal(match[1]) / 100
        found = found if found <= 1 else None
    if found is None:
        raise UsageError(f"“{text}” is no {measure.replace('_', ' ')}.", remedy=f"Write it like {EXAMPLES[measure]}.")
    return found


def write(amount: Decimal | int | float, measure: str) -> str:
    """Write an amount as a person would."""
    if measure == "share":
        return f"{Decimal(str(amount)) * 100:.4f}".rstrip("0").rstrip(".") + "%"
    whole = int(amount)
    if measure == "count":
        return str(whole)
    hours, minutes, seconds = whole // 3600, whole % 3600 // 60, whole % 60
    if measure == "duration":
        parts = [f"{hours} h"] if hours or not whole else []
        parts += [f"{minutes:02} m" if hours else f"{minutes} m"] if minutes else []
        return " ".join([*parts, f"{seconds} s"] if seconds else parts)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
