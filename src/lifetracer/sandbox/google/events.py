"""Google Calendar v3, reading events: lists, sync tokens, instances, one event (APIS.md D.3 to D.7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.clock import iso_millis
from lifetracer.sandbox.google import access, recurrence
from lifetracer.sandbox.google.account import Calendar, Event
from lifetracer.sandbox.google.refusals import GONE, NOT_FOUND, invalid, refuse
from lifetracer.sandbox.google.render import event_json, is_exception_id, trimmed
from lifetracer.sandbox.google.tokens import PageToken, SyncToken, seal, unseal_page, unseal_sync
from lifetracer.sandbox.wire import JSON, Call, Missing, Reply, dump, reply_json

ROUTER = access.ROUTER

Body = dict[str, Any]

FORBIDDEN_WITH_TOKEN = (
    "iCalUID", "orderBy", "privateExtendedProperty", "sharedExtendedProperty", "q", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
FIXED = ("singleEvents", "eventTypes", "maxAttendees", "showHiddenInvitations", "timeZone")
"""Parameters that a sync token holds the caller to."""

UPDATED_MIN_DAYS = 30
HORIZON_DAYS = 366 * 14
TYPES = {"birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}


def parameter_time(call: Call, name: str) -> datetime | None:
    """Read a time parameter; an offset is demanded."""
    text = call.get(name)
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        raise refuse(400, "badRequest", "Bad Request", location=name)
    return value


def page_size(call: Call, default: int, most: int) -> int:
    """Read ``maxResults``."""
    text = call.get("maxResults") or str(default)
    if not text.isdigit() or int(text) < 1:
        raise invalid(f"Invalid integer value: '{text}'.", "maxResults")
    return min(int(text), most)


def fixed_parameters(call: Call) -> str:
    """Spell the parameters that must stay the same from a full read to the incremental ones."""
    values = {name: sorted(value for key, value in call.query if key == name) for name in FIXED}
    values["singleEvents"] = ["true"] if call.flag("singleEvents") else []
    return json.dumps({name: value for name, value in values.items() if value}, sort_keys=True)


def read_sync_token(call: Call, name: str, generation: int, fixed: str) -> SyncToken | None:
    """Check and read the sync token of a list.

    Raises:
        Refusal: 400 for parameters that may not accompany it, 410 when it is no longer valid.
    """
    text = call.get("syncToken")
    if text is None:
        return None
    for parameter in FORBIDDEN_WITH_TOKEN:
        if call.get(parameter) is not None:
            message = f"Sync token cannot be used with query restrictions such as {parameter}."
            raise refuse(400, "invalid", message, location="syncToken")
    if call.get("showDeleted") == "false":
        raise invalid("Sync token cannot be used with showDeleted=false.", "showDeleted")
    token = unseal_sync(text)
    age = call.world.modes.get("sync_token_days", 30) * 86_400
    if (
        call.fault("google_sync_token_gone") is not None
        or token is None
        or token.list != name
        or token.generation != generation
        or call.world.clock.seconds - token.made_at > age
    ):
        raise refuse(410, *GONE, domain="calendar", location="syncToken")
    if token.fixed != fixed and call.world.modes.get("strict_parameters", True):
        raise invalid("The parameters differ from those of the request that the sync token came from.", "syncToken")
    return token


def page_of(
    call: Call, name: str, asked: str, rows: list[Any], key: Callable[[Any], int], size: int
) -> tuple[list[Any], int | None]:
    """Cut the page that a page token asks for; return it and the key of its last row when more follow."""
    text = call.get("pageToken")
    after = 0
    if text is not None:
        token = unseal_page(text)
        if (
            call.fault("google_page_token_refused") is not None
            or token is None
            or (token.list, token.asked) != (name, asked)
        ):
            raise invalid("Invalid page token value.", "pageToken")
        after = token.after
    rest = [row for row in rows if key(row) > after]
    if (options := call.fault("google_short_pages")) is not None:
        size = min(size, int(options.get("size", 3)))
    if rest and call.fault("google_empty_page") is not None:
        return [], after
    page = rest[:size]
    return page, key(page[-1]) if len(rest) > size else None


def snapshot(call: Call, current: int) -> int:
    """Return the change number up to which this reading looks: that of its first page."""
    token = unseal_page(call.get("pageToken") or "")
    return token.number if token else current


def touches(calendar: Calendar, event: Event, low: datetime | None, high: datetime | None) -> bool:
    """Say whether an event, or any instance of a series, ends after ``low`` and starts before ``high``."""
    if low is None and high is None:
        return True
    body = event.body
    if "recurrence" in body:
        return next(recurrence.originals(body, low, high, calendar.zone), None) is not None
    if "start" not in body:
        return True
    start, end = (recurrence.instant(body[name], calendar.zone) for name in ("start", "end"))
    return (low is None or end > low or start == end >= low) and (high is None or start < high)


def _wanted(call: Call, body: Body) -> bool:
    kinds = {value for key, value in call.query if key == "eventTypes"}
    if kinds and body.get("eventType", "default") not in kinds:
        return False
    uid, text = call.get("iCalUID"), (call.get("q") or "").lower()
    if uid and body.get("iCalUID") != uid:
        return False
    if text and not any(text in str(body.get(name, "")).lower() for name in ("summary", "description", "location")):
        return False
    for key, value in call.query:
        if key in {"privateExtendedProperty", "sharedExtendedProperty"}:
            part = "private" if key.startswith("private") else "shared"
            name, _, wanted = value.partition("=")
            if body.get("extendedProperties", {}).get(part, {}).get(name) != wanted:
                return False
    return True


def _check(call: Call, calendar: Calendar) -> tuple[datetime | None, datetime | None, datetime | None]:
    low, high, updated = (parameter_time(call, name) for name in ("timeMin", "timeMax", "updatedMin"))
    if low and high and high <= low:
        raise refuse(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar", location="timeMax")
    if updated and call.world.clock.now - updated > timedelta(days=UPDATED_MIN_DAYS):
        message = "The requested minimum modification time lies too far in the past."
        raise refuse(410, "updatedMinTooLongAgo", message, domain="calendar", location="updatedMin")
    order = call.get("orderBy")
    if (order == "startTime" and not call.flag("singleEvents")) or order not in {None, "startTime", "updated"}:
        raise invalid("The requested ordering is not available for the particular query.", "orderBy")
    for key, value in call.query:
        if key == "eventTypes" and value not in TYPES:
            raise invalid(f"Invalid value '{value}'.", "eventTypes")
    if calendar.role == "freeBusyReader" and call.get("q"):
        raise refuse(403, "forbidden", "Forbidden")
    return low, high, updated


@ROUTER.on("GET", "/calendars/{calendar}/events")
def events(call: Call) -> Reply:
    """Answer a page of events; the last one brings the next sync token."""
    access.need(call, access.READ_EVENTS)
    calendar = access.calendar_of(call)
    low, high, updated = _check(call, calendar)
    fixed = fixed_parameters(call)
    token = read_sync_token(call, calendar.id, _generation(call, calendar), fixed)
    size = page_size(call, 250, 2500)
    number = snapshot(call, calendar.number)
    asked = json.dumps(sorted((k, v) for k, v in call.query if k not in {"pageToken", "maxResults"}))
    if token is not None:
        low, high = (datetime.fromisoformat(text) if text else None for text in (token.low, token.high))
        rows = _changes(call, calendar, token, number, low, high)
    else:
        rows = _everything(call, calendar, low, high, updated)
    page, after = page_of(call, calendar.id, asked, rows, lambda row: row[0], size)
    items = _spoiled(call, [_shown(call, calendar, event) for _, event in page])
    answer: Body = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.number:015d}o"',
        "summary": calendar.summary,
        "updated": iso_millis(calendar.stamp),
        "timeZone": str(calendar.zone),
        "accessRole": calendar.role if call.guest is None else calendar.shared_with[call.guest],
        "defaultReminders": [{"method": "popup", "minutes": 10}] if calendar.primary else [],
    }
    if calendar.description:
        answer["description"] = calendar.description
    if after is not None:
        answer["nextPageToken"] = seal(PageToken(calendar.id, after, number, asked))
    elif (
        not (call.get("orderBy") or call.get("updatedMin") or call.get("q"))
        and call.fault("google_token_per_page") is None
    ):
        made = SyncToken(
            calendar.id, _generation(call, calendar), number, fixed, call.world.clock.seconds,
            token.low if token else call.get("timeMin"), token.high if token else call.get("timeMax"),
        )  # fmt: skip
        answer["nextSyncToken"] = seal(made)
    return Reply(200, dump(answer | {"items": items}), {"content-type": JSON})


def _generation(call: Call, calendar: Calendar) -> int:
    return calendar.generation + call.person.google.generation


def _shown(call: Call, calendar: Calendar, event: Event) -> Body:
    body = event_json(calendar, event)
    most = call.get("maxAttendees")
    body = trimmed(body, int(most)) if most and most.isdigit() else body
    zone = call.get("timeZone")
    if zone:
        body = dict(body)
        for name in ("start", "end"):
            if "dateTime" in body.get(name, {}):
                local = datetime.fromisoformat(body[name]["dateTime"]).astimezone(ZoneInfo(zone))
                body[name] = body[name] | {"dateTime": recurrence.spell(local)}
    return body


def _spoiled(call: Call, items: list[Body]) -> list[Body]:
    if any(item["status"] == "cancelled" and "recurringEventId" in item for item in items) and (
        call.fault("google_bare_tombstones") is not None
    ):
        bare = {"recurringEventId", "originalStartTime"}
        items = [
            {k: v for k, v in item.items() if k not in bare} if item["status"] == "cancelled" else item
            for item in items
        ]
    if items and call.fault("google_duplicate_items") is not None:
        items = [items[0], *items]
    return items


Numbered = list[tuple[int, Event]]


def _changes(
    call: Call, calendar: Calendar, token: SyncToken, number: int, low: datetime | None, high: datetime | None
) -> Numbered:
    """Everything changed since the token, deletions included, oldest change first."""
    changed = sorted(
        (event for event in calendar.events.values() if token.number < event.number <= number),
        key=lambda event: event.number,
    )
    changed = [event for event in changed if _wanted(call, event.body)]
    if call.flag("singleEvents"):
        return [(n, event) for n, event in enumerate(_single(call, calendar, changed, low, high, incremental=True), 1)]
    known = token.number
    return [
        (event.number, event)
        for event in changed
        if event.cancelled or event.ordinal <= known or touches(calendar, event, low, high)
    ]


def _everything(
    call: Call, calendar: Calendar, low: datetime | None, high: datetime | None, updated: datetime | None
) -> Numbered:
    show_deleted = call.flag("showDeleted") or updated is not None
    single = call.flag("singleEvents")
    found: list[Event] = []
    for event in sorted(calendar.events.values(), key=lambda event: event.ordinal):
        if updated and datetime.fromisoformat(event.body["updated"]) < updated:
            continue
        # A cancelled instance of a living series is shown anyway: it is needed for the expansion.
        needed = event.cancelled and not event.deleted and is_exception_id(event) and not single
        if event.cancelled and not (show_deleted or needed):
            continue
        if _wanted(call, event.body) and (single or touches(calendar, event, low, high)):
            found.append(event)
    if single:
        found = _single(call, calendar, found, low, high, incremental=False)
    if call.get("orderBy") == "updated":
        found.sort(key=lambda event: event.body["updated"])
    elif call.get("orderBy") == "startTime":
        found.sort(key=lambda event: recurrence.instant(event.body["start"], calendar.zone))
    if single or call.get("orderBy"):
        return list(enumerate(found, 1))
    return [(event.ordinal, event) for event in found]


def _single(
    call: Call,
    calendar: Calendar,
    events: list[Event],
    low: datetime | None,
    high: datetime | None,
    *,
    incremental: bool,
) -> list[Event]:
    """Replace series by their instances; without an upper bound they run on for years."""
    far = high or call.world.clock.now + timedelta(days=HORIZON_DAYS)
    found: list[Event] = []
    for event in events:
        if "recurrence" not in event.body:
            unasked = event.cancelled and is_exception_id(event) and not incremental and not call.flag("showDeleted")
            if not unasked and (event.cancelled or touches(calendar, event, low, high)):
                found.append(event)
            continue
        taken = calendar.exceptions.get(event.body["id"], set())
        # Of a deleted series only some months of instances are reported as cancelled.
        near = call.world.clock.now + timedelta(days=90)
        upper = min(far, near) if event.cancelled else far
        lower = low or (call.world.clock.now - timedelta(days=90) if event.cancelled else None)
        if event.cancelled and not incremental:
            continue
        for original in recurrence.originals(event.body, lower, upper, calendar.zone):
            body = recurrence.instance(event.body, original)
            if body["id"] not in taken:
                found.append(Event(body, event.number, event.ordinal, event.deleted))
    return found


@ROUTER.on("GET", "/calendars/{calendar}/events/{event}")
def one_event(call: Call) -> Reply:
    """Answer an event, also a cancelled one; ``If-None-Match`` answers 304."""
    access.need(call, access.READ_EVENTS)
    calendar = access.calendar_of(call)
    event = calendar.events.get(call.where["event"])
    if event is None:
        try:
            master, original = call.person.google.find_instance(calendar, call.where["event"])
        except Missing:
            raise refuse(404, *NOT_FOUND) from None
        event = Event(recurrence.instance(master.body, original), master.number, master.ordinal)
    if call.headers.get("if-none-match") == event.body["etag"]:
        return Reply(304, b"", {"etag": event.body["etag"]})
    return reply_json(event_json(calendar, event, sparse=False), etag=event.body["etag"])


@ROUTER.on("GET", "/calendars/{calendar}/events/{event}/instances")
def instances(call: Call) -> Reply:
    """Answer the instances of a series, exceptions in their places."""
    access.need(call, access.READ_EVENTS)
    calendar = access.calendar_of(call)
    try:
        master = call.person.google.living(calendar, call.where["event"])
    except Missing:
        raise refuse(404, *NOT_FOUND) from None
    low, high = parameter_time(call, "timeMin"), parameter_time(call, "timeMax")
    wanted = call.get("originalStart")
    found: list[Event] = []
    far = high or call.world.clock.now + timedelta(days=HORIZON_DAYS)
    for original in recurrence.originals(master.body, low, far, calendar.zone) if "recurrence" in master.body else ():
        body = recurrence.instance(master.body, original)
        event = calendar.events.get(body["id"]) or Event(body, master.number, master.ordinal)
        if event.cancelled and not call.flag("showDeleted"):
            continue
        if wanted and recurrence.instant(original, calendar.zone) != datetime.fromisoformat(wanted):
            continue
        found.append(event)
    rows = list(enumerate(found, 1))
    asked = json.dumps(["instances", call.where["event"], str(low), str(high)])
    page, after = page_of(call, calendar.id, asked, rows, lambda row: row[0], page_size(call, 250, 2500))
    answer: Body = {"kind": "calendar#events", "summary": calendar.summary, "timeZone": str(calendar.zone)}
    if after is not None:
        answer["nextPageToken"] = seal(PageToken(calendar.id, after, calendar.number, asked))
    return reply_json(answer | {"items": [event_json(calendar, event) for _, event in page]})
