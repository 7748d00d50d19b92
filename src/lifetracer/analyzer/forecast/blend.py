"""How much each expert is believed: by its recent losses, told apart per category where there is enough to tell.

Law: the weights for an origin use losses of days before it only; they are positive and add up to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifetracer.analyzer.forecast.history import Floats

PROBES = (1, 2, 4, 7, 14, 28)  # horizons that are rehearsed
GROUPS = ((0,), (1, 2, 3), (4, 5))  # one day ahead, days 2-7, later: positions in PROBES
RATE = 1.0
FADE = 0.98  # a loss of 34 days ago counts half
POOLED_DAYS = 60.0  # with as many days of losses, a category's own count as much as those of all


def group_of(horizon: int) -> int:
    """Give the group of probes that speaks for a horizon in days."""
    return 0 if horizon == 1 else 1 if horizon <= 7 else 2


@dataclass
class Ledger:
    """Discounted losses of the experts, [groups, experts, categories], and how many days they stand for."""

    losses: Floats
    days: Floats  # [groups]

    @classmethod
    def empty(cls, experts: int, categories: int) -> Ledger:
        """Make a ledger without entries."""
        return cls(np.zeros((len(GROUPS), experts, categories)), np.zeros(len(GROUPS)))

    def close_day(self, arrived: dict[int, Floats]) -> None:
        """Fade what is there, then add the losses [experts, categories] that a day brought, by probe."""
        self.losses *= FADE
        self.days *= FADE
        for g, probes in enumerate(GROUPS):
            here = [arrived[p] for p in probes if p in arrived]
            if here:
                self.losses[g] += np.mean(here, axis=0)
                self.days[g] += 1

    def weights(self, horizon: int) -> Floats:
        """Give the experts' weights [experts, categories] for a horizon."""
        g = group_of(horizon)
        while g > 0 and self.days[g] < 7:  # too early for this group: believe the one before
            g -= 1
        losses, days = self.losses[g], self.days[g]
        if days == 0:
            return np.full(losses.shape, 1.0 / len(losses))
        own = np.minimum(losses / np.maximum(losses.min(axis=0), days) - 1, 3.0)
        everyone = losses.sum(axis=1)
        shared = everyone / max(everyone.min(), days) - 1
        trust = days / (days + POOLED_DAYS)
        excess = trust * own + (1 - trust) * shared[:, None]
        raw = np.exp(-RATE * days * (excess - excess.min(axis=0)))
        return np.asarray(raw / raw.sum(axis=0))


def mix(weights: Floats, quantiles: Floats) -> Floats:
    """Average the experts' quantiles [experts, categories, levels] by weights [experts, categories]."""
    return np.asarray(np.einsum("kc,kcq->cq", weights, quantiles))
