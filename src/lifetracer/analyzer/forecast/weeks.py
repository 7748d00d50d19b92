"""Totals of seven days: what the joint paths say and what whole past weeks say, blended by how they did lately.

Law: the blend for an origin uses weeks that had ended before it; equal weeks give that week.

Days that are forecast well may add up badly, where a life goes by the week. So six experts speak of weeks as such,
like those of days do (weighted past weeks), and the paths with them, who are believed twice as much as all of them
until the losses tell otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifetracer.analyzer.forecast.bank import REACH, SUNDAY, Prepared
from lifetracer.analyzer.forecast.empirical import weighted_quantiles
from lifetracer.analyzer.forecast.history import QUANTILES, Floats

WEEK = 7
EVERY = 3  # evenings: so often a week is rehearsed
FADE = 0.98  # per evening
RATE = 1.0
POOLED_DAYS = 60.0
FEWEST = 14  # whole weeks, overlapping, before they speak
WIDER = 1.1  # weeks of which little is known differ more than those that were seen
LEANING = 5.0  # by so many days' worth a week's level of late differs from that before a past week


@dataclass(frozen=True)
class WeekKernel:
    """A weighting of past weeks: how fast they fade, how much one counts that begins on another weekday."""

    half_life: float
    others: float = 1.0
    moved: float = 0.0  # share of the change of level by which past weeks are moved


WEEK_KERNELS = (
    WeekKernel(7, 0.1),
    WeekKernel(14, 0.1),
    WeekKernel(28, 0.1),
    WeekKernel(56, 0.1),
    WeekKernel(28, 1.0, 0.5),
    WeekKernel(28, 1.0, 1.0),
)
TRUST = np.array([2.0 * len(WEEK_KERNELS), *np.ones(len(WEEK_KERNELS))])[:, None]  # the paths come first


def whole_weeks(past: Prepared, origin: int) -> tuple[np.ndarray, Floats]:
    """Give the first days of all complete stretches of seven days before ``origin`` within reach, and their sums."""
    starts = np.arange(max(0, origin - WEEK - REACH), origin - WEEK + 1)
    counts = np.searchsorted(past.known, starts + WEEK) - np.searchsorted(past.known, starts)
    starts = starts[counts == WEEK]
    return starts, np.array([past.actual[start : start + WEEK].sum(axis=0) for start in starts])


def _is_like_others(past: Prepared, origin: int) -> bool:
    """Whether the seven days from ``origin`` on are of the usual sort, by what is known before: no holiday, no trip."""
    week = slice(origin, origin + WEEK)
    if np.any((past.kind[week] == SUNDAY) & (past.weekday[week] != 6)):
        return False
    return past.label is None or bool(np.all(past.label[week] == np.bincount(past.label[:origin] + 1).argmax() - 1))


def week_experts(past: Prepared, origin: int) -> Floats | None:
    """Say what past weeks say [kernels, categories, 5] of the seven days from ``origin`` on.

    They know the plan as past days do: by what it differs. ``None``: they are too few, or it is a week unlike others.
    """
    starts, sums = whole_weeks(past, origin)
    if len(starts) < FEWEST or not _is_like_others(past, origin):
        return None
    back = (starts[-1] - starts)[:, None]
    same = ((origin - starts) % WEEK == 0)[:, None]
    risen = LEANING * (past.week[origin - 1] - past.week[np.maximum(starts - 1, 0)])
    called = np.zeros_like(sums)
    if past.plans is not None:
        known = past.known[past.known < origin][-REACH:]
        called = sum((past.plans.shift(origin, known, starts + n, origin + n) for n in range(WEEK)), called)
    found = []
    for kernel in WEEK_KERNELS:
        weights = 0.5 ** (back / kernel.half_life) * np.where(same, 1.0, kernel.others)
        # A week without stays a week without.
        values = np.where(sums > 0, np.maximum(sums + kernel.moved * risen, 0.0), 0.0)
        values = np.maximum(values + called, 0.0)
        found.append(weighted_quantiles(values, np.broadcast_to(weights, sums.shape)[None], QUANTILES, 0.0)[0])
    return np.stack(found)


@dataclass
class WeekLedger:
    """Discounted losses [1 + kernels, categories] of those who speak of weeks, the paths first."""

    losses: Floats
    weeks: float = 0.0

    @classmethod
    def empty(cls, categories: int) -> WeekLedger:
        """Make a ledger without entries."""
        return cls(np.zeros((len(TRUST), categories)))

    def fade(self) -> None:
        """Let an evening pass."""
        self.losses, self.weeks = self.losses * FADE, self.weeks * FADE

    def add(self, losses: Floats) -> None:
        """Enter the losses that a week brought."""
        self.losses, self.weeks = self.losses + losses, self.weeks + 1

    def copy(self) -> WeekLedger:
        """Note what is believed now, for later."""
        return WeekLedger(self.losses.copy(), self.weeks)

    def weights(self) -> Floats:
        """How much each is believed [1 + kernels, categories]."""
        if self.weeks < 1:
            return np.asarray(np.broadcast_to(TRUST / TRUST.sum(), self.losses.shape))
        own = np.minimum(self.losses / np.maximum(self.losses.min(axis=0), self.weeks) - 1, 3.0)
        everyone = self.losses.sum(axis=1)
        shared = everyone / max(everyone.min(), self.weeks) - 1
        days = self.weeks * EVERY
        told = days / (days + POOLED_DAYS)
        excess = told * own + (1 - told) * shared[:, None]
        raw = TRUST * np.exp(-RATE * days * (excess - excess.min(axis=0)))
        return np.asarray(raw / raw.sum(axis=0))

    def blend(self, said: Floats | None, of_paths: Floats) -> Floats:
        """Give what is likely [categories, 5] of the week in whole seconds; ``said`` by past weeks, and the paths."""
        found = of_paths
        if said is not None:
            found = np.einsum("kc,kcq->cq", self.weights(), np.concatenate([of_paths[None], said]))
        middle = found[:, 2:3]
        return np.asarray(np.rint(np.maximum(middle + WIDER * (found - middle), 0.0)))
