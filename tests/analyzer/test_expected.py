"""A plan that is not finished is filled up with what usually is still put down, and never cut."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lifetracer.analyzer.expected import OPEN, still_to_plan

TODAY = date(2026, 11, 21)
FIRST = TODAY - timedelta(days=200)
HABIT = {TODAY - timedelta(days=n): 7200.0 for n in range(1, 100) if (TODAY - timedelta(days=n)).weekday() < 5}


def test_today_and_tomorrow_stand_as_they_are():
    assert still_to_plan(HABIT, TODAY, TODAY, FIRST) == 0
    assert still_to_plan(HABIT, TODAY + timedelta(days=1), TODAY, FIRST) == 0


def test_a_day_a_week_ahead_may_still_get_all_that_is_usual():
    monday = TODAY + timedelta(days=9)
    assert still_to_plan(HABIT, monday, TODAY, FIRST) == 7200
    assert still_to_plan({**HABIT, monday: 5400.0}, monday, TODAY, FIRST) == 1800
    assert still_to_plan({**HABIT, monday: 9000.0}, monday, TODAY, FIRST) == 0


def test_the_nearer_the_day_the_less_is_still_to_come():
    coming = [TODAY + timedelta(days=n) for n in range(1, OPEN + 1)]
    usual = {day - timedelta(weeks=week): 3600.0 for day in coming for week in range(1, 9)}
    found = [still_to_plan(usual, day, TODAY, FIRST) for day in coming]
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] == 3600


def test_weekends_stay_free_and_days_that_are_unlike_others_too():
    assert still_to_plan(HABIT, TODAY + timedelta(days=7), TODAY, FIRST) == 0
    monday = TODAY + timedelta(days=9)
    assert still_to_plan(HABIT, monday, TODAY, FIRST, {monday}) == 0


def test_days_unlike_others_and_days_before_the_history_tell_nothing():
    monday = TODAY + timedelta(days=9)
    away = {monday - timedelta(weeks=n) for n in (2, 3)}
    seen = {day: 0.0 if day in away else seconds for day, seconds in HABIT.items()}
    assert still_to_plan(seen, monday, TODAY, FIRST, away) == 7200
    assert still_to_plan(HABIT, monday, TODAY, monday - timedelta(weeks=4)) == 7200
    assert still_to_plan(HABIT, monday, TODAY, TODAY) == 0


@given(
    st.dictionaries(st.integers(-90, 40), st.floats(0, 86400), max_size=60),
    st.integers(-3, 40),
)
def test_it_is_never_negative_and_never_more_than_was_usual(planned, ahead):
    single = {TODAY + timedelta(days=n): seconds for n, seconds in planned.items()}
    assert 0 <= still_to_plan(single, TODAY + timedelta(days=ahead), TODAY, FIRST) <= 86400 + 1e-6
