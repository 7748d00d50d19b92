"""Whether a day's change costs the same after ten years as after one, and beside five hundred accounts.

Histories are made by SQL straight in the raw tables: 30 entries a day, and 20 000 occurrences in ten years. Each warm
run is a fork of a process that has loaded dbt, as the worker's are.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from cryptography.fernet import Fernet
from psycopg import conninfo, sql

from lifetracer.connector.registry import raw_streams
from lifetracer.settings import Settings
from lifetracer.transform.project import warm
from lifetracer.transform.run import transform
from lifetracer.warehouse import embedded
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)
YEARS = int(os.environ.get("BENCH_YEARS", "10"))
CROWD = int(os.environ.get("BENCH_ACCOUNTS", "500"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
LAST = date(2026, 10, 31)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def in_fork(work: Callable[[], object]) -> float:
    """Run something in a fork of this process; gives seconds from the fork to its end."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0, "the work failed"
    return time.perf_counter() - began


class Place:
    """A database of its own, and what is done in it."""

    def __init__(self, settings: Settings, held: embedded.Hold) -> None:
        self.settings = settings
        self.held = held
        self.rounds = 0

    def make(self, name: str, days: int, last: date = LAST) -> UUID:
        """Add a person with a history."""
        with open_warehouse(self.settings) as house, house.transaction() as con:
            account = create(con, name, "Europe/Berlin", "en").account_id
            given: dict[str, Any] = {"account": account, "last": last, "days": days}
            for word, source in (("toggl", "toggl_track"), ("google", "google_calendar")):
                row = con.execute(SQL["connection"], given | {"source": source}).fetchone()
                assert row
                given[word] = row[0]
            for query in ("workspaces", "clients", "projects", "entries", "calendars", "events", "occurrences"):
                con.execute(SQL[query], given)
        return account

    def multiply(self, account: UUID, people: int) -> UUID:
        """Give many others the same history, raw and made, by copying its rows; gives one of them."""
        with open_warehouse(self.settings) as house, house.transaction() as con:
            ids = [create(con, f"Copy {n}", "Europe/Berlin", "en").account_id for n in range(people)]
            con.execute(SQL["copy_connections"], {"account": account, "ids": ids})
            for schema, table, names in con.execute(SQL["tables"]).fetchall():
                whole = sql.Identifier(schema, table)
                columns = sql.SQL(", ").join(sql.Identifier(name) for name in names)
                copied = sql.SQL(", ").join(
                    sql.SQL("copy.account_id")
                    if name == "account_id"
                    else sql.SQL("coalesce(link.connection_id, row.connection_id)")
                    if name == "connection_id"
                    else sql.SQL("row.{}").format(sql.Identifier(name))
                    for name in names
                )
                link = SQL["link" if "connection_id" in names else "no_link"]
                text = SQL["copy"].replace("{link}", link)
                con.execute(sql.SQL("alter table {} disable trigger user").format(whole))
                con.execute(
                    sql.SQL(text).format(table=whole, columns=columns, copied=copied), {"account": account, "ids": ids}
                )
                con.execute(sql.SQL("alter table {} enable trigger user").format(whole))
        with open_warehouse(self.settings) as house, house.session() as con:
            con.execute("analyze")
        return ids[people // 2]

    def full(self, account: UUID | None) -> float:
        """Make everything; gives seconds."""
        return in_fork(lambda: self._transform(account, full=True))

    def one_day(self, account: UUID) -> float:
        """Change a day and make what changed; gives the median of several days, in seconds."""
        return statistics.median(self._one_day(account) for _ in range(ROUNDS + 1))

    def _one_day(self, account: UUID) -> float:
        self.rounds += 1
        given = {"account": account, "last": LAST, "round": self.rounds, "ago": 7 * self.rounds}
        with open_warehouse(self.settings) as house, house.transaction() as con:
            for query in ("change_entries", "change_projects", "change_occurrences"):
                con.execute(SQL[query], given)
        return in_fork(lambda: self._transform(account))

    def _transform(self, account: UUID | None, *, full: bool = False) -> None:
        with open_warehouse(self.settings) as house:
            now = NOW + timedelta(minutes=self.rounds)
            transform(house, self.settings, account, full, as_of=now)


@contextmanager
def server() -> Iterator[Callable[[str], Place]]:
    """The embedded server with the settings people have; gives a function that makes migrated databases."""
    with TemporaryDirectory(prefix="lifetracer-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        key = Fernet.generate_key().decode()
        with embedded.hold(folder / "server") as held:

            def place(database: str) -> Place:
                with psycopg.connect(held.superuser_dsn, autocommit=True) as con:
                    con.execute(sql.SQL("create database {} owner lifetracer").format(sql.Identifier(database)))
                dsn = conninfo.make_conninfo(held.dsn, dbname=database)
                settings = Settings(home=folder / "home", database_url=dsn, secret_key=key)
                with open_warehouse(settings) as house:
                    migrate(house, raw_streams())
                return Place(settings, held)

            warm(Settings(home=folder / "home", secret_key=key))
            yield place


def run() -> list[dict[str, Any]]:
    """Seconds, and what was wished."""
    with server() as place:
        long, short = place("long"), place("short")
        ann, ben = long.make("Ann", YEARS * 365), short.make("Ben", 365)
        built = long.full(ann)
        short.full(ben)
        after_one, after_ten = short.one_day(ben), long.one_day(ann)
        one_of_many = short.one_day(short.multiply(ben, CROWD - 1))
        rows = [
            (f"full build, {YEARS} years", built, "≤ 20 s"),
            ("one changed day, 1 year", after_one, "≤ 3 s"),
            (f"one changed day, {YEARS} years", after_ten, "≤ 3 s"),
            (f"one changed day of one of {CROWD} accounts, 1 year each", one_of_many, "≤ 5 s"),
        ]
    return [
        *({"what": what, "seconds": round(seconds, 2), "wish": wish} for what, seconds, wish in rows),
        {"what": f"… {YEARS} years : 1 year", "seconds": f"{after_ten / after_one:.2f} ×", "wish": "≤ 1.2 ×"},
    ]
