"""Toggl Track v9, reading: what APIS.md A.1 to A.8 says about answers, limits and running entries."""

from __future__ import annotations

import pytest

from sandbox.conftest import Client

T0 = 1_795_253_400  # 2026-11-21T09:30:00Z


def test_without_a_header_the_answer_is_401_with_an_empty_body(blank: Client) -> None:
    answer = blank.ask("GET", "/api/v9/me")
    assert (answer.status_code, answer.content, answer.headers["x-authorization-missing"]) == (401, b"", "true")


def test_a_wrong_token_is_403_with_a_json_string(blank: Client) -> None:
    answer = blank.ask("GET", "/api/v9/me", auth=("nonsense", "api_token"))
    assert (answer.status_code, answer.json()) == (403, "Incorrect username and/or password")


def test_email_and_password_are_accepted_too(blank: Client) -> None:
    account = blank.person.toggl
    assert blank.ask("GET", "/api/v9/me", auth=(account.email, account.password)).json()["id"] == account.user_id


def test_related_data_is_left_out_where_there_is_none(blank: Client) -> None:
    row = blank.toggl("GET", "/me", params={"with_related_data": "true"}).json()
    assert "projects" not in row
    assert row["workspaces"][0]["api_token"]
    assert row["workspaces"][0]["ical_url"].startswith("/ical/workspace_user/")


def test_lists_write_offsets_and_empty_lists_while_answers_to_writes_have_z_and_null(blank: Client) -> None:
    body = {"created_with": "t", "start": "2026-11-21T09:00:00.593648+01:00", "duration": 60}
    written = blank.toggl("POST", f"/workspaces/{blank.person.toggl.workspace_id}/time_entries", json=body)
    assert written.status_code == 200
    assert written.json()["start"] == "2026-11-21T08:00:00Z"
    assert written.json()["tags"] is None
    listed = blank.toggl("GET", "/me/time_entries").json()[0]
    assert (listed["start"], listed["tags"], listed["tag_ids"]) == ("2026-11-21T08:00:00+00:00", [], [])


def test_an_entry_has_exactly_the_recorded_fields(blank: Client) -> None:
    blank.entry("2026-11-21T08:00:00Z")
    expected = "id workspace_id project_id task_id billable start stop duration description tags tag_ids duronly at"
    assert list(blank.toggl("GET", "/me/time_entries").json()[0]) == [
        *expected.split(),
        "server_deleted_at",
        "user_id",
        "uid",
        "wid",
    ]


def test_meta_adds_names_and_pid_comes_only_with_a_project(blank: Client) -> None:
    project = blank.admin("POST", "/toggl/projects", {"name": "P", "color": "#0b83d9"})
    blank.entry("2026-11-21T08:00:00Z", project_id=project["id"])
    plain, meta = (blank.toggl("GET", "/me/time_entries", params=p).json()[0] for p in ({}, {"meta": "true"}))
    assert plain["pid"] == project["id"]
    assert "project_name" not in plain
    assert (meta["project_name"], meta["project_color"], meta["project_active"]) == ("P", "#0b83d9", True)


def test_since_shows_what_changed_with_tombstones_whatever_its_start(blank: Client) -> None:
    old = blank.entry("2026-01-05T08:00:00Z", at="2026-01-05T09:00:00Z")
    gone = blank.entry("2026-11-20T08:00:00Z", at="2026-11-20T09:00:00Z")
    quiet = blank.entry("2026-11-20T10:00:00Z", at="2026-11-20T11:00:00Z")
    blank.admin("PATCH", f"/toggl/entries/{old['id']}", {"description": "put right"})
    blank.admin("DELETE", f"/toggl/entries/{gone['id']}")
    rows = {row["id"]: row for row in blank.toggl("GET", "/me/time_entries", params={"since": T0 - 60}).json()}
    assert set(rows) == {old["id"], gone["id"]}
    assert rows[gone["id"]]["server_deleted_at"] == "2026-11-21T09:30:00+00:00"
    window = {"start_date": "2026-11-20T00:00:00Z", "end_date": "2026-11-21T00:00:00Z"}
    assert [row["id"] for row in blank.toggl("GET", "/me/time_entries", params=window).json()] == [quiet["id"]]


def test_since_and_before_exclude_each_other(blank: Client) -> None:
    answer = blank.toggl("GET", "/me/time_entries", params={"since": T0, "before": "2026-11-21"})
    assert (answer.status_code, answer.json()) == (400, "'since' and 'before' can not be present simultaneously")


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"start_date": "2026-08-19", "end_date": "2026-08-21"}, "start_date must not be earlier than 2026-08-20"),
        ({"since": T0 - 100 * 86_400}, "since must not be earlier than 2026-08-20"),
        ({"start_date": "2026-11-20T10:00Z", "end_date": "2026-11-21T10:00:00Z"}, "Invalid start_date"),
        ({"start_date": "2026-11-20"}, "start_date and end_date must both be present"),
    ],
)
def test_bad_windows_are_refused_with_a_json_string(blank: Client, params: dict[str, str], text: str) -> None:
    answer = blank.toggl("GET", "/me/time_entries", params=params)
    assert (answer.status_code, answer.json()) == (400, text)


def test_the_look_back_moves_with_the_clock(blank: Client) -> None:
    window = {"start_date": "2026-08-22", "end_date": "2026-08-23"}
    assert blank.toggl("GET", "/me/time_entries", params=window).status_code == 200
    blank.admin("POST", "/clock", {"days": 10})
    assert "2026-08-31" in blank.toggl("GET", "/me/time_entries", params=window).json()


def test_at_most_1000_entries_newest_start_first(blank: Client) -> None:
    blank.admin("POST", "/toggl/bulk", {"count": 1500})
    window = {"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-22T00:00:00Z"}
    rows = blank.toggl("GET", "/me/time_entries", params=window).json()
    starts = [row["start"] for row in rows]
    assert len(rows) == 1000
    assert starts == sorted(starts, reverse=True)
    rest = blank.toggl("GET", "/me/time_entries", params={**window, "end_date": starts[-1]}).json()
    assert len({row["id"] for row in rows + rest}) == 1500


def test_both_forms_of_at_occur(demo: Client) -> None:
    rows = demo.toggl("GET", "/me/time_entries", params={"since": T0 - 7 * 86_400}).json()
    assert any(row["at"].endswith("Z") and "." in row["at"] for row in rows)
    assert any(row["at"].endswith("+00:00") for row in rows)


def test_a_running_entry_has_a_negative_duration_off_by_one(blank: Client) -> None:
    assert blank.toggl("GET", "/me/time_entries/current").text == "null"
    blank.entry("2026-11-21T09:00:00Z", None)
    current = blank.toggl("GET", "/me/time_entries/current").json()
    assert current["stop"] is None
    assert current["duration"] == -(T0 - 1800) - 1


def test_the_same_life_keeps_other_people_apart(make: object) -> None:
    two = make(people=2, start=None)  # type: ignore[operator]
    first, second = (person.toggl for person in two.world.people)
    assert not set(first.entries) & set(second.entries)
    ask = {
        name: two.ask("GET", "/api/v9/me", auth=(a.token, "api_token")).json()["id"]
        for name, a in (("a", first), ("b", second))
    }
    assert ask["a"] != ask["b"]
