"""Estimates of days, weeks and months from a forecast of days: what was lived already is counted in, never guessed.

Law: a total comes from joint paths, day by day in one future, for quantiles must not be added up; and the simple rule
that it is held against gets the same: the lived part, and its own quantiles of stretches as long as what is left.

         lived          today              paths
    Mon ■■■ Tue ■■■ Wed ■■▒▒ Thu ░░░ … Sun ░░░       the week = ■ + ▒ (today's usual rest) + ░
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from lifetracer.analyzer.forecast.history import QUANTILES, Forecast, Reason, may_overlap
from lifetracer.analyzer.lived import Lived, Seconds
from lifetracer.periods import start_of, step

DAYS, WEEKS, MONTHS = 28, 5, 2
"""Periods that are estimated, the present one included."""

FEWEST_STRETCHES = 5
"""Stretches of days from which a simple rule takes quantiles of a total; fewer, and it takes all that there are."""

TELLING = 60
"""Seconds from which on a contribution is worth telling."""
MOST_REASONS = 4


class Period(NamedTuple):
    """A day, week or month."""

    grain: str
    start: date
    end: date
    """Day after the last."""


@dataclass(frozen=True)
class Today:
    """The open day, by category."""

    lived: Seconds
    """Seconds lived so far."""
    share_left: Seconds
    """Which part of a day's time usually is still to come."""


@dataclass(frozen=True)
class Estimate:
    """How much of a category a period will probably hold, as it is kept."""

    category_id: str
    period: Period
    made_on: date
    quantiles: Seconds
    mean: float
    lived: float
    planned: float
    baseline: Seconds
    method: str
    is_model: bool
    reasons: Sequence[Reason]

    def as_row(self) -> dict[str, Any]:
        """Give the columns of ``core.estimate``, in whole seconds."""
        names = ("p10", "p25", "p50", "p75", "p90")
        figures = dict(zip(names, _whole(self.quantiles), strict=True))
        simple = zip((f"baseline_{name}" for name in names), _whole(self.baseline), strict=True)
        return {
            "category_id": self.category_id,
            "grain": self.period.grain,
            "period_start": self.period.start.isoformat(),
            "period_end": self.period.end.isoformat(),
            "horizon": (self.period.start - self.made_on).days,
            **figures,
            **dict(simple),
            "mean": max(0, round(self.mean)),
            "lived_seconds": round(self.lived),
            "planned_seconds": round(self.planned),
            "method": self.method,
            "is_model": self.is_model,
            "reasons": [{"code": reason.code, "seconds": round(reason.seconds)} for reason in self.reasons],
        }


def _whole(quantiles: Seconds) -> list[int]:
    ordered = np.maximum.accumulate(np.maximum(quantiles, 0.0))
    return [round(float(value)) for value in ordered]


def coming(today: date) -> list[Period]:
    """List the periods that are estimated on a day."""
    return [
        Period(grain, step(present, grain, n), step(present, grain, n + 1))
        for grain, count in (("day", DAYS), ("week", WEEKS), ("month", MONTHS))
        for present in [start_of(today, grain)]
        for n in range(count)
    ]


def horizon_of(today: date) -> int:
    """Count the days that a forecast must reach for all of these periods."""
    return max((period.end - today).days for period in coming(today))


def estimates(
    lived: Lived, today: Today, planned: Seconds, day_seconds: Seconds, forecast: Forecast
) -> Iterator[Estimate]:
    """Make the estimates of all periods and categories.

    Args:
        lived: the past, with the forecast's categories in its order.
        today: what is special about the first day of the forecast.
        planned: days + horizon × categories.
        day_seconds: lengths of the forecast's days.
        forecast: of the days from today on.
    """
    left = today.share_left[None, :]
    paths = forecast.paths.copy()
    paths[:, 0] *= left
    overlap = may_overlap(lived.seconds)
    for period in coming(lived.after):
        first, last = (max(0, (day - lived.after).days) for day in (period.start, period.end))
        begun = lived.seconds[max(0, (period.start - lived.first_day).days) : lived.days].sum(axis=0)
        so_far = begun * (period.start < lived.after) + today.lived * (first == 0)
        plan = planned[max(0, (period.start - lived.first_day).days) : lived.days + last].sum(axis=0)
        longest = np.where(overlap, np.inf, day_seconds[first:last].sum() + begun * (period.start < lived.after))
        if period.grain == "day":
            scale = today.share_left if first == 0 else np.ones(len(lived.categories))
            quantiles, mean = forecast.days[first] * scale[:, None], forecast.mean[first] * scale
            baseline = forecast.baseline[first] * scale[:, None]
        else:
            sums = paths[:, first:last].sum(axis=1)
            quantiles, mean = np.quantile(sums, QUANTILES, axis=0).T, sums.mean(axis=0)
            baseline = _baseline_totals(lived, forecast, last - first, first == 0, today.share_left)
        for place, category in enumerate(lived.categories):
            choice = forecast.choices[category]
            most = float(longest[place])
            yield Estimate(
                category_id=category,
                period=period,
                made_on=lived.after,
                quantiles=np.minimum(quantiles[place] + so_far[place], most),
                mean=min(float(mean[place] + so_far[place]), most),
                lived=float(so_far[place]),
                planned=float(plan[place]),
                baseline=np.minimum(baseline[place] + so_far[place], most),
                method=choice.method,
                is_model=choice.is_model,
                reasons=_reasons(forecast.reasons.get(category, ()), first, last),
            )


def _reasons(of_days: Sequence[Sequence[Reason]], first: int, last: int) -> list[Reason]:
    """Add up what moves the days, and keep what weighs most."""
    summed: dict[Any, float] = defaultdict(float)
    for day in of_days[first:last]:
        for reason in day:
            summed[reason.code] += reason.seconds
    found = [Reason(code, seconds) for code, seconds in summed.items() if abs(seconds) >= TELLING]
    return sorted(found, key=lambda reason: -abs(reason.seconds))[:MOST_REASONS]


def _baseline_totals(lived: Lived, forecast: Forecast, days: int, with_today: bool, share_left: Seconds) -> Seconds:
    """Let each category's simple rule say quantiles of the sum of so many days; today counts only its rest."""
    found = np.empty((len(lived.categories), len(QUANTILES)))
    for place, category in enumerate(lived.categories):
        rule = forecast.choices[category].best_baseline
        shrink = (days - 1 + float(share_left[place])) / days if with_today else 1.0
        found[place] = total_quantiles(lived, place, days, rule) * shrink
    return found


def total_quantiles(lived: Lived, place: int, days: int, rule: str) -> Seconds:
    """Take quantiles of a category's sums over so many whole known days, from the stretches that a rule looks at.

    ``days_28`` looks at the stretches that begin within the last 28 days before the latest one, ``weekdays_8`` at the
    last 8 that begin on the same day of the week as today. Without any such stretch days are taken as independent.
    """
    unknown = np.concatenate([[0], np.cumsum(~lived.known)])
    sums = np.concatenate([[0.0], np.cumsum(lived.seconds[:, place])])
    starts = np.arange(max(0, lived.days - days + 1))
    starts = starts[unknown[starts + days] == unknown[starts]]
    kind, _, count = rule.partition("_")
    if kind == "weekdays":
        chosen = starts[(lived.days - starts) % 7 == 0][-int(count) :]
    else:
        chosen = starts[starts > lived.days - days - int(count or 28)]
    chosen = chosen if len(chosen) >= FEWEST_STRETCHES else starts
    if len(chosen) >= FEWEST_STRETCHES:
        return np.asarray(np.quantile(sums[chosen + days] - sums[chosen], QUANTILES))
    single = lived.seconds[lived.known, place][-56:]
    draws = np.random.default_rng(days).choice(single, size=(500, days))
    return np.asarray(np.quantile(draws.sum(axis=1), QUANTILES))
