"""What a stream may know while it reads: its committed states, its own rows, what was asked for.

Law: whatever is asked of the database here is answered as of every page yielded so far, although pages are
stored by another thread while the stream already asks for the next one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from psycopg import sql

from lifetracer.connector.ingest import Owner
from lifetracer.connector.source import Covered
from lifetracer.outside.quota import Budget
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, queries

SQL = queries.beside(__file__, "sync.sql")


@dataclass
class Reading:
    """What all streams of one sync share."""

    warehouse: Warehouse
    owner: Owner
    options: Settings
    budget: Budget
    settings: dict[str, Any]
    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    full: bool = False
    remembered: dict[str, Any] = field(default_factory=dict)
    """Settings still to be committed."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    stored: threading.Event = field(default_factory=threading.Event)
    """Set while no yielded page is waiting to be stored."""

    def __post_init__(self) -> None:
        self.stored.set()


class StreamCursor:
    """The `lifetracer.connector.source.Cursor` of one stream."""

    def __init__(self, reading: Reading, stream: str) -> None:
        self._reading = reading
        self._stream = stream
        self.now = reading.now
        self.since = reading.since
        self.until = reading.until
        self.full = reading.full
        self.options = reading.options
        with reading.warehouse.transaction() as connection:
            rows = connection.execute(SQL["cursors"], self._names(stream)).fetchall()
        self._states: dict[str, dict[str, Any]] = dict(rows)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the connection, what was just remembered included."""
        return self._reading.settings

    def state(self, partition: str = "") -> dict[str, Any]:
        """Give the committed state of a partition; empty at the very beginning."""
        return dict(self._states.get(partition, {}))

    def partitions(self) -> list[str]:
        """Partitions that have a state."""
        return sorted(self._states)

    def committed(self, partition: str, state: dict[str, Any]) -> None:
        """Note that a page's state is now in the database."""
        self._states[partition] = state

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """Give ``data`` of the living rows of a stream of this connection."""
        self._reading.stored.wait()
        with self._reading.warehouse.transaction() as connection:
            found = connection.execute(self._on_table("rows", stream), self._names(stream)).fetchall()
        return [data for (data,) in found]

    def total(self, stream: str, keys: tuple[str, str], covered: Covered, sweep: str | None = None) -> int:
        """Sum of the first key, else the second, over the living rows in ``covered``, negatives left out."""
        self._reading.stored.wait()
        values = self._names(self._reading.owner.source.raw_table(stream)) | {
            "key": keys[0],
            "else_key": keys[1],
            "where": covered.where,
            "time": covered.time,
            "since": covered.since,
            "until": covered.until,
            "sweep": sweep,
        }
        with self._reading.warehouse.transaction() as connection:
            row = connection.execute(self._on_table("total", stream), values).fetchone()
        assert row is not None
        return int(row[0])

    def new_sweep(self) -> str:
        """Give a fresh id for a full read."""
        return str(uuid4())

    def affords(self, bucket: str, requests: int) -> bool:
        """Tell whether the known quota leaves so many requests."""
        return self._reading.budget.leaves(bucket, requests)

    def allowance(self, bucket: str, *, total: int, remaining: int, resets_in: int) -> None:
        """Note a quota that the service told in a body."""
        self._reading.budget.observe(bucket, total=total, remaining=remaining, resets_in=resets_in)

    def remember(self, **settings: object) -> None:
        """Add to the connection's settings; committed with the next page."""
        new = {k: v for k, v in settings.items() if v is not None and self._reading.settings.get(k) != v}
        self._reading.settings |= new
        self._reading.remembered |= new

    def warn(self, kind: str, **details: object) -> None:
        """Put a warning into the sync log."""
        self._reading.warnings.append({"kind": kind, **details})

    def _names(self, stream: str) -> dict[str, Any]:
        owner = self._reading.owner
        return {"account": owner.account_id, "connection": owner.connection_id, "stream": stream}

    def _on_table(self, query: str, stream: str) -> sql.Composed:
        table = sql.Identifier(self._reading.owner.source.raw_table(stream))
        return sql.SQL(SQL[query]).format(table=table)
