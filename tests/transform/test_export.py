"""Exports of marts: every mart as CSV and Parquet, types kept, in small pieces, only one's own rows."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg import sql

import marts
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.transform import export
from lifetracer.transform.marts import all_marts
from marts import _insert as insert

pytestmark = pytest.mark.db

VALUES = {
    "uuid": "00000000-0000-0000-0000-000000000007",
    "text": "=1+1",
    "integer": 2**31 - 1,
    "bigint": 2**62,
    "date": date(2026, 11, 21),
    "timestamptz": datetime(2026, 11, 21, 1, 2, 3, 456789, UTC),
    "boolean": True,
    "jsonb": json.dumps({"か": [1, None]}),
    "double precision": 0.1,
}


@pytest.fixture
def made(warehouse, account, new_account):
    """Every mart with one row of each of two people, and one that is empty but for its key."""
    marts.make(warehouse, tuple(all_marts()))
    for person in (account, new_account("Other")):
        for mart in all_marts().values():
            row = {column.name: value_of(column.data_type) for column in mart.columns}
            with warehouse.transaction() as con:
                insert(con, mart.name, row | {"account_id": person.account_id})
                insert(con, mart.name, {"account_id": person.account_id})
    with warehouse.transaction() as con:
        for mart in all_marts().values():
            con.execute(sql.SQL("alter table marts.{} enable row level security").format(sql.Identifier(mart.name)))
            statement = "create policy own on marts.{} using (account_id = (select app.current_account_id()))"
            con.execute(sql.SQL(statement).format(sql.Identifier(mart.name)))
    return account


def value_of(data_type: str) -> Any:
    if data_type.endswith("[]"):
        return [value_of(data_type[:-2])]
    return Decimal("0.5") if data_type.startswith("numeric") else VALUES[data_type]


def read(warehouse, account, name, form, **given):
    file = io.BytesIO()
    with warehouse.transaction(account_id=account.account_id) as con:
        rows = export.write(con, export.mart_of(con, name), form, file, **given)
    file.seek(0)
    return rows, file


@pytest.mark.parametrize("name", all_marts())
def test_every_mart_goes_out_in_both_forms(warehouse, made, name):
    rows, file = read(warehouse, made, name, "parquet")
    table = pq.read_table(file)
    assert (rows, table.num_rows) == (2, 2)
    columns = [column for column in all_marts()[name].columns if column.name != "account_id"]
    assert table.column_names == [column.name for column in columns]
    found = {name: [one for one in values if one is not None] for name, values in table.to_pydict().items()}
    for column in columns:
        wanted = value_of(column.data_type)
        (value,) = found[column.name]
        if column.data_type == "jsonb":
            assert json.loads(value) == json.loads(wanted)
        else:
            assert value == (float(wanted) if column.data_type == "numeric" else wanted), column
        if column.data_type in ("date", "timestamptz", "integer", "boolean"):
            assert not pa.types.is_string(table.schema.field(column.name).type)
    rows, file = read(warehouse, made, name, "csv")
    lines = list(csv.reader(io.StringIO(file.read().decode())))
    assert (rows, len(lines), lines[0]) == (2, 3, table.column_names)
    for column, value in zip(columns, lines[1] if any(lines[1]) else lines[2], strict=True):
        if column.data_type == "text":
            assert value == "'=1+1", "a spreadsheet takes it for text"


def test_days_cut_it(warehouse, made):
    assert read(warehouse, made, "day", "csv", first=date(2026, 11, 22))[0] == 0
    assert read(warehouse, made, "day", "parquet", first=date(2026, 11, 21), last=date(2026, 11, 21))[0] == 1
    with pytest.raises(UsageError, match="has no days"):
        read(warehouse, made, "freshness", "csv", first=date(2026, 11, 22))
    with pytest.raises(UsageError, match="no export as xlsx"):
        read(warehouse, made, "day", "xlsx")
    with pytest.raises(NotFoundError, match="no mart nothing"):
        read(warehouse, made, "nothing", "csv")


@pytest.mark.parametrize("form", export.FORMS)
def test_a_long_history_takes_little_memory(warehouse, account, form, tmp_path):
    marts.make(warehouse, ("week_block",))
    with warehouse.transaction() as con:
        con.execute(
            "insert into marts.week_block (account_id, block_id, local_date, title, starts_at)"
            " select %s, n::text, date '2000-01-01' + n / 50, repeat('長い題名', 20) || n, now()"
            " from generate_series(1, 120000) as n",
            [account.account_id],
        )
    path = tmp_path / "all"
    with warehouse.transaction(account_id=account.account_id) as con, path.open("wb") as file:
        tracemalloc.start()
        rows = export.write(con, export.mart_of(con, "week_block"), form, file)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert rows == 120_000
    assert most < 40_000_000  # all rows at once would be ten times as much


def test_the_commands_write_files(environ, warehouse, made, tmp_path):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lifetracer", "--account", "Hanako", "export", *words]
        return subprocess.run(
            command, check=False, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )

    assert json.loads(run("parquet", "day", "--from", "2026-11-01", "--json").stdout)["rows"] == 1
    assert pq.read_table(tmp_path / "day.parquet").num_rows == 1
    assert run("csv", "day", "--out", "-").stdout.splitlines()[0].startswith("local_date,")
    listed = run("list").stdout
    assert "day_category" in listed
    answer = run("archive", "--out", "all.zip")
    assert "all.zip: " in answer.stdout, answer.stderr
    assert Path(tmp_path / "all.zip").read_bytes().startswith(b"PK")
    wrong = run("csv", "day", "--from", "soon")
    assert (wrong.returncode, "no day" in wrong.stderr) == (2, True)
    assert run("csv", "day", "--out", "no/where.csv").returncode == 3
