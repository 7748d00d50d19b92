"""The data page: which services are connected, how fresh and how much, and what is wrong in words.

Law: counts are counted, not estimated, and only the visitor's own rows are.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from psycopg import sql

from lifetracer.console.jobs import STATUSES
from lifetracer.console.shell import Shell, Visitor


def routes(shell: Shell) -> APIRouter:
    """Make the route of the data page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/data")
    def data(request: Request) -> Response:
        visitor = shell.visitor(request)
        known = visitor.account_id is not None
        return shell.page(
            request,
            visitor,
            "data.html",
            page="data",
            connections=shell.ask(visitor, "connections") if known else [],
            runs=shell.ask(visitor, "sync_runs") if known else [],
            counts=count(shell, visitor) if known else [],
            statuses=STATUSES,
        )

    return router


def count(shell: Shell, visitor: Visitor) -> list[dict[str, Any]]:
    """Count the living rows of every raw table that has any."""
    tables = [row["name"] for row in shell.ask(visitor, "raw_tables")]
    one = sql.SQL(
        "select count(*), max(synced_at) from raw.{table} where account_id = %(account_id)s and deleted_at is null"
    )
    counts = []
    with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
        for name in tables:
            found = connection.execute(one.format(table=sql.Identifier(name)), {"account_id": visitor.account_id})
            rows, synced_at = found.fetchone() or (0, None)
            source, _, stream = name.partition("__")
            if rows:
                counts.append({"source": source, "stream": stream, "rows": rows, "synced_at": synced_at})
    return counts
