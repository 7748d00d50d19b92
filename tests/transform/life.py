"""Lives made by hand: raw rows as the connectors leave them, a few words each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import create

TABLES = {
    "toggl_track": ("users", "workspaces", "clients", "projects", "tags", "tasks", "time_entries"),
    "toggl_csv": ("time_entries",),
    "google_calendar": ("calendars", "events"),
    "ical": ("calendars", "events"),
}


@dataclass
class Life:
    """One account and its raw rows."""

    house: Warehouse
    account_id: UUID
    connections: dict[str, UUID]

    def put(self, source: str, entity: str, source_id: str, data: dict[str, Any]) -> None:
        """Store or replace a raw row, as an ingest would."""
        with self.house.transaction() as con:
            con.execute(
                f"""insert into raw.{source}__{entity} as t
                    (account_id, source_id, connection_id, data, api_version) values (%s, %s, %s, %s, 'x')
                    on conflict (account_id, source_id) do update
                    set data = excluded.data, synced_at = now(), deleted_at = null""",
                (self.account_id, source_id, self.connections[source], json.dumps(data)),
            )

    def bury(self, source: str, entity: str, source_id: str) -> None:
        """Leave a tombstone."""
        with self.house.transaction() as con:
            con.execute(
                f"update raw.{source}__{entity} set deleted_at = now(), synced_at = now() "
                "where account_id = %s and source_id = %s",
                (self.account_id, source_id),
            )

    def project(self, number: int, name: str, color: str = "#0b83d9") -> None:
        self.put("toggl_track", "projects", str(number), {"id": number, "name": name, "color": color, "active": True})

    def entry(self, number: int, start: object, stop: object, project: int | None = None, **more: object) -> None:
        """An entry in the form of API v9; instants as texts, on purpose also unreadable ones."""
        data = {"id": number, "project_id": project, "start": start, "stop": stop, "duration": -1 if not stop else 1}
        data |= {"tags": None, "billable": False, "description": None, "at": "2026-01-01T00:00:00+00:00"}
        self.put("toggl_track", "time_entries", str(number), data | more)

    def reported(self, number: int, start: str, stop: str, **more: object) -> None:
        """An entry in the form of Reports v3."""
        self.put("toggl_track", "time_entries", str(number), {"id": number, "start": start, "stop": stop} | more)

    def event(
        self, key: str, title: str | None, *times: tuple[str, str], calendar: str = "me@x", **more: object
    ) -> None:
        """An event and when it takes place: pairs of instants, or of dates for all-day ones."""
        event_id = f"{calendar}/{key}"
        self.put("google_calendar", "events", event_id, {"id": key, "iCalUID": f"{key}@x", "summary": title} | more)
        with self.house.transaction() as con:
            con.execute(
                "delete from raw.occurrence where account_id = %s and series_id = %s", (self.account_id, event_id)
            )
            for first, last in times:
                columns = "starts_on, ends_on" if len(first) == 10 else "starts_at, ends_at"
                con.execute(
                    f"""insert into raw.occurrence (account_id, occurrence_id, connection_id, source, calendar_id,
                        series_id, content_id, original_start, {columns})
                        values (%s, %s, %s, 'google_calendar', %s, %s, %s, %s, %s, %s)""",
                    (
                        *(self.account_id, f"{event_id}/{first}", self.connections["google_calendar"], calendar),
                        *(event_id, event_id, first, first, last),
                    ),
                )


def begin(house: Warehouse, name: str, zone: str) -> Life:
    """Make an account with a connection of every source and its main calendar."""
    with house.transaction() as con:
        account = create(con, name, zone, "en")
        connections = {}
        for source, entities in TABLES.items():
            connections[source] = uuid4()
            con.execute(
                "insert into app.connection (account_id, connection_id, source, name) values (%s, %s, %s, 'x')",
                (account.account_id, connections[source], source),
            )
            for entity in entities:
                con.execute("select raw.create_table(%s, %s)", (source, entity))
    life = Life(house, account.account_id, connections)
    life.put("google_calendar", "calendars", "me@x", {"id": "me@x", "summary": "Mine", "primary": True})
    life.put("google_calendar", "calendars", "team@x", {"id": "team@x", "summary": "Team"})
    return life
