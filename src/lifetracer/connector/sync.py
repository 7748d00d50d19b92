"""`sync`: a source's pages → raw tables and cursors, each page and the state that proves it in one transaction.

Law: killed between any two statements, a sync has stored whole pages only, and the next one goes on after the
last of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from lifetracer.connector import connecting, hints
from lifetracer.connector.cursor import SQL, Reading
from lifetracer.connector.ingest import Owner
from lifetracer.connector.registry import source_named
from lifetracer.connector.summary import ConnectionSync, SyncSummary
from lifetracer.connector.sync_run import Progress, SyncRun
from lifetracer.errors import (
    CredentialError,
    FixByHandError,
    LifetracerError,
    NotFoundError,
    QuotaError,
    UsageError,
)
from lifetracer.outside.http import Client
from lifetracer.outside.quota import Allowance, Budget
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse

LOCK_WAIT = "90s"
"""How long a sync waits for another one of the same connection (or for the end of a killed one's statement)."""


def sync(
    warehouse: Warehouse,
    settings: Settings,
    account_id: UUID,
    sources: Sequence[str] = (),
    *,
    since: date | None = None,
    until: date | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> SyncSummary:
    """Bring the raw layer of an account up to date with its services.

    Args:
        warehouse: an open warehouse.
        settings: the installation's settings.
        account_id: whose connections.
        sources: names or aliases of sources or connections; by default all that are not paused, and those whose
            credential was refused are only told of: asking with it again would not help.
        since: read again what lies on or after this day (UTC).
        until: read again what lies before this day (UTC).
        full: read everything again and compare.
        progress: called after every page.

    Returns:
        One entry per connection; a failed connection carries its error and does not stop the others.

    Raises:
        NotFoundError: a name fits no source and no connection.
        FixByHandError: there is no connection to sync.
    """
    if since and until and since >= until:
        raise UsageError(f"--since {since} is not before --until {until}.", remedy="Give an earlier or a later day.")
    connecting.connections_from_settings(warehouse, settings, account_id)
    summary = SyncSummary()
    for row in _connections(warehouse, account_id, sources):
        result = ConnectionSync(source=row["source"], name=row["name"])
        summary.connections.append(result)
        if not sources and (refused := _refused_credential(row)):
            result.status, result.error = "needs_user", refused
            continue
        _sync_connection(
            warehouse,
            settings,
            Owner(account_id, row["connection_id"], source_named(row["source"])),
            row["settings"],
            result,
            progress or (lambda _: None),
            since=_midnight(since),
            until=_midnight(until),
            full=full,
        )
    return summary


def _connections(warehouse: Warehouse, account_id: UUID, sources: Sequence[str]) -> list[dict[str, Any]]:
    names = []
    for name in sources:
        try:
            names.append(source_named(name).name)
        except NotFoundError:
            names.append(name)  # perhaps the name of a connection
    with warehouse.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SQL["connections"], {"account": account_id, "sources": names}).fetchall()
    found = {row["source"] for row in rows} | {row["name"] for row in rows}
    for asked, name in zip(sources, names, strict=True):
        if name not in found:
            known = source_named(asked)  # raises NotFoundError for a name that means nothing
            raise FixByHandError(
                f"{known.title} is not connected.", remedy=f"Run `lifetracer connect {known.alias or known.name}`."
            )
    if not rows:
        raise FixByHandError(
            "No source is connected yet.",
            remedy="Run `lifetracer connect toggl` or `lifetracer connect gcal`; `lifetracer demo` shows it without.",
        )
    return [row for row in rows if source_named(row["source"]).open is not None and not row["settings"].get("files")]


def _refused_credential(row: dict[str, Any]) -> CredentialError | None:
    """Say what the last sync said of the connection, if it was that its credential is refused."""
    told = row["problem"] or {}
    if row["status"] != "needs_user" or told.get("kind") != "credential":
        return None
    return CredentialError(told.get("message"), remedy=told.get("remedy") or "")


def _sync_connection(
    warehouse: Warehouse,
    settings: Settings,
    owner: Owner,
    connection_settings: dict[str, Any],
    result: ConnectionSync,
    progress: Progress,
    *,
    since: datetime | None,
    until: datetime | None,
    full: bool,
) -> None:
    """Sync one connection; its failure ends in ``result.error`` and in the sync log."""
    with _only_one(warehouse, owner) as session:
        budget = _load_budget(warehouse, owner)
        reading = Reading(
            warehouse, owner, settings, budget, dict(connection_settings), datetime.now(UTC), since, until, full
        )
        run = SyncRun(session, owner, reading, result, progress)
        try:
            with _open_client(warehouse, settings, owner, budget) as client:
                run.client = client
                for name, stream in owner.source.streams.items():
                    if stream.read is not None:
                        run.read_patiently(name, client)
                hints.renew(reading, client)
            if owner.source.expands:
                run.expand(settings.occurrence_future_days)
            run.look_for_heartbeat(settings.stale_days)
            result.status = "succeeded"
        except LifetracerError as failure:
            result.error = failure
            result.status = _status_after(failure)
        except BaseException:
            result.status = "failed"
            raise
        finally:
            run.end()


@contextlib.contextmanager
def _only_one(warehouse: Warehouse, owner: Owner) -> Iterator[Connection]:
    """Hold the connection's lock; a killed holder's lock ends with its database session, which is lent meanwhile."""
    names = {"connection": owner.connection_id}
    with warehouse.session() as session:
        if warehouse.is_pooled:  # a transaction pooler has no sessions; the queue sees to it that jobs do not meet
            yield session
            return
        session.execute(SQL["begin_session"], {"wait": LOCK_WAIT})
        try:
            session.execute(SQL["lock_connection"], names)
            yield session
        finally:
            if not session.closed and not session.broken:
                session.execute(SQL["unlock_all"])
                session.execute(SQL["end_session"])


def _open_client(warehouse: Warehouse, settings: Settings, owner: Owner, budget: Budget) -> Client:
    """Give a client with the connection's credential.

    Raises:
        CredentialError: there is no credential, or it cannot be one.
    """
    access = connecting.open_access(warehouse, settings, owner.account_id, (owner.connection_id, owner.source))
    return access.client(settings, budget)


def _load_budget(warehouse: Warehouse, owner: Owner) -> Budget:
    names = {"account": owner.account_id, "connection": owner.connection_id}
    with warehouse.transaction() as connection:
        rows = connection.execute(SQL["allowances"], names).fetchall()
    return Budget(
        {bucket: Allowance(remaining, resets_at, total, at) for bucket, total, remaining, resets_at, at in rows}
    )


def _status_after(failure: LifetracerError) -> str:
    if isinstance(failure, QuotaError):
        return "waiting"
    return "needs_user" if isinstance(failure, FixByHandError) else "failed"


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
