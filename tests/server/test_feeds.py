"""Feeds: what happened, in other calendars, right to the second in every week, and never back as a plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

import marts
from lifetracer.charts import Words
from lifetracer.connector import occurrences
from lifetracer.connector.importing import import_files
from lifetracer.connector.registry import all_sources, raw_streams
from lifetracer.reporter import calendar
from lifetracer.settings import Settings
from lifetracer.warehouse.feeds import MARK, Feed
from lifetracer.warehouse.migrate import migrate
from marts import _insert as insert

from .test_api import is_problem

pytestmark = pytest.mark.db

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def person(warehouse, account):
    """Three entries: a meeting, one over midnight, one that still runs."""
    marts.make(warehouse, ("entry_verdict",))
    with warehouse.transaction() as con:
        con.execute("create table core.dim_account (account_id uuid, as_of timestamptz)")
        con.execute("grant select on core.dim_account to lifetracer_app")
        con.execute("insert into core.dim_account values (%s, %s)", [account.account_id, AS_OF])
    entry(
        warehouse, account, "a", AS_OF - timedelta(hours=5), 50, description="設計; レビュー, 第2回\n長い" + "あ" * 80
    )
    entry(warehouse, account, "b", datetime(2026, 11, 20, 14, tzinfo=UTC), 180, category="No project", project=None)
    entry(warehouse, account, "c", AS_OF - timedelta(hours=1), 60, verdict=None)
    return account


def entry(warehouse, account, entry_id, starts_at, minutes, **given):
    row = {
        "account_id": account.account_id,
        "entry_id": entry_id,
        "local_date": starts_at.astimezone(account.zone).date(),
        "category": "Deep work",
        "category_color": "#0b83d9",
        "project": "Atlas <script>",
        "description": None,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "verdict": "planned",
    }
    with warehouse.transaction() as con:
        insert(con, "entry_verdict", row | given)


def events(body: bytes) -> dict[str, Any]:
    return {str(event["uid"]): event for event in Calendar.from_ical(body).walk("VEVENT")}


def test_another_calendar_reads_what_happened(client, person):
    made = client.post("/api/feeds", json={"name": "実績"}).json()
    answer = client.get(made["address"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content)
    assert not found.errors
    assert (str(found["x-wr-calname"]), str(found["name"])) == ("実績", "実績")
    assert (str(found["method"]), str(found["x-wr-timezone"])) == ("PUBLISH", "Asia/Tokyo")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    first, second = sorted(events(answer.content).values(), key=lambda event: event["dtstart"].dt)
    assert str(first["summary"]) == "プロジェクトなし", "what has no name is called as on the screen"
    assert first["dtstart"].dt == datetime(2026, 11, 20, 23, tzinfo=person.zone)
    assert first["dtend"].dt == datetime(2026, 11, 21, 2, tzinfo=person.zone)
    assert str(second["summary"]).startswith("設計; レビュー, 第2回")
    assert str(second["description"]) == "Atlas <script>"
    assert second["categories"].cats == ["Deep work"]
    assert (str(second["transp"]), str(second["color"])) == ("TRANSPARENT", "dodgerblue")
    assert client.get(made["address"]).content == answer.content
    assert {uid.endswith(MARK) for uid in events(answer.content)} == {True}


def test_a_feed_of_categories_tells_nothing_else(client, person):
    made = client.post("/api/feeds", json={"name": "Team", "shows": "categories"}).json()
    body = client.get(made["address"]).content
    assert {str(event["summary"]) for event in events(body).values()} == {"Deep work", "プロジェクトなし"}
    assert b"Atlas" not in body
    assert "設計".encode() not in body


def test_it_reaches_back_as_far_as_it_may(client, person, warehouse):
    entry(warehouse, person, "old", AS_OF - timedelta(days=60), 30)
    made = client.post("/api/feeds", json={"name": "Phone", "days": 61}).json()
    assert len(events(client.get(made["address"]).content)) == 3
    assert len(events(client.get(made["address"], params={"days": 60}).content)) == 2
    assert len(events(client.get(made["address"], params={"days": 1}).content)) == 1
    assert len(events(client.get(made["address"], params={"days": 3660}).content)) == 3
    assert client.get(made["address"], params={"days": 0}).status_code == 422


def test_what_has_not_changed_is_not_sent_again(client, person, warehouse):
    address = client.post("/api/feeds", json={"name": "Phone"}).json()["address"]
    first = client.get(address)
    tag, since = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": since}):
        again = client.get(address, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    later = (AS_OF - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert client.get(address, headers={"If-Modified-Since": later}).status_code == 200
    assert client.get(address, headers={"If-Modified-Since": "soon"}).status_code == 200
    with warehouse.transaction() as con:
        con.execute("update marts.entry_verdict set description = 'Other' where entry_id = 'a'")
    changed = client.get(address, headers={"If-None-Match": tag, "If-Modified-Since": since})
    assert changed.status_code == 200
    assert events(changed.content).keys() == events(first.content).keys(), "an entry keeps its UID"


def test_the_address_is_the_key(guarded, person, warehouse):
    token = {"Authorization": "Bearer a-token-that-is-long-enough"}
    is_problem(guarded.get("/api/feeds"), 401, "token")
    made = guarded.post("/api/feeds", json={"name": "Phone"}, headers=token).json()
    assert guarded.get(made["address"]).status_code == 200, "without any token"
    listed = guarded.get("/api/feeds", headers=token).json()["feeds"]
    assert listed[0]["lastReadAt"]
    assert "address" not in listed[0]
    secret = made["address"].rpartition("/")[2].removesuffix(".ics")
    with warehouse.transaction() as con:
        assert secret not in str(
            con.execute("select f::text, encode(address_hash, 'escape') from app.feed f").fetchall()
        )
    is_problem(guarded.get("/feeds/wrong.ics"), 404, "not_found")
    is_problem(guarded.post("/api/feeds", json={"name": "x", "days": 0}, headers=token), 422, "usage")
    assert guarded.delete(f"/api/feeds/{made['feedId']}", headers=token).status_code == 200
    is_problem(guarded.get(made["address"]), 404, "not_found")
    is_problem(guarded.delete("/api/feeds/Phone", headers=token), 404, "not_found")


def test_who_asks_too_often_waits(visit, person):
    server = visit(host="0.0.0.0", access_token="a-token-that-is-long-enough", rate_limit=5, rate_limit_wrong=0)
    assert [server.get("/feeds/guess.ics").status_code for _ in range(8)][-1] == 429


def test_before_the_first_transform_there_is_nothing_to_show(client, account):
    address = client.post("/api/feeds", json={"name": "Phone"}).json()["address"]
    is_problem(client.get(address), 404, "not_found")


def feed_of(account_id: Any) -> Feed:
    return Feed(account_id, account_id, "Actuals", "everything", 30, AS_OF, None, None)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_every_hour_of_the_weeks_in_which_the_clock_changes_is_right(account, day):
    """The zone is judged by the rules in the file alone, as a calendar does that knows no zones."""
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC) - timedelta(days=3)
    hours = [begin + timedelta(minutes=30 * n) for n in range(6 * 48)]
    rows = [
        {
            "entry_id": str(n), "category": "Work", "category_color": "#0b83d9", "project": None, "description": None,
            "starts_at": hour, "ends_at": hour + timedelta(minutes=30), "verdict": None,
        }
        for n, hour in enumerate(hours)
    ]  # fmt: skip
    body = calendar.write(rows, feed_of(account.account_id), BERLIN, Words("en"), hours[-1], day - timedelta(days=3))
    found = Calendar.from_ical(body)
    (zone,) = found.walk("VTIMEZONE")
    rules = zone.to_tz(lookup_tzid=False)
    read = []
    for event in found.walk("VEVENT"):
        for name in ("dtstart", "dtend"):
            instant = event[name].dt
            if instant.tzinfo is not UTC and "TZID" in event[name].params:
                wall = instant.replace(tzinfo=None)
                instant = rules.localize(wall) if hasattr(rules, "localize") else wall.replace(tzinfo=rules)
            read.append(instant.astimezone(UTC))
    assert read[::2] == hours
    assert read[1::2] == [hour + timedelta(minutes=30) for hour in hours]
    assert len(events(body)) == len(hours)


def test_our_own_feed_is_never_a_plan(client, person, warehouse, tmp_path):
    migrate(warehouse, raw_streams())
    body = client.get(client.post("/api/feeds", json={"name": "Phone"}).json()["address"]).content
    path = tmp_path / "actuals.ics"
    path.write_bytes(body)
    (done,) = import_files(warehouse, Settings(), person, [str(path)]).files
    assert (done.items, done.problems) == (0, [])
    assert "2 events are lifetracer's own record of what happened" in done.notes[0]
    uid = next(iter(events(body)))
    with warehouse.transaction() as con:  # Google subscribes to the address, and we read Google
        connection_id = marts.connect(warehouse, person.account_id, "google_calendar")
        for name, ical_uid in (("own", uid), ("other", "x@google.com")):
            con.execute(
                "insert into raw.google_calendar__events (account_id, source_id, connection_id, data, api_version)"
                " values (%s, %s, %s, jsonb_build_object('id', %s::text, 'iCalUID', %s::text, 'status', 'confirmed',"
                " 'start', jsonb_build_object('dateTime', '2026-11-21T10:00:00Z'),"
                " 'end', jsonb_build_object('dateTime', '2026-11-21T11:00:00Z')), 'v3')",
                [person.account_id, f"c/{name}", connection_id, name, ical_uid],
            )
        source = all_sources()["google_calendar"]
        assert occurrences.refresh(con, person.account_id, connection_id, source, AS_OF, 30) == 1
        assert con.execute("select series_id from raw.occurrence").fetchall() == [("c/other",)]
