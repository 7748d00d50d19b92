"""The doors of the forecast: the days to come from a history, and the same for any evening of the past.

Law: what is said on an evening depends on nothing later than that evening, except plans and holidays known by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lifetracer.analyzer.forecast.bank import REACH, Prepared, expert_quantiles, prepare
from lifetracer.analyzer.forecast.blend import mix
from lifetracer.analyzer.forecast.empirical import (
    BASELINES,
    baseline_days,
    baseline_quantiles,
    baseline_week_quantiles,
)
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
from lifetracer.analyzer.forecast.paths import PATHS, WEEK, stretch, week_quantiles
from lifetracer.analyzer.forecast.reasons import LEAST, reasons
from lifetracer.analyzer.forecast.rehearsal import LEVELS, Rehearsal, State

CORE = np.searchsorted(LEVELS, QUANTILES - 1e-9)


@dataclass(frozen=True)
class Answer:
    """What is said at one origin, in whole seconds: the model where it is better, else the best baseline."""

    days: Floats  # [horizon, categories, 5]
    curves: Floats  # [horizon, categories, LEVELS]: what paths are drawn from
    blend: Floats  # [horizon, categories, 5]: the model, also where a baseline answers
    baselines: Floats  # [horizon, baselines, categories, 5]
    baseline: Floats  # [horizon, categories, 5]: the best
    called: Floats  # [horizon, categories]: by how much the plan moved it, where it answers
    best: Indices  # [categories] position in BASELINES
    is_model: Bools  # [categories]


def answer(past: Prepared, origin: int, horizon: int, state: State) -> Answer:
    """Say what is likely on ``horizon`` days from ``origin`` on.

    The curves go without the allowance for small samples: it lifts the upper half of what cannot fall below zero, and
    so the mean, which sums over days would add up.
    """
    best, is_model = state.leading, state.is_model[:, None]
    columns = np.arange(len(best))
    days, curves, blends, baselines, leaders, plans = [], [], [], [], [], []
    for ahead in range(1, horizon + 1):
        day = origin + ahead - 1
        weights, longest = state.ledger.weights(ahead), past.longest(origin, slice(day, day + 1)).T
        # Whole seconds, so that an average of equal values is that value.
        blend = np.rint(np.minimum(mix(weights, expert_quantiles(past, origin, day)), longest))
        curve = np.rint(np.minimum(mix(weights, expert_quantiles(past, origin, day, LEVELS, 0.0)), longest))
        bases = np.rint(baseline_quantiles(past.actual, past.known, origin, day, LEVELS))
        baselines.append(bases[:, :, CORE])
        blends.append(blend)
        called = np.rint(_called_for(past, origin, day)[best, columns])
        simple = np.clip(bases[best, columns] + called[:, None], 0.0, longest)
        days.append(np.where(is_model, blend, simple[:, CORE]))
        leaders.append(np.minimum(bases[best, columns][:, CORE], longest))
        curves.append(np.where(is_model, curve, simple))
        plans.append(np.where(state.is_model, 0.0, called))
    return Answer(
        np.stack(days),
        np.stack(curves),
        np.stack(blends),
        np.stack(baselines),
        np.stack(leaders),
        np.stack(plans),
        best,
        state.is_model,
    )


def _called_for(past: Prepared, origin: int, day: int) -> Floats:
    """By how much [baselines, categories] the plan of ``day`` calls for more than those of the baselines' days did."""
    if past.plans is None:
        return np.zeros((len(BASELINES), past.actual.shape[1]))
    known = past.known[past.known < origin][-REACH:]
    looked_at = baseline_days(past.known, origin, day)
    return np.stack([past.plans.shift(origin, known, days, day).mean(axis=0) for days in looked_at])


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


def _by_rule(mean: float, called: float) -> list[Reason]:
    """Why a simple rule says what it says, the part that the plan moves it by told apart."""
    if abs(called) < LEAST:
        return [Reason("baseline", float(mean))]
    return [Reason("baseline", float(mean - called)), Reason("plan", float(called))]


def _nothing(history: History, status: Status) -> Forecast:
    """Give the answer when nothing can be said."""
    shape = (0, len(history.categories))
    empty = np.empty((*shape, len(QUANTILES)))
    names = list(history.categories)
    return Forecast(history.next_day, names, status, empty, np.empty(shape), np.empty((0, *shape)), empty)


def forecast(history: History, horizon: int = HORIZON, seed: int = 0, paths: int = PATHS) -> Forecast:
    """Estimate the ``horizon`` days after a history: quantiles per day and category, and joint paths.

    Equal inputs give equal bits. With fewer than FIRST_USE known days, or without categories, ``status`` says so and
    the arrays are empty on their first axis.
    """
    reach = max(horizon, WEEK)  # a week is looked at even if fewer days are asked for
    past = prepare(history, reach)
    names = list(history.categories)
    origin = history.days
    if not names:
        return _nothing(history, "no_categories")
    if len(past.known) < FIRST_USE:
        return _nothing(history, "too_little_history")
    rehearsal = Rehearsal(past)
    state = rehearsal.states([origin])[origin]
    said = answer(past, origin, reach, state)
    drawn = rehearsal.company.draw(origin, LEVELS, said.curves, seed, paths)
    mean = drawn[:, :horizon].mean(axis=0)
    drawn = _in_weeks(rehearsal, origin, state, drawn)[:, :horizon]
    choices = {name: _choice(name, c, past, state, said) for c, name in enumerate(names)}
    why: dict[str, list[list[Reason]]] = {name: [] for name in names}
    for h in range(horizon):
        parts = reasons(past, origin, origin + h, state.ledger.weights(h + 1))
        for c, name in enumerate(names):
            why[name].append(parts[c] if said.is_model[c] else _by_rule(mean[h, c], said.called[h, c]))
    days, baseline = said.days[:horizon], said.baseline[:horizon]
    return Forecast(history.next_day, names, "ok", days, mean, drawn, baseline, choices, why)


def _in_weeks(rehearsal: Rehearsal, origin: int, state: State, drawn: Floats) -> Floats:
    """Give the paths, their first week as long as paths and past weeks together say; shorter ones stay as they are."""
    if drawn.shape[1] < WEEK:
        return drawn
    week = state.weeks.blend(rehearsal.week_experts(origin), week_quantiles(drawn))
    return stretch(drawn, week, rehearsal.past.longest(origin, slice(origin, None)))


def backtest(history: History, origins: Sequence[int], horizon: int = WEEK, seed: int = 0) -> Backtest:
    """Forecast from each origin (a number of days known by then) exactly as ``forecast`` would have on that evening.

    Origins need at least FIRST_USE known days before them; ``horizon`` at least 7 for a week's
    total to make sense.
    """
    past = prepare(history, max(horizon, WEEK))
    rehearsal = Rehearsal(past)
    states = rehearsal.states(origins)
    answers = [answer(past, origin, horizon, states[origin]) for origin in origins]
    weeks, empty_weeks, week_bases = [], [], []
    for origin, said in zip(origins, answers, strict=True):
        drawn = rehearsal.company.draw(origin, LEVELS, said.curves, seed)
        drawn = _in_weeks(rehearsal, origin, states[origin], drawn)
        weeks.append(week_quantiles(drawn))
        empty_weeks.append((drawn[:, :WEEK].sum(axis=1) < 1).mean(axis=0))
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


def futures(history: History, origins: Sequence[int], horizon: int = WEEK) -> Iterator[Floats]:
    """Draw the joint paths [paths, horizon, categories] of ``forecast`` on the evening before each origin."""
    reach = max(horizon, WEEK)
    rehearsal = Rehearsal(prepare(history, reach))
    states = rehearsal.states(origins)
    for origin in origins:
        said = answer(rehearsal.past, origin, reach, states[origin])
        drawn = rehearsal.company.draw(origin, LEVELS, said.curves, origin)
        yield _in_weeks(rehearsal, origin, states[origin], drawn)[:, :horizon]


def _share_of_zero(quantiles: Floats) -> Floats:
    """Give the probability [horizon, categories] of a day without: the highest level whose quantile is still 0."""
    zero = quantiles <= 0
    top = np.where(zero.all(axis=-1), 1.0, np.where(zero, LEVELS, 0.0).max(axis=-1))
    return np.asarray(top)
