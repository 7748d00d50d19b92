"""The plan of the evening before: what is kept of a calendar that changes, and what the marts say of it.

Law: everything goes the way of a sync: events through raw.ingest, occurrences through their expansion.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.connector.occurrences import refresh
from lifetracer.connector.registry import source_named
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

TODAY = datetime.now(UTC).date()
LONG_AGO = datetime.combine(TODAY - timedelta(days=9), time(12), UTC)
GOOGLE = source_named("google_calendar")


def at(clock: str, day: int = 0) -> str:
    return f"{TODAY + timedelta(days=day)}T{clock}:00+00:00"


def event(key: str, start: str, end: str, *, updated: datetime | None = LONG_AGO, **more: Any) -> dict[str, Any]:
    told = {"id": key, "summary": key, "start": {"dateTime": start}, "end": {"dateTime": end}, "status": "confirmed"}
    stamps = {"created": LONG_AGO.isoformat(), "updated": updated.isoformat()} if updated else {}
    return told | stamps | more


@dataclass
class Calendar:
    """A calendar that is synced now and then."""

    life: Life
    window: int = 30

    def sync(self, *events: dict[str, Any], now: datetime | None = None) -> int:
        """Store the events and expand them; gives how many occurrences changed."""
        connection_id = self.life.connections["google_calendar"]
        with self.life.house.transaction() as con:
            con.execute(
                "select * from raw.ingest('google_calendar__events', %s, %s, %s, 'v3', p_prefix => 'me@x/', "
                "p_deleted => '$ ? (@.status == \"cancelled\" && !exists (@.recurringEventId))')",
                (self.life.account_id, connection_id, json.dumps(events)),
            )
        with self.life.house.transaction() as con:
            return refresh(con, self.life.account_id, connection_id, GOOGLE, now or datetime.now(UTC), self.window)

    def age(self, days: int) -> None:
        """Let everything that is stored have been received some days ago."""
        with self.life.house.transaction() as con:
            for table, columns in {
                "google_calendar__events": ("synced_at",),
                "google_calendar__calendars": ("synced_at",),
                "revision": ("synced_at", "replaced_at"),
                "occurrence_revision": ("replaced_at",),
            }.items():
                shift = ", ".join(f"{column} = {column} - interval '{days} days'" for column in columns)
                con.execute(f"update raw.{table} set {shift} where account_id = %s", (self.life.account_id,))
            con.execute("delete from raw.change")

    def kept(self) -> list[tuple[str, str]]:
        """What raw.occurrence_revision says: event and change."""
        with self.life.house.transaction() as con:
            rows = con.execute(
                "select split_part(occurrence_id, '/', 3), change from raw.occurrence_revision "
                "where account_id = %s order by revision_id",
                (self.life.account_id,),
            ).fetchall()
        return [(key.partition("@")[0], change) for key, change in rows]


@pytest.fixture(scope="module")
def place(server: Server) -> Iterator[tuple[Any, Settings]]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        yield house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)


@pytest.fixture
def calendar(place: tuple[Any, Settings], request: pytest.FixtureRequest) -> Calendar:
    return Calendar(begin(place[0], request.node.name, "UTC"))


def test_a_first_import_is_no_appearance(calendar: Calendar) -> None:
    daily = event("daily", at("09:00", -3), at("10:00", -3), recurrence=["RRULE:FREQ=DAILY"])
    assert calendar.sync(daily, event("one", at("09:00"), at("10:00"))) > 10
    assert calendar.kept() == []


def test_expanding_again_without_a_change_keeps_nothing(calendar: Calendar) -> None:
    daily = event("daily", at("09:00", -3), at("10:00", -3), recurrence=["RRULE:FREQ=DAILY"])
    calendar.sync(daily)
    assert calendar.sync(daily | {"description": "other words"}) == 0
    assert calendar.kept() == []


def test_a_window_that_moves_on_is_no_appearance(calendar: Calendar) -> None:
    daily = event("daily", at("09:00", -3), at("10:00", -3), recurrence=["RRULE:FREQ=DAILY"])
    calendar.sync(daily)
    assert calendar.sync(now=datetime.now(UTC) + timedelta(days=5)) == 5
    assert calendar.kept() == []


def test_changes_are_kept(calendar: Calendar) -> None:
    calendar.sync(event("a", at("09:00"), at("10:00")), event("b", at("11:00"), at("12:00")))
    calendar.sync(event("a", at("15:00"), at("16:00")), event("b", at("11:00"), at("12:00"), status="cancelled"))
    calendar.sync(event("c", at("13:00"), at("14:00")), event("far", at("13:00", 9), at("14:00", 9)))
    assert sorted(calendar.kept()) == [("a", "changed"), ("b", "removed"), ("c", "added")]


def test_a_connection_that_goes_takes_its_history_along(calendar: Calendar) -> None:
    calendar.sync(event("a", at("09:00"), at("10:00")))
    calendar.sync(event("a", at("15:00"), at("16:00")))
    with calendar.life.house.transaction() as con:
        con.execute(
            "delete from app.connection where connection_id = %s", (calendar.life.connections["google_calendar"],)
        )
    assert calendar.kept() == []


def changes(place: tuple[Any, Settings], life: Life, *, full: bool = False) -> dict[tuple[str, date], dict[str, Any]]:
    house, settings = place
    summary = transform(house, settings, None if full else life.account_id, full)
    assert summary.findings == ()
    with psycopg.connect(house.dsn, row_factory=dict_row) as con:
        rows = con.execute("select * from marts.plan_change where account_id = %s", (life.account_id,)).fetchall()
    return {(row["occurrence_id"].split("/")[2].partition("@")[0], row["local_date"]): row for row in rows}


def test_each_change_since_the_evening_before(place: tuple[Any, Settings], calendar: Calendar) -> None:
    keys = ("same", "later", "longer", "gone", "declined", "elsewhere", "renamed", "off")
    first = {key: event(key, at(f"{9 + n:02}:00"), at(f"{9 + n:02}:30")) for n, key in enumerate(keys)}
    daily = event("daily", at("06:00", -3), at("07:00", -3), recurrence=["RRULE:FREQ=DAILY"])
    calendar.sync(*first.values(), daily)
    calendar.age(3)
    assert {row["change"] for row in changes(place, calendar.life).values()} == {"unchanged"}

    now = datetime.now(UTC)
    calendar.sync(
        event("later", at("20:00"), at("20:30"), updated=now),
        event("longer", at("11:00"), at("12:00"), updated=now),
        first["gone"] | {"status": "cancelled"},
        first["declined"] | {"updated": now.isoformat(), "attendees": [{"self": True, "responseStatus": "declined"}]},
        event("elsewhere", at("10:00", -1), at("10:30", -1), updated=now),
        first["renamed"] | {"summary": "another name", "updated": now.isoformat()},
        event("new", at("21:00"), at("22:00"), updated=now, created=now.isoformat()),
        event("late news", at("22:00"), at("22:30")),
        event("known too late", at("22:30"), at("23:00"), updated=now),
        event(
            "daily_x",
            at("05:00"),
            at("06:00"),
            updated=now,
            recurringEventId="daily",
            originalStartTime={"dateTime": at("06:00")},
        ),
    )
    found = changes(place, calendar.life)
    assert {key: row["change"] for (key, day), row in found.items() if day == TODAY} == {
        "same": "unchanged", "later": "moved", "longer": "resized", "gone": "removed", "declined": "removed",
        "elsewhere": "moved", "renamed": "unchanged", "off": "unchanged", "new": "added", "late news": "unchanged",
        "known too late": "unknown", "daily": "moved",
    }  # fmt: skip
    assert found["elsewhere", TODAY - timedelta(days=1)]["change"] == "moved"
    assert found["daily", TODAY - timedelta(days=1)]["change"] == "unchanged"
    later = found["later", TODAY]
    assert (later["before_starts_at"].hour, later["starts_at"].hour) == (10, 20)
    assert (found["gone", TODAY]["title"], found["gone", TODAY]["starts_at"]) == ("gone", None)
    assert found["gone", TODAY]["category"] == "Mine"
    assert found == changes(place, calendar.life, full=True)

    calendar.sync(event("gone", at("12:00"), at("12:30"), updated=now), event("later", at("10:00"), at("10:30")))
    again = changes(place, calendar.life)
    assert again["later", TODAY]["change"] == "unchanged", "moved there and back"
    assert again["gone", TODAY]["change"] == "unchanged", "it came back"
    assert again == changes(place, calendar.life, full=True)
