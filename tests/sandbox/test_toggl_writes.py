"""Toggl Track v9, writing: entries, bulk changes, dimensions (APIS.md A.8 to A.10)."""

from __future__ import annotations

from typing import Any

from sandbox.conftest import Client


def base(client: Client) -> str:
    return f"/workspaces/{client.person.toggl.workspace_id}"


def post(client: Client, **body: Any) -> Any:
    return client.toggl("POST", f"{base(client)}/time_entries", json={"created_with": "test", **body})


def test_starting_an_entry_echoes_minus_one_and_stops_the_one_before(blank: Client) -> None:
    first = post(blank, start="2026-11-21T08:00:00Z", duration=-1).json()
    assert (first["duration"], first["stop"]) == (-1, None)
    second = post(blank, start="2026-11-21T09:00:00Z", duration=-1).json()
    assert blank.toggl("GET", f"/me/time_entries/{first['id']}").json()["stop"] == "2026-11-21T09:00:00+00:00"
    assert blank.toggl("GET", "/me/time_entries/current").json()["id"] == second["id"]


def test_without_duration_and_stop_a_zombie_is_stored(blank: Client) -> None:
    row = post(blank, start="2026-11-21T08:00:00Z").json()
    assert (row["duration"], row["stop"]) == (0, None)


def test_start_stop_and_duration_must_agree(blank: Client) -> None:
    answer = post(blank, start="2026-11-21T08:00:00Z", stop="2026-11-21T09:00:00Z", duration=5)
    assert answer.status_code == 400
    assert isinstance(answer.json(), str)


def test_unknown_tag_names_are_created(blank: Client) -> None:
    row = post(blank, start="2026-11-21T08:00:00Z", duration=60, tags=["new"]).json()
    assert row["tags"] == ["new"]
    assert [tag["id"] for tag in blank.toggl("GET", "/me/tags").json()] == row["tag_ids"]


def test_put_changes_only_what_is_sent_and_bumps_at(blank: Client) -> None:
    row = post(blank, start="2026-11-21T08:00:00Z", duration=60, description="a", tags=["x"]).json()
    blank.admin("POST", "/clock", {"advance": 5})
    changed = blank.toggl("PUT", f"{base(blank)}/time_entries/{row['id']}", json={"description": "b"}).json()
    assert (changed["description"], changed["tags"], changed["duration"]) == ("b", ["x"], 60)
    assert changed["at"] > row["at"]
    added = {"tags": ["y"], "tag_action": "add"}
    assert blank.toggl("PUT", f"{base(blank)}/time_entries/{row['id']}", json=added).json()["tags"] == ["x", "y"]


def test_stopping_twice_is_a_conflict(blank: Client) -> None:
    row = post(blank, start="2026-11-21T09:00:00Z", duration=-1).json()
    path = f"{base(blank)}/time_entries/{row['id']}/stop"
    assert blank.toggl("PATCH", path).json()["duration"] == 1800
    answer = blank.toggl("PATCH", path)
    assert (answer.status_code, answer.json()) == (409, "Time entry already stopped")


def test_deleting_a_running_entry_sets_its_stop(blank: Client) -> None:
    row = post(blank, start="2026-11-21T09:00:00Z", duration=-1).json()
    path = f"{base(blank)}/time_entries/{row['id']}"
    assert blank.toggl("DELETE", path).status_code == 200
    assert blank.toggl("DELETE", path).status_code == 404
    (tombstone,) = blank.toggl("GET", "/me/time_entries", params={"since": 1_795_253_000}).json()
    assert tombstone["stop"] == tombstone["server_deleted_at"] == "2026-11-21T09:30:00+00:00"


def test_a_bulk_change_may_fail_in_part_and_is_still_200(blank: Client) -> None:
    row = post(blank, start="2026-11-21T08:00:00Z", duration=60).json()
    operations = [{"op": "replace", "path": "/description", "value": "many"}]
    answer = blank.toggl("PATCH", f"{base(blank)}/time_entries/{row['id']},77", json=operations)
    assert answer.status_code == 200
    assert answer.json() == {
        "success": [row["id"]],
        "failure": [{"id": 77, "message": "Time entry not found/accessible"}],
    }
    ids = ",".join(str(n) for n in range(101))
    assert blank.toggl("PATCH", f"{base(blank)}/time_entries/{ids}", json=operations).status_code == 400


def test_archived_projects_are_hidden_by_default(blank: Client) -> None:
    kept = blank.toggl("POST", f"{base(blank)}/projects", json={"name": "kept"}).json()
    old = blank.toggl("POST", f"{base(blank)}/projects", json={"name": "old"}).json()
    blank.toggl("PUT", f"{base(blank)}/projects/{old['id']}", json={"active": False})
    assert [row["id"] for row in blank.toggl("GET", "/me/projects").json()] == [kept["id"]]
    both = blank.toggl("GET", "/me/projects", params={"include_archived": "true"}).json()
    assert {row["name"]: row["status"] for row in both} == {"kept": "active", "old": "archived"}
    listed = blank.toggl("GET", f"{base(blank)}/projects", params={"active": "both"}).json()
    assert len(listed) == 2


def test_renaming_a_project_does_not_bump_its_entries(blank: Client) -> None:
    project = blank.toggl("POST", f"{base(blank)}/projects", json={"name": "a"}).json()
    before = post(blank, start="2026-11-21T08:00:00Z", duration=60, project_id=project["id"]).json()
    blank.admin("POST", "/clock", {"advance": 60})
    blank.toggl("PUT", f"{base(blank)}/projects/{project['id']}", json={"name": "b"})
    (after,) = blank.toggl("GET", "/me/time_entries", params={"meta": "true"}).json()
    assert (after["project_name"], after["at"]) == ("b", before["at"])


def test_a_deleted_project_leaves_its_entries_without_one(blank: Client) -> None:
    project = blank.toggl("POST", f"{base(blank)}/projects", json={"name": "a"}).json()
    post(blank, start="2026-11-21T08:00:00Z", duration=60, project_id=project["id"])
    assert blank.toggl("DELETE", f"{base(blank)}/projects/{project['id']}").json() == project["id"]
    assert blank.toggl("GET", "/me/time_entries").json()[0]["project_id"] is None
    assert blank.toggl("GET", "/me/projects").json() is None
    (row,) = blank.toggl("GET", "/me/projects", params={"since": 1}).json()
    assert row["server_deleted_at"]


def test_no_clients_are_null_and_clients_have_wid_only(blank: Client) -> None:
    assert blank.toggl("GET", f"{base(blank)}/clients").json() is None
    client = blank.toggl("POST", f"{base(blank)}/clients", json={"name": "C"}).json()
    assert "workspace_id" not in client
    assert client["wid"] == blank.person.toggl.workspace_id


def test_creating_a_tag_answers_an_array_and_names_must_be_new(blank: Client) -> None:
    (tag,) = blank.toggl("POST", f"{base(blank)}/tags", json={"name": "t"}).json()
    again = blank.toggl("POST", f"{base(blank)}/tags", json={"name": "t"})
    assert (again.status_code, again.json()) == (400, "a tag with the name 't' already exists")
    assert blank.toggl("POST", f"{base(blank)}/tags", json={}).json() == "tag name can't be blank"
    blank.toggl("DELETE", f"{base(blank)}/tags/{tag['id']}")
    (row,) = blank.toggl("GET", "/me/tags", params={"since": 1}).json()
    assert row["deleted_at"]
    assert "server_deleted_at" not in row


def test_colours_must_be_hexadecimal(blank: Client) -> None:
    assert blank.toggl("POST", f"{base(blank)}/projects", json={"name": "x", "color": "red"}).status_code == 400


def test_tasks_come_inside_a_wrapper(blank: Client) -> None:
    project = blank.toggl("POST", f"{base(blank)}/projects", json={"name": "a"}).json()
    blank.toggl("POST", f"{base(blank)}/projects/{project['id']}/tasks", json={"name": "T"})
    page = blank.toggl("GET", f"{base(blank)}/tasks").json()
    assert (page["total_count"], page["data"][0]["project_id"]) == (1, project["id"])
