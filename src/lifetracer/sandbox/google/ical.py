"""The secret address of a calendar as iCal: a plain GET, a whole file, deletions only by absence (APIS.md E.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.google.account import Calendar, Event
from lifetracer.sandbox.google.recurrence import is_all_day, wall
from lifetracer.sandbox.wire import Call, Reply, Router

ROUTER = Router("/calendar/ical", lost=lambda _call: Reply(404, b"Not Found", {"content-type": "text/html"}))

FOLD = 75
"""Longest line in bytes (RFC 5545, 3.1)."""


def fold(line: str) -> str:
    """Fold a content line after 75 bytes, never inside a character."""
    found, room = [""], FOLD
    for char in line:
        size = len(char.encode("utf-8", "replace"))
        if size > room:
            found.append(" ")
            room = FOLD - 1
        found[-1] += char
        room -= size
    return "\r\n".join(found)


def escape(text: str) -> str:
    """Escape a text value (RFC 5545, 3.3.11)."""
    return (
        text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\\n").replace("\n", "\\n")
    )


def _time(name: str, moment: dict[str, Any], *, zoned: bool) -> str:
    if is_all_day(moment):
        return f"{name};VALUE=DATE:{moment['date'].replace('-', '')}"
    value = datetime.fromisoformat(moment["dateTime"])
    if zoned:
        return f"{name};TZID={moment['timeZone']}:{wall(moment):%Y%m%dT%H%M%S}"
    return f"{name}:{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _stamp(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y%m%dT%H%M%SZ}"


def event_lines(calendar: Calendar, event: Event, now: str) -> list[str]:
    """Write one event, series or exception."""
    body = event.body
    series = "recurrence" in body or "recurringEventId" in body
    lines = ["BEGIN:VEVENT", _time("DTSTART", body["start"], zoned=series), _time("DTEND", body["end"], zoned=series)]
    lines += body.get("recurrence", ())
    if "recurrence" in body:
        gone = [calendar.events[key] for key in sorted(calendar.exceptions.get(body["id"], ()))]
        lines += [_time("EXDATE", e.body["originalStartTime"], zoned=True) for e in gone if e.cancelled]
    lines += [f"DTSTAMP:{now}", f"UID:{body['iCalUID']}"]
    if "recurringEventId" in body:
        lines.append(_time("RECURRENCE-ID", body["originalStartTime"], zoned=True))
    for person in body.get("attendees", ()):
        answer = {"needsAction": "NEEDS-ACTION"}.get(person["responseStatus"], person["responseStatus"].upper())
        lines.append(
            f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN={person['email']}:mailto:{person['email']}"
        )
    lines += [f"CREATED:{_stamp(body['created'])}", f"LAST-MODIFIED:{_stamp(body['updated'])}"]
    for name, key in (("DESCRIPTION", "description"), ("LOCATION", "location")):
        if body.get(key):
            lines.append(f"{name}:{escape(body[key])}")
    lines += [
        f"SEQUENCE:{body['sequence']}",
        f"STATUS:{body['status'].upper()}",
        f"SUMMARY:{escape(body.get('summary', ''))}",
        f"TRANSP:{body.get('transparency', 'opaque').upper()}",
        "END:VEVENT",
    ]
    return lines


def zone_lines(name: str, first: int, last: int) -> list[str]:
    """Write a VTIMEZONE with each change of offset between two years."""
    zone = ZoneInfo(name)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", f"X-LIC-LOCATION:{name}"]
    offset = datetime(first, 1, 1, tzinfo=zone).utcoffset()
    changes: list[tuple[datetime, Any, Any]] = [(datetime(first, 1, 1), offset, offset)]  # noqa: DTZ001 - wall time
    step = int(datetime(first, 1, 1, tzinfo=UTC).timestamp()) // 3600 * 3600
    end = int(datetime(last, 1, 1, tzinfo=UTC).timestamp())
    while step < end:
        after = datetime.fromtimestamp(step + 86_400, zone).utcoffset()
        if after != offset:
            low, high = step, step + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (
                    (middle, high) if datetime.fromtimestamp(middle, zone).utcoffset() == offset else (low, middle)
                )
            changes.append(
                (
                    datetime.fromtimestamp(high, UTC).replace(tzinfo=None) + (offset or UTC.utcoffset(None)),
                    offset,
                    after,
                )
            )
            offset = after
        step += 86_400
    for begins, before, after in changes:
        kind = (
            "DAYLIGHT"
            if (begins.replace(tzinfo=zone) if before == after else begins.replace(tzinfo=zone, fold=1)).dst()
            else "STANDARD"
        )
        lines += [
            f"BEGIN:{kind}",
            f"TZOFFSETFROM:{_offset(before)}",
            f"TZOFFSETTO:{_offset(after)}",
            f"DTSTART:{begins:%Y%m%dT%H%M%S}",
            f"END:{kind}",
        ]
    return [*lines, "END:VTIMEZONE"]


def _offset(value: Any) -> str:
    minutes = int(value.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def calendar_text(calendar: Calendar, now: datetime) -> str:
    """Write the whole calendar."""
    living = [event for event in calendar.events.values() if not event.cancelled]
    zones = sorted({e.body["start"]["timeZone"] for e in living if "timeZone" in e.body["start"]})
    years = [date.fromisoformat((e.body["start"].get("date") or e.body["start"]["dateTime"])[:10]).year for e in living]
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{escape(calendar.summary)}", f"X-WR-TIMEZONE:{calendar.zone}",
    ]  # fmt: skip
    for zone in zones:
        lines += zone_lines(zone, min(years), now.year + 3)
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    for event in sorted(living, key=lambda event: event.ordinal):
        lines += event_lines(calendar, event, stamp)
    lines.append("END:VCALENDAR")
    return "\r\n".join(fold(line) for line in lines) + "\r\n"


@ROUTER.on("GET", "/{calendar}/{private}/basic.ics")
def basic(call: Call) -> Reply:
    """Answer the calendar, when the secret in its address is right."""
    for person in call.world.people:
        calendar = person.google.calendars.get(call.where["calendar"])
        if calendar and not calendar.deleted and call.where["private"] == f"private-{person.google.secret}":
            text = calendar_text(calendar, call.world.clock.now)
            return Reply(200, text.encode("utf-8", "replace"), {"content-type": "text/calendar; charset=UTF-8"})
    return Reply(404, b"Not Found", {"content-type": "text/html"})
