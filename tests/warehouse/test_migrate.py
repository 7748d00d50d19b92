"""Migrations run once, in order, recorded as the Supabase CLI records them."""

from __future__ import annotations

import threading

import pytest

from lifetracer.errors import FixByHandError, TryAgainError
from lifetracer.warehouse import Warehouse, migrate
from lifetracer.warehouse import open as open_warehouse

STREAMS = [("toggl_track", "time_entries"), ("ical", "events")]


def test_a_second_run_does_nothing(any_warehouse: Warehouse) -> None:
    first = migrate.migrate(any_warehouse, STREAMS)
    assert first.raw_tables == ["ical__events", "toggl_track__time_entries"]
    assert not migrate.migrate(any_warehouse, STREAMS).changed
    assert not migrate.pending(any_warehouse)


def test_the_record_is_the_supabase_clis(any_warehouse: Warehouse) -> None:
    with any_warehouse.transaction() as connection:
        rows = connection.execute(
            "select version, name, statements from supabase_migrations.schema_migrations order by version"
        ).fetchall()
        columns = connection.execute(
            "select string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position)"
            " from information_schema.columns where table_schema = 'supabase_migrations'"
        ).fetchone()
    assert columns == ("version text, statements ARRAY, name text",)
    assert [(row[0], row[1]) for row in rows] == [(known.version, known.name) for known in migrate.known()]
    assert ["".join(row[2]) for row in rows] == [known.statements for known in migrate.known()]


def test_migrations_that_the_supabase_cli_ran_are_not_run_again(any_warehouse: Warehouse) -> None:
    """Its table has more columns by now, and knows versions that are not ours."""
    with any_warehouse.transaction() as connection:
        connection.execute(
            "alter table supabase_migrations.schema_migrations add created_by text, add idempotency_key text"
        )
        connection.execute("insert into supabase_migrations.schema_migrations (version) values ('20200101000000')")
    assert not migrate.migrate(any_warehouse).changed


def test_processes_that_start_at_once_migrate_once(server, home) -> None:
    with server.database() as name:
        outcomes: list[migrate.Outcome] = []

        def start() -> None:
            with open_warehouse(server.settings(name, home)) as house:
                outcomes.append(migrate.migrate(house, STREAMS))

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(outcomes) == 4
        done = [version for outcome in outcomes for version in outcome.migrations]
        assert sorted(done) == [f"{known.version}_{known.name}" for known in migrate.known()]


def test_a_migration_that_fails_has_not_happened(server, home, tmp_path, monkeypatch) -> None:
    files = {
        "20260101000001_good.sql": "create table good ();",
        "20260101000002_bad.sql": "create table bad (); select 1/0;",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(migrate, "folder", lambda: tmp_path)
    migrate.known.cache_clear()
    try:
        with server.database() as name, open_warehouse(server.settings(name, home)) as house:
            with pytest.raises(Exception, match="division by zero"):
                migrate.migrate(house)
            assert [left.name for left in migrate.pending(house)] == ["bad"]
            with house.transaction() as connection:
                assert connection.execute("select to_regclass('good'), to_regclass('bad')").fetchone() == ("good", None)
    finally:
        migrate.known.cache_clear()


def test_waiting_too_long_for_another_migration_is_said(warehouse, monkeypatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_WAIT", "50ms")
    with warehouse.transaction() as connection:
        connection.execute("select pg_advisory_xact_lock(hashtextextended('lifetracer migrate', 0))")
        with pytest.raises(TryAgainError, match="Another lifetracer has been migrating"):
            migrate.migrate(warehouse, [("some", "thing")])


def test_a_user_without_rights_is_told_so(server, home) -> None:
    with server.database() as name:
        with server.superuser(name) as connection:
            connection.execute("create role weak login password 'weak'")
        settings = server.settings(name, home)
        dsn = settings.database_url.get_secret_value() + " user=weak password=weak"
        try:
            with (
                open_warehouse(settings.model_copy(update={"database_url": type(settings.database_url)(dsn)})) as house,
                pytest.raises(FixByHandError, match="may not do"),
            ):
                migrate.migrate(house)
        finally:
            with server.superuser() as connection:
                connection.execute("drop role weak")
