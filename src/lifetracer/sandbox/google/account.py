"""One person's Google calendars; every change goes through a verb here and gets the next number of its calendar.

A verb takes the instant of the change in microseconds first. That number is what sync tokens hold, so whatever happens
(by the API, by an admin route, in the demo person's life) is found by the next incremental read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.clock import iso_millis
from lifetracer.sandbox.google import recurrence
from lifetracer.sandbox.wire import Missing

if TYPE_CHECKING:
    from lifetracer.sandbox.deliveries import PostOffice
    from lifetracer.sandbox.google.channels import Channel
    from lifetracer.sandbox.person.vocabulary import CalendarSpec

Body = dict[str, Any]


@dataclass(slots=True)
class Event:
    """An event, series or exception on one calendar."""

    body: Body
    number: int
    """Of its last change, counted per calendar."""
    ordinal: int
    """Its place in a full list."""
    deleted: bool = False
    """Gone for good: a tombstone; a cancelled instance of a living series is not deleted but cancelled."""

    @property
    def cancelled(self) -> bool:
        """Whether it does not take place."""
        return bool(self.body["status"] == "cancelled")


@dataclass
class Calendar:
    """A calendar in the person's list."""

    id: str
    summary: str
    zone: ZoneInfo
    role: str = "owner"
    primary: bool = False
    color: tuple[str, str] = ("14", "#9fe1e7")
    description: str | None = None
    summary_override: str | None = None
    selected: bool = True
    hidden: bool = False
    listed: bool = True
    deleted: bool = False
    stamp: int = 0
    """Microseconds of its last change."""
    number: int = 0
    list_number: int = 0
    generation: int = 0
    """Sync tokens of another generation are no longer valid."""
    events: dict[str, Event] = field(default_factory=dict)
    exceptions: dict[str, set[str]] = field(default_factory=dict)
    """Ids of the exceptions of each series."""
    by_app: bool = False
    """Made by an app, so that the scope ``calendar.app.created`` reaches it."""
    shared_with: dict[str, str] = field(default_factory=dict)
    """Role by e-mail address of a service account."""


@dataclass
class GoogleAccount:
    """All calendars of one person."""

    index: int
    email: str
    zone: ZoneInfo
    language: str
    secret: str
    post: PostOffice
    calendars: dict[str, Calendar] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    list_number: int = 0
    generation: int = 0
    made: int = 0

    def found(self, at: int, specs: Sequence[CalendarSpec] | None) -> None:
        """Open the account with its calendars; a blank person has only the primary one."""
        self.add_calendar(at, Calendar(self.email, self.email, self.zone, primary=True), key="primary")
        for spec in specs or ():
            calendar = Calendar(
                spec.id, spec.summary, spec.zone, spec.role, color=spec.color, description=spec.description,
                summary_override=spec.summary_override,
            )  # fmt: skip
            self.add_calendar(at, calendar, key=spec.key)

    def add_calendar(self, at: int, calendar: Calendar, key: str | None = None) -> Calendar:
        """Put a calendar into the list."""
        self.calendars[calendar.id] = calendar
        self.aliases[key or calendar.id] = calendar.id
        self.list_changed(at, calendar)
        return calendar

    def list_changed(self, at: int, calendar: Calendar) -> None:
        """Note that a calendar's place in the list changed."""
        self.list_number += 1
        calendar.list_number, calendar.stamp = self.list_number, at

    def calendar(self, key: str) -> Calendar:
        """Return a calendar by id or alias.

        Raises:
            Missing: there is none.
        """
        calendar = self.calendars.get(self.aliases.get(key, key))
        if calendar is None or calendar.deleted:
            raise Missing(key)
        return calendar

    def fresh_id(self) -> str:
        """Return an event id that was never used (base32hex)."""
        self.made += 1
        return f"sbx{self.index}n{self.made:010d}".replace("x", "u")

    # -- verbs ------------------------------------------------------------------------------------------------------

    def create_event(self, at: int, *, calendar: str, **fields: Any) -> Event:
        """Add an event or series."""
        home = self.calendar(calendar)
        event_id = fields.get("id") or self.fresh_id()
        owner = home.id == self.email or home.role == "owner"
        me = {"email": self.email, "self": True} if home.primary else {"email": self.email}
        holder = me if home.primary or not owner else {"email": home.id, "displayName": home.summary, "self": True}
        body: Body = {
            "kind": "calendar#event",
            "id": event_id,
            "status": "confirmed",
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
            "created": iso_millis(at // 1_000_000 * 1_000_000),
            "creator": me,
            "organizer": holder,
            "iCalUID": f"{event_id}@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
        }
        body |= {key: value for key, value in fields.items() if value is not None} | {"id": event_id}
        event = Event(body, 0, home.number + 1)
        home.events[event_id] = event
        if "recurringEventId" in body:
            home.exceptions.setdefault(body["recurringEventId"], set()).add(event_id)
        self._touch(at, home, event)
        return event

    def update_event(self, at: int, *, calendar: str, id: str, **fields: Any) -> Event:  # noqa: A002
        """Change fields of an event; None takes a field away."""
        home = self.calendar(calendar)
        event = self.living(home, id)
        moved = any(name in fields and fields[name] != event.body.get(name) for name in ("start", "end", "recurrence"))
        body = {**event.body, **fields}
        event.body = {key: value for key, value in body.items() if value is not None}
        if moved:
            event.body["sequence"] += 1
        self._touch(at, home, event)
        return event

    def delete_event(self, at: int, *, calendar: str, id: str) -> None:  # noqa: A002
        """Delete an event; a series takes its exceptions with it; an instance becomes a cancelled exception."""
        home = self.calendar(calendar)
        event = home.events.get(id)
        if event is None:
            master, original = self.find_instance(home, id)
            self.change_instance(at, calendar=calendar, id=master.body["id"], original=original, status="cancelled")
            return
        if event.deleted or event.cancelled:
            raise Missing(id)
        event.body = {**event.body, "status": "cancelled"}
        event.deleted = "recurringEventId" not in event.body
        self._touch(at, home, event)
        for exception_id in sorted(home.exceptions.get(id, ())):
            exception = home.events[exception_id]
            exception.body, exception.deleted = {**exception.body, "status": "cancelled"}, True
            self._touch(at, home, exception)

    def change_instance(self, at: int, *, calendar: str, id: str, original: Body, **fields: Any) -> Event:  # noqa: A002
        """Make an exception of a series, or change the one there is."""
        home = self.calendar(calendar)
        master = self.living(home, id)
        event_id = recurrence.instance_id(id, original)
        if (event := home.events.get(event_id)) is None:
            body = recurrence.instance(master.body, original)
            event = home.events[event_id] = Event(body, 0, home.number + 1)
            home.exceptions.setdefault(id, set()).add(event_id)
        event.body = {key: value for key, value in {**event.body, **fields}.items() if value is not None}
        self._touch(at, home, event)
        return event

    def split_series(self, at: int, *, calendar: str, id: str, original: Body, **fields: Any) -> Event:  # noqa: A002
        """Change “this and following”: the old series ends before, a new one begins; later exceptions are dropped."""
        home = self.calendar(calendar)
        master = self.living(home, id)
        start = recurrence.instant(original, home.zone)
        last = (start - timedelta(seconds=1)).astimezone(UTC)
        until = f"{last:%Y%m%d}" if recurrence.is_all_day(original) else f"{last:%Y%m%dT%H%M%SZ}"
        rule = next(line for line in master.body["recurrence"] if line.startswith("RRULE"))
        plain = re.sub(r";?(UNTIL|COUNT)=[^;]+", "", rule)
        others = [line for line in master.body["recurrence"] if line != rule]
        new_id = f"{id.split('_R', maxsplit=1)[0]}_R{recurrence.wall(original):%Y%m%dT%H%M%S}"
        body = recurrence.instance(master.body, original)
        body |= {"recurrence": [rule if "COUNT" not in rule else plain], "iCalUID": f"{new_id}@google.com"}
        for name in ("recurringEventId", "originalStartTime", "etag", "updated", "created", "htmlLink"):
            body.pop(name, None)
        self.update_event(at, calendar=calendar, id=id, recurrence=[f"{plain};UNTIL={until}", *others])
        for exception_id in sorted(home.exceptions.get(id, ())):
            exception = home.events[exception_id]
            if recurrence.instant(exception.body["originalStartTime"], home.zone) >= start and not exception.deleted:
                exception.body, exception.deleted = {**exception.body, "status": "cancelled"}, True
                self._touch(at, home, exception)
        return self.create_event(at, calendar=calendar, **{**body, **fields, "id": new_id})

    def move_event(self, at: int, *, calendar: str, id: str, to: str) -> Event:  # noqa: A002
        """Move an event to another calendar: cancelled here, new there, the same id and iCalUID."""
        home, there = self.calendar(calendar), self.calendar(to)
        body = dict(self.living(home, id).body)
        exceptions = [
            dict(home.events[key].body) for key in sorted(home.exceptions.get(id, ())) if not home.events[key].deleted
        ]
        self.delete_event(at, calendar=calendar, id=id)
        body["organizer"] = (
            {"email": self.email, "self": True}
            if there.primary
            else {"email": there.id, "displayName": there.summary, "self": True}
        )
        there.events.pop(id, None)
        moved = self.create_event(at, calendar=to, **body)
        for exception in exceptions:
            there.events.pop(exception["id"], None)
            self.create_event(at, calendar=to, **exception)
        return moved

    # -- reading ----------------------------------------------------------------------------------------------------

    def living(self, home: Calendar, event_id: str) -> Event:
        """Return an event that was not deleted.

        Raises:
            Missing: there is none.
        """
        event = home.events.get(event_id)
        if event is None or event.deleted:
            raise Missing(event_id)
        return event

    def find_instance(self, home: Calendar, event_id: str) -> tuple[Event, Body]:
        """Return the series and the original start that an instance-shaped id means.

        Raises:
            Missing: there is no such series, or it has no such instance.
        """
        master_id, _, text = event_id.rpartition("_")
        master = self.living(home, master_id)
        for original in recurrence.originals(master.body, None, None, home.zone) if "recurrence" in master.body else ():
            if recurrence.instance_id(master_id, original) == event_id:
                return master, original
        raise Missing(f"{event_id} {text}")

    def _touch(self, at: int, home: Calendar, event: Event) -> None:
        home.number += 1
        event.number = home.number
        home.stamp = at
        event.body = {**event.body, "updated": iso_millis(at), "etag": f'"{2 * at + home.number}"'}
        for channel in self.channels.values():
            channel.notify(home, "exists", at)
