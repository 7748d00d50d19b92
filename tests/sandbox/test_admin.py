"""The sandbox's own routes: they list themselves, say what was wrong, and keep people and worlds apart."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.conftest import Client


def test_the_routes_list_themselves(blank: Client) -> None:
    routes = blank.admin("GET", "")
    assert any(line.startswith("POST /__admin/clock  Move the clock") for line in routes)
    assert all(line.endswith(".") for line in routes)


def test_admin_requests_are_not_in_the_log(blank: Client) -> None:
    blank.toggl("GET", "/me/id")
    log = blank.admin("GET", "/requests")
    assert (log["total"], log["counts"]) == (1, {"GET /api/v9/me/id": 1})
    assert log["requests"][0]["status"] == 200
    blank.admin("DELETE", "/requests")
    assert blank.admin("GET", "/requests")["total"] == 0


def test_bad_admin_requests_are_explained(blank: Client) -> None:
    for method, path, body, code, word in (
        ("POST", "/clock", {"now": "tomorrow"}, 422, "instant"),
        ("POST", "/clock", {"advance": -5}, 422, "backwards"),
        ("GET", "/people?person=7", None, 404, "person 7"),
        ("DELETE", "/toggl/entries/5", None, 404, "There is no 5"),
        ("POST", "/toggl/entries", {"project": "nonsense"}, 422, "nonsense"),
        ("PATCH", "/google/events/none", {}, 404, "none"),
        ("GET", "/nowhere", None, 404, "lists the routes"),
    ):
        answer = blank.ask(method, f"/__admin{path}", json=body)
        assert (answer.status_code, word in answer.json()["error"]) == (code, True), answer.text


def test_people_are_added_and_live_apart(blank: Client) -> None:
    added = blank.admin("POST", "/people", {"language": "ja", "start": "2026-11-15"})
    assert (added["timeZone"], added["index"]) == ("Asia/Tokyo", 1)
    assert blank.admin("GET", "/truth/toggl?person=0")["entries"] == {}
    assert len(blank.admin("GET", "/truth/toggl?person=1")["entries"]) > 50
    mine = blank.admin("POST", "/toggl/entries?person=1", {"start": "2026-11-21T01:00:00Z", "duration": 60})
    assert str(mine["id"]) in blank.admin("GET", "/truth/toggl?person=1")["entries"]


def test_a_new_seed_begins_a_new_world(make: Callable[..., Client]) -> None:
    client = make()
    before = set(client.admin("GET", "/truth/toggl")["entries"])
    (person,) = client.admin("POST", "/seed", {"seed": 5, "language": "ja", "start": "2026-11-01"})
    assert person["language"] == "ja"
    assert len(client.admin("GET", "/truth/toggl")["entries"]) < len(before)


def test_a_role_that_changes_ends_the_sync_tokens(make: Callable[..., Client]) -> None:
    client = make()
    study = client.person.google.aliases["study"]
    token = client.events(study)["nextSyncToken"]
    client.admin("PATCH", "/google/calendars/study", {"role": "reader"})
    assert client.google("GET", f"/calendars/{study}/events", params={"syncToken": token}).status_code == 410
