"""The list of calendars, and which of them are read.

Law: a list that suddenly shows nothing at all is not believed; a person always has at least one calendar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lifetracer.connector.source import Api, Covered, Cursor, Page
from lifetracer.connector.sources.google_calendar.following import API_VERSION, Sheet, follow
from lifetracer.errors import CredentialError
from lifetracer.outside.google_calendar import CALENDAR_LIST, reason_of
from lifetracer.outside.http import HttpStatusError

PARAMETERS: Mapping[str, object] = {"maxResults": 250, "showDeleted": True, "showHidden": True}
"""With a sync token deleted and hidden calendars always come, so the full read asks for them too."""

MADE_BY_GOOGLE = "@group.v.calendar.google.com"
"""Holidays, birthdays, contacts, week numbers, sunrise: calendars that nobody plans in."""

LISTED = '$.kind ? (@ == "calendar#calendarListEntry")'

Row = Mapping[str, Any]


def read(api: Api, cursor: Cursor) -> Iterator[Page]:
    """Pages of the calendar list.

    Raises:
        CredentialError: it is another person's list than before.
    """
    met = 0

    def take(sheet: Sheet) -> Iterator[Page]:
        nonlocal met
        met += len(sheet.items)
        _recognise(sheet.items, cursor)
        covered = None
        if sheet.sweep and sheet.last:
            if met or cursor.full:
                covered = Covered(where=LISTED, trust_empty=cursor.full)
            elif any(row.get("kind") == "calendar#calendarListEntry" for row in cursor.rows("calendars")):
                message = "Google shows no calendar at all; the known ones are kept."
                cursor.warn("calendar_list_empty", message=message)
        yield Page(
            sheet.raw, API_VERSION, items=("items",), state=sheet.state, sweep=sheet.sweep, covered=covered
        )  # fmt: skip

    try:
        yield from follow(api, cursor, CALENDAR_LIST, PARAMETERS, take, title="of calendars")
    except HttpStatusError as refused:
        # Events may be readable without the list: by ids from the settings, or the person's own calendar.
        if reason_of(refused.payload) != "insufficientPermissions":
            raise
        message = "The list of calendars may not be read; connect again and tick that box, or name calendars by id."
        cursor.warn("calendar_list_refused", message=message)


def chosen(rows: Sequence[Row], settings: Mapping[str, Any], wanted: Sequence[str]) -> list[str]:
    """Ids of the calendars to read, each once.

    Args:
        rows: the known calendars.
        settings: of the connection: ``calendar_ids`` to read (all but those nobody plans in, when empty),
            ``calendars_off``: those the person deselected, ``plan_calendar_id``: the one that lifetracer made for
            the person's plan, which is read whatever was chosen before it was there.
        wanted: ids from the environment, for a connection that has no ``calendar_ids`` of its own.
    """
    primary = next((row["id"] for row in rows if row.get("primary")), None)
    named = settings.get("calendar_ids") or wanted
    off = set(settings.get("calendars_off") or ())
    if named:
        ids = [primary or name if name == "primary" else str(name) for name in named]
    else:
        ids = [str(row["id"]) for row in rows if not is_off_by_default(row)] if rows else ["primary"]
    ids += [str(row["id"]) for row in rows if row["id"] == settings.get("plan_calendar_id")]
    return [name for name in dict.fromkeys(ids) if name not in off]


def is_off_by_default(row: Row) -> bool:
    """Tell whether a calendar is left out unless it is chosen: hidden ones, and those that Google fills."""
    return bool(row.get("hidden")) or str(row["id"]).endswith(MADE_BY_GOOGLE)


def title_of(row: Row) -> str:
    """Give the name under which the person knows a calendar."""
    return str(row.get("summaryOverride") or row.get("summary") or row["id"])


def renewed(row: Row | None, calendar_id: str, header: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give a calendar's row after what the head of an events answer says; ``None`` when that is nothing new.

    The list's sync token does not report a new title or zone, and a service account has no list at all.
    """
    told = {name: header[name] for name in ("summary", "description", "timeZone", "accessRole") if header.get(name)}
    if row is None:
        return {"kind": "calendar#calendar", "id": calendar_id, **told}
    return {**row, **told} if any(row.get(name) != value for name, value in told.items()) else None


def _recognise(items: Sequence[Row], cursor: Cursor) -> None:
    primary = next((item for item in items if item.get("primary") and not item.get("deleted")), None)
    if primary is None:
        return
    known = cursor.settings.get("user_id")
    if known and known != primary["id"]:
        raise CredentialError(
            f"This consent belongs to {primary['id']}, the data kept so far to {known}.",
            remedy="Reconnect as the earlier person, or make a new connection: `lifetracer connect gcal --name NAME`.",
        )
    cursor.remember(user_id=primary["id"], time_zone=primary.get("timeZone"))


def selection(rows: Sequence[Mapping[str, Any]], numbers: Sequence[int] | None) -> dict[str, Any]:
    """Say a choice (numbers from 1) as connection settings: who leaves some out goes on getting later calendars."""
    if numbers is None:
        return {"calendar_ids": [], "calendars_off": []}
    chosen = [rows[number - 1] for number in numbers]
    if any(is_off_by_default(row) for row in chosen):
        return {"calendar_ids": [row["id"] for row in chosen], "calendars_off": []}
    off = [row["id"] for row in rows if row not in chosen and not is_off_by_default(row)]
    return {"calendar_ids": [], "calendars_off": off}
