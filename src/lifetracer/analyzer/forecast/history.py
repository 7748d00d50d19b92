"""What a forecast is made from, and what it is: plain values, no words and no warehouse.

Law: an array's first axis is days, its second categories; seconds are floats; nothing here looks at the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

QUANTILES: Floats = np.array([0.10, 0.25, 0.50, 0.75, 0.90])
HORIZON = 28
LONGEST_DAY = 25 * 3600
FIRST_USE = 7  # days that must be known before anything is said

Status = Literal["ok", "too_little_history", "no_categories"]
Code = Literal["level", "trend", "weekday", "holiday", "day_type", "plan", "yesterday", "baseline"]
ChoiceCode = Literal["model_better", "about_even", "baseline_better", "too_early", "only_zeros"]


@dataclass(frozen=True)
class History:
    """Complete local days up to the one before the forecast, and what is known beforehand of the days to come.

    The arrays that reach into the future have ``days + horizon`` rows; longer ones are cut, shorter ones
    filled (no plan, no holiday, 24 h). ``actual[i]`` belongs to ``first_day + i``.
    """

    first_day: date
    categories: Sequence[str]
    actual: Floats  # [days, categories] seconds
    known: Bools | None = None  # [days] the day is complete; None: all are
    planned: Floats | None = None  # [days + horizon, categories] seconds, as known before the day began
    day_type: Sequence[str] | None = None  # [days + horizon] any labels known before the day began; "" where not
    holiday: Bools | None = None  # [days + horizon]
    day_seconds: Floats | None = None  # [days + horizon] 23, 24 or 25 h

    @property
    def days(self) -> int:
        """How many days are behind us."""
        return len(self.actual)

    @property
    def next_day(self) -> date:
        """The first day that is estimated."""
        return self.first_day + timedelta(days=self.days)

    def before(self, day: int) -> History:
        """Give the history as it was known on the evening before day number ``day``; plans and holidays stay."""
        return History(
            self.first_day,
            self.categories,
            self.actual[:day],
            None if self.known is None else self.known[:day],
            self.planned,
            self.day_type,
            self.holiday,
            self.day_seconds,
        )


def may_overlap(actual: Floats) -> Bools:
    """Tell the categories of which a day [days, categories] held more than it has: entries that overlap all count."""
    return np.asarray((actual > LONGEST_DAY).any(axis=0))


@dataclass(frozen=True)
class Reason:
    """One contribution to a day's estimate: ``seconds`` is how much the middle of it moves with this known."""

    code: Code
    seconds: float


@dataclass(frozen=True)
class Choice:
    """Who answers for a category, and how well both did in the rolling back-test inside the history."""

    category: str
    is_model: bool
    method: str  # "model" or the baseline's code: days_7, days_28, days_56, weekdays_4, weekdays_8
    best_baseline: str
    model_loss: float  # mean pinball loss, seconds; nan before there is a back-test
    baseline_loss: float  # of following, from evening to evening, the baseline that led until then
    days: int  # known days of history
    tested: int  # forecasts that the back-test scored
    code: ChoiceCode


@dataclass(frozen=True)
class Forecast:
    """Quantiles per day and joint paths of the days to come; equal inputs and seed give equal bits."""

    first_day: date
    categories: Sequence[str]
    status: Status
    days: Floats  # [horizon, categories, 5] seconds at QUANTILES
    mean: Floats  # [horizon, categories] seconds
    paths: Floats  # [paths, horizon, categories] seconds
    baseline: Floats  # [horizon, categories, 5] the best baseline's quantiles
    choices: Mapping[str, Choice] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[Sequence[Reason]]] = field(default_factory=dict)

    def total(self, first: int, last: int) -> Floats:
        """Quantiles [categories, 5] of the sum over the forecast's days ``first`` to ``last`` (half-open)."""
        sums = self.paths[:, first:last].sum(axis=1)
        return np.moveaxis(np.quantile(sums, QUANTILES, axis=0), 0, -1)


@dataclass(frozen=True)
class Backtest:
    """Forecasts as they would have been made at each origin (= the number of days known by then)."""

    origins: NDArray[np.int64]
    model: Floats  # [origins, horizons, categories, 5]: what would have been answered
    blend: Floats  # [origins, horizons, categories, 5]: the model, also where a baseline answered
    baselines: Floats  # [origins, horizons, baselines, categories, 5]
    nothing: Floats  # [origins, horizons, categories]: the probability of a day without
    week_model: Floats  # [origins, categories, 5]: totals of the next seven days
    week_nothing: Floats  # [origins, categories]
    week_baselines: Floats  # [origins, baselines, categories, 5]
