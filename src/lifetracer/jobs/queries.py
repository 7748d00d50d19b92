"""The room's named queries (`queries.sql`): a query is a constant, values only ever come as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from lifetracer.warehouse.queries import beside

Connection = psycopg.Connection[Any]

QUERIES = {name: sql.SQL(text) for name, text in beside(__file__).items()}


def ask(con: Connection, query: str, values: Mapping[str, Any] | None = None) -> psycopg.Cursor[dict[str, Any]]:
    """Run a named query; the rows come as dictionaries, whatever the connection's habit."""
    return con.cursor(row_factory=dict_row).execute(QUERIES[query], values)


def ask_one(con: Connection, query: str, values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Run a named query that gives one row or none."""
    return ask(con, query, values).fetchone()
