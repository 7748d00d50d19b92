"""Who may ask Google what: bearer tokens, the scopes each call accepts, roles on calendars (APIS.md D.1)."""

from __future__ import annotations

from collections import deque

from lifetracer.sandbox.google.account import Calendar
from lifetracer.sandbox.google.grants import SCOPE
from lifetracer.sandbox.google.refusals import NOT_FOUND, google_error, refuse
from lifetracer.sandbox.wire import Call, Missing, Reply, Router


def _scopes(*names: str) -> frozenset[str]:
    """Return scope names below ``calendar``; the whole ``calendar`` is always enough."""
    return frozenset({"calendar", *(f"calendar.{name}" for name in names)})


READ_EVENTS = _scopes(
    "readonly", "events", "events.readonly", "events.owned", "events.owned.readonly", "events.freebusy",
    "events.public.readonly", "app.created",
)  # fmt: skip
WRITE_EVENTS = _scopes("events", "events.owned", "app.created")
READ_LIST = _scopes("readonly", "calendarlist", "calendarlist.readonly")
READ_SETTINGS = _scopes("readonly", "settings.readonly")
READ_COLORS = _scopes(
    "readonly", "calendarlist", "calendarlist.readonly", "app.created", "events.owned", "events.owned.readonly",
    "events.freebusy",
)  # fmt: skip
READ_CALENDAR = _scopes("readonly", "calendars", "calendars.readonly", "app.created")
WRITE_CALENDAR = _scopes("calendars", "app.created")
READ_BUSY = _scopes("readonly", "freebusy", "events.freebusy")

ONLY_ITS_OWN = "calendar.app.created"
"""This scope alone reaches only the calendars that the app made."""
READ_ANY = (READ_EVENTS | READ_LIST | READ_CALENDAR) - {ONLY_ITS_OWN}
WRITE_ANY = (WRITE_EVENTS | WRITE_CALENDAR) - {ONLY_ITS_OWN}

WRITERS = {"owner", "writer", "writerWithoutPrivateAccess"}
RANKS = ["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"]


def authenticate(call: Call) -> None:
    """Find the person by the bearer token.

    Raises:
        Refusal: 401 without a living token; 403 above the per-minute quota.
    """
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    access = call.world.grants.access.get(token)
    if kind.lower() != "bearer" or access is None or access.until <= call.world.clock.seconds:
        raise refuse(401, "authError", "Invalid Credentials", location_type="header", location="Authorization")
    call.scopes = frozenset(scope.removeprefix(SCOPE) for scope in access.scope.split())
    call.guest = access.guest
    call.person = call.world.people[access.person or 0]
    _count(call)


def _count(call: Call) -> None:
    per_minute = call.world.modes.get("google_per_minute")
    if per_minute is None:
        return
    asked: deque[int] = call.world.modes.setdefault(f"google_asked/{call.person.index}", deque())
    now = call.world.clock.seconds
    while asked and asked[0] <= now - 60:
        asked.popleft()
    if len(asked) >= per_minute:
        raise refuse(403, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
    asked.append(now)


def need(call: Call, scopes: frozenset[str]) -> None:
    """Refuse a call whose token has none of the scopes."""
    if not scopes & call.scopes:
        raise refuse(403, "insufficientPermissions", "Request had insufficient authentication scopes.")


def calendar_of(call: Call, *, write: bool = False, key: str | None = None) -> Calendar:
    """Return the calendar a path names, as far as the caller may see or change it."""
    name = key or call.where["calendar"]
    if call.guest is not None:
        return _shared(call, name, write=write)
    try:
        calendar = call.person.google.calendars[call.person.google.email if name == "primary" else name]
        if calendar.deleted:
            raise Missing(name)
    except (KeyError, Missing):
        raise refuse(404, *NOT_FOUND) from None
    if not calendar.by_app and not call.scopes & (WRITE_ANY if write else READ_ANY):
        raise refuse(404, *NOT_FOUND)
    if write and calendar.role not in WRITERS:
        raise refuse(403, "requiredAccessLevel", "You need to have writer access to this calendar.", domain="calendar")
    return calendar


def _shared(call: Call, name: str, *, write: bool) -> Calendar:
    """Show a service account what was shared with its address, by id; it has no primary calendar of its own here."""
    for person in call.world.people:
        calendar = person.google.calendars.get(name)
        role = calendar.shared_with.get(call.guest or "") if calendar and not calendar.deleted else None
        if calendar and role:
            if write and role not in WRITERS:
                raise refuse(
                    403, "requiredAccessLevel", "You need to have writer access to this calendar.", domain="calendar"
                )
            call.person = person
            return calendar
    raise refuse(404, *NOT_FOUND)


def finish(_call: Call, reply: Reply) -> Reply:
    """Add the headers of Google's answers."""
    reply.headers.setdefault("cache-control", "private, max-age=0, must-revalidate, no-transform")
    reply.headers.setdefault("vary", "Origin")
    return reply


ROUTER = Router(
    "/calendar/v3",
    guard=authenticate,
    lost=lambda _call: google_error(404, *NOT_FOUND),
    garbled=lambda _problem: google_error(400, "parseError", "Parse Error"),
    finish=finish,
)
