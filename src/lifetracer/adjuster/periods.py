"""Days, weeks and months of wishes and targets: where one begins, and where the next one does.

Law: a period is named by its first day and ends before that of the next one; weeks begin on Monday.
"""

from __future__ import annotations

from datetime import date, timedelta


def first_of(period: str, day: date) -> date:
    """Give the first day of the period that a day lies in."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def after(period: str, first: date) -> date:
    """Give the first day of the next period."""
    if period == "month":
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if period == "week" else 1)
