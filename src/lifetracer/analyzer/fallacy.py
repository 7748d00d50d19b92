"""How much longer things take than planned, by category.

Law: only plans that were lived at all tell how long something takes; what was missed or replaced tells something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from lifetracer.analyzer.insight import Insight, believable
from lifetracer.analyzer.lived import Seconds

FEWEST = 20
"""Plans from which something can be said."""
SMALLEST = 0.08
"""Part by which what was lived must differ from what was planned."""
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned block that is over, and what was lived for it."""

    local_date: date
    category_id: str
    planned_seconds: int
    lived_seconds: int


def find_fallacies(plans: Iterable[Plan]) -> list[Insight]:
    """Find categories whose plans are usually too short or too long.

    The median of lived by planned, with a distribution-free confidence interval (order statistics); significance by
    the sign test, corrected for all categories.
    """
    by_category: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        if plan.planned_seconds > 0 and plan.lived_seconds > 0:
            by_category[plan.category_id].append(plan)
    looked = [_test(category, found) for category, found in sorted(by_category.items()) if len(found) >= FEWEST]
    chosen = believable([insight.p_value for insight in looked])
    return [
        insight
        for insight, is_good in zip(looked, chosen, strict=True)
        if is_good
        and abs(insight.effect - 1) >= SMALLEST
        and not insight.details["low"] <= 1 <= insight.details["high"]
    ]


def _test(category: str, plans: list[Plan]) -> Insight:
    ratios = np.sort([plan.lived_seconds / plan.planned_seconds for plan in plans])
    longer, shorter = int((ratios > 1).sum()), int((ratios < 1).sum())
    p_value = float(stats.binomtest(longer, longer + shorter).pvalue) if longer + shorter else 1.0
    low, high = median_interval(ratios)
    details = {
        "plans": len(plans),
        "low": round(low, 3),
        "high": round(high, 3),
        "planned_seconds": round(float(np.median([plan.planned_seconds for plan in plans]))),
    }
    first = min(plan.local_date for plan in plans)
    return Insight("planning_fallacy", category, first, None, float(np.median(ratios)), p_value, details=details)


def median_interval(ordered: Seconds, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Give a confidence interval of the median of ordered values, whatever their distribution."""
    below = max(0, int(stats.binom.ppf((1 - confidence) / 2, len(ordered), 0.5)) - 1)
    return float(ordered[below]), float(ordered[len(ordered) - 1 - below])
