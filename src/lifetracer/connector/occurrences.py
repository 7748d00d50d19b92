"""Keeps ``raw.occurrence`` equal to the expansion of a connection's calendar events.

Law: a refresh looks only at series whose rows changed since the last one, and at what the moving end of the window
let in; whatever it finds stored, afterwards the table holds exactly what expanding everything anew would give.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from lifetracer.connector.expansion import Window, expand
from lifetracer.connector.source import Source
from lifetracer.connector.span import Occurrence, named_zone
from lifetracer.warehouse import queries
from lifetracer.warehouse.feeds import MARK

__all__ = ["Occurrence", "Window", "expand", "refresh"]

RULES = 1
"""Raise when `expansion` changes its mind, so that every installation expands anew."""

OVERLAP = timedelta(minutes=2)
"""Rows this much older than the newest one seen are looked at again: their transaction may have ended late."""

BATCH = 5_000
"""Occurrences written at a time; what bounds memory."""

_SQL = queries.beside(__file__)
_COLUMNS = ("original_start", "starts_at", "ends_at", "starts_on", "ends_on", "time_zone")

Group = tuple[str, str, bool, list[tuple[str, bool, dict[str, Any]]]]
"""Calendar, series, whether a row of it changed, and its events: (source_id, gone, data)."""


def refresh(
    connection: psycopg.Connection[Any],
    account_id: UUID,
    connection_id: UUID,
    source: Source,
    now: datetime,
    future_days: int,
) -> int:
    """Bring the occurrences of one connection up to date with its raw event rows, in one transaction.

    Series are expanded to the end of the UTC day ``future_days`` after ``now``. Deleted events and calendars lose
    their occurrences.

    Returns:
        How many rows were added, changed or removed.
    """
    names: dict[str, Any] = {"account": account_id, "connection": connection_id, "source": source.name}
    with connection.transaction():
        connection.execute(_SQL["lock"], names)
        tables = _tables(source)
        newest = _one(connection, sql.SQL(_SQL["newest"]).format(**tables), names)
        if newest is None:
            return 0
        zones, default = _zones(connection, tables, names)
        end = (now.astimezone(UTC) + timedelta(days=future_days + 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        before = _Memory.of(_one(connection, _SQL["remembered"], names))
        after = _Memory(newest=newest, end=end, zone=str(default))
        if before == after:
            return 0
        known = before is not None and before.serves(after)
        since = before.newest - OVERLAP if known and before else datetime(1970, 1, 1, tzinfo=UTC)
        if not known:
            connection.execute(_SQL["expand_anew"])
        asked = {
            **names,
            "mark": MARK,
            "since": since,
            "everything": not known,
            "moved": bool(known and before and before.end < end),
        }
        writer = _Writer(connection, names)
        for group in _groups(connection, sql.SQL(_SQL["groups"]).format(**tables), asked):
            calendar_id, _, touched, _ = group
            old_end = before.end if before and not touched else None
            writer.add(group, Window(end=end, start=old_end), zones.get(calendar_id, default))
        writer.flush()
        connection.execute(_SQL["expanded"])
        connection.execute(_SQL["remember"], {**names, "state": json.dumps(after.as_json())})
        return writer.changed


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the last refresh knew."""

    newest: datetime
    """``synced_at`` of the newest row it saw."""
    end: datetime
    """End of its window."""
    zone: str
    rules: int = RULES

    @classmethod
    def of(cls, state: Mapping[str, Any] | None) -> _Memory | None:
        if not state:
            return None
        return cls(
            datetime.fromisoformat(state["newest"]), datetime.fromisoformat(state["end"]), state["zone"], state["rules"]
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "newest": self.newest.isoformat(),
            "end": self.end.isoformat(),
            "zone": self.zone,
            "rules": self.rules,
        }

    def serves(self, after: _Memory) -> bool:
        """Whether it is enough to look at what came since (not so when a clock went back or the window shrank)."""
        same = (self.zone, self.rules) == (after.zone, after.rules)
        return same and self.end <= after.end and self.newest <= after.newest


@dataclass
class _Writer:
    """Collects expanded series and writes them in batches."""

    connection: psycopg.Connection[Any]
    names: Mapping[str, Any]
    changed: int = 0
    members: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, group: Group, window: Window, zone: tzinfo) -> None:
        """Expand one series; replace its stored occurrences, or (window with a start) add to them."""
        calendar_id, series, _, rows = group
        prefix = f"{calendar_id}/"
        if window.start is None:
            self.members.extend({source_id for source_id, _, _ in rows} | {prefix + series})
        for found in expand(_living(series, rows), window, zone):
            series_id = prefix + found.series_id
            single = found.series_id == found.content_id and not self._repeats(found.series_id, rows)
            self._put("occurrence_id", self._id(series_id, "" if single else found.original_start))
            self._put("calendar_id", calendar_id)
            self._put("series_id", series_id)
            self._put("content_id", prefix + found.content_id)
            for name in _COLUMNS:
                self._put(name, getattr(found, name))
        if len(self.columns.get("occurrence_id", ())) >= BATCH or len(self.members) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        empty: dict[str, list[Any]] = {
            n: [] for n in ("occurrence_id", "calendar_id", "series_id", "content_id", *_COLUMNS)
        }
        values = {**self.names, "members": self.members, **empty, **self.columns}
        self.changed += _one(self.connection, _SQL["replace"], values)
        self.members, self.columns = [], {}

    def _put(self, name: str, value: Any) -> None:
        self.columns.setdefault(name, []).append(value)

    def _id(self, series_id: str, original_start: str) -> str:
        # A single event keeps its id when it is moved.
        return f"{self.names['source']}/{series_id}" + (f"@{original_start}" if original_start else "")

    @staticmethod
    def _repeats(event_id: str, rows: Iterable[tuple[str, bool, dict[str, Any]]]) -> bool:
        return any(
            data.get("recurringEventId") == event_id or (data.get("id") == event_id and data.get("recurrence"))
            for _, _, data in rows
        )


def _living(series: str, rows: Iterable[tuple[str, bool, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Give the events of a series as they count; a deleted master takes its exceptions along."""
    for _, gone, data in rows:
        if not gone:
            yield data
        elif data.get("id") == series and not data.get("recurringEventId"):
            yield {"id": series, "status": "cancelled"}


def _groups(connection: psycopg.Connection[Any], query: sql.Composed, values: Mapping[str, Any]) -> Iterator[Group]:
    """Read series by series through a server-side cursor, so that no calendar has to fit into memory."""
    with connection.cursor(name="series_to_expand") as cursor:
        cursor.itersize = 500
        cursor.execute(query, values)
        for (calendar_id, series, touched), rows in groupby(cursor, key=lambda row: row[:3]):
            yield calendar_id, series, touched, [row[3:] for row in rows]


def _tables(source: Source) -> dict[str, sql.Identifier]:
    assert source.expands is not None
    return {
        "events": sql.Identifier("raw", source.raw_table(source.expands)),
        "calendars": sql.Identifier("raw", source.raw_table("calendars")),
    }


def _zones(
    connection: psycopg.Connection[Any], tables: Mapping[str, sql.Identifier], names: Mapping[str, Any]
) -> tuple[dict[str, tzinfo], tzinfo]:
    """Give the zone of each calendar that names one, and the account's."""
    rows = connection.execute(sql.SQL(_SQL["zones"]).format(**tables), names).fetchall()
    default = named_zone(rows[0][2]) or UTC
    return {calendar: named_zone(zone) or default for calendar, zone, _ in rows if calendar}, default


def _one(connection: psycopg.Connection[Any], query: Any, values: Mapping[str, Any]) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
