"""What a plan that is not finished yet will still come to.

Meetings and other repeating events stand in the calendar for months; single events are put there as their days come
near. A day of next week that has none yet is no day without work.

Law: what stands in the calendar counts in full; only what usually is put down later is added, and nothing to a day
that the calendar knows completely (today, tomorrow) or that is not like others (a public holiday).

    usual      ▨▨▨▨▨▨      single events of the last eight such weekdays, on average
    standing   ▨▨
    expected   ▨▨░░        grows from nothing (tomorrow) to all that is usual (a week ahead)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

WEEKS = 8
"""Weekdays that tell what is usual."""
COMPLETE = 1
"""Days ahead up to which the calendar is taken as it stands."""
OPEN = 7
"""Days ahead from which everything usual may still be put down."""


def still_to_plan(
    single: Mapping[date, float], day: date, today: date, first_day: date, unlike: Collection[date] = frozenset()
) -> float:
    """Give the seconds that will probably still be planned for a coming day, by one category's single events.

    Args:
        single: day → seconds that its single events take, past days as they stood on the evening before.
        day: the day that is asked about.
        today: the open day.
        first_day: the first day of the history.
        unlike: days that tell nothing of others, nor others of them.
    """
    ahead = (day - today).days
    if ahead <= COMPLETE or day in unlike:
        return 0.0
    back = timedelta(days=7 * ((ahead - 1) // 7 + 1))  # to the last such weekday that lies before today
    asked = [day - back - timedelta(weeks=n) for n in range(WEEKS)]
    seen = [single.get(at, 0.0) for at in asked if first_day <= at < today and at not in unlike]
    if not seen:
        return 0.0
    missing = max(0.0, sum(seen) / len(seen) - single.get(day, 0.0))
    return missing * min(1.0, (ahead - COMPLETE) / (OPEN - COMPLETE))
