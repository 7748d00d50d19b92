"""What is likely of a period: a distribution from a few quantiles or from former periods.

Law: an amount and its chance always belong together: ``below(quantile(u)) <= u <= upto(quantile(u))``.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)
STEPS = tuple(step / 20 for step in range(21))
"""Chances at which a curve through LEVELS is kept; LEVELS are among them."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A distribution: straight lines between amounts whose chances are known."""

    chances: tuple[float, ...]
    """Ascending, above 0 and below 1, or 0 and 1 at the ends."""
    amounts: tuple[float, ...]
    """Ascending; as many."""

    @classmethod
    def of_samples(cls, samples: Sequence[float]) -> Likely:
        """Take former periods for what may come: of n of them each next one falls between two with chance 1/(n + 1).

        Raises:
            ValueError: there are none.
        """
        if not samples:
            raise ValueError("A distribution needs at least one sample.")
        n = len(samples)
        return cls(tuple(k / (n + 1) for k in range(1, n + 1)), tuple(sorted(samples)))

    @classmethod
    def of_quantiles(cls, quantiles: Sequence[float], least: float = 0.0, most: float = math.inf) -> Likely:
        """Take P10, P25, P50, P75, P90, a smooth curve through them; the ends go on as steeply as the last stretch.

        Nothing lies beyond what is possible. Straight lines between quantiles so far apart put amounts above the middle
        too high, since the rare ones lie far out.
        """
        amounts = [max(least, min(most, amount)) for amount in quantiles]
        first = max(least, amounts[0] - (amounts[1] - amounts[0]))
        last = min(most, amounts[-1] + (amounts[-1] - amounts[-2]))
        return cls(STEPS, tuple(_curve((0.0, *LEVELS, 1.0), (first, *sorted(amounts), last))))

    def quantile(self, chance: float) -> float:
        """Give the amount that is not exceeded with a chance."""
        place = bisect_left(self.chances, chance)
        if place == 0:
            return self.amounts[0]
        if place == len(self.chances):
            return self.amounts[-1]
        left, right = self.chances[place - 1], self.chances[place]
        low, high = self.amounts[place - 1], self.amounts[place]
        if low == high or right == left:
            return high
        return low + (high - low) * (chance - left) / (right - left)

    def below(self, amount: float) -> float:
        """Give the chance to stay strictly below an amount."""
        place = bisect_left(self.amounts, amount)
        if place == 0:
            return 0.0
        if place == len(self.amounts):
            return 1.0
        return self._between(place, amount)

    def upto(self, amount: float) -> float:
        """Give the chance not to exceed an amount."""
        place = bisect_right(self.amounts, amount)
        if place == 0:
            return 0.0
        if place == len(self.amounts):
            return 1.0
        return self._between(place, amount)

    def within(self, low: float | None, high: float | None) -> float:
        """Give the chance to end within bounds that belong to the range."""
        missed = (0.0 if low is None else self.below(low)) + (0.0 if high is None else 1 - self.upto(high))
        return max(0.0, 1 - missed)

    def quantiles(self) -> dict[str, float]:
        """Give P10 to P90 by name."""
        return {f"p{level * 100:.0f}": self.quantile(level) for level in LEVELS}

    def _between(self, place: int, amount: float) -> float:
        low, high = self.amounts[place - 1], self.amounts[place]
        left, right = self.chances[place - 1], self.chances[place]
        if amount <= low:
            return left
        if amount >= high:
            return right
        return left + (right - left) * (amount - low) / (high - low)


def _curve(chances: Sequence[float], amounts: Sequence[float]) -> Iterator[float]:
    """Give the amounts at STEPS of a smooth curve that rises wherever they do (Fritsch and Butland 1984)."""
    widths = [right - left for left, right in pairwise(chances)]
    slopes = [(high - low) / width for (low, high), width in zip(pairwise(amounts), widths, strict=True)]
    inner = [_slope(*widths[n - 1 : n + 1], *slopes[n - 1 : n + 1]) for n in range(1, len(slopes))]
    tangents = [slopes[0], *inner, slopes[-1]]
    for step in STEPS:
        n = min(max(bisect_right(chances, step) - 1, 0), len(widths) - 1)
        low, high, at = amounts[n], amounts[n + 1], (step - chances[n]) / widths[n]
        bent = (1 - at) * (tangents[n] - slopes[n]) + at * (slopes[n] - tangents[n + 1])
        yield min(high, max(low, low + at * (high - low) + widths[n] * at * (1 - at) * bent))


def _slope(before: float, after: float, left: float, right: float) -> float:
    """Give the slope where two stretches meet: their weighted harmonic mean, none where one is level."""
    if left <= 0 or right <= 0:
        return 0.0
    near, far = 2 * after + before, after + 2 * before
    return (near + far) / (near / left + far / right)
