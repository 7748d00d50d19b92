"""What a report says of a period, read from the marts in one transaction.

Law: sums are made by SQL from marts; nothing is added up here, so a report cannot disagree with the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from lifetracer import charts
from lifetracer.charts import Week
from lifetracer.errors import FixByHandError, NotFoundError
from lifetracer.periods import end_of, start_of, step
from lifetracer.reporter.wish import Wish
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

Row = Mapping[str, Any]

TREND = {"day": 14, "week": 12, "month": 12, "client": 0}
"""How many periods the trend of adherence shows."""


@dataclass(frozen=True)
class Freshness:
    """When a source was last read."""

    source: str
    name: str
    last_success_at: datetime | None


@dataclass(frozen=True)
class Person:
    """For whom the report is."""

    name: str
    zone: ZoneInfo
    language: str
    today: date


@dataclass(frozen=True)
class Facts:
    """Everything that the marts say about a period and its neighbours."""

    weeks: Sequence[Week]
    """The weeks that the period lies in, with their blocks."""
    totals: Row
    before: Row
    verdicts: Row
    categories: Sequence[Row]
    estimates: Mapping[str, Row]
    """By category, of the next period; empty where nothing is estimated yet."""
    targets: Sequence[Row]
    trend: Sequence[Row]
    flow: Sequence[Row]
    days: Sequence[Row]
    findings: Sequence[Row]
    freshness: Sequence[Freshness]


def read_person(connection: Connection) -> Person:
    """Read for whom the transaction acts.

    Raises:
        NotFoundError: unknown account.
        FixByHandError: there are no marts yet.
    """
    account = connection.cursor(row_factory=dict_row).execute(SQL["account"].encode()).fetchone()
    if account is None:
        raise NotFoundError("There is no such account.", remedy="Run lifetracer doctor to see which there are.")
    if not account["made"]:
        raise FixByHandError("There is nothing to report yet.", remedy="Run lifetracer sync, then transform.")
    return Person(account["name"], ZoneInfo(account["time_zone"]), account["language"], account["today"])


def read(connection: Connection, account_id: UUID, wish: Wish) -> Facts:
    """Read what the marts say about a period (in the account's transaction)."""
    following = step(wish.first, wish.grain, 1)
    asked: dict[str, Any] = {
        "account_id": account_id,
        "kind": wish.kind,
        "first": wish.first,
        "last": wish.last,
        "next_first": following,
        "next_last": end_of(following, wish.grain),
        "trend": TREND[wish.kind],
    }
    former = asked | {"first": step(wish.first, wish.grain, -1), "last": wish.first - timedelta(days=1)}
    cursor = connection.cursor(row_factory=dict_row)

    def ask(name: str, given: Mapping[str, Any] = asked) -> list[dict[str, Any]]:
        return cursor.execute(SQL[name].encode(), given).fetchall()

    estimated = ask("has_estimates")[0]["made"]
    return Facts(
        weeks=[charts.read(connection, account_id, monday) for monday in _mondays(wish)],
        totals=ask("totals")[0],
        before=ask("totals", former)[0],
        verdicts=ask("verdicts")[0],
        categories=ask("categories"),
        estimates={row["category_id"]: row for row in ask("estimates")} if estimated else {},
        targets=ask("targets"),
        trend=ask("trend"),
        flow=ask("flow"),
        days=ask("days"),
        findings=ask("findings"),
        freshness=read_freshness(connection),
    )


def read_freshness(connection: Connection) -> list[Freshness]:
    """Read when each source was last read."""
    cursor = connection.cursor(row_factory=dict_row)
    return [Freshness(**row) for row in cursor.execute(SQL["freshness"].encode())]


def _mondays(wish: Wish) -> list[date]:
    monday = start_of(wish.first, "week")
    return [monday + timedelta(days=n) for n in range(0, (wish.last - monday).days + 1, 7)]
