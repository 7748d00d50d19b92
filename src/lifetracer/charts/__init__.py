"""What every picture of time shares: colours, wording and the week's geometry, for screen and paper alike.

Law: nothing here adds up time; sums come from the marts, this room only decides where ink goes.
"""

from lifetracer.charts.bars import Amount, Bars, stack
from lifetracer.charts.colour import CHROMAS, HUES, Shade, shade, shade_of
from lifetracer.charts.flow import Flow, Way, lay_flow
from lifetracer.charts.week import Block, Category, Day, Piece, Week, describe, differences, judgement, lay_out, read
from lifetracer.charts.wording import LANGUAGES, Words, keep

__all__ = [
    "CHROMAS",
    "HUES",
    "LANGUAGES",
    "Amount",
    "Bars",
    "Block",
    "Category",
    "Day",
    "Flow",
    "Piece",
    "Shade",
    "Way",
    "Week",
    "Words",
    "describe",
    "differences",
    "judgement",
    "keep",
    "lay_flow",
    "lay_out",
    "read",
    "shade",
    "shade_of",
    "stack",
]
