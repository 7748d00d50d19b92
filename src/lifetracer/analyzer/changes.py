"""Lasting changes: since when a category takes more or less time a day than before.

Law: a change counts only when weeks put in random order, a month at a time, hardly ever show as large a one.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from lifetracer.analyzer.insight import Insight, believable
from lifetracer.analyzer.lived import Lived, Seconds

SHORTEST = 5
"""Weeks that a stretch must last."""
FEWEST_DAYS = 4
"""Known days that a week must have."""
BLOCK = 4
"""Weeks that stay together in a random order, because neighbouring weeks are alike without any change; fewer where
there would be less than twenty blocks, for so few orders could hardly tell anything."""
ORDERS = 999
SMALLEST = 600.0
"""Seconds a day by which a stretch must differ."""
LATELY = 366
"""Days in which a change must have begun to be told."""


class _Change(NamedTuple):
    begin: int
    """Number of the first week of the new stretch."""
    p_value: float


def find_changes(lived: Lived, seed: int = 0) -> list[Insight]:
    """Find for each category the latest lasting change of the last year.

    Binary segmentation of weekly means (weekdays evened out, outliers drawn in) by the largest standardized
    difference between two neighbouring stretches; its null distribution comes from block permutations.
    """
    weeks, starts = _weeks(lived)
    if len(starts) < 2 * SHORTEST:
        return []
    looked: list[tuple[str, Seconds, list[_Change], float]] = []
    for number, category in enumerate(lived.categories):
        series = weeks[:, number]
        if series.any():
            drawn = _drawn_in(series)
            first = _split(drawn, np.random.default_rng([seed, number]))
            if first is not None:
                looked.append((category, series, [first], first.p_value))
    chosen = believable([p_value for *_, p_value in looked])
    found = []
    for (category, series, [first], _), is_good in zip(looked, chosen, strict=True):
        if is_good:
            generator = np.random.default_rng([seed, len(series)])
            changes = [first, *_further(_drawn_in(series), first.begin, generator)]
            found += _told(lived, category, series, starts, sorted(changes))
    return found


def _weeks(lived: Lived) -> tuple[Seconds, list[int]]:
    """Give the mean seconds a day of each week with enough known days, and the place of its Monday."""
    weekday = (np.arange(lived.days) + lived.first_day.weekday()) % 7
    usual = np.zeros((7, len(lived.categories)))
    for day in range(7):
        of_day = lived.seconds[(weekday == day) & lived.known]
        usual[day] = of_day.mean(axis=0) if len(of_day) else 0.0
    evened = lived.seconds - usual[weekday] + usual.mean(axis=0)
    means, starts = [], []
    for start in range(-lived.first_day.weekday(), lived.days, 7):
        days = slice(max(start, 0), start + 7)
        known = lived.known[days]
        if known.sum() >= FEWEST_DAYS:
            means.append(evened[days][known].mean(axis=0))
            starts.append(start)
    return np.array(means).reshape(len(means), len(lived.categories)), starts


def _drawn_in(series: Seconds) -> Seconds:
    """Draw outliers in to four robust deviations, lest a single week makes a change."""
    middle = np.median(series)
    spread = 1.4826 * np.median(np.abs(series - middle)) or float(series.std())
    return np.clip(series, middle - 4 * spread, middle + 4 * spread)


def _strength(rows: Seconds) -> Seconds:
    """Give for each row and each place of a change the standardized difference between after and before."""
    length = rows.shape[1]
    places = np.arange(SHORTEST, length - SHORTEST + 1)
    sums = np.cumsum(rows - rows.mean(axis=1, keepdims=True), axis=1)[:, places - 1]
    weight = np.sqrt(length / (places * (length - places)))
    return np.asarray(np.abs(sums) * weight / (rows.std(axis=1, keepdims=True) + 1e-9))


def _split(series: Seconds, generator: np.random.Generator) -> _Change | None:
    length = len(series)
    if length < 2 * SHORTEST or not series.std():
        return None
    strength = _strength(series[None, :])[0]
    place = int(strength.argmax())
    orders = np.array([_order(length, generator) for _ in range(ORDERS)])
    as_strong = (_strength(series[orders]).max(axis=1) >= strength[place] - 1e-9).sum()
    return _Change(SHORTEST + place, float(1 + as_strong) / (ORDERS + 1))


def _order(length: int, generator: np.random.Generator) -> list[int]:
    """Give a random order of the weeks in which blocks stay together; where they begin is random, too."""
    block = min(BLOCK, max(1, length // 20))
    shift = int(generator.integers(block))
    weeks = list(range(length))
    blocks = [weeks[begin:end] for begin, end in pairwise((0, *range(shift or block, length, block), length))]
    generator.shuffle(blocks)
    return list(chain.from_iterable(blocks))


def _further(series: Seconds, begin: int, generator: np.random.Generator) -> list[_Change]:
    """Look for changes on both sides of one; the sooner ones do not matter, but they would blur the later."""
    found = []
    for offset, part in ((0, series[:begin]), (begin, series[begin:])):
        change = _split(part, generator)
        if change is not None and change.p_value <= 0.01:
            found.append(_Change(offset + change.begin, change.p_value))
            found += [_Change(offset + inner.begin, inner.p_value) for inner in _further(part, change.begin, generator)]
    return found


def _told(lived: Lived, category: str, series: Seconds, starts: list[int], changes: list[_Change]) -> list[Insight]:
    """Put the latest change into an insight, if it is recent and large enough to matter."""
    latest = changes[-1]
    before = float(series[changes[-2].begin if len(changes) > 1 else 0 : latest.begin].mean())
    after = float(series[latest.begin :].mean())
    begins = lived.first_day + timedelta(days=starts[latest.begin])
    if abs(after - before) < SMALLEST or (lived.after - begins).days > LATELY:
        return []
    details = {
        "before_seconds": max(0, round(before)),
        "after_seconds": max(0, round(after)),
        "weeks": len(series) - latest.begin,
        "weeks_before": latest.begin - (changes[-2].begin if len(changes) > 1 else 0),
    }
    return [Insight("change_point", category, begins, None, after - before, latest.p_value, details=details)]
