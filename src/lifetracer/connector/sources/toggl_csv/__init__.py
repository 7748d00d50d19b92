"""Toggl CSV: what happened, from Toggl's exported detailed report or a plain CSV, without any API.

Law: a file has no ids, so an entry is known by its content: the same row gives the same id in every export, and equal
rows inside one file are counted; importing twice, or overlapping exports, doubles nothing.

The plain form has the columns ``start,end,seconds,client,project,task,description,tags`` (the order does not matter,
only ``start`` and ``end`` or ``seconds`` are needed); times with an offset are instants, without one the wall clock of
the zone that the person names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from lifetracer.connector.source import Page, Source
from lifetracer.connector.sources.toggl_csv.columns import (
    columns_by_shape,
    columns_by_words,
    currency_of,
    delimiter_of,
    tells_time,
)
from lifetracer.connector.sources.toggl_csv.values import (
    instants,
    order_of_dates,
    parse_date,
    parse_duration,
    parse_time,
    split_moment,
)
from lifetracer.connector.text import decode
from lifetracer.errors import BadFileError

API_VERSION = "csv"
MOST_ITEMS = 2_000
"""Entries in one page."""

LONGEST_CELL = 16 * 1024 * 1024

_BEFORE_HEADER = re.compile(r"\ufeff*(?:\n|\"?sep=.\"?\n)*", re.IGNORECASE)
"""Empty lines, and the line by which a spreadsheet is told what separates the columns."""

_YES = {"yes", "true", "1", "y", "はい", "ja", "oui", "sí", "si", "sim", "sì", "tak", "да", "是", "예"}
_NO = {"no", "false", "0", "n", "いいえ", "nein", "non", "não", "nee", "nie", "нет", "否", "아니요"}
_WHAT = ("user", "project", "client", "task", "description")

source = Source(name="toggl_csv", title="Toggl CSV", secrets=())
source.table("time_entries", "What happened, from exported files: one item per row.")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out."""

    line: int
    what: str


@dataclass(slots=True)
class Export:
    """What a file holds."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Sentences about what was decided for the whole file."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Times:
    """The times of a row as they stand there: wall clock, or aware when it has an offset."""

    start: datetime
    end: datetime | None
    length: tuple[int, int] | None
    """Seconds and the tolerance with which they were written."""

    @property
    def written(self) -> str:
        """What identifies them: independent of the zone that the person names, and of how the file writes dates."""
        return f"{self.start.isoformat()}|{self.end.isoformat() if self.end else self.length}"


def read_export(data: bytes, zone: tzinfo) -> Export:
    """Read a CSV file of time entries.

    Args:
        data: the file: UTF-8, UTF-16 or Shift_JIS; separated by comma, semicolon or tab.
        zone: where the person was: wall-clock times are read in it.

    Raises:
        BadFileError: it is empty, or its header does not say when entries began and ended.
    """
    text, first_line = _from_header(data)
    if not text.strip():
        raise BadFileError("The file is empty.", remedy="Export it again.")
    header, rows, bad = _table(text, first_line)
    export = Export(bad_rows=bad)
    order, is_sure = _order(rows)
    if not is_sure:
        written = {"dmy": "day before month", "mdy": "month before day", "ymd": "year first"}[order]
        export.notes.append(f"whether day or month comes first cannot be told from its dates; {written} was taken")
    seen: Counter[str] = Counter()
    differing = 0
    currency = header.get("currency")
    for row in rows:
        try:
            times = _times(row.cells, order)
            entry, differs = _entry(row.cells, times, zone, currency)
        except ValueError as failure:
            export.bad_rows.append(BadRow(row.line, str(failure)))
            continue
        differing += differs
        key = _key(row.cells, times)
        seen[key] += 1
        export.entries.append({"id": key if seen[key] == 1 else f"{key}-{seen[key]}", **entry})
    if differing:
        several = f"{differing} rows have" if differing > 1 else "one row has"
        export.notes.append(f"{several} a duration that is not end minus start; both were kept")
    export.bad_rows.sort(key=lambda bad_row: bad_row.line)
    return export


def pages(entries: Sequence[Mapping[str, Any]]) -> Iterator[Page]:
    """Give the entries as pages for ``raw.toggl_csv__time_entries``."""
    for first in range(0, len(entries), MOST_ITEMS):
        body = json.dumps(entries[first : first + MOST_ITEMS], ensure_ascii=True)
        yield Page(body, API_VERSION, stream="time_entries")


def is_time_csv(data: bytes) -> bool:
    """Whether the beginning of a file looks like a CSV of time entries."""
    head = _from_header(data[:65536])[0].partition("\n")[0]
    cells = next(csv.reader([head], delimiter=delimiter_of(head)), [])
    return tells_time(columns_by_words(cells)) or (len(cells) > 10 and "BEGIN:" not in head)


def _from_header(data: bytes) -> tuple[str, int]:
    """Give the text from its header on, with one kind of line ends, and the line on which the header stands."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    before = _BEFORE_HEADER.match(text)
    assert before is not None, "it matches nothing at all, too"
    return text[before.end() :], 1 + before[0].count("\n")


def _table(text: str, first_line: int) -> tuple[dict[str, str], list[_Row], list[BadRow]]:
    """Header facts, rows as named cells, and the rows that are not as wide as the header."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    rows: list[_Row] = []
    bad: list[BadRow] = []
    places: dict[str, int] = {}
    header: list[str] = []
    before = first_line
    try:
        for cells in reader:
            line, before = before, first_line + reader.line_num
            if not header:
                header, places = cells, columns_by_words(cells)
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if not rows and not tells_time(places):
                places = columns_by_shape(header, cells) or places
                _require_times(places, header)
            if len(cells) != len(header) and len(cells) <= max(places.values()):
                swallowed = " (a quotation mark is never closed?)" if any("\n" in cell for cell in cells) else ""
                bad.append(BadRow(line, f"it has {len(cells)} columns instead of {len(header)}{swallowed}"))
                continue
            rows.append(_Row(line, {name: cells[place].strip() for name, place in places.items()}))
    except csv.Error as failure:
        bad.append(BadRow(before, f"the file cannot be read from here on ({failure})"))
    _require_times(places, header)
    currency = currency_of(header, places)
    return ({"currency": currency} if currency else {}), rows, bad


def _require_times(places: Mapping[str, int], header: Sequence[str]) -> None:
    if not tells_time(dict(places)):
        shown = ", ".join(header)[:80]
        raise BadFileError(
            f"Line 1: the header ({shown}) does not say when entries began and ended.",
            remedy="In Toggl choose Reports → Detailed → Export → CSV; or use columns start,end,project,description.",
        )


def _order(rows: Sequence[_Row]) -> tuple[str, bool]:
    """Give the order of day, month and year, decided from all rows."""
    dates = [d for row in rows for d in _dates(row.cells) if d]

    def is_right(order: str) -> int:
        right = 0
        for row in rows:
            try:
                times = _times(row.cells, order)
            except ValueError:
                continue
            if times.end and times.length:
                right += abs((_naive(times.end) - _naive(times.start)).total_seconds() - times.length[0]) <= 3660
        return right

    return order_of_dates(dates, is_right) if dates else ("ymd", True)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _dates(cells: Mapping[str, str]) -> tuple[str, str]:
    return _written(cells, "start")[0], _written(cells, "end")[0]


def _times(cells: Mapping[str, str], order: str) -> _Times:
    """Read the times of a row.

    Raises:
        ValueError: a sentence about what is wrong.
    """
    seconds, length = cells.get("seconds", ""), cells.get("duration", "")
    lasts = parse_duration(length) if length else None
    if length and lasts is None:
        raise ValueError(f"the duration “{length}” cannot be read")
    if seconds:
        try:
            lasts = (round(float(seconds)), 0)
        except (ValueError, OverflowError):  # inf
            raise ValueError(f"the seconds “{seconds}” are not a number") from None
    begun, ended = _written(cells, "start"), _written(cells, "end")
    start = _moment(begun, order)
    if start is None:
        raise ValueError("it has no start")
    end = _moment((ended[0] or begun[0], *ended[1:]), order)
    if end and not ended[0] and end < start.replace(tzinfo=None) and end.date() < date.max:
        end += timedelta(days=1)  # a clock alone that is earlier than the start: it went on over midnight
    if end is None and lasts is None:
        raise ValueError("it has neither end nor duration (an entry that was still running?)")
    return _Times(start, end, lasts)


def _written(cells: Mapping[str, str], side: str) -> tuple[str, str, tzinfo | None]:
    """Give day, clock and offset of a row's start or end as they stand there; the end may be a clock alone."""
    if f"{side}_time" in cells and side not in cells:
        return cells.get(f"{side}_date", ""), cells[f"{side}_time"], None
    if "date" in cells and parse_time(cells.get(side, "")):
        return cells["date"] if side == "start" else "", cells[side], None
    day, clock, zone = split_moment(cells.get(side, ""))
    return day, clock or ("00:00:00" if day else ""), zone


def _moment(written: tuple[str, str, tzinfo | None], order: str) -> datetime | None:
    """Read a start or an end; ``None`` when nothing stands there.

    Raises:
        ValueError: a sentence about what is wrong.
    """
    day, clock, zone = written
    if not day or not clock:
        return None
    on, at = parse_date(day, order), parse_time(clock)
    if on is None:
        raise ValueError(f"the date “{day}” cannot be read")
    if at is None:
        raise ValueError(f"the time “{clock}” cannot be read")
    return datetime.combine(on, at, zone)


def _entry(cells: Mapping[str, str], times: _Times, zone: tzinfo, currency: str | None) -> tuple[dict[str, Any], bool]:
    """Give a row as JSON, and whether its duration is not end minus start.

    Raises:
        ValueError: a sentence about what is wrong.
    """
    try:
        seconds, tolerance = times.length or (None, 0)
        start, stop = instants(times.start, times.end, seconds, zone, tolerance)
    except OverflowError:
        raise ValueError("it lies outside the calendar") from None
    between = round((stop - start).total_seconds())
    if between < 0 or (seconds is not None and seconds < 0):
        raise ValueError("it ends before it begins")
    differs = seconds is not None and abs(between - seconds) > tolerance
    entry: dict[str, Any] = {
        "start": start.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"),
        "stop": stop.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"),
        "duration": seconds if differs and seconds is not None else between,
        "description": cells.get("description", ""),
        "tags": _tags(cells),
    }
    for name, column in (
        ("project_name", "project"),
        ("client_name", "client"),
        ("task_name", "task"),
        ("user_name", "user"),
        ("email", "email"),
        ("amount", "amount"),
    ):
        if cells.get(column):
            entry[name] = cells[column]
    answer = cells.get("billable", "").lower()
    if answer in _YES or answer in _NO:
        entry["billable"] = answer in _YES
    if currency and "amount" in entry:
        entry["currency"] = currency
    return entry, differs


def _tags(cells: Mapping[str, str]) -> list[str]:
    return [tag.strip() for tag in cells.get("tags", "").split(",") if tag.strip()]


def _key(cells: Mapping[str, str], times: _Times) -> str:
    """Say what an entry is known by: who, when (as written), what."""
    who_and_what = [cells.get(name, "") for name in _WHAT]
    told = json.dumps([times.written, *who_and_what, sorted(_tags(cells))], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
