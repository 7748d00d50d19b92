"""Categories that go together: on days with more of the one, or up to a week later, there is more or less of the other.

Law: what the calendar alone explains (weekdays, seasons, slow change) is taken away first, days that resemble their
neighbours count less, and every pair and lag that was looked at counts as a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats  # type: ignore[import-untyped]

from lifetracer.analyzer.insight import Insight, believable
from lifetracer.analyzer.lived import Flags, Lived, Seconds

LAGS = range(8)
"""Days by which the other category may follow."""
LATELY = 730
"""Days that are looked at."""
FEWEST_DAYS = 60
FEWEST_LIVED = 20
"""Days on which a category must have been lived."""
MOST = 15
"""Categories that are looked at, those with most time first."""
SMALLEST = 0.25
"""Rank correlation that is worth telling."""
WORTH = 600
"""Seconds that it must mean."""
MOST_TOLD = 8
"""Pairs that are told, the strongest."""
AROUND = 6
"""Weeks before and after a day whose same weekdays say what the calendar alone lets expect of it."""


@dataclass(frozen=True, slots=True)
class _Test:
    one: int
    other: int
    lag: int
    rho: float
    days: float
    """As many independent days as it is worth."""
    p_value: float


def find_correlations(lived: Lived, special: Flags | None = None) -> list[Insight]:
    """Find pairs of categories whose days are related, each with the lag at which that is surest.

    Spearman's rank correlation of what weekdays and slow changes leave over; its significance by Student's t with an
    effective number of days (Pyper and Peterman 1998), corrected for all pairs and lags.

    Args:
        lived: the past.
        special: days that are left out because everything is different on them, such as holidays and travel.
    """
    recent = slice(max(0, lived.days - LATELY), None)
    seconds, known = lived.seconds[recent], lived.known[recent]
    if special is not None:
        known = known & ~special[recent]
    days_lived = (seconds[known] > 0).sum(axis=0)
    order = np.argsort(-seconds.sum(axis=0))
    places = [int(place) for place in order if days_lived[place] >= FEWEST_LIVED][:MOST]
    if known.sum() < FEWEST_DAYS or len(places) < 2:
        return []
    first = lived.days - len(known)
    weekday = (np.arange(len(known)) + first + lived.first_day.weekday()) % 7
    left = _left_over(seconds[:, places], known, weekday)
    looked = [test for lag in LAGS for test in _tests(left, known, lag)]
    chosen = believable([test.p_value for test in looked])
    surest: dict[tuple[int, int], _Test] = {}
    for test, is_good in zip(looked, chosen, strict=True):
        pair = (min(test.one, test.other), max(test.one, test.other))
        if is_good and abs(test.rho) >= SMALLEST and (pair not in surest or test.p_value < surest[pair].p_value):
            surest[pair] = test
    begins = lived.first_day + timedelta(days=first)
    found = [
        Insight(
            "correlation",
            lived.categories[places[test.one]],
            begins,
            None,
            test.rho,
            test.p_value,
            lived.categories[places[test.other]],
            _details(test, seconds[:, places], left, known),
        )
        for test in sorted(surest.values(), key=lambda test: -abs(test.rho))
    ]
    return [insight for insight in found if abs(insight.details["difference_seconds"]) >= WORTH][:MOST_TOLD]


def _left_over(seconds: Seconds, known: Flags, weekday: npt.NDArray[np.int_]) -> Seconds:
    """Take from each known day the mean of the same weekdays around it; unknown days become zero and are never seen."""
    left = np.where(known[:, None], seconds, 0.0)
    window = np.ones(2 * AROUND + 1)
    for day in range(7):
        mine = np.flatnonzero(weekday == day)
        if len(mine):
            days = np.convolve(known[mine].astype(float), window)[AROUND:-AROUND]
            sums = np.apply_along_axis(np.convolve, 0, left[mine], window)[AROUND:-AROUND]
            left[mine] -= sums / np.maximum(days, 1.0)[:, None]
    left[~known] = 0.0
    return np.asarray(left)


def _tests(left: Seconds, known: Flags, lag: int) -> list[_Test]:
    """Correlate every category with every other that follows it by this lag."""
    length = len(known) - lag
    both = known[:length] & known[lag:]
    days = int(both.sum())
    if days < FEWEST_DAYS:
        return []
    ranked = [_ranks(part[both]) for part in (left[:length], left[lag:])]
    rho = ranked[0].T @ ranked[1] / days
    memory = [_memory(part) for part in ranked]
    found = []
    categories = left.shape[1]
    for one in range(categories):
        for other in range(categories):
            if one == other or (lag == 0 and one > other):
                continue
            shared = 1 + 2 * float(memory[0][:, one] @ memory[1][:, other])
            worth = min(float(days), max(4.0, days / max(shared, 1e-6)))
            r = min(0.999999, abs(float(rho[one, other])))
            t = r * ((worth - 2) / (1 - r * r)) ** 0.5
            p_value = float(2 * stats.t.sf(t, worth - 2))
            found.append(_Test(one, other, lag, float(rho[one, other]), worth, p_value))
    return found


def _ranks(values: Seconds) -> Seconds:
    """Rank each column's values; mean 0, variance 1."""
    ranks = stats.rankdata(values, axis=0)
    ranks -= ranks.mean(axis=0)
    return np.asarray(ranks / np.maximum(ranks.std(axis=0), 1e-9))


def _memory(ranks: Seconds) -> Seconds:
    """Give how alike days are that lie 1, 2 … 14 days apart, weighted by how many such days there are."""
    days = len(ranks)
    return np.array(
        [(1 - k / days) * (ranks[:-k] * ranks[k:]).sum(axis=0) / days for k in range(1, min(15, days // 4))]
    )


def _details(test: _Test, seconds: Seconds, left: Seconds, known: Flags) -> dict[str, Any]:
    """Say in seconds what the correlation means: the other category after the third of days with most of the one."""
    length = len(known) - test.lag
    both = known[:length] & known[test.lag :]
    cause, effect = left[:length][both][:, test.one], left[test.lag :][both][:, test.other]
    low, high = np.quantile(cause, [1 / 3, 2 / 3])
    difference = float(effect[cause >= high].mean() - effect[cause <= low].mean())
    return {
        "lag": test.lag,
        "days": int(both.sum()),
        "independent_days": round(test.days),
        "difference_seconds": round(difference),
        "usual_seconds": round(float(seconds[known][:, test.other].mean())),
    }
