"""Google Calendar v3, writing events, and what lies around them (APIS.md D.2, D.8 to D.10)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.conftest import Client

NINE = {"dateTime": "2026-11-23T09:00:00+01:00", "timeZone": "Europe/Berlin"}
TEN = {"dateTime": "2026-11-23T10:00:00+01:00", "timeZone": "Europe/Berlin"}
PATH = "/calendars/primary/events"


def insert(client: Client, **body: Any) -> httpx.Response:
    return client.google("POST", PATH, json={"start": NINE, "end": TEN, **body})


def test_an_own_id_makes_insert_repeatable(blank: Client) -> None:
    assert insert(blank, id="plan00001").status_code == 200
    again = insert(blank, id="plan00001")
    assert (again.status_code, again.json()["error"]["errors"][0]["reason"]) == (409, "duplicate")
    assert insert(blank, id="Bad-Id").status_code == 400


def test_deleting_answers_204_then_410_and_the_id_stays_taken(blank: Client) -> None:
    insert(blank, id="plan00001")
    assert blank.google("DELETE", f"{PATH}/plan00001").status_code == 204
    assert blank.google("DELETE", f"{PATH}/plan00001").json()["error"]["errors"][0]["reason"] == "deleted"
    assert insert(blank, id="plan00001").status_code == 409
    assert blank.google("GET", f"{PATH}/plan00001").json()["status"] == "cancelled"
    revived = blank.google("PATCH", f"{PATH}/plan00001", json={"status": "confirmed"})
    assert (revived.status_code, len(blank.events()["items"])) == (200, 1)


def test_if_match_protects_against_lost_updates(blank: Client) -> None:
    event = insert(blank).json()
    path = f"{PATH}/{event['id']}"
    assert blank.google("PATCH", path, json={"summary": "a"}, headers={"if-match": event["etag"]}).status_code == 200
    answer = blank.google("PATCH", path, json={"summary": "b"}, headers={"if-match": event["etag"]})
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (412, "conditionNotMet")


def test_private_properties_have_limits_and_a_filter(blank: Client) -> None:
    properties = {"private": {"app": "lifetracer", "k" * 45: "dropped", "long": "v" * 2000}}
    event = insert(blank, extendedProperties=properties).json()
    assert event["extendedProperties"]["private"] == {"app": "lifetracer", "long": "v" * 1024}
    insert(blank, summary="other")
    assert len(blank.events(privateExtendedProperty="app=lifetracer")["items"]) == 1
    patch = {"extendedProperties": {"private": {"long": None}}}
    patched = blank.google("PATCH", f"{PATH}/{event['id']}", json=patch).json()
    assert patched["extendedProperties"] == {"private": {"app": "lifetracer"}}


def test_put_replaces_and_patch_keeps(blank: Client) -> None:
    event = insert(blank, summary="a", description="b").json()
    path = f"{PATH}/{event['id']}"
    assert blank.google("PATCH", path, json={"summary": "c"}).json()["description"] == "b"
    replaced = blank.google("PUT", path, json={"start": NINE, "end": TEN, "summary": "d"}).json()
    assert "description" not in replaced
    assert replaced["iCalUID"] == event["iCalUID"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"end": {"dateTime": "2026-11-23T08:00:00+01:00"}}, "The specified time range is empty."),
        ({"start": {"date": "2026-11-23"}}, "Invalid start time."),
        ({"attendees": [{"email": "not-an-email"}]}, "Invalid attendee email."),
        ({"recurrence": ["RRULE:FREQ=NEVER"]}, "Invalid recurrence rule."),
        ({"eventType": "fromGmail"}, "Event type fromGmail cannot be created."),
    ],
)
def test_bad_events_are_refused(blank: Client, body: dict[str, Any], message: str) -> None:
    answer = insert(blank, **body)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)


def test_a_series_needs_a_time_zone(blank: Client) -> None:
    start, end = ({"dateTime": moment["dateTime"]} for moment in (NINE, TEN))
    answer = insert(blank, start=start, end=end, recurrence=["RRULE:FREQ=DAILY"])
    assert answer.json()["error"]["errors"][0]["reason"] == "required"


def test_patching_an_instance_makes_an_exception(blank: Client) -> None:
    series = insert(blank, recurrence=["RRULE:FREQ=DAILY;COUNT=3"]).json()
    instance = f"{series['id']}_20261124T080000Z"
    patched = blank.google("PATCH", f"{PATH}/{instance}", json={"summary": "special"}).json()
    assert (patched["recurringEventId"], patched["summary"]) == (series["id"], "special")
    assert blank.google("DELETE", f"{PATH}/{series['id']}_20261125T080000Z").status_code == 204
    statuses = {item["id"]: item["status"] for item in blank.events()["items"]}
    assert statuses[f"{series['id']}_20261125T080000Z"] == "cancelled"


def test_a_patch_may_turn_timed_into_all_day(blank: Client) -> None:
    event = insert(blank).json()
    body = {"start": {"date": "2026-11-23", "dateTime": None}, "end": {"date": "2026-11-24", "dateTime": None}}
    assert blank.google("PATCH", f"{PATH}/{event['id']}", json=body).json()["start"] == {"date": "2026-11-23"}


def test_nobody_writes_into_a_holiday_calendar(demo: Client) -> None:
    holidays = demo.person.google.aliases["holidays"].replace("#", "%23")
    answer = demo.google("POST", f"/calendars/{holidays}/events", json={"start": NINE, "end": TEN})
    assert answer.status_code == 403


def test_the_calendar_list_leaves_out_what_is_false(demo: Client) -> None:
    rows = demo.google("GET", "/users/me/calendarList").json()["items"]
    primary, study, holidays, mira = rows
    assert primary["primary"] is True
    assert "primary" not in study
    assert holidays["id"].endswith("#holiday@group.v.calendar.google.com")
    assert (mira["accessRole"], mira["summaryOverride"]) == ("freeBusyReader", "Mira Berg")
    owned = demo.google("GET", "/users/me/calendarList", params={"minAccessRole": "writer"}).json()["items"]
    assert owned == [primary, study]


def test_the_calendar_list_has_a_sync_token_of_its_own(blank: Client) -> None:
    token = blank.google("GET", "/users/me/calendarList").json()["nextSyncToken"]
    made = blank.google("POST", "/calendars", json={"summary": "Plan"}).json()
    page = blank.google("GET", "/users/me/calendarList", params={"syncToken": token}).json()
    assert [item["summary"] for item in page["items"]] == ["Plan"]
    blank.google("DELETE", f"/calendars/{made['id']}")
    (gone,) = blank.google("GET", "/users/me/calendarList", params={"syncToken": page["nextSyncToken"]}).json()["items"]
    assert gone["deleted"] is True
    blank.google("PATCH", "/calendars/primary", json={"description": "not reported"})
    assert blank.google("GET", f"/calendars/{made['id']}/events").status_code == 404


def test_colours_settings_and_busy_times(blank: Client) -> None:
    assert len(blank.google("GET", "/colors").json()["event"]) == 11
    settings = {row["id"]: row["value"] for row in blank.google("GET", "/users/me/settings").json()["items"]}
    assert (settings["timezone"], settings["weekStart"]) == ("Europe/Berlin", "1")
    insert(blank)
    insert(blank, start={"dateTime": "2026-11-23T09:30:00+01:00"}, end={"dateTime": "2026-11-23T11:00:00+01:00"})
    insert(blank, transparency="transparent", end={"dateTime": "2026-11-23T15:00:00+01:00"})
    body = {
        "timeMin": "2026-11-23T00:00:00Z",
        "timeMax": "2026-11-24T00:00:00Z",
        "items": [{"id": "primary"}, {"id": "no"}],
    }
    calendars = blank.google("POST", "/freeBusy", json=body).json()["calendars"]
    assert calendars["primary"]["busy"] == [{"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T10:00:00Z"}]
    assert calendars["no"]["errors"][0]["reason"] == "notFound"


def test_a_scope_that_is_missing_is_403(blank: Client) -> None:
    grant = blank.world.grants.new_access("https://www.googleapis.com/auth/calendar.events", person=0)
    blank.bearer = grant["access_token"]
    assert blank.google("GET", PATH).status_code == 200
    for path in ("/users/me/calendarList", "/colors"):
        answer = blank.google("GET", path)
        assert answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


def test_rates_are_limited_when_asked_for(blank: Client) -> None:
    blank.admin("POST", "/modes", {"google_per_minute": 2})
    codes = [blank.google("GET", PATH).status_code for _ in range(3)]
    assert codes == [200, 200, 403]
    blank.admin("POST", "/clock", {"advance": 61})
    assert blank.google("GET", PATH).status_code == 200


def test_an_app_may_be_let_into_its_own_calendars_only(blank: Client) -> None:
    grant = blank.world.grants.new_access("https://www.googleapis.com/auth/calendar.app.created", person=0)
    blank.bearer = grant["access_token"]
    own = blank.google("POST", "/calendars", json={"summary": "Plan"}).json()
    assert blank.google("GET", f"/calendars/{own['id']}").status_code == 200
    made = blank.google("POST", f"/calendars/{own['id']}/events", json={"start": NINE, "end": TEN})
    assert made.status_code == 200
    assert blank.google("DELETE", f"/calendars/{own['id']}/events/{made.json()['id']}").status_code == 204
    for path in (PATH, "/calendars/primary"):
        assert blank.google("GET", path).status_code == 404
    assert insert(blank).status_code == 404
    assert blank.google("GET", "/users/me/calendarList").status_code == 403
