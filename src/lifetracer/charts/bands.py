"""What is likely over time, beside what was lived and what is planned: where each column and band lies.

Law: places are percent of the picture, so it may be drawn at any size; seconds are taken as the marts give them.

         ┌╌╌┐            planned: outline
      █  │▒▒│░░          lived: solid; likely: the band, half of it in its middle
    █ █ █│▒▒│▒▒░░
    ─────┴──┴──────
    past │ to come
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lifetracer.charts.bars import axis


class Quantiles(NamedTuple):
    """Seconds below which one, two and a half, five, seven and a half, nine in ten such periods end."""

    p10: int
    p25: int
    p50: int
    p75: int
    p90: int


@dataclass(frozen=True)
class Point:
    """One period: a day, week or month."""

    start: date
    lived: int = 0
    planned: int = 0
    likely: Quantiles | None = None
    """Of a period that is not over."""


@dataclass(frozen=True)
class Column:
    """A period's place, and heights above the ground; all in percent of the picture."""

    point: Point
    left: float
    width: float
    lived: float
    planned: float
    likely: tuple[float, ...] = ()
    """P10 to P90."""


@dataclass(frozen=True)
class Picture:
    """Columns from the earliest, and the lines of the axis as seconds and percent."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[int, float], ...]

    @property
    def begins(self) -> float:
        """Where the time to come begins, in percent; 100 without any."""
        return next((column.left - column.width * 0.19 for column in self.columns if column.likely), 100.0)

    def lived(self) -> str:
        """Draw what was lived as one path; before a band it is slimmer, so that the band is seen."""
        return _boxes(
            (one.left + 0.24 * one.width, 0.52 * one.width, 0, one.lived)
            if one.likely
            else (one.left, one.width, 0, one.lived)
            for one in self.columns
            if one.lived
        )

    def planned(self) -> str:
        """Draw what is planned as one path."""
        return _boxes((one.left, one.width, 0, one.planned) for one in self.columns if one.planned)

    def band(self, low: int, high: int) -> str:
        """Draw what lies between two quantiles, counted from 0 for P10 to 4 for P90, as one path."""
        return _boxes(
            (one.left, one.width, one.likely[low], max(one.likely[high], one.likely[low] + 0.8))
            for one in self.columns
            if one.likely
        )

    def middle(self) -> str:
        """Draw what half of such periods reach as one path."""
        return "".join(
            f"M{_short(one.left)} {_short(100 - one.likely[2])}h{_short(one.width)}"
            for one in self.columns
            if one.likely
        )


def lay_band(points: Sequence[Point]) -> Picture:
    """Lay periods side by side; the axis reaches to the highest of what is lived, planned and likely.

    >>> picture = lay_band([Point(date(2026, 11, 16), likely=Quantiles(900, 1800, 3600, 5400, 7200))])
    >>> picture.columns[0].likely, picture.lines[-1]
    ((12.5, 25.0, 50.0, 75.0, 100.0), (7200, 100.0))
    """
    highest = max((max(one.lived, one.planned, *(one.likely or (0,))) for one in points), default=0)
    lines = axis(highest)
    top = lines[-1][0]
    pitch = 100 / max(1, len(points))

    def height(seconds: int) -> float:
        return round(100 * seconds / top, 2)

    columns = [
        Column(
            point=one,
            left=round(pitch * (place + 0.14), 3),
            width=round(pitch * 0.72, 3),
            lived=height(one.lived),
            planned=height(one.planned),
            likely=tuple(height(quantile) for quantile in one.likely or ()),
        )
        for place, one in enumerate(points)
    ]
    return Picture(tuple(columns), lines)


def _boxes(boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """Draw boxes of (left, width, bottom, top) in percent as the data of one path."""
    return "".join(
        f"M{_short(left)} {_short(100 - bottom)}V{_short(100 - top)}h{_short(width)}V{_short(100 - bottom)}z"
        for left, width, bottom, top in boxes
    )


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
