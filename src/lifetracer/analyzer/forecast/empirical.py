"""Quantiles of weighted samples, the pinball loss, and the five baselines that any estimate must beat.

Law: a distribution is what was really seen, weighted; so days without stay days without, and nothing is below zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifetracer.analyzer.forecast.history import QUANTILES, Floats

WINDOWS = (7, 28, 56)
WEEKDAYS = (4, 8)
BASELINES = tuple(f"days_{n}" for n in WINDOWS) + tuple(f"weekdays_{n}" for n in WEEKDAYS)


def pinball(quantiles: Floats, seen: Floats, levels: Floats = QUANTILES) -> Floats:
    """The pinball loss of ``quantiles`` [..., levels] against ``seen`` [...], per level, in seconds."""
    miss = seen[..., None] - quantiles
    return np.maximum(levels * miss, (levels - 1) * miss)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats = QUANTILES) -> Floats:
    """Quantiles [experts, categories, levels] of ``values`` [samples, categories] under many weightings.

    Weights are [experts, samples, categories] (the last axis may be 1). For equal weights this is numpy's linear
    interpolation; samples without weight have no say.
    """
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    if weights.shape[2] == 1:
        sorted_weights = weights[:, :, 0][:, order]
    else:
        sorted_weights = np.take_along_axis(weights, order[None], axis=1)
    through = np.cumsum(sorted_weights, axis=1)
    # A sample stands at the middle of its weight; the outermost ones stand at 0 and 1.
    middle = through - sorted_weights / 2
    experts, _, categories = middle.shape
    found = np.empty((experts, categories, len(levels)))
    for k in range(experts):
        for c in range(categories):
            weight = sorted_weights[k, :, c]
            heavy = weight > 0
            at = middle[k, heavy, c]
            span = at[-1] - at[0] if len(at) else 0.0
            if span <= 0:
                found[k, c] = ordered[heavy, c][0] if len(at) else 0.0
                continue
            found[k, c] = np.interp(levels, (at - at[0]) / span, ordered[heavy, c])
    return found


def baseline_days(known: NDArray[np.int64], origin: int, day: int) -> list[NDArray[np.int64]]:
    """Which known days (ascending indices below ``origin``) each baseline looks at for ``day``."""
    before = known[known < origin]
    same = before[(day - before) % 7 == 0]
    windows = [before[before >= origin - n] for n in WINDOWS] + [same[-n:] for n in WEEKDAYS]
    return [days if len(days) else before[-7:] for days in windows]


def baseline_quantiles(
    actual: Floats, known: NDArray[np.int64], origin: int, day: int, levels: Floats = QUANTILES
) -> Floats:
    """The baselines' quantiles [baselines, categories, levels] for ``day``, from what was known before ``origin``."""
    return np.stack([np.quantile(actual[days], levels, axis=0).T for days in baseline_days(known, origin, day)])


def baseline_week_quantiles(actual: Floats, known: NDArray[np.int64], origin: int) -> Floats:
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
