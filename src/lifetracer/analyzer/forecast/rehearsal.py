"""The rolling back-test inside a history: forecast every recent day as it would have been, and score all who answered.

Law: what is believed on an evening comes from days before it; a run on a later evening finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lifetracer.analyzer.forecast.bank import Prepared, expert_quantiles, kernels_for
from lifetracer.analyzer.forecast.blend import GROUPS, PROBES, Ledger, mix
from lifetracer.analyzer.forecast.empirical import BASELINES, baseline_quantiles, pinball
from lifetracer.analyzer.forecast.history import FIRST_USE, Bools, Floats, Indices

WINDOW = 140  # days that are rehearsed before an origin, at least
STRIDE = 28  # all origins of a stretch begin rehearsing on the same day
SCORE_FADE = 0.99  # a score of 69 days ago counts half
DOUBT = 2.0  # standard errors: by how much a baseline must have been better to answer instead of the model


@dataclass(frozen=True)
class State:
    """What is believed on the evening before an origin."""

    ledger: Ledger
    model: Floats  # [categories] discounted mean loss of the blend
    leader: Floats  # [categories] of whichever baseline led on each evening: what one could have had without the model
    baselines: Floats  # [baselines, categories]
    error: Floats  # [categories] standard error of the mean difference between leader and model
    tested: int

    @property
    def leading(self) -> Indices:
        """The position of the baseline that leads in each category."""
        return np.asarray(np.argmin(self.baselines, axis=0))

    @property
    def is_model(self) -> Bools:
        """Where the model answers: everywhere but where following the leader did better by more than chance.

        To drop the model at the first unlucky week costs more than it saves: see docs/decisions.
        """
        return np.asarray(self.model - self.leader <= DOUBT * self.error)


@dataclass
class _Scores:
    """Discounted losses of those who may answer."""

    model: Floats
    leader: Floats
    baselines: Floats
    squares: Floats
    weight: float = 0.0
    tested: int = 0

    @classmethod
    def empty(cls, categories: int) -> _Scores:
        none = np.zeros(categories)
        return cls(none, none, np.zeros((len(BASELINES), categories)), none)

    def close_day(self, arrived: dict[int, tuple[Floats, Floats, Floats]], seen: Floats) -> None:
        """Score a day: each group of horizons counts as much as another, whoever leads is taken from before."""
        lead = np.argmin(self.baselines, axis=0)
        model, baselines = np.zeros_like(self.model), np.zeros_like(self.baselines)
        groups = [[p for p in group if p in arrived] for group in GROUPS]
        groups = [group for group in groups if group]
        for group in groups:
            for p in group:
                _, answer, bases = arrived[p]
                share = 1.0 / len(groups) / len(group)
                model += share * pinball(answer, seen).mean(axis=1)
                baselines += share * pinball(bases, seen[None, :]).mean(axis=2)
        leader = baselines[lead, np.arange(len(lead))]
        self.leader = self.leader * SCORE_FADE + leader
        self.squares = self.squares * SCORE_FADE**2 + (leader - model) ** 2
        self.model = self.model * SCORE_FADE + model
        self.baselines = self.baselines * SCORE_FADE + baselines
        self.weight = self.weight * SCORE_FADE + 1
        self.tested += len(arrived)


@dataclass
class Rehearsal:
    """Rehearses a history; keeps what experts and baselines said, which does not depend on when it is asked."""

    past: Prepared
    _said: dict[tuple[int, int], tuple[Floats, Floats]] = field(default_factory=dict)

    def begins(self, origin: int) -> int:
        """Where rehearsing begins for an origin."""
        known = self.past.known
        early = known[FIRST_USE - 1] + 1 if len(known) >= FIRST_USE else origin
        return int(max(early, (origin - WINDOW) // STRIDE * STRIDE))

    def states(self, origins: Sequence[int]) -> dict[int, State]:
        """What is believed on the evening before each origin."""
        stretches: dict[int, list[int]] = {}
        for origin in origins:
            stretches.setdefault(self.begins(origin), []).append(origin)
        return {
            origin: state for start, those in stretches.items() for origin, state in self._stretch(start, those).items()
        }

    def said(self, origin: int, day: int) -> tuple[Floats, Floats]:
        """Quantiles of the experts [experts, categories, 5] and of the baselines, for ``day`` from ``origin``."""
        if (origin, day) not in self._said:
            past = self.past
            bases = baseline_quantiles(past.actual, past.known, origin, day)
            self._said[origin, day] = expert_quantiles(past, origin, day), bases
        return self._said[origin, day]

    def _stretch(self, start: int, origins: Sequence[int]) -> dict[int, State]:
        """Go from evening to evening: score what came true, then say what is to come."""
        past, last = self.past, max(origins)
        categories = past.actual.shape[1]
        complete = set(past.known.tolist())
        ledger, scores = Ledger.empty(len(kernels_for(past)), categories), _Scores.empty(categories)
        pending: dict[int, dict[int, tuple[Floats, Floats, Floats]]] = {}
        states = {}
        for origin in range(start, last + 1):
            arrived = pending.pop(origin - 1, {})
            if arrived and origin - 1 in complete:
                seen = past.actual[origin - 1]
                ledger.close_day({p: pinball(said, seen[None, :]).mean(axis=2) for p, (said, _, _) in arrived.items()})
                scores.close_day(arrived, seen)
            if origin in origins:
                weight = max(scores.weight, 1e-9)
                states[origin] = State(
                    Ledger(ledger.losses.copy(), ledger.days.copy()),
                    scores.model / weight,
                    scores.leader / weight,
                    scores.baselines / weight,
                    np.sqrt(scores.squares) / weight,
                    scores.tested,
                )
            for p, ahead in enumerate(PROBES):
                day = origin + ahead - 1
                if day < last:
                    said, bases = self.said(origin, day)
                    answer = np.rint(mix(ledger.weights(ahead), said))
                    pending.setdefault(day, {})[p] = (said, answer, bases)
        return states
