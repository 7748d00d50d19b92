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
from lifetracer.analyzer.forecast.paths import WEEK, Company, week_quantiles
from lifetracer.analyzer.forecast.weeks import EVERY, WeekLedger, week_experts

WINDOW = 140  # days that are rehearsed before an origin, at least
STRIDE = 28  # all origins of a stretch begin rehearsing on the same day
SCORE_FADE = 0.99  # a score of 69 days ago counts half
LEVELS = np.array([0.005, 0.02, *np.arange(1, 20) / 20, 0.98, 0.995])  # what paths are drawn from
FEW_PATHS = 200
DOUBT = 2.0  # standard errors: by how much a baseline must have been better to answer instead of the model


@dataclass(frozen=True)
class State:
    """What is believed on the evening before an origin."""

    ledger: Ledger
    weeks: WeekLedger
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
    company: Company = field(init=False)
    _weeks: dict[int, Floats | None] = field(default_factory=dict)
    _said: dict[tuple[int, int], tuple[Floats, Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at the same past."""
        self.company = Company(self.past)

    def begins(self, origin: int) -> int:
        """Where rehearsing begins for an origin."""
        known = self.past.known
        early = known[FIRST_USE - 1] + 1 if len(known) >= FIRST_USE else origin
        return int(max(early, (origin - WINDOW) // STRIDE * STRIDE))

    def states(self, origins: Sequence[int]) -> dict[int, State]:
        """Say what is believed on the evening before each origin."""
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

    def weeks(self, origin: int, ledger: Ledger) -> Floats | None:
        """Say what the paths and past weeks say [1 + kernels, categories, 5] of the week from ``origin`` on."""
        past, said = self.past, self.week_experts(origin)
        if said is None:
            return None
        days = range(1, WEEK + 1)
        asked = [(ahead, origin + ahead - 1) for ahead in days]
        curves = [mix(ledger.weights(n), expert_quantiles(past, origin, day, LEVELS, 0.0)) for n, day in asked]
        drawn = self.company.draw(origin, LEVELS, np.stack(curves), 0, FEW_PATHS)
        return np.concatenate([week_quantiles(drawn)[None], said])

    def week_experts(self, origin: int) -> Floats | None:
        """Say what past weeks say of the week from ``origin`` on."""
        if origin not in self._weeks:
            self._weeks[origin] = week_experts(self.past, origin)
        return self._weeks[origin]

    def _stretch(self, start: int, origins: Sequence[int]) -> dict[int, State]:
        """Go from evening to evening: score what came true, then say what is to come."""
        past, last = self.past, max(origins)
        categories = past.actual.shape[1]
        complete = set(past.known.tolist())
        ledger, scores = Ledger.empty(len(kernels_for(past)), categories), _Scores.empty(categories)
        weeks, coming = WeekLedger.empty(categories), dict[int, Floats]()
        pending: dict[int, dict[int, tuple[Floats, Floats, Floats]]] = {}
        states = {}
        for origin in range(start, last + 1):
            arrived = pending.pop(origin - 1, {})
            if arrived and origin - 1 in complete:
                seen = past.actual[origin - 1]
                ledger.close_day({p: pinball(said, seen[None, :]).mean(axis=2) for p, (said, _, _) in arrived.items()})
                scores.close_day(arrived, seen)
            weeks.fade()
            week = range(origin - WEEK, origin)
            if week[0] in coming and complete.issuperset(week):
                weeks.add(pinball(coming.pop(week[0]), past.actual[week[0] : origin].sum(axis=0)[None]).mean(axis=2))
            if origin in origins:
                weight = max(scores.weight, 1e-9)
                states[origin] = State(
                    Ledger(ledger.losses.copy(), ledger.days.copy()),
                    weeks.copy(),
                    scores.model / weight,
                    scores.leader / weight,
                    scores.baselines / weight,
                    np.sqrt(scores.squares) / weight,
                    scores.tested,
                )
            if (
                origin % EVERY == 0
                and origin + WEEK <= last
                and (said_of_week := self.weeks(origin, ledger)) is not None
            ):
                coming[origin] = said_of_week
            for p, ahead in enumerate(PROBES):
                day = origin + ahead - 1
                if day < last:
                    said, bases = self.said(origin, day)
                    answer = np.rint(mix(ledger.weights(ahead), said))
                    pending.setdefault(day, {})[p] = (said, answer, bases)
        return states
