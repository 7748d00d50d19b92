"""What is likely of a period: a distribution from a few quantiles or from former periods.

Law: an amount and its chance always belong together: ``below(quantile(u)) <= u <= upto(quantile(u))``.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)


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
        """Take P10, P25, P50, P75, P90; the ends go on as steeply as the last stretch, within what is possible."""
        amounts = [max(least, min(most, amount)) for amount in quantiles]
        first = max(least, amounts[0] - (amounts[1] - amounts[0]))
        last = min(most, amounts[-1] + (amounts[-1] - amounts[-2]))
        return cls((0.0, *LEVELS, 1.0), (first, *sorted(amounts), last))

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
