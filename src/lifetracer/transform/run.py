"""Run the dbt project: what changed in raw since the last run, through staging and core, into what the marts show.

Law: one transform of an account at a time, and no reader of the marts ever meets an error or a gap: tables are
changed in place, each in one transaction; views are replaced only by a full run. dbt works inside this process;
its profile is filled from environment variables for the length of a run, so no password reaches the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg import errors, sql

from lifetracer.errors import LifetracerError, UsageError
from lifetracer.settings import Settings, load
from lifetracer.transform import holidays
from lifetracer.transform.marts import all_marts
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

    from lifetracer.warehouse import Connection, Warehouse

PROJECT = Path(__file__).parent
"""The dbt project: models, macros, tests."""

SQL = beside(__file__, "queries.sql")

PROFILE_VARIABLES = {
    "host": "LIFETRACER_DBT_HOST",
    "port": "LIFETRACER_DBT_PORT",
    "user": "LIFETRACER_DBT_USER",
    "dbname": "LIFETRACER_DBT_DBNAME",
    "sslmode": "LIFETRACER_DBT_SSLMODE",
    "sslrootcert": "LIFETRACER_DBT_SSLROOTCERT",
    "password": "DBT_ENV_SECRET_LIFETRACER_PASSWORD",  # dbt keeps variables of this prefix out of its logs
}
"""Part of the database's address → the variable that ``profiles.yml`` reads."""

LEFT_BEHIND = 86400
"""Age in seconds at which a run's folder has surely no owner any more."""

_one_at_a_time = threading.Lock()
_warm: Manifest | None = None


class Due(IntEnum):
    """How much a run must make."""

    CHANGES = 0
    """What changed since the last run."""
    HISTORY = 1
    """All that is in scope: nothing was ever made of it."""
    MODELS = 2
    """Tables and views, too, and all that is in scope."""


@dataclass(frozen=True, slots=True)
class TransformSummary:
    """What a transform did."""

    account_id: UUID | None
    """Whose time was made; ``None`` is everybody's."""
    full: bool
    """Whether everything was made anew: asked for, the first run, other models or another time zone than last time."""
    as_of: datetime
    """The present that this run's figures stand for."""
    seconds: float
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows written, by table."""
    findings: tuple[str, ...] = ()
    """Laws of the data that do not hold, in sentences."""

    def as_json(self) -> dict[str, Any]:
        """Give the summary as plain JSON values."""
        return {
            "accountId": str(self.account_id) if self.account_id else None,
            "full": self.full,
            "asOf": self.as_of.astimezone(UTC).isoformat(),
            "seconds": round(self.seconds, 2),
            "rows": dict(self.rows),
            "findings": list(self.findings),
        }


def transform(
    warehouse: Warehouse,
    settings: Settings,
    account_id: UUID | None = None,
    full: bool = False,
    select: Sequence[str] = (),
    *,
    as_of: datetime | None = None,
) -> TransformSummary:
    """Bring core and marts up to date with raw, for one account or for everybody.

    Only what changed is made; the result is the same as that of a full run. A transform of the same account that
    is under way is waited for.

    Args:
        warehouse: an open warehouse.
        settings: where dbt may put its files (``home``).
        account_id: whose time; by default everybody's.
        full: make everything anew, views included, and check the laws of the data.
        select: only these models (dbt's selection syntax); what they leave undone stays noted for the next run.
        as_of: the present to stand for; by default the database's clock.

    Raises:
        UsageError: ``select`` names no model.
        LifetracerError: a model failed; says which one and what the database answered.
    """
    started = time.monotonic()
    make = partial(_make, warehouse, settings, account_id, select=select, as_of=as_of, started=started)
    wished = Due.MODELS if full else Due.CHANGES
    with _turn(warehouse, account_id, alone=full or account_id is None) as (connection, due):
        if full or account_id is None or due < Due.MODELS:
            return make(connection, max(wished, due))
    with _turn(warehouse, account_id, alone=True) as (connection, due):
        return make(connection, due)


def warm(settings: Settings | None = None) -> Manifest:
    """Load dbt and read the project, so that this process, or a fork of it, can transform without delay.

    Gives the project's manifest. Leaves no connection and no thread behind. Without settings (a worker's zygote calls
    it so) those of the environment say where the home folder is.
    """
    global _warm  # noqa: PLW0603
    if _warm is None:
        _warm = _manifest(settings or load())
    return _warm


def dbt(warehouse: Warehouse, settings: Settings, words: Sequence[str], **variables: Any) -> list[Any]:
    """Run one dbt command (``["test"]``, ``["run", "--select", …]``) on the warehouse; gives dbt's results.

    Raises:
        LifetracerError: dbt could not begin.
    """
    with _one_at_a_time, _profile(warehouse.dsn), _workplace(settings) as folder:
        return _invoke(list(words), folder, settings, variables)


@contextlib.contextmanager
def _turn(warehouse: Warehouse, account_id: UUID | None, *, alone: bool) -> Iterator[tuple[Connection, Due]]:
    """Wait for our turn; gives the connection that keeps it, and what is due."""
    with warehouse.transaction() as connection:
        connection.execute(SQL["wait"])
        connection.execute(SQL["turn_of_all" if alone else "turn_of_one"], {"account_id": account_id})
        with warehouse.transaction() as look:  # of its own: what the turn looks at stays locked, and dbt may alter it
            due = _due(look, account_id)
        yield connection, due


def _due(connection: Connection, account_id: UUID | None) -> Due:
    asked = {"account_id": account_id, "made_by": fingerprint()}
    if not _says(connection, "is_made") or _says(connection, "is_outdated", asked):
        return Due.MODELS
    return Due.HISTORY if _says(connection, "is_new", asked) else Due.CHANGES


def _says(connection: Connection, query: str, parameters: Mapping[str, Any] | None = None) -> bool:
    row = connection.execute(SQL[query], parameters).fetchone()
    return bool(row and row[0])


def _make(
    warehouse: Warehouse,
    settings: Settings,
    account_id: UUID | None,
    connection: Connection,
    due: Due,
    *,
    select: Sequence[str],
    as_of: datetime | None,
    started: float,
) -> TransformSummary:
    present = (as_of or _present(connection)).replace(microsecond=0)
    scope = {"account_id": account_id}
    with warehouse.transaction() as begin:
        if due is Due.MODELS:
            begin.execute(SQL["make_raw"], {"names": _raw_tables()})
        begin.execute(SQL["analyze"])
        holidays.fill(begin, anew=due is Due.MODELS)
        if due > Due.CHANGES and _says(begin, "is_made"):
            begin.execute(SQL["unmake"], scope)
        begin.execute(SQL["take"], scope)
        accounts = begin.execute(SQL["accounts"], scope).fetchall()
    variables = {"as_of": present.isoformat(), "account_id": str(account_id or ""), "full": due > Due.CHANGES}
    chosen = ["--select", *select, "stale_entry", "stale_occurrence"] if select and due is Due.CHANGES else []
    frames = [] if due is Due.MODELS else ["--exclude", "config.materialized:view", "tag:ledger"]
    results = dbt(warehouse, settings, ["run", *chosen, *frames], **variables)
    if chosen and not any(result.node.tags != ["stale"] for result in results):
        raise UsageError(
            f"No table is called {', '.join(select)}.", remedy="Name models like fct_entry, or leave --select away."
        )
    _raise_for_failures(results)
    if not chosen:
        with warehouse.transaction() as end:
            _conclude(end, scope, accounts, present)
            if due is Due.MODELS:
                _drop_forgotten_marts(end)
    checked = dbt(warehouse, settings, ["test", "--select", "tag:law"], **variables) if due is Due.MODELS else []
    return TransformSummary(
        account_id=account_id,
        full=due > Due.CHANGES,
        as_of=present,
        seconds=time.monotonic() - started,
        rows={result.node.name: rows for result in results if (rows := _rows(result)) is not None},
        findings=tuple(_finding(result) for result in checked if result.status != "pass"),
    )


def _conclude(
    connection: Connection, scope: Mapping[str, Any], accounts: Sequence[tuple[Any, ...]], present: datetime
) -> None:
    """Remove the notes that this run took, and say what the tables stand for."""
    connection.execute(SQL["forget_changes"], scope)
    for (name,) in connection.execute(SQL["stale_lists"]).fetchall():
        connection.execute(sql.SQL(SQL["forget_stale"]).format(sql.Identifier(name)), scope)
    ids, zones, versions = zip(*accounts, strict=True) if accounts else ((), (), ())
    said = {"account_ids": list(ids), "time_zones": list(zones), "category_versions": list(versions)}
    connection.execute(SQL["conclude"], said | {"as_of": present, "made_by": fingerprint()})


def _drop_forgotten_marts(connection: Connection) -> None:
    """Remove the marts of an older version, which nobody brings up to date; one that somebody's view reads stays."""
    for (name,) in connection.execute(SQL["forgotten_marts"], {"known": list(all_marts())}).fetchall():
        with contextlib.suppress(errors.DependentObjectsStillExist), connection.transaction():
            connection.execute(sql.SQL(SQL["drop_mart"]).format(sql.Identifier(name)))


@cache
def fingerprint(*, tests: bool = False) -> str:
    """Give a short hash of the models (and of what tests them): other models make another history.

    Read once: a process that runs for days stands for the models that it loaded.
    """
    digest = hashlib.sha256()
    for folder in ("dbt_project.yml", "macros", "models", *(("tests",) if tests else ())):
        for path in sorted((PROJECT / folder).rglob("*") if (PROJECT / folder).is_dir() else [PROJECT / folder]):
            if path.suffix in {".sql", ".yml"}:
                digest.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _present(connection: Connection) -> datetime:
    row = connection.execute(SQL["present"]).fetchone()
    assert row
    present: datetime = row[0]
    return present


def _raw_tables() -> list[str]:
    folders = (path for path in (PROJECT / "models" / "staging").iterdir() if path.is_dir())
    models = (path.stem for folder in folders for path in folder.glob("stg_*.sql"))
    return sorted(".".join(name.removeprefix("stg_").split("__")) for name in models)


@contextlib.contextmanager
def _profile(dsn: str) -> Iterator[None]:
    """Set the variables of ``profiles.yml`` for a while."""
    from psycopg.conninfo import conninfo_to_dict

    address = conninfo_to_dict(dsn)
    ours = {name: str(address[part]) for part, name in PROFILE_VARIABLES.items() if address.get(part)}
    before = {name: os.environ.get(name) for name in PROFILE_VARIABLES.values()}
    try:
        for name in before:
            os.environ.pop(name, None)
        os.environ.update(ours)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _workplace(settings: Settings) -> Iterator[Path]:
    """Lend dbt a folder for this run; never the package, which may be read-only or shared."""
    parent = settings.home / "transform"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob("run-*"):  # by a run that was killed
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _flags(folder: Path) -> list[str]:
    # A person may bring a profile named lifetracer of their own (threads, certificates …) for the same database.
    profiles = os.environ.get("DBT_PROFILES_DIR") or str(PROJECT)
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", profiles),
        *("--target-path", str(folder), "--log-path", str(folder)),
        *("--log-level", "none", "--log-level-file", "none", "--quiet", "--no-print", "--no-use-colors"),
        *("--no-send-anonymous-usage-stats", "--no-version-check", "--no-write-json", "--no-partial-parse"),
    ]


def _manifest(settings: Settings) -> Manifest:
    """Give the parsed project: from the home folder when it was parsed before (3 s saved), else read it."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.version import installed

    name = f"manifest-{fingerprint(tests=True)}-{installed.to_version_string(skip_matcher=True)}.msgpack"
    kept = settings.home / "transform" / name
    if kept.is_file():
        with contextlib.suppress(Exception):  # a file that another version wrote or a crash cut off is made again
            return Manifest.from_msgpack(kept.read_bytes())
    with _profile(""), _workplace(settings) as folder:
        answer = dbtRunner().invoke(["parse", *_flags(folder)])
        if not isinstance(answer.result, Manifest):
            raise LifetracerError(f"The dbt project cannot be read: {answer.exception}")
        for old in kept.parent.glob("manifest-*.msgpack"):
            old.unlink(missing_ok=True)
        (folder / name).write_bytes(answer.result.to_msgpack())
        (folder / name).replace(kept)
    return answer.result


def _lies_in(manifest: Manifest, database: str) -> Manifest:
    """Say in which database the models and sources lie: a manifest is parsed once and serves any."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if node.relation_name:
            node.relation_name = node.relation_name.replace(f'"{node.database}".', f'"{database}".', 1)
        node.database = database
    return manifest


@contextlib.contextmanager
def _lasting_connections() -> Iterator[None]:
    """Let each of dbt's threads keep its connection from model to model, instead of opening one for each.

    A new session reads the whole catalogue anew before its first plan; that took longer than the models' work.
    """
    from dbt.adapters.postgres.connections import PostgresConnectionManager as Manager

    def release(manager: Manager) -> None:
        connection = manager.get_if_exists()
        if connection is not None and connection.state == "open":
            connection.handle.rollback()  # a look at the catalogue opens a transaction that dbt does not know of
            connection.transaction_open = False

    usual = Manager.release
    Manager.release = release  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        Manager.release = usual  # type: ignore[method-assign]


def _invoke(words: list[str], folder: Path, settings: Settings, variables: Mapping[str, Any]) -> list[Any]:
    from dbt.cli.main import dbtRunner

    manifest = warm(settings)
    database = os.environ.get(PROFILE_VARIABLES["dbname"], "")
    usual = "tag:ledger" in words
    # Only where views are replaced dbt has to know what hangs on what.
    look = "--no-populate-cache" if usual else "--populate-cache"
    command = [*words[:1], *_flags(folder), look, "--vars", json.dumps(variables), *words[1:]]
    with _lasting_connections() if usual else contextlib.nullcontext():
        answer = dbtRunner(manifest=_lies_in(manifest, database)).invoke(command)
    if answer.exception is not None:
        if not isinstance(answer.exception, Exception):  # somebody ends this process
            raise answer.exception
        raise LifetracerError(
            f"The transform could not run: {answer.exception}",
            remedy="See that the database can be reached: lifetracer doctor.",
        )
    return list(getattr(answer.result, "results", []))


def _raise_for_failures(results: Sequence[Any]) -> None:
    failed = [result for result in results if result.status == "error"]
    if failed:
        told = "; ".join(f"{result.node.name}: {_answer(result)}" for result in failed)
        waiting = sum(result.status == "skipped" for result in results)
        raise LifetracerError(
            f"{len(failed)} of {len(results)} models failed ({told}).",
            remedy=f"{waiting} models that build on it were left as they were; the next run goes on from there.",
        )


def _answer(result: Any) -> str:
    # "Database Error in model x (path)\n  what PostgreSQL said\n  compiled code at …", or a chain of "> in macro"
    lines = str(result.message).partition("> in macro")[0].splitlines()
    said = [line.strip() for line in lines[1:] if line.strip() and "compiled code at" not in line]
    return " ".join(said or lines).rstrip(".")


def _rows(result: Any) -> int | None:
    rows = result.adapter_response.get("rows_affected")
    return int(rows) if rows is not None and rows >= 0 and result.node.config.materialized == "incremental" else None


def _finding(result: Any) -> str:
    law = result.node.description or result.node.name
    return f"{' '.join(law.split()).rstrip('.')}: {result.failures or 'unknown'} rows break this."
