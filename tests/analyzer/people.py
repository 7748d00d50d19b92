"""People whose whole history is put into the raw tables at once, as the connectors would have left it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from transform.life import Life

Hours = Callable[[date], dict[str, float]]
"""What a day is made of: project → hours, one after the other from midnight UTC."""


def live(life: Life, first: date, last: date, hours: Hours, *, number: int = 1) -> int:
    """Live the days [first, last); gives the next free number of an entry."""
    projects: dict[str, int] = {}
    rows: list[tuple[str, str]] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days)):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for project, amount in hours(day).items():
            if amount <= 0:
                continue
            known = projects.setdefault(project, len(projects) + 1)
            stop = at + timedelta(hours=amount)
            entry = {
                "id": number,
                "project_id": known,
                "start": at.isoformat(),
                "stop": stop.isoformat(),
                "duration": 1,
            }
            entry |= {"tags": None, "billable": False, "description": None, "at": "2026-01-01T00:00:00+00:00"}
            rows.append((str(number), json.dumps(entry)))
            at, number = stop, number + 1
    for project, known in projects.items():
        life.project(known, project)
    _put(life, rows)
    return number


def _put(life: Life, rows: Iterable[tuple[str, str]]) -> None:
    connection = life.connections["toggl_track"]
    with life.house.transaction() as con, con.cursor() as cursor:
        cursor.executemany(
            "insert into raw.toggl_track__time_entries (account_id, source_id, connection_id, data, api_version)"
            " values (%s, %s, %s, %s, 'x') on conflict (account_id, source_id) do update set data = excluded.data",
            [(life.account_id, key, connection, data) for key, data in rows],
        )
