"""Quantiles of weighted samples, the pinball loss, and the five baselines that any estimate must beat.

Law: a distribution is what was really seen, weighted; so days without stay days without, and nothing is below zero.
"""

from __future__ import annotations

import numpy as np

from lifetracer.analyzer.forecast.history import QUANTILES, Floats, Indices

WINDOWS = (7, 28, 56)
WEEKDAYS = (4, 8)
BASELINES = tuple(f"days_{n}" for n in WINDOWS) + tuple(f"weekdays_{n}" for n in WEEKDAYS)


STRETCH = 0.75  # of the allowance for small samples; the mean of several experts needs less than a single one


def pinball(quantiles: Floats, seen: Floats, levels: Floats = QUANTILES) -> Floats:
    """Give the pinball loss of ``quantiles`` [..., levels] against ``seen`` [...], per level, in seconds."""
    miss = seen[..., None] - quantiles
    return np.maximum(levels * miss, (levels - 1) * miss)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats = QUANTILES, stretch: float = STRETCH) -> Floats:
    """Quantiles [experts, categories, levels] of ``values`` [samples, categories] under many weightings.

    Weights are [experts, samples, categories]. A sample stands at the middle of its weight, the outermost ones at
    0 and 1; between samples the quantile is linear, as numpy's default is for equal weights. Such quantiles lie too
    far inside when samples are few: of n equal ones, the outermost holds all but 1/(n+1) of what comes next.
    ``stretch`` = 1 makes up for that, with the effective number of samples (Kish) as n.
    """
    experts, samples, categories = weights.shape
    order = np.argsort(values.T, axis=1, kind="stable")
    ordered = np.take_along_axis(values.T, order, axis=1)
    heavy = np.take_along_axis(weights.transpose(0, 2, 1), order[None], axis=2)
    middle = np.cumsum(heavy, axis=2)
    middle -= heavy / 2
    middle -= middle[:, :, :1].copy()
    middle /= np.maximum(middle[:, :, -1:], 1e-300)
    # One search for all: each row is lifted above the one before it.
    rows = np.arange(experts * categories)
    size = (heavy.sum(axis=2) ** 2 / np.maximum((heavy**2).sum(axis=2), 1e-300)).reshape(-1, 1)
    levels = np.clip(levels + stretch * (2 * levels - 1) / np.maximum(size - 1, 1.0), 0.0, 1.0)
    lifted = (middle.reshape(len(rows), samples) + 2.0 * rows[:, None]).ravel()
    right = np.searchsorted(lifted, levels + 2.0 * rows[:, None]) - samples * rows[:, None]
    right = np.clip(right, 0, samples - 1)
    left = np.maximum(right - 1, 0)
    flat, column = middle.reshape(len(rows), samples), (rows % categories)[:, None]
    low, high = np.take_along_axis(flat, left, axis=1), np.take_along_axis(flat, right, axis=1)
    share = np.clip((levels - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)
    found = ordered[column, left] + share * (ordered[column, right] - ordered[column, left])
    return np.asarray(found.reshape(experts, categories, -1))


def baseline_days(known: Indices, origin: int, day: int) -> list[Indices]:
    """Which known days (ascending indices below ``origin``) each baseline looks at for ``day``."""
    before = known[known < origin]
    same = before[(day - before) % 7 == 0]
    windows = [before[before >= origin - n] for n in WINDOWS] + [same[-n:] for n in WEEKDAYS]
    return [days if len(days) else before[-7:] for days in windows]


def baseline_quantiles(actual: Floats, known: Indices, origin: int, day: int, levels: Floats = QUANTILES) -> Floats:
    """Give the baselines' quantiles [baselines, categories, levels] of ``day``, as known before ``origin``."""
    return np.stack([np.quantile(actual[days], levels, axis=0).T for days in baseline_days(known, origin, day)])


def baseline_week_quantiles(actual: Floats, known: Indices, origin: int) -> Floats:
    """Give the baselines' quantiles [baselines, categories, levels] of the seven days from ``origin`` on.

    The last n days speak through all their whole seven-day sums, n same weekdays through the last n weeks.
    """
    complete = np.zeros(origin, dtype=bool)
    complete[known[known < origin]] = True
    sums = np.cumsum(
        np.vstack([np.zeros((1, actual.shape[1])), np.where(complete[:, None], actual[:origin], 0.0)]), axis=0
    )
    counts = np.concatenate([[0], np.cumsum(complete)])
    starts = np.arange(max(origin - 6, 0))
    starts = starts[(counts[starts + 7] - counts[starts]) == 7] if len(starts) else starts
    if not len(starts):
        mean = actual[:origin][complete].mean(axis=0) * 7 if complete.any() else np.zeros(actual.shape[1])
        return np.broadcast_to(mean[None, :, None], (len(BASELINES), len(mean), len(QUANTILES))).copy()
    weeks = starts[(origin - starts) % 7 == 0]
    chosen = [starts[starts >= origin - n] for n in WINDOWS] + [weeks[-n:] for n in WEEKDAYS]
    return np.stack(
        [
            np.quantile(
                sums[(days if len(days) else starts[-1:]) + 7] - sums[days if len(days) else starts[-1:]],
                QUANTILES,
                axis=0,
            ).T
            for days in chosen
        ]
    )
