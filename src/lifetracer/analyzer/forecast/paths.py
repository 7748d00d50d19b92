"""Joint paths of the days to come: each day's own distribution, with the company that days and categories keep.

Law: the order in which values meet is learned from the past alone (Clark et al. 2004, "The Schaake shuffle"); the
paths' days have the forecast's quantiles, until ``stretch`` makes their first week hold what is said of the week.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lifetracer.analyzer.forecast.bank import Prepared
from lifetracer.analyzer.forecast.history import QUANTILES, Floats

PATHS = 500
LOOK_BACK = 56  # days whose values say whether a day was much or little for its time
TEMPLATES = 240
FEWEST = 20  # templates; with fewer, days keep no company
WEEK = 7
FARTHEST = 2.0  # by so much or its inverse the days after the first week follow it


@dataclass
class Company:
    """How past days and categories kept company; remembers what it looked up."""

    past: Prepared
    _standing: dict[tuple[int, int], Floats] = field(default_factory=dict)

    def draw(self, origin: int, levels: Floats, quantiles: Floats, seed: int, paths: int = PATHS) -> Floats:
        """Draw ``paths`` [paths, horizon, categories] from quantiles [horizon, categories, levels], from ``origin``."""
        horizon, categories, _ = quantiles.shape
        luck = np.random.default_rng([seed, origin])
        starts = range(max(14, origin - TEMPLATES), origin - horizon + 1)
        if len(starts) < FEWEST:
            standing = luck.random((paths, horizon, categories))
        else:
            rounds = [luck.permutation(starts) for _ in range(-(-paths // len(starts)))]
            picked = np.concatenate(rounds)[:paths]
            standing = np.stack([self._stood(int(start), horizon) for start in picked])
            standing = standing + 1e-3 * luck.random((paths, horizon, categories))
        ranks = np.argsort(np.argsort(standing, axis=0), axis=0)
        at = (ranks + luck.random((paths, 1, categories))) / paths
        drawn = np.empty((paths, horizon, categories))
        for h in range(horizon):
            for c in range(categories):
                drawn[:, h, c] = np.interp(at[:, h, c], levels, quantiles[h, c])
        return drawn

    def _stood(self, start: int, horizon: int) -> Floats:
        """How much [horizon, categories] the days from ``start`` on were for their time, between 0 and 1."""
        if (start, horizon) not in self._standing:
            past = self.past
            days = past.known[(past.known >= start - LOOK_BACK) & (past.known < start)]
            days = days if len(days) else np.arange(start)
            free = past.kind != 0
            seen, ahead = past.actual[days], past.actual[start : start + horizon]
            alike = np.where(free[days][None, :] == free[start : start + horizon][:, None], 1.0, 0.15)
            alike /= alike.sum(axis=1, keepdims=True)
            below = np.einsum("hs,shc->hc", alike, (seen[:, None, :] < ahead[None]).astype(float))
            level = np.einsum("hs,shc->hc", alike, (seen[:, None, :] == ahead[None]).astype(float))
            luck = np.random.default_rng(start)  # where among equal days a day stands is nobody's merit
            self._standing[start, horizon] = below + level * luck.random(below.shape)
        return self._standing[start, horizon]


def week_quantiles(paths: Floats) -> Floats:
    """Quantiles [categories, 5] of the first seven days of paths."""
    return np.asarray(np.quantile(paths[:, :WEEK].sum(axis=1), QUANTILES, axis=0).T)


def stretch(paths: Floats, week: Floats, longest: Floats) -> Floats:
    """Make the first week of paths [paths, days, categories] hold quantiles ``week`` [categories, 5].

    Each path keeps its place among the others and the shape of its days; later days follow, less far. A path without
    any time that is to have some gets the days that are usual. ``longest`` [days, categories] is the most for each day.
    """
    held = paths[:, :WEEK].sum(axis=1)
    places = (np.argsort(np.argsort(held, axis=0, kind="stable"), axis=0) + 0.5) / len(paths)
    more = week - week_quantiles(paths)
    usual = paths[:, :WEEK].mean(axis=0)
    found = paths.copy()
    for c in range(paths.shape[2]):
        wanted = np.maximum(held[:, c] + np.interp(places[:, c], QUANTILES, more[c]), 0.0)
        some = held[:, c] > 0
        factor = np.where(some, wanted / np.where(some, held[:, c], 1.0), 1.0)
        found[:, :WEEK, c] *= factor[:, None]
        found[:, WEEK:, c] *= np.clip(factor, 1 / FARTHEST, FARTHEST)[:, None]
        if usual[:, c].any():
            found[~some, :WEEK, c] = np.outer(wanted[~some], usual[:, c] / usual[:, c].sum())
    return np.asarray(np.minimum(found, longest[: paths.shape[1]]))
