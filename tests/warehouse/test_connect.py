"""Transactions know for whom they act, and every way in which a database can be out of reach has a sentence."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time

import psycopg
import pytest
from psycopg import conninfo

from lifetracer import warehouse as door
from lifetracer.errors import FixByHandError, LifetracerError, TryAgainError
from lifetracer.settings import Settings
from lifetracer.warehouse import connect
from lifetracer.warehouse.cluster import Cluster
from lifetracer.warehouse.premises import settle
from lifetracer.warehouse.vault import new_key


def opening(home, url: str) -> LifetracerError:
    with pytest.raises(LifetracerError) as refused:
        door.open(Settings(home=home, database_url=url, secret_key=new_key()))
    return refused.value


def test_a_block_that_raises_leaves_nothing(warehouse) -> None:
    with pytest.raises(RuntimeError), warehouse.transaction() as connection:  # noqa: PT012
        connection.execute("create table half ()")
        raise RuntimeError
    with warehouse.transaction() as connection:
        assert connection.execute("select to_regclass('half')").fetchone() == (None,)


def test_sessions_speak_utc_and_requests_end_in_time(warehouse, account) -> None:
    with warehouse.transaction(account.account_id, timeout="50ms") as connection:
        row = connection.execute("select current_setting('timezone'), now()").fetchone()
        assert row[0] == "UTC"
        assert row[1].utcoffset().total_seconds() == 0
    with pytest.raises(TryAgainError, match="too busy"):  # noqa: SIM117
        with warehouse.transaction(account.account_id, timeout="50ms") as connection:
            connection.execute("select pg_sleep(5)")
    with warehouse.transaction() as connection:
        assert connection.execute("select current_setting('statement_timeout')").fetchone() == ("30min",)


def test_a_session_is_outside_any_transaction(warehouse) -> None:
    with warehouse.session() as connection:
        connection.execute("vacuum app.account")
    with warehouse.transaction() as connection:
        assert not connection.autocommit


def test_a_fork_makes_connections_of_its_own(warehouse, account) -> None:
    with warehouse.transaction() as connection:
        mine = connection.info.backend_pid
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with warehouse.transaction() as connection:
                os.write(writer, str(connection.info.backend_pid).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        theirs = int(pipe.read())
    os.waitpid(child, 0)
    assert theirs != mine
    with warehouse.transaction() as connection:
        assert connection.info.backend_pid == mine


def test_a_connection_that_the_server_ended_is_replaced(warehouse, server) -> None:
    with warehouse.transaction() as connection:
        backend = connection.info.backend_pid
    with server.superuser() as root:
        root.execute("select pg_terminate_backend(%s, 5000)", [backend])
    with warehouse.transaction() as connection:
        assert connection.info.backend_pid != backend


def test_a_connection_lost_in_the_middle_is_worth_another_try(warehouse, server) -> None:
    with pytest.raises(TryAgainError), warehouse.transaction() as connection:  # noqa: PT012
        with server.superuser() as root:
            root.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        connection.execute("select 1")


def test_our_own_mistakes_in_sql_keep_their_traceback(warehouse) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), warehouse.transaction() as connection:
        connection.execute("select from nowhere")


def test_a_wrong_password_is_said_without_it(home, server) -> None:
    refused = opening(home, conninfo.make_conninfo(server.owner_dsn, password="hunter2"))
    assert isinstance(refused, FixByHandError)
    assert "refuses the user or the password" in refused.sentence()
    assert "hunter2" not in refused.sentence()


def test_a_database_that_does_not_exist_is_said(home, server) -> None:
    refused = opening(home, conninfo.make_conninfo(server.owner_dsn, dbname="nowhere"))
    assert isinstance(refused, FixByHandError)
    assert "no such database" in refused.sentence()


def test_an_unknown_host_is_said(home) -> None:
    refused = opening(home, "postgresql://me:secret@no-such-host.invalid/db")
    assert isinstance(refused, (FixByHandError, TryAgainError))
    assert "no-such-host.invalid" in refused.sentence()
    assert "secret" not in refused.sentence()


def test_a_port_where_nobody_listens_is_said(home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refused = opening(home, f"postgresql://me:secret@127.0.0.1:{free.getsockname()[1]}/db")
    assert isinstance(refused, TryAgainError)
    assert "Nothing answers" in refused.sentence()


def test_a_server_that_is_no_postgresql_is_said(home) -> None:
    """It hangs up at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            with contextlib.suppress(OSError):  # whoever had enough after the first time closed the door
                for _ in range(2):
                    listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        refused = opening(home, f"postgresql://me:secret@127.0.0.1:{listener.getsockname()[1]}/db?sslmode=disable")
    assert isinstance(refused, TryAgainError)


@pytest.mark.parametrize(
    "url",
    ["mysql://a:b@c/d", "https://abc.supabase.co", "postgresql://postgres:[YOUR-PASSWORD]@db.abc.supabase.co/postgres"],
)
def test_what_is_no_address_of_a_postgresql_is_said(home, url: str) -> None:
    refused = opening(home, url)
    assert isinstance(refused, FixByHandError)
    assert "not a PostgreSQL address" in refused.sentence()


@pytest.mark.parametrize(
    "written",
    [
        "postgres://u:p@h:5432/d",
        "postgresql+psycopg://u:p@h:5432/d",
        '"postgresql://u:p@h:5432/d"',
        "postgresql://u:p@h:5432/d?pgbouncer=true&connection_limit=1",
    ],
)
def test_addresses_as_other_tools_write_them_are_understood(written: str) -> None:
    parts = conninfo.conninfo_to_dict(connect.usable_dsn(written))
    assert parts == {"user": "u", "password": "p", "host": "h", "port": "5432", "dbname": "d"}


@pytest.mark.parametrize(("port", "pooled"), [(5432, False), (6543, True), (6432, True)])
def test_behind_a_transaction_pooler_nothing_is_prepared(port: int, pooled: bool) -> None:
    assert connect.is_pooled(f"postgresql://u:p@aws-0.pooler.supabase.com:{port}/postgres") is pooled


def test_too_old_a_postgresql_is_refused(home, server15, monkeypatch) -> None:
    monkeypatch.setattr(connect, "OLDEST_VERSION", 16)
    refused = opening(home, server15.owner_dsn)
    assert "is PostgreSQL 15; lifetracer needs 16 or newer" in refused.sentence()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_keep_every_word_is_refused(home, server15, encoding: str) -> None:
    name = f"words_{encoding.lower()}"
    with psycopg.connect(server15.owner_dsn, autocommit=True) as connection:
        connection.execute(f"create database {name} encoding '{encoding}' locale 'C' template template0")
    refused = opening(home, conninfo.make_conninfo(server15.owner_dsn, dbname=name))
    assert f"keeps text as {encoding}; lifetracer needs UTF8" in refused.sentence()


def test_a_full_disk_and_a_read_only_database_are_said() -> None:
    for kind, words in ((psycopg.errors.DiskFull, "is full"), (psycopg.errors.ReadOnlySqlTransaction, "read-only")):
        told = connect.explanation(kind("x"), "host=h dbname=d")
        assert isinstance(told, FixByHandError)
        assert words in told.sentence()


def test_an_embedded_server_that_was_killed_is_started_again_by_whoever_needs_it(home, monkeypatch) -> None:
    monkeypatch.setattr(connect, "POOL_SECONDS", 0.5)
    with door.open(Settings(home=home)) as house:
        with house.transaction() as connection:
            connection.execute("create table kept ()")
        os.kill(int((home / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        while Cluster(settle(home)).lives():  # its children outlive it for a moment
            time.sleep(0.01)
        with house.transaction() as connection:
            assert connection.execute("select to_regclass('kept')").fetchone() == ("kept",)


def test_the_embedded_database_opens_without_any_setting(home) -> None:
    with door.open(Settings(home=home)) as house:
        assert house.is_embedded
        assert (home / "secret.key").exists()
        with house.transaction() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    assert not Cluster(settle(home)).lives()
