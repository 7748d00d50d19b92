"""Exports of marts: all rows of one mart for one account, as CSV or Parquet.

Law: rows are read by one query through a cursor of the database and written piece by piece, so memory stays small
however long the history is; columns keep their names and, in Parquet, their types.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from psycopg import sql

from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.transform.marts import Column, Mart, all_marts
from lifetracer.warehouse import Connection

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

FORMS = ("csv", "parquet")
OWN = "account_id"
"""Whose a row is goes without saying."""
FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")
"""Letters by which a spreadsheet knows a formula, in Japanese sheets in full width, too (OWASP, CSV injection)."""

PIECE = 1 << 16
IS_THERE = "select coalesce(has_table_privilege(to_regclass(%s), 'select'), false)"
ROWS = 10_000
"""Rows that are in memory at a time."""


def mart_of(connection: Connection, name: str) -> Mart:
    """Find a mart that the transform has made.

    Raises:
        NotFoundError: there is none of that name, or not yet.
    """
    mart = all_marts().get(name)
    if mart is None:
        raise NotFoundError(f"There is no mart {name}.", remedy=f"Known are: {', '.join(all_marts())}.")
    found = connection.execute(IS_THERE, [f"marts.{name}"]).fetchone()
    if not (found and found[0]):
        raise NotFoundError(f"The mart {name} is not made yet.", remedy="The first transform makes it.")
    return mart


def write(
    connection: Connection,
    mart: Mart,
    form: str,
    file: IO[bytes],
    *,
    first: date | None = None,
    last: date | None = None,
) -> int:
    """Write the account's rows of a mart; gives how many.

    Args:
        connection: the account's transaction.
        mart: which.
        form: ``csv`` or ``parquet``.
        file: open for writing.
        first: first day, where the mart has days.
        last: last day.

    Raises:
        UsageError: unknown form, or days asked of a mart that has none.
        FixByHandError: Parquet needs a library that is not installed.
    """
    if form not in FORMS:
        raise UsageError(f"There is no export as {form}.", remedy=f"Choose one of: {', '.join(FORMS)}.")
    if mart.date_column is None and (first or last):
        raise UsageError(f"The mart {mart.name} has no days.", remedy="Leave the days away.")
    batches = _batches(connection, mart, first, last)
    if form == "csv":
        return write_csv(file, names_of(mart), chain.from_iterable(batches))
    return _write_parquet(file, mart, batches)


def _batches(
    connection: Connection, mart: Mart, first: date | None, last: date | None
) -> Iterator[list[tuple[Any, ...]]]:
    order = [mart.date_column] if mart.date_column else []
    order += [name for name in mart.key if name not in (OWN, mart.date_column)]
    query = sql.SQL(
        "select {columns} from marts.{mart} where (%(first)s::date is null or {day} >= %(first)s)"
        " and (%(last)s::date is null or {day} <= %(last)s) order by {order}"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in names_of(mart)),
        mart=sql.Identifier(mart.name),
        day=sql.Identifier(mart.date_column) if mart.date_column else sql.SQL("null::date"),
        order=sql.SQL(", ").join(sql.Identifier(name) for name in order or names_of(mart)),
    )
    with connection.cursor("export") as cursor:
        cursor.execute(query, {"first": first, "last": last})
        while rows := cursor.fetchmany(ROWS):
            yield rows


def columns_of(mart: Mart) -> list[Column]:
    """Give the columns that are shown."""
    return [column for column in mart.columns if column.name != OWN]


def names_of(mart: Mart) -> list[str]:
    """Give the names of the columns that are shown."""
    return [column.name for column in columns_of(mart)]


def write_csv(file: IO[bytes], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows under the names of their columns, as RFC 4180 has it; gives how many."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - counted for the caller
        writer.writerow([plain_text(value) for value in row])
        if text.tell() > PIECE:
            file.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()
    file.write(text.getvalue().encode())
    return number


def plain_text(value: Any) -> str:
    """Give a value as CSV has it; what a spreadsheet would take for a formula is set behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, date | datetime):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in FORMULAS else text


def _write_parquet(file: IO[bytes], mart: Mart, batches: Iterator[list[tuple[Any, ...]]]) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq  # type: ignore[import-untyped]
    except ImportError:
        raise FixByHandError(
            "Parquet needs a library that is not installed.", remedy="pip install 'lifetracer[export]'"
        ) from None
    schema = pa.schema(
        [
            pa.field(column.name, _arrow(column.data_type, pa), metadata={"description": column.description})
            for column in columns_of(mart)
        ],
        metadata={"mart": mart.name, "description": mart.description},
    )
    number = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in batches:
            number += len(rows)
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array([_suited(value, field.type, pa) for value in column], field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return number


def _arrow(data_type: str, pa: Any) -> pa.DataType:
    """Give Arrow's type for one of PostgreSQL."""
    base, _, rest = data_type.lower().partition("(")
    if base.endswith("[]") or rest.endswith("[]"):
        return pa.list_(_arrow(base.removesuffix("[]"), pa))
    if base == "numeric" and rest:
        precision, _, scale = rest.rstrip(")").partition(",")
        return pa.decimal128(int(precision), int(scale or 0))
    known = {
        "uuid": pa.string(),
        "text": pa.string(),
        "boolean": pa.bool_(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "smallint": pa.int16(),
        "numeric": pa.float64(),
        "double precision": pa.float64(),
        "real": pa.float32(),
        "date": pa.date32(),
        "timestamptz": pa.timestamp("us", tz="UTC"),
        "timestamp with time zone": pa.timestamp("us", tz="UTC"),
        "jsonb": pa.string(),
    }
    return known.get(base.strip(), pa.string())


def _suited(value: Any, wanted: Any, pa: Any) -> Any:
    """Give a value as Arrow's type takes it."""
    if value is None:
        return None
    if pa.types.is_string(wanted):
        is_nested = isinstance(value, list | dict)
        return json.dumps(value, ensure_ascii=False, default=str) if is_nested else str(value)
    return float(value) if pa.types.is_floating(wanted) else value
