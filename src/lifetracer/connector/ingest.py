"""One page → its raw table: the only place that calls ``raw.ingest``.

Law: text that PostgreSQL cannot hold (NUL, lone surrogates) is mended once with U+FFFD and counted, never dropped.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors as pg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from lifetracer.connector.source import Page, Source
from lifetracer.errors import TryAgainError
from lifetracer.warehouse import queries

SQL = queries.beside(__file__)
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
NUL_OR_SURROGATE = re.compile("[\x00\ud800-\udfff]")


class GarbledPageError(TryAgainError):
    """The service sent a page that cannot be read."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one page did to its table."""

    items: int = 0
    """Different items in the page."""
    inserted: int = 0
    updated: int = 0
    """Changed or revived."""
    deleted: int = 0
    mended: int = 0
    """Texts with characters that had to be replaced."""

    @property
    def changed(self) -> int:
        """Rows that are now different."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows a page brings: an account's connection to a source."""

    account_id: UUID
    connection_id: UUID
    source: Source


def ingest(
    connection: psycopg.Connection[Any],
    owner: Owner,
    name: str,
    page: Page,
    *,
    run: Mapping[str, Any] | None = None,
) -> Ingested:
    """Merge a page into the raw table of stream ``name``.

    Inside the caller's transaction, which stays usable when it fails; outside of any it is one by itself.

    Args:
        connection: the owner's.
        owner: whose page it is.
        name: the stream that brought it.
        page: the page.
        run: what a sync stores together with it (the parameters of ``ingest_for_run``).

    Raises:
        GarbledPageError: the body is not JSON, or the list is not where it should be.
    """
    source = owner.source
    stream = source.streams[page.stream or name]
    body = page.body.decode("utf-8", errors="replace") if isinstance(page.body, bytes) else page.body
    values: dict[str, Any] = {
        "stream": source.raw_table(stream.name),
        "account": owner.account_id,
        "connection": owner.connection_id,
        "body": body if body.strip() else "null",
        "api_version": page.api_version,
        "items": list(page.items),
        "nested": page.nested,
        "id": stream.id,
        "prefix": page.prefix,
        "keep": page.keep,
        "deleted": stream.deleted if page.lists_deleted else None,
        "version": stream.version,
        "weaker": page.weaker,
        "drop": list(stream.drop),
        "sweep": page.sweep,
        "add": json.dumps(page.add or {}),
        "mended": 0,
        **(run or {}),
    }
    query = SQL["ingest_for_run" if run else "ingest"]
    is_alone = connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE
    # \u0000 and lone surrogates come as escapes; a raw NUL byte would not be JSON at all.
    try:
        with contextlib.nullcontext() if is_alone else connection.transaction():
            return Ingested(**_row(connection, query, values))
    except (
        pg.UntranslatableCharacter,
        pg.InvalidTextRepresentation,
        pg.CharacterNotInRepertoire,
        psycopg.DataError,
    ) as failure:
        mended, count = mend(values["body"])
        if not count:
            why = str(failure).splitlines()[0]
            raise GarbledPageError(
                f"{source.title} sent something for {stream.name} that is not what was asked for ({why}).",
                remedy="Nothing was stored; the next sync asks again.",
            ) from failure
    return Ingested(**_row(connection, query, {**values, "body": mended, "mended": count}), mended=count)


def mend(body: str) -> tuple[str, int]:
    """Replace characters that PostgreSQL cannot hold by U+FFFD; returns the JSON text and how many strings had them.

    A body that is not JSON is returned as it is, with 0.
    """
    try:
        value = json.loads(body, strict=False)
    except ValueError:
        return body, 0
    count = 0

    def clean(node: Any) -> Any:
        nonlocal count
        if isinstance(node, str):
            new = NUL_OR_SURROGATE.sub("\ufffd", node)
            count += new != node
            return new
        if isinstance(node, list):
            return [clean(n) for n in node]
        if isinstance(node, dict):
            return {clean(k): clean(v) for k, v in node.items()}
        return node

    cleaned = clean(value)
    return json.dumps(cleaned, ensure_ascii=False), count


def sweep(
    connection: psycopg.Connection[Any], owner: Owner, name: str, page: Page, started: datetime
) -> tuple[int, int]:
    """Tombstone what the full read that ends with this page did not meet.

    Returns:
        Rows tombstoned, and rows spared because the whole covered part came back empty.
    """
    covered = page.covered
    assert covered is not None
    assert page.sweep is not None, "a covered part needs the sweep that read it"
    table = owner.source.raw_table(page.stream or name)
    values = {
        "stream": table,
        "account": owner.account_id,
        "connection": owner.connection_id,
        "sweep": page.sweep,
        "started": END_OF_TIME if covered.fresh_too else started,
        "prefix": covered.prefix,
        "where": covered.where,
        "time": covered.time,
        "since": covered.since,
        "until": covered.until,
        "trust_empty": covered.trust_empty,
    }
    row = connection.execute(SQL["sweep"], values).fetchone()
    assert row is not None
    connection.execute(SQL["forget_sweep"], values)
    deleted, spared = row
    return deleted, spared


def _row(connection: psycopg.Connection[Any], query: str, values: Mapping[str, Any]) -> dict[str, int]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, values).fetchone()
    assert row is not None
    return row
