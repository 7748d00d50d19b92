"""An hour of plan moves an estimate by what such hours were worth to the person; by a stated guess where none were."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from lifetracer.analyzer.forecast import History, forecast
from lifetracer.analyzer.forecast.plans import USUAL, worth

HOUR = 3600
DAYS, COMING = 120, 28
NAMES = ["Work", "Piano", "Reading"]


def person(keep: float, days: int = DAYS) -> History:
    """Meetings that are part of long work days, piano that is kept so often when planned, reading without any plan."""
    luck = np.random.default_rng(3)
    weekday = np.arange(days + COMING) % 7
    plan = np.zeros((days + COMING, 3))
    plan[:, 0] = np.where(weekday < 5, luck.choice([1, 2, 3], len(plan)), 0)
    plan[:, 1] = (luck.random(len(plan)) < 0.35) * luck.choice([1, 1.5, 2], len(plan))
    done = np.zeros_like(plan)
    done[:, 0] = np.where(weekday < 5, luck.normal(8, 1, len(plan)), 0).clip(0)
    done[:, 1] = plan[:, 1] * (luck.random(len(plan)) < keep) + (luck.random(len(plan)) < 0.2) * luck.gamma(2, 0.15)
    done[:, 2] = (luck.random(len(plan)) < 0.6) * luck.gamma(3, 0.4, len(plan))
    return History(date(2025, 1, 6), NAMES, done[:days] * HOUR, planned=plan * HOUR)


def moved(history: History, category: str, hours: dict[int, float]) -> float:
    """By how many hours the coming week's P50 moves when the calendar holds more on some days."""
    planned = np.array(history.planned)
    place = NAMES.index(category)
    for day, more in hours.items():
        planned[history.days + day, place] += more * HOUR
    before, after = (forecast(one).total(0, 7)[place, 2] for one in (history, replace(history, planned=planned)))
    return float(after - before) / HOUR


@pytest.mark.parametrize(("keep", "least", "most"), [(0.8, 1.8, 2.9), (0.2, 0.3, 0.95)])
def test_three_more_hours_count_as_such_hours_were_kept(keep: float, least: float, most: float) -> None:
    assert least <= moved(person(keep), "Piano", {1: 1, 3: 1, 5: 1}) <= most


def test_a_calendar_that_begins_now_is_worth_the_stated_guess() -> None:
    history = replace(person(0.8, 40), planned=np.zeros((40 + COMING, 3)))
    assert moved(history, "Reading", {2: 3}) == pytest.approx(3 * USUAL, abs=0.3)


def learned(keep: float, days: int) -> np.ndarray:
    history = person(keep, days)
    assert history.planned is not None
    plans, lived = history.planned[:days] / HOUR, history.actual / HOUR
    return worth(plans, lived, (np.arange(days) % 7 >= 5).astype(float), np.ones(days))


def test_meetings_within_a_long_day_add_nothing_and_kept_plans_what_was_kept() -> None:
    for keep in (0.2, 0.5, 0.8):
        found = learned(keep, 300)
        assert found[1] == pytest.approx(keep, abs=0.12)
        assert abs(found[0]) < 0.15


def test_what_was_never_planned_is_worth_what_is_usual_for_the_person() -> None:
    diligent, careless = learned(0.95, 300)[2], learned(0.05, 300)[2]
    assert careless < diligent
    assert 0 <= careless <= diligent <= 1


def test_few_days_stay_near_the_guess_and_many_leave_it() -> None:
    guess = learned(0.9, 2)[1]
    assert abs(guess - USUAL) <= abs(learned(0.9, 200)[1] - USUAL)
