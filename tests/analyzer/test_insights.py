"""What is worth noticing is found where it was put, and hardly ever where there is only noise."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from lifetracer.analyzer.anomalies import find_anomalies
from lifetracer.analyzer.changes import find_changes
from lifetracer.analyzer.correlations import find_correlations
from lifetracer.analyzer.fallacy import Plan, find_fallacies, median_interval
from lifetracer.analyzer.insight import Insight, believable

from .diaries import KINDS, noise, with_seconds

RUNS = 100
ALLOWED = 0.05 + 1.64 * (0.05 * 0.95 / RUNS) ** 0.5
"""Share of so many runs with a false finding that a true rate below 5 % stays under, nineteen times of twenty."""


@pytest.mark.parametrize("kind", KINDS)
def test_noise_has_no_unusual_week(kind: str) -> None:
    assert sum(bool(find_anomalies(noise(seed, kind))) for seed in range(RUNS)) <= ALLOWED * RUNS


@pytest.mark.parametrize("kind", KINDS)
def test_noise_has_no_related_categories(kind: str) -> None:
    assert sum(bool(find_correlations(noise(seed, kind))) for seed in range(RUNS)) <= ALLOWED * RUNS


@pytest.mark.parametrize("kind", KINDS)
def test_noise_has_no_lasting_change(kind: str) -> None:
    runs = 40  # a permutation test takes its time
    assert sum(bool(find_changes(noise(seed, kind))) for seed in range(runs)) <= 4


def test_noise_has_no_planning_fallacy() -> None:
    found = 0
    for seed in range(RUNS):
        luck = np.random.default_rng(seed)
        plans = [
            Plan(date(2026, 1, 1), f"c{n % 5}", 3600, int(3600 * ratio))
            for n, ratio in enumerate(np.exp(luck.normal(0, 0.4, 200)))
        ]
        found += bool(find_fallacies(plans))
    assert found <= ALLOWED * RUNS


def test_an_unusual_week_is_told_with_how_much() -> None:
    lived = noise(1, "normal", days=399)
    end = (lived.after.weekday() - 0) % 7
    last_monday = lived.days - end - 7
    seconds = lived.seconds.copy()
    seconds[last_monday : last_monday + 7, 3] += 3 * 3600
    (found,) = [one for one in find_anomalies(with_seconds(lived, seconds)) if one.category_id == "c3"]
    assert found.begins_on == lived.first_day + timedelta(days=last_monday)
    assert found.begins_on.weekday() == 0
    assert found.ends_on == found.begins_on + timedelta(days=7)
    assert found.effect == pytest.approx(3 * 3600, rel=0.2)
    assert found.details["seconds"] > found.details["highest_seconds"]


def test_the_present_week_is_held_against_the_same_weekdays() -> None:
    lived = noise(2, "normal", days=399)
    days = (4 - lived.after.weekday()) % 7  # so that today is a Friday
    lived = noise(2, "normal", days=399 + days)
    seconds = lived.seconds.copy()
    seconds[-4:, 0] += 4 * 3600
    (found,) = [one for one in find_anomalies(with_seconds(lived, seconds)) if one.category_id == "c0"]
    assert (found.details["days"], found.begins_on) == (4, lived.after - timedelta(days=4))


def test_too_few_weeks_say_nothing() -> None:
    lived = noise(1, "normal", days=40)
    assert find_anomalies(lived) == []
    assert find_changes(noise(1, "normal", days=50)) == []
    assert find_correlations(lived) == []


def test_a_lasting_change_is_dated_and_measured() -> None:
    """Since week 41 an hour and a half less, and long before once an hour more, which is of no interest any more."""
    lived = noise(5, "normal", days=420)
    monday = (-lived.first_day.weekday()) % 7
    seconds = lived.seconds + 3600 * 3
    seconds[monday + 280 :, 2] -= 5400
    found = [one for one in find_changes(with_seconds(lived, seconds)) if one.category_id == "c2"]
    assert len(found) == 1
    assert found[0].effect == pytest.approx(-5400, rel=0.25)
    assert abs((found[0].begins_on - (lived.first_day + timedelta(days=monday + 280))).days) <= 14
    assert found[0].ends_on is None
    assert found[0].details["before_seconds"] > found[0].details["after_seconds"]


def test_of_two_changes_the_later_is_told() -> None:
    lived = noise(6, "normal", days=420)
    seconds = lived.seconds + 3600 * 3
    seconds[140:, 1] += 7200
    seconds[280:, 1] -= 10_800
    (found,) = [one for one in find_changes(with_seconds(lived, seconds)) if one.category_id == "c1"]
    assert found.effect == pytest.approx(-10_800, rel=0.25)
    assert abs((found.begins_on - lived.first_day).days - 280) <= 21


def test_a_category_that_follows_another_is_found_with_its_lag() -> None:
    lived = noise(3, "normal")
    seconds = lived.seconds.copy()
    more = seconds[:, 0] - np.array([seconds[day::7, 0].mean() for day in range(7)])[np.arange(len(seconds)) % 7]
    seconds[2:, 4] -= 1.2 * more[:-2]
    found = find_correlations(with_seconds(lived, seconds + 7200))
    assert [(one.category_id, one.other_category_id) for one in found] == [("c0", "c4")]
    assert found[0].details["lag"] == 2
    assert found[0].effect < -0.25
    assert found[0].details["difference_seconds"] < -600
    assert found[0].details["independent_days"] <= found[0].details["days"]


def test_weekdays_and_seasons_alone_relate_nothing() -> None:
    """Both only on working days, both more in summer: the calendar explains it."""
    luck = np.random.default_rng(0)
    days = np.arange(700)
    season = 1 + 0.8 * np.sin(days / 365 * 2 * np.pi)
    working = (days % 7 < 5)[:, None]
    seconds = 7200 * season[:, None] * working * np.exp(0.2 * luck.standard_normal((700, 2)))
    lived = noise(0, "normal", days=700, categories=2)
    assert find_correlations(with_seconds(lived, seconds)) == []


def test_things_that_take_longer_than_planned_are_told() -> None:
    luck = np.random.default_rng(1)
    plans = [Plan(date(2026, 1, 1), "slow", 3600, int(3600 * r)) for r in np.exp(luck.normal(np.log(1.4), 0.3, 60))]
    plans += [Plan(date(2026, 1, 1), "even", 3600, int(3600 * r)) for r in np.exp(luck.normal(0, 0.3, 60))]
    plans += [Plan(date(2026, 1, 1), "missed", 3600, 0)] * 50
    plans += [Plan(date(2026, 1, 1), "few", 3600, 9000)] * 5
    (found,) = find_fallacies(plans)
    assert (found.category_id, found.details["plans"]) == ("slow", 60)
    assert found.effect == pytest.approx(1.4, rel=0.15)
    assert 1 < found.details["low"] < found.effect < found.details["high"]


def test_the_interval_of_a_median_holds_it_as_often_as_it_says() -> None:
    luck = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        low, high = median_interval(np.sort(luck.exponential(size=40)))
        held += low <= np.log(2) <= high
    assert 0.93 <= held / 400 <= 0.995


def test_of_many_tests_few_are_believed() -> None:
    assert believable([0.001, 0.04, 0.9, 0.02]) == [True, False, False, True]
    assert believable([0.04, 0.05, 0.05]) == [True, True, True]
    assert believable([]) == []


def test_the_same_finding_keeps_its_name() -> None:
    account = UUID(int=1)
    one = Insight("correlation", "a", date(2026, 1, 1), None, 0.4, 0.001, "b")
    later = Insight("correlation", "a", date(2026, 2, 1), None, 0.5, 0.002, "b")
    assert one.id_for(account) == later.id_for(account) != one.id_for(UUID(int=2))
    change = Insight("change_point", "a", date(2026, 1, 1), None, 60, 0.001)
    assert change.id_for(account) != Insight("change_point", "a", date(2026, 2, 2), None, 60, 0.001).id_for(account)
