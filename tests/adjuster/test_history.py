"""What former periods lend to one that is open or yet to come."""

from datetime import date, timedelta

import pytest

from lifetracer.adjuster.history import Lived, look_back

MONDAY = date(2026, 11, 16)
HOUR = 3600.0
FIVE = (1, 2, 3, 4, 5)


def worked(first: date, last: date) -> dict[date, Lived]:
    """Eight hours on each day from Monday to Friday, nothing but an hour of something else at the weekend."""
    days = (first + timedelta(days=n) for n in range((last - first).days))
    return {
        day: Lived(8 * HOUR, 1, 9 * HOUR, 17 * HOUR, 8 * HOUR) if day.isoweekday() < 6 else Lived(tracked=HOUR)
        for day in days
    }


@pytest.mark.parametrize("today", [MONDAY + timedelta(days=n) for n in range(7)])
def test_a_week_to_come_borrows_each_day_from_the_same_day_of_the_week(today):
    """On whatever day it is asked: five days of eight hours stay five days of eight hours."""
    first = MONDAY - timedelta(weeks=10)
    start = MONDAY + timedelta(weeks=1)
    counted = [start + timedelta(days=n) for n in range(5)]
    past = look_back(worked(first, today), first, today, 12 * HOUR, "duration", "week", start, counted, FIVE)
    assert past is not None
    assert set(past.likely.quantiles().values()) == {40 * HOUR}
    assert past.last[0] == 40 * HOUR


def test_the_open_week_lends_nothing_to_the_next_one():
    """On Wednesday only two days of it are known; the weeks before are whole."""
    first = MONDAY - timedelta(weeks=10)
    lived = worked(first, MONDAY + timedelta(days=2))
    start = MONDAY + timedelta(weeks=1)
    counted = [start + timedelta(days=n) for n in range(7)]
    past = look_back(lived, first, MONDAY + timedelta(days=2), 0.0, "duration", "week", start, counted)
    assert past is not None
    assert past.periods == 8
    assert past.likely.quantiles()["p10"] == 40 * HOUR


def test_a_month_of_weekdays_borrows_from_weekdays():
    """By their dates, November's weekdays would fall on Saturdays and Sundays of October."""
    first, today, start = date(2026, 3, 1), date(2026, 10, 31), date(2026, 11, 1)
    counted = [start + timedelta(days=n) for n in range(30) if (start + timedelta(days=n)).isoweekday() < 6]
    past = look_back(worked(first, today), first, today, 0.0, "duration", "month", start, counted, FIVE)
    assert past is not None
    assert set(past.likely.quantiles().values()) == {len(counted) * 8 * HOUR}


def test_a_longer_month_borrows_the_last_day_of_a_shorter_one_again():
    first, today, start = date(2026, 1, 1), date(2026, 7, 1), date(2026, 7, 1)
    lived = {first + timedelta(days=n): Lived(HOUR, 1, tracked=HOUR) for n in range((today - first).days)}
    counted = [start + timedelta(days=n) for n in range(31)]
    past = look_back(lived, first, today, 0.0, "duration", "month", start, counted)
    assert past is not None
    assert set(past.likely.quantiles().values()) == {31 * HOUR}
