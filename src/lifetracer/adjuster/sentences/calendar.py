"""Days that sentences name: “until 31 March”, 「来週」, “in December”: the next such stretch, as half-open dates.

Law: a date without a year is the next one that is not over; nothing here knows a language.
"""

from __future__ import annotations

from datetime import date, timedelta

from lifetracer.adjuster.sentences.tokens import Meaning
from lifetracer.periods import end_of, start_of, step

Stretch = tuple[date, date, str | None]
"""First day, day after the last, and the period that it is one of."""

LAST_YEAR = 2199


def day(today: date, year: int | None, month: int, number: int) -> date | None:
    """Give a date, without a year the next one; ``None`` when there is no such day."""
    years = [year] if year else [today.year, today.year + 1, *range(today.year + 2, today.year + 9)]
    for candidate in years:
        try:
            found = date(candidate, month, number)
        except ValueError:
            continue
        if (year or found >= today) and found.year <= LAST_YEAR:
            return found
    return None


def iso(text: str) -> date | None:
    """Read a date as ISO 8601 writes it; ``None`` when there is no such day."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= LAST_YEAR else None


def month(today: date, year: int | None, number: int) -> Stretch | None:
    """Give a month, without a year the present or next one of that number."""
    if not 1 <= number <= 12 or (year and not 1970 <= year <= LAST_YEAR):
        return None
    first = date(year or today.year, number, 1)
    if year is None and step(first, "month", 1) <= today:
        first = first.replace(year=first.year + 1)
    return first, step(first, "month", 1), "month"


def year(today: date, number: int | None = None) -> Stretch | None:
    """Give a year; of the present one what is left."""
    number = number or today.year
    if not today.year <= number <= LAST_YEAR:
        return None
    return max(today, date(number, 1, 1)), date(number + 1, 1, 1), None


def this(today: date, period: str, ahead: int = 0) -> Stretch:
    """Give the present day, week or month, or one ahead."""
    first = step(start_of(today, period), period, ahead)
    return first, step(first, period, 1), period


def weekday(today: date, number: int, ahead: int = 0) -> date:
    """Give the next such weekday (1 is Monday), today included; or of a week ahead."""
    if ahead:
        return start_of(today, "week") + timedelta(days=7 * ahead + number - 1)
    return today + timedelta(days=(number - today.isoweekday()) % 7)


def span(today: date, count: int, period: str) -> Stretch:
    """Give so many days, weeks or months from today on."""
    if period != "month":
        return today, today + timedelta(days=count * (7 if period == "week" else 1)), None
    number = today.month - 1 + count
    first = date(today.year + number // 12, number % 12 + 1, 1)
    last = min(today.day, end_of(first, "month").day)
    return today, first.replace(day=last), None


def weekdays(first: int, last: int) -> set[int]:
    """Give the weekdays from one to another (1 is Monday), over the weekend where need be."""
    return {(first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1)}


def since(found: date | None) -> Meaning:
    """Say that a wish begins on a day; a day that is none is asked about."""
    return ("from", found) if found else ("unclear", "date")


def until(found: date | None, *, is_included: bool = True) -> Meaning:
    """Say that a wish ends with a day, or before it."""
    return ("until", found + timedelta(days=int(is_included))) if found else ("unclear", "date")


def only(found: date | None) -> Meaning:
    """Say that a wish is one for a single day."""
    return ("during", (found, found + timedelta(days=1), "day")) if found else ("unclear", "date")
