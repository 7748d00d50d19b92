"""How fast the marts answer what a page asks: a day, a week, a month and a quarter of ten years of history.

Asked as the server asks (role lifetracer_app, account by setting) and as a person with a login of their own asks, so
that row security is paid for. Every answer is for other days, planned anew each time and read to the end.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from benchmarks import scale
from lifetracer.transform.marts import all_marts
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.readers import create as create_reader

RANGES = {"day": 1, "week": 7, "month": 31, "quarter": 92}
TIMES = 40
BEGIN = date(2018, 1, 1)
"""A Monday, well inside the history."""


@contextmanager
def asker(dsn: str, account_id: UUID, login: str | None) -> Iterator[psycopg.Connection[Any]]:
    """A session that sees one account, as the server's or by a login of its own."""
    with psycopg.connect(login or dsn, autocommit=True, prepare_threshold=None) as connection:
        if login is None:
            connection.execute("set role lifetracer_app")
            connection.execute("set jit = off")
            connection.execute("select set_config('lifetracer.account_id', %s, false)", (str(account_id),))
        yield connection


def slowest(connection: psycopg.Connection[Any], mart: str, column: str, days: int, account_id: UUID) -> float:
    """The 95th percentile of the time that an answer takes, in milliseconds."""
    query = sql.SQL("select * from marts.{} where account_id = %s and {} between %s and %s").format(
        sql.Identifier(mart), sql.Identifier(column)
    )
    took = []
    for n in range(TIMES):
        first = BEGIN + timedelta(weeks=9 * n) if column != "month_start" else date(2016 + n // 5, 1 + n % 12, 1)
        began = time.perf_counter()
        connection.execute(query, (account_id, first, first + timedelta(days=days - 1))).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[int(TIMES * 0.95) - 1]


def measure(dsn: str, account_id: UUID, login: str) -> list[dict[str, Any]]:
    """A row per mart: the slower of both askers for each range, in milliseconds."""
    rows = []
    for name, mart in sorted(all_marts().items()):
        if mart.date_column is None:
            continue
        row: dict[str, Any] = {"mart": name}
        for span, days in RANGES.items():
            worst = 0.0
            for who in (None, login):
                with asker(dsn, account_id, who) as connection:
                    worst = max(worst, slowest(connection, name, mart.date_column, days, account_id))
            row[f"{span}, ms"] = round(worst, 1)
        rows.append(row)
    return rows


def run() -> list[dict[str, Any]]:
    """Milliseconds in which 95 of 100 answers came; wished are at most 50."""
    with scale.server() as place:
        long = place("marts")
        account_id = long.make("Ann", scale.YEARS * 365)
        long.full(account_id)
        with open_warehouse(long.settings) as house:
            reader = create_reader(house, account_id, "ann")
            return measure(house.dsn, account_id, reader.dsn)
