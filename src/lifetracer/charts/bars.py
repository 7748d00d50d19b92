"""Bars over time: which parts a column is made of, how high each is, and where the lines of the axis lie.

Law: heights are percent of the picture, so it may be drawn at any size; seconds are taken as the marts give them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

STEPS = (900, 1800, 3600, 7200, 10800, 14400, 18000, 36000, 54000, 72000, 108000, 180000, 360000, 720000, 1800000)
"""Distances between lines that read well: a quarter of an hour to 500 hours."""


@dataclass(frozen=True)
class Series:
    """What one colour stands for: a category or a project."""

    key: str
    name: str
    color: str
    seconds: int
    """Its sum over the picture."""


@dataclass(frozen=True)
class Part:
    """One series in one column."""

    series: Series
    seconds: int
    bottom: float
    height: float
    """Both in percent of the picture."""


@dataclass(frozen=True)
class Column:
    """One period."""

    start: date
    parts: tuple[Part, ...]
    seconds: int
    left: float
    width: float
    """Both in percent of the picture."""
    planned_seconds: int = 0
    planned_height: float = 0.0

    def part(self, key: str) -> Part | None:
        """Give what it has of a series."""
        return next((part for part in self.parts if part.series.key == key), None)


@dataclass(frozen=True)
class Bars:
    """The picture: its series from the largest, its columns from the earliest, its lines."""

    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    lines: tuple[tuple[int, float], ...]
    """Seconds of each line and its height in percent."""


@dataclass(frozen=True)
class Amount:
    """A row to draw: so much of a series in a period."""

    start: date
    key: str
    name: str
    color: str
    seconds: int
    planned_seconds: int = 0


def stack(rows: Iterable[Amount], starts: Sequence[date], most: int = 9, rest: str = "") -> Bars:
    """Stack the rows into a column per start, the largest series at the bottom; the smallest share one, ``rest``.

    >>> day = date(2026, 11, 16)
    >>> bars = stack([Amount(day, "a", "A", "#000000", 5400), Amount(day, "b", "B", "#000000", 1800)], [day])
    >>> [(part.series.name, part.height) for part in bars.columns[0].parts], bars.lines[-1]
    ([('A', 75.0), ('B', 25.0)], (7200, 100.0))
    """
    rows = [row for row in rows if row.start in set(starts)]
    series = _series(rows, most, rest)
    kept = {one.key for one in series}
    sums: dict[tuple[date, str], int] = {}
    planned: dict[date, int] = {}
    for row in rows:
        place = (row.start, row.key if row.key in kept else "")
        sums[place] = sums.get(place, 0) + row.seconds
        planned[row.start] = planned.get(row.start, 0) + row.planned_seconds
    totals = {start: sum(sums.get((start, one.key), 0) for one in series) for start in starts}
    lines = axis(max([*totals.values(), *planned.values()], default=0))
    top = lines[-1][0]
    pitch = 100 / max(1, len(starts))
    columns = []
    for place_in_row, start in enumerate(starts):
        parts, bottom = [], 0.0
        for one in series:
            if seconds := sums.get((start, one.key), 0):
                height = round(100 * seconds / top, 3)
                parts.append(Part(one, seconds, round(bottom, 3), height))
                bottom += height
        lies = (round(pitch * (place_in_row + 0.14), 3), round(pitch * 0.72, 3))
        wanted = planned.get(start, 0)
        columns.append(Column(start, tuple(parts), totals[start], *lies, wanted, round(100 * wanted / top, 3)))
    return Bars(tuple(series), tuple(columns), lines)


def _series(rows: Sequence[Amount], most: int, rest: str) -> list[Series]:
    sums: dict[str, int] = {}
    known: dict[str, Amount] = {}
    for row in rows:
        sums[row.key] = sums.get(row.key, 0) + row.seconds
        known[row.key] = row
    ordered = sorted((key for key in sums if sums[key] or len(sums) == 1), key=lambda key: (-sums[key], key))
    shown = ordered if len(ordered) <= most else ordered[: most - 1]
    series = [Series(key, known[key].name, known[key].color, sums[key]) for key in shown]
    if len(ordered) > len(shown):
        series.append(Series("", rest, "", sum(sums[key] for key in ordered[len(shown) :])))
    return series


def axis(highest: int) -> tuple[tuple[int, float], ...]:
    """Choose at most five lines at round hours, the last at or above the highest value.

    >>> axis(30000)
    ((7200, 20.0), (14400, 40.0), (21600, 60.0), (28800, 80.0), (36000, 100.0))
    """
    step = next((step for step in STEPS if highest <= 5 * step), -(-highest // 5 // 3600) * 3600)
    count = max(1, -(-highest // step))
    return tuple((step * n, round(100 * n / count, 3)) for n in range(1, count + 1))
