"""Fixtures for every room: real servers, and for each test a database of its own.

One embedded server per test process; the migrated database, and what a room puts into it first, is made once and
cloned per test, file by file (40 ms).
Law: tests see nothing of the person who runs them: no settings, no home, no credentials.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import hypothesis
import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg import conninfo, sql

from lifetracer import garbage
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, embedded
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.accounts import Account, create
from lifetracer.warehouse.migrate import migrate
from lifetracer.warehouse.premises import settle

for _name in list(os.environ):
    if re.match(r"(NEXT_PUBLIC_)?(LIFETRACER|(DIRECT_)?DATABASE_URL|SUPABASE|TOGGL|GOOGLE|GITHUB|PG[A-Z]+$)", _name):
        del os.environ[_name]

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
CHECK_CLIENT = "client_connection_check_interval"


def _lie_in_memory() -> None:
    """Let temporary files, and with them the databases, lie in memory where it has room: that is ten times as quick."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        found = os.statvfs(MEMORY)
        if found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC:
            tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


_lie_in_memory()
# The same examples every time, however slow the machine; `EXPLORE=1 pytest …` looks for others.
hypothesis.settings.register_profile(
    "calm",
    deadline=None,
    derandomize="EXPLORE" not in os.environ,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("calm")
# Tests make thousands of clients, and each would read the certificates of the whole world (20 ms).
pytest.MonkeyPatch().setattr("httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context))
SECRET_KEY = Fernet.generate_key().decode()
POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not in what stays: it took an eighth of the time of all tests."""
    garbage.collect_seldom()
    garbage.set_aside()


HEAVY = ("journeys", "transform", "jobs", "infra", "adjuster", "analyzer", "visualizer", "server", "cli", "connector")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the rooms come first whose files take longest: at the end no process is left alone with one of them."""
    here = Path(__file__).parent
    places = {name: place for place, name in enumerate(HEAVY)}
    items.sort(key=lambda item: places.get(item.path.relative_to(here).parts[0], len(HEAVY)))


class Server:
    """A running PostgreSQL with a migrated template, which clones in a moment."""

    def __init__(self, owner_dsn: str, superuser_dsn: str) -> None:
        self.owner_dsn = owner_dsn
        self.superuser_dsn = superuser_dsn
        self._templates: set[str] = set()

    def superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the superuser, who may become anybody."""
        return psycopg.connect(conninfo.make_conninfo(self.superuser_dsn, dbname=database), autocommit=True)

    def settings(self, database: str, home: Path) -> Settings:
        """Give settings that lead to one of its databases."""
        dsn = conninfo.make_conninfo(self.owner_dsn, dbname=database)
        return Settings(home=home, database_url=dsn, secret_key=SECRET_KEY)

    def environ(self, database: str, home: Path) -> dict[str, str]:
        """Give the environment variables that lead a child process to one of its databases."""
        dsn = conninfo.make_conninfo(self.owner_dsn, dbname=database)
        return {"DATABASE_URL": dsn, "LIFETRACER_SECRET_KEY": SECRET_KEY, "LIFETRACER_HOME": str(home)}

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database for the length of a block."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with self.superuser() as connection:
            self._clone(connection, name, template)
            try:
                yield name
            finally:
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    @contextmanager
    def warehouse(self, home: Path, made_by: Callable[[Warehouse], object] = migrate) -> Iterator[Warehouse]:
        """Open a migrated warehouse of its own for the length of a block.

        ``made_by`` puts something into it that many tests begin with; that is done once and kept as a template.
        """
        template = made_by.__name__
        if template not in self._templates:
            with self.superuser() as connection:
                if made_by is migrate:
                    self._clone(connection, template, "template1")
                else:
                    with self.warehouse(home):
                        self._clone(connection, template, "migrate")
            with open_warehouse(self.settings(template, home)) as house:
                made_by(house)
            self._templates.add(template)
        with self.database(template) as name, open_warehouse(self.settings(name, home)) as house:
            yield house

    def _clone(self, connection: psycopg.Connection[tuple[object, ...]], name: str, template: str) -> None:
        statement = "create database {} template {} owner lifetracer strategy file_copy"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder that the database's user can reach (pytest's own are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="lifetracer-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The embedded PostgreSQL of this test process."""
    with _folder() as home, embedded.hold(home) as held:
        made = Server(held.dsn, held.superuser_dsn)
        with made.superuser() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # tests need no safety from power cuts
                connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
            # Memory is not for logs, nor for the sorting of a query that went astray or whose test was killed.
            for setting, value in (("max_wal_size", "256MB"), ("temp_file_limit", "2GB"), (CHECK_CLIENT, "2s")):
                connection.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(setting), value))
            can_clone = "select 'clone' = any(enumvals) from pg_settings where name = 'file_copy_method'"
            if connection.execute(can_clone).fetchone() == (True,):
                connection.execute("alter system set file_copy_method = 'clone'")
            connection.execute("select pg_reload_conf()")
        yield made


@pytest.fixture(scope="session")
def server15() -> Iterator[Server]:
    """A PostgreSQL 15, the oldest that we support; skips where there is none."""
    if not POSTGRES_15.is_dir():
        pytest.skip("needs PostgreSQL 15 (Debian: postgresql-15)")
    with ExitStack() as stack:
        runner = settle(stack.enter_context(_folder())).runner
        folder = stack.enter_context(_folder())
        runner.own(folder)
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]

        def run(program: str, *words: str) -> None:
            words = (str(POSTGRES_15 / program), "-D", str(folder / "data"), *words)
            child = runner.command(*words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            assert child.wait(60) == 0, f"{program} failed"

        password = folder / "password"
        runner.write_private(password, "testing")
        run(
            "initdb", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--no-locale", "-N"
        )
        options = f"-k {folder} -p {port} -h '' -c fsync=off"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        stack.callback(run, "pg_ctl", "stop", "-m", "immediate")
        address = {"host": str(folder), "port": port, "password": "testing"}
        superuser = conninfo.make_conninfo(user="postgres", dbname="postgres", **address)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("create role lifetracer login createdb createrole bypassrls password 'testing'")
        yield Server(conninfo.make_conninfo(user="lifetracer", dbname="postgres", **address), superuser)


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home folder."""
    with _folder() as folder:
        yield folder / "home"


@pytest.fixture
def warehouse(server: Server, home: Path) -> Iterator[Warehouse]:
    """An empty, migrated warehouse on the embedded PostgreSQL."""
    with server.warehouse(home) as house:
        yield house


@pytest.fixture
def warehouse15(server15: Server, home: Path) -> Iterator[Warehouse]:
    """The same on PostgreSQL 15."""
    with server15.warehouse(home) as house:
        yield house


@pytest.fixture(params=["server", "server15"], ids=["embedded", "postgresql15"])
def any_warehouse(request: pytest.FixtureRequest, home: Path) -> Iterator[Warehouse]:
    """The same on both in turn: the newest and the oldest PostgreSQL."""
    chosen: Server = request.getfixturevalue(request.param)
    with chosen.warehouse(home) as house:
        yield house


@pytest.fixture
def account(warehouse: Warehouse) -> Account:
    """A person in Tokyo."""
    with warehouse.transaction() as connection:
        return create(connection, "Hanako", "Asia/Tokyo", "ja")


@pytest.fixture
def new_account(warehouse: Warehouse) -> Callable[[str], Account]:
    """Make further persons by name."""

    def make(name: str) -> Account:
        with warehouse.transaction() as connection:
            return create(connection, name, "Europe/Berlin", "en")

    return make


@pytest.fixture
def environ(server: Server, warehouse: Warehouse, home: Path) -> dict[str, str]:
    """The environment of a child process that shall use the ``warehouse`` of this test."""
    return os.environ | server.environ(str(conninfo.conninfo_to_dict(warehouse.dsn)["dbname"]), home)
