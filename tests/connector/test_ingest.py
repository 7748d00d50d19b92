"""What one page does to its raw table, on the newest and on the oldest PostgreSQL."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lifetracer.connector.ingest import Ingested, Owner, ingest, sweep
from lifetracer.connector.source import Covered, Page, Source
from lifetracer.errors import TryAgainError
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import create

SOURCE = Source(name="testing", title="Testing", secrets=())
SOURCE.table("things", "With a version.", version="at", deleted="$.gone ? (@ == true)", drop=("secret", "row_number"))
SOURCE.table("plain", "Without a version.", deleted='$ ? (@.status == "cancelled")')

T1, T2, T3 = "2026-01-01T00:00:00Z", "2026-01-01T00:00:01.5Z", "2026-01-02T00:00:00+00:00"


class Table:
    """One raw table of one connection."""

    def __init__(self, connection: psycopg.Connection[Any], owner: Owner, stream: str) -> None:
        self.connection = connection
        self.owner = owner
        self.stream = stream

    def take(self, *items: Any, **more: Any) -> Ingested:
        return ingest(self.connection, self.owner, self.stream, Page(json.dumps(list(items)), "v1", **more))

    def sweep(self, sweep_id: str, covered: Covered) -> tuple[int, int]:
        later = datetime.now(UTC) + timedelta(minutes=1)  # as if the rows had been there before the sweep began
        return sweep(self.connection, self.owner, self.stream, Page("[]", "v1", sweep=sweep_id, covered=covered), later)

    def rows(self, *, living: bool = True) -> dict[str, Any]:
        query = f"select source_id, data from raw.testing__{self.stream} where (deleted_at is null) = %s"
        return dict(self.connection.execute(query, (living,)).fetchall())

    def revisions(self) -> list[Any]:
        query = "select data from raw.revision where stream = %s order by revision_id"
        return [data for (data,) in self.connection.execute(query, (f"testing__{self.stream}",))]


@pytest.fixture
def owner(any_warehouse: Warehouse) -> Owner:
    with any_warehouse.transaction() as connection:
        account = create(connection, "Person", "UTC", "en")
        for stream in SOURCE.streams:
            connection.execute("select raw.create_table('testing', %s)", (stream,))
        row = connection.execute(
            "insert into app.connection (account_id, source, name) values (%s, 'testing', 't') returning connection_id",
            (account.account_id,),
        ).fetchone()
    assert row is not None
    return Owner(account.account_id, row[0], SOURCE)


@pytest.fixture
def things(any_warehouse: Warehouse, owner: Owner) -> Iterator[Table]:
    with any_warehouse.transaction() as connection:
        yield Table(connection, owner, "things")


@pytest.fixture
def plain(any_warehouse: Warehouse, owner: Owner) -> Iterator[Table]:
    with any_warehouse.transaction() as connection:
        yield Table(connection, owner, "plain")


def test_new_items_are_stored_without_what_must_not_be_kept(things: Table) -> None:
    assert things.take({"id": 1, "at": T1, "secret": "x", "row_number": 7}) == Ingested(items=1, inserted=1)
    assert things.rows() == {"1": {"id": 1, "at": T1}}
    assert things.revisions() == []


def test_an_unchanged_item_is_not_touched(things: Table) -> None:
    things.take({"id": 1, "at": T1, "n": 1})
    assert things.take({"n": 1, "at": T1, "id": 1}).changed == 0
    assert things.revisions() == []


def test_a_changed_item_leaves_its_former_version(things: Table) -> None:
    things.take({"id": 1, "at": T1, "n": 1})
    assert things.take({"id": 1, "at": T3, "n": 2}).updated == 1
    assert things.rows()["1"]["n"] == 2
    assert things.revisions() == [{"id": 1, "at": T1, "n": 1}]


def test_an_older_version_never_overwrites_a_newer_one(things: Table) -> None:
    things.take({"id": 1, "at": T3, "n": 2})
    assert things.take({"id": 1, "at": T1, "n": 1}).changed == 0
    assert things.take({"id": 1, "at": T1, "gone": True}).changed == 0
    assert things.rows()["1"]["n"] == 2


def test_the_same_version_with_other_content_counts(things: Table) -> None:
    """A project that is deleted empties entries without a new ``at``."""
    things.take({"id": 1, "at": T1, "project": 5})
    assert things.take({"id": 1, "at": T1, "project": None}).updated == 1


def test_an_id_met_twice_counts_once_newest_version_first_then_the_last(things: Table, plain: Table) -> None:
    done = things.take({"id": 1, "at": T3, "n": "new"}, {"id": 1, "at": T1, "n": "old"})
    assert done == Ingested(items=1, inserted=1)
    assert things.rows()["1"]["n"] == "new"
    plain.take({"id": "a", "n": 1}, {"id": "a", "n": 2})
    assert plain.rows()["a"]["n"] == 2


def test_a_page_between_whose_new_ends_something_is_known_is_merged(things: Table) -> None:
    things.take({"id": 2, "at": T1, "n": 1}, {"id": 3, "at": T1})
    done = things.take({"id": 1}, {"id": 2, "at": T3, "n": 2}, {"id": 3, "at": T1}, {"id": 4, "gone": True}, {"id": 5})
    assert done == Ingested(items=5, inserted=2, updated=1, deleted=1)
    assert set(things.rows()) == {"1", "2", "3", "5"}
    assert set(things.rows(living=False)) == {"4"}
    assert things.revisions() == [{"id": 2, "at": T1, "n": 1}]


def test_a_new_page_is_counted_and_met_like_any_other(things: Table) -> None:
    read = str(uuid4())
    assert things.take({"id": 1}, {"id": 2, "gone": True}, {"id": 3}, sweep=read) == Ingested(3, inserted=2, deleted=1)
    assert things.sweep(read, Covered()) == (0, 0)
    assert set(things.rows()) == {"1", "3"}
    assert things.revisions() == []


def test_a_new_item_with_an_impossible_instant_is_refused_before_it_can_block_a_comparison(things: Table) -> None:
    with pytest.raises(TryAgainError, match="not what was asked for"):
        things.take({"id": 1, "at": T1}, {"id": 2, "at": "2026-13-45T00:00:00Z"})
    assert things.rows() == {}


def test_two_connections_that_bring_the_same_new_items_at_once_both_succeed(
    any_warehouse: Warehouse, owner: Owner
) -> None:
    with any_warehouse.transaction() as connection:
        row = connection.execute(
            "insert into app.connection (account_id, source, name) values (%s, 'testing', 'u') returning connection_id",
            (owner.account_id,),
        ).fetchone()
    assert row is not None
    there = threading.Event()

    def bring(connection_id: UUID, at: str) -> Ingested:
        with any_warehouse.transaction() as connection:
            table = Table(connection, Owner(owner.account_id, connection_id, SOURCE), "things")
            done = table.take(*({"id": n, "at": at} for n in range(50)))
            if not there.is_set():
                there.set()
                time.sleep(0.3)  # the other one meets rows that are not committed yet
        return done

    with ThreadPoolExecutor() as pool:
        first = pool.submit(bring, owner.connection_id, T1)
        assert there.wait(10)
        second = pool.submit(bring, row[0], T3)
        assert first.result(10) == Ingested(items=50, inserted=50)
        assert second.result(10) == Ingested(items=50, updated=50)


def test_the_weaker_form_yields_to_the_richer_unless_it_is_newer(things: Table) -> None:
    things.take({"id": 1, "at": T2, "rich": True})
    weak = {"api_version": "v0", "weaker": True}

    def take(at: str) -> Ingested:
        body = json.dumps([{"id": 1, "at": at}])
        return ingest(things.connection, things.owner, "things", Page(body, **weak))

    assert take("2026-01-01T00:00:01Z").changed == 0, "the same second: reports cut fractions"
    assert take(T3).updated == 1
    assert things.take({"id": 1, "at": T3, "rich": True}).updated == 1


def test_a_bare_deletion_keeps_what_was_known(plain: Table) -> None:
    plain.take({"id": "a", "status": "confirmed", "summary": "Lunch"})
    assert plain.take({"id": "a", "status": "cancelled"}).deleted == 1
    assert plain.rows() == {}
    assert plain.rows(living=False) == {"a": {"id": "a", "status": "cancelled", "summary": "Lunch"}}
    assert plain.take({"id": "a", "status": "cancelled"}).changed == 0
    assert plain.revisions() == [{"id": "a", "status": "confirmed", "summary": "Lunch"}]


def test_what_comes_back_is_revived(plain: Table) -> None:
    plain.take({"id": "a", "status": "confirmed"})
    plain.take({"id": "a", "status": "cancelled"})
    assert plain.take({"id": "a", "status": "confirmed"}).updated == 1
    assert plain.rows() == {"a": {"id": "a", "status": "confirmed"}}


def test_a_deletion_of_something_never_seen_is_a_tombstone(plain: Table) -> None:
    assert plain.take({"id": "a", "status": "cancelled"}).deleted == 1
    assert plain.rows() == {}
    assert set(plain.rows(living=False)) == {"a"}


@pytest.mark.parametrize("body", ["", "null", "[]", "  "])
def test_nothing_is_an_empty_list(things: Table, body: str) -> None:
    assert ingest(things.connection, things.owner, "things", Page(body, "v1")) == Ingested()


def test_a_single_object_is_a_list_of_one_and_lists_may_lie_deeper(things: Table) -> None:
    ingest(things.connection, things.owner, "things", Page('{"id": 1, "at": null}', "v1"))
    ingest(things.connection, things.owner, "things", Page('{"a": {"b": [{"id": 2}]}}', "v1", items=("a", "b")))
    ingest(things.connection, things.owner, "things", Page('{"a": null}', "v1", items=("a", "b")))
    assert set(things.rows()) == {"1", "2"}


def test_groups_are_unfolded_and_their_fields_merged(things: Table) -> None:
    group = {"user": 7, "row_number": 1, "inner": [{"id": 1, "at": T1}, {"id": 2, "at": T1}]}
    things.take(group, {"user": 8, "inner": None}, {"user": 9}, nested="inner", add={"workspace": 3})
    assert things.rows() == {str(n): {"id": n, "at": T1, "user": 7, "workspace": 3} for n in (1, 2)}


def test_only_what_the_page_wants_is_kept_under_its_prefix(things: Table) -> None:
    items = [{"id": 1, "user": 7}, {"id": 2, "user": 8}, {"user": 7}, "nonsense", None]
    things.take(*items, keep="$ ? (@.user == 7)", prefix="calendar/")
    assert set(things.rows()) == {"calendar/1"}


def test_characters_that_cannot_be_stored_are_mended_and_counted(things: Table) -> None:
    body = '[{"id": 1, "a": "x\\u0000y", "b": "\\ud800", "c": "🎉 \\ud83c\\udf89"}, {"id": 2, "a": "fine"}]'
    done = ingest(things.connection, things.owner, "things", Page(body, "v1"))
    assert (done.inserted, done.mended) == (2, 2)
    assert things.rows()["1"] == {"id": 1, "a": "x\ufffdy", "b": "\ufffd", "c": "🎉 🎉"}


@pytest.mark.parametrize("body", ["[{", "<html>", '"a sentence"', "17"])
def test_what_is_no_list_is_refused_and_leaves_the_transaction_usable(things: Table, body: str) -> None:
    with pytest.raises(TryAgainError, match="not what was asked for"):
        ingest(things.connection, things.owner, "things", Page(body, "v1"))
    assert things.take({"id": 1}).inserted == 1


def test_a_sweep_tombstones_only_what_it_covers_and_did_not_meet(plain: Table) -> None:
    days = {"a/1": "2026-01-01T00:00:00Z", "a/2": "2026-01-02T00:00:00+09:00", "a/3": "2026-02-01T00:00:00Z"}
    plain.take(*({"id": key, "start": start} for key, start in days.items()), {"id": "b/1", "start": T1})
    read = str(uuid4())
    plain.take({"id": "a/1", "start": days["a/1"]}, sweep=read)
    covered = Covered(prefix="a/", time="start", until=datetime(2026, 1, 31, tzinfo=UTC))
    assert plain.sweep(read, covered) == (1, 0)
    assert set(plain.rows()) == {"a/1", "a/3", "b/1"}
    assert plain.revisions() == [{"id": "a/2", "start": days["a/2"]}]
    assert plain.connection.execute("select count(*) from ops.sweep_seen").fetchone() == (0,)


def test_a_part_that_came_back_wholly_empty_is_not_believed(plain: Table) -> None:
    plain.take(*({"id": f"{n}"} for n in range(10)))
    assert plain.sweep(str(uuid4()), Covered()) == (0, 10)
    assert len(plain.rows()) == 10
    assert plain.sweep(str(uuid4()), Covered(trust_empty=True)) == (10, 0)


def test_a_row_that_a_sweep_missed_wrongly_comes_back_with_its_old_version(things: Table) -> None:
    things.take({"id": 1, "at": T3})
    things.sweep(str(uuid4()), Covered(trust_empty=True))
    assert things.rows() == {}
    assert things.take({"id": 1, "at": T3}).updated == 1
    assert set(things.rows()) == {"1"}


def test_raw_rows_go_with_their_connection(any_warehouse: Warehouse, owner: Owner) -> None:
    with any_warehouse.transaction() as connection:
        table = Table(connection, owner, "plain")
        table.take({"id": "a"})
        table.take({"id": "a", "n": 1})
        connection.execute("delete from app.account")
        assert table.rows() == {}
        assert table.revisions() == []
