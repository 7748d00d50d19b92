"""The data page: how fresh each source is, what is odd in words, how much is stored, and every row as it was sent.

Law: counts are counted, not estimated; only the visitor's own rows are; a raw row is shown as it came.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from psycopg import sql
from psycopg.rows import dict_row

from lifetracer.charts import keep
from lifetracer.console.jobs import STATUSES
from lifetracer.console.periods import parse_day
from lifetracer.console.shell import Asking, Shell, Visitor
from lifetracer.errors import NotFoundError
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

KINDS = {
    "untracked": keep("Days with little tracked"),
    "no_project": keep("Entries without a project"),
    "overlap": keep("Entries that overlap"),
    "duplicate": keep("Entries that are there twice"),
    "long": keep("Entries over 12 hours"),
    "running": keep("Timers that run for long"),
    "over_31_days": keep("Entries over 31 days"),
    "negative": keep("Entries that end before they begin"),
    "zero": keep("Entries without length"),
    "no_start": keep("Entries without a start"),
    "no_stop": keep("Entries without an end"),
    "odd_year": keep("Entries in an odd year"),
    "half_running": keep("Timers that neither run nor stand"),
    "calendar": keep("Calendars that fell silent"),
    "stale": keep("Sources that are not read"),
    "needs_user": keep("Sources that need you"),
}
"""How kinds of findings are called on the screen."""

WEEKS = 13
"""For so many weeks findings are looked for."""
MOST_FINDINGS = 60
ROWS = 50
"""Raw rows on a page."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the data page and of the rows beneath it."""
    router = APIRouter(route_class=shell.route)

    @router.get("/data")
    def data(request: Request, kind: str = "", end: str = "") -> Response:
        visitor = shell.visitor(request)
        known = visitor.account_id is not None
        chosen = kind if kind in KINDS else ""
        today = visitor.now.date()
        last = min(parse_day(end), today) if end else today
        notes: dict[str, Any] = {"kinds": [], "findings": []}
        if shell.has_picture(visitor):
            with shell.asking(visitor) as ask:
                notes = odd(ask, last, chosen)
        return shell.page(
            request,
            visitor,
            "data.html",
            page="data",
            standing=shell.standing(visitor),
            runs=shell.ask(visitor, "sync_runs") if known else [],
            counts=count(shell, visitor) if known else [],
            statuses=STATUSES,
            names=KINDS,
            kind=chosen,
            most=MOST_FINDINGS,
            first=last - timedelta(weeks=WEEKS, days=-1),
            last=last,
            step=lambda n: _stretch(last + timedelta(weeks=n * WEEKS), today, chosen),
            present=_stretch(today, today, chosen),
            at_present=last == today,
            **notes,
        )

    @router.get("/data/row")
    def row(request: Request, of: str = "", id: str = "", stream: str = "") -> Response:  # noqa: A002  the address's word
        visitor = shell.visitor(request)
        found = find_row(shell, visitor, of, id, stream)
        if found is None:
            raise NotFoundError(
                "There is no such row.", remedy="It may have been removed at the service and swept since."
            )
        return shell.page(request, visitor, "row.html", page="data", standing=shell.standing(visitor), **found)

    @router.get("/data/rows/{stream}")
    def rows(request: Request, stream: str, after: str = "") -> Response:
        visitor = shell.visitor(request)
        table = _table(shell, visitor, stream)
        with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
            query = sql.SQL(SQL["raw_rows"]).format(table=sql.Identifier(table))
            values = {"account_id": visitor.account_id, "after": after, "most": ROWS}
            found = connection.execute(query, values).fetchall()
        return shell.page(
            request,
            visitor,
            "rows.html",
            page="data",
            standing=shell.standing(visitor),
            stream=table,
            rows=[(key, json.dumps(body, ensure_ascii=False), at, gone) for key, body, at, gone in found],
            after=after,
            following=found[-1][0] if len(found) == ROWS else None,
        )

    return router


def odd(ask: Asking, last: date, kind: str) -> dict[str, Any]:
    """Read what is odd in the weeks up to a day: how much of each kind, and the gravest and latest."""
    until = last + timedelta(days=1)
    rows = ask(SQL["findings"], first=until - timedelta(weeks=WEEKS), until=until, kind=kind, most=MOST_FINDINGS)
    return {"kinds": rows[0]["kinds"] or [], "findings": [row for row in rows if row["finding_id"] is not None]}


def count(shell: Shell, visitor: Visitor) -> list[dict[str, Any]]:
    """Count the living rows of every raw table that has any."""
    tables = [row["name"] for row in shell.ask(visitor, "raw_tables")]
    if not tables:
        return []
    query = sql.SQL(" union all ").join(
        sql.SQL(SQL["count"]).format(name=sql.Literal(name), table=sql.Identifier(name)) for name in tables
    )
    with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        rows = cursor.execute(query, {"account_id": visitor.account_id}).fetchall()
    return [
        {"source": row["name"].partition("__")[0], "stream": row["name"].partition("__")[2], **row}
        for row in rows
        if row["rows"]
    ]


def find_row(shell: Shell, visitor: Visitor, of: str, key: str, stream: str) -> dict[str, Any] | None:
    """Find what a service sent for an entry (``actual``), an occurrence (``plan``) or a row of a stream, and before.

    A part of an occurrence's key that its service does not know (the day of a series) leads to the series' own row.
    """
    if visitor.account_id is None:
        return None
    source, _, source_id = key.partition("/")
    if of == "plan":
        with shell.asking(visitor) as ask:
            known = ask(SQL["occurrence"], occurrence_id=key)
        source_id = known[0]["content_id"] if known else source_id
        wanted = f"{source}__events"
    elif of == "actual":
        wanted = f"{source}__time_entries"
    else:
        wanted, source_id = stream, key
    table = _table(shell, visitor, wanted)
    with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
        values = {"account_id": visitor.account_id, "stream": table, "source_id": source_id}
        query = sql.SQL(SQL["raw_row"]).format(table=sql.Identifier(table))
        row = connection.execute(query, values).fetchone()
        former = connection.execute(SQL["revisions"].encode(), values).fetchall()
    if row is None:
        return None
    versions = [(row, None)] + [((data, api, synced, gone), at) for data, api, synced, gone, at in former]
    return {
        "stream": table,
        "source_id": source_id,
        "versions": [
            {
                "body": json.dumps(body, ensure_ascii=False, indent=2),
                "api_version": api,
                "synced_at": synced,
                "deleted_at": gone,
                "replaced_at": replaced,
                "changed": changed(body, versions[place + 1][0][0]) if place + 1 < len(versions) else [],
            }
            for place, ((body, api, synced, gone), replaced) in enumerate(versions)
        ],
    }


def changed(present: dict[str, Any], former: dict[str, Any]) -> list[str]:
    """Name the fields in which two versions differ."""
    return sorted(key for key in {*present, *former} if present.get(key) != former.get(key))


def _table(shell: Shell, visitor: Visitor, stream: str) -> str:
    if stream not in {row["name"] for row in shell.ask(visitor, "raw_tables")}:
        raise NotFoundError(f"There is no stream {stream}.", remedy="The data page lists those that are there.")
    return stream


def _stretch(last: date, today: date, kind: str) -> str:
    said = {"kind": kind, "end": last.isoformat() if last < today else ""}
    return f"/data?{query}" if (query := urlencode({k: v for k, v in said.items() if v})) else "/data"
