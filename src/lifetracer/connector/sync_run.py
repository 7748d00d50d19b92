"""One run of one connection: its pages into the raw tables, and its row in the log of syncs.

Law: a page's rows, its cursor and what is left of the quota commit in one transaction; while PostgreSQL takes one
page apart, the next is already being fetched.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from psycopg import sql

from lifetracer.connector import occurrences
from lifetracer.connector.cursor import SQL, Reading, StreamCursor
from lifetracer.connector.ingest import GarbledPageError, Ingested, Owner, ingest, sweep
from lifetracer.connector.source import Page
from lifetracer.connector.summary import ConnectionSync, error_json, quota_json
from lifetracer.errors import FixByHandError
from lifetracer.outside.http import Client
from lifetracer.outside.quota import Budget
from lifetracer.warehouse import Connection
from lifetracer.warehouse.connect import explained

Progress = Callable[[ConnectionSync], None]


class SyncRun:
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
            ahead = fetcher.submit(next, pages, None)
            try:
                while (page := ahead.result()) is not None:
                    self.reading.stored.clear()
                    ahead = fetcher.submit(next, pages, None)
                    self._store(name, page, cursor)
                    self.reading.stored.set()
                    self.progress(self.result)
            except BaseException:
                self.reading.stored.set()  # lets the fetching thread end
                _settle(ahead)
                raise

    def _store(self, name: str, page: Page, cursor: StreamCursor) -> None:
        """Commit the transaction that everything rests on: rows, tombstones, cursor, settings and quota together."""
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
        values = {
            "key": key,
            "now": now,
            "lately": (now - timedelta(days=stale_days)).replace(hour=0, minute=0, second=0, microsecond=0),
        }
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


def _allowance(budget: Budget, bucket: str) -> dict[str, Any]:
    known = budget.allowances[bucket]
    resets_at = _text(known.resets_at)
    return {"bucket": bucket, "total": known.total, "remaining": known.remaining, "resets_at": resets_at}


def _save_budget(connection: Connection, budget: Budget, names: dict[str, Any]) -> None:
    changed, budget.changed = budget.changed, set()
    for bucket in changed:
        connection.execute(SQL["save_allowance"], names | _allowance(budget, bucket))


def _settle(ahead: Future[Page | None]) -> None:
    with contextlib.suppress(Exception):
        ahead.result(timeout=60)


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
