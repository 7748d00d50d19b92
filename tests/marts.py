"""The marts as empty tables, made from dbt's contracts, so that pages can be tested row by row.

Law: columns and types come from the models' YAML, never from here, so this cannot drift from what dbt makes.
"""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import sql

from lifetracer.charts import Block
from lifetracer.transform.marts import all_marts
from lifetracer.warehouse import Warehouse

NAMES = ("week_block", "day", "week_category")
REPORTED = (
    *NAMES,
    *("day_adherence", "day_category", "target_progress", "time_flow", "day_type", "work_life", "data_quality"),
    *("billable_entry", "estimate"),
)
"""What reports read."""


def make(warehouse: Warehouse, names: tuple[str, ...] = ()) -> None:
    """Make these marts, or all."""
    with warehouse.transaction() as connection:
        connection.execute(sql.SQL(";").join(_table(name) for name in names or all_marts()))


def _table(name: str) -> sql.Composable:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.data_type))
        for column in all_marts()[name].columns
    )
    return sql.SQL(
        "drop view if exists marts.{0}; create table marts.{0} ({1}); grant select on marts.{0} to lifetracer_app"
    ).format(sql.Identifier(name), columns)


def insert(warehouse: Warehouse, mart: str, *rows: dict[str, object]) -> None:
    """Insert rows into a mart; columns that are not said are null."""
    with warehouse.transaction() as connection:
        for row in rows:
            _insert(connection, mart, row)


def fill(warehouse: Warehouse, account_id: UUID, *blocks: Block) -> None:
    """Insert blocks, and the sums that go with them."""
    planned: Counter[object] = Counter()
    lived: Counter[object] = Counter()
    for block in blocks:
        side = planned if block.layer == "plan" else lived
        side[block.local_date] += block.seconds
        side[(block.category, block.category_color)] += block.seconds
    with warehouse.transaction() as connection:
        for block in blocks:
            monday = block.local_date - timedelta(days=block.local_date.weekday())
            _insert(connection, "week_block", vars(block) | {"account_id": account_id, "week_start": monday})
        for key in {*planned, *lived}:
            sums = {"account_id": account_id, "planned_seconds": planned[key], "actual_seconds": lived[key]}
            if isinstance(key, tuple):
                monday = blocks[0].local_date - timedelta(days=blocks[0].local_date.weekday())
                kind = {"week_start": monday, "category_id": key[0], "category": key[0], "category_color": key[1]}
                _insert(connection, "week_category", sums | kind)
            else:
                kept = min(planned[key], lived[key])
                kind = {"week_start": key - timedelta(days=key.weekday()), "local_date": key, "day_seconds": 86400}
                _insert(connection, "day", sums | kind | {"kept_seconds": kept, "untracked_seconds": 0})


def connect(
    warehouse: Warehouse,
    account_id: UUID,
    source: str = "toggl_track",
    last_success_at: datetime | None = None,
    **given,
) -> UUID:
    """Insert a connection."""
    facts = {"account_id": account_id, "source": source, "name": source, "last_success_at": last_success_at} | given
    with warehouse.transaction() as connection:
        _insert(connection, "connection", facts, schema="app")
        found = connection.execute(
            "select connection_id from app.connection order by created_at desc limit 1"
        ).fetchone()
    assert found is not None
    return found[0]


def _insert(connection, table: str, row: dict[str, object], schema: str = "marts") -> None:
    statement = sql.SQL("insert into {}.{} ({}) values ({})").format(
        sql.Identifier(schema),
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    connection.execute(statement, list(row.values()))
