"""Days, weeks and months: where one begins, where another one does, and what it is called.

Law: a period is named by its first day and ends before that of the next one; weeks begin on Monday.
"""

from __future__ import annotations

from datetime import date, timedelta


def start_of(day: date, period: str) -> date:
    """Give the first day of the day, week or month in which a day lies."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def step(start: date, period: str, count: int) -> date:
    """Go some periods on from the start of one, or back.

    >>> step(date(2026, 11, 1), "month", 3)
    datetime.date(2027, 2, 1)
    """
    if period == "month":
        months = start.year * 12 + start.month - 1 + count
        return date(months // 12, months % 12 + 1, 1)
    return start + timedelta(days=count * (7 if period == "week" else 1))


def end_of(start: date, period: str) -> date:
    """Give the last day of the period that begins on a day."""
    return step(start, period, 1) - timedelta(days=1)


def name_of(day: date, period: str) -> str:
    """Name the period of a day: ``2026-11-21``, ``2026-W47``, ``2026-11``."""
    if period == "week":
        return week_name(day)
    return day.isoformat()[:7] if period == "month" else day.isoformat()


def week_name(day: date) -> str:
    """Name the ISO week of a day: ``2026-W47``."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"
