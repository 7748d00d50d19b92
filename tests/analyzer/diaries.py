"""Days made of noise, with or without something in them that is to be found."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from lifetracer.analyzer.lived import Lived

KINDS = ("normal", "skewed", "rare")


def noise(seed: int, kind: str, days: int = 400, categories: int = 8) -> Lived:
    """Independent categories with weekday patterns whose days resemble their neighbours, and nothing else."""
    luck = np.random.default_rng([seed, KINDS.index(kind)])
    level = luck.uniform(1800, 20_000, (7, categories))[np.arange(days) % 7]
    memory = luck.uniform(0, 0.4, categories)
    wind = luck.standard_normal((days, categories))
    for day in range(1, days):
        wind[day] += memory * wind[day - 1]
    seconds = level + wind * luck.uniform(600, 3600, categories) if kind == "normal" else level * np.exp(0.5 * wind)
    if kind == "rare":
        seconds *= luck.random((days, categories)) < luck.uniform(0.2, 0.9, categories)
    first = date(2025, 1, 1) + timedelta(days=int(luck.integers(7)))
    names = tuple(f"c{n}" for n in range(categories))
    return Lived(first, names, np.clip(seconds, 0, 86_400), np.ones(days, dtype=bool))


def with_seconds(lived: Lived, seconds: np.ndarray) -> Lived:
    """The same days, lived otherwise."""
    return Lived(lived.first_day, lived.categories, np.maximum(seconds, 0), lived.known)
