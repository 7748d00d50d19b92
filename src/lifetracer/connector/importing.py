"""`import_files`: exported files → the raw layer, by the same statement as a sync.

Law: an import adds and changes, it never deletes (a file may hold a part only), and importing again changes nothing.
A file that cannot be read is told in a sentence and does not stop the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from lifetracer.connector import occurrences
from lifetracer.connector.files import files_meant
from lifetracer.connector.ingest import Owner, ingest, mend
from lifetracer.connector.source import Page
from lifetracer.connector.sources import ical, toggl_csv
from lifetracer.connector.summary import error_json
from lifetracer.errors import BadFileError, LifetracerError, UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, queries
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.feeds import MARK

MOST_TOLD = 5
"""Rows of a file that are named one by one."""

_SQL = queries.beside(__file__)


@dataclass
class FileImport:
    """What became of one file."""

    file: str
    kind: str = ""
    """Name of the source whose form it has: ``toggl_csv`` or ``ical``."""
    items: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    """Events that the file says are cancelled."""
    mended: int = 0
    """Texts with characters that cannot be stored (NUL …); they became U+FFFD."""
    first_on: date | None = None
    last_on: date | None = None
    problems: list[str] = field(default_factory=list)
    """Sentences about what was left out: where, what, and what to do."""
    notes: list[str] = field(default_factory=list)
    """Sentences about what was decided without losing anything."""
    error: LifetracerError | None = None
    """Why nothing of it could be read."""

    @property
    def unchanged(self) -> int:
        """Items that were there already, exactly so."""
        return self.items - self.inserted - self.updated - self.deleted

    @property
    def is_whole(self) -> bool:
        """Whether everything in it was taken."""
        return not self.problems and self.error is None

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            "file": self.file,
            "kind": self.kind or None,
            "items": self.items,
            "inserted": self.inserted,
            "updated": self.updated,
            "deleted": self.deleted,
            "unchanged": self.unchanged,
            "mended": self.mended,
            "first_on": self.first_on.isoformat() if self.first_on else None,
            "last_on": self.last_on.isoformat() if self.last_on else None,
            "problems": self.problems,
            "notes": self.notes,
            "error": error_json(self.error),
        }


@dataclass
class ImportSummary:
    """What an import of several files did."""

    files: list[FileImport] = field(default_factory=list)
    occurrences: int = 0
    """Occurrences that changed."""

    @property
    def changed(self) -> int:
        """Raw rows that are now different."""
        return sum(f.inserted + f.updated + f.deleted for f in self.files)

    @property
    def is_whole(self) -> bool:
        """Whether everything in every file was taken."""
        return all(f.is_whole for f in self.files)

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            "changed": self.changed,
            "occurrences": self.occurrences,
            "complete": self.is_whole,
            "files": [f.as_json() for f in self.files],
        }


def import_files(
    warehouse: Warehouse,
    settings: Settings,
    account: Account,
    paths: Sequence[str],
    *,
    time_zone: str | None = None,
    told: Callable[[FileImport], None] | None = None,
) -> ImportSummary:
    """Import files, folders, patterns (``*.csv``) and zip archives of Toggl CSV and iCal.

    Args:
        warehouse: an open warehouse.
        settings: the installation's settings.
        account: whose files they are.
        paths: what the person named.
        time_zone: zone of wall-clock times in CSV files and of iCal times without one; by default the account's.
        told: called after every file.

    Returns:
        One entry per file; a bad one carries its sentence.

    Raises:
        UsageError: nothing was named, or the zone is unknown.
    """
    if not paths:
        raise UsageError("No file was named.", remedy="For example: `lifetracer import Toggl.csv calendar.ics`.")
    zone = _zone(time_zone) if time_zone else account.zone
    desk = _Desk(warehouse, settings, account, zone, is_own_zone=not time_zone)
    summary = ImportSummary()
    try:
        for name, read in files_meant(paths):
            result = FileImport(name)
            summary.files.append(result)
            try:
                desk.take(result, read())
            except BadFileError as failure:
                result.error = failure
            if told:
                told(result)
    finally:
        summary.occurrences = desk.close(summary.is_whole)
    return summary


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageError(f"{name} is not a time zone.", remedy="Name one such as Asia/Tokyo or UTC.") from None


class _Desk:
    """Takes files in, one after the other, for one account."""

    def __init__(
        self, warehouse: Warehouse, settings: Settings, account: Account, zone: ZoneInfo, *, is_own_zone: bool
    ) -> None:
        self.warehouse = warehouse
        self.settings = settings
        self.account = account
        self.zone = zone
        self.is_own_zone = is_own_zone
        self.owners: dict[str, tuple[Owner, UUID]] = {}
        self.changed: set[str] = set()

    def take(self, result: FileImport, data: bytes) -> None:
        """Import one file.

        Raises:
            BadFileError: nothing of it can be read.
        """
        if _is_calendar(data, result.file):
            self._take_calendar(result, data)
        elif toggl_csv.is_time_csv(data):
            self._take_times(result, data)
        else:
            raise BadFileError(
                f"{result.file}, line 1: this is neither a calendar (BEGIN:VCALENDAR) nor a CSV of time entries.",
                remedy=_advice(data),
            )

    def _take_times(self, result: FileImport, data: bytes) -> None:
        result.kind = toggl_csv.source.name
        try:
            export = toggl_csv.read_export(data, self.zone)
        except BadFileError as failure:
            raise BadFileError(f"{result.file}: {failure}", remedy=failure.remedy) from None
        for entry in export.entries:
            _widen(result, datetime.fromisoformat(entry["start"]).astimezone(self.zone).date())
        for page in toggl_csv.pages(export.entries):
            body, mended = mend(str(page.body))
            result.mended += mended
            self._store(result, replace(page, body=body))
        result.notes += [f"{result.file}: {note}." for note in export.notes]
        for bad in export.bad_rows[:MOST_TOLD]:
            result.problems.append(
                f"{result.file}, line {bad.line}: {bad.what}; the row was left out. Correct it and import again."
            )
        if len(export.bad_rows) > MOST_TOLD:
            result.problems.append(f"{result.file}: {len(export.bad_rows) - MOST_TOLD} more rows were left out.")
        if not export.entries and not export.bad_rows:
            result.notes.append(f"{result.file}: there is no entry in it.")

    def _take_calendar(self, result: FileImport, data: bytes) -> None:
        result.kind = ical.source.name
        calendars, problems = ical.read_calendars(data)
        for calendar in calendars:
            plans = [event for event in calendar.events if not str(event.get("iCalUID", "")).endswith(MARK)]
            if own := len(calendar.events) - len(plans):
                calendar.events = plans
                result.notes.append(
                    f"{result.file}: {own} events are lifetracer's own record of what happened; they are no plan."
                )
            if not calendar.events:
                continue
            if calendar.time_zone is None and not self.is_own_zone:
                calendar.time_zone = str(self.zone)
            calendar.name = calendar.name or _stem(result.file)
            calendar_id = ical.plain_id(calendar.relative_id or calendar.name)
            for event in calendar.events:
                day = (event["start"].get("date") or event["start"]["dateTime"])[:10]
                _widen(result, date.fromisoformat(day))
            for page in ical.pages(calendar, calendar_id):
                self._store(result, page)
        told = [p for p in problems if p.lost] or problems
        if told:
            sentence = _calendar_sentence(result, told, any(p.lost for p in problems))
            (result.problems if told[0].lost else result.notes).append(sentence)

    def _store(self, result: FileImport, page: Page) -> None:
        owner, run = self._owner(result.kind)
        names = {"account": owner.account_id, "run": run}
        known = 0
        with self.warehouse.transaction() as connection:
            if owner.source is toggl_csv.source:
                page, known = _without_known(connection, owner, page)
            done = ingest(connection, owner, page.stream or "", page)
            counts = {k: getattr(done, k) for k in ("items", "inserted", "updated", "deleted", "mended")}
            connection.execute(_SQL["count"], names | counts | {"items": done.items + known})
        if done.changed:
            self.changed.add(result.kind)
        result.mended += done.mended
        if page.stream != "calendars":
            result.items += done.items + known
            result.inserted += done.inserted
            result.updated += done.updated
            result.deleted += done.deleted

    def _owner(self, kind: str) -> tuple[Owner, UUID]:
        """Give the connection of a source's files, and the entry in the sync log."""
        if kind not in self.owners:
            source = {s.name: s for s in (ical.source, toggl_csv.source)}[kind]
            names: dict[str, Any] = {"account": self.account.account_id, "source": kind}
            with self.warehouse.transaction() as connection:
                found = connection.execute(_SQL["connection"], names).fetchone()
                assert found is not None
                names |= {"connection": found[0], "details": json.dumps({"import": True})}
                begun = connection.execute(_SQL["begin"], names).fetchone()
                assert begun is not None
            self.owners[kind] = (Owner(self.account.account_id, found[0], source), begun[0])
        return self.owners[kind]

    def close(self, is_whole: bool) -> int:
        """Expand what was read and close the sync log; returns how many occurrences changed."""
        expanded = 0
        for kind, (owner, run) in self.owners.items():
            names = {"account": owner.account_id, "connection": owner.connection_id, "run": run}
            with self.warehouse.transaction() as connection:
                if owner.source.expands:
                    expanded = occurrences.refresh(
                        connection,
                        owner.account_id,
                        owner.connection_id,
                        owner.source,
                        datetime.now(UTC),
                        self.settings.occurrence_future_days,
                    )
                connection.execute(_SQL["touch"], names | {"changed": kind in self.changed})
                connection.execute(_SQL["end"], names | {"status": "succeeded" if is_whole else "failed"})
        return expanded


def _without_known(connection: Connection, owner: Owner, page: Page) -> tuple[Page, int]:
    """Leave out what is stored already, so that an export with fewer columns takes nothing away; and how many."""
    entries = json.loads(page.body)
    asked = {"account": owner.account_id, "ids": [entry["id"] for entry in entries]}
    stored: dict[str, dict[str, Any]] = dict(connection.execute(_SQL["stored"], asked).fetchall())
    rest = [entry for entry in entries if not _says(stored.get(entry["id"]), entry)]
    return replace(page, body=json.dumps(rest)), len(entries) - len(rest)


def _says(stored: dict[str, Any] | None, entry: dict[str, Any]) -> bool:
    return stored is not None and all(stored.get(name) == value for name, value in entry.items())


def _is_calendar(data: bytes, name: str) -> bool:
    head = data[:8192].replace(b"\x00", b"").upper()
    return Path(name).suffix.lower() in (".ics", ".ical", ".icalendar", ".ifb") or b"BEGIN:VCALENDAR" in head


def _advice(data: bytes) -> str:
    if data.startswith(b"%PDF"):
        return "A PDF cannot be imported; export as CSV."
    if b"<html" in data[:2000].lower():
        return "It is a web page; perhaps the download asked for a sign-in. Download the file again."
    if not data.strip():
        return "The file is empty; export it again."
    return "In Toggl choose Reports → Detailed → Export → CSV; from a calendar export an .ics file."


def _calendar_sentence(result: FileImport, problems: Sequence[ical.Problem], is_lost: bool) -> str:
    first, others = problems[0], len(problems) - 1
    more = f" ({others} more lines have problems)" if others > 1 else " (one more line has a problem)" if others else ""
    if not is_lost:
        advice = "Nothing is missing; if a time looks wrong, correct the line and import again."
    elif result.items:
        others_too = f"other {result.items} events were" if result.items > 1 else "other event was"
        advice = f"The {others_too} imported; correct the line or export the calendar again."
    else:
        advice = "Export the calendar again, as iCal (.ics)."
    return f"{result.file}, line {first.line}: {first.what}{more}. {advice}"


def _stem(name: str) -> str:
    return Path(name).stem


def _widen(result: FileImport, day: date) -> None:
    result.first_on = min(result.first_on or day, day)
    result.last_on = max(result.last_on or day, day)
