"""Joint paths of the days to come: each day's own distribution, with the company that days and categories keep.

Law: the paths' marginal quantiles are the forecast's; only the order in which values meet is learned from the past
(Clark et al. 2004, "The Schaake shuffle").
"""

from __future__ import annotations

import numpy as np

from lifetracer.analyzer.forecast.bank import Prepared
from lifetracer.analyzer.forecast.history import Floats

PATHS = 500
LOOK_BACK = 56  # days whose values say whether a day was much or little for its time
TEMPLATES = 240


def _standing(past: Prepared, origin: int, horizon: int, luck: np.random.Generator) -> Floats:
    """How much [templates, horizon, categories] each past stretch of days was for its time, between 0 and 1."""
    known = np.zeros(origin, dtype=bool)
    known[past.known[past.known < origin]] = True
    starts = np.array(range(max(14, origin - TEMPLATES), origin - horizon + 1), dtype=np.int64)
    if len(starts) < 20:
        return np.empty((0, horizon, past.actual.shape[1]))
    free = past.kind != 0
    found = np.empty((len(starts), horizon, past.actual.shape[1]))
    for i, start in enumerate(starts):
        days = np.arange(max(0, start - LOOK_BACK), start)
        days = days[known[days]]
        if not len(days):
            days = np.arange(start)
        seen, ahead = past.actual[days], past.actual[start : start + horizon]
        alike = np.where(free[days][None, :] == free[start : start + horizon][:, None], 1.0, 0.15)
        alike /= alike.sum(axis=1, keepdims=True)
        below = np.einsum("hs,shc->hc", alike, (seen[:, None, :] < ahead[None]).astype(float))
        level = np.einsum("hs,shc->hc", alike, (seen[:, None, :] == ahead[None]).astype(float))
        found[i] = below + level * luck.random(below.shape)
    return found


def draw(past: Prepared, origin: int, levels: Floats, quantiles: Floats, seed: int, paths: int = PATHS) -> Floats:
    """Draw ``paths`` [paths, horizon, categories] from quantiles [horizon, categories, levels] seen from ``origin``."""
    horizon, categories, _ = quantiles.shape
    luck = np.random.default_rng([seed, origin])
    standing = _standing(past, origin, horizon, luck)
    rows = np.arange(paths)
    if len(standing):
        picked = np.concatenate([luck.permutation(len(standing)) for _ in range(-(-paths // len(standing)))])[:paths]
        standing = standing[picked] + 1e-3 * luck.random((paths, horizon, categories))
    else:
        standing = luck.random((paths, horizon, categories))
    ranks = np.argsort(np.argsort(standing, axis=0), axis=0)
    at = (ranks + luck.random((paths, 1, categories))) / len(rows)
    drawn = np.empty((paths, horizon, categories))
    for h in range(horizon):
        for c in range(categories):
            drawn[:, h, c] = np.interp(at[:, h, c], levels, quantiles[h, c])
    return drawn
