"""VEVENTs → Google-shaped event JSON, so that one expansion and one staging model serve every calendar.

Law: what can be read is kept: an event with one bad line loses that line, a file with one bad event loses that event,
and each loss is told with its line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lifetracer.connector.recurrence import CLOCK_STEPS, RuleError, parse_rule
from lifetracer.connector.sources.ical.details import details, people
from lifetracer.connector.sources.ical.lines import MOST_PROBLEMS, Component, Problem, Property, read_components
from lifetracer.connector.sources.ical.times import YEARS, Moment, canonical, read_stamp
from lifetracer.connector.sources.ical.zones import is_offset, zone_by_name, zone_by_rules
from lifetracer.connector.span import parse_duration

_STATUS = {"CONFIRMED": "confirmed", "TENTATIVE": "tentative", "CANCELLED": "cancelled"}
LONGEST_ID = 500
"""Longer ids are replaced by their hash (an index cannot hold them)."""

_TELLING = ("DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "RRULE")


@dataclass(slots=True)
class Calendar:
    """One calendar of a file."""

    name: str
    """Empty when the file does not say."""
    relative_id: str
    """An id that the publisher gave the calendar (X-WR-RELCALID), or empty."""
    time_zone: str | None
    description: str
    line: int
    events: list[dict[str, Any]] = field(default_factory=list)


def read_calendars(data: bytes) -> tuple[list[Calendar], list[Problem]]:
    """Read a file: its calendars with their events, and what could not be taken as it stands.

    The newest version of an event that stands there several times wins (highest SEQUENCE, then LAST-MODIFIED, then
    the later one). Events of METHOD:CANCEL are cancelled.
    """
    root, problems = read_components(data)
    found = [c for c in root.components if c.name == "VCALENDAR"]
    if not found:
        problems.insert(0, Problem(1, "BEGIN:VCALENDAR is missing, so this is not a whole calendar file"))
        found = [Component("VCALENDAR", 1, root.properties, root.components)]
    calendars = [_Reader(component, problems).calendar() for component in found]
    if not any(c.events for c in calendars) and not any(c.name == "VCALENDAR" and c.closed for c in root.components):
        problems.insert(0, Problem(1, "there is no readable event in it"))
    return calendars, sorted(problems, key=lambda p: (not p.lost, p.line))


class _Reader:
    """Reads one VCALENDAR."""

    def __init__(self, component: Component, problems: list[Problem]) -> None:
        self.component = component
        self.problems = problems
        self.zone = zone_by_name(component.value("X-WR-TIMEZONE")) if component.value("X-WR-TIMEZONE") else None
        self.rules = {c.value("TZID"): c for c in component.within("VTIMEZONE")}
        self.zones: dict[str, str | None] = {}
        self.floating: tuple[int, int] | None = None
        """How many times have no zone at all, and the line of the first."""

    def calendar(self) -> Calendar:
        """Read it."""
        named = self.component.one("X-WR-CALNAME", "NAME")
        about = self.component.one("X-WR-CALDESC", "DESCRIPTION")
        calendar = Calendar(
            name=named.text.strip() if named else "",
            relative_id=self.component.value("X-WR-RELCALID"),
            time_zone=self.zone,
            description=about.text if about else "",
            line=self.component.line,
        )
        cancels = self.component.value("METHOD").upper() == "CANCEL"
        versions: dict[str, dict[str, Any]] = {}
        for vevent in self.component.within("VEVENT"):
            event = self._event(vevent, calendar.name)
            if event is None:
                continue
            if cancels:
                event["status"] = "cancelled"
            known = versions.get(event["id"])
            if known is None or _version(known) <= _version(event):
                versions[event["id"]] = event
        calendar.events = list(versions.values())
        self._look_at_zones()
        return calendar

    def _look_at_zones(self) -> None:
        """Tell where the clock had to be guessed, and which zone rules cannot be right."""
        if self.floating and not self.zone:
            several = f"{self.floating[0]} times have" if self.floating[0] > 1 else "a time has"
            what = f"{several} no time zone and the calendar names none; your own zone was taken"
            self.tell(self.floating[1], what, lost=False)
        for rules in self.component.within("VTIMEZONE"):
            for offset in (p for c in rules.components for p in c.all("TZOFFSETFROM", "TZOFFSETTO")):
                if not is_offset(offset.value):
                    told = f"{offset.name}:{_printable(offset.value)} of the zone “{_printable(rules.value('TZID'))}”"
                    self.tell(offset.line, f"{told} is no offset; the zone is known by its name", lost=False)

    def tell(self, line: int, what: str, *, lost: bool = True) -> None:
        """Note a problem."""
        if len(self.problems) < 2 * MOST_PROBLEMS:
            self.problems.append(Problem(line, what, lost))

    # -- one event --

    def _event(self, vevent: Component, calendar_name: str) -> dict[str, Any] | None:
        starts = vevent.all("DTSTART")
        title = f"the event “{_short(vevent.one('SUMMARY'))}”" if vevent.one("SUMMARY") else "an event"
        if len({(p.value, p.params.get("TZID")) for p in starts}) > 1:
            self.tell(starts[1].line, f"{title} begins twice (DTSTART); the later line counts")
        start = self._moment(starts[-1], title) if starts else None
        if start is None:
            what = (
                f"begins at “{_printable(starts[-1].value)}”, which is no time" if starts else "has no start (DTSTART)"
            )
            self.tell(starts[-1].line if starts else vevent.line, f"{title} {what}; it was left out")
            return None
        original = self._original(vevent, start)
        end = self._end(vevent, start, title)
        start, end = _whole_days(vevent, start, end)
        uid = vevent.value("UID") or _made_up_uid(vevent)
        event: dict[str, Any] = {
            "kind": "calendar#event",
            "id": _bounded(f"{uid}_{original.suffix()}" if original else uid),
            "iCalUID": uid,
            "status": _STATUS.get(vevent.value("STATUS").upper(), "confirmed"),
            "start": start.as_json(),
            "end": end.as_json(),
        }
        if vevent.one("DTEND", "DURATION") is None and not start.all_day:
            event["endTimeUnspecified"] = True
        if original:
            event["recurringEventId"] = _bounded(uid)
            event["originalStartTime"] = original.as_json()
            if vevent.all("RECURRENCE-ID")[0].params.get("RANGE", "").upper() == "THISANDFUTURE":
                event["range"] = "THISANDFUTURE"
        else:
            recurrence = list(self._recurrence(vevent, start, title))
            if recurrence:
                event["recurrence"] = recurrence
        return event | details(vevent) | people(vevent, calendar_name)

    def _original(self, vevent: Component, start: Moment) -> Moment | None:
        found = vevent.one("RECURRENCE-ID")
        if not found:
            return None
        original = self._moment(found, "the changed occurrence")
        if original is None:
            self.tell(found.line, "RECURRENCE-ID cannot be read; the event stands for itself")
        elif original.zone is None and not original.all_day and start.zone:
            return Moment(original.wall, False, start.zone)
        return original

    def _end(self, vevent: Component, start: Moment, title: str) -> Moment:
        given, lasts = (next((p for p in vevent.all(name) if p.value.strip()), None) for name in ("DTEND", "DURATION"))
        end = self._moment(given, title) if given else None
        if given and end is None:
            self.tell(given.line, f"{title} has an end (DTEND) that cannot be read; it counts as having none")
        if end is None and lasts:
            try:
                length = parse_duration(lasts.value)
                end = Moment(start.wall + length, start.all_day, start.zone)
                if end.wall.year not in YEARS:
                    raise OverflowError
            except (ValueError, OverflowError):
                self.tell(
                    lasts.line, f"DURATION:{_printable(lasts.value)} is not a duration; {title} counts as having none"
                )
        if end is None:
            end = Moment(start.wall + timedelta(days=start.all_day), start.all_day, start.zone)
        if start.all_day and not end.all_day:  # the day on which it ends belongs to it
            midnight = datetime.combine(end.wall, datetime.min.time())
            end = Moment(midnight + timedelta(days=end.wall > midnight), True, None)
        elif end.all_day and not start.all_day:
            end = Moment(end.wall, False, start.zone)
        if not end.all_day and end.zone is None and start.zone:
            end = Moment(end.wall, False, start.zone)
        if end.instant < start.instant:
            line = (given or lasts or vevent.properties[0]).line
            self.tell(line, f"{title} ends before it begins; it counts as having no length", lost=False)
            end = start
        if start.all_day and end.wall <= start.wall:
            end = Moment(start.wall + timedelta(days=1), True, None)
        return end

    def _recurrence(self, vevent: Component, start: Moment, title: str) -> Iterator[str]:
        for found in vevent.all("RRULE", "EXRULE"):
            if not found.value.strip():
                continue
            try:
                rule = parse_rule(found.value)
                if start.all_day and rule.freq in CLOCK_STEPS:
                    raise RuleError(f"FREQ={rule.freq} makes no sense for whole days")
            except RuleError as failure:
                what = f"{found.name}:{_printable(found.value)} is not a rule ({_printable(str(failure))})"
                self.tell(found.line, f"{what}; {title} is kept without it")
                continue
            if rule.until and (rule.until.is_date != start.all_day):
                what = (
                    "a time although the event is all-day" if start.all_day else "a date although the event has a time"
                )
                self.tell(found.line, f"UNTIL is {what}; it was taken as that day, included", lost=False)
            yield f"{found.name}:{found.value.strip().rstrip(';').upper()}"
        for found in vevent.all("RDATE", "EXDATE"):
            values = [v.strip() for v in found.value.split(",")]
            readable = [v for v in values if read_stamp(v.partition("/")[0])]
            if len(readable) < len(values) and any(values):
                bad = next(v for v in values if v not in readable)
                self.tell(found.line, f"{found.name} has “{_printable(bad)}”, which is no date; it was passed over")
            if readable:
                zone = self._zone(found, int(readable[0][:4])) if found.params.get("TZID") else None
                params = f";TZID={zone}" if zone and not all(v.endswith("Z") for v in readable) else ""
                yield f"{found.name}{params}:{','.join(map(canonical, readable))}"

    # -- times --

    def _moment(self, found: Property, title: str) -> Moment | None:
        stamp = read_stamp(found.value.strip())
        if stamp is None:
            return None
        wall, all_day, utc = stamp
        if all_day:  # the value decides, whatever VALUE= says of it
            return Moment(wall, True, None)
        if utc:
            return Moment(wall, False, "UTC")
        if not found.params.get("TZID"):
            count, line = self.floating or (0, found.line)
            self.floating = (count + 1, line)
            return Moment(wall, False, self.zone)
        return Moment(wall, False, self._zone(found, wall.year, title))

    def _zone(self, found: Property, year: int, title: str = "") -> str | None:
        tzid = found.params["TZID"]
        if tzid not in self.zones:
            self.zones[tzid] = self._resolve(tzid, year, found.line, title or "the event")
        return self.zones[tzid]

    def _resolve(self, tzid: str, year: int, line: int, title: str) -> str | None:
        rules = self.rules.get(tzid) or self.rules.get(tzid.strip())
        located = zone_by_name(rules.value("X-LIC-LOCATION")) if rules and rules.value("X-LIC-LOCATION") else None
        if found := zone_by_name(tzid) or located:
            return found
        by_rules = zone_by_rules(rules, min(max(year, 1900), 2100)) if rules else None
        if by_rules is None:
            place = self.zone or "the calendar's zone"
            self.tell(line, f"the time zone “{_printable(tzid)}” of {title} is unknown; {place} was taken", lost=False)
            return self.zone
        name, exactly = by_rules
        agrees = "agrees with" if exactly else "comes nearest to"
        self.tell(line, f"the time zone “{_printable(tzid)}” was read as {name}, which {agrees} its rules", lost=False)
        return name


def _version(event: dict[str, Any]) -> tuple[int, str]:
    return int(event.get("sequence", 0)), str(event.get("updated", ""))


def _whole_days(vevent: Component, start: Moment, end: Moment) -> tuple[Moment, Moment]:
    """Outlook writes all-day events as midnight to midnight and says so in a property of its own."""
    flagged = vevent.value("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    midnights = start.wall.time() == end.wall.time() == datetime.min.time() and end.wall > start.wall
    if not (flagged and midnights and not start.all_day and start.zone == end.zone):
        return start, end
    return Moment(start.wall, True, None), Moment(end.wall, True, None)


def _made_up_uid(vevent: Component) -> str:
    """Make an id for an event that has none: the same text gives the same id."""
    told = [f"{p.name}:{p.value}" for p in vevent.properties if p.name in _TELLING]
    return "without-uid-" + hashlib.sha256("\n".join(sorted(told)).encode(errors="replace")).hexdigest()[:32]


def _bounded(event_id: str) -> str:
    if len(event_id.encode(errors="replace")) <= LONGEST_ID:
        return event_id
    return "sha256-" + hashlib.sha256(event_id.encode(errors="replace")).hexdigest()


def _short(found: Property | None) -> str:
    return _printable(found.text if found else "")


def _printable(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text.strip())
    return shown if len(shown) <= 60 else shown[:59] + "…"
