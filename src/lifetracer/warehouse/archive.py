"""The archive: everything a person owns here as one file, and the way back into an empty account.

    lifetracer-archive.zip
      tables/app.account.jsonl … tables/raw.toggl_track__time_entries.jsonl     one row a line
      manifest.json                     format, schema, and of each table its rows, columns, bytes and SHA-256

Which tables there are is asked of the catalogue: all of ``app`` and ``raw``, and those of ``core`` that hang on an
account (estimates, proposals …; what the transform makes of raw does not). So a new table is part of the archive by
itself; ``LEFT_OUT`` names the few that never are, with the reason.

Law: an archive is of one moment, holds no secret, and is taken in wholly or not at all.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from psycopg import errors, sql
from psycopg.rows import class_row

from lifetracer import __version__
from lifetracer.errors import BadFileError, FixByHandError, UsageError
from lifetracer.warehouse import migrate, queries
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.connect import Connection, Warehouse

_SQL = queries.beside(__file__)

FORMAT = "lifetracer archive"
VERSION = 1
PIECE = 1 << 20

TOLD = frozenset({"table", "path", "rows", "bytes", "sha256", "columns"})
"""What the manifest says of each table."""

LEFT_OUT = {
    "app.credential": "secrets of services; connect them anew",
    "app.api_token": "tokens of programs; make them anew",
    "app.reader_role": "logins of the database; make them anew",
    "app.person": "a password and a second factor",
    "app.identity": "who may sign in",
    "app.recovery_code": "stands in for a second factor",
    "app.session": "browsers that are signed in",
    "app.invitation": "links by which somebody comes in",
    "app.feed": "secret addresses; make them anew",
    "app.report": "the files lie elsewhere; reports can be made again",
    "raw.change": "what the next transform has to look at; coming back, every row is new to it",
}
"""Tables that no archive holds, and why. What lies in ``ops`` tells how this machine ran and is left out as a whole."""

AT_HOME = frozenset({"app.account", "app.schedule", "app.revision"})
"""What an account has from the day it was made, and gives up for what the archive says."""

_ENTRY = re.compile(r"tables/((?:app|raw|core)\.[a-z][a-z0-9_]{0,62})\.jsonl")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that belongs to accounts."""

    name: str
    """With its schema."""
    columns: list[str]
    """Those that are kept, in order; what PostgreSQL works out itself is not."""
    key: list[str]
    parents: list[str]
    """Tables that its rows point to."""

    @property
    def identifier(self) -> sql.Identifier:
        """The name as SQL."""
        return sql.Identifier(*self.name.split("."))

    @property
    def entry(self) -> str:
        """Its file inside the archive."""
        return f"tables/{self.name}.jsonl"


@dataclass
class Contents:
    """What an archive holds: rows by table."""

    account_id: UUID
    name: str
    made_at: datetime
    tables: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "accountId": str(self.account_id),
            "account": self.name,
            "madeAt": self.made_at.isoformat(),
            "rows": sum(self.tables.values()),
            "tables": self.tables,
        }


def tables(connection: Connection) -> list[Table]:
    """List the tables that an archive holds, parents before children, kept former versions last."""
    with connection.cursor(row_factory=class_row(Table)) as cursor:
        found = {table.name: table for table in cursor.execute(_SQL["tables"]) if table.name not in LEFT_OUT}
    done: dict[str, Table] = {}

    def add(table: Table) -> None:
        for parent in table.parents:
            if parent in found and parent not in done and parent != table.name:
                add(found[parent])
        done.setdefault(table.name, table)

    for name in sorted(found, key=lambda name: (name.endswith("revision"), name)):
        add(found[name])
    return list(done.values())


def write(house: Warehouse, account: Account, file: IO[bytes]) -> Contents:
    """Write an account's archive into an open file, with bounded memory, as of one moment."""
    with house.session() as connection:
        connection.execute("begin isolation level repeatable read read only")
        try:
            return _write(connection, account, file)
        finally:
            connection.execute("rollback")


def _write(connection: Connection, account: Account, file: IO[bytes]) -> Contents:
    connection.execute(_SQL["calm"])
    found = connection.execute("select now()").fetchone()
    assert found
    contents = Contents(account.account_id, account.name, found[0])
    listed = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for table in tables(connection):
            rows, size, digest = _write_table(connection, account.account_id, table, archive, contents.made_at)
            contents.tables[table.name] = rows
            told = {"table": table.name, "path": table.entry, "rows": rows, "bytes": size, "sha256": digest}
            listed.append(told | {"columns": table.columns})
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "lifetracer": __version__,
            "schema": migrate.known()[-1].version,
            "accountId": str(account.account_id),
            "account": account.name,
            "madeAt": contents.made_at.isoformat(),
            "tables": listed,
        }
        with archive.open(_info("manifest.json", contents.made_at), "w") as entry:
            entry.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return contents


def _write_table(
    connection: Connection, account_id: UUID, table: Table, archive: zipfile.ZipFile, made_at: datetime
) -> tuple[int, int, str]:
    query = sql.SQL(
        "copy (select to_jsonb(one)::text from (select {columns} from {table} where account_id = {account}) as one"
        " order by {key}) to stdout"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        table=table.identifier,
        account=sql.Literal(account_id),
        key=sql.SQL(", ").join(map(sql.Identifier, table.key or table.columns)),
    )
    rows = size = 0
    digest = hashlib.sha256()
    with (
        archive.open(_info(table.entry, made_at), "w", force_zip64=True) as entry,
        connection.cursor() as cursor,
        cursor.copy(query) as copy,
    ):
        for (text,) in copy.rows():
            line = text.encode() + b"\n"
            rows, size = rows + 1, size + len(line)
            digest.update(line)
            entry.write(line)
    return rows, size, digest.hexdigest()


def _info(name: str, made_at: datetime) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, made_at.timetuple()[:6])
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = 0o600 << 16
    return made


def restore(house: Warehouse, account: Account, path: Path) -> Contents:
    """Take an archive into an empty account, which becomes the archive's in everything but its id.

    Raises:
        BadFileError: the file is damaged, or no archive; nothing was changed.
        FixByHandError: it was made by a newer version.
        UsageError: the account is not empty.
    """
    with _opened(path) as (archive, manifest):
        _verify(archive, manifest, path)
        try:
            with house.transaction() as connection:
                _take_in(connection, account, archive, manifest)
        except (errors.DataError, errors.IntegrityError) as failure:
            raise BadFileError(
                f"{path} holds what cannot be stored: {failure.diag.message_primary or failure}.",
                remedy="Nothing was changed. Export it anew.",
            ) from None
    rows = {told["table"]: told["rows"] for told in manifest["tables"]}
    return Contents(account.account_id, manifest["account"], datetime.fromisoformat(manifest["madeAt"]), rows)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open an archive and read its manifest."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _manifest(archive, path)
    except OSError as failure:
        raise BadFileError(f"{path} cannot be read ({failure.strerror}).") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError) as failure:
        raise BadFileError(
            f"{path} is damaged, or no archive ({failure}).", remedy="Nothing was changed. Download or export it again."
        ) from None


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Read what the archive says of itself, as far as it can be checked without its tables."""
    try:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        if manifest.get("format") != FORMAT:
            raise KeyError("format")
        if manifest["version"] > VERSION or manifest["schema"] > migrate.known()[-1].version:
            raise FixByHandError(
                f"{path} was made by lifetracer {manifest['lifetracer']}, which is newer than this one.",
                remedy="Update lifetracer, then import it again.",
            )
        UUID(manifest["accountId"])
        datetime.fromisoformat(manifest["madeAt"])
        if any(not told.keys() >= TOLD for told in manifest["tables"]):
            raise KeyError("tables")
    except (KeyError, ValueError, TypeError, AttributeError, UnicodeDecodeError):
        raise BadFileError(
            f"{path} is no archive of lifetracer, or its manifest is damaged.",
            remedy="Nothing was changed. Give the file that `lifetracer export archive` wrote.",
        ) from None
    return manifest


def _verify(archive: zipfile.ZipFile, manifest: Mapping[str, Any], path: Path) -> None:
    """Read every file of an archive and compare with what the manifest says of it."""
    import zlib

    for told in manifest["tables"]:
        match = _ENTRY.fullmatch(told["path"])
        digest, rows, size = hashlib.sha256(), 0, 0
        try:
            with archive.open(told["path"]) as entry:
                while piece := entry.read(PIECE):
                    digest.update(piece)
                    rows, size = rows + piece.count(b"\n"), size + len(piece)
        except (KeyError, zlib.error, zipfile.BadZipFile, EOFError):
            size = -1
        if not match or match[1] != told["table"] or (rows, size) != (told["rows"], told["bytes"]):
            raise _damaged(path, told["table"])
        if digest.hexdigest() != told["sha256"]:
            raise _damaged(path, told["table"])


def _damaged(path: Path, table: str) -> BadFileError:
    return BadFileError(f"{path} is damaged: {table} is not what the manifest says.", remedy="Nothing was changed.")


def _take_in(connection: Connection, account: Account, archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    connection.execute(_SQL["make_raw_tables"], {"names": [told["table"] for told in manifest["tables"]]})
    known = {table.name: table for table in tables(connection)}
    listed = {told["table"]: told for told in manifest["tables"]}
    for name, told in listed.items():
        if name not in known or not set(told["columns"]) <= set(known[name].columns):
            raise BadFileError(
                f"The archive holds {name} as this version does not know it.",
                remedy="Nothing was changed. Import it with the version that made it, update that, and export it anew.",
            )
    _refuse_full(connection, account, list(known.values()))
    connection.execute(_SQL["prepare"])
    for name, table in known.items():
        if name == "app.account" and name in listed:
            _take_account(connection, account, archive, listed[name]["columns"])
        elif name in listed:
            _take_table(connection, account.account_id, archive, table, listed[name]["columns"])


def _refuse_full(connection: Connection, account: Account, known: Sequence[Table]) -> None:
    for table in known:
        if table.name in AT_HOME:
            continue
        query = sql.SQL("select exists (select from {} where account_id = %s)").format(table.identifier)
        found = connection.execute(query, [account.account_id]).fetchone()
        if found and found[0]:
            raise UsageError(
                f"The account {account.name} is not empty ({table.name}).",
                remedy="Make one with `lifetracer accounts create NAME` and import with `--account NAME`.",
            )


def _take_table(
    connection: Connection, account_id: UUID, archive: zipfile.ZipFile, table: Table, columns: Sequence[str]
) -> None:
    _load(connection, archive, table)
    # What triggers wrote meanwhile, or the account had from its first day, gives way to what the archive says.
    connection.execute(sql.SQL("delete from {} where account_id = %s").format(table.identifier), [account_id])
    if table.name == "app.connection":
        connection.execute(_SQL["rename_connections"], {"account": account_id})
    connection.execute(_SQL["rewrite"], {"account": account_id})
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    values = sql.SQL(", ").join(sql.Identifier("row", name) for name in columns)
    statement = (
        "insert into {table} ({names}) overriding system value select {values}"
        " from incoming as i cross join lateral jsonb_populate_record(null::{table}, i.line) as row order by i.number"
    )
    connection.execute(sql.SQL(statement).format(table=table.identifier, names=names, values=values))
    for name in columns:
        connection.execute(_SQL["advance"], {"table": table.name, "column": name})


def _take_account(connection: Connection, account: Account, archive: zipfile.ZipFile, columns: Sequence[str]) -> None:
    """Make the account what the archive's was; its name only where no other account has it."""
    table = Table("app.account", list(columns), ["account_id"], [])
    _load(connection, archive, table)
    changes = [name for name in columns if name != "account_id"]
    statement = sql.SQL(
        "update app.account as a set {changes} from incoming as i"
        " cross join lateral jsonb_populate_record(null::app.account, i.line) as row where a.account_id = %s"
    ).format(
        changes=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("row", name)) for name in changes
        )
    )
    connection.execute(_SQL["keep_name"], {"account": account.account_id, "name": account.name})
    connection.execute(statement, [account.account_id])


def _load(connection: Connection, archive: zipfile.ZipFile, table: Table) -> None:
    connection.execute("truncate incoming restart identity")
    with (
        archive.open(table.entry) as entry,
        connection.cursor() as cursor,
        cursor.copy("copy incoming (line) from stdin") as copy,
    ):
        for line in entry:
            copy.write_row((line.decode().rstrip("\n"),))
