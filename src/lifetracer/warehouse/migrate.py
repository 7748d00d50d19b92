"""Migrations: plain SQL files, forward only, recorded exactly as the Supabase CLI records them.

Law: one transaction per file, under one advisory lock, and the record is written in that same transaction; so any
number of processes may start at once, and an interrupted migration has not happened.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from psycopg import errors

from lifetracer.errors import FixByHandError, TryAgainError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection, Warehouse

_SQL = queries.beside(__file__)

LOCK_WAIT = "2min"
"""How long one process waits for another one's migrations."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its 14 digits, its name and its SQL."""

    version: str
    name: str
    statements: str


@dataclass(slots=True)
class Outcome:
    """What a run changed; two empty lists when everything was current."""

    migrations: list[str] = field(default_factory=list)
    raw_tables: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(self.migrations or self.raw_tables)


def migrate(house: Warehouse, streams: Iterable[tuple[str, str]] = ()) -> Outcome:
    """Bring the database up to date: our migrations, and a raw table for every stream.

    Args:
        house: an open warehouse.
        streams: (service, entity) of every registered stream, e.g. ``("toggl_track", "time_entries")``.

    Raises:
        FixByHandError: the database user lacks a right, or a migration does not fit what is there.
        TryAgainError: another process has been migrating for longer than two minutes.
    """
    outcome = Outcome()
    for migration in pending(house):
        if _apply(house, migration):
            outcome.migrations.append(f"{migration.version}_{migration.name}")
    outcome.raw_tables = _make_raw_tables(house, streams)
    return outcome


def pending(house: Warehouse) -> list[Migration]:
    """List the migrations that this database has not seen; others that it has seen are somebody else's business."""
    with house.transaction() as connection:
        seen = _recorded(connection, "supabase_migrations.schema_migrations", "applied")
    return [migration for migration in known() if migration.version not in seen]


@cache
def known() -> tuple[Migration, ...]:
    """Read the migrations of this installation, the oldest first.

    Raises:
        FixByHandError: the folder is missing, or a file is not named ``<14 digits>_<name>.sql``.
    """
    found = []
    for path in sorted(folder().glob("*.sql")):
        match = re.fullmatch(r"(\d{14})_(\w+)\.sql", path.name)
        if match is None:
            raise FixByHandError(f"{path} is not named <14 digits>_<name>.sql.", remedy="Rename it.")
        found.append(Migration(match[1], match[2], path.read_text(encoding="utf-8")))
    return tuple(found)


def folder() -> Path:
    """Find the migrations: inside the installed package, else in the checkout.

    Raises:
        FixByHandError: they are in neither.
    """
    here = Path(__file__).resolve()
    for place in (here.parent / "migrations", here.parents[3] / "supabase" / "migrations"):
        if place.is_dir():
            return place
    raise FixByHandError("This installation lacks its migrations.", remedy="Install lifetracer again.")


def _apply(house: Warehouse, migration: Migration) -> bool:
    with _locked(house) as connection:
        if migration.version in _recorded(connection, "supabase_migrations.schema_migrations", "applied"):
            return False  # another process was quicker
        _run(connection, _SQL["make_record"], "record")
        _run(connection, migration.statements, f"{migration.version}_{migration.name}")
        connection.execute("reset search_path")
        connection.execute(_SQL["record"], [migration.version, [migration.statements], migration.name])
    return True


def _make_raw_tables(house: Warehouse, streams: Iterable[tuple[str, str]]) -> list[str]:
    wanted = sorted(set(streams))
    with house.transaction() as connection:
        there = {name for (name,) in connection.execute(_SQL["raw_tables"])}
    missing = [stream for stream in wanted if "__".join(stream) not in there]
    if not missing:
        return []
    with _locked(house) as connection:
        for stream in missing:
            connection.execute("select raw.create_table(%s, %s)", stream)
    return ["__".join(stream) for stream in missing]


def _run(connection: Connection, statements: str, name: str) -> None:
    try:
        connection.execute(statements.encode())  # no parameters: several statements, % taken as it is
    except errors.InsufficientPrivilege as failure:
        raise FixByHandError(
            f"The database user may not do what migration {name} needs: {failure.diag.message_primary}.",
            remedy="Connect as the owner of the database (Supabase: user postgres), who may create schemas and roles.",
        ) from failure
    except (errors.DuplicateObject, errors.DuplicateTable, errors.DuplicateFunction) as failure:
        raise FixByHandError(
            f"Migration {name} meets something that is already there: {failure.diag.message_primary}.",
            remedy="Use an empty database, or restore the record supabase_migrations.schema_migrations.",
        ) from failure


@contextlib.contextmanager
def _locked(house: Warehouse) -> Iterator[Connection]:
    """Open a transaction in which nobody else migrates."""
    with house.transaction() as connection:
        try:
            connection.execute(_SQL["lock"], [LOCK_WAIT])
        except errors.LockNotAvailable:
            raise TryAgainError(
                f"Another lifetracer has been migrating this database for more than {LOCK_WAIT}.",
                remedy="Wait until it is done, then try again.",
            ) from None
        yield connection


def _recorded(connection: Connection, table: str, query: str) -> set[str]:
    """Read a record; reading the catalog first also makes this session notice what others committed meanwhile."""
    if connection.execute(_SQL["exists"], table.split(".")).fetchone() is None:
        return set()
    return {version for (version,) in connection.execute(_SQL[query])}
