"""Quantiles of weighted samples, the pinball loss, and the five baselines that any estimate must beat.

Law: a distribution is what was really seen, weighted; so days without stay days without, and nothing is below zero.
"""

from __future__ import annotations

import numpy as np

from lifetracer.analyzer.forecast.history import QUANTILES, Floats, Indices

WINDOWS = (7, 28, 56)
WEEKDAYS = (4, 8)
BASELINES = tuple(f"days_{n}" for n in WINDOWS) + tuple(f"weekdays_{n}" for n in WEEKDAYS)


def pinball(quantiles: Floats, seen: Floats, levels: Floats = QUANTILES) -> Floats:
    """The pinball loss of ``quantiles`` [..., levels] against ``seen`` [...], per level, in seconds."""
    miss = seen[..., None] - quantiles
    return np.maximum(levels * miss, (levels - 1) * miss)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats = QUANTILES) -> Floats:
    """Quantiles [experts, categories, levels] of ``values`` [samples, categories] under many weightings.

    Weights are [experts, samples, categories]. A sample stands at the middle of its weight, the outermost ones at
    0 and 1; between samples the quantile is linear, as numpy's default is for equal weights.
    """
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    weights = np.take_along_axis(weights, order[None], axis=1)
    middle = np.cumsum(weights, axis=1)
    middle -= weights / 2
    first, last = middle[:, :1], middle[:, -1:]
    middle -= first
    middle /= np.maximum(last - first, 1e-300)
    found = np.empty((len(weights), values.shape[1], len(levels)))
    column = np.arange(values.shape[1])[None, :]
    row = np.arange(len(weights))[:, None]
    for i, level in enumerate(levels):
        right = np.minimum((middle < level).sum(axis=1), len(values) - 1)
        left = np.maximum(right - 1, 0)
        low, high = middle[row, left, column], middle[row, right, column]
        share = np.clip((level - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)
        found[:, :, i] = ordered[left, column] + share * (ordered[right, column] - ordered[left, column])
    return found


def baseline_days(known: Indices, origin: int, day: int) -> list[Indices]:
    """Which known days (ascending indices below ``origin``) each baseline looks at for ``day``."""
    before = known[known < origin]
    same = before[(day - before) % 7 == 0]
    windows = [before[before >= origin - n] for n in WINDOWS] + [same[-n:] for n in WEEKDAYS]
    return [days if len(days) else before[-7:] for days in windows]


def baseline_quantiles(actual: Floats, known: Indices, origin: int, day: int, levels: Floats = QUANTILES) -> Floats:
    """The baselines' quantiles [baselines, categories, levels] for ``day``, from what was known before ``origin``."""
    return np.stack([np.quantile(actual[days], levels, axis=0).T for days in baseline_days(known, origin, day)])


def baseline_week_quantiles(actual: Floats, known: Indices, origin: int) -> Floats:
    """The baselines' quantiles [baselines, categories, levels] of the seven days from ``origin`` on.

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
