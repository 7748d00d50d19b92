"""The week on one A4 page: where everything lies on the paper, handed to Typst as data.

Law: people's text reaches Typst only as JSON strings, never as source; the font comes from a package, never the system.
"""

from __future__ import annotations

import importlib.util
import json
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.charts import Block, Piece, Week, Words, keep, shade, shade_of
from lifetracer.charts.week import DAY, HOUR, VERDICTS
from lifetracer.charts.wording import SOURCES
from lifetracer.errors import FixByHandError

TEMPLATE = Path(__file__).with_name("week.typ")
FONT_PACKAGE, FONT_FILE = "matplotlib_fontja", "ipaexg.ttf"
FREE_HEIGHT, ROW_HEIGHT, BANNER_HEIGHT, FOLD_HEIGHT = 233.0, 4.7, 3.6, 9.0
"""Millimetres for the seven days and the tables together; of a table's row, a banner, a folded night."""
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
MISSING = "〓"
"""What printers set for a character they lack."""


@dataclass(frozen=True)
class Freshness:
    """When a source was last read."""

    source: str
    name: str
    last_success_at: datetime | None


@dataclass(frozen=True)
class Sheet:
    """Everything a page shows."""

    week: Week
    words: Words
    name: str
    zone: ZoneInfo
    freshness: tuple[Freshness, ...]


def draw(sheet: Sheet) -> bytes:
    """Draw the page as PDF.

    Raises:
        FixByHandError: Typst or the font package is not installed.
    """
    try:
        import typst
    except ImportError:
        raise FixByHandError(
            "The report needs Typst, which is not installed.", remedy="pip install 'lifetracer[reporter]'"
        ) from None
    data = json.dumps(page(sheet), ensure_ascii=False)
    compiler = typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=typst.Fonts(False, False, [font().parent]), ignore_system_fonts=True
    )
    body = compiler.compile(format="pdf", sys_inputs={"data": data}, timestamp=0)
    assert isinstance(body, bytes)
    return body


def page(sheet: Sheet) -> dict[str, Any]:
    """Lay out the page: every text worded, every length in millimetres, every colour ``#rrggbb``."""
    week, _ = sheet.week, sheet.words
    data = {
        "language": _.language,
        "title": _("Week {number}", number=week.number),
        "dates": _.dates(week.monday, week.sunday),
        "name": sheet.name,
        "height": grid_height(week),
        "hours": [
            {"y": height(week, hour * HOUR), "label": f"{hour}:00" if hour < 24 else "", "strong": hour % 2 == 0}
            for hour in range(week.first_hour, week.last_hour + 1)
        ],
        "folds": list(_folds(week)),
        "banner_rows": min(week.banner_rows, MOST_BANNERS),
        "days": [_day(sheet, index) for index in range(7)],
        "legend": [{"label": _(words), **_mark(name)} for name, words in VERDICTS.items()],
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
        "footer": _footer(sheet),
    }
    printable_data: dict[str, Any] = _printable(data)
    return printable_data


def grid_height(week: Week) -> float:
    """Give the seven days what the tables and the all-day events leave of the page, in millimetres."""
    rows = max(7, min(len(week.categories), MOST_CATEGORIES))
    return FREE_HEIGHT - rows * ROW_HEIGHT - min(week.banner_rows, MOST_BANNERS) * BANNER_HEIGHT


def height(week: Week, second: int) -> float:
    """Place a second of the day, in millimetres below midnight; the nights fold into two narrow bands."""
    first, last = week.first_hour * HOUR, week.last_hour * HOUR
    above, below = (FOLD_HEIGHT if first else 0.0), (FOLD_HEIGHT if last < DAY else 0.0)
    second, whole = max(0, min(second, DAY)), grid_height(week)
    if second < first:
        return above * second / first
    if second <= last:
        return above + (whole - above - below) * (second - first) / (last - first)
    return whole - below + below * (second - last) / (DAY - last)


def _folds(week: Week) -> Iterator[dict[str, Any]]:
    for start, end in ((0, week.first_hour), (week.last_hour, 24)):
        if end > start:
            y = height(week, start * HOUR)
            yield {"y": y, "height": height(week, end * HOUR) - y, "label": f"{start}–{end}"}


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
            {"row": b.row, "span": b.span, "label": _label(b.block), **_colours(b.block.category_color)}
            for b in day.banners
            if b.span and b.row < MOST_BANNERS
        ],
        "plan": [_piece(week, piece, _) for piece in day.plan],
        "actual": [_piece(week, piece, _) for piece in day.actual],
        "spine": [
            {
                **_mark(block.verdict or "done"),
                "shift": 0 if not shared else -0.3 if block.layer == "plan" else 0.3,
                **_stretch(week, block),
            }
            for block, shared in day.spine
        ],
    }


def _mark(verdict: str) -> dict[str, str]:
    colour, pattern = VERDICT_MARKS[verdict]
    return {"colour": colour, "pattern": pattern}


def _piece(week: Week, piece: Piece, _: Words) -> dict[str, Any]:
    block = piece.block
    return {
        "lane": piece.lane,
        "lanes": piece.lanes,
        "label": _label(block),
        "time": _.span(block.start_second, block.end_second),
        "dashed": block.response == "tentative" or not block.busy,
        **_stretch(week, block),
        **_colours(block.category_color),
    }


def _stretch(week: Week, block: Block) -> dict[str, float]:
    y = height(week, block.start_second)
    return {"y": round(y, 3), "height": round(max(height(week, block.end_second) - y, 0.7), 3)}


def _categories(sheet: Sheet) -> list[dict[str, Any]]:
    _ = sheet.words
    shown = sheet.week.categories[:MOST_CATEGORIES]
    widest = max([1, *(max(c.planned_seconds, c.actual_seconds) for c in shown)])
    rows = []
    for c in shown:
        difference = c.actual_seconds - c.planned_seconds
        rows.append(
            {
                "label": c.category[:TITLE_LENGTH],
                "planned": _.duration(c.planned_seconds),
                "lived": _.duration(c.actual_seconds),
                "difference": ("+" if difference >= 30 else "") + _.duration(difference),
                "planned_share": c.planned_seconds / widest,
                "lived_share": c.actual_seconds / widest,
                **_colours(c.category_color),
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


def _footer(sheet: Sheet) -> str:
    _ = sheet.words
    said = []
    for source in sheet.freshness:
        title = SOURCES.get(source.source, source.source)
        if source.last_success_at is None:
            said.append(_("{source}: never synced", source=title))
        else:
            at = source.last_success_at.astimezone(sheet.zone)
            said.append(_("{source}: as of {time}", source=title, time=f"{at:%Y-%m-%d %H:%M}"))
    return " · ".join([*said, str(sheet.zone)])


def _label(block: Block) -> str:
    return (block.title or block.category)[:TITLE_LENGTH]


def _colours(colour: str) -> dict[str, str]:
    found = shade(*shade_of(colour))
    return {"fill": found.fill, "text": found.text, "ink": found.ink, "tint": found.tint}


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list) else value


def printable(text: str) -> str:
    """Keep what the font can print; pictures (emoji) and controls go, other characters it lacks become ``〓``."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        if ord(char) in glyphs():
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif unicodedata.category(char)[0] in "LNP":
            kept.append(MISSING)
    return " ".join("".join(kept).split())


@cache
def font() -> Path:
    """Find the Japanese font inside its package, without importing it (it would load matplotlib).

    Raises:
        FixByHandError: the package is not installed.
    """
    found = importlib.util.find_spec(FONT_PACKAGE)
    if found is None or found.origin is None:
        raise FixByHandError(
            "The report's font is not installed.", remedy="pip install 'lifetracer[reporter]' brings it."
        )
    return Path(found.origin).parent / "fonts" / FONT_FILE


@cache
def glyphs() -> frozenset[int]:
    """List the characters the font has: its cmap subtables of format 4 and 12 (OpenType 1.9, cmap)."""
    body = font().read_bytes()
    (count,) = struct.unpack_from(">H", body, 4)
    tables = {body[at : at + 4]: struct.unpack_from(">I", body, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    cmap = tables[b"cmap"]
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", body, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", body, cmap + 4 + 8 * n + 4)[0]
        (kind,) = struct.unpack_from(">H", body, at)
        if kind == 12:
            for group in range(struct.unpack_from(">I", body, at + 12)[0]):
                first, last, _ = struct.unpack_from(">III", body, at + 16 + 12 * group)
                found.update(range(first, last + 1))
        elif kind == 4:
            segments = struct.unpack_from(">H", body, at + 6)[0] // 2
            ends = struct.unpack_from(f">{segments}H", body, at + 14)
            starts = struct.unpack_from(f">{segments}H", body, at + 16 + 2 * segments)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, min(last, 0xFFFE) + 1))
    return frozenset(found)
