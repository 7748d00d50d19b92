"""Draw the hand-made week of ``tests/transform/matching.yml`` into ``docs/reference/matching.md``.

Law: nothing is judged here. The verdicts are those that the file expects and ``tests/transform/test_match_week.py``
compares with the marts; the same test fails when page or pictures are not current.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "transform" / "matching.yml"
PAGE = ROOT / "docs" / "reference" / "matching.md"
PICTURES = ROOT / "docs" / "images" / "matching"
BEGIN, END = "<!-- begin: the week, made by scripts/matching.py -->", "<!-- end: the week -->"

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MARKS = {
    "done": "#2f9e54",
    "shortened": "#d98a00",
    "overrun": "#d98a00",
    "shifted": "#d98a00",
    "replaced": "#dc3a3a",
    "missed": "#dc3a3a",
    "planned": "#8a93a1",
    "unplanned": "#2387d8",
}
"""Colour of each verdict, of plans and of entries."""
COLOURS = (
    *("#4a7fd4", "#2c9c8f", "#b2713c", "#8a63c9", "#c2577f", "#5f9a3c"),
    *("#3c93b8", "#b3891f", "#566070", "#7b4fa0", "#c4604f", "#7f8f2f"),
)
"""Colour of each category, in the order of their names."""
WIDTH, LEFT, ROW, LETTER = 960, 54, 27, 6.3


@dataclass(frozen=True)
class Block:
    """A plan, and what shall be said about it; times in the week's zone, amounts in minutes."""

    number: int
    category: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    more: dict[str, Any] = field(hash=False)
    verdict: str | None
    planned: int | None
    lived: int | None
    late: int | None
    by: str | None
    why: str
    was: tuple[datetime, datetime] | None

    @property
    def first(self) -> str:
        """Start as a calendar writes it: an instant, or a date."""
        return self.starts_at.date().isoformat() if self.all_day else self.starts_at.isoformat()

    @property
    def last(self) -> str:
        """End, likewise."""
        return self.ends_at.date().isoformat() if self.all_day else self.ends_at.isoformat()


@dataclass(frozen=True)
class Entry:
    """A stretch that was lived, and which plans it belongs to."""

    number: int
    letter: str
    category: str
    starts_at: datetime
    ends_at: datetime | None
    belongs: tuple[int, ...]
    verdict: str | None


@dataclass(frozen=True)
class Day:
    """A part of the week with one subject."""

    title: str
    about: str
    date: date
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Week:
    """The whole story."""

    zone: ZoneInfo
    present: datetime
    days: tuple[Day, ...]


def read() -> Week:
    """Read the week; blocks and entries are numbered as they stand there."""
    told = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    zone, monday = ZoneInfo(told["zone"]), told["monday"]

    def at(text: str) -> datetime:
        name, _, clock = text.partition(" ")
        day = monday + timedelta(days=WEEKDAYS.index(name))
        return datetime.combine(day, time.fromisoformat(clock or "00:00"), zone)

    days: list[Day] = []
    number = letter = 0
    for index, part in enumerate(told["days"]):
        blocks, entries = [], []
        for row in part["blocks"]:
            number += 1
            blocks.append(_block(number, row, at))
        for row in part["entries"]:
            letter += 1
            entries.append(
                Entry(
                    number=letter,
                    letter=_letter(letter),
                    category=row["lived"],
                    starts_at=at(row["from"]),
                    ends_at=at(row["to"]) if row["to"] else None,
                    belongs=tuple(row.get("belongs", ())),
                    verdict=row["verdict"],
                )
            )
        days.append(Day(part["title"], part["about"], monday + timedelta(days=index), tuple(blocks), tuple(entries)))
    return Week(zone, at(told["present"]), tuple(days))


def _block(number: int, row: dict[str, Any], at: Any) -> Block:
    more: dict[str, Any] = {}
    if "answer" in row:
        more["attendees"] = [{"email": "me@x", "self": True, "responseStatus": row["answer"]}]
    if "transparency" in row:
        more["transparency"] = row["transparency"]
    return Block(
        number=number,
        category=row["plan"],
        starts_at=at(row["from"]),
        ends_at=at(row["to"]),
        all_day=" " not in row["from"],
        more=more,
        verdict=row["verdict"],
        planned=row.get("planned"),
        lived=row.get("lived"),
        late=row.get("late"),
        by=row.get("by"),
        why=row["why"],
        was=(at(row["was"][0]), at(row["was"][1])) if "was" in row else None,
    )


def _letter(number: int) -> str:
    first, second = divmod(number - 1, 26)
    return ("" if not first else chr(96 + first)) + chr(97 + second)


def pages(week: Week) -> dict[Path, str]:
    """Give every file that comes from the week, and what it should contain now."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, foot = rest.partition(END)
    return {
        PAGE: head + BEGIN + "\n\n" + "\n".join(_sections(week)) + "\n" + END + foot,
        **{PICTURES / f"{number}.svg": draw(day, week) for number, day in enumerate(week.days, 1)},
    }


def _sections(week: Week) -> Iterator[str]:
    for number, day in enumerate(week.days, 1):
        yield f"### {day.title}\n\n{day.about}\n"
        yield f"![Plans above, entries below, the verdict between them](../images/matching/{number}.svg)\n"
        yield "| | plan | time | verdict | asked | lived | start | why |\n|--:|---|---|---|--:|--:|--:|---|"
        for block in day.blocks:
            verdict = f"**{block.verdict}**" if block.verdict else "none"
            verdict += f" by {block.by}" if block.by else ""
            asked, lived = (_minutes(n) if block.verdict else "" for n in (block.planned, block.lived))
            late = "" if block.late is None else "on time" if block.late == 0 else f"{block.late:+} min"
            yield (
                f"| {block.number} | {block.category} | {_span(block)} | {verdict} "
                f"| {asked} | {lived} | {late} | {block.why} |"
            )
        yield ""
        yield "Entries: " + "; ".join(_told(entry) for entry in day.entries) + ".\n"


def _told(entry: Entry) -> str:
    stop = f"{entry.ends_at:%H:%M}" if entry.ends_at else "still running"
    plans = "no plan" if not entry.belongs else "for " + " and ".join(str(number) for number in entry.belongs)
    told = f"{entry.letter} {entry.category} {entry.starts_at:%H:%M}–{stop}, {plans}"
    return told if entry.verdict != "unplanned" or not entry.belongs else f"{told}, unplanned for the most part"


def _span(block: Block) -> str:
    if block.all_day:
        return "all day"
    days = (block.ends_at.date() - block.starts_at.date()).days
    last = f" (+{days} days)" if days > 1 else ""
    return f"{block.starts_at:%H:%M}–{block.ends_at:%H:%M}{last}"


def _minutes(minutes: int | None) -> str:
    assert minutes is not None
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}"


# The picture: time runs to the right; plans lie above, entries below, in lanes; under each plan its verdict's mark.


def draw(day: Day, week: Week) -> str:
    """Draw one day as SVG: true to elapsed time, so a night of 25 hours has 25."""
    stamp = datetime.timestamp
    colours = _colours(week)
    plans = [block for block in day.blocks if not block.all_day]
    limit = stamp(datetime.combine(day.date + timedelta(days=1), time(9), week.zone))
    present = stamp(week.present)
    begin = min([stamp(block.starts_at) for block in plans] + [stamp(entry.starts_at) for entry in day.entries])
    begin = begin // 3600 * 3600
    plans = [*_reaching(week, day), *plans]
    stretches = {block: (max(begin, stamp(block.starts_at)), min(limit, stamp(block.ends_at))) for block in plans}
    lived = {
        entry: (stamp(entry.starts_at), min(limit, stamp(entry.ends_at) if entry.ends_at else present))
        for entry in day.entries
    }
    end = -(-max(stop for _, stop in (*stretches.values(), *lived.values())) // 3600) * 3600

    def x(second: float) -> float:
        return round(LEFT + (second - begin) / (end - begin) * (WIDTH - LEFT - 12), 1)

    upper, lower = _lanes(list(stretches.values())), _lanes(list(lived.values()))
    top, middle = 30, 30 + (max(upper, default=0) + 1) * (ROW + 9) + 6
    height = middle + (max(lower, default=0) + 1) * (ROW + 3) + 8
    parts = [_axis(begin, end, height, x, week.zone)]
    for text, y in (("plan", top), ("lived", middle)):
        parts.append(f'<text x="10" y="{y + 17}" fill="#525b6b">{text}</text>')
    for (block, (start, stop)), lane in zip(stretches.items(), upper, strict=True):
        y = top + lane * (ROW + 9)
        parts.append(
            _box(
                x(start),
                x(stop),
                y,
                colours[block.category],
                f"{block.number} {block.category}",
                hatched=True,
                faint=not block.verdict,
            )
        )
        if block.verdict:
            parts.append(_mark(x(start), x(stop), y + ROW + 2, block.verdict))
        if stamp(block.ends_at) > limit:
            parts.append(f'<text x="{x(stop) - 14}" y="{y + 18}" font-weight="700">→</text>')
    for (entry, (start, stop)), lane in zip(lived.items(), lower, strict=True):
        y = middle + lane * (ROW + 3)
        parts.append(
            _box(
                x(start),
                x(stop),
                y,
                colours[entry.category],
                f"{entry.letter} {entry.category}",
                hatched=False,
                faint=False,
            )
        )
    if begin <= present <= end:
        now = f'x1="{x(present)}" x2="{x(present)}" y1="22" y2="{height - 6}"'
        parts.append(f'<line {now} stroke="#dc3a3a" stroke-dasharray="4 3"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" '
        f'font-size="11" role="img"><title>{escape(day.title)}</title>\n'
        + _patterns()
        + f'<rect width="{WIDTH}" height="{height}" rx="10" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _lanes(stretches: Sequence[tuple[float, float]]) -> list[int]:
    ends: list[float] = []
    found = []
    for start, stop in stretches:
        lane = next((n for n, end in enumerate(ends) if end <= start), len(ends))
        ends[lane : lane + 1] = [max(stop, start + 60)]
        found.append(lane)
    return found


def _colours(week: Week) -> dict[str, str]:
    names = {block.category for day in week.days for block in day.blocks}
    names |= {entry.category for day in week.days for entry in day.entries}
    return dict(zip(sorted(names), COLOURS, strict=True))


def _reaching(week: Week, day: Day) -> list[Block]:
    """Give the plans of former days that go on through this one."""
    morning = datetime.combine(day.date, time(9), week.zone)
    return [
        block
        for former in week.days
        if former.date < day.date
        for block in former.blocks
        if not block.all_day and block.ends_at > morning
    ]


def _axis(begin: float, end: float, height: float, x: Any, zone: ZoneInfo) -> str:
    lines = []
    step = 1 if end - begin <= 16 * 3600 else 2
    for n in range(int(end - begin) // 3600 + 1):
        second = begin + n * 3600
        lines.append(f'<line x1="{x(second)}" x2="{x(second)}" y1="22" y2="{height - 6}" stroke="#eceef2"/>')
        if n % step == 0:
            label = f"{datetime.fromtimestamp(second, zone):%-H}"
            lines.append(f'<text x="{x(second)}" y="16" text-anchor="middle" fill="#646d7c">{label}</text>')
    return "\n".join(lines)


def _box(left: float, right: float, y: float, colour: str, label: str, *, hatched: bool, faint: bool) -> str:
    width = max(right - left - 1, 3)
    fill = f"url(#h{COLOURS.index(colour)})" if hatched else colour
    edge = f' stroke="{colour}"' + (' stroke-dasharray="3 2"' if faint else "") if hatched else ""
    name, _, _ = label.partition(" ")
    text = label if len(label) * LETTER < width - 4 else name if len(name) * LETTER < width + 4 else ""
    ink = "#11151c" if hatched else "#fff"
    halo = ' stroke="#fff" stroke-width="3" paint-order="stroke"' if hatched else ""
    place = f'x="{round(left + width / 2, 1)}" y="{y + 17}" text-anchor="middle"'
    return (
        f'<rect x="{left}" y="{y}" width="{round(width, 1)}" height="{ROW}" rx="4" fill="{fill}"{edge}/>'
        f'<text {place} fill="{ink}"{halo}>{escape(text)}</text>'
    )


def _mark(left: float, right: float, y: float, verdict: str) -> str:
    width, colour = round(max(right - left - 1, 3), 1), MARKS[verdict]
    shape = {
        "shortened": f'stroke-dasharray="7 4" stroke="{colour}" stroke-width="4"',
        "overrun": f'stroke="{colour}" stroke-width="2"',
        "shifted": f'stroke-dasharray="2 2.5" stroke="{colour}" stroke-width="4"',
        "replaced": f'stroke-dasharray="2 2.5" stroke="{colour}" stroke-width="4"',
    }.get(verdict, f'stroke="{colour}" stroke-width="4"')
    place = f'x1="{left}" x2="{round(left + width, 1)}" y1="{y + 2}" y2="{y + 2}"'
    mark = f"<line {place} {shape}><title>{verdict}</title></line>"
    if verdict == "overrun":
        mark += f'<rect x="{round(left + width - 3, 1)}" y="{y - 1}" width="3" height="6" fill="{colour}"/>'
    return mark


def _patterns() -> str:
    return "".join(
        f'<pattern id="h{n}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="7" height="7" fill="#fff"/><rect width="3" height="7" fill="{colour}" opacity=".3"/></pattern>\n'
        for n, colour in enumerate(COLOURS)
    )


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path, text in pages(read()).items():
        path.write_text(text, encoding="utf-8")
