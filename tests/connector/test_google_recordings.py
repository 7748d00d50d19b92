"""Recorded real answers of Google go into the warehouse whole: every event and calendar, the right instants."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lifetracer.connector import occurrences
from lifetracer.connector.ingest import Owner, ingest
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Page
from lifetracer.connector.sources.google_calendar.calendar_list import chosen
from lifetracer.errors import CredentialError
from lifetracer.outside import google_calendar as access
from lifetracer.outside.http import Refusal
from lifetracer.outside.quota import Budget
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account

RECORDINGS = Path(__file__).parents[3] / "shared/data/api/gcal"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs ../shared/data/api/gcal")

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def recordings(kind: str) -> list[str]:
    """Names of the recorded answers whose body is of a kind."""
    if not RECORDINGS.is_dir():
        return []
    found = {path.stem: json.loads(path.read_text())["response"] for path in sorted(RECORDINGS.glob("*.json"))}
    return [
        name
        for name, answer in found.items()
        if isinstance(answer["body"], dict) and answer["body"].get("kind") == kind
    ]


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]


@pytest.fixture
def owner(warehouse: Warehouse, account: Account) -> Owner:
    source = source_named("gcal")
    with warehouse.transaction() as connection:
        for stream in source.streams:
            connection.execute("select raw.create_table(%s, %s)", (source.name, stream))
        (connection_id,) = connection.execute(
            "insert into app.connection (account_id, source, name) values (%s, %s, 'recorded') returning connection_id",
            (account.account_id, source.name),
        ).fetchone()
    return Owner(account.account_id, connection_id, source)


def take_in(warehouse: Warehouse, owner: Owner, stream: str, page: Page) -> dict[str, tuple[dict, bool]]:
    """Ingest a page twice; the second time must change nothing."""
    for _ in range(2):
        with warehouse.transaction() as connection:
            done = ingest(connection, owner, stream, page)
    assert done.changed == 0
    with warehouse.transaction() as connection:
        rows = connection.execute(
            f"select source_id, data, deleted_at is not null from raw.google_calendar__{stream}"
        ).fetchall()
    return {source_id: (data, gone) for source_id, data, gone in rows}


def occurrences_of(warehouse: Warehouse, owner: Owner) -> dict[str, tuple[Any, ...]]:
    with warehouse.transaction() as connection:
        occurrences.refresh(connection, owner.account_id, owner.connection_id, owner.source, NOW, 30)
        rows = connection.execute("select content_id, starts_at, ends_at, starts_on, ends_on from raw.occurrence")
        return {row[0]: row[1:] for row in rows}


def expected(event: dict[str, Any]) -> tuple[Any, ...]:
    if "date" in event["start"]:
        return None, None, *(datetime.fromisoformat(event[part]["date"]).date() for part in ("start", "end"))
    return *(datetime.fromisoformat(event[part]["dateTime"]) for part in ("start", "end")), None, None


@pytest.mark.parametrize("name", recordings("calendar#events"))
def test_every_recorded_list_of_events_is_stored_as_it_came(warehouse: Warehouse, owner: Owner, name: str) -> None:
    body = recorded(name)["body"]
    page = Page(json.dumps(body), "v3", items=("items",), prefix="ann@example.com/")
    rows = take_in(warehouse, owner, "events", page)
    assert rows == {f"ann@example.com/{item['id']}": (item, False) for item in body["items"]}
    assert occurrences_of(warehouse, owner) == {
        f"ann@example.com/{item['id']}": expected(item) for item in body["items"]
    }  # fmt: skip


@pytest.mark.parametrize("name", recordings("calendar#event"))
def test_every_recorded_event_is_stored_as_it_came(warehouse: Warehouse, owner: Owner, name: str) -> None:
    event = recorded(name)["body"]
    gone = event["status"] == "cancelled"
    rows = take_in(warehouse, owner, "events", Page(json.dumps(event), "v3", prefix="ann@example.com/"))
    assert rows == {f"ann@example.com/{event['id']}": (event, gone)}
    found = occurrences_of(warehouse, owner)
    assert found == ({} if gone else {f"ann@example.com/{event['id']}": expected(event)})


@pytest.mark.parametrize("name", recordings("calendar#calendarList"))
def test_every_recorded_calendar_list_is_stored_as_it_came(warehouse: Warehouse, owner: Owner, name: str) -> None:
    body = recorded(name)["body"]
    rows = take_in(warehouse, owner, "calendars", Page(json.dumps(body), "v3", items=("items",)))
    assert rows == {item["id"]: (item, False) for item in body["items"]}
    read = chosen([data for data, _ in rows.values()], {}, ())
    assert read
    assert not [calendar_id for calendar_id in read if "#" in calendar_id], (
        "holidays, contacts and sunrises are left out"
    )


def test_an_edited_event_keeps_its_former_versions(warehouse: Warehouse, owner: Owner) -> None:
    names = [name for name in recordings("calendar#event") if "patch" in name or name.endswith("id_200_1")]
    events = [recorded(name)["body"] for name in names]
    by_id: dict[str, list[dict[str, Any]]] = {}
    for event in sorted(events, key=lambda event: event["updated"]):
        by_id.setdefault(event["id"], []).append(event)
        with warehouse.transaction() as connection:
            ingest(connection, owner, "events", Page(json.dumps(event), "v3", prefix="a/"))
    versions = sum(len({json.dumps(one) for one in many}) - 1 for many in by_id.values())
    assert versions > 0
    with warehouse.transaction() as connection:
        assert connection.execute("select count(*) from raw.revision").fetchone() == (versions,)


@pytest.mark.parametrize("name", [p.stem for p in sorted(RECORDINGS.glob("*get*_401_*.json"))])
def test_every_recorded_refusal_of_a_token_asks_to_reconnect(name: str) -> None:
    answer = recorded(name)
    said = answer["body"]["error"]["message"]
    refusal = Refusal(answer["status"], "/calendar/v3/…", {}, said, answer["body"], "all", Budget())
    assert access.reason_of(answer["body"]) == "authError"
    assert isinstance(
        access.open_access({"client_id": "c", "refresh_token": "r"}, settings()).explain(refusal), CredentialError
    )


def settings() -> Any:
    from lifetracer.settings import Settings

    return Settings()
