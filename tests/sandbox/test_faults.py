"""Every fault of the catalogue strikes as its sentence says, as often as asked, and only where it should."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from lifetracer.sandbox.catalogue import CATALOGUE, Kind
from sandbox.conftest import Client

DAY = {"start_date": "2026-11-20", "end_date": "2026-11-20"}
EVENTS = "/calendars/primary/events"
TIMES = ("2026-11-23T09:00:00+01:00", "2026-11-23T10:00:00+01:00")


def test_the_catalogue_is_listed_with_a_sentence_each(blank: Client) -> None:
    listed = blank.admin("GET", "/faults")["catalogue"]
    assert {row["name"] for row in listed} == set(CATALOGUE)
    assert all(row["sentence"].endswith(".") for row in listed)


def test_an_unknown_fault_is_explained(blank: Client) -> None:
    answer = blank.ask("POST", "/__admin/faults", json={"name": "nonsense"})
    assert (answer.status_code, "nonsense" in answer.json()["error"]) == (404, True)


def test_a_fault_strikes_its_route_after_skipping_and_so_often_as_counted(blank: Client) -> None:
    blank.fault("status_500", 2, route="GET /api/v9/me/id", skip=1)
    assert blank.toggl("GET", "/me/logged").status_code == 200
    codes = [blank.toggl("GET", "/me/id").status_code for _ in range(4)]
    assert codes == [200, 500, 500, 200]
    blank.fault("status_503", None)
    assert [blank.toggl("GET", "/me/id").status_code for _ in range(3)] == [503] * 3
    assert blank.admin("DELETE", "/faults") == []
    assert blank.toggl("GET", "/me/id").status_code == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("status_500", 500),
        ("status_502", 502),
        ("status_503", 503),
        ("rate_limited", 429),
        ("toggl_quota_exhausted", 402),
        ("toggl_quota_exhausted_silent", 402),
        ("toggl_bad_token", 403),
        ("toggl_gone", 410),
    ],
)
def test_statuses_instead_of_an_answer_at_toggl(blank: Client, name: str, status: int) -> None:
    blank.fault(name, options={"resets_in": 77, "retry_after": 3})
    answer = blank.toggl("GET", "/me/time_entries")
    assert answer.status_code == status
    assert answer.headers.get("x-toggl-quota-resets-in") == ("77" if name == "toggl_quota_exhausted" else None)
    assert blank.toggl("GET", "/me/time_entries").status_code == 200


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("status_500", 500, "backendError"),
        ("rate_limited", 429, "rateLimitExceeded"),
        ("google_rate_limited", 403, "userRateLimitExceeded"),
        ("google_quota_exceeded", 403, "quotaExceeded"),
        ("google_access_expired", 401, "authError"),
        ("google_forbidden", 403, "accessNotConfigured"),
        ("google_not_found", 404, "notFound"),
    ],
)
def test_errors_instead_of_an_answer_at_google(blank: Client, name: str, status: int, reason: str) -> None:
    blank.fault(name, route=None if name.startswith("google") else "* /calendar/*")
    answer = blank.google("GET", EVENTS)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (status, reason)
    assert blank.google("GET", EVENTS).status_code == 200


def test_latency_delays(blank: Client) -> None:
    blank.fault("latency", options={"seconds": 0.2})
    began = time.monotonic()
    assert blank.toggl("GET", "/me/id").status_code == 200
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("name", ["malformed_json", "truncated_page", "html_page"])
def test_spoiled_bodies_are_no_json(blank: Client, name: str) -> None:
    blank.entry("2026-11-20T08:00:00Z")
    blank.fault(name)
    answer = blank.toggl("GET", "/me/time_entries")
    assert answer.status_code == 200
    assert int(answer.headers.get("content-length", len(answer.content))) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_answers_without_quota_headers(blank: Client) -> None:
    blank.fault("toggl_no_quota_headers")
    assert "x-toggl-quota-remaining" not in blank.toggl("GET", "/me/id").headers


def test_empty_lists_as_null(blank: Client) -> None:
    blank.fault("toggl_null_lists")
    assert blank.toggl("GET", "/me/time_entries").json() is None
    assert blank.toggl("GET", "/me/time_entries").json() == []


def test_rows_come_twice_with_the_older_version_last(blank: Client) -> None:
    entry = blank.entry("2026-11-20T08:00:00Z", description="new")
    blank.fault("toggl_duplicate_rows", 2)
    first, second = blank.toggl("GET", "/me/time_entries").json()
    assert first["id"] == second["id"] == entry["id"]
    assert second["at"] < first["at"]
    assert len(blank.report(**DAY).json()) == 2
    assert len(blank.report(**DAY).json()) == 1


def test_an_empty_reports_page_announces_a_next_row(blank: Client) -> None:
    blank.entry("2026-11-20T08:00:00Z")
    blank.fault("toggl_empty_page")
    answer = blank.report(**DAY)
    assert (answer.json(), "x-next-row-number" in answer.headers) == ([], True)


def test_first_id_falls_into_the_trap_only_when_it_is_set(blank: Client) -> None:
    blank.entry("2026-11-20T08:00:00Z")
    assert len(blank.report(**DAY, first_id=1).json()) == 1
    blank.fault("toggl_first_id_trap", None)
    assert blank.report(**DAY, first_id=1).json() == []
    assert len(blank.report(**DAY).json()) == 1


def test_a_migrated_account_answers_200_with_nothing_after_a_date(blank: Client) -> None:
    blank.entry("2026-11-10T08:00:00Z", at="2026-11-10T09:00:00Z")
    blank.entry("2026-11-20T08:00:00Z")
    blank.fault("toggl_migrated", None, options={"after": "2026-11-15T00:00:00Z"})
    rows = blank.toggl("GET", "/me/time_entries", params={"start_date": "2026-11-01", "end_date": "2026-11-30"}).json()
    assert [row["start"] for row in rows] == ["2026-11-10T08:00:00+00:00"]
    assert blank.report(**DAY).json() == []


def test_a_missing_right_on_the_workspace_leaves_me_alone(blank: Client) -> None:
    blank.fault("toggl_forbidden")
    assert blank.toggl("GET", "/me/id").status_code == 200
    assert blank.report(**DAY).status_code == 403


def test_a_revoked_token_is_403_and_the_new_one_works(blank: Client) -> None:
    old = blank.person.toggl.token
    new = blank.fault("toggl_token_revoked")["done"]
    codes = [blank.ask("GET", "/api/v9/me", auth=(token, "api_token")).status_code for token in (old, new)]
    assert codes == [403, 200]


def test_hostile_text_is_in_the_answers_and_in_the_truth(blank: Client) -> None:
    blank.fault("toggl_hostile_text")
    raw = blank.toggl("GET", "/me/time_entries").text
    assert "\\u0000" in raw
    assert "\\ud83d here" in raw
    texts = {row["description"] for row in blank.admin("GET", "/truth/toggl")["entries"].values()}
    assert any("\x00" in text for text in texts)
    assert max(map(len, texts)) == 65_536
    blank.fault("google_hostile_text")
    assert "\\u0000" in blank.google("GET", EVENTS).text


def test_zombies_and_odd_times_appear(blank: Client) -> None:
    blank.fault("toggl_odd_times")
    blank.fault("toggl_zombie")
    durations = sorted(row["duration"] for row in blank.admin("GET", "/truth/toggl")["entries"].values())
    assert durations == [0, 0, 3600, 3600, 108_000]


def test_sync_and_page_tokens_can_be_refused(blank: Client) -> None:
    for n in range(3):
        blank.event(*TIMES, summary=str(n))
    token = blank.events()["nextSyncToken"]
    page = blank.events(maxResults=1)["nextPageToken"]
    blank.fault("google_sync_token_gone")
    assert blank.google("GET", EVENTS, params={"syncToken": token}).status_code == 410
    assert blank.google("GET", EVENTS, params={"syncToken": token}).status_code == 200
    blank.fault("google_page_token_refused")
    assert blank.google("GET", EVENTS, params={"maxResults": 1, "pageToken": page}).status_code == 400
    assert blank.google("GET", EVENTS, params={"maxResults": 1, "pageToken": page}).status_code == 200


def read_all(client: Client, **params: Any) -> tuple[list[str], list[int]]:
    ids, sizes = [], []
    page = client.events(**params)
    while True:
        ids += [item["id"] for item in page["items"]]
        sizes.append(len(page["items"]))
        if "nextPageToken" not in page:
            assert "nextSyncToken" in page
            return ids, sizes
        page = client.events(**params, pageToken=page["nextPageToken"])


def test_empty_and_short_pages_lose_nothing(blank: Client) -> None:
    made = [blank.event(*TIMES)["id"] for _ in range(7)]
    blank.fault("google_empty_page", skip=1)
    assert read_all(blank, maxResults=3) == (made, [3, 0, 3, 1])
    blank.fault("google_short_pages", None, options={"size": 2})
    assert read_all(blank) == (made, [2, 2, 2, 1])


def test_items_come_twice(blank: Client) -> None:
    blank.event(*TIMES)
    blank.fault("google_duplicate_items")
    assert len(blank.events()["items"]) == 2


def test_tombstones_without_their_series(blank: Client) -> None:
    series = blank.event(*TIMES, recurrence=["RRULE:FREQ=DAILY"])
    blank.admin("DELETE", f"/google/events/{series['id']}_20261124T080000Z")
    blank.fault("google_bare_tombstones")
    item = blank.events()["items"][1]
    assert item == {
        "kind": "calendar#event",
        "etag": item["etag"],
        "id": f"{series['id']}_20261124T080000Z",
        "status": "cancelled",
    }


def test_a_last_page_without_a_sync_token(blank: Client) -> None:
    blank.fault("google_token_per_page")
    assert "nextSyncToken" not in blank.events()
    assert "nextSyncToken" in blank.events()


@pytest.mark.parametrize(("name", "status"), [("oauth_invalid_grant", 400), ("oauth_unavailable", 503)])
def test_the_token_address_fails(blank: Client, name: str, status: int) -> None:
    blank.fault(name)
    assert blank.refresh().status_code == status
    assert blank.refresh().status_code == 200


def test_each_action_says_what_it_did(blank: Client) -> None:
    for name, entry in CATALOGUE.items():
        if entry.kind is Kind.ACTION:
            assert blank.fault(name)["done"]
