"""What an hour of plan is worth: how much longer (or shorter) a day's categories last for what the calendar says.

Law: it is learned from days before the origin; where they say little, an hour of plan is worth what it is worth in the
person's other categories, and where these say little too, half an hour.

    plan    Monday ██     Thursday ░░     what a day to come has more planned than a day that speaks for it,
    lived   Monday █▌     Thursday ▌      times what an hour was worth, is added to what that day says
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lifetracer.analyzer.forecast.history import Floats, Indices

USUAL = 0.5
"""What an hour is worth to a person of whom nothing is known; it weighs as much as one well-known category."""
OWN = 0.5
"""How far (standard deviations) categories lie from what is usual."""
MOST = 2.0
"""An hour of plan is never worth more than this, and never less than nothing."""
NOISE = 0.05**2
"""Hours²: a category varies at least so much."""
LONG = 112.0
"""Days after which a day tells half as much."""
HOUR = 3600.0


@dataclass(frozen=True)
class Plans:
    """What the calendar says of each day, and what it was worth by each evening that was asked about."""

    seconds: Floats  # [days + horizon, categories]
    actual: Floats  # [days, categories]
    free: Floats  # [days + horizon] 1 where a day is no work day
    _worth: dict[int, Floats] = field(default_factory=dict)

    def shift(self, origin: int, known: Indices, days: Indices, day: int) -> Floats:
        """By how many seconds [days, categories] the plan of ``day`` calls for more than the plans of past days did.

        ``known`` are the complete days before ``origin``, from which it is learned what an hour is worth.
        """
        if origin not in self._worth:
            fade = 0.5 ** ((known[-1] - known) / LONG)
            plans, lived = self.seconds[known] / HOUR, self.actual[known] / HOUR
            self._worth[origin] = worth(plans, lived, self.free[known], fade)
        return np.asarray((self.seconds[day] - self.seconds[days]) * self._worth[origin])


def worth(plans: Floats, lived: Floats, free: Floats, weights: Floats) -> Floats:
    """Learn what an hour planned adds to its own category [categories], in hours.

    A ridge regression of what was lived on what was planned, drawn to the worth that is usual, the more the less the
    days tell: the less was planned, the less plans differed, the more a category varies by itself. What a plan takes
    from other categories is left to the days that resemble it: learned here, it did more harm than good.

    Args:
        plans: hours [days, categories].
        lived: hours [days, categories].
        free: [days] 1 on days off; what is usual on them is no effect of plans.
        weights: [days].
    """
    sort = np.column_stack([np.ones(len(plans)), free])
    plans, lived = (_beyond(values, sort, weights) for values in (plans, lived))
    heavy = weights[:, None]
    planned, kept = (heavy * plans * plans).sum(axis=0), (heavy * plans * lived).sum(axis=0)
    found, usual = np.zeros_like(planned), USUAL
    for _ in range(2):
        spread = (heavy * (lived - plans * found) ** 2).sum(axis=0) / weights.sum() + NOISE
        penalty = spread / OWN**2
        found = np.clip((kept + penalty * usual) / (planned + penalty), 0.0, MOST)
        told = planned / (planned + penalty)
        usual = float((USUAL + (told * found).sum()) / (1 + told.sum()))
    return np.asarray(found)


def _beyond(values: Floats, sort: Floats, weights: Floats) -> Floats:
    """Say what of values is not explained by the sort of day."""
    root = np.sqrt(weights)[:, None]
    usual, *_ = np.linalg.lstsq(root * sort, root * values, rcond=None)
    return np.asarray(values - sort @ usual)
