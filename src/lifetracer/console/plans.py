"""Plan proposals: what could go into the calendar, drawn against what is there, to be approved, rejected or undone.

Law: nothing is placed or judged here; a proposal is shown as it was kept, and everything that decides about it goes
through the HTTP API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer import charts
from lifetracer.adjuster import plan_facts, plan_proposals
from lifetracer.adjuster.plan_facts import PlanSetting
from lifetracer.adjuster.plan_proposals import Proposal
from lifetracer.charts import Block, Week, keep
from lifetracer.console.periods import parse_day
from lifetracer.console.shell import Shell, Visitor
from lifetracer.console.week import size
from lifetracer.errors import NotFoundError
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

HISTORY = 30
"""Former proposals that are listed."""

STATUSES = {
    "proposed": keep("proposed"),
    "approved": keep("approved, not yet written"),
    "partly": keep("partly written"),
    "written": keep("written"),
    "undone": keep("taken back"),
    "rejected": keep("rejected"),
    "superseded": keep("a later one took its place"),
}
"""What became of proposals."""

STATES = {
    "left_out": keep("left out"),
    "writing": keep("being written"),
    "written": keep("written"),
    "conflict": keep("conflict"),
    "gone": keep("deleted by hand"),
    "undoing": keep("being taken back"),
    "undone": keep("taken back"),
}
"""What became of blocks; of one that is still proposed nothing is said."""

CONFLICTS = {
    "edited": keep("you changed it in the calendar; it stays as it is"),
    "gone": keep("you deleted it in the calendar; it is not written again"),
    "in_the_way": keep("another event has come in between"),
    "too_late": keep("its time has come already"),
    "foreign": keep("another event has its id; it was not touched"),
}
"""Why a block was not written or not taken back."""

UNPLACED = {
    "no_free_time": keep("there is no free time for it"),
    "others_first": keep("other targets took the time that would fit"),
    "day_is_full": keep("no more of it is placed on one day"),
    "too_short": keep("it is shorter than the shortest block"),
    "not_a_duration": keep("only durations can be placed"),
    "no_category": keep("it is about no category or project, so a block could not serve it"),
    "sleep": keep("sleep is not put into the calendar"),
}
"""Why something has no place."""

USUAL, RARE = 0.6, 0.15
"""From which share of its most usual hour on an hour is usual for something, and up to which it is not."""


@dataclass(frozen=True)
class Ghost:
    """A block of the picture that is not there yet, or is to go."""

    row: Mapping[str, Any]
    kind: str
    """add, move, from (where a moved one was) or remove."""


@dataclass(frozen=True)
class Grid:
    """The days of a proposal: seven at a time, events and ghosts together."""

    weeks: Sequence[Week]
    ghosts: Mapping[str, Ghost]
    """By the id of the block that is drawn."""
    first: date
    last: date


@dataclass(frozen=True)
class Shown:
    """A proposal with all that is said of it."""

    proposal: Proposal
    rows: Sequence[Mapping[str, Any]]
    grid: Grid
    calendar: Mapping[str, Any] | None
    failed: Mapping[str, Any] | None
    """The job that should have written it or taken it back, when it could not."""
    may_write: bool | None = None
    """Whether Google was asked and allowed to write; ``None``: not known."""

    @property
    def choosable(self) -> bool:
        """Whether blocks can still be chosen."""
        one = self.proposal
        return one.status == "proposed" or (
            one.status == "written" and not one.undo_asked_at and any(row["status"] == "left_out" for row in self.rows)
        )

    @property
    def is_undoing(self) -> bool:
        """Whether it was asked to be taken back, and is not yet."""
        return self.proposal.undo_asked_at is not None and self.proposal.status != "undone"

    @property
    def placed_seconds(self) -> int:
        """How long the new blocks are together."""
        return sum(row["seconds"] for row in self.rows if row["change"] == "add")

    def count(self, *states: str) -> int:
        """Count blocks in some states."""
        return sum(row["status"] in states for row in self.rows)


@dataclass(frozen=True)
class Overview:
    """What the page shows."""

    shown: Shown | None = None
    every: Sequence[Proposal] = ()
    """The latest proposals, the latest first."""
    counts: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    """How many blocks each of them has."""
    setting: PlanSetting = field(default_factory=PlanSetting)
    nothing: Mapping[str, Any] | None = None
    """What was told when the last asking found nothing to propose."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the page and of former proposals."""
    router = APIRouter(route_class=shell.route)

    @router.get("/plans")
    def latest(request: Request, day: str = "") -> Response:
        if "from" in request.query_params:  # where the list of planned events was before
            return RedirectResponse(f"/planned?{request.url.query}", 308)
        return _show(shell, request, None, day)

    @router.get("/plans/{proposal}")
    def one(request: Request, proposal: str, day: str = "") -> Response:
        try:
            return _show(shell, request, UUID(proposal), day)
        except ValueError:
            raise NotFoundError(
                f"There is no plan proposal {proposal}.", remedy="`lifetracer plan list` names them."
            ) from None

    return router


def _show(shell: Shell, request: Request, wanted: UUID | None, day: str) -> Response:
    visitor = shell.visitor(request)
    picture = shell.has_picture(visitor)
    found = read(shell, visitor, wanted) if picture else Overview()
    shown = found.shown
    chosen = parse_day(day) if day else None
    if shown and (chosen is None or not shown.grid.first <= chosen <= shown.grid.last):
        chosen = next((row["local_date"] for row in shown.rows), shown.grid.first)
    standing = shell.standing(visitor)
    return shell.page(
        request,
        visitor,
        "plans.html",
        page="plans",
        standing=standing,
        picture=picture,
        shown=shown,
        every=found.every,
        counts=found.counts,
        setting=found.setting,
        nothing=found.nothing,
        chosen=chosen,
        today=visitor.now.date(),
        now_second=visitor.now.hour * 3600 + visitor.now.minute * 60,
        sources={one["source"] for one in standing.connections},
        statuses=STATUSES,
        states=STATES,
        conflicts=CONFLICTS,
        unplaced_words=UNPLACED,
        usual=usual,
        size=size,
        local=lambda instant: instant.astimezone(visitor.zone),
        second=second,
        instant=datetime.fromisoformat,
    )


def read(shell: Shell, visitor: Visitor, wanted: UUID | None) -> Overview:
    """Read a proposal, by default the latest, and those before it."""
    with shell.warehouse.transaction(account_id=visitor.account_id) as con:
        every = plan_proposals.every(con, limit=HISTORY)
        setting = plan_facts.setting_of(con)
        found = plan_proposals.find(con, wanted) if wanted or every else None
    with shell.asking(visitor) as ask:
        asked = ask(SQL["asked"], proposal=str(found.proposal_id) if found else "")
        counts: dict[UUID, Mapping[str, Any]] = {row["proposal_id"]: row for row in ask(SQL["counts"], most=HISTORY)}
        nothing = None if wanted else _nothing(asked, every)
        if found is None:
            return Overview(None, every, counts, setting, nothing)
        rows = ask(SQL["blocks"], proposal_id=found.proposal_id)
        first, last = _range(found, rows, visitor.zone)
        events = [Block(**row) for row in ask(SQL["events"], first=first, last=last)]
        calendar = next(iter(ask(SQL["calendar"])), None)
        may_write = ask(SQL["consent"])[0]["may_plan"]
    failed = next(
        (job for job in asked if job["subject"] not in ("", "propose") and job["status"] in ("failed", "needs_user")),
        None,
    )
    grid = lay(first, last, events, rows, visitor.zone)
    return Overview(Shown(found, rows, grid, calendar, failed, may_write), every, counts, setting, nothing)


def _nothing(asked: Sequence[Mapping[str, Any]], every: Sequence[Proposal]) -> Mapping[str, Any] | None:
    """Give what the last asking told, when it found nothing to change and nothing was proposed since."""
    told = [
        (job["finished_at"], plan)
        for job in asked
        if job["status"] == "succeeded" and (plan := _plan_of(job)) is not None and "proposalId" in plan
    ]
    latest = max(told, key=lambda one: one[0], default=None)
    if latest is None or latest[1]["proposalId"] or (every and every[0].made_at > latest[0]):
        return None
    return latest[1]


def _plan_of(job: Mapping[str, Any]) -> Mapping[str, Any] | None:
    summary = job["summary"] or {}
    plan: Mapping[str, Any] | None = summary.get("plan") if job["stage"] == "adjust" else summary
    return plan


def _range(found: Proposal, rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> tuple[date, date]:
    """Give the first and the last day that the picture shows."""
    days = [
        found.horizon_start.astimezone(zone).date(),
        (found.horizon_end - timedelta(seconds=1)).astimezone(zone).date(),
    ]
    for row in rows:
        days += [row[name].astimezone(zone).date() for name in ("starts_at", "former_starts_at") if row[name]]
    return min(days), min(max(days), min(days) + timedelta(days=27))


def lay(first: date, last: date, events: Sequence[Block], rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Grid:
    """Lay events and ghosts out; a ghost stands for the event of the same title and time, if that is there already."""
    ghosts: dict[str, Ghost] = {}
    drawn: list[Block] = []
    taken: set[tuple[str, datetime | None]] = set()
    for row in rows:
        places = [(row["change"], row["starts_at"], row["ends_at"])]
        if row["change"] == "move" and row["former_starts_at"]:
            places.append(("from", row["former_starts_at"], row["former_ends_at"]))
        for kind, starts_at, ends_at in places:
            taken.add((row["title"], starts_at))
            for piece in _pieces(row, kind, starts_at, ends_at, zone):
                ghosts[piece.block_id] = Ghost(row, kind)
                drawn.append(piece)
    drawn += [event for event in events if event.all_day or (event.title, event.starts_at) not in taken]
    count = -(-((last - first).days + 1) // 7)
    weeks = [_week(first + timedelta(days=7 * n), drawn) for n in range(count)]
    return Grid(weeks, ghosts, first, last)


def _week(start: date, blocks: Sequence[Block]) -> Week:
    mine = [block for block in blocks if start <= block.local_date < start + timedelta(days=7)]
    return charts.lay_out(start, [replace(block, layer="plan") for block in mine], [], [])


def _pieces(
    row: Mapping[str, Any], kind: str, starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> Iterator[Block]:
    """Cut a ghost at midnight."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    day = start.date()
    while datetime.combine(day, time(), zone) < end:
        begins = second(start) if day == start.date() else 0
        finishes = second(end) if day == end.date() else 86400
        yield Block(
            block_id=f"{kind}:{row['block_id']}:{day}",
            layer="plan",
            local_date=day,
            starts_at=starts_at,
            ends_at=ends_at,
            start_second=begins,
            end_second=finishes,
            seconds=finishes - begins,
            all_day=False,
            category=row["category"],
            category_color=row["category_color"] or "",
            title=row["title"],
            detail="",
            source="lifetracer",
            busy=True,
            response=None,
            running=False,
            verdict=None,
            counterpart_block_id=None,
            delta_seconds=None,
        )
        day += timedelta(days=1)


def second(instant: datetime) -> int:
    """Give the wall-clock second of the day of a local instant."""
    return instant.hour * 3600 + instant.minute * 60 + instant.second


def usual(habit: Any) -> str:
    """Word how usual the hour is; nothing where it is neither."""
    if habit is None:
        return ""
    if float(habit) >= USUAL:
        return keep("an hour at which you usually do it")
    return keep("an unusual hour for it") if float(habit) <= RARE else ""
