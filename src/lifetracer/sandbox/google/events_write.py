"""Google Calendar v3, writing events: insert, patch, update, delete, move, import (APIS.md D.8)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.google import access, recurrence
from lifetracer.sandbox.google.account import Calendar, Event
from lifetracer.sandbox.google.refusals import NOT_FOUND, google_error, invalid, refuse
from lifetracer.sandbox.google.render import event_json
from lifetracer.sandbox.wire import Call, Missing, Refusal, Reply, reply_json

ROUTER = access.ROUTER
Body = dict[str, Any]

READ_ONLY = {"kind", "etag", "htmlLink", "created", "updated", "creator", "recurringEventId", "originalStartTime"}
KEY_LENGTH, VALUE_LENGTH, MOST_PROPERTIES = 44, 1024, 300
INSERTABLE = {"default", "outOfOffice", "focusTime", "workingLocation", "birthday"}


def _moment(value: Any, calendar: Calendar, name: str, *, repeats: bool) -> Body:
    """Read a start or end: a date, or an instant with a zone."""
    if not isinstance(value, dict) or ("date" in value and value.get("dateTime")):
        raise invalid(f"Invalid {name} time.")
    if value.get("date"):
        try:
            return {"date": date.fromisoformat(value["date"]).isoformat()}
        except (ValueError, TypeError):
            raise invalid(f"Invalid {name} time.") from None
    try:
        zone = ZoneInfo(value.get("timeZone") or str(calendar.zone))
        instant = datetime.fromisoformat(value["dateTime"])
    except (KeyError, ValueError, TypeError, OSError):
        raise invalid(f"Invalid {name} time.") from None
    if repeats and not value.get("timeZone"):
        raise refuse(400, "required", f"Missing time zone definition for {name} time.")
    if instant.tzinfo is None:
        if not value.get("timeZone"):
            raise refuse(400, "required", f"Missing time zone definition for {name} time.")
        instant = instant.replace(tzinfo=zone)
    return {"dateTime": recurrence.spell(instant.astimezone(zone)), "timeZone": str(zone)}


def _properties(given: Any) -> Body:
    """Keep extended properties within their limits: long keys are dropped, long values cut."""
    found: Body = {}
    for part in ("private", "shared"):
        values = {k: v for k, v in (given.get(part) or {}).items() if len(k) <= KEY_LENGTH}
        if len(values) > MOST_PROPERTIES:
            raise invalid("Extended properties limit exceeded.")
        if values:
            found[part] = {k: v if v is None else str(v)[:VALUE_LENGTH] for k, v in values.items()}
    return found


def _checked(call: Call, calendar: Calendar, body: Body, before: Body | None) -> Body:
    """Turn a body into fields of an event."""
    fields: Body = {name: value for name, value in body.items() if name not in READ_ONLY}
    _check_times(calendar, fields, before)
    for person in fields.get("attendees") or ():
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", person.get("email", "")):
            raise invalid("Invalid attendee email.")
        if person["email"] == call.person.email:
            person["self"] = True
        person.setdefault("responseStatus", "needsAction")
    if "extendedProperties" in fields:
        fields["extendedProperties"] = _properties(fields["extendedProperties"] or {})
    _check_type(calendar, fields, before)
    return fields


def _check_times(calendar: Calendar, fields: Body, before: Body | None) -> None:
    """Spell start and end, and refuse those that make no event."""
    repeats = bool(fields.get("recurrence") or (before or {}).get("recurrence"))
    for name in ("start", "end"):
        if name in fields:
            # A patch that changes timed to all-day sends ``dateTime: null`` beside the date.
            value = {k: v for k, v in (fields[name] or {}).items() if v is not None}
            fields[name] = _moment(value, calendar, name, repeats=repeats)
    start, end = (fields.get(name) or (before or {}).get(name) for name in ("start", "end"))
    if not start or not end:
        raise refuse(400, "required", "Missing end time." if start else "Missing start time.")
    if ("date" in start) != ("date" in end):
        raise invalid("Invalid start time.")
    first, last = (recurrence.instant(moment, calendar.zone) for moment in (start, end))
    if last < first or ("date" in start and last == first):
        raise refuse(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar", location="timeMax")
    if fields.get("recurrence"):
        try:
            recurrence.rules({"start": start, "end": end, "recurrence": fields["recurrence"]})
        except (ValueError, TypeError):
            raise invalid("Invalid recurrence rule.") from None


def _check_type(calendar: Calendar, fields: Body, before: Body | None) -> None:
    """Refuse types that cannot be created here, and a change of type."""
    kind = fields.get("eventType", "default")
    if before is not None:
        if "eventType" in fields and kind != before["eventType"]:
            raise refuse(400, "eventTypeRestriction", "Event type cannot be changed.", domain="calendar")
        return
    if kind not in INSERTABLE:
        raise invalid(f"Event type {kind} cannot be created.")
    if kind in {"outOfOffice", "focusTime", "workingLocation"} and not calendar.primary:
        raise invalid("This event type is only possible on primary calendars.")


def _answer(calendar: Calendar, event: Event) -> Reply:
    return reply_json(event_json(calendar, event, sparse=False), etag=event.body["etag"])


@ROUTER.on("POST", "/calendars/{calendar}/events")
def insert(call: Call) -> Reply:
    """Create an event; an id that exists, or existed, answers 409."""
    access.need(call, access.WRITE_EVENTS)
    calendar, body = access.calendar_of(call, write=True), call.json()
    own = body.get("id")
    if own is not None:
        if not re.fullmatch(r"[a-v0-9]{5,1024}", own):
            raise invalid("Invalid resource id value.")
        if own in calendar.events:
            raise refuse(409, "duplicate", "The requested identifier already exists.")
    fields = _checked(call, calendar, body, None)
    event = call.person.google.create_event(call.world.clock.micros, calendar=calendar.id, **fields)
    return _answer(calendar, event)


@ROUTER.on("POST", "/calendars/{calendar}/events/import")
def import_event(call: Call) -> Reply:
    """Add a copy of an event that is known elsewhere by its iCalUID."""
    if not call.json().get("iCalUID"):
        raise refuse(400, "required", "Missing iCalUID.")
    return insert(call)


def _existing(call: Call, calendar: Calendar) -> Event:
    """Return the event a path names, made into an exception when it is an instance; checks ``If-Match``."""
    key = call.where["event"]
    event = calendar.events.get(key)
    if event is None:
        try:
            master, original = call.person.google.find_instance(calendar, key)
        except Missing:
            raise refuse(404, *NOT_FOUND) from None
        event = call.person.google.change_instance(
            call.world.clock.micros, calendar=calendar.id, id=master.body["id"], original=original
        )
    wanted = call.headers.get("if-match")
    if wanted not in {None, "*", event.body["etag"]}:
        raise Refusal(
            google_error(412, "conditionNotMet", "Precondition Failed", location_type="header", location="If-Match")
        )
    return event


@ROUTER.on("PATCH", "/calendars/{calendar}/events/{event}")
def patch(call: Call) -> Reply:
    """Change fields; arrays are replaced as a whole; a private property of ``null`` is taken away."""
    access.need(call, access.WRITE_EVENTS)
    calendar = access.calendar_of(call, write=True)
    event, body = _existing(call, calendar), call.json()
    if "extendedProperties" in body:
        body["extendedProperties"] = _merged(event.body.get("extendedProperties", {}), body["extendedProperties"] or {})
    fields = _checked(call, calendar, body, event.body)
    return _changed(call, calendar, event, fields)


def _merged(before: Body, change: Body) -> Body:
    parts = {part: {**before.get(part, {}), **(change.get(part) or {})} for part in ("private", "shared")}
    return {part: {k: v for k, v in values.items() if v is not None} for part, values in parts.items() if values}


@ROUTER.on("PUT", "/calendars/{calendar}/events/{event}")
def update(call: Call) -> Reply:
    """Replace an event: what is not sent is taken away."""
    access.need(call, access.WRITE_EVENTS)
    calendar = access.calendar_of(call, write=True)
    event = _existing(call, calendar)
    fields = _checked(call, calendar, call.json(), event.body)
    kept = READ_ONLY | {"id", "status", "organizer", "iCalUID", "sequence", "reminders", "eventType"}
    gone = {name: None for name in event.body if name not in kept and name not in fields}
    return _changed(call, calendar, event, {**gone, **fields})


def _changed(call: Call, calendar: Calendar, event: Event, fields: Body) -> Reply:
    account, at = call.person.google, call.world.clock.micros
    if fields.get("status") == "cancelled":
        account.delete_event(at, calendar=calendar.id, id=event.body["id"])
        return _answer(calendar, event)
    if event.deleted:
        if fields.get("status") != "confirmed":
            raise refuse(410, "deleted", "Resource has been deleted")
        event.deleted = False  # A deleted id stays taken; saying “confirmed” revives it.
    changed = account.update_event(
        at, calendar=calendar.id, id=event.body["id"], **{k: v for k, v in fields.items() if k != "id"}
    )
    return _answer(calendar, changed)


@ROUTER.on("DELETE", "/calendars/{calendar}/events/{event}")
def delete(call: Call) -> Reply:
    """Delete an event: 204, and 410 when it was gone already."""
    access.need(call, access.WRITE_EVENTS)
    calendar = access.calendar_of(call, write=True)
    event = _existing(call, calendar)
    try:
        call.person.google.delete_event(call.world.clock.micros, calendar=calendar.id, id=event.body["id"])
    except Missing:
        raise refuse(410, "deleted", "Resource has been deleted") from None
    return Reply(204)


@ROUTER.on("POST", "/calendars/{calendar}/events/{event}/move")
def move(call: Call) -> Reply:
    """Move an event to another calendar."""
    access.need(call, access.WRITE_EVENTS)
    calendar = access.calendar_of(call, write=True)
    there = access.calendar_of(call, write=True, key=call.get("destination") or "")
    try:
        moved = call.person.google.move_event(
            call.world.clock.micros, calendar=calendar.id, id=call.where["event"], to=there.id
        )
    except Missing:
        raise refuse(404, *NOT_FOUND) from None
    return _answer(there, moved)
