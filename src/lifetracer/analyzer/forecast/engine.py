"""The forecast: rehearse on the past, believe the experts by how they did, answer only where that beats a baseline.

Law: what is said on an evening depends on nothing later than that evening.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifetracer.analyzer.forecast.bank import KERNELS, Prepared, kernel_means, kernel_quantiles, prepare
from lifetracer.analyzer.forecast.blend import FADE, GROUPS, PROBES, Ledger, mix
from lifetracer.analyzer.forecast.empirical import (
    BASELINES,
    baseline_quantiles,
    baseline_week_quantiles,
    pinball,
)
from lifetracer.analyzer.forecast.history import (
    FIRST_USE,
    HORIZON,
    QUANTILES,
    Backtest,
    Choice,
    Floats,
    Forecast,
    History,
    Reason,
)
from lifetracer.analyzer.forecast.paths import PATHS, draw

WINDOW = 140  # days of rehearsal before an origin, at least; a new stretch begins every STRIDE days
STRIDE = 28
LEVELS = np.array([0.0, 0.025, *np.arange(1, 20) / 20, 0.975, 1.0])
CORE = np.searchsorted(LEVELS, QUANTILES - 1e-9)
WEEK = 7


@dataclass(frozen=True)
class State:
    """What is believed on the evening before an origin."""

    ledger: Ledger
    model: Floats  # [categories] discounted mean loss of the blend
    baselines: Floats  # [baselines, categories]
    tested: int


def _first_rehearsal(past: Prepared, origin: int) -> int:
    """Where rehearsing begins for an origin: the same day for all origins of a stretch, so that a later run agrees."""
    early = past.known[FIRST_USE - 1] + 1 if len(past.known) >= FIRST_USE else origin
    return int(max(early, (origin - WINDOW) // STRIDE * STRIDE))


def _rehearse(past: Prepared, start: int, origins: Sequence[int]) -> dict[int, State]:
    """Forecast every day from ``start`` on as it would have been, and keep what was believed at ``origins``."""
    categories = past.actual.shape[1]
    last = max(origins)
    complete = set(past.known.tolist())
    ledger = Ledger.empty(len(KERNELS), categories)
    pending: dict[int, dict[int, tuple[Floats, Floats, Floats]]] = {}
    model, bases, weight, tested = np.zeros(categories), np.zeros((len(BASELINES), categories)), 0.0, 0
    wanted, states = set(origins), {}
    for origin in range(start, last + 1):
        arrived = pending.pop(origin - 1, {}) if origin - 1 in complete else {}
        if arrived:
            seen = past.actual[origin - 1]
            losses = {p: pinball(said, seen[None, :]).mean(axis=2) for p, (said, _, _) in arrived.items()}
            groups = [g for g in GROUPS if any(p in arrived for p in g)]
            share = 1.0 / len(groups)
            model, bases, weight = model * FADE, bases * FADE, weight * FADE + 1
            for group in groups:
                here = [p for p in group if p in arrived]
                for p in here:
                    model = model + share / len(here) * pinball(arrived[p][1], seen).mean(axis=1)
                    bases = bases + share / len(here) * pinball(arrived[p][2], seen[None, :]).mean(axis=2)
            tested += len(arrived)
            ledger.close_day(losses)
        if origin in wanted:
            copy = Ledger(ledger.losses.copy(), ledger.days.copy())
            states[origin] = State(copy, model / max(weight, 1e-9), bases / max(weight, 1e-9), tested)
        for p, ahead in enumerate(PROBES):
            day = origin + ahead - 1
            if day >= last:
                break
            said = kernel_quantiles(past, origin, day)
            answer = mix(ledger.weights(ahead), said)
            pending.setdefault(day, {})[p] = (said, answer, baseline_quantiles(past.actual, past.known, origin, day))
    return states


def _choose(state: State) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The best baseline of each category, and whether the model did better than it."""
    best = np.argmin(state.baselines, axis=0)
    least = state.baselines.min(axis=0)
    return best, (state.model < least) | (state.tested == 0)


@dataclass(frozen=True)
class _Answer:
    """The answer for one origin on all LEVELS."""

    blend: Floats  # [horizon, categories, levels]
    baselines: Floats  # [horizon, baselines, categories, levels]
    best: NDArray[np.int64]
    is_model: NDArray[np.bool_]

    @property
    def final(self) -> Floats:
        """The model where it is better, the best baseline elsewhere: [horizon, categories, levels]."""
        return np.where(self.is_model[None, :, None], self.blend, self.baseline)

    @property
    def baseline(self) -> Floats:
        """The best baseline: [horizon, categories, levels]."""
        return np.asarray(self.baselines[:, self.best, np.arange(len(self.best))])


def _answer(past: Prepared, origin: int, horizon: int, state: State) -> _Answer:
    blend = np.stack(
        [
            mix(state.ledger.weights(h), kernel_quantiles(past, origin, origin + h - 1, LEVELS))
            for h in range(1, horizon + 1)
        ]
    )
    bases = np.stack([baseline_quantiles(past.actual, past.known, origin, origin + h, LEVELS) for h in range(horizon)])
    return _Answer(blend, bases, *_choose(state))


def _reasons(past: Prepared, origin: int, day: int, weights: Floats) -> list[list[Reason]]:
    """What moves each category's mean on ``day``: parts that add up to the blend's mean."""
    means = [
        np.sum(weights * kernel_means(past, origin, day, frozenset(left)), axis=0)
        for left in (("weekday", "trend"), ("weekday",), ())
    ]
    level, trend, full = means
    return [
        [
            Reason("level", float(level[c])),
            Reason("trend", float(trend[c] - level[c])),
            Reason("weekday", float(full[c] - trend[c])),
        ]
        for c in range(len(level))
    ]


def _choice_of(name: str, c: int, past: Prepared, state: State, best: int, is_model: bool) -> Choice:
    if not past.actual[:, c].any():
        code, is_model = "only_zeros", False
    elif state.tested == 0:
        code = "too_early"
    else:
        code = "model_better" if is_model else "baseline_better"
    nan = float("nan")
    return Choice(
        name,
        is_model,
        "model" if is_model else BASELINES[best],
        BASELINES[best],
        float(state.model[c]) if state.tested else nan,
        float(state.baselines[best, c]) if state.tested else nan,
        len(past.known),
        state.tested,
        code,  # type: ignore[arg-type]
    )


def forecast(history: History, horizon: int = HORIZON, seed: int = 0, paths: int = PATHS) -> Forecast:
    """Estimate the ``horizon`` days after a history: quantiles per day and category, and joint paths.

    Equal inputs give equal bits. With fewer than FIRST_USE known days, or without categories, ``status`` says so and
    the arrays are empty on their first axis.
    """
    past = prepare(history, horizon)
    names = list(history.categories)
    origin, categories = history.days, len(history.categories)
    if not categories or len(past.known) < FIRST_USE:
        status = "too_little_history" if categories else "no_categories"
        empty = np.empty((0, categories, len(QUANTILES)))
        return Forecast(history.next_day, names, status, empty, empty[:, :, 0], np.empty((0, 0, categories)), empty)  # type: ignore[arg-type]
    state = _rehearse(past, _first_rehearsal(past, origin), [origin])[origin]
    answer = _answer(past, origin, horizon, state)
    final = answer.final
    drawn = draw(past, origin, LEVELS, final, seed, paths)
    reasons: dict[str, list[list[Reason]]] = {name: [] for name in names}
    for h in range(1, horizon + 1):
        parts = _reasons(past, origin, origin + h - 1, state.ledger.weights(h))
        for c, name in enumerate(names):
            middle = float(drawn[:, h - 1, c].mean())
            reasons[name].append(parts[c] if answer.is_model[c] else [Reason("baseline", middle)])
    choices = {
        name: _choice_of(name, c, past, state, int(answer.best[c]), bool(answer.is_model[c]))
        for c, name in enumerate(names)
    }
    return Forecast(
        history.next_day,
        names,
        "ok",
        final[:, :, CORE],
        drawn.mean(axis=0),
        drawn,
        answer.baseline[:, :, CORE],
        choices,
        reasons,
    )


def backtest(history: History, origins: Sequence[int], horizon: int = WEEK, seed: int = 0) -> Backtest:
    """Forecast from each origin (a number of days known by then) exactly as ``forecast`` would have on that evening."""
    past = prepare(history, horizon)
    by_start: dict[int, list[int]] = {}
    for origin in origins:
        by_start.setdefault(_first_rehearsal(past, origin), []).append(origin)
    states: dict[int, State] = {}
    for start, those in by_start.items():
        states.update(_rehearse(past, start, those))
    answers, weeks, week_bases = [], [], []
    for origin in origins:
        answer = _answer(past, origin, horizon, states[origin])
        drawn = draw(past, origin, LEVELS, answer.final, seed)
        weeks.append(np.moveaxis(np.quantile(drawn[:, :WEEK].sum(axis=1), QUANTILES, axis=0), 0, -1))
        week_bases.append(baseline_week_quantiles(past.actual, past.known, origin))
        answers.append(answer)
    return Backtest(
        np.asarray(origins, dtype=np.int64),
        np.stack([a.final[:, :, CORE] for a in answers]),
        np.stack([a.blend[:, :, CORE] for a in answers]),
        np.stack([a.baselines[..., CORE] for a in answers]),
        np.stack(weeks),
        np.stack(week_bases),
    )
