"""Recorded real answers of Toggl go into the warehouse whole: every entry, the right instants, the right tombstones."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lifetracer.connector.ingest import Owner, ingest
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Page
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account

RECORDINGS = Path(__file__).parents[3] / "shared/data/api/toggl"
V9_ENTRIES = (
    "get_latest_time_entries_success",
    "get_latest_time_entries_qp_success",
    "get_current_time_entry_success",
    "get_current_time_entry_is_running",
    "get_time_entry_by_id_success",
    "get_time_entry_by_id_qp_success",
    "stop_a_running_entry_success",
    "create_time_entry_success",
    "update_time_entry_success",
    "go_get_me_time_entries_current_200",
    "go_get_me_time_entries_since_200",
    "go_get_me_time_entries_end_date_meta_start_date_200",
    "go_get_me_time_entries_end_date_include_sharing_start_date_200",
    "go_get_me_time_entries_end_date_include_sharing_meta_start_date_200",
    "go_post_workspaces_n_time_entries_200",
    "go_patch_workspaces_n_time_entries_n_stop_200",
)
REPORTS = ("search_time_entries_simple_success", "search_time_entries_long_first_page")

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs ../shared/data/api/toggl")


@pytest.fixture
def owner(warehouse: Warehouse, account: Account) -> Owner:
    source = source_named("toggl")
    with warehouse.transaction() as connection:
        for stream in source.streams:
            connection.execute("select raw.create_table(%s, %s)", (source.name, stream))
        (connection_id,) = connection.execute(
            "insert into app.connection (account_id, source, name) values (%s, %s, 'recorded') returning connection_id",
            (account.account_id, source.name),
        ).fetchone()
    return Owner(account.account_id, connection_id, source)


def recorded(name: str) -> Any:
    body = json.loads((RECORDINGS / f"{name}.json").read_text())["response"]["body"]
    # Where ids were masked, the recording keeps the answer as text.
    return json.loads(re.sub(r"<TOGGL_\w+_ID>", "4404", body)) if isinstance(body, str) else body


def stored(warehouse: Warehouse, stream: str = "time_entries") -> dict[str, tuple[dict, bool]]:
    with warehouse.transaction() as connection:
        rows = connection.execute(f"select source_id, data, deleted_at is not null from raw.toggl_track__{stream}")
        return {source_id: (data, gone) for source_id, data, gone in rows}


@pytest.mark.parametrize("name", V9_ENTRIES)
def test_every_recorded_v9_entry_is_stored_as_it_came(warehouse: Warehouse, owner: Owner, name: str) -> None:
    body = recorded(name)
    items = body if isinstance(body, list) else [body] if body else []
    page = Page(json.dumps(body), api_version="v9")
    for _ in range(2):  # a repetition changes nothing
        with warehouse.transaction() as connection:
            done = ingest(connection, owner, "time_entries", page)
    assert done.changed == 0
    rows = stored(warehouse)
    assert set(rows) == {str(item["id"]) for item in items}
    for item in items:
        data, gone = rows[str(item["id"])]
        assert data == item
        assert gone == bool(item.get("server_deleted_at"))


@pytest.mark.parametrize("name", REPORTS)
def test_every_recorded_reports_entry_is_stored_with_the_fields_of_its_group(
    warehouse: Warehouse, owner: Owner, name: str
) -> None:
    body = recorded(name)
    page = Page(json.dumps(body), api_version="reports_v3", nested="time_entries", weaker=True, add={"workspace_id": 7})
    with warehouse.transaction() as connection:
        ingest(connection, owner, "time_entries", page)
    rows = stored(warehouse)
    expected = {str(entry["id"]): (group, entry) for group in body for entry in group["time_entries"]}
    assert set(rows) == set(expected)
    for source_id, (group, entry) in expected.items():
        data, gone = rows[source_id]
        assert not gone
        assert datetime.fromisoformat(data["start"]) == datetime.fromisoformat(entry["start"])
        assert data["seconds"] == entry["seconds"]
        assert data["description"] == group["description"]
        assert data["project_id"] == group["project_id"]
        assert data["workspace_id"] == 7
        assert "row_number" not in data


@pytest.mark.parametrize("name", ["get_me_success_long", "get_me_success_short", "go_get_me_200"])
def test_the_recorded_person_is_stored_without_secrets(warehouse: Warehouse, owner: Owner, name: str) -> None:
    body = recorded(name)
    with warehouse.transaction() as connection:
        ingest(connection, owner, "users", Page(json.dumps(body), api_version="v9"))
        for stream in ("workspaces", "clients", "projects", "tags", "tasks"):
            ingest(connection, owner, "users", Page(json.dumps(body), api_version="v9", stream=stream, items=(stream,)))
    ((data, _),) = stored(warehouse, "users").values()
    assert data["id"] == body["id"]
    assert not {"api_token", "intercom_hash", "projects"} & set(data)
    for stream in ("workspaces", "clients", "projects", "tags"):
        rows = stored(warehouse, stream)
        assert set(rows) == {str(item["id"]) for item in body.get(stream) or []}
        assert not any({"api_token", "ical_url"} & set(data) for data, _ in rows.values())


def test_the_recorded_project_lists_are_stored(warehouse: Warehouse, owner: Owner) -> None:
    for name in ("search_projects_no_filter", "search_project_by_name", "get_projects_after_bulk_update_success"):
        body = recorded(name)
        with warehouse.transaction() as connection:
            ingest(connection, owner, "users", Page(json.dumps(body), api_version="v9", stream="projects"))
        assert {str(item["id"]) for item in body} <= set(stored(warehouse, "projects"))
