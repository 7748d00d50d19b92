"""Days, weeks and months from a forecast of days: what was lived counts in full, what is to come by joint paths."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lifetracer.analyzer.forecast.history import Choice, Forecast, Reason
from lifetracer.analyzer.lived import Lived
from lifetracer.analyzer.periods import Estimate, Today, coming, estimates, horizon_of, total_quantiles

WEDNESDAY = date(2026, 11, 18)
HOUR = 3600.0


def test_the_periods_begin_with_the_present_ones() -> None:
    found = coming(WEDNESDAY)
    by_grain = {grain: [(p.start, p.end) for p in found if p.grain == grain] for grain in ("day", "week", "month")}
    assert [len(periods) for periods in by_grain.values()] == [28, 5, 2]
    assert by_grain["day"][0] == (WEDNESDAY, date(2026, 11, 19))
    assert by_grain["week"][0] == (date(2026, 11, 16), date(2026, 11, 23))
    assert by_grain["month"] == [(date(2026, 11, 1), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 1, 1))]


@pytest.mark.parametrize("today", [date(2026, 1, 31), date(2028, 2, 29), date(2026, 12, 31), date(2026, 11, 1)])
def test_the_horizon_reaches_the_end_of_every_period(today: date) -> None:
    assert today + timedelta(days=horizon_of(today)) == max(period.end for period in coming(today))


def life(days: int = 60) -> Lived:
    """Eight hours of sleep every day, two or four of work in turn; it ends on Tuesday."""
    seconds = np.column_stack([np.full(days, 8 * HOUR), np.where(np.arange(days) % 2 == 0, 2 * HOUR, 4 * HOUR)])
    return Lived(WEDNESDAY - timedelta(days=days), ("sleep", "work"), seconds, np.ones(days, dtype=bool))


def a_forecast(today: date, sleep: float, work: tuple[float, float], method: str = "model") -> Forecast:
    """Work is either the one or the other on all days of a path: as dependent as days can be."""
    horizon = horizon_of(today)
    paths = np.empty((100, horizon, 2))
    paths[:, :, 0] = sleep
    paths[:50, :, 1], paths[50:, :, 1] = work
    days = np.quantile(paths, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0).transpose(1, 2, 0)
    choice = {
        name: Choice(name, method == "model", method, "days_28", 1.0, 2.0, 60, 50, "model_better")
        for name in ("sleep", "work")
    }
    reasons = {
        name: [[Reason("level", 100.0), Reason("weekday", -20.0), Reason("plan", 300.0)]] * horizon
        for name in ("sleep", "work")
    }
    return Forecast(today, ["sleep", "work"], "ok", days, paths.mean(axis=0), paths, days, choice, reasons)


def made(
    lived_today: tuple[float, float] = (0, 0), left: tuple[float, float] = (1, 1)
) -> dict[tuple[str, str, date], Estimate]:
    lived, found = life(), a_forecast(WEDNESDAY, 8 * HOUR, (1 * HOUR, 3 * HOUR))
    horizon = horizon_of(WEDNESDAY)
    planned = np.zeros((lived.days + horizon, 2))
    planned[lived.days - 2 : lived.days + 5, 1] = 600
    today = Today(np.array(lived_today), np.array(left))
    return {
        (one.category_id, one.period.grain, one.period.start): one
        for one in estimates(lived, today, planned, np.full(horizon, 86_400.0), found)
    }


def test_what_is_lived_of_the_week_is_certain_and_the_rest_keeps_its_dependence() -> None:
    week = made()["work", "week", date(2026, 11, 16)]
    lived = 6 * HOUR  # Monday and Tuesday
    assert week.lived == lived
    assert week.quantiles[0] == lived + 5 * 1 * HOUR, "not shrunk to the middle, as independent days would be"
    assert week.quantiles[4] == lived + 5 * 3 * HOUR
    assert week.mean == pytest.approx(lived + 5 * 2 * HOUR)
    assert week.planned == 7 * 600
    sleep = made()["sleep", "week", date(2026, 11, 16)]
    assert set(sleep.quantiles) == {7 * 8 * HOUR}


def test_of_today_only_what_usually_follows_is_to_come() -> None:
    open_day = made((7 * HOUR, 1 * HOUR), (0.0, 0.5))
    today = open_day["sleep", "day", WEDNESDAY]
    assert set(today.quantiles) == {7 * HOUR}, "nobody sleeps in the evening of this life"
    work = open_day["work", "day", WEDNESDAY]
    assert (work.quantiles[0], work.quantiles[4], work.lived) == (1.5 * HOUR, 2.5 * HOUR, HOUR)
    week = open_day["work", "week", date(2026, 11, 16)]
    assert week.lived == 7 * HOUR
    assert week.quantiles[4] == 7 * HOUR + 1.5 * HOUR + 4 * 3 * HOUR
    assert week.baseline[4] < week.lived + 5 * 4 * HOUR


def test_a_later_period_knows_nothing_of_today() -> None:
    before, after = made(), made((7 * HOUR, 5 * HOUR), (0.1, 0.1))
    for key, one in before.items():
        if one.period.start > WEDNESDAY:
            assert one.as_row() == after[key].as_row()


def test_rows_are_whole_ordered_and_within_the_day() -> None:
    for one in made((20 * HOUR, 23 * HOUR)).values():
        row = one.as_row()
        quantiles = [row[name] for name in ("p10", "p25", "p50", "p75", "p90")]
        assert quantiles == sorted(quantiles)
        assert all(isinstance(value, int) and value >= 0 for value in quantiles)
        assert row["horizon"] == (one.period.start - WEDNESDAY).days
        if one.period.grain == "day":
            assert row["p90"] <= 86_400


def test_the_weightiest_reasons_are_told_and_the_slight_ones_are_not() -> None:
    found = made()
    day = found["work", "day", WEDNESDAY + timedelta(days=1)]
    assert [(reason.code, reason.seconds) for reason in day.reasons] == [("plan", 300.0), ("level", 100.0)]
    week = found["work", "week", date(2026, 11, 16)]
    assert [(r.code, r.seconds) for r in week.reasons] == [("plan", 1500.0), ("level", 500.0), ("weekday", -100.0)]


def test_a_simple_rule_says_totals_from_stretches_as_long() -> None:
    lived = life()
    assert total_quantiles(lived, 0, 7, "days_28").tolist() == [56 * HOUR] * 5
    weeks = total_quantiles(lived, 1, 7, "days_28")
    assert (weeks[0], weeks[4]) == (20 * HOUR, 22 * HOUR), "four short days and three long ones, or the other way round"
    assert total_quantiles(lived, 1, 2, "weekdays_8").tolist() == [6 * HOUR] * 5


def test_a_simple_rule_never_sums_over_a_gap() -> None:
    lived = life()
    known = lived.known.copy()
    known[20:40] = False
    seconds = lived.seconds.copy()
    seconds[~known] = 0
    gap = Lived(lived.first_day, lived.categories, seconds, known)
    assert total_quantiles(gap, 0, 7, "days_56").tolist() == [56 * HOUR] * 5
    assert total_quantiles(gap, 0, 25, "days_28").tolist() == [25 * 8 * HOUR] * 5, "no stretch is so long"
