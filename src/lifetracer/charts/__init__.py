"""What every picture of time shares: colours, wording and the week's geometry, for screen and paper alike.

Law: nothing here adds up time; sums come from the marts, this room only decides where ink goes.
"""

from lifetracer.charts.colour import CHROMAS, HUES, Shade, shade, shade_of
from lifetracer.charts.week import Block, Category, Day, Piece, Week, describe, differences, judgement, lay_out, read
from lifetracer.charts.wording import LANGUAGES, Words, keep

__all__ = [
    "CHROMAS",
    "HUES",
    "LANGUAGES",
    "Block",
    "Category",
    "Day",
    "Piece",
    "Shade",
    "Week",
    "Words",
    "describe",
    "differences",
    "judgement",
    "keep",
    "lay_out",
    "read",
    "shade",
    "shade_of",
]
