"""A week is what paths and past weeks say together, and the paths are made to hold it."""

from __future__ import annotations

from datetime import date

import numpy as np

from lifetracer.analyzer.forecast.bank import prepare
from lifetracer.analyzer.forecast.history import History
from lifetracer.analyzer.forecast.paths import stretch, week_quantiles
from lifetracer.analyzer.forecast.weeks import WEEK_KERNELS, WeekLedger, week_experts, whole_weeks

LONGEST = np.full((28, 2), 86400.0)


def drawn(seed: int = 0) -> np.ndarray:
    luck = np.random.default_rng(seed)
    paths = luck.gamma(2, 1800, (400, 28, 2))
    paths[luck.random(paths.shape) < 0.5] = 0
    paths[:40, :7, 1] = 0
    return paths


def test_stretched_paths_hold_the_week_that_is_said() -> None:
    paths = drawn()
    week = week_quantiles(paths) * np.array([[1.4], [0.6]]) + np.array([[3600.0], [0.0]])
    found = stretch(paths, week, LONGEST)
    assert np.allclose(week_quantiles(found), week, rtol=0.03, atol=300)
    assert (found >= 0).all()
    assert (found <= 86400).all()
    order, kept = (np.argsort(one[:, :7, 0].sum(axis=1), kind="stable") for one in (paths, found))
    assert np.array_equal(order, kept), "each path keeps its place"
    later = found[:, 7:].sum(axis=(0, 1)) / paths[:, 7:].sum(axis=(0, 1))
    assert later[0] > 1 > later[1], "what follows goes the same way"


def test_paths_without_time_get_the_days_that_are_usual() -> None:
    paths = drawn()
    found = stretch(paths, week_quantiles(paths) + 7200, LONGEST)
    assert (found[:40, :7, 1].sum(axis=1) > 0).all()


def test_paths_that_hold_what_is_said_stay_as_they_are() -> None:
    paths = drawn()
    assert np.array_equal(stretch(paths, week_quantiles(paths), LONGEST), paths)


def test_only_whole_known_weeks_before_the_origin_speak() -> None:
    luck = np.random.default_rng(0)
    actual = luck.gamma(2, 1800, (60, 1))
    known = np.ones(60, dtype=bool)
    known[30] = False
    past = prepare(History(date(2025, 1, 6), ["A"], actual, known=known))
    starts, sums = whole_weeks(past, 50)
    assert starts.max() == 43
    assert not set(starts) & set(range(24, 31))
    assert sums[-1, 0] == actual[43:50, 0].sum()
    changed = actual.copy()
    changed[50:] = 0
    other = prepare(History(date(2025, 1, 6), ["A"], changed, known=known))
    one, two = week_experts(past, 50), week_experts(other, 50)
    assert one is not None
    assert two is not None
    assert np.array_equal(one, two)
    assert week_experts(past, 12) is None, "too few"


def test_who_says_weeks_better_is_believed_more() -> None:
    ledger = WeekLedger.empty(1)
    at_first = ledger.weights()
    assert at_first[0, 0] > 0.5, "the paths, until losses tell otherwise"
    for _ in range(20):
        ledger.fade()
        ledger.add(np.array([[2.0], [1.0], *[[2.0]] * (len(WEEK_KERNELS) - 1)]) * 3600)
    weights = ledger.weights()
    assert weights.sum() == 1
    assert weights[1, 0] > at_first[1, 0]
    assert weights[0, 0] < at_first[0, 0]
    week = np.full((1, 5), 7200.0)
    assert np.array_equal(ledger.blend(np.full((len(WEEK_KERNELS), 1, 5), 7200.0), week), week), (
        "equal weeks give that week"
    )
