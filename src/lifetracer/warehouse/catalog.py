"""The generator of row types: reads the live catalog and writes one frozen dataclass per table.

Law: the text depends on the catalog only, so two runs on the same schema write the same bytes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from psycopg.rows import class_row

from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

MIGRATED = ("app", "ops", "raw")
"""Schemas whose tables migrations make: ``rows.py``."""

SHOWN = ("core", "marts")
"""Schemas that the transform fills: ``mart_rows.py``."""

PYTHON_TYPES = {
    "uuid": "UUID",
    "text": "str",
    "name": "str",
    "character varying": "str",
    "boolean": "bool",
    "smallint": "int",
    "integer": "int",
    "bigint": "int",
    "real": "float",
    "double precision": "float",
    "numeric": "Decimal",
    "date": "date",
    "time without time zone": "time",
    "timestamp with time zone": "datetime",
    "interval": "timedelta",
    "bytea": "bytes",
    "jsonb": "Json",
    "json": "Json",
    "tstzrange": "Range[datetime]",
    "daterange": "Range[date]",
}
"""A PostgreSQL type → what psycopg gives for it."""

RAW_TABLE = "raw_row"
"""All tables ``raw.<service>__<entity>`` have one shape, written once under this name."""


class Column(NamedTuple):
    """One column as the catalog knows it."""

    table_schema: str
    table_name: str
    table_comment: str | None
    column_name: str
    data_type: str
    is_nullable: bool
    column_comment: str | None


def columns(connection: Connection, schemas: Sequence[str]) -> list[Column]:
    """Read the columns of every table and view in some schemas; raw tables of streams count once."""
    with connection.cursor(row_factory=class_row(Column)) as cursor:
        return cursor.execute(_SQL["columns"], {"schemas": list(schemas), "raw_table": RAW_TABLE}).fetchall()


def modules(connection: Connection) -> dict[str, str]:
    """Write the modules of row types: file name → text; the marts' one only where the transform has made some."""
    texts = {"rows.py": module("Rows of what migrations make: app, ops, raw.", columns(connection, MIGRATED))}
    shown = columns(connection, SHOWN)
    if any(column.table_schema == "marts" for column in shown):
        texts["mart_rows.py"] = module("Rows of what the transform makes: core, marts.", shown)
    return texts


def module(title: str, found: Iterable[Column]) -> str:
    """Write a module of row types.

    Args:
        title: what the module holds, one sentence.
        found: columns in the order (schema, table, position).
    """
    tables = [list(rows) for _, rows in groupby(found, key=lambda column: (column.table_schema, column.table_name))]
    body = "\n\n".join(_row_class(rows) for rows in tables)
    head = f'"""{title}\n\nWritten by `lifetracer types` from the live database. Do not edit.\n"""\n'
    return "\n".join([head, *_imports(body), "\n", body])


def _row_class(rows: list[Column]) -> str:
    schema, table, comment = rows[0][:3]
    name = re.sub(r"(?:^|_+)([a-z0-9])", lambda match: match[1].upper(), f"{schema}_{table}")
    if table == RAW_TABLE:
        name, comment = "RawRow", "A raw table ``raw.<service>__<entity>``: what a service sent, as received."
    lines = ["@dataclass(frozen=True, slots=True)", f"class {name}:", *_docstring(comment or f"{schema}.{table}.")]
    for row in rows:
        python = _python_type(row.data_type) + (" | None" if row.is_nullable else "")
        lines += ["", f"    {row.column_name}: {python}"]
        if row.column_comment:
            lines += _docstring(row.column_comment)
    return "\n".join([*lines, ""])


def _python_type(data_type: str) -> str:
    base = re.sub(r"\(.*\)", "", data_type).strip()
    if base.endswith("[]"):
        return f"list[{_python_type(base[:-2])}]"
    return PYTHON_TYPES.get(base, "object")


def _docstring(text: str) -> list[str]:
    words = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''").rstrip('"')
    lines = textwrap.wrap(words, 108, break_long_words=False) or [""]
    if len(lines) == 1:
        return [f'    """{lines[0]}"""']
    return [f'    """{lines[0]}', *(f"    {line}" for line in lines[1:]), '    """']


def _imports(body: str) -> list[str]:
    """Import only what the body names, so that linters have nothing to say."""
    lines = ["from __future__ import annotations", "", "from dataclasses import dataclass"]
    moments = [
        name for name in ("date", "datetime", "time", "timedelta") if re.search(rf"\W{name}\b(?!:)", _types(body))
    ]
    lines += [f"from datetime import {', '.join(moments)}"] if moments else []
    for name, origin in (("Decimal", "decimal"), ("Any", "typing"), ("UUID", "uuid")):
        wanted = "Json" if name == "Any" else name
        lines += [f"from {origin} import {name}"] if re.search(rf"\b{wanted}\b", _types(body)) else []
    if "Range[" in _types(body):
        lines += ["", "from psycopg.types.range import Range"]
    if re.search(r"\bJson\b", _types(body)):
        lines += ["", "Json = Any", '"""A decoded JSON document."""']
    return lines


def _types(body: str) -> str:
    return "\n".join(re.findall(r"^    \w+(: .*)$", body, re.MULTILINE))
