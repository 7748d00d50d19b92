"""iCal: what was planned, from a calendar's secret address or from ``.ics`` files, in Google's event form.

Law: a feed knows no deletions, so every read is a full one: what is no longer in the file is gone. A file that a person
imports may be a part of a calendar, so it only adds and changes (see `connector.importing`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from lifetracer.connector.source import Api, Checked, Covered, Cursor, Page, Secret, Source
from lifetracer.connector.sources.ical.events import Calendar, read_calendars
from lifetracer.connector.sources.ical.lines import Problem
from lifetracer.errors import BadFileError, CredentialError, TryAgainError
from lifetracer.outside.feed import FeedAccess, safe_address
from lifetracer.settings import Settings

__all__ = ["Calendar", "Problem", "pages", "read_calendars", "source"]

API_VERSION = "rfc5545"

MOST_ITEMS = 2_000
"""Events in one page."""

_GOOGLE = re.compile(r"/calendar/ical/([^/]+)/")


def open_access(secrets: Mapping[str, str], settings: Settings) -> FeedAccess:  # noqa: ARG001
    """How to read the feed.

    Raises:
        CredentialError: there is no address.
        FixByHandError: the address is not https.
    """
    address = secrets.get("url", "").strip()
    if not address:
        raise CredentialError("The secret address of the calendar is missing.", remedy="Run `lifetracer connect ical`.")
    title = "the calendar feed"
    return FeedAccess(title=title, base_url=safe_address(address, title), auth=None)


source = Source(
    name="ical",
    title="iCal",
    secrets=(
        Secret(
            "url",
            "Secret address",
            "In Google Calendar: Settings → your calendar → Integrate calendar → Secret address in iCal format. "
            "Other calendars call it a private or published link (.ics). It is a password: whoever has it can read "
            "the calendar.",
        ),
    ),
    open=open_access,
    expands="events",
)

source.table("calendars", "Calendars, one per feed or file.")


@source.stream(deleted='$ ? (@.status == "cancelled" && !exists(@.recurringEventId))')
def events(api: Api, cursor: Cursor) -> Iterator[Page]:
    """What was planned: one item per event, series master or exception, in the form of Google's events."""
    state = {} if cursor.full else cursor.state()
    answer = api.get("", etag=state.get("etag"), last_modified=state.get("last_modified"))
    digest = hashlib.sha256(answer.body).hexdigest()
    if answer.status == 304 or digest == state.get("digest"):
        return
    calendars = _whole(answer.body)
    calendar_id = str(cursor.settings.get("calendar_id") or feed_id(_address(api), calendars[0]))
    cursor.remember(calendar_id=calendar_id)
    after = {"digest": digest, "etag": answer.headers.get("etag"), "last_modified": answer.headers.get("last-modified")}
    united = calendars[0]
    united.events = [event for calendar in calendars for event in calendar.events]
    sweep = cursor.new_sweep()
    yield from pages(united, calendar_id, sweep=sweep, state={k: v for k, v in after.items() if v})


def check(api: Api, settings: Settings) -> Checked:  # noqa: ARG001
    """Read the feed once and say what is in it."""
    calendars = _whole(api.get("").body)
    count = sum(len(c.events) for c in calendars)
    name = calendars[0].name or urlsplit(_address(api)).hostname or "calendar"
    calendar_id = feed_id(_address(api), calendars[0])
    zone = f", time zone {calendars[0].time_zone}" if calendars[0].time_zone else ""
    return Checked(
        external_user=calendar_id,
        name=name,
        settings={"calendar_id": calendar_id, "time_zone": calendars[0].time_zone},
        findings=(f"The calendar “{name}” has {count} events{zone}.",),
    )


source.check = check


def pages(
    calendar: Calendar, calendar_id: str, *, sweep: str | None = None, state: Mapping[str, Any] | None = None
) -> Iterator[Page]:
    """Give the calendar and its events as pages for ``raw.ical__calendars`` and ``raw.ical__events``.

    With ``sweep`` the last page says that the calendar was read whole; ``state`` comes with it.
    """
    about = {
        "kind": "calendar#calendarListEntry",
        "id": calendar_id,
        "summary": calendar.name or calendar_id,
        "description": calendar.description or None,
        "timeZone": calendar.time_zone,
        "accessRole": "reader",
    }
    told = {key: value for key, value in about.items() if value is not None}
    yield Page(_json([told]), API_VERSION, stream="calendars")
    for first in range(0, max(len(calendar.events), 1), MOST_ITEMS):
        is_last = first + MOST_ITEMS >= len(calendar.events)
        yield Page(
            _json(calendar.events[first : first + MOST_ITEMS]),
            API_VERSION,
            stream="events",
            prefix=f"{calendar_id}/",
            sweep=sweep,
            covered=Covered(prefix=f"{calendar_id}/") if sweep and is_last else None,
            state=state if is_last else None,
        )


def feed_id(address: str, calendar: Calendar) -> str:
    """Make an id for the calendar of a feed that tells nothing of its secret address."""
    google = _GOOGLE.search(urlsplit(address).path)
    if google:
        return plain_id(unquote(google[1]))
    if calendar.relative_id:
        return plain_id(calendar.relative_id)
    return "feed-" + hashlib.sha256(address.encode()).hexdigest()[:16]


def plain_id(text: str) -> str:
    """Make an id without the slash that parts calendar and event in ``source_id``, and short enough for an index."""
    plain = re.sub(r"[\s/\x00-\x1f]+", "-", text.strip())[:200]
    return plain or "calendar"


def _whole(body: bytes) -> list[Calendar]:
    """Give the calendars of a feed.

    Raises:
        BadFileError: the answer is not a calendar.
        TryAgainError: it ended in the middle, so nothing may be concluded from what is missing.
    """
    calendars, problems = read_calendars(body)
    if b"BEGIN:VCALENDAR" not in body[:4096].upper():
        raise BadFileError(
            "The address of the calendar feed answers with something that is not a calendar.",
            remedy="Open it in a browser: a calendar begins with BEGIN:VCALENDAR. Copy the secret address again.",
        )
    if any("cut off" in p.what for p in problems) or b"END:VCALENDAR" not in body[-4096:].upper():
        raise TryAgainError("The calendar feed ended in the middle.", remedy="Nothing was changed; try again later.")
    return calendars


def _address(api: Api) -> str:
    return str(getattr(getattr(api, "access", None), "base_url", ""))


def _json(items: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(items, ensure_ascii=True)
