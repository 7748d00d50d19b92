"""What runs by itself: list, set, stop.

Law: a schedule is a local time on the account's clock; when that is next is worked out by the workers.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from lifetracer.errors import NotFoundError
from lifetracer.jobs import schedule, stages
from lifetracer.server.acting import Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.jobs import Schedule, ScheduleBody, Schedules
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside

SQL = beside(__file__, "queries.sql")

router = APIRouter(prefix="/api/schedules", tags=["schedules"])


@router.get("", responses=shows(Schedules), dependencies=[needs("jobs:read")])
def list_schedules(here: Here) -> Response:
    """List what runs by itself, and when next."""
    with here.reading() as con:
        found = schedule.every(con)
    return here.show({"schedules": [entry.as_json() for entry in found]})


@router.put("", responses=shows(Schedule), dependencies=[needs("jobs:write")])
def put_schedule(body: ScheduleBody, here: Here) -> Response:
    """Let something run every day at a local time; what was said before of the same stage and subject is replaced."""

    def put(con: Connection) -> dict[str, Any]:
        schedule.put(con, body.stage, body.subject, body.local_time.replace(tzinfo=None))
        schedule.switch(con, body.stage, body.subject, enabled=body.enabled)
        subject = _long_name(body.stage, body.subject)
        entries = schedule.every(con)
        return next(entry for entry in entries if (entry.stage, entry.subject) == (body.stage, subject)).as_json()

    return here.write("schedule.put", put)


@router.delete("/{schedule_id}", status_code=204, dependencies=[needs("jobs:write")])
def remove_schedule(schedule_id: UUID, here: Here) -> Response:
    """Let something run by itself no more."""

    def remove(con: Connection) -> None:
        if not con.execute(SQL["remove_schedule"], {"schedule_id": schedule_id}).rowcount:
            raise NotFoundError(f"There is no schedule {schedule_id}.", remedy="GET /api/schedules lists them.")

    return here.write("schedule.remove", remove)


def _long_name(stage: str, subject: str) -> str:
    if stage == "sync":
        return stages.subject_of_sync(subject)
    return stages.subject_of_report(subject or "week") if stage == "report" else ""
