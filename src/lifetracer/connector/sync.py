"""`sync`: a source's pages → raw tables and cursors, each page and the state that proves it in one transaction.

Law: killed between any two statements, a sync has stored whole pages only, and the next one goes on after the
last of them. While PostgreSQL takes one page apart, the next is already being fetched.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from lifetracer.connector import connecting, hints, occurrences
from lifetracer.connector.cursor import SQL, Reading, StreamCursor
from lifetracer.connector.ingest import GarbledPageError, Ingested, Owner, ingest, sweep
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Page
from lifetracer.connector.summary import ConnectionSync, SyncSummary, error_json, quota_json
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
from lifetracer.warehouse.connect import explained

LOCK_WAIT = "90s"
"""How long a sync waits for another one of the same connection (or for the end of a killed one's statement)."""

Progress = Callable[[ConnectionSync], None]


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
        raise UsageError(f"--since {since} is not before --until {until}.")
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
            (_midnight(since), _midnight(until), full),
            result,
            progress or (lambda _: None),
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
    """What the last sync said of the connection, if it was that its credential is refused."""
    told = row["problem"] or {}
    if row["status"] != "needs_user" or told.get("kind") != "credential":
        return None
    return CredentialError(told.get("message"), remedy=told.get("remedy") or "")


def _sync_connection(
    warehouse: Warehouse,
    settings: Settings,
    owner: Owner,
    connection_settings: dict[str, Any],
    asked: tuple[datetime | None, datetime | None, bool],
    result: ConnectionSync,
    progress: Progress,
) -> None:
    """Sync one connection; its failure ends in ``result.error`` and in the sync log."""
    with _only_one(warehouse, owner) as session:
        budget = _load_budget(warehouse, owner)
        since, until, full = asked
        reading = Reading(
            warehouse, owner, settings, budget, dict(connection_settings), datetime.now(UTC), since, until, full
        )
        run = _Run(session, owner, reading, result, progress)
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


class _Run:
    """One row of the sync log and what is counted into it."""

    def __init__(
        self, session: Connection, owner: Owner, reading: Reading, result: ConnectionSync, progress: Progress
    ) -> None:
        self.session = session
        self.warehouse = warehouse = reading.warehouse
        self.owner = owner
        self.reading = reading
        self.result = result
        self.progress = progress
        self.client: Client | None = None
        self.names = {"account": owner.account_id, "connection": owner.connection_id, "source": owner.source.name}
        with warehouse.transaction() as connection:
            connection.execute(SQL["forget_abandoned_sweeps"], self.names)
            row = connection.execute(SQL["begin_run"], self.names).fetchone()
        assert row is not None
        self.names["run"], self.started = row

    def read_patiently(self, name: str, client: Client) -> None:
        """Read a stream, going on after its last stored page when one arrives garbled."""
        options = self.reading.options
        for attempt in range(1, options.retry_attempts):
            try:
                self.read(name, client)
            except GarbledPageError:
                time.sleep(options.retry_seconds * 2 ** (attempt - 1))
            else:
                return
        self.read(name, client)

    def read(self, name: str, client: Client) -> None:
        """Store all pages of a stream, fetching one ahead."""
        cursor = StreamCursor(self.reading, name)
        read = self.owner.source.streams[name].read
        assert read is not None
        self.result.stream = name
        pages = read(client, cursor)
        with ThreadPoolExecutor(1, thread_name_prefix="fetch") as fetcher:
            ahead = fetcher.submit(_next, pages)
            try:
                while (page := ahead.result()) is not None:
                    self.reading.stored.clear()
                    ahead = fetcher.submit(_next, pages)
                    self._store(name, page, cursor)
                    self.reading.stored.set()
                    self.progress(self.result)
            except BaseException:
                self.reading.stored.set()  # lets the fetching thread end
                _settle(ahead)
                raise

    def _store(self, name: str, page: Page, cursor: StreamCursor) -> None:
        """The transaction that everything rests on: rows, tombstones, cursor, settings and quota together."""
        connection, swept = self.session, 0
        with explained(self.warehouse.dsn), self._noted(name, page) as noted:
            if not page.covered:
                done = ingest(connection, self.owner, name, page, run=noted)
            else:
                with connection.transaction():
                    done = ingest(connection, self.owner, name, page, run=noted)
                    swept, spared = sweep(connection, self.owner, name, page, self.started)
                    connection.execute(SQL["count_swept"], self.names | {"swept": swept})
                if spared:
                    cursor.warn("deletions_spared", stream=page.stream or name, rows=spared)
        self._count(done, swept)
        if page.state is not None:
            cursor.committed(page.partition, dict(page.state))

    @contextlib.contextmanager
    def _noted(self, name: str, page: Page) -> Iterator[dict[str, Any]]:
        """Hand over what is to be stored with a page; what could not be is kept for the next one."""
        reading, budget = self.reading, self.reading.budget
        remembered, reading.remembered = reading.remembered, {}
        changed, budget.changed = budget.changed, set()
        self.result.requests = self.client.requests if self.client else 0
        try:
            yield self.names | {
                "cursor": name,
                "partition": page.partition,
                "state": json.dumps(page.state) if page.state is not None else None,
                "settings": json.dumps(remembered) if remembered else None,
                "allowances": json.dumps([_allowance(budget, bucket) for bucket in changed]),
                "requests": self.result.requests,
            }
        except BaseException:
            reading.remembered = remembered | reading.remembered
            budget.changed |= changed
            raise

    def _count(self, done: Ingested, swept: int) -> None:
        result = self.result
        result.items += done.items
        result.inserted += done.inserted
        result.updated += done.updated
        result.deleted += done.deleted + swept
        result.mended += done.mended
        result.quota = quota_json(self.reading.budget)

    def expand(self, future_days: int) -> None:
        """Bring the occurrences of the connection's calendars up to date."""
        self.result.stream = "occurrences"
        with self.warehouse.transaction() as connection:
            self.result.occurrences = occurrences.refresh(
                connection,
                self.owner.account_id,
                self.owner.connection_id,
                self.owner.source,
                self.reading.now,
                future_days,
            )
        self.progress(self.result)

    def look_for_heartbeat(self, stale_days: int) -> None:
        """Warn when a service that was used daily has nothing new: the account may have moved elsewhere."""
        if not self.owner.source.heartbeat:
            return
        stream, key = self.owner.source.heartbeat
        table = sql.Identifier(self.owner.source.raw_table(stream))
        query = sql.SQL(SQL["heartbeat"]).format(table=table)
        now = self.reading.now
        values = {"key": key, "now": now, "lately": _midnight(now.date() - timedelta(days=stale_days))}
        with self.warehouse.transaction() as connection:
            row = connection.execute(query, self.names | values).fetchone()
        assert row is not None
        last_day, busy_days = row
        if last_day and busy_days >= 14:
            title = self.owner.source.title
            self.reading.warnings.append(
                {
                    "kind": "stale",
                    "since": last_day.isoformat(),
                    "message": f"{title} has sent nothing newer than {last_day}, although there was something on "
                    f"{busy_days} of the 28 days before. If you go on tracking, the account may have been moved "
                    f"to another product (Toggl 2.0), or another account is in use.",
                }
            )

    def end(self) -> None:
        """Close the entry in the sync log and tell the connection how it went."""
        result, failure = self.result, self.result.error
        result.requests = self.client.requests if self.client else 0
        result.quota = quota_json(self.reading.budget)
        result.warnings = self.reading.warnings
        details = {
            "warnings": result.warnings,
            "occurrences": result.occurrences,
            "asked": {
                "since": _text(self.reading.since),
                "until": _text(self.reading.until),
                "full": self.reading.full,
            },
        }
        problem = json.dumps(error_json(failure)) if isinstance(failure, FixByHandError) else None
        with self.warehouse.transaction() as connection:
            _save_budget(connection, self.reading.budget, self.names)
            connection.execute(
                SQL["end_run"],
                self.names
                | {
                    "status": result.status,
                    "requests": result.requests,
                    "details": json.dumps(details),
                    "error": json.dumps(error_json(failure)) if failure else None,
                },
            )
            succeeded = result.status == "succeeded"
            connection.execute(
                SQL["end_connection"],
                self.names | {"problem": problem, "succeeded": succeeded, "changed": result.changed > 0},
            )


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
    """A client with the connection's credential.

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


def _allowance(budget: Budget, bucket: str) -> dict[str, Any]:
    known = budget.allowances[bucket]
    resets_at = _text(known.resets_at)
    return {"bucket": bucket, "total": known.total, "remaining": known.remaining, "resets_at": resets_at}


def _save_budget(connection: Connection, budget: Budget, names: dict[str, Any]) -> None:
    changed, budget.changed = budget.changed, set()
    for bucket in changed:
        connection.execute(SQL["save_allowance"], names | _allowance(budget, bucket))


def _status_after(failure: LifetracerError) -> str:
    if isinstance(failure, QuotaError):
        return "waiting"
    return "needs_user" if isinstance(failure, FixByHandError) else "failed"


def _next(pages: Iterator[Page]) -> Page | None:
    return next(pages, None)


def _settle(ahead: Future[Page | None]) -> None:
    with contextlib.suppress(Exception):
        ahead.result(timeout=60)


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
