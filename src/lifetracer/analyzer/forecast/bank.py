"""The experts: for a day to come, which days of the past speak, and how loudly.

Law: a weighting for ``day`` seen from ``origin`` looks at nothing that happened on or after ``origin``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifetracer.analyzer.forecast.empirical import weighted_quantiles
from lifetracer.analyzer.forecast.history import HORIZON, QUANTILES, Floats, History

REACH = 400  # older days are too faint to change a quantile
WORK, SATURDAY, SUNDAY = 0, 1, 2


@dataclass(frozen=True)
class Prepared:
    """A history as the experts want it: gaps filled, weekdays and kinds of days as numbers."""

    actual: Floats
    known: NDArray[np.int64]
    weekday: NDArray[np.int64]  # [days + horizon]
    kind: NDArray[np.int64]  # [days + horizon] work day, Saturday, Sunday or holiday
    label: NDArray[np.int64] | None  # [days + horizon] day type as a number, -1 where unknown
    planned: Floats | None


def _reaching(values: Floats, rows: int, fill: float) -> Floats:
    """``values`` with exactly ``rows`` rows, cut or filled."""
    if len(values) >= rows:
        return np.asarray(values[:rows])
    tail = np.full((rows - len(values), *values.shape[1:]), fill, dtype=float)
    return np.concatenate([values, tail])


def prepare(history: History, horizon: int = HORIZON) -> Prepared:
    """Turn a history into arrays that reach ``horizon`` days beyond it."""
    rows = history.days + horizon
    actual = np.asarray(history.actual, dtype=float).reshape(history.days, len(history.categories))
    complete = np.ones(history.days, dtype=bool) if history.known is None else np.asarray(history.known, dtype=bool)
    complete = complete & np.isfinite(actual).all(axis=1)
    weekday = (np.arange(rows) + history.first_day.weekday()) % 7
    kind = np.where(weekday == 6, SUNDAY, np.where(weekday == 5, SATURDAY, WORK))
    if history.holiday is not None:
        kind = np.where(_reaching(np.asarray(history.holiday, dtype=float), rows, 0.0) > 0, SUNDAY, kind)
    label = None
    if history.day_type is not None and any(history.day_type):
        numbers = {name: i for i, name in enumerate(sorted(set(history.day_type) - {""}))}
        named = np.array([numbers.get(name, -1) for name in history.day_type], dtype=float)
        label = _reaching(named, rows, -1.0).astype(np.int64)
    planned = None
    if history.planned is not None:
        planned = _reaching(np.nan_to_num(np.asarray(history.planned, dtype=float)), rows, 0.0)
    return Prepared(np.where(complete[:, None], actual, 0.0), np.flatnonzero(complete), weekday, kind, label, planned)


@dataclass(frozen=True)
class View:
    """A day seen from an origin: the days that may speak, how long ago they were, and how they resemble it."""

    days: NDArray[np.int64]  # known days before the origin, at most REACH back
    back: NDArray[np.int64]  # days between them and the origin, 0 = the evening before
    same: NDArray[np.bool_]  # same weekday (a holiday resembles Sundays and holidays)
    alike: NDArray[np.bool_]  # both work days, or both not
    holiday: bool


def view(past: Prepared, origin: int, day: int) -> View:
    """Look at ``day`` from ``origin``."""
    days = past.known[(past.known < origin) & (past.known >= origin - REACH)]
    kind, weekday = past.kind[days], past.weekday[days]
    holiday = bool(past.kind[day] == SUNDAY and past.weekday[day] != 6)
    if holiday:
        same = kind == SUNDAY
    else:
        same = (weekday == past.weekday[day]) & ((kind == SUNDAY) == (past.kind[day] == SUNDAY))
    return View(days, origin - 1 - days, same, (kind == WORK) == (past.kind[day] == WORK), holiday)


@dataclass(frozen=True)
class Kernel:
    """A weighting of past days: how fast they fade, and how little a day of another sort counts (1 = as much)."""

    half_life: float
    same: float = 1.0  # a day of the same weekday counts 1; `alike` and `others` are what the rest counts
    alike: float = 1.0
    others: float = 1.0

    def weigh(self, seen: View, leave_out: frozenset[str] = frozenset()) -> Floats:
        """The weights [days] of the known days; ``leave_out`` names what is to be ignored."""
        weights = 0.5 ** (seen.back / (self.half_life if "trend" not in leave_out else LONG))
        if "weekday" in leave_out:
            return np.asarray(weights)
        return np.asarray(weights * np.where(seen.same, self.same, np.where(seen.alike, self.alike, self.others)))


LONG = 112.0  # the half-life of what is usual

KERNELS = {
    **{f"recent_{n}": Kernel(n) for n in (7, 14, 28)},
    **{f"kind_{n}": Kernel(n, others=0.15) for n in (7, 14, 28, 56, 112)},
    **{f"weekday_{n}": Kernel(n, alike=other, others=other) for n, other in ((14, 0.2), (28, 0.1), (56, 0.05))},
    **{
        f"both_{n}": Kernel(n, alike=alike, others=other)
        for n, alike, other in ((14, 0.4, 0.1), (28, 0.3, 0.05), (56, 0.3, 0.05))
    },
}


def weighings(seen: View, leave_out: frozenset[str] = frozenset()) -> Floats:
    """Every kernel's weights [kernels, days, 1]."""
    return np.stack([kernel.weigh(seen, leave_out) for kernel in KERNELS.values()])[:, :, None]


def kernel_quantiles(past: Prepared, origin: int, day: int, levels: Floats = QUANTILES) -> Floats:
    """What every kernel says of ``day`` from ``origin``: quantiles [kernels, categories, levels]."""
    seen = view(past, origin, day)
    return weighted_quantiles(past.actual[seen.days], weighings(seen), levels)


def kernel_means(past: Prepared, origin: int, day: int, leave_out: frozenset[str] = frozenset()) -> Floats:
    """The mean [kernels, categories] under every kernel, with ``leave_out`` ignored."""
    seen = view(past, origin, day)
    weights = weighings(seen, leave_out)[:, :, 0]
    return np.asarray(weights @ past.actual[seen.days] / weights.sum(axis=1, keepdims=True))
