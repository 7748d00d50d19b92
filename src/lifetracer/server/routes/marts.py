"""The marts as JSON and CSV: what is shown everywhere, row by row.

    GET /api/marts                                       which there are, with their columns
    GET /api/marts/day?from=2026-11-01&to=2026-11-30     rows as JSON, page by page
    GET /api/marts/day.csv                               all rows as CSV
    GET /api/marts/day.parquet                           all rows as Parquet

Rows are read by one query into a file of their own (in memory while small), and only then sent: an answer is of one
moment, a slow client holds no connection to the database, and a failure is told by its status. They are ordered by the
mart's day and then by its key, so a page begins exactly where the former ended.

Law: the columns are the mart's own, by their own names; nothing is reckoned here.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from psycopg import sql

from lifetracer.errors import UsageError
from lifetracer.server.acting import LONG, Acting, Here, cursor_of, place_of, unchanged
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.data import MartPage, Marts
from lifetracer.server.shapes.meanings import Day
from lifetracer.transform import export
from lifetracer.transform.marts import Column, Mart, all_marts
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside

SQL = beside(__file__, "queries.sql")
PAGE = 1000
IN_MEMORY = 1 << 20
PIECE = 1 << 16
CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/api/marts", tags=["marts"], dependencies=[needs("data:read")])

From = Annotated[Day | None, Query(alias="from", description="First day.")]
To = Annotated[Day | None, Query(alias="to", description="Last day.")]
Columns = Annotated[str | None, Query(max_length=2000, description="Names, separated by commas; by default all.")]
Limit = Annotated[int | None, Query(ge=1, le=100_000, description="Most rows; by default 1000 as JSON, all as CSV.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]

AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows, under a line of column names.",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "local_date,actual_seconds\n2026-11-20,28740\n"}
        },
    },
    304: {"description": "The same as the client has."},
}
AS_BOTH: dict[int | str, dict[str, Any]] = {
    200: {
        "model": MartPage,
        "description": "The rows; as CSV when asked for by `Accept` or `format`.",
        "content": AS_CSV[200]["content"],
    },
    304: {"description": "The same as the client has."},
}


AS_PARQUET: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows as an Apache Parquet file.",
        "content": {
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}, "example": "PAR1…"}
        },
    }
}


class ParquetResponse(Response):
    """Columns with types."""

    media_type = "application/vnd.apache.parquet"


class CsvResponse(Response):
    """Rows with commas."""

    media_type = "text/csv"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows and columns of a mart are asked for."""

    first: date | None
    last: date | None
    columns: str | None
    limit: int | None
    cursor: str | None


@router.get("", responses=shows(Marts))
def list_marts(here: Here) -> Response:
    """List the marts: what they say, what their columns are, and as of when."""
    with here.reading() as con:
        as_of = _as_of(con, here.account_id)
    return here.show({"marts": [_shown(mart) for mart in all_marts().values()], "asOf": as_of})


@router.get("/{name}.csv", responses=AS_CSV, response_class=CsvResponse)
def read_mart_as_csv(
    name: str, here: Here, first: From = None, last: To = None, columns: Columns = None, limit: Limit = None,
    cursor: Cursor = None,
) -> Response:  # fmt: skip
    """Read a mart as CSV; ``from`` and ``to`` are about its day."""
    return _read(here, name, "csv", Wish(first, last, columns, limit, cursor))


@router.get("/{name}.parquet", responses=AS_PARQUET, response_class=ParquetResponse)
def read_mart_as_parquet(name: str, here: Here, first: From = None, last: To = None) -> Response:
    """Read a mart as Parquet, which keeps the types; ``from`` and ``to`` are about its day."""
    with here.reading(timeout=LONG) as con:
        mart = export.mart_of(con, name)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed when it has been sent
        try:
            export.write(con, mart, "parquet", file, first=first, last=last)
        except BaseException:
            file.close()
            raise
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{mart.name}.parquet"',
        "Content-Length": str(file.tell()),
    }
    file.seek(0)
    return StreamingResponse(_pieces(file), 200, headers, ParquetResponse.media_type)


@router.get("/{name}", responses=AS_BOTH)
def read_mart(
    name: str,
    here: Here,
    first: From = None,
    last: To = None,
    columns: Columns = None,
    limit: Limit = None,
    cursor: Cursor = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
) -> Response:
    """Read a mart, as JSON or, when ``Accept`` or ``format`` says so, as CSV; ``from`` and ``to`` are about its day."""
    accepted = here.request.headers.get("accept", "")
    wanted = form or ("csv" if "text/csv" in accepted and "json" not in accepted else "json")
    return _read(here, name, wanted, Wish(first, last, columns, limit, cursor))


def _read(here: Acting, name: str, form: str, wish: Wish) -> Response:
    limit = wish.limit if wish.limit or form == "csv" else PAGE
    with here.reading(timeout=LONG) as con:
        mart = export.mart_of(con, name)
        as_of = _as_of(con, here.account_id)
        columns = _columns(mart, wish.columns)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed when it has been sent
        try:
            rows = _Rows(con, mart, columns, wish, limit)
            if form == "csv":
                export.write_csv(file, columns, rows)
            else:
                _write_json(file, rows, {"mart": mart.name, "asOf": as_of})
        except BaseException:
            file.close()
            raise
    tag = _tag(file)
    if same := unchanged(here.request, tag):
        file.close()
        return same
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}
    if rows.following:
        query = {**here.request.query_params, "cursor": rows.following}
        headers["Link"] = f'<{here.request.url.path}?{urlencode(query)}>; rel="next"'
    headers["Content-Length"] = str(file.seek(0, io.SEEK_END))
    file.seek(0)
    return StreamingResponse(_pieces(file), 200, headers, CSV if form == "csv" else "application/json")


class _Rows:
    """The rows of one answer; after the last one it is known where the next page begins."""

    def __init__(self, con: Connection, mart: Mart, columns: Sequence[str], wish: Wish, limit: int | None) -> None:
        self.columns = columns
        self.following: str | None = None
        self._con = con
        self._mart = mart
        self._wish = wish
        self._limit = limit

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        with self._con.cursor("rows") as cursor:
            cursor.itersize = 2000
            cursor.execute(*self._query())
            width = len(_order(self._mart))
            last: list[str] = []
            for number, found in enumerate(cursor, 1):
                if self._limit and number > self._limit:
                    self.following = cursor_of({"at": last})
                    return
                last = list(found[:width])
                yield found[width:]

    def _query(self) -> tuple[sql.Composed, dict[str, Any]]:
        mart, wish = self._mart, self._wish
        day, place = mart.date_column, place_of(wish.cursor, "at")
        if day is None and (wish.first or wish.last):
            raise UsageError(f"The mart {mart.name} has no days.", remedy="Leave `from` and `to` away.")
        order = _order(mart)
        if place and not (isinstance(place["at"], list) and len(place["at"]) == len(order)):
            raise UsageError("That is no cursor of this mart.", remedy="Take `next` of the page before.")
        names = sql.SQL(", ").join(sql.Identifier("t", column.name) for column in order)
        at = {f"at{number}": str(text) for number, text in enumerate(place["at"] if place else ())}
        begin = [
            sql.SQL("{}::{}").format(sql.Placeholder(name), sql.SQL(column.data_type))
            for name, column in zip(at, order, strict=False)
        ]
        query = sql.SQL(
            "select {place}, {columns} from marts.{mart} as t"
            " where (%(first)s::date is null or {day} >= %(first)s) and (%(last)s::date is null or {day} <= %(last)s)"
            " and {after} order by {names} limit %(limit)s"
        ).format(
            place=sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier("t", column.name)) for column in order),
            columns=sql.SQL(", ").join(sql.Identifier("t", name) for name in self.columns),
            mart=sql.Identifier(mart.name),
            day=sql.Identifier("t", day) if day else sql.SQL("null::date"),
            after=sql.SQL("({}) > ({})").format(names, sql.SQL(", ").join(begin)) if begin else sql.SQL("true"),
            names=names,
        )
        limit = self._limit + 1 if self._limit else None
        return query, {"first": wish.first, "last": wish.last, "limit": limit, **at}


def _order(mart: Mart) -> list[Column]:
    """Give the columns by which rows are ordered: the day, then what tells the rows of a day apart."""
    names = dict.fromkeys([*([mart.date_column] if mart.date_column else []), *mart.key])
    known = {column.name: column for column in mart.columns}
    return [known[name] for name in names if name != export.OWN]


def _write_json(file: IO[bytes], rows: _Rows, about: Mapping[str, Any]) -> None:
    file.write(json.dumps(about, ensure_ascii=False)[:-1].encode() + b', "rows": [')
    between = b""
    for row in rows:
        values = dict(zip(rows.columns, map(_plain, row), strict=True))
        file.write(between + json.dumps(values, ensure_ascii=False, allow_nan=False).encode())
        between = b",\n"
    file.write(b'], "next": ' + json.dumps(rows.following).encode() + b"}")


def _plain(value: Any) -> Any:
    """Give a value of a column as JSON; durations are seconds, amounts numbers."""
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) or not isinstance(value, _JSON) else value


_JSON = (str, int, float, bool, list, dict, type(None))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _shown(mart: Mart) -> dict[str, Any]:
    return {
        "name": mart.name,
        "description": mart.description,
        "dateColumn": mart.date_column,
        "columns": [
            {"name": column.name, "type": column.data_type, "description": column.description}
            for column in export.columns_of(mart)
        ],
    }


def _columns(mart: Mart, wanted: str | None) -> list[str]:
    known = export.names_of(mart)
    if wanted is None:
        return known
    chosen = list(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    unknown = [name for name in chosen if name not in known]
    if unknown or not chosen:
        raise UsageError(
            f"The mart {mart.name} has no column {', '.join(unknown) or 'without a name'}.",
            remedy=f"It has {', '.join(known)}.",
        )
    return chosen


def _as_of(con: Connection, account_id: UUID) -> str | None:
    made = con.execute(SQL["is_transformed"]).fetchone()
    row = con.execute(SQL["as_of"], {"account_id": account_id}).fetchone() if made and made[0] else None
    return row[0].isoformat() if row else None


def _tag(file: IO[bytes]) -> str:
    """Tell answers apart by what they say: some marts change with a decision or a plan, without any transform."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
    return f'W/"{digest.hexdigest()[:24]}"'
