"""Periods follow each other without gap or overlap, whatever the months' lengths."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifetracer.periods import end_of, name_of, start_of, step

DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
PERIODS = st.sampled_from(("day", "week", "month"))


@given(DAYS, PERIODS)
def test_a_day_lies_in_its_period_and_the_next_one_begins_after_its_end(day, period):
    start = start_of(day, period)
    assert start <= day <= end_of(start, period)
    assert step(start, period, 1) == start_of(end_of(start, period) + timedelta(days=1), period)
    assert step(start, period, -1) == start_of(start - timedelta(days=1), period)


@given(DAYS, PERIODS, st.integers(-40, 40))
def test_steps_there_and_back_end_where_they_began(day, period, count):
    start = start_of(day, period)
    assert step(step(start, period, count), period, -count) == start


@pytest.mark.parametrize(
    ("day", "period", "name"),
    [
        (date(2026, 11, 21), "day", "2026-11-21"),
        (date(2026, 11, 21), "week", "2026-W47"),
        (date(2027, 1, 1), "week", "2026-W53"),
        (date(2026, 11, 21), "month", "2026-11"),
    ],
)
def test_a_period_is_called_as_iso_8601_does(day, period, name):
    assert name_of(day, period) == name
