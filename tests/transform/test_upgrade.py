"""A warehouse that an older version made: the next transform brings tables, keys and figures up to date by itself."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse

from .life import begin

pytestmark = pytest.mark.db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

IMPATIENCE = """
do $$ begin execute format('alter database %I set lock_timeout = ''20s''', current_database()); end $$
"""

OLDER = """
alter table core.fct_match drop column entry_ids cascade;
alter table core.dim_account drop column category_version;
delete from core.fct_match;
do $$
declare
    own regclass;
begin
    for own in select indexrelid from pg_index where indrelid = 'core.fct_match'::regclass loop
        execute format('drop index %s', own);
    end loop;
end
$$;
create unique index on core.fct_match (account_id, layer);
create view marts.week_day as select account_id from core.dim_account;
comment on view marts.week_day is 'What nobody makes any more. One row per account.';
alter view marts.day rename column day_seconds to length;
create view public.mine as select account_id from marts.week_block;
update core.dim_account set made_by = 'an older version';
"""
"""What an older version had not: a list among the columns, a column that the runner reads, other keys; an old mart, one
with a column of another name; and what somebody built on a mart, which stays."""


def shape(house: Warehouse) -> tuple[set[Any], list[Any], list[Any]]:
    """Columns of core and marts, indexes of core (without their names), verdicts."""
    with house.transaction() as con:
        columns = con.execute(
            "select table_schema, table_name, column_name, data_type, udt_name from information_schema.columns "
            "where table_schema in ('core', 'marts')"
        ).fetchall()
        indexes = con.execute(
            "select tablename, regexp_replace(indexdef, 'INDEX .* ON', 'INDEX ON') from pg_indexes "
            "where schemaname = 'core' order by 1, 2"
        ).fetchall()
        verdicts = con.execute(
            "select occurrence_id, verdict, entry_ids from marts.plan_verdict order by occurrence_id"
        ).fetchall()
    return set(columns), indexes, verdicts


@contextmanager
def watched(house: Warehouse) -> Iterator[set[Any]]:
    """Look at a table again and again meanwhile; gives the numbers of rows that were seen."""
    seen: set[Any] = set()
    ended = threading.Event()

    def look() -> None:
        with psycopg.connect(house.dsn, autocommit=True) as con:
            while not ended.wait(0.002):
                seen.add(con.execute("select count(*) from core.fct_entry_day").fetchone())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def test_an_older_warehouse_is_made_new_in_place(server: Server) -> None:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        ann = begin(house, "Ann", "Europe/Berlin")
        ann.project(1, "Study")
        for day in (26, 27, 28):
            ann.entry(day, f"2026-10-{day}T09:00:00Z", f"2026-10-{day}T10:00:00Z", 1)
            ann.event(f"e{day}", "Study", (f"2026-10-{day}T09:00:00Z", f"2026-10-{day}T10:00:00Z"))
        transform(house, settings, as_of=NOON)
        new = shape(house)
        assert [verdict for _, verdict, _ in new[2]] == ["done"] * 3

        with house.transaction() as con:
            con.execute(OLDER)
            con.execute(IMPATIENCE)  # a run that waits for itself would wait for ever
        with watched(house) as seen:
            assert transform(house, settings, ann.account_id, as_of=NOON).full
        assert seen == {(3,)}, "readers saw a table half made"
        assert shape(house) == new
        with house.transaction() as con:
            assert con.execute("select count(*) > 0 from public.mine").fetchone() == (True,)
        assert not transform(house, settings, ann.account_id, as_of=NOON).full
        assert shape(house) == new
