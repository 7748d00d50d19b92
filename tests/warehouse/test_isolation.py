"""Two accounts in one database: neither sees a row of the other, in any table or view, by any door.

The tables are filled by force (constraints dropped, columns of any kind given some value), so that every one of them
has rows of both accounts and a door that leads nowhere proves something.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import conninfo, errors, sql

from lifetracer.warehouse import Connection, Warehouse, accounts, readers
from lifetracer.warehouse.migrate import migrate

SCHEMAS = ("raw", "staging", "core", "marts", "app", "ops")
OPEN_TO_READERS = {"core", "marts"}
NOBODYS = {
    *("core.dim_date", "core.holiday", "core.zone_country"),
    *("ops.rate", "ops.round_trip", "ops.sign_in_failure", "ops.worker"),
}
"""Relations whose rows belong to no person, e.g. calendars of days; nothing personal may be in them."""

UNIQUE = {"sign_in_name", "subject"}
"""Columns of text that no two accounts share."""

STREAMS = [("toggl_track", "time_entries"), ("google_calendar", "events")]

VALUES = {
    "uuid": "gen_random_uuid()",
    "jsonb": "'{}'::jsonb",
    "boolean": "true",
    "date": "date '2026-11-21'",
    "timestamp with time zone": "timestamptz '2026-11-21 10:00+09'",
    "timestamp without time zone": "timestamp '2026-11-21 10:00'",
    "time without time zone": "time '10:00'",
    "interval": "interval '1 hour'",
    "text": "'UTC'",
}


@dataclass(frozen=True)
class Relation:
    schema: str
    name: str
    kind: str
    has_account: bool

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def quoted(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)


def relations(connection: psycopg.Connection[tuple[object, ...]] | Connection) -> list[Relation]:
    rows = connection.execute(
        """
        select n.nspname, c.relname, c.relkind::text,
            exists (
                select from pg_attribute as a
                where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
            )
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
        order by 1, 2
        """,
        [list(SCHEMAS)],
    ).fetchall()
    return [Relation(*row) for row in rows]


def fill(root: psycopg.Connection[tuple[object, ...]], persons: list[UUID]) -> None:
    """Give every table a row of each person that has none there yet."""
    root.execute("set session_replication_role = replica")
    for table, name in root.execute(
        "select conrelid::regclass::text, conname from pg_constraint join pg_namespace n on n.oid = connamespace"
        " where nspname = any(%s) and contype = 'c' and conrelid <> 0",
        [list(SCHEMAS)],
    ).fetchall():
        root.execute(sql.SQL("alter table {} drop constraint {}").format(sql.SQL(table), sql.Identifier(name)))
    for relation in relations(root):
        if relation.kind not in "rp" or not relation.has_account:
            continue
        columns = root.execute(
            "select attname, format_type(atttypid, null) from pg_attribute where attrelid = %s::regclass and attnum > 0"
            " and not attisdropped and attidentity = '' and attgenerated = '' and attname <> 'account_id'",
            [f'"{relation.schema}"."{relation.name}"'],
        ).fetchall()
        for number, person in enumerate(persons, 1):
            names = sql.SQL(", ").join([sql.Identifier("account_id"), *(sql.Identifier(name) for name, _ in columns)])
            values = [
                f"'{number}'"
                if name in UNIQUE
                else VALUES.get(kind, f"'{{{number}}}'" if kind.endswith("[]") else f"'{number}'")
                for name, kind in columns
            ]
            statement = (
                "insert into {} ({}) select {}::uuid, {} where not exists (select from {} where account_id = {})"
            )
            root.execute(
                sql.SQL(statement).format(
                    relation.quoted,
                    names,
                    sql.Literal(str(person)),
                    sql.SQL(", ").join(sql.SQL(value) for value in values) if values else sql.SQL("null"),
                    relation.quoted,
                    sql.Literal(str(person)),
                )
            )
    root.execute("reset session_replication_role")


def seen(connection: psycopg.Connection[tuple[object, ...]] | Connection, relation: Relation) -> set[object] | None:
    """Whose rows a session sees in a relation; ``None`` when it may not look at all."""
    column = "account_id" if relation.has_account else "null::uuid"
    try:
        with connection.transaction():
            rows = connection.execute(sql.SQL(f"select distinct {column} from {{}}").format(relation.quoted)).fetchall()
    except errors.InsufficientPrivilege:
        return None
    return {row[0] for row in rows}


def walk(connection, everything: list[Relation], own: UUID | None) -> dict[str, set[object] | None]:
    """Look into everything; fail on the first row of anybody else."""
    found = {}
    for relation in everything:
        found[str(relation)] = whose = seen(connection, relation)
        if str(relation) not in NOBODYS:
            assert whose is None or whose <= ({own} if own else set()), f"{relation} shows rows of {whose}"
    return found


@dataclass
class Two:
    """A warehouse with two persons, whose rows are everywhere."""

    house: Warehouse
    root: psycopg.Connection[tuple[object, ...]]
    everything: list[Relation]
    one: UUID
    other: UUID


TRANSFORM = """
from lifetracer import settings, warehouse
from lifetracer.connector.registry import raw_streams
from lifetracer.transform.run import transform
from lifetracer.warehouse.migrate import migrate
given = settings.load()
with warehouse.open(given) as house:
    migrate(house, raw_streams())
    transform(house, given, full=True)
"""


@pytest.fixture(scope="module", params=["embedded", "postgresql15", "transformed"])
def two(request: pytest.FixtureRequest) -> Iterator[Two]:
    server = request.getfixturevalue("server15" if request.param == "postgresql15" else "server")
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        migrate(house, STREAMS)
        with house.transaction() as connection:
            one = accounts.create(connection, "One", "Asia/Tokyo", "ja").account_id
            other = accounts.create(connection, "Other", "UTC", "en").account_id
        name = str(conninfo.conninfo_to_dict(house.dsn)["dbname"])
        if request.param == "transformed":
            environ = os.environ | server.environ(name, Path(folder))
            subprocess.run([sys.executable, "-c", TRANSFORM], env=environ, check=True, timeout=120)
        with server.superuser(name) as root:
            fill(root, [one, other])
            yield Two(house, root, relations(root), one, other)


@pytest.fixture
def reader(two: Two) -> Iterator[str]:
    name = f"reader_{secrets.token_hex(4)}"
    yield readers.create(two.house, two.one, name).dsn
    readers.drop(two.house, two.one, name)


def test_the_forced_rows_are_there(two: Two) -> None:
    """Every table has rows of both; otherwise the other tests would prove nothing."""
    for relation in two.everything:
        if relation.kind in "rp" and relation.has_account:
            assert seen(two.root, relation) == {two.one, two.other}, relation


def test_every_row_belongs_to_an_account_and_every_table_is_shielded(two: Two) -> None:
    without = {str(relation) for relation in two.everything if not relation.has_account}
    assert without <= NOBODYS
    unshielded = two.root.execute(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace"
        " where nspname = any(%s) and ((relkind in ('r', 'p') and not relrowsecurity)"
        " or (relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false)) or relkind = 'm')",
        [list(SCHEMAS)],
    ).fetchall()
    assert unshielded == []


def test_the_account_leads_every_primary_key(two: Two) -> None:
    keys = two.root.execute(
        "select conrelid::regclass::text, attname from pg_constraint join pg_namespace n on n.oid = connamespace"
        " join pg_attribute on attrelid = conrelid and attnum = conkey[1] where contype = 'p' and nspname = any(%s)",
        [list(SCHEMAS)],
    ).fetchall()
    others = {table: column for table, column in keys if column != "account_id" and table not in NOBODYS}
    assert others == {"app.reader_role": "role_name"}


def test_the_app_role_sees_its_account_only(two: Two) -> None:
    with two.house.transaction(two.one) as connection:
        found = walk(connection, two.everything, two.one)
    assert found["app.account"] == {two.one}
    assert found["raw.toggl_track__time_entries"] == {two.one}
    assert found["app.credential"] is None


def test_the_app_role_without_an_account_sees_nothing(two: Two) -> None:
    with two.house.transaction(role="lifetracer_app") as connection:
        walk(connection, two.everything, None)


def test_an_account_does_not_outlive_its_transaction(two: Two) -> None:
    for account_id in (two.one, two.other, two.one):
        with two.house.transaction(account_id) as connection:
            assert connection.execute("select array_agg(account_id) from app.account").fetchone() == ([account_id],)
    with two.house.transaction() as connection:
        row = connection.execute("select current_setting('lifetracer.account_id', true), current_user").fetchone()
    assert row == ("", "lifetracer")


def test_the_app_role_changes_nothing_of_the_other(two: Two) -> None:
    for relation in two.everything:
        if not relation.has_account or relation.kind not in "rp":
            continue
        for statement in (
            "delete from {} where account_id = {}",
            "update {} set account_id = {} where account_id = {}",
        ):
            parts = (relation.quoted, sql.Literal(two.one), sql.Literal(two.other))
            chosen = parts if "update" in statement else (parts[0], parts[2])
            try:
                with two.house.transaction(two.one) as connection:
                    assert connection.execute(sql.SQL(statement).format(*chosen)).rowcount == 0, relation
            except errors.InsufficientPrivilege:
                pass
        assert two.other in (seen(two.root, relation) or set())


@pytest.mark.parametrize("claims", [{"sub": "one"}, {"sub": ""}, {}, None], ids=["own", "empty", "without", "no token"])
def test_a_jwt_sees_its_account_only(two: Two, claims: dict[str, str] | None) -> None:
    own = two.one if claims and claims.get("sub") == "one" else None
    with two.root.transaction(force_rollback=True):
        if claims is not None:
            told = claims | ({"sub": str(two.one)} if own else {})
            two.root.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(told)])
        two.root.execute("select set_config('lifetracer.account_id', %s, true)", [str(two.other)])  # means nothing here
        two.root.execute("set local role authenticated")
        try:
            found = walk(two.root, two.everything, own)
        except errors.InvalidTextRepresentation:  # an empty subject is no account at all
            assert own is None
            return
    assert found["app.account"] == ({own} if own else set())


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_a_visitor_without_an_account_may_look_at_nothing(two: Two, role: str) -> None:
    with two.root.transaction(force_rollback=True):
        two.root.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        two.root.execute("select set_config('lifetracer.account_id', %s, true)", [str(two.one)])
        assert set(walk(two.root, two.everything, None).values()) == {None}


def test_a_reader_sees_core_and_marts_of_one_account_and_nothing_else(two: Two, reader: str) -> None:
    with psycopg.connect(reader, autocommit=True) as connection:
        found = walk(connection, two.everything, two.one)
        for relation in two.everything:
            if relation.schema not in OPEN_TO_READERS:
                assert found[str(relation)] is None, f"a reader may look into {relation}"
        marts = {name: whose for name, whose in found.items() if name.startswith("marts.")}
        assert all(whose is not None for whose in marts.values())
        leaks = connection.execute(
            "select tablename from pg_stats where schemaname = any(%s)", [list(SCHEMAS)]
        ).fetchall()
        assert leaks == []


HOSTILE = (
    "set lifetracer.account_id = '{other}'",
    "select set_config('lifetracer.account_id', '{other}', false)",
    'set request.jwt.claims = \'{{"sub": "{other}"}}\'',
    "select set_config('role', 'lifetracer_app', false)",
    "select set_config('session_authorization', 'lifetracer', false)",
    "set role lifetracer_app",
    "set role authenticated",
    "set role lifetracer",
    "set role postgres",
    "set role service_role",
    "set role lifetracer_reader",
    "set session authorization lifetracer",
    "set session authorization default",
    "reset role",
    "reset all",
    "set row_security = off",
    "set search_path = pg_temp, app, raw",
    "set session_replication_role = replica",
    "grant lifetracer_app to current_user",
    "update app.reader_role set account_id = '{other}'",
    "insert into app.reader_role values (session_user, '{other}')",
    "create function pg_temp.current_account_id() returns uuid language sql as $$ select '{other}'::uuid $$",
    "create or replace function app.current_account_id() returns uuid language sql as $$ select '{other}'::uuid $$",
    "create table marts.trap (account_id uuid)",
    "alter role current_user set lifetracer.account_id = '{other}'",
    "copy (select 1) to program 'true'",
    "select raw.create_table('a', 'b')",
    "discard all",
)


def test_a_reader_may_type_what_it_likes(two: Two, reader: str) -> None:
    """After each statement, and after all of them together, the walk is the same."""
    with psycopg.connect(reader, autocommit=True) as piled:
        for hostile in HOSTILE:
            statement = hostile.format(other=two.other)
            with psycopg.connect(reader, autocommit=True) as connection:
                for session in (connection, piled):
                    try:
                        session.execute(statement)
                    except psycopg.Error:
                        assert not session.closed
                try:
                    walk(connection, two.everything, two.one)
                except errors.InsufficientPrivilege:
                    if statement != "set row_security = off":  # that one refuses where it would filter
                        raise
        walk(piled, two.everything, two.one)


def test_a_dropped_reader_sees_nothing_in_a_connection_that_is_still_open(two: Two) -> None:
    name = f"reader_{secrets.token_hex(4)}"
    dsn = readers.create(two.house, two.one, name).dsn
    with psycopg.connect(dsn, autocommit=True) as connection:
        readers.drop(two.house, two.one, name)
        walk(connection, two.everything, None)


def test_functions_that_run_as_their_owner_have_a_fixed_search_path(two: Two) -> None:
    loose = two.root.execute(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = pronamespace"
        " where nspname = any(%s) and prosecdef"
        " and not exists (select from unnest(proconfig) as c where c like 'search_path=%%')",
        [list(SCHEMAS)],
    ).fetchall()
    assert loose == []


def test_whoever_listens_to_the_jobs_does_not_learn_whose_they_are(two: Two, reader: str) -> None:
    with psycopg.connect(reader, autocommit=True) as listening:
        for channel in ("lifetracer_job", "lifetracer_queue"):
            listening.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        with two.house.transaction() as connection:
            connection.execute(
                "insert into ops.job (account_id, stage, subject) values (%s, 'transform', '')", [two.other]
            )
        heard = [notice.payload for notice in listening.notifies(timeout=5, stop_after=2)]
    assert len(heard) == 2, heard
    assert not any(str(two.other) in payload for payload in heard)
