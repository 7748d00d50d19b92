"""A week as every picture draws it: what the marts say, and where each block lies.

Law: the hours of the day fold, the blocks do not move: a position is always the wall clock's.

        plan │ actual          plan and actual share a day, half a column each;
      ┌─────┐│┌─────┐          blocks at the same time share their half in lanes;
      │▒▒▒▒▒││└─────┘          the spine between them says how they met;
      └─────┘│ ┌──┐            hours before the first and after the last block
             │ └──┘            (sleep apart) fold into a narrow band.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from lifetracer.charts.wording import Words, keep
from lifetracer.periods import week_name

HOUR = 3600
DAY = 24 * HOUR
NIGHT = (2 * HOUR, 5 * HOUR)
"""What reaches into these hours, or touches midnight, is a night and does not keep the day from folding."""

VERDICTS = {
    "done": keep("done"),
    "shortened": keep("shortened"),
    "overrun": keep("overrun"),
    "shifted": keep("shifted"),
    "replaced": keep("replaced"),
    "missed": keep("missed"),
    "unplanned": keep("unplanned"),
}
NOT_LIVED = ("replaced", "missed")
"""Verdicts on plans that nothing was lived for."""

_SQL = {name: (Path(__file__).parent / f"week_{name}.sql").read_bytes() for name in ("blocks", "days", "categories")}


@dataclass(frozen=True)
class Block:
    """A stretch of one local day that was planned or lived: a row of ``marts.week_block``."""

    block_id: str
    layer: str
    local_date: date
    starts_at: datetime | None
    ends_at: datetime | None
    start_second: int
    end_second: int
    seconds: int
    all_day: bool
    category: str
    category_color: str
    title: str
    detail: str
    source: str
    busy: bool
    response: str | None
    running: bool
    verdict: str | None
    counterpart_block_id: str | None
    delta_seconds: int | None
    overrun_seconds: int | None = None
    replaced_by: str | None = None

    @property
    def whole_id(self) -> str:
        """What its pieces on other days share: the id without the day."""
        return self.block_id.removesuffix(f":{self.local_date.isoformat()}")

    @property
    def goes_on(self) -> bool:
        """Whether it is the piece of a running entry that ends now."""
        return self.running and self.end_second < DAY

    def meets(self, other: Block) -> bool:
        """Tell whether two blocks of a day have a moment in common."""
        return self.start_second < other.end_second and other.start_second < self.end_second

    @property
    def is_night(self) -> bool:
        """Whether it lies in the night, as sleep does."""
        return (
            self.start_second <= 0
            or self.end_second >= DAY
            or (self.start_second < NIGHT[1] and self.end_second > NIGHT[0])
        )


@dataclass(frozen=True)
class Piece:
    """A block with its place in its half of the day."""

    block: Block
    lane: int
    lanes: int
    room: int
    """Seconds from its start to the next block in its way, at most two hours: what its text may use."""


@dataclass(frozen=True)
class Banner:
    """An all-day event on one of its days."""

    block: Block
    row: int
    span: int
    """Days from this one on that it covers inside the week; 0 where it continues from the day before."""
    begins: bool
    ends: bool


@dataclass(frozen=True)
class Day:
    """One local day and its sums, a row of ``marts.day``."""

    local_date: date
    day_seconds: int = DAY
    planned_seconds: int = 0
    actual_seconds: int = 0
    kept_seconds: int = 0
    untracked_seconds: int = 0
    plan: tuple[Piece, ...] = ()
    actual: tuple[Piece, ...] = ()
    banners: tuple[Banner, ...] = ()

    @property
    def kept(self) -> int:
        """How much of the plan was lived, in percent."""
        return percent(self.kept_seconds, self.planned_seconds)

    @property
    def spine(self) -> Iterator[tuple[Block, bool]]:
        """What the line between plan and actual shows: every judged entry, and the plans that nothing was lived for.

        The second value says whether the line has to be shared: such a plan and an entry at the same time.
        """
        lived = [p.block for p in self.actual if p.block.verdict]
        missed = [p.block for p in self.plan if p.block.verdict in NOT_LIVED]
        yield from ((block, any(block.meets(other) for other in missed)) for block in lived)
        yield from ((block, any(block.meets(other) for other in lived)) for block in missed)


@dataclass(frozen=True)
class Category:
    """One category's week, a row of ``marts.week_category``."""

    category: str
    category_color: str
    planned_seconds: int
    actual_seconds: int


@dataclass(frozen=True)
class Week:
    """Seven days, what lies in them and by which hours they are drawn."""

    monday: date
    days: tuple[Day, ...]
    categories: tuple[Category, ...]
    blocks: tuple[Block, ...]
    first_hour: int
    last_hour: int
    banner_rows: int

    @property
    def number(self) -> int:
        """ISO number of the week."""
        return self.monday.isocalendar().week

    @property
    def name(self) -> str:
        """ISO name: ``2026-W47``."""
        return week_name(self.monday)

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    def counterpart(self, block: Block) -> Block | None:
        """Find what the block was matched with, preferably on the same day."""
        others = [b for b in self.blocks if b.block_id == block.counterpart_block_id and b.layer != block.layer]
        return min(others, key=lambda b: abs(b.local_date - block.local_date), default=None)


def read(connection: Connection[Any], account_id: UUID, monday: date) -> Week:
    """Read a week from the marts and lay it out."""
    asked = {"account_id": account_id, "monday": monday}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = {name: cursor.execute(query, asked).fetchall() for name, query in _SQL.items()}
    return lay_out(
        monday,
        [Block(**row) for row in rows["blocks"]],
        [Day(**row) for row in rows["days"]],
        [Category(**row) for row in rows["categories"]],
    )


def lay_out(monday: date, blocks: Sequence[Block], days: Sequence[Day], categories: Sequence[Category]) -> Week:
    """Put blocks into days, lanes and rows, and choose the hours that stay unfolded."""
    known = {day.local_date: day for day in days}
    timed = [block for block in blocks if not block.all_day]
    banners, rows = lay_banners([block for block in blocks if block.all_day])
    laid = []
    for day in (monday + timedelta(days=n) for n in range(7)):
        mine = [block for block in timed if block.local_date == day]
        laid.append(
            replace(
                known.get(day, Day(day)),
                plan=tuple(pack(b for b in mine if b.layer == "plan")),
                actual=tuple(pack(b for b in mine if b.layer == "actual")),
                banners=tuple(banner for banner in banners if banner.block.local_date == day),
            )
        )
    first, last = open_hours(timed)
    return Week(monday, tuple(laid), tuple(categories), tuple(blocks), first, last, rows)


def open_hours(blocks: Iterable[Block]) -> tuple[int, int]:
    """Choose the hours to draw in full: from the first to the last block that is no night, at least 9 to 18.

    A fold of a single hour saves nothing and is left open.
    """
    awake = [block for block in blocks if not block.is_night]
    first = min((block.start_second // HOUR for block in awake), default=8)
    last = max((-(-block.end_second // HOUR) for block in awake), default=20)
    first, last = min(first, 9), max(last, 18)
    return (0 if first <= 1 else first), (24 if last >= 23 else last)


def pack(blocks: Iterable[Block]) -> list[Piece]:
    """Share a half column among blocks that overlap: each takes the first lane that is free.

    ``lanes`` counts the lanes of the whole cluster of blocks that hang together.
    """
    pieces: list[Piece] = []
    cluster: list[tuple[Block, int]] = []
    ends: list[int] = []

    def close() -> None:
        pieces.extend(Piece(block, lane, len(ends), 0) for block, lane in cluster)
        cluster.clear()
        ends.clear()

    for block in sorted(blocks, key=lambda b: (b.start_second, -b.end_second, b.block_id)):
        if ends and block.start_second >= max(ends):
            close()
        lane = next((i for i, end in enumerate(ends) if end <= block.start_second), len(ends))
        end = max(block.end_second, block.start_second + 60)
        ends[lane : lane + 1] = [end]
        cluster.append((block, lane))
    close()
    return [replace(piece, room=_room(piece, pieces)) for piece in pieces]


def _room(piece: Piece, pieces: Sequence[Piece]) -> int:
    start = piece.block.start_second
    later = [p.block.start_second - start for p in pieces if p.block.start_second > start]
    return min([*later, DAY - start, 2 * HOUR])


def lay_banners(blocks: Iterable[Block]) -> tuple[list[Banner], int]:
    """Give every all-day event one row for all of its days; return the banners and the number of rows."""
    days: dict[tuple[str, str], list[Block]] = {}
    for block in blocks:
        days.setdefault((block.layer, block.whole_id), []).append(block)
    ends: list[date] = []
    banners = []
    for mine in sorted(days.values(), key=lambda b: (b[0].local_date, -len(b), b[0].block_id)):
        row = next((i for i, end in enumerate(ends) if end < mine[0].local_date), len(ends))
        ends[row : row + 1] = [mine[-1].local_date]
        for place, block in enumerate(mine):
            banners.append(
                Banner(block, row, len(mine) if place == 0 else 0, begins=place == 0, ends=place == len(mine) - 1)
            )
    return banners, len(ends)


def percent(part: int, whole: int) -> int:
    """Give a share in whole percent, 0 … 100; nothing of nothing is 0."""
    return max(0, min(100, round(100 * part / whole))) if whole > 0 else 0


def describe(block: Block, other: Block | None, _: Words) -> str:
    """Say in words what a block is and how it met its counterpart.

    ``Deep work, planned 9:00–12:00, lived 9:10–12:00, done, started 10 m late``
    """
    category = _.named(block.category)
    name = category if block.title in ("", block.category) else f"{block.title} ({category})"
    plan, actual = (block, other) if block.layer == "plan" else (other, block)
    parts = [name]
    if block.all_day:
        return ", ".join([name, _("all day")])
    if plan:
        parts.append(_("planned {span}", span=_.span(plan.start_second, plan.end_second)))
    if actual:
        text = keep("running since {start}") if actual.running else keep("lived {span}")
        span = _.span(actual.start_second, actual.end_second)
        parts.append(_(text, span=span, start=_.clock(actual.start_second)))
    if block.verdict:
        parts.append(judgement(block, _))
    parts += differences(block, other, _)
    return ", ".join(parts)


def judgement(block: Block, _: Words) -> str:
    """Word a block's verdict; of a replaced plan also by what."""
    if block.verdict == "replaced" and block.replaced_by:
        return _("replaced by {category}", category=_.named(block.replaced_by))
    return _(VERDICTS[block.verdict]) if block.verdict else ""


def differences(block: Block, other: Block | None, _: Words) -> list[str]:
    """Say how what was lived differs from its plan: later or earlier, longer or shorter.

    Under a minute is no difference. The figures are those of the whole plan, also over midnight.
    """
    if other is None:
        return []
    parts = []
    delay, longer = block.delta_seconds, block.overrun_seconds or 0
    if delay is not None:
        late = keep("started {duration} late") if delay > 0 else keep("started {duration} early")
        parts.append(_(late, duration=_.duration(abs(delay))) if abs(delay) >= 60 else _("started on time"))
    if abs(longer) >= 60 and not (block.running or other.running):
        text = keep("{duration} longer") if longer > 0 else keep("{duration} shorter")
        parts.append(_(text, duration=_.duration(abs(longer))))
    return parts
