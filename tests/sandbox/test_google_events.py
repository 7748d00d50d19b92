"""Google Calendar v3, reading events: parameters, sync tokens, tombstones, expansion (APIS.md D.3 to D.7)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.conftest import Client

SERIES = {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO"], "summary": "Weekly"}
MONDAY = ("2026-11-02T09:00:00+01:00", "2026-11-02T10:00:00+01:00")


def all_pages(client: Client, **params: Any) -> tuple[list[dict[str, Any]], str, int]:
    items: list[dict[str, Any]] = []
    page = client.events(**params)
    pages = 1
    items += page["items"]
    while "nextPageToken" in page:
        assert "nextSyncToken" not in page
        page = client.events(**params, pageToken=page["nextPageToken"])
        items += page["items"]
        pages += 1
    return items, page.get("nextSyncToken", ""), pages


def test_an_event_looks_as_recorded(blank: Client) -> None:
    blank.event("2024-01-15T19:00:00+01:00", "2024-01-15T20:00:00+01:00", summary="Winter")
    (event,) = blank.events()["items"]
    assert {"kind", "etag", "id", "status", "htmlLink", "created", "updated", "summary", "creator", "organizer"} <= set(
        event
    )
    assert event["start"] == {"dateTime": "2024-01-15T19:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert (event["eventType"], event["iCalUID"]) == ("default", f"{event['id']}@google.com")
    assert event["etag"].startswith('"')
    assert event["updated"].endswith("Z")


def test_the_sync_token_comes_only_with_the_last_page(demo: Client) -> None:
    items, token, pages = all_pages(demo, maxResults=500)
    assert pages > 2
    assert token
    assert len({item["id"] for item in items}) == len(items)
    assert demo.events(syncToken=token)["items"] == []


def test_an_incremental_read_brings_changes_and_deletions(blank: Client) -> None:
    kept = blank.event(*MONDAY, summary="kept")
    gone = blank.event(*MONDAY, summary="gone")
    token = blank.events()["nextSyncToken"]
    blank.admin("PATCH", f"/google/events/{kept['id']}", {"summary": "changed"})
    blank.admin("DELETE", f"/google/events/{gone['id']}")
    new = blank.event(*MONDAY, summary="new")
    page = blank.events(syncToken=token)
    assert [(item["id"], item["status"]) for item in page["items"]] == [
        (kept["id"], "confirmed"),
        (gone["id"], "cancelled"),
        (new["id"], "confirmed"),
    ]
    assert set(page["items"][1]) == {"kind", "etag", "id", "status"}
    assert blank.events(syncToken=page["nextSyncToken"])["items"] == []
    assert {item["id"] for item in blank.events()["items"]} == {kept["id"], new["id"]}


def test_what_changes_while_paging_comes_with_the_next_token(blank: Client) -> None:
    events = [blank.event(*MONDAY, summary=str(n)) for n in range(5)]
    first = blank.events(maxResults=2)
    blank.admin("PATCH", f"/google/events/{events[0]['id']}", {"summary": "meanwhile"})
    page = first
    while "nextPageToken" in page:
        page = blank.events(maxResults=2, pageToken=page["nextPageToken"])
    (again,) = blank.events(syncToken=page["nextSyncToken"])["items"]
    assert again["summary"] == "meanwhile"


@pytest.mark.parametrize(
    "name", ["timeMin", "timeMax", "updatedMin", "q", "orderBy", "iCalUID", "privateExtendedProperty"]
)
def test_some_parameters_may_not_accompany_a_token(blank: Client, name: str) -> None:
    token = blank.events()["nextSyncToken"]
    value = (
        "2026-11-01T00:00:00Z" if name.startswith(("time", "updated")) else "updated" if name == "orderBy" else "a=b"
    )
    answer = blank.google("GET", "/calendars/primary/events", params={"syncToken": token, name: value})
    assert (answer.status_code, answer.json()["error"]["errors"][0]["location"]) == (400, "syncToken")


def test_a_parameter_that_changed_since_the_full_read_is_refused(blank: Client) -> None:
    token = blank.events()["nextSyncToken"]
    path = "/calendars/primary/events"
    assert blank.google("GET", path, params={"syncToken": token, "singleEvents": "true"}).status_code == 400
    assert blank.google("GET", path, params={"syncToken": token, "showDeleted": "false"}).status_code == 400
    assert blank.google("GET", path, params={"syncToken": token, "maxResults": "7"}).status_code == 200


def test_invalidated_tokens_answer_410_and_the_full_list_has_no_tombstones(blank: Client) -> None:
    event = blank.event(*MONDAY)
    token = blank.events()["nextSyncToken"]
    blank.fault("google_sync_tokens_invalidated")
    blank.admin("DELETE", f"/google/events/{event['id']}")
    answer = blank.google("GET", "/calendars/primary/events", params={"syncToken": token})
    assert answer.status_code == 410
    error = answer.json()["error"]
    assert (error["errors"][0]["reason"], error["message"]) == (
        "fullSyncRequired",
        "Sync token is no longer valid, a full sync is required.",
    )
    assert blank.events()["items"] == []


def test_tokens_grow_old(blank: Client) -> None:
    token = blank.events()["nextSyncToken"]
    blank.admin("POST", "/clock", {"days": 31})
    blank.bearer = ""
    assert blank.google("GET", "/calendars/primary/events", params={"syncToken": token}).status_code == 410


def test_cancelled_instances_of_living_series_are_always_listed(blank: Client) -> None:
    series = blank.event(*MONDAY, **SERIES)
    blank.admin("POST", f"/google/events/{series['id']}/cancel", {"original": "2026-11-09T09:00:00+01:00"})
    master, cancelled = blank.events()["items"]
    assert master["recurrence"] == SERIES["recurrence"]
    assert cancelled == {
        "kind": "calendar#event",
        "etag": cancelled["etag"],
        "id": f"{series['id']}_20261109T080000Z",
        "status": "cancelled",
        "recurringEventId": series["id"],
        "originalStartTime": {"dateTime": "2026-11-09T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    }
    window = {"singleEvents": "true", "timeMin": "2026-11-01T00:00:00Z", "timeMax": "2026-11-20T00:00:00Z"}
    assert [item["id"][-16:] for item in blank.events(**window)["items"]] == ["20261102T080000Z", "20261116T080000Z"]


def test_a_deleted_series_takes_its_exceptions_with_it(blank: Client) -> None:
    series = blank.event(*MONDAY, **SERIES)
    blank.admin(
        "POST", f"/google/events/{series['id']}/change", {"original": "2026-11-09T09:00:00+01:00", "summary": "x"}
    )
    token = blank.events()["nextSyncToken"]
    blank.admin("DELETE", f"/google/events/{series['id']}")
    assert {item["status"] for item in blank.events(syncToken=token)["items"]} == {"cancelled"}
    assert blank.events()["items"] == []


def test_a_split_series_ends_and_a_new_one_begins(blank: Client) -> None:
    series = blank.event(*MONDAY, **SERIES)
    body = {
        "original": "2026-11-23T09:00:00+01:00",
        "summary": "Later",
        "start": "2026-11-23T11:00:00+01:00",
        "end": "2026-11-23T12:00:00+01:00",
    }
    new = blank.admin("POST", f"/google/events/{series['id']}/split", body)
    assert "_R" in new["id"]
    old, following = blank.events()["items"]
    assert old["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261123T075959Z"]
    assert following["recurrence"] == SERIES["recurrence"]
    window = {
        "singleEvents": "true",
        "orderBy": "startTime",
        "timeMin": "2026-11-16T00:00:00Z",
        "timeMax": "2026-12-01T00:00:00Z",
    }
    starts = [item["start"]["dateTime"][:16] for item in blank.events(**window)["items"]]
    assert starts == ["2026-11-16T09:00", "2026-11-23T11:00", "2026-11-30T11:00"]


def test_a_weekly_series_keeps_its_wall_clock_across_dst(blank: Client) -> None:
    blank.event("2026-10-19T09:00:00+02:00", "2026-10-19T10:00:00+02:00", **SERIES)
    window = {
        "singleEvents": "true",
        "orderBy": "startTime",
        "timeMin": "2026-10-18T00:00:00Z",
        "timeMax": "2026-11-03T00:00:00Z",
    }
    items = blank.events(**window)["items"]
    assert [item["start"]["dateTime"] for item in items] == [
        "2026-10-19T09:00:00+02:00",
        "2026-10-26T09:00:00+01:00",
        "2026-11-02T09:00:00+01:00",
    ]
    assert [item["id"][-16:] for item in items] == ["20261019T070000Z", "20261026T080000Z", "20261102T080000Z"]


def test_moving_to_another_calendar_cancels_here_and_appears_there(demo_world: Client) -> None:
    client = demo_world
    event = client.event(*MONDAY, summary="wanders")
    study = client.person.google.aliases["study"]
    here, there = all_pages(client, maxResults=2500)[1], client.events(study)["nextSyncToken"]
    client.admin("POST", f"/google/events/{event['id']}/move", {"to": "study"})
    (gone,) = client.events(syncToken=here)["items"]
    (come,) = client.events(study, syncToken=there)["items"]
    assert (gone["status"], come["status"], come["iCalUID"]) == ("cancelled", "confirmed", event["iCalUID"])


def test_timed_and_all_day_can_be_exchanged(blank: Client) -> None:
    event = blank.event(*MONDAY)
    token = blank.events()["nextSyncToken"]
    blank.admin("PATCH", f"/google/events/{event['id']}", {"start": "2026-11-02", "end": "2026-11-05"})
    (changed,) = blank.events(syncToken=token)["items"]
    assert (changed["start"], changed["end"], changed["sequence"]) == (
        {"date": "2026-11-02"},
        {"date": "2026-11-05"},
        1,
    )


def test_time_bounds_are_exclusive_end_and_start(blank: Client) -> None:
    blank.event(*MONDAY)
    for low, high, count in (
        ("2026-11-02T10:00:00+01:00", "2026-11-03T00:00:00Z", 0),
        ("2026-11-02T09:59:59+01:00", "2026-11-03T00:00:00Z", 1),
        ("2026-11-01T00:00:00Z", "2026-11-02T09:00:00+01:00", 0),
    ):
        assert len(blank.events(timeMin=low, timeMax=high)["items"]) == count


@pytest.mark.parametrize(
    ("params", "code", "reason"),
    [
        ({"orderBy": "startTime"}, 400, "invalid"),
        ({"timeMin": "2026-11-02T00:00:00Z", "timeMax": "2026-11-01T00:00:00Z"}, 400, "timeRangeEmpty"),
        ({"timeMin": "2026-11-02"}, 400, "badRequest"),
        ({"updatedMin": "2026-09-01T00:00:00Z"}, 410, "updatedMinTooLongAgo"),
        ({"pageToken": "nonsense"}, 400, "invalid"),
        ({"syncToken": "nonsense"}, 410, "fullSyncRequired"),
    ],
)
def test_bad_parameters_have_googles_error_envelope(
    blank: Client, params: dict[str, str], code: int, reason: str
) -> None:
    answer = blank.google("GET", "/calendars/primary/events", params=params)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (code, reason)
    assert answer.json()["error"]["code"] == code


def test_without_a_bound_single_events_run_on_for_years(blank: Client) -> None:
    blank.event(*MONDAY, recurrence=["RRULE:FREQ=DAILY"])
    items = blank.events(singleEvents="true", maxResults=2500)["items"]
    assert len(items) == 730


def test_a_series_may_have_no_rule_but_dates(blank: Client) -> None:
    lines = ["RDATE;TZID=Europe/Berlin:20261109T090000,20261123T090000", "EXDATE;TZID=Europe/Berlin:20261109T090000"]
    series = blank.event(*MONDAY, recurrence=lines)
    items = blank.google("GET", f"/calendars/primary/events/{series['id']}/instances").json()["items"]
    assert [item["start"]["dateTime"][:10] for item in items] == ["2026-11-02", "2026-11-23"]


def test_a_free_busy_reader_sees_only_times(demo: Client) -> None:
    mira = demo.person.google.aliases["mira"]
    items = demo.events(mira)["items"]
    assert items
    assert not any("summary" in item or "attendees" in item for item in items)
    assert {item["visibility"] for item in items if item["status"] == "confirmed"} == {"private"}


def test_one_event_knows_if_none_match_and_instances_by_id(blank: Client) -> None:
    series = blank.event(*MONDAY, **SERIES)
    path = f"/calendars/primary/events/{series['id']}"
    assert blank.google("GET", path, headers={"if-none-match": series["etag"]}).status_code == 304
    instance = blank.google("GET", f"{path}_20261116T080000Z").json()
    assert instance["originalStartTime"]["dateTime"] == "2026-11-16T09:00:00+01:00"
    assert blank.google("GET", f"{path}_20261117T080000Z").status_code == 404


@pytest.fixture
def demo_world(make: Any) -> Client:
    client: Client = make()
    return client
