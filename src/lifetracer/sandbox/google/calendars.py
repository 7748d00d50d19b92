"""Google Calendar v3 around the events: the list, calendars, colours, settings, free and busy (APIS.md D.2, D.9)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.clock import iso_millis
from lifetracer.sandbox.google import access, recurrence
from lifetracer.sandbox.google.account import Calendar, Event
from lifetracer.sandbox.google.events import page_of, page_size, read_sync_token, snapshot
from lifetracer.sandbox.google.refusals import invalid, refuse
from lifetracer.sandbox.google.tokens import PageToken, SyncToken, seal
from lifetracer.sandbox.wire import Call, Reply, reply_json

ROUTER = access.ROUTER
Body = dict[str, Any]

EVENT_COLORS = (
    "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed",
    "#51b749", "#dc2127",
)  # fmt: skip
CALENDAR_COLORS = (
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#7bd148", "#b3dc6c",
    "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7", "#9a9cff", "#b99aff", "#c2c2c2", "#cabdbf",
    "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
)  # fmt: skip


def list_entry(calendar: Calendar) -> Body:
    """Build an entry of the calendar list; booleans that are false are left out."""
    if calendar.deleted:
        return {
            "kind": "calendar#calendarListEntry",
            "etag": f'"{calendar.list_number}"',
            "id": calendar.id,
            "deleted": True,
        }
    entry: Body = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{2 * calendar.stamp + calendar.list_number}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": str(calendar.zone),
        "colorId": calendar.color[0],
        "backgroundColor": calendar.color[1],
        "foregroundColor": "#000000",
        "accessRole": calendar.role,
        "defaultReminders": [{"method": "popup", "minutes": 10}] if calendar.primary else [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    optional = {
        "description": calendar.description,
        "summaryOverride": calendar.summary_override,
        "primary": calendar.primary,
        "selected": calendar.selected,
        "hidden": calendar.hidden,
    }
    if calendar.primary:
        entry["notificationSettings"] = {"notifications": [{"type": "eventCreation", "method": "email"}]}
    return entry | {name: value for name, value in optional.items() if value}


def _listed(call: Call) -> list[Calendar]:
    if call.guest is not None:  # The list of a service account starts empty.
        return []
    return [calendar for calendar in call.person.google.calendars.values() if calendar.listed]


@ROUTER.on("GET", "/users/me/calendarList")
def calendar_list(call: Call) -> Reply:
    """Answer a page of the calendar list."""
    access.need(call, access.READ_LIST)
    account = call.person.google
    for name in ("minAccessRole", "showOwnOrganizationOnly"):
        if call.get("syncToken") and call.get(name) is not None:
            raise invalid(f"Sync token cannot be used with {name}.", "syncToken")
    token = read_sync_token(call, "calendarList", account.generation, "")
    number = snapshot(call, account.list_number)
    rows = _listed(call)
    if token is not None:
        rows = [calendar for calendar in rows if token.number < calendar.list_number <= number]
        rows.sort(key=lambda calendar: calendar.list_number)
        keyed = [(calendar.list_number, calendar) for calendar in rows]
    else:
        least = access.RANKS.index(call.get("minAccessRole") or "freeBusyReader")
        rows = [
            calendar
            for calendar in rows
            if (call.flag("showDeleted") or not calendar.deleted)
            and (call.flag("showHidden") or not calendar.hidden)
            and access.RANKS.index(calendar.role) >= least
        ]
        keyed = list(enumerate(rows, 1))
    asked = json.dumps(sorted((k, v) for k, v in call.query if k not in {"pageToken", "maxResults"}))
    page, after = page_of(call, "calendarList", asked, keyed, lambda row: row[0], page_size(call, 100, 250))
    answer: Body = {"kind": "calendar#calendarList", "etag": f'"p{account.list_number:015d}o"'}
    if after is not None:
        answer["nextPageToken"] = seal(PageToken("calendarList", after, number, asked))
    else:
        answer["nextSyncToken"] = seal(
            SyncToken("calendarList", account.generation, number, "", call.world.clock.seconds)
        )
    return reply_json(answer | {"items": [list_entry(calendar) for _, calendar in page]})


@ROUTER.on("GET", "/users/me/calendarList/{calendar}")
def calendar_list_entry(call: Call) -> Reply:
    """Answer one entry of the calendar list."""
    access.need(call, access.READ_LIST)
    return reply_json(list_entry(access.calendar_of(call)))


def calendar_json(calendar: Calendar) -> Body:
    """Build a calendar's own properties."""
    body: Body = {
        "kind": "calendar#calendar",
        "etag": f'"{2 * calendar.stamp}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": str(calendar.zone),
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    return body | ({"description": calendar.description} if calendar.description else {})


@ROUTER.on("GET", "/calendars/{calendar}")
def get_calendar(call: Call) -> Reply:
    """Answer a calendar's properties."""
    access.need(call, access.READ_CALENDAR)
    return reply_json(calendar_json(access.calendar_of(call)))


@ROUTER.on("POST", "/calendars")
def insert_calendar(call: Call) -> Reply:
    """Create a secondary calendar."""
    access.need(call, access.WRITE_CALENDAR)
    body, account = call.json(), call.person.google
    if not body.get("summary"):
        raise refuse(400, "required", "Missing summary.")
    made = call.world.secret(f"calendar{len(account.calendars)}", account.index) * 2
    calendar = Calendar(
        f"c_{made}@group.calendar.google.com", body["summary"], ZoneInfo(body.get("timeZone") or str(account.zone)),
        description=body.get("description"), by_app=True,
    )  # fmt: skip
    account.add_calendar(call.world.clock.micros, calendar)
    return reply_json(calendar_json(calendar))


@ROUTER.on("PATCH", "/calendars/{calendar}")
def patch_calendar(call: Call) -> Reply:
    """Change a calendar's name, description or zone; the list's sync token does not report it."""
    access.need(call, access.WRITE_CALENDAR)
    calendar, body = access.calendar_of(call, write=True), call.json()
    calendar.summary = body.get("summary", calendar.summary)
    calendar.description = body.get("description", calendar.description)
    calendar.zone = ZoneInfo(body.get("timeZone") or str(calendar.zone))
    return reply_json(calendar_json(calendar))


@ROUTER.on("DELETE", "/calendars/{calendar}")
def delete_calendar(call: Call) -> Reply:
    """Delete a secondary calendar."""
    access.need(call, access.WRITE_CALENDAR)
    calendar = access.calendar_of(call, write=True)
    if calendar.primary:
        raise refuse(403, "forbidden", "Forbidden")
    calendar.deleted = True
    call.person.google.list_changed(call.world.clock.micros, calendar)
    return Reply(204)


@ROUTER.on("GET", "/colors")
def colors(call: Call) -> Reply:
    """Answer the palettes."""
    access.need(call, access.READ_COLORS)
    palette = {
        name: {str(n): {"background": color, "foreground": "#1d1d1d"} for n, color in enumerate(values, 1)}
        for name, values in (("calendar", CALENDAR_COLORS), ("event", EVENT_COLORS))
    }
    return reply_json({"kind": "calendar#colors", "updated": "2012-02-14T00:00:00.000Z", **palette})


@ROUTER.on("GET", "/users/me/settings")
def settings(call: Call) -> Reply:
    """Answer the user's settings; values are texts."""
    access.need(call, access.READ_SETTINGS)
    account = call.person.google
    read_sync_token(call, "settings", account.generation, "")
    values = {
        "timezone": str(account.zone),
        "weekStart": "1" if account.language == "en" else "0",
        "format24HourTime": "true",
        "locale": account.language,
        "dateFieldOrder": "DMY" if account.language == "en" else "YMD",
        "defaultEventLength": "60",
        "hideWeekends": "false",
        "autoAddHangouts": "false",
    }
    items = [{"kind": "calendar#setting", "etag": '"1"', "id": key, "value": value} for key, value in values.items()]
    token = seal(SyncToken("settings", account.generation, 1, "", call.world.clock.seconds))
    items = [] if call.get("syncToken") else items
    return reply_json({"kind": "calendar#settings", "etag": '"1"', "items": items, "nextSyncToken": token})


@ROUTER.on("GET", "/users/me/settings/{name}")
def setting(call: Call) -> Reply:
    """Answer one setting."""
    access.need(call, access.READ_SETTINGS)
    if call.where["name"] != "timezone":
        raise refuse(404, "notFound", "Not Found")
    zone = str(call.person.google.zone)
    return reply_json({"kind": "calendar#setting", "etag": '"1"', "id": "timezone", "value": zone})


def busy_times(calendar: Calendar, low: datetime, high: datetime) -> list[tuple[datetime, datetime]]:
    """Return the merged busy times of a calendar: neither cancelled nor free nor declined by the person."""
    spans: list[tuple[datetime, datetime]] = []
    for event in calendar.events.values():
        spans += _busy(calendar, event, low, high)
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _busy(calendar: Calendar, event: Event, low: datetime, high: datetime) -> list[tuple[datetime, datetime]]:
    body = event.body
    declined = any(p.get("self") and p.get("responseStatus") == "declined" for p in body.get("attendees", ()))
    if event.cancelled or declined or body.get("transparency") == "transparent":
        return []
    if body.get("eventType") in {"workingLocation", "birthday"}:
        return []
    bodies = [body]
    if "recurrence" in body:
        taken = calendar.exceptions.get(body["id"], set())
        bodies = [
            recurrence.instance(body, original) for original in recurrence.originals(body, low, high, calendar.zone)
        ]
        bodies = [one for one in bodies if one["id"] not in taken]
    spans = [tuple(recurrence.instant(one[name], calendar.zone) for name in ("start", "end")) for one in bodies]
    return [(max(start, low), min(end, high)) for start, end in spans if start < high and end > low]


@ROUTER.on("POST", "/freeBusy")
def free_busy(call: Call) -> Reply:
    """Answer the busy times of several calendars."""
    access.need(call, access.READ_BUSY)
    body = call.json()
    try:
        low, high = (datetime.fromisoformat(body[name]) for name in ("timeMin", "timeMax"))
    except (KeyError, ValueError):
        raise refuse(400, "badRequest", "Bad Request") from None
    if high <= low:
        raise refuse(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar", location="timeMax")
    calendars: Body = {}
    for item in body.get("items", []):
        key = call.person.google.email if item["id"] == "primary" else item["id"]
        calendar = call.person.google.calendars.get(key)
        if calendar is None or calendar.deleted:
            calendars[item["id"]] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        else:
            spans = busy_times(calendar, low, high)
            zone = ZoneInfo(body.get("timeZone") or "UTC")
            calendars[item["id"]] = {
                "busy": [
                    {n: recurrence.spell(t.astimezone(zone)) for n, t in zip(("start", "end"), s, strict=True)}
                    for s in spans
                ]
            }
    micros = [int(value.timestamp()) * 1_000_000 + value.microsecond for value in (low, high)]
    return reply_json(
        {
            "kind": "calendar#freeBusy",
            "timeMin": iso_millis(micros[0]),
            "timeMax": iso_millis(micros[1]),
            "calendars": calendars,
        }
    )
