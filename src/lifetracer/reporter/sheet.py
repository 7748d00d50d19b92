"""The week on one page: where everything lies on the paper, as data for Typst.

Law: nothing is counted here; a block's place is the wall clock's, and whatever happened, it stays one page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.charts import Block, Piece, Week, Words, keep, shade, shade_of
from lifetracer.charts.week import DAY, HOUR, VERDICTS
from lifetracer.charts.wording import SOURCES
from lifetracer.reporter.facts import Freshness
from lifetracer.reporter.wish import PAPERS

TAKEN_HEIGHT, ROW_HEIGHT, BANNER_HEIGHT, FOLD_HEIGHT = 64.0, 4.7, 3.6, 9.0
"""Millimetres of the page that days and tables cannot have; of a table's row, a banner, a folded night."""
MARGIN = 11.0
"""Millimetres left and right of everything."""
TITLE_LENGTH = 80
MOST_CATEGORIES = 12
"""Categories with a row of their own; the smaller ones are on the screen."""
MOST_BANNERS = 4
VERDICT_MARKS = {
    "done": ("#2f9e54", "whole"),
    "shortened": ("#d98a00", "broken"),
    "overrun": ("#d98a00", "footed"),
    "shifted": ("#d98a00", "slanted"),
    "replaced": ("#dc3a3a", "slanted"),
    "missed": ("#dc3a3a", "whole"),
    "unplanned": ("#2387d8", "whole"),
}
"""Colour and pattern of each verdict on the spine: told apart also in grey."""


@dataclass(frozen=True)
class Sheet:
    """Everything a page shows."""

    week: Week
    words: Words
    name: str
    zone: ZoneInfo
    freshness: Sequence[Freshness]
    paper: str = "a4"


def page(sheet: Sheet) -> dict[str, Any]:
    """Lay out the page: every text worded, every length in millimetres, every colour ``#rrggbb``."""
    week, _ = sheet.week, sheet.words
    return {
        "width": PAPERS[sheet.paper][1] - 2 * MARGIN,
        "height": grid_height(week, sheet.paper),
        "hours": [
            {
                "y": height(week, hour * HOUR, sheet.paper),
                "label": f"{hour}:00" if hour < 24 else "",
                "strong": hour % 2 == 0,
            }
            for hour in range(week.first_hour, week.last_hour + 1)
        ],
        "folds": list(_folds(week, sheet.paper)),
        "banner_rows": min(week.banner_rows, MOST_BANNERS),
        "days": [_day(sheet, index) for index in range(7)],
        "legend": [{"label": _(words), **mark(name)} for name, words in VERDICTS.items()],
        "planned": _("planned"),
        "lived": _("lived"),
        "categories": _categories(sheet),
        "heads": [_("Category"), "", _("Planned"), _("Lived"), _("Difference")],
        "figures": {
            "head": [
                _(text) for text in (keep("Day"), keep("Planned"), keep("Lived"), keep("Kept"), keep("Untracked"))
            ],
            "rows": _figures(sheet),
        },
        "more": _("and {number} smaller categories", number=len(week.categories) - MOST_CATEGORIES)
        if len(week.categories) > MOST_CATEGORIES
        else "",
    }


def grid_height(week: Week, paper: str = "a4") -> float:
    """Give the seven days what the tables and the all-day events leave of the page, in millimetres."""
    rows = max(7, min(len(week.categories), MOST_CATEGORIES))
    return PAPERS[paper][2] - TAKEN_HEIGHT - rows * ROW_HEIGHT - min(week.banner_rows, MOST_BANNERS) * BANNER_HEIGHT


def height(week: Week, second: int, paper: str = "a4") -> float:
    """Place a second of the day, in millimetres below midnight; the nights fold into two narrow bands."""
    first, last = week.first_hour * HOUR, week.last_hour * HOUR
    above, below = (FOLD_HEIGHT if first else 0.0), (FOLD_HEIGHT if last < DAY else 0.0)
    second, whole = max(0, min(second, DAY)), grid_height(week, paper)
    if second < first:
        return above * second / first
    if second <= last:
        return above + (whole - above - below) * (second - first) / (last - first)
    return whole - below + below * (second - last) / (DAY - last)


def _folds(week: Week, paper: str) -> Iterator[dict[str, Any]]:
    for start, end in ((0, week.first_hour), (week.last_hour, 24)):
        if end > start:
            y = height(week, start * HOUR, paper)
            yield {"y": y, "height": height(week, end * HOUR, paper) - y, "label": f"{start}–{end}"}


def _day(sheet: Sheet, index: int) -> dict[str, Any]:
    week, _ = sheet.week, sheet.words
    day = week.days[index]
    return {
        "weekday": _.weekday(day.local_date),
        "number": str(day.local_date.day),
        "planned": _.hours(day.planned_seconds),
        "lived": _.hours(day.actual_seconds),
        "kept": day.kept,
        "banners": [
            {"row": b.row, "span": b.span, "label": label(b.block), **colours(b.block.category_color)}
            for b in day.banners
            if b.span and b.row < MOST_BANNERS
        ],
        "plan": [_piece(sheet, piece) for piece in day.plan],
        "actual": [_piece(sheet, piece) for piece in day.actual],
        "spine": [
            {
                **mark(block.verdict or "done"),
                "shift": 0 if not shared else -0.3 if block.layer == "plan" else 0.3,
                **_stretch(sheet, block),
            }
            for block, shared in day.spine
        ],
    }


def mark(verdict: str) -> dict[str, str]:
    """Give colour and pattern of a verdict's mark."""
    colour, pattern = VERDICT_MARKS[verdict]
    return {"colour": colour, "pattern": pattern}


def _piece(sheet: Sheet, piece: Piece) -> dict[str, Any]:
    block = piece.block
    return {
        "lane": piece.lane,
        "lanes": piece.lanes,
        "label": label(block),
        "time": sheet.words.span(block.start_second, block.end_second),
        "dashed": block.response == "tentative" or not block.busy,
        **_stretch(sheet, block),
        **colours(block.category_color),
    }


def _stretch(sheet: Sheet, block: Block) -> dict[str, float]:
    y = height(sheet.week, block.start_second, sheet.paper)
    return {"y": round(y, 3), "height": round(max(height(sheet.week, block.end_second, sheet.paper) - y, 0.7), 3)}


def _categories(sheet: Sheet) -> list[dict[str, Any]]:
    _ = sheet.words
    shown = sheet.week.categories[:MOST_CATEGORIES]
    widest = max([1, *(max(c.planned_seconds, c.actual_seconds) for c in shown)])
    rows = []
    for c in shown:
        difference = c.actual_seconds - c.planned_seconds
        rows.append(
            {
                "label": _.named(c.category)[:TITLE_LENGTH],
                "planned": _.duration(c.planned_seconds),
                "lived": _.duration(c.actual_seconds),
                "difference": ("+" if difference >= 30 else "") + _.duration(difference),
                "planned_share": c.planned_seconds / widest,
                "lived_share": c.actual_seconds / widest,
                **colours(c.category_color),
            }
        )
    return rows


def _figures(sheet: Sheet) -> list[list[str]]:
    _ = sheet.words
    return [
        [
            f"{_.weekday(day.local_date)} {day.local_date.day}",
            _.duration(day.planned_seconds),
            _.duration(day.actual_seconds),
            f"{day.kept} %" if day.planned_seconds else "–",
            _.duration(day.untracked_seconds),
        ]
        for day in sheet.week.days
    ]


def footer(freshness: Sequence[Freshness], zone: ZoneInfo, _: Words) -> str:
    """Say how fresh the sources are, in the person's zone."""
    said = []
    for source in freshness:
        title = SOURCES.get(source.source, source.source)
        if source.last_success_at is None:
            said.append(_("{source}: never synced", source=title))
        else:
            at = source.last_success_at.astimezone(zone)
            said.append(_("{source}: as of {time}", source=title, time=f"{at:%Y-%m-%d %H:%M}"))
    return " · ".join([*said, str(zone)])


def label(block: Block) -> str:
    """Give what is written on a block."""
    return (block.title or block.category)[:TITLE_LENGTH]


def colours(colour: str) -> dict[str, str]:
    """Give a category's colours on paper."""
    found = shade(*shade_of(colour))
    return {"fill": found.fill, "text": found.text, "ink": found.ink, "tint": found.tint}
