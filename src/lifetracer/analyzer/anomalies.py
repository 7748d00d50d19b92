"""Weeks that are unlike the others: which category had how much more or less than usual.

Law: a week is compared with the same weekdays of earlier weeks, never with days that it does not have yet.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from lifetracer.analyzer.insight import Insight, believable
from lifetracer.analyzer.lived import Lived, Seconds
from lifetracer.periods import start_of

FEWEST_WEEKS = 8
MOST_WEEKS = 26
FEWEST_DAYS = 3
"""Complete days from which on the present week is looked at."""
SMALLEST = 900.0
"""Seconds a day by which a week must differ to be worth telling."""
FALSE_SHARE = 0.02
"""Part of the findings that may be due to chance; less than elsewhere, for sums of few days are never quite normal."""


def _roots(seconds: Seconds | float) -> Seconds:
    return np.asarray(np.sqrt(seconds))


def _logarithms(seconds: Seconds | float) -> Seconds:
    return np.asarray(np.log(np.asarray(seconds) + 1800.0))


SCALES = (np.asarray, _roots, _logarithms)


class _Test(NamedTuple):
    p_value: float
    insight: Insight


def find_anomalies(lived: Lived) -> list[Insight]:
    """Find categories of the last whole week, and of the present one so far, that are unlike the weeks before.

    A week must lie outside all earlier ones, and be improbable (Student's t for one more observation, on every scale
    that makes time less skewed) after correction for all categories that were looked at.
    """
    today = lived.after
    monday = start_of(today, "week")
    looked: list[_Test] = []
    for start, length in ((monday - timedelta(days=7), 7), (monday, today.weekday())):
        if length >= FEWEST_DAYS:
            looked += _tests(lived, (start - lived.first_day).days, length)
    chosen = believable([test.p_value for test in looked], FALSE_SHARE)
    return [test.insight for test, is_good in zip(looked, chosen, strict=True) if is_good and _is_worth(test.insight)]


def _is_worth(insight: Insight) -> bool:
    details = insight.details
    is_outside = not details["lowest_seconds"] <= details["seconds"] <= details["highest_seconds"]
    return is_outside and abs(insight.effect) >= SMALLEST


def _tests(lived: Lived, place: int, length: int) -> list[_Test]:
    if place < 0 or not lived.known[place : place + length].all():
        return []
    starts = [start for start in range(place - 7, -1, -7) if lived.known[start : start + length].all()][:MOST_WEEKS]
    if len(starts) < FEWEST_WEEKS:
        return []
    sums = np.array([lived.seconds[start : start + length].sum(axis=0) for start in starts])
    these = lived.seconds[place : place + length].sum(axis=0)
    begins = lived.first_day + timedelta(days=place)
    found = []
    for number, category in enumerate(lived.categories):
        former, now = sums[:, number], float(these[number])
        if former.any():
            usual = float(np.median(former))
            details = {
                "days": length,
                "seconds": round(now),
                "usual_seconds": round(usual),
                "lowest_seconds": round(float(former.min())),
                "highest_seconds": round(float(former.max())),
                "weeks": len(starts),
            }
            p_value = max(_one_more(scale(former), float(scale(now))) for scale in SCALES)
            ends = begins + timedelta(days=length)
            insight = Insight("anomaly", category, begins, ends, (now - usual) / length, p_value, details=details)
            found.append(_Test(p_value, insight))
    return found


def _one_more(former: Seconds, now: float) -> float:
    """Give the p-value of one more observation after these, were they normal."""
    spread = float(former.std(ddof=1))
    if spread == 0:
        # all weeks alike: an unlike one is as rare as their number tells, not impossible
        return 1.0 if now == former[0] else 1 / (len(former) + 1) ** 2
    distance = abs(now - float(former.mean())) / (spread * (1 + 1 / len(former)) ** 0.5)
    return float(2 * stats.t.sf(distance, len(former) - 1))
