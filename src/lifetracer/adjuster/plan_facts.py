"""What placing has to know, read from the warehouse: targets, what is lived and planned, habits, our own blocks.

Law: nothing is decided here; what is read is handed to pure functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import errors
from psycopg.rows import class_row, dict_row

from lifetracer.adjuster.free_time import Quiet, Span, ceiling, learned_quiet, midnight, whole_days
from lifetracer.adjuster.missing import Frame, Planned, Reached, Wanted, habits
from lifetracer.adjuster.placing import Habit, Options
from lifetracer.errors import FixByHandError, UsageError
from lifetracer.periods import start_of, step
from lifetracer.warehouse import Connection, queries

_SQL = queries.beside(__file__)

HABIT_DAYS = 56
"""From how many days habits are learned: eight weeks."""
AT_ONCE = timedelta(minutes=30)
"""Nothing is placed so near: it has to be looked at first."""


@dataclass(frozen=True, slots=True)
class PlanSetting:
    """How a person wants to be planned for; a row of ``app.plan_setting``."""

    is_on: bool = True
    horizon_days: int = 7
    shortest_minutes: int = 30
    longest_minutes: int = 120
    pause_minutes: int = 15
    buffer_minutes: int = 15
    day_minutes: int = 240
    quiet_from: time | None = None
    quiet_until: time | None = None

    @property
    def options(self) -> Options:
        """What the placing is told."""
        return Options(
            shortest=timedelta(minutes=self.shortest_minutes),
            longest=timedelta(minutes=self.longest_minutes),
            pause=timedelta(minutes=self.pause_minutes),
            buffer=timedelta(minutes=self.buffer_minutes),
            per_day=timedelta(minutes=self.day_minutes),
        )

    @property
    def quiet(self) -> Quiet | None:
        """The quiet hours, when the person said them."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return _minutes(self.quiet_from), _minutes(self.quiet_until)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "isOn": self.is_on,
            "horizonDays": self.horizon_days,
            "shortestMinutes": self.shortest_minutes,
            "longestMinutes": self.longest_minutes,
            "pauseMinutes": self.pause_minutes,
            "bufferMinutes": self.buffer_minutes,
            "dayMinutes": self.day_minutes,
            "quietFrom": f"{self.quiet_from:%H:%M}" if self.quiet_from else None,
            "quietUntil": f"{self.quiet_until:%H:%M}" if self.quiet_until else None,
        }


@dataclass(frozen=True, slots=True)
class OwnBlock:
    """One of our events that is not over yet."""

    block_id: UUID
    category_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    target_id: UUID | None
    own_id: str
    """``{calendar}/{event}``, as the mirror of the calendar names it."""
    state: str

    @property
    def span(self) -> Span:
        """When it is."""
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a plan is made of."""

    frame: Frame
    setting: PlanSetting
    targets: Sequence[Wanted]
    refused: Sequence[tuple[UUID, str, str]]
    """Targets that blocks cannot serve: (id, name, reason)."""
    reached: Reached
    busy: Sequence[Span]
    """Events that are not ours to move."""
    planned: Sequence[Planned]
    """What they bring for the targets."""
    own: Sequence[OwnBlock]
    """Our blocks as we wrote them."""
    quiet: Quiet
    habits: dict[str, Habit] = field(default_factory=dict)
    shuns: dict[str, list[Span]] = field(default_factory=dict)
    """By category: times that the person cleared."""


def setting_of(con: Connection) -> PlanSetting:
    """Read how the account wants to be planned for."""
    with con.cursor(row_factory=class_row(PlanSetting)) as cursor:
        return cursor.execute(_SQL["setting"]).fetchone() or PlanSetting()


def change_setting(con: Connection, setting: PlanSetting) -> PlanSetting:
    """Keep how the account wants to be planned for.

    Raises:
        UsageError: the numbers make no sense together.
    """
    try:
        with con.transaction():
            con.execute(_SQL["put_setting"], asdict(setting))
    except errors.CheckViolation as refused:
        raise UsageError(
            f"That cannot be planned with ({refused.diag.constraint_name}).",
            remedy="Lengths and pauses are multiples of 15 minutes, the shortest block is no longer than the longest, "
            "1 to 14 days are planned for, quiet hours have a beginning and an end.",
        ) from None
    return setting


def read(con: Connection, now: datetime) -> Facts:
    """Read what is known at an instant, in the account's transaction.

    Raises:
        FixByHandError: no transform has made the tables yet.
    """
    made = con.execute(_SQL["is_made"]).fetchone()
    if not (made and made[0]):
        raise FixByHandError(
            "Nothing was transformed yet, so nothing is known to plan with.", remedy="Run `lifetracer transform` first."
        )
    mirrored = con.execute(_SQL["has_events"]).fetchone()
    if mirrored and mirrored[0]:
        con.execute(_SQL["look_again"])
    account = con.execute(_SQL["account"]).fetchone()
    assert account, "the transaction acts for an account"
    zone = ZoneInfo(account[0])
    setting = setting_of(con)
    now = now.astimezone(UTC)
    today = now.astimezone(zone).date()
    frame = Frame(now, ceiling(now + AT_ONCE), midnight(today + timedelta(days=setting.horizon_days), zone), zone)
    targets, refused = _targets(con, today)
    blocks = _blocks(con, now)
    busy, planned = _events(con, frame, {block.own_id for block in blocks if block.state == "standing"})
    quiet, usual = _habits(con, today, setting)
    shuns: dict[str, list[Span]] = defaultdict(list)
    for block in blocks:
        if block.state == "deleted":
            shuns[block.category_id].append(block.span)
    for category_id, starts_at, ends_at in con.execute(_SQL["left_out"], {"now": now}):
        shuns[category_id].append((starts_at, ends_at))
    return Facts(
        frame=frame,
        setting=setting,
        targets=targets,
        refused=refused,
        reached={(row[0], row[1]): row[2] for row in con.execute(_SQL["reached"])},
        busy=busy,
        planned=planned,
        own=[block for block in blocks if block.state == "standing"],
        quiet=quiet,
        habits=usual,
        shuns=dict(shuns),
    )


def _targets(con: Connection, today: date) -> tuple[list[Wanted], list[tuple[UUID, str, str]]]:
    wanted: list[Wanted] = []
    refused: dict[UUID, tuple[UUID, str, str]] = {}
    with con.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_SQL["targets"], {"today": today}):
            reason = _why_not(row)
            if reason:
                refused[row["target_id"]] = row["target_id"], row["name"], reason
                continue
            wanted.append(
                Wanted(
                    target_id=row["target_id"],
                    name=row["name"],
                    period=row["period"],
                    seconds=int(row["low"]),
                    category_id=row["category_id"],
                    category_ids=frozenset(row["category_ids"]),
                    title=row["title"],
                    priority=row["priority"],
                    weekdays=frozenset(row["weekdays"]) if row["weekdays"] else None,
                    valid_from=row["valid_from"],
                    valid_to=row["valid_to"],
                )
            )
    return wanted, list(refused.values())


def _why_not(row: dict[str, Any]) -> str:
    """Say why no block can serve a target; empty when one can."""
    if row["measure"] != "duration":
        return "not_a_duration"
    if row["subject"] not in {"category", "project"} or row["category_id"] is None:
        return "no_category"
    return "sleep" if row["kind"] == "sleep" else ""


def _blocks(con: Connection, now: datetime) -> list[OwnBlock]:
    with con.cursor(row_factory=class_row(OwnBlock)) as cursor:
        return cursor.execute(_SQL["blocks"], {"now": now}).fetchall()


def _events(con: Connection, frame: Frame, own: set[str]) -> tuple[list[Span], list[Planned]]:
    """Read what takes time from today to the end of every period that the frame touches; our own blocks left out."""
    last = max(step(start_of(frame.last, "month"), "month", 1), frame.last + timedelta(days=7))
    busy: list[Span] = []
    planned: list[Planned] = []
    given = {"first": frame.today - timedelta(days=1), "last": last}
    for category, starts_at, ends_at, starts_on, ends_on, own_id in con.execute(_SQL["occurrences"], given):
        if own_id in own:
            continue
        span = (starts_at, ends_at) if starts_at else whole_days(starts_on, ends_on, frame.zone)
        busy.append(span)
        if starts_at:
            planned.append(Planned(category, span))
    return busy, planned


def _habits(con: Connection, today: date, setting: PlanSetting) -> tuple[Quiet, dict[str, Habit]]:
    given = {"since": today - timedelta(days=HABIT_DAYS), "today": today}
    rows = con.execute(_SQL["habits"], given).fetchall()
    usual: dict[str, Habit] = dict(habits(rows))
    if setting.quiet:
        return setting.quiet, usual
    asleep = {row[0] for row in con.execute(_SQL["sleep"])}
    lived: dict[int, float] = defaultdict(float)
    slept: dict[int, float] = defaultdict(float)
    for category, _, hour, seconds in rows:
        (slept if category in asleep else lived)[hour] += seconds
    known = con.execute(_SQL["days"], given).fetchone()
    return learned_quiet(lived, slept, known[0] if known else 0), usual


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
