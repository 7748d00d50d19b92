"""The archive: out and in again, every table equal; damaged or newer ones change nothing; secrets stay at home."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from lifetracer.errors import BadFileError, FixByHandError, UsageError
from lifetracer.jobs.farewell import remove_account
from lifetracer.reporter import Wish, shelf
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, accounts, archive, migrate, readers
from lifetracer.warehouse.accounts import Account
from warehouse.test_isolation import fill, relations

pytestmark = pytest.mark.db

STREAMS = [("toggl_track", "time_entries"), ("google_calendar", "events")]
SECRET = re.compile(r"secret|password|token|hash|credential|proof|totp|upstream")


@pytest.fixture
def crowded(warehouse: Warehouse, server: Any, account: Account) -> Account:
    """A person of whom every table has a row; foreign keys and triggers sleep, because the rows make no sense."""
    migrate.migrate(warehouse, STREAMS)
    name = str(conninfo.conninfo_to_dict(warehouse.dsn)["dbname"])
    with server.superuser() as root:
        root.execute(f'alter database "{name}" set session_replication_role = replica')
    with server.superuser(name) as root:
        fill(root, [account.account_id])
    with psycopg.connect(warehouse.dsn) as one:  # what runs from now on has the setting
        assert one.execute("show session_replication_role").fetchone() == ("replica",)
    warehouse.close()
    return account


@pytest.fixture
def lived(warehouse: Warehouse, account: Account) -> Account:
    """A person with real rows: changed, deleted, expanded, corrected; every trigger has done its work."""
    migrate.migrate(warehouse, STREAMS)
    with warehouse.transaction() as con:
        con.execute(
            """
            with c as (
                insert into app.connection (account_id, source, name, settings)
                values (%(a)s, 'google_calendar', 'Mine', '{"zone": "Asia/Tokyo"}') returning connection_id
            ), e as (
                insert into raw.google_calendar__events
                    (account_id, source_id, connection_id, data, api_version, deleted_at)
                select %(a)s, 'c/' || n, connection_id,
                    jsonb_build_object('id', n, 'summary', '予定' || n, 'note', e'a\\tb\\\\c"'), 'v3',
                    case n when 3 then now() end
                from c cross join generate_series(1, 5) as n
            )
            insert into raw.occurrence (account_id, occurrence_id, connection_id, source, calendar_id, series_id,
                content_id, original_start, starts_at, ends_at)
            select %(a)s, 'o1', connection_id, 'google_calendar', 'c', 'c/1', 'c/1', '2026-11-21', now(),
                now() + interval '1 hour'
            from c
            """,
            {"a": account.account_id},
        )
        con.execute(
            "insert into raw.revision (account_id, stream, source_id, data, api_version, synced_at)"
            " select account_id, 'google_calendar__events', source_id, data || '{\"summary\": \"old\"}', 'v3', now()"
            " from raw.google_calendar__events"
        )
        for parent, child in ((None, "work"), ("work", "write"), ("write", "novel")):
            con.execute(
                "insert into app.category (account_id, category_id, name, parent_id) values (%s, %s, %s, %s)",
                [account.account_id, child, child.title(), parent],
            )
        con.execute("update app.category set name = 'Writing' where category_id = 'write'")
        con.execute("update raw.occurrence set ends_at = ends_at + interval '1 hour'")
        con.execute("update app.account set week_start = 0")
        con.execute("update app.schedule set local_time = '05:00' where stage = 'sync'")
    return account


def everything(house: Warehouse, account: Account, connections: dict[str, str] | None = None) -> dict[str, list[Any]]:
    """All rows of an account by table, without whose they are."""
    found = {}
    with house.transaction() as con:
        for table in archive.tables(con):
            columns = ", ".join(f'"{name}"' for name in table.columns)
            rows = con.execute(
                f"select to_jsonb(t) - 'account_id' from (select {columns} from {table.name} where account_id = %s) t",
                [account.account_id],
            ).fetchall()
            found[table.name] = sorted(
                (_renamed(row, connections or {}) for (row,) in rows), key=lambda row: json.dumps(row, sort_keys=True)
            )
    return found


def _renamed(row: dict[str, Any], connections: dict[str, str]) -> dict[str, Any]:
    known = row.get("connection_id")
    return row | {"connection_id": connections.get(str(known), known)} if known else row


def exported(house: Warehouse, account: Account, folder: Path) -> Path:
    path = folder / "all.zip"
    with path.open("wb") as file:
        archive.write(house, account, file)
    return path


def changed(path: Path, change: Any) -> Path:
    """The archive with one file changed, or left out where ``change`` gives None."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
    target = path.with_name("changed.zip")
    target.write_bytes(made.getvalue())
    return target


def test_every_table_comes_back_equal_into_an_empty_account(warehouse, lived, new_account, tmp_path):
    before = everything(warehouse, lived)
    assert {name for name, rows in before.items() if rows} >= {
        *("app.account", "app.connection", "app.category", "app.revision", "app.schedule"),
        *("raw.google_calendar__events", "raw.revision", "raw.occurrence", "raw.occurrence_revision"),
    }
    path = exported(warehouse, lived, tmp_path)
    with warehouse.transaction() as con:
        accounts.remove(con, lived)
    other = new_account("Empty")
    contents = archive.restore(warehouse, other, path)
    assert everything(warehouse, other) == before
    assert contents.tables == {name: len(rows) for name, rows in before.items()}
    with warehouse.transaction() as con:
        assert accounts.find(con, str(other.account_id)).name == lived.name
        noted = con.execute("select count(*) from raw.change where account_id = %s", [other.account_id]).fetchone()
        assert noted != (0,), "the next transform looks at all of it"
        con.execute("update app.category set name = 'Novels' where category_id = 'novel'")  # counters go on


def test_beside_the_original_a_copy_gets_connections_of_its_own(warehouse, lived, new_account, tmp_path):
    other = new_account("Copy")
    archive.restore(warehouse, other, exported(warehouse, lived, tmp_path))
    with warehouse.transaction() as con:
        ids = dict(
            con.execute(
                "select o.connection_id::text, c.connection_id::text from app.connection as o"
                " join app.connection as c on c.name = o.name and c.account_id <> o.account_id where o.account_id = %s",
                [lived.account_id],
            ).fetchall()
        )
        assert ids
        assert all(former != fresh for former, fresh in ids.items())
        assert accounts.find(con, str(other.account_id)).name == "Copy", "a name is not taken twice"
    original, copy = everything(warehouse, lived, ids), everything(warehouse, other)
    for found in (original, copy):
        found["app.account"][0].pop("name")
    assert copy == original


def test_a_table_that_belongs_to_accounts_is_part_of_it_by_itself(warehouse, crowded, new_account, tmp_path):
    with warehouse.transaction() as con:
        con.execute(
            "create table app.hobby (account_id uuid references app.account, name text, primary key (account_id, name))"
        )
        con.execute("insert into app.hobby values (%s, 'Shogi')", [crowded.account_id])
    before = everything(warehouse, crowded)
    assert before["app.hobby"] == [{"name": "Shogi"}]
    assert not [name for name, rows in before.items() if not rows], "every table has an example"
    other = new_account("Empty")
    path = exported(warehouse, crowded, tmp_path)
    with warehouse.transaction() as con:
        con.execute("delete from app.connection where account_id = %s", [crowded.account_id])
        con.execute("update app.account set name = 'Gone' where account_id = %s", [crowded.account_id])
    archive.restore(warehouse, other, path)
    assert everything(warehouse, other) == before


def test_what_is_left_out_is_named_and_nothing_kept_looks_like_a_secret(warehouse):
    with warehouse.transaction() as con:
        kept = {table.name: table for table in archive.tables(con)}
        all_of_them = {str(one) for one in relations(con) if one.kind in "rp" and one.has_account}
    forgotten = {name for name in all_of_them - set(kept) - set(archive.LEFT_OUT) if not name.startswith("ops.")}
    assert not forgotten
    assert set(archive.LEFT_OUT) <= all_of_them, "what is left out exists"
    suspicious = {
        f"{table.name}.{column}" for table in kept.values() for column in table.columns if SECRET.search(column)
    }
    assert not suspicious


def test_a_damaged_archive_changes_nothing(warehouse, lived, new_account, tmp_path):
    path = exported(warehouse, lived, tmp_path)
    other = new_account("Empty")
    before = everything(warehouse, other)
    events = "tables/raw.google_calendar__events.jsonl"

    def manifest(**changes):
        return lambda name, body: json.dumps(json.loads(body) | changes).encode() if name == "manifest.json" else body

    whole = path.read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: len(whole) // 2])
    flipped = tmp_path / "flipped.zip"
    flipped.write_bytes(whole[:400] + bytes([whole[400] ^ 0xFF]) + whole[401:])
    text = tmp_path / "text.zip"
    text.write_text("hello")
    for bad in (
        cut,
        flipped,
        text,
        tmp_path / "missing.zip",
        changed(path, lambda name, body: None if name == events else body),
    ):
        with pytest.raises(BadFileError, match=r"damaged|no archive|cannot be read"):
            archive.restore(warehouse, other, bad)
    for change in (
        lambda name, body: body.replace("予定1".encode(), "予定9".encode()) if name == events else body,
        lambda name, body: body + b"{}\n" if name == events else body,
        lambda name, body: None if name == "manifest.json" else body,
        lambda name, body: b"[]" if name == "manifest.json" else body,
        manifest(format="something else"),
        manifest(accountId="nobody"),
    ):
        with pytest.raises(BadFileError):
            archive.restore(warehouse, other, changed(path, change))
    assert everything(warehouse, other) == before


def test_what_the_database_refuses_changes_nothing(warehouse, lived, new_account, tmp_path):
    """Checksums are right, but a row makes no sense: a category without its parent."""
    import hashlib

    path = exported(warehouse, lived, tmp_path)
    name = "tables/app.category.jsonl"
    with zipfile.ZipFile(path) as old:
        body = b"".join(line for line in old.open(name) if b'"category_id": "work"' not in line)
        manifest = json.loads(old.read("manifest.json"))
    (told,) = (table for table in manifest["tables"] if table["path"] == name)
    told |= {"rows": body.count(b"\n"), "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    files = {name: body, "manifest.json": json.dumps(manifest).encode()}
    other = new_account("Empty")
    before = everything(warehouse, other)
    with pytest.raises(BadFileError, match="cannot be stored"):
        archive.restore(warehouse, other, changed(path, files.get))
    assert everything(warehouse, other) == before


def test_an_archive_of_a_newer_version_says_so(warehouse, lived, new_account, tmp_path):
    path, other = exported(warehouse, lived, tmp_path), new_account("Empty")
    for newer in ({"schema": "29991231000000"}, {"version": 2}):
        bad = changed(
            path, lambda name, body, new=newer: json.dumps(json.loads(body) | new) if name == "manifest.json" else body
        )
        with pytest.raises(FixByHandError, match="newer than this one") as failure:
            archive.restore(warehouse, other, bad)
        assert "Update lifetracer" in failure.value.remedy


def test_only_an_empty_account_takes_one_in(warehouse, lived, tmp_path):
    path = exported(warehouse, lived, tmp_path)
    before = everything(warehouse, lived)
    with pytest.raises(UsageError, match="is not empty"):
        archive.restore(warehouse, lived, path)
    assert everything(warehouse, lived) == before


def test_who_leaves_leaves_nothing_behind(warehouse, server, account, new_account, home):
    """Every table that has a column for it, the files, the logins: nothing knows the account any more."""
    migrate.migrate(warehouse, STREAMS)
    settings = Settings(home=home)
    stays = new_account("Stays")
    login = readers.create(warehouse, account.account_id, f"leaves_{account.account_id.hex[:8]}")
    for person in (account, stays):
        shelf.put(warehouse, settings, person.account_id, Wish("week", account.created_at.date(), "en"), b"%PDF")
    name = str(conninfo.conninfo_to_dict(warehouse.dsn)["dbname"])
    with server.superuser(name) as root:
        fill(root, [account.account_id, stays.account_id])
        # the rows by force point nowhere: let them point to a real connection
        for person in (account, stays):
            (mine,) = root.execute(
                "select connection_id from app.connection where account_id = %s limit 1", [person.account_id]
            ).fetchone()
            root.execute("set session_replication_role = replica")
            for relation in relations(root):
                if relation.kind in "rp" and relation.has_account and _has(root, relation, "connection_id"):
                    root.execute(
                        f"update {relation} set connection_id = %s where account_id = %s", [mine, person.account_id]
                    )
            root.execute("reset session_replication_role")
    with pytest.raises(UsageError, match="nothing was removed"):
        remove_account(warehouse, settings, account, "hanako")
    remove_account(warehouse, settings, account, "Hanako")
    with server.superuser(name) as root:
        for relation in relations(root):
            if relation.kind in "rp" and relation.has_account:
                left = dict(root.execute(f"select account_id, count(*) from {relation} group by 1").fetchall())
                assert account.account_id not in left, relation
                assert left.get(stays.account_id), f"{relation}: others keep theirs"
        assert root.execute("select 1 from pg_roles where rolname = %s", [login.role_name]).fetchone() is None
    assert [path.name for path in (home / "reports").iterdir()] == [str(stays.account_id)]


def _has(con: Any, relation: Any, column: str) -> bool:
    found = con.execute(
        "select 1 from information_schema.columns where table_schema = %s and table_name = %s and column_name = %s",
        [relation.schema, relation.name, column],
    ).fetchone()
    return found is not None
