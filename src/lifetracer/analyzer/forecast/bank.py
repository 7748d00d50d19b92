"""The experts: for a day to come, which days of the past speak, and how loudly.

Law: a weighting for ``day`` seen from ``origin`` looks at nothing that happened on or after ``origin``; of the days
to come it knows the weekday, holidays, day types and the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lifetracer.analyzer.forecast.empirical import STRETCH, weighted_quantiles
from lifetracer.analyzer.forecast.history import HORIZON, QUANTILES, Bools, Floats, History, Indices, may_overlap
from lifetracer.analyzer.forecast.plans import LONG, Plans

REACH = 300  # known days; what is older is too faint to change a quantile
SPREAD_DAYS = 112  # days from which a category's usual spread is taken
FARTHEST = 50.0  # no plan is farther from another, else a plan unlike all others would leave no day to speak
WORK, SATURDAY, SUNDAY = 0, 1, 2


@dataclass(frozen=True)
class Prepared:
    """A history as the experts want it: gaps filled, weekdays and kinds of days as numbers, moods of each evening."""

    actual: Floats
    known: Indices  # the complete days
    weekday: Indices  # [days + horizon]
    kind: Indices  # [days + horizon] work day, Saturday, Sunday or holiday
    label: Indices | None  # [days + horizon] day type as a number, -1 where unknown
    plans: Plans | None
    seconds: Floats  # [days + horizon] how long each day is
    lately: Floats  # [days, categories] mean of the last days, half-life 3
    week: Floats  # [days, categories] mean of the last days, half-life 7
    seven: Floats  # [days, categories] mean of the last seven complete days
    pause: Floats  # [days, categories] logarithm of 1 + the days since the category last had time

    def longest(self, origin: int, days: slice) -> Floats:
        """Give the most [days, categories] days can hold; where entries overlapped before ``origin``, without end."""
        return np.where(may_overlap(self.actual[:origin]), np.inf, self.seconds[days, None])


def _reaching(values: Floats, rows: int, fill: float) -> Floats:
    """``values`` with exactly ``rows`` rows, cut or filled."""
    if len(values) >= rows:
        return np.asarray(values[:rows])
    tail = np.full((rows - len(values), *values.shape[1:]), fill, dtype=float)
    return np.concatenate([values, tail])


def _fading_mean(actual: Floats, complete: Bools, half_life: float) -> Floats:
    """Give the discounted mean [days, categories] up to and with each day; incomplete days change nothing."""
    keep = 0.5 ** (1 / half_life)
    total, weight, found = np.zeros(actual.shape[1]), 0.0, np.zeros_like(actual)
    for i, (row, known) in enumerate(zip(actual, complete, strict=True)):
        if known:
            total, weight = total * keep + row, weight * keep + 1
        found[i] = total / max(weight, 1.0)
    return found


def _means_of_seven(actual: Floats, complete: Bools) -> Floats:
    """Give the mean [days, categories] of the last seven complete days (or as many as there are), by each evening."""
    last = np.cumsum(complete)
    sums = np.vstack([np.zeros((1, actual.shape[1])), np.cumsum(actual[complete], axis=0)])
    first = np.maximum(last - 7, 0)
    return np.asarray((sums[last] - sums[first]) / np.maximum(last - first, 1)[:, None])


def _pauses(actual: Floats, complete: Bools) -> Floats:
    """Give log [days, categories] of 1 + the complete days since there was any time, by the evening of each."""
    without, found = np.full(actual.shape[1], 30.0), np.zeros_like(actual)
    for i, (row, known) in enumerate(zip(actual, complete, strict=True)):
        if known:
            without = np.where(row > 0, 0.0, without + 1)
        found[i] = np.log1p(without)
    return found


def prepare(history: History, horizon: int = HORIZON) -> Prepared:
    """Turn a history into arrays that reach ``horizon`` days beyond it."""
    rows = history.days + horizon
    actual = np.asarray(history.actual, dtype=float).reshape(history.days, len(history.categories))
    complete = np.ones(history.days, dtype=bool) if history.known is None else np.asarray(history.known, dtype=bool)
    complete = complete & np.isfinite(actual).all(axis=1)
    actual = np.where(complete[:, None], actual, 0.0)
    weekday = (np.arange(rows) + history.first_day.weekday()) % 7
    kind = np.where(weekday == 6, SUNDAY, np.where(weekday == 5, SATURDAY, WORK))
    if history.holiday is not None:
        kind = np.where(_reaching(np.asarray(history.holiday, dtype=float), rows, 0.0) > 0, SUNDAY, kind)
    label = None
    if history.day_type is not None and any(history.day_type):
        numbers = {name: i for i, name in enumerate(sorted(set(history.day_type) - {""}))}
        named = np.array([numbers.get(name, -1) for name in history.day_type], dtype=float)
        label = _reaching(named, rows, -1.0).astype(np.int64)
    plans = None
    if history.planned is not None and np.any(history.planned):
        planned = _reaching(np.nan_to_num(np.asarray(history.planned, dtype=float)), rows, 0.0)
        plans = Plans(planned, actual, (kind != WORK).astype(float))
    seconds = np.full(rows, 86400.0)
    if history.day_seconds is not None:
        seconds = _reaching(np.asarray(history.day_seconds, dtype=float), rows, 86400.0)
    lately, week = _fading_mean(actual, complete, 3), _fading_mean(actual, complete, 7)
    seven, pause = _means_of_seven(actual, complete), _pauses(actual, complete)
    return Prepared(actual, np.flatnonzero(complete), weekday, kind, label, plans, seconds, lately, week, seven, pause)


@dataclass(frozen=True)
class View:
    """A day seen from an origin: the days that may speak, how long ago they were, and how they resemble it."""

    days: Indices  # the last REACH known days before the origin
    back: Floats  # [days, 1] how many days before the last one
    same: Bools  # [days, 1] same weekday (a holiday resembles Sundays and holidays)
    alike: Bools  # [days, 1] both work days, or both not
    label: Floats  # [days, 1] 1 = same day type, less where it differs
    moods: dict[str, Floats]  # [days, categories] how much each evening before resembled this evening
    plan: Floats | None  # [days, categories] how much the day's plan resembles this day's


def _nearness(there: Floats, here: Floats, width: Floats | float, seen: Bools, otherwise: float) -> Floats:
    """1 where a past value equals today's, falling with the distance; ``otherwise`` where it was not seen."""
    return np.where(seen[:, None], np.exp(-np.abs(there - here) / width), otherwise)


def view(past: Prepared, origin: int, day: int, leave_out: frozenset[str] = frozenset()) -> View:
    """Look at ``day`` from ``origin``; ``leave_out`` names what is not to be looked at (codes of reasons)."""
    days = past.known[past.known < origin][-REACH:]
    kind, weekday = past.kind.copy(), past.weekday
    if "holiday" in leave_out:
        kind = np.where(weekday == 6, SUNDAY, np.where(weekday == 5, SATURDAY, WORK))
    if kind[day] == SUNDAY and weekday[day] != 6:
        same = kind[days] == SUNDAY
    else:
        same = (weekday[days] == weekday[day]) & ((kind[days] == SUNDAY) == (kind[day] == SUNDAY))
    alike = (kind[days] == WORK) == (kind[day] == WORK)
    if "weekday" in leave_out:
        same, alike = np.ones_like(same), np.ones_like(alike)
    label = np.ones(len(days))
    if past.label is not None and past.label[day] >= 0 and "day_type" not in leave_out:
        label = np.where(past.label[days] == past.label[day], 1.0, 0.15)
    return View(
        days,
        (days[-1] - days).astype(np.float64)[:, None],
        same[:, None],
        alike[:, None],
        label[:, None],
        _moods(past, origin, days, day - origin + 1, "yesterday" in leave_out),
        None if past.plans is None or "plan" in leave_out else _plan_nearness(past.plans.seconds, days, day),
    )


def _moods(past: Prepared, origin: int, days: Indices, ahead: int, unseen: bool) -> dict[str, Floats]:
    """How the evening ``ahead`` days before each past day resembled the evening before ``origin``, in six respects."""
    evening, tonight = np.maximum(days - ahead, 0), origin - 1
    seen = (days >= ahead) & (not unseen)
    actual = past.actual
    recent = past.known[past.known < origin][-SPREAD_DAYS:]
    spread = actual[recent].std(axis=0) + 1.0
    away = np.abs((past.lately[evening] - past.lately[tonight]) / spread).mean(axis=1, keepdims=True)
    return {
        "": np.ones((len(days), 1)),
        "any": np.where(seen[:, None], np.where((actual[evening] > 0) == (actual[tonight] > 0), 1.0, 0.25), 0.5),
        "value": _nearness(actual[evening], actual[tonight], 0.5 * spread, seen, 0.3),
        "lately": _nearness(past.lately[evening], past.lately[tonight], 0.3 * spread, seen, 0.3),
        "seven": _nearness(past.seven[evening], past.seven[tonight], 0.25 * spread, seen & (days >= ahead + 7), 0.2),
        "pause": _nearness(past.pause[evening], past.pause[tonight], 0.5, seen, 0.3),
        "all": _nearness(away, np.zeros(1), 0.15, seen, 0.05),
    }


def _plan_nearness(planned: Floats, days: Indices, day: int) -> Floats:
    """How much each past day's plan resembles this day's: of the category itself, and of all others together."""
    own = planned[days]
    others = own.sum(axis=1, keepdims=True) - own
    now = planned[day]
    width, rest = np.maximum(0.25 * own.std(axis=0), 1200.0), np.maximum(0.5 * others.std(axis=0), 3600.0)
    away = np.abs(own - now) / width + np.abs(others - (now.sum() - now)) / rest
    return np.asarray(np.exp(-np.minimum(away, FARTHEST)))


Move = Literal["", "lately", "week"]


@dataclass(frozen=True)
class Kernel:
    """A weighting of past days: how fast they fade, and how much a day of another sort counts (1 = as much)."""

    half_life: float
    alike: float = 1.0  # a day of the same weekday counts 1; this is for one that is merely of the same kind
    others: float = 1.0
    mood: str = ""
    by_plan: bool = False  # also by the resemblance of plans
    moved: Move = ""  # past days are moved by what the levels of late differ
    share: float = 1.0  # of that difference

    def weigh(self, seen: View, leave_out: frozenset[str] = frozenset()) -> Floats:
        """Give the weights [days, 1 or categories] of the known days."""
        fade = 0.5 ** (seen.back / (LONG if "trend" in leave_out else self.half_life))
        sort = np.where(seen.same, 1.0, np.where(seen.alike, self.alike, self.others))
        weights = fade * sort * seen.label * seen.moods[self.mood]
        return np.asarray(weights * seen.plan if self.by_plan and seen.plan is not None else weights)


KERNELS = {
    "recent_4": Kernel(4),
    "kind_7": Kernel(7, 1.0, 0.15),
    "weekday_14": Kernel(14, 0.4, 0.1),
    "strict_21": Kernel(21, 0.05, 0.005),
    "strict_28": Kernel(28, 1.0, 0.005),
    "any_28": Kernel(28, 1.0, 0.15, "any"),
    "value_28": Kernel(28, 1.0, 0.15, "value"),
    "pause_150": Kernel(150, 0.5, 0.1, "pause"),
    "lately_84": Kernel(84, 1.0, 0.15, "lately"),
    "seven_150": Kernel(150, 0.5, 0.1, "seven"),
    "all_84": Kernel(84, 1.0, 0.15, "all"),
    "level_28": Kernel(28, 1.0, 0.15, moved="lately", share=0.5),
    "level_weekday_28": Kernel(28, 0.3, 0.05, moved="lately", share=0.5),
    "level_any_28": Kernel(28, 0.3, 0.05, "any", moved="lately", share=0.5),
    "level_value_28": Kernel(28, 1.0, 0.15, "value", moved="lately", share=0.5),
    "level_pause_56": Kernel(56, 1.0, 0.15, "pause", moved="week", share=0.5),
    "level_pause_84": Kernel(84, 0.3, 0.05, "pause", moved="week", share=0.7),
    "level_all_84": Kernel(84, 1.0, 0.15, "all", moved="week", share=0.5),
}
PLAN_KERNELS = {
    "plan_56": Kernel(56, 1.0, 0.15, by_plan=True),
    "plan_112": Kernel(112, 1.0, 0.15, by_plan=True),
    "plan_weekday_112": Kernel(112, 0.3, 0.05, by_plan=True),
}


def kernels_for(past: Prepared) -> dict[str, Kernel]:
    """Give the experts that can say something about this history."""
    knows_plans = past.plans is not None and bool(past.plans.seconds[: len(past.actual)].any())
    return {**KERNELS, **PLAN_KERNELS} if knows_plans else KERNELS


def _level_shift(level: Floats, origin: int, days: Indices, day: int) -> Floats:
    """By how much [days, categories] more there is of late than there was when past days were as far ahead."""
    ahead = day - origin + 1
    then = level[np.maximum(days - ahead, 0)]
    return np.where((days >= ahead)[:, None], level[origin - 1] - then, 0.0)


def _said(past: Prepared, origin: int, day: int, leave_out: frozenset[str]) -> list[tuple[Floats, Floats, list[int]]]:
    """Experts with the same values: values [days, categories], weights [experts, days, categories], their places."""
    seen = view(past, origin, day, leave_out)
    experts = list(kernels_for(past).values())
    done = past.actual[seen.days]
    together: dict[tuple[Move, float], list[int]] = {}
    for i, kernel in enumerate(experts):
        together.setdefault((kernel.moved, kernel.share), []).append(i)
    by_plan = None if past.plans is None or "plan" in leave_out else past.plans.shift(origin, seen.days, seen.days, day)
    groups = []
    for (moved, share), places in together.items():
        weights = np.stack([np.broadcast_to(experts[i].weigh(seen, leave_out), done.shape) for i in places])
        values = done
        if moved and "trend" not in leave_out:
            level = past.lately if moved == "lately" else past.week
            # A day without stays a day without.
            lifted = np.maximum(done + share * _level_shift(level, origin, seen.days, day), 0.0)
            values = np.where(done > 0, lifted, 0.0)
        if by_plan is not None:
            values = np.maximum(values + by_plan, 0.0)
        groups.append((values, weights, places))
    return groups


def expert_quantiles(
    past: Prepared, origin: int, day: int, levels: Floats = QUANTILES, stretch: float = STRETCH
) -> Floats:
    """Give what every expert says of ``day`` from ``origin``: quantiles [experts, categories, levels]."""
    found = np.empty((len(kernels_for(past)), past.actual.shape[1], len(levels)))
    for values, weights, places in _said(past, origin, day, frozenset()):
        found[places] = weighted_quantiles(values, weights, levels, stretch)
    return found


def expert_means(past: Prepared, origin: int, day: int, leave_out: frozenset[str] = frozenset()) -> Floats:
    """Give the mean [experts, categories] that every expert would say, were what ``leave_out`` names not known."""
    found = np.empty((len(kernels_for(past)), past.actual.shape[1]))
    for values, weights, places in _said(past, origin, day, leave_out):
        found[places] = (weights * values).sum(axis=1) / weights.sum(axis=1)
    return found
