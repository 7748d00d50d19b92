"""Events of all chosen calendars: series masters and exceptions, never expanded instances.

Law: a cancelled exception is a fact about its series ("not on that day") and stays; only an event that is gone
as a whole becomes a tombstone, and it takes its exceptions with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from lifetracer.connector.source import Api, Covered, Cursor, Page
from lifetracer.connector.sources.google_calendar.calendar_list import chosen, renewed, title_of
from lifetracer.connector.sources.google_calendar.following import API_VERSION, LostThreadError, Sheet, follow
from lifetracer.errors import LifetracerError, QuotaError, TryAgainError
from lifetracer.outside.http import HttpStatusError

INSTANCE_ID = "_[0-9]{8}(T[0-9]{6}Z)?$"
"""How the id of an instance ends: ``{masterId}_{original start in UTC, or its date}``."""

DELETED = f'$ ? (@.status == "cancelled" && !exists(@.recurringEventId) && !(@.id like_regex "{INSTANCE_ID}"))'

PARAMETERS: Mapping[str, object] = {"maxResults": 2500, "singleEvents": False}
"""The whole history, series unexpanded; cancelled instances of living series come without being asked for."""

MASKED_START = "2000-01-01T00:00:00Z"
SERIES_PER_SWEEP = 50

Item = Mapping[str, Any]


def read(api: Api, cursor: Cursor) -> Iterator[Page]:
    """Pages of every chosen calendar; one that is refused or unwell does not stop the others.

    Raises:
        TryAgainError: a calendar could not be read to its end (after the others were read).
    """
    rows = {row["id"]: row for row in cursor.rows("calendars")}
    wanted = chosen(list(rows.values()), cursor.settings, cursor.options.google_calendar_ids)
    yield from _leave(cursor, set(wanted), rows)
    failures: list[LifetracerError] = []
    unwell = 0
    for calendar_id in wanted:
        try:
            yield from _read_calendar(api, cursor, calendar_id, rows.get(calendar_id))
            unwell = 0
        except HttpStatusError as refused:
            if refused.code not in {403, 404}:
                raise
            said = refused.said or refused.code
            message = f"Google refuses the calendar {calendar_id} ({said}); its events stay as they were."
            cursor.warn("calendar_refused", calendar=calendar_id, status=refused.code, message=message)
        except LostThreadError as failure:
            failures.append(failure)
        except QuotaError:
            raise
        except TryAgainError as failure:
            failures.append(failure)
            unwell += 1
            if unwell > 1:  # not this calendar: Google, or the network
                raise
    if failures:
        raise failures[0]


def _read_calendar(api: Api, cursor: Cursor, calendar_id: str, row: Item | None) -> Iterator[Page]:
    prefix = f"{calendar_id}/"
    known = row
    gone: set[str] = set(cursor.state(calendar_id).get("gone") or ())
    """Deleted by earlier pages of this read; their exceptions may come on a later one."""

    def take(sheet: Sheet) -> Iterator[Page]:
        nonlocal known
        fresh = renewed(known, calendar_id, sheet.body)
        if fresh:
            known = fresh
            yield Page(json.dumps(fresh), API_VERSION, stream="calendars")
        state, dropped = sheet.state, set()
        if not sheet.sweep:
            deleted = deleted_events(sheet.items)
            gone.difference_update(item["id"] for item in sheet.items)
            gone.update(deleted)
            dropped = dropped_exceptions(sheet.items, gone)
            yield from _forget(cursor, prefix, deleted, dropped)
            if gone and not sheet.last:
                state = {**state, "gone": sorted(gone)}
        masked = masked_tombstones(sheet.items)
        if masked:
            yield Page(json.dumps(masked), API_VERSION, prefix=prefix)
            dropped |= {item["id"] for item in masked}
        yield Page(
            sheet.raw,
            API_VERSION,
            items=("items",),
            prefix=prefix,
            keep=f"$ ? (!({_one_of(dropped)}))" if dropped else None,
            partition=calendar_id,
            state=state,
            sweep=sheet.sweep,
            covered=Covered(prefix=prefix, trust_empty=cursor.full) if sheet.sweep and sheet.last else None,
        )

    path = f"/calendar/v3/calendars/{quote(calendar_id, safe='')}/events"
    title = f"of events in “{title_of(row)}”" if row else f"of events in {calendar_id}"
    yield from follow(api, cursor, path, PARAMETERS, take, title=title, partition=calendar_id)


def deleted_events(items: Iterable[Item]) -> set[str]:
    """Ids of the items that are gone as a whole: single events and series, no exceptions."""
    return {item["id"] for item in items if item.get("status") == "cancelled" and not is_exception(item)}


def masked_tombstones(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Take the mask off deleted events whose time Google has masked: merged into what is known, it would wipe the time.

    Seen in recordings: a deleted event comes with ``start`` 2000-01-01T00:00:00Z, ``end`` a day later, ``transparent``.
    """
    return [
        {name: value for name, value in item.items() if name not in {"start", "end", "transparency"}}
        for item in items
        if item.get("status") == "cancelled"
        and not is_exception(item)
        and (item.get("start") or {}).get("dateTime") == MASKED_START
    ]


def dropped_exceptions(items: Iterable[Item], gone: Set[str]) -> set[str]:
    """Ids of cancelled exceptions that mean nothing any more: their series is deleted, or ends before them.

    Google cancels the exceptions together with the series, and when “this and following” cuts it.

    Args:
        items: of one page.
        gone: ids of the series that this page or an earlier one deletes.
    """
    items = list(items)
    ends = {item["id"]: end for item in items if (end := series_end(item.get("recurrence") or ())) is not None}
    found = set()
    for item in items:
        if item.get("status") == "cancelled" and is_exception(item):
            master = item.get("recurringEventId") or re.sub(INSTANCE_ID, "", item["id"])
            start = _instant(item.get("originalStartTime") or {})
            if master in gone or (start and master in ends and start > ends[master]):
                found.add(item["id"])
    return found


def is_exception(item: Item) -> bool:
    """Tell whether an item belongs to a series."""
    return bool(item.get("recurringEventId") or re.search(INSTANCE_ID, item["id"]))


def series_end(recurrence: Iterable[str]) -> datetime | None:
    """Give the UNTIL of the only rule of a series; ``None`` without one (a date counts to its end)."""
    rules = [line for line in recurrence if line.startswith("RRULE")]
    found = re.search(r"UNTIL=(\d{8})(?:T(\d{6}))?", rules[0]) if len(rules) == 1 else None
    return datetime.strptime(found[1] + (found[2] or "235959"), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None


def _instant(start: Mapping[str, str]) -> datetime | None:
    text = start.get("dateTime") or start.get("date")
    instant = datetime.fromisoformat(text) if text else None
    return instant.replace(tzinfo=instant.tzinfo or UTC) if instant else None


def _forget(cursor: Cursor, prefix: str, masters: set[str], exceptions: set[str]) -> Iterator[Page]:
    """Pages without items that tombstone stored exceptions; before the page with the reason, so that none is left."""
    ordered = sorted(masters)
    wheres = [_part_of(ordered[n : n + SERIES_PER_SWEEP]) for n in range(0, len(ordered), SERIES_PER_SWEEP)]
    for where in (*wheres, *([_one_of(exceptions)] if exceptions else [])):
        covered = Covered(prefix=prefix, where=f"$ ? ({where})", trust_empty=True, fresh_too=True)
        yield Page(b"[]", API_VERSION, sweep=cursor.new_sweep(), covered=covered)


def _part_of(masters: Iterable[str]) -> str:
    """Spell the jsonpath predicate: an exception of one of the series."""
    masters = list(masters)
    by_id = "^(" + "|".join(re.escape(master) for master in masters) + ")" + INSTANCE_ID
    same = " || ".join(f"@.recurringEventId == {json.dumps(master)}" for master in masters)
    return f"{same} || @.id like_regex {json.dumps(by_id)}"


def _one_of(ids: Iterable[str]) -> str:
    """Spell the jsonpath predicate: one of the items with these ids."""
    return " || ".join(f"@.id == {json.dumps(name)}" for name in sorted(ids))


def _leave(cursor: Cursor, wanted: set[str], rows: Mapping[str, Item]) -> Iterator[Page]:
    """Tombstone the events of calendars that were removed at Google or are no longer chosen."""
    for calendar_id in cursor.partitions():
        if calendar_id in wanted or not cursor.state(calendar_id):
            continue
        message = (
            f"The calendar {calendar_id} is no longer read (removed or deselected); its events are marked as gone."
        )
        cursor.warn("calendar_left", calendar=calendar_id, message=message)
        covered = Covered(prefix=f"{calendar_id}/", trust_empty=True)
        yield Page(b"[]", API_VERSION, partition=calendar_id, state={}, sweep=cursor.new_sweep(), covered=covered)
        if rows.get(calendar_id, {}).get("kind") == "calendar#calendar":  # not in the list, so nothing else removes it
            covered = Covered(where=f"$ ? ({_one_of([calendar_id])})", trust_empty=True)
            yield Page(b"[]", API_VERSION, stream="calendars", sweep=cursor.new_sweep(), covered=covered)
