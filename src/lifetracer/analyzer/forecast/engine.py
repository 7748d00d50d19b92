"""The doors of the forecast: the days to come from a history, and the same for any evening of the past.

Law: what is said on an evening depends on nothing later than that evening, except plans and holidays known by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lifetracer.analyzer.forecast.bank import Prepared, expert_quantiles, prepare
from lifetracer.analyzer.forecast.blend import mix
from lifetracer.analyzer.forecast.empirical import BASELINES, baseline_quantiles, baseline_week_quantiles
from lifetracer.analyzer.forecast.history import (
    FIRST_USE,
    HORIZON,
    QUANTILES,
    Backtest,
    Bools,
    Choice,
    ChoiceCode,
    Floats,
    Forecast,
    History,
    Indices,
    Reason,
    Status,
)
from lifetracer.analyzer.forecast.paths import PATHS, draw
from lifetracer.analyzer.forecast.reasons import reasons
from lifetracer.analyzer.forecast.rehearsal import Rehearsal, State

LEVELS = np.array([0.005, 0.02, *np.arange(1, 20) / 20, 0.98, 0.995])
CORE = np.searchsorted(LEVELS, QUANTILES - 1e-9)
WEEK = 7


@dataclass(frozen=True)
class Answer:
    """What is said at one origin, in whole seconds: the model where it is better, else the best baseline."""

    days: Floats  # [horizon, categories, 5]
    curves: Floats  # [horizon, categories, LEVELS]: what paths are drawn from
    blend: Floats  # [horizon, categories, 5]: the model, also where a baseline answers
    baselines: Floats  # [horizon, baselines, categories, 5]
    baseline: Floats  # [horizon, categories, 5]: the best
    best: Indices  # [categories] position in BASELINES
    is_model: Bools  # [categories]


def answer(past: Prepared, origin: int, horizon: int, state: State) -> Answer:
    """Say what is likely on ``horizon`` days from ``origin`` on.

    The curves go without the allowance for small samples: it lifts the upper half of what cannot fall below zero, and
    so the mean, which sums over days would add up.
    """
    best, is_model = state.leading, state.is_model[:, None]
    columns = np.arange(len(best))
    days, curves, blends, baselines = [], [], [], []
    for ahead in range(1, horizon + 1):
        day = origin + ahead - 1
        weights, longest = state.ledger.weights(ahead), past.longest[day]
        # Whole seconds, so that an average of equal values is that value.
        blend = np.rint(np.minimum(mix(weights, expert_quantiles(past, origin, day)), longest))
        curve = np.rint(np.minimum(mix(weights, expert_quantiles(past, origin, day, LEVELS, 0.0)), longest))
        bases = np.rint(baseline_quantiles(past.actual, past.known, origin, day, LEVELS))
        baselines.append(bases[:, :, CORE])
        blends.append(blend)
        days.append(np.where(is_model, blend, bases[best, columns][:, CORE]))
        curves.append(np.where(is_model, curve, bases[best, columns]))
    bases = np.stack(baselines)
    return Answer(
        np.stack(days), np.stack(curves), np.stack(blends), bases, bases[:, best, columns], best, state.is_model
    )


def _choice(name: str, c: int, past: Prepared, state: State, said: Answer) -> Choice:
    """Who answers for a category, and by which scores."""
    best, is_model = int(said.best[c]), bool(said.is_model[c])
    code: ChoiceCode
    if not past.actual[:, c].any():
        is_model, code = False, "only_zeros"
    elif not state.tested:
        code = "too_early"
    elif not is_model:
        code = "baseline_better"
    else:
        code = "model_better" if state.model[c] < state.leader[c] else "about_even"
    return Choice(
        category=name,
        is_model=is_model,
        method="model" if is_model else BASELINES[best],
        best_baseline=BASELINES[best],
        model_loss=float(state.model[c]) if state.tested else float("nan"),
        baseline_loss=float(state.leader[c]) if state.tested else float("nan"),
        days=len(past.known),
        tested=state.tested,
        code=code,
    )


def _nothing(history: History, status: Status) -> Forecast:
    """The answer when nothing can be said."""
    shape = (0, len(history.categories))
    empty = np.empty((*shape, len(QUANTILES)))
    names = list(history.categories)
    return Forecast(history.next_day, names, status, empty, np.empty(shape), np.empty((0, *shape)), empty)


def forecast(history: History, horizon: int = HORIZON, seed: int = 0, paths: int = PATHS) -> Forecast:
    """Estimate the ``horizon`` days after a history: quantiles per day and category, and joint paths.

    Equal inputs give equal bits. With fewer than FIRST_USE known days, or without categories, ``status`` says so and
    the arrays are empty on their first axis.
    """
    past = prepare(history, horizon)
    names = list(history.categories)
    origin = history.days
    if not names:
        return _nothing(history, "no_categories")
    if len(past.known) < FIRST_USE:
        return _nothing(history, "too_little_history")
    state = Rehearsal(past).states([origin])[origin]
    said = answer(past, origin, horizon, state)
    drawn = draw(past, origin, LEVELS, said.curves, seed, paths)
    mean = drawn.mean(axis=0)
    choices = {name: _choice(name, c, past, state, said) for c, name in enumerate(names)}
    why: dict[str, list[list[Reason]]] = {name: [] for name in names}
    for h in range(horizon):
        parts = reasons(past, origin, origin + h, state.ledger.weights(h + 1))
        for c, name in enumerate(names):
            why[name].append(parts[c] if choices[name].is_model else [Reason("baseline", float(mean[h, c]))])
    return Forecast(history.next_day, names, "ok", said.days, mean, drawn, said.baseline, choices, why)


def backtest(history: History, origins: Sequence[int], horizon: int = WEEK, seed: int = 0) -> Backtest:
    """Forecast from each origin (a number of days known by then) exactly as ``forecast`` would have on that evening.

    Origins need at least FIRST_USE known days before them; ``horizon`` at least 7, for the week's total.
    """
    past = prepare(history, horizon)
    states = Rehearsal(past).states(origins)
    answers = [answer(past, origin, horizon, states[origin]) for origin in origins]
    weeks, empty_weeks, week_bases = [], [], []
    for origin, said in zip(origins, answers, strict=True):
        drawn = draw(past, origin, LEVELS, said.curves, seed)[:, :WEEK].sum(axis=1)
        weeks.append(np.moveaxis(np.quantile(drawn, QUANTILES, axis=0), 0, -1))
        empty_weeks.append((drawn < 1).mean(axis=0))
        week_bases.append(baseline_week_quantiles(past.actual, past.known, origin))
    return Backtest(
        origins=np.asarray(origins, dtype=np.int64),
        model=np.stack([said.days for said in answers]),
        blend=np.stack([said.blend for said in answers]),
        baselines=np.stack([said.baselines for said in answers]),
        nothing=np.stack([_share_of_zero(said.curves) for said in answers]),
        week_model=np.rint(np.stack(weeks)),
        week_nothing=np.stack(empty_weeks),
        week_baselines=np.stack(week_bases),
    )


def _share_of_zero(quantiles: Floats) -> Floats:
    """The probability [horizon, categories] of a day without: the highest level at which the quantile is still 0."""
    zero = quantiles <= 0
    top = np.where(zero.all(axis=-1), 1.0, np.where(zero, LEVELS, 0.0).max(axis=-1))
    return np.asarray(top)
