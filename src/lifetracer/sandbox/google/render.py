"""Events as Google answers them: empty fields left out, tombstones sparse, only times for a freeBusyReader."""

from __future__ import annotations

from typing import Any

from lifetracer.sandbox.google.account import Calendar, Event

Body = dict[str, Any]

BUSY_FIELDS = (
    "kind", "etag", "id", "status", "start", "end", "recurrence", "recurringEventId", "originalStartTime",
    "transparency", "iCalUID", "eventType",
)  # fmt: skip


def is_exception_id(event: Event) -> bool:
    """Say whether an event is an exception of a series."""
    return "recurringEventId" in event.body


def event_json(calendar: Calendar, event: Event, *, sparse: bool = True) -> Body:
    """Build an event as lists show it; a cancelled one keeps only what is guaranteed (APIS.md D.7)."""
    body = event.body
    if event.cancelled and sparse:
        kept = ["kind", "etag", "id", "status"]
        if is_exception_id(event):
            kept += ["recurringEventId", "originalStartTime"]
        return {"kind": "calendar#event"} | {key: body[key] for key in kept if key in body}
    if calendar.role == "freeBusyReader":
        return {key: body[key] for key in BUSY_FIELDS if key in body} | {"visibility": "private"}
    return body


def trimmed(body: Body, attendees: int | None) -> Body:
    """Cut a long attendee list, as ``maxAttendees`` asks; the person's own answer stays."""
    people = body.get("attendees")
    if attendees is None or not people or len(people) <= attendees:
        return body
    own = [person for person in people if person.get("self")]
    return body | {"attendees": own[:attendees] or people[:attendees], "attendeesOmitted": True}
