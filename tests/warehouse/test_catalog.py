"""Row types are generated from the live catalog and are current."""

from __future__ import annotations

from pathlib import Path

from psycopg.rows import class_row

from lifetracer.warehouse import catalog, rows
from lifetracer.warehouse.accounts import create


def test_the_row_types_are_current(any_warehouse) -> None:
    """If this fails after a migration: `lifetracer types`. Both PostgreSQL versions give the same text."""
    with any_warehouse.transaction() as connection:
        connection.execute("select raw.create_table('any', 'thing'), raw.create_table('other', 'thing')")
        expected = catalog.modules(connection)["rows.py"]
    assert Path(rows.__file__).read_text(encoding="utf-8") == expected


def test_a_row_type_takes_its_row(warehouse) -> None:
    with warehouse.transaction() as connection:
        made = create(connection, "Hanako", "Asia/Tokyo", "ja")
        with connection.cursor(row_factory=class_row(rows.AppAccount)) as cursor:
            row = cursor.execute("select * from app.account").fetchone()
    assert row is not None
    assert (row.account_id, row.time_zone, row.created_at) == (made.account_id, made.time_zone, made.created_at)


def test_comments_and_odd_types_are_written_as_they_mean(warehouse) -> None:
    with warehouse.transaction() as connection:
        connection.execute(
            "create table marts.odd (account_id uuid not null, tags text[], span tstzrange, amount numeric(8, 2),"
            " day date)"
        )
        connection.execute("""comment on column marts.odd.tags is 'Says "so", with a \\ and ''quotes''.'""")
        text = catalog.modules(connection)["mart_rows.py"]
    space: dict[str, object] = {}
    exec(compile(text, "mart_rows.py", "exec"), space)  # it is Python
    for line in (
        "tags: list[str] | None",
        "span: Range[datetime] | None",
        "amount: Decimal | None",
        "day: date | None",
    ):
        assert line in text
    assert 'Says "so", with a \\\\ and' in text
