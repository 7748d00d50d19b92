"""Run the dbt project: what changed in raw since the last run, through staging and core, into what the marts show.

Law: one transform of an account at a time, and no reader of the marts ever meets an error or a gap: tables are
changed in place, each in one transaction; views are replaced only by a full run.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg import errors, sql

from lifetracer.errors import LifetracerError, UsageError
from lifetracer.settings import Settings
from lifetracer.transform import holidays
from lifetracer.transform.marts import all_marts
from lifetracer.transform.project import PROJECT, dbt, fingerprint
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Connection, Warehouse

SQL = beside(__file__, "queries.sql")


class Due(IntEnum):
    """How much a run must make."""

    CHANGES = 0
    """What changed since the last run."""
    HISTORY = 1
    """All that is in scope: nothing was ever made of it, or much of it changed."""
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
        account_id: whose time; by default everybody's. A newcomer's whole history then counts as changes: it comes to
            the same, but is slower than that account alone, which is how every command and job asks.
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
    if _says(connection, "is_new", asked) or _says(connection, "is_much", asked):
        return Due.HISTORY
    return Due.CHANGES


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


def _present(connection: Connection) -> datetime:
    row = connection.execute(SQL["present"]).fetchone()
    assert row
    present: datetime = row[0]
    return present


def _raw_tables() -> list[str]:
    folders = (path for path in (PROJECT / "models" / "staging").iterdir() if path.is_dir())
    models = (path.stem for folder in folders for path in folder.glob("stg_*.sql"))
    return sorted(".".join(name.removeprefix("stg_").split("__")) for name in models)


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
