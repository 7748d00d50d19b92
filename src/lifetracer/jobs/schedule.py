"""What runs by itself: once per local day at a local time; any number of workers, each run exactly once.

The row lock and the new ``next_run_at`` commit together with the requested job. The next run is worked out from
*now*, so a machine that slept for a week catches up once, not seven times.

        22:00     01:00 (clock goes 02:00 → 03:00)      02:30 does not exist that night:
    ──────┼─────────┼──────────┃──────────────▶         the run comes at the same distance, at 03:30
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lifetracer.jobs import record
from lifetracer.jobs.queries import Connection, ask, ask_one
from lifetracer.jobs.record import ROUTINE

log = logging.getLogger(__name__)


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
        "next_run_at": next_run(row["local_time"], row["time_zone"], now),
        "ran_at": now if due else None,
    }
    ask(con, "schedule_ran", values)
    if not due or not _has_something_to_do(con, row):
        return None
    ask(con, "act_for", {"account_id": str(row["account_id"])})
    record.request(con, row["stage"], row["subject"], requested_by="schedule", priority=ROUTINE)
    return row["stage"], row["subject"]


def _has_something_to_do(con: Connection, row: dict[str, Any]) -> bool:
    """A source that is not connected is passed by in silence."""
    if row["stage"] != "sync":
        return True
    found = ask_one(con, "has_source", {"account_id": row["account_id"], "source": row["subject"]})
    return bool(found and found["found"])
