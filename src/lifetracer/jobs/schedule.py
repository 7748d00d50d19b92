"""What runs by itself: every local day at a local time, or every few minutes; any number of workers, each run once.

Law: the row lock and the new ``next_run_at`` commit together with the requested job; the next run is worked out from
*now*, so a machine that slept for a week catches up once, not seven times.

        22:00     01:00 (clock goes 02:00 → 03:00)      02:30 does not exist that night:
    ──────┼─────────┼──────────┃──────────────▶         the run comes at the same distance, at 03:30
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.jobs import record, stages
from lifetracer.jobs.queries import Connection, ask, ask_one
from lifetracer.jobs.record import ROUTINE

log = logging.getLogger(__name__)

OFTEN = range(5, 721)
"""Minutes between light syncs that may be chosen."""


def next_run(local_time: time, zone: str, after: datetime) -> datetime:
    """Give the first instant later than ``after`` at which a clock in ``zone`` shows ``local_time``.

    A time that occurs twice in a night counts once (the first); one that is skipped comes as much later as the clock
    jumped. An unknown zone counts as UTC.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        log.warning("unknown time zone %r: the schedule goes by UTC", zone)
        place = ZoneInfo("UTC")
    day = after.astimezone(place).date() - timedelta(days=1)
    while (found := _instant(day, local_time, place)) <= after:
        day += timedelta(days=1)
    return found


def _instant(day: date, local_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, local_time, tzinfo=zone).astimezone(UTC)


def tick(con: Connection, now: datetime | None = None) -> tuple[str, str] | None:
    """Attend to one schedule that is due, inside the caller's transaction; gives (stage, subject) when a run is due.

    The present is ``now``; only tests name another. Raises LookupError when no schedule is due.
    """
    now = now or datetime.now(UTC)
    row = ask_one(con, "schedule_due", {"now": now})
    if row is None:
        raise LookupError("no schedule is due")
    due = row["next_run_at"] is not None
    values = {
        "account_id": row["account_id"],
        "schedule_id": row["schedule_id"],
        "next_run_at": (
            next_run(row["local_time"], row["time_zone"], now)
            if row["every_minutes"] is None
            else now + timedelta(minutes=row["every_minutes"])
        ),
        "ran_at": now if due else None,
    }
    ask(con, "schedule_ran", values)
    if not due or not _has_something_to_do(con, row, now):
        return None
    ask(con, "act_for", {"account_id": str(row["account_id"])})
    record.request(con, row["stage"], row["subject"], requested_by="schedule", priority=ROUTINE)
    return row["stage"], row["subject"]


def _has_something_to_do(con: Connection, row: dict[str, Any], now: datetime) -> bool:
    """Pass by in silence: a source that is not connected, a quota that is needed."""
    if row["stage"] != "sync":
        return True
    values = {"account_id": row["account_id"], "source": row["subject"], "now": now}
    asks = ["has_source"] if row["every_minutes"] is None else ["has_source", "has_room"]
    return all((ask_one(con, question, values) or {})["found"] for question in asks)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that runs by itself."""

    schedule_id: UUID
    stage: str
    subject: str
    local_time: time | None
    """Every day at this time …"""
    every_minutes: int | None
    """… or so often; exactly one of the two is set."""
    enabled: bool
    next_run_at: datetime | None
    last_run_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "scheduleId": str(self.schedule_id),
            "stage": self.stage,
            "subject": self.subject,
            "localTime": f"{self.local_time:%H:%M}" if self.local_time else None,
            "everyMinutes": self.every_minutes,
            "enabled": self.enabled,
            "nextRunAt": self.next_run_at.isoformat() if self.next_run_at else None,
            "lastRunAt": self.last_run_at.isoformat() if self.last_run_at else None,
        }


def every(con: Connection) -> list[Entry]:
    """List what runs by itself for the person of this transaction."""
    return [Entry(**row) for row in ask(con, "schedules")]


def put(con: Connection, stage: str, subject: str, local_time: time) -> None:
    """Run something every day at a local time.

    Raises:
        UsageError: there is no such stage.
        NotFoundError: there is no such source.
    """
    wanted = {"stage": stage, "subject": _subject(stage, subject), "local_time": local_time, "every_minutes": None}
    ask(con, "set_schedule", wanted)


def put_often(con: Connection, source: str, minutes: int) -> None:
    """Sync a source lightly every so many minutes, as long as its quota leaves room.

    Raises:
        UsageError: more often or less often than makes sense.
        NotFoundError: there is no such source.
    """
    if minutes not in OFTEN:
        raise UsageError(
            f"Every {minutes} minutes is not possible.", remedy=f"Choose {OFTEN.start} to {OFTEN.stop - 1} minutes."
        )
    wanted = {"stage": "sync", "subject": _subject("sync", source), "local_time": None, "every_minutes": minutes}
    ask(con, "set_schedule", wanted)


def switch(con: Connection, stage: str, subject: str, *, enabled: bool, often: bool = False) -> None:
    """Let something run by itself, or no longer; ``often`` means its light syncs, not its time of day.

    Raises:
        NotFoundError: it is not in the schedule.
    """
    wanted = {"stage": stage, "subject": _subject(stage, subject), "enabled": enabled, "often": often}
    if ask_one(con, "switch_schedule", wanted) is None:
        raise NotFoundError(
            f"{stage} {subject}".strip() + " is not in the schedule.",
            remedy="`lifetracer schedule` shows what is; `lifetracer schedule set` adds to it.",
        )


def _subject(stage: str, subject: str) -> str:
    if stage == "sync":
        return stages.subject_of_sync(subject)
    if stage == "report":
        return stages.subject_of_report(subject or "week")
    if stage in {*stages.ORDER, "pipeline"}:
        return ""
    known = ", ".join([*stages.ORDER, "pipeline"])
    raise UsageError(f"There is no stage “{stage}”.", remedy=f"Known are: {known}.")
