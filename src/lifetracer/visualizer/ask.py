"""Asks the warehouse what the panels ask, without Grafana: one figure, or every panel once.

Law: a query is sent as Grafana sends it, and sees what a reader login sees: one account's marts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.rows import dict_row

from lifetracer.errors import FixByHandError
from lifetracer.visualizer.dashboards import KINDS, query
from lifetracer.visualizer.macros import expand
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.queries import beside

_SQL = beside(__file__)


@dataclass(frozen=True)
class Trial:
    """What a panel's query gave."""

    dashboard: str
    panel: str
    rows: int
    seconds: float


def panels(dashboard: str) -> Sequence[str]:
    """Name the queries of a dashboard."""
    return tuple(beside(__file__, f"{dashboard}.sql"))


def figures(
    connection: psycopg.Connection[Any],
    dashboard: str,
    panel: str,
    since: datetime,
    until: datetime,
    variables: Mapping[str, Sequence[str] | None] | None = None,
) -> list[dict[str, Any]]:
    """Give the rows of a panel for a range: ``figures(connection, "overview", "planned", monday, sunday)``.

    Args:
        connection: of a reader login, or of a transaction of the account.
        dashboard: name of the dashboard, as its module's.
        panel: name of the query.
        since: first instant of the range; its UTC date is the first local day.
        until: last instant; its UTC date is the last local day, included.
        variables: what is picked, see :func:`lifetracer.visualizer.macros.expand`.

    Raises:
        NotFoundError: there is no such panel.
    """
    statement = expand(query(dashboard, panel), since, until, variables).encode()
    return connection.cursor(row_factory=dict_row).execute(statement).fetchall()


def colors(warehouse: Warehouse, account_id: UUID) -> dict[str, str]:
    """Give the colour of each of the account's categories; nothing before the first transform."""
    with warehouse.transaction(account_id=account_id) as connection:
        made = connection.execute(_SQL["made"].encode()).fetchone()
        return dict(connection.execute(_SQL["colors"].encode()).fetchall()) if made and made[0] else {}


def check(warehouse: Warehouse, account_id: UUID, since: datetime, until: datetime) -> list[Trial]:
    """Run every query of every dashboard once.

    Raises:
        FixByHandError: a query fails; names the dashboard and the panel.
    """
    trials = []
    with warehouse.transaction(account_id=account_id) as connection:
        for kind in KINDS:
            for panel in panels(kind.name):
                began = time.perf_counter()
                try:
                    rows = len(figures(connection, kind.name, panel, since, until))
                except (errors.UndefinedTable, errors.UndefinedColumn, errors.InsufficientPrivilege) as failure:
                    raise FixByHandError(
                        f"The panel {panel} of {kind.title} cannot be shown: {failure.diag.message_primary}.",
                        remedy="Run `lifetracer transform --full`: the marts are missing or older than this program.",
                    ) from None
                trials.append(Trial(kind.name, panel, rows, time.perf_counter() - began))
    return trials
