"""Calendar events → the times they take place: a pure function over Google-shaped event JSON.

Law: a timed series repeats on the wall clock of its own zone and is turned into instants last, so a weekly 09:00
stays 09:00 when summer time begins; an all-day event keeps dates and has no instant.

    master      09:00 ──────── 09:00 ──────── 09:00 ──────── 09:00 …    RRULE, RDATE, less EXRULE, EXDATE
    exceptions                   ✕            10:30                     by originalStartTime: cancelled, moved
    occurrences 09:00                         10:30          09:00 …

RFC 5545's rule for odd local times: one that a clock change skips is taken with the offset before the change
(02:30 → 03:30), one that happens twice means the first.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge
from itertools import groupby, islice
from typing import Any

from lifetracer.connector.recurrence import Rule, RuleError, parse_rule, wall_times
from lifetracer.connector.span import Event, Key, Occurrence, Span, as_text, instant_of, named_zone, parse_duration

MOST_PER_SERIES = 20_000
"""Occurrences of one series at most; of a longer one the latest are kept (54 years of a daily event fit)."""

MOST_COUNTED = 100_000
"""Times of one rule with COUNT that are looked at."""

_INSTANCE_ID = re.compile(r"(.+)_(\d{8}(?:T\d{6}Z)?)", re.DOTALL)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")


@dataclass(frozen=True, slots=True)
class Window:
    """How far series are expanded. The past has no bound of its own; single events and exceptions always count."""

    end: datetime
    """Instant before which an occurrence must begin."""
    start: datetime | None = None
    """Passes over occurrences whose original start lies before (for adding what a moved ``end`` let in)."""


def expand(events: Iterable[Event], window: Window, zone: tzinfo) -> Iterator[Occurrence]:
    """Yield the occurrences of the events of one calendar.

    ``zone`` is the calendar's: floating times, and dates that meet instants, are read in it. An exception whose master
    is not among the events counts as a single event; one whose master is cancelled is cancelled with it. Events
    without a readable start have no occurrence; a recurrence line that cannot be read is passed over.
    """
    singles, masters, exceptions = _sort(events)
    for event_id, own in exceptions.items():
        master = masters.get(event_id) or singles.pop(event_id, None)
        if master is None:
            for event in own:
                yield from _single(event, zone)
        elif master.get("status") != "cancelled":
            masters[event_id] = master
    for event in singles.values():
        yield from _single(event, zone)
    for event_id, master in masters.items():
        series = Series.of(master, zone) if master.get("status") != "cancelled" else None
        if series:
            yield from series.occurrences(exceptions.get(event_id, []), window)


def master_id(event: Event) -> str | None:
    """Give the id of the series that ``event`` is an exception of; ``None`` for a master or a single event.

    A bare cancelled instance may come without ``recurringEventId``; its id then tells (APIS.md D.6, F.19).
    """
    if event.get("recurringEventId"):
        return str(event["recurringEventId"])
    match = _INSTANCE_ID.fullmatch(str(event.get("id", "")))
    return match[1] if match and event.get("status") == "cancelled" else None


def _sort(events: Iterable[Event]) -> tuple[dict[str, Event], dict[str, Event], dict[str, list[Event]]]:
    singles: dict[str, Event] = {}
    masters: dict[str, Event] = {}
    exceptions: dict[str, list[Event]] = {}
    for event in events:
        series = master_id(event)
        if series is not None:
            exceptions.setdefault(series, []).append(event)
        elif event.get("recurrence"):
            masters[str(event["id"])] = event
        else:
            singles[str(event["id"])] = event
    return singles, masters, exceptions


def _single(event: Event, zone: tzinfo) -> Iterator[Occurrence]:
    span = Span.of(event, zone) if event.get("status") != "cancelled" else None
    if span:
        yield span.occurrence(str(event["id"]), str(event["id"]), as_text(span.key))


@dataclass(frozen=True, slots=True)
class Exceptional:
    """An exception to a series, as it applies: ``span`` is ``None`` when it is cancelled."""

    event_id: str
    key: Key
    span: Span | None
    onwards: bool
    """It also changes all later occurrences (iCalendar RANGE=THISANDFUTURE)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recurrence line: ``NAME;PARAM=VALUE:VALUE``."""

    name: str
    zone: tzinfo | None
    values: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Line:
        """Take a line apart; an unknown TZID reads as none."""
        head, _, value = text.partition(":")
        name, *params = head.split(";")
        named = dict(p.partition("=")[::2] for p in params)
        values = (value,) if name.upper() in ("RRULE", "EXRULE") else tuple(v.strip() for v in value.split(",") if v)
        return cls(name.upper(), named_zone(named.get("TZID", "").strip('"')), values)


@dataclass(frozen=True, slots=True)
class Series:
    """A master and what its recurrence lines say."""

    event_id: str
    span: Span
    calendar_zone: tzinfo
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, master: Event, zone: tzinfo) -> Series | None:
        """Read a master; ``None`` when it has no readable start."""
        span = Span.of(master, zone)
        lines = tuple(Line.of(text) for text in master.get("recurrence") or ())
        return cls(str(master["id"]), span, zone, lines) if span else None

    def occurrences(self, events: Iterable[Event], window: Window) -> Iterator[Occurrence]:
        """Yield the occurrences, those that ``events`` (its exceptions) put elsewhere included."""
        replaced = {e.key: e for e in map(self._exceptional, sorted(events, key=_age)) if e}
        for exception in replaced.values():
            if exception.span and (window.start is None or exception.span.instant >= window.start):
                yield exception.span.occurrence(self.event_id, exception.event_id, as_text(exception.key))
        onwards = sorted((e for e in replaced.values() if e.onwards), key=lambda e: as_text(e.key))
        for key, length in self._keys(window):
            if key in replaced:
                continue
            ruling = next((e for e in reversed(onwards) if as_text(e.key) <= as_text(key)), None)
            if ruling is None:
                yield self._place(key, length).occurrence(self.event_id, self.event_id, as_text(key))
            elif ruling.span:
                yield self._shifted(key, ruling).occurrence(self.event_id, ruling.event_id, as_text(key))

    # -- exceptions --

    def _exceptional(self, event: Event) -> Exceptional | None:
        key = self._original_key(event)
        if key is None:
            return None
        cancelled = event.get("status") == "cancelled"
        span = None if cancelled else Span.of(event, self.calendar_zone)
        if span is None and not cancelled:
            return None
        return Exceptional(str(event["id"]), key, span, event.get("range") == "THISANDFUTURE")

    def _original_key(self, event: Event) -> Key | None:
        """Give the place in the series that an exception takes; its kind (instant or date) is made the series' own."""
        original = event.get("originalStartTime") or {}
        try:
            if original.get("dateTime"):
                zone = named_zone(original.get("timeZone")) or self.span.zone
                return self._fit(instant_of(original["dateTime"], zone), zone)
            if original.get("date"):
                return self._fit(date.fromisoformat(original["date"]), self.calendar_zone)
            match = _INSTANCE_ID.fullmatch(str(event.get("id", "")))
            if match:
                return next(iter(self._keys_of(Line("RDATE", None, (match[2],)))), (None, None))[0]
        except (ValueError, OverflowError):
            return None
        span = Span.of(event, self.calendar_zone)
        return self._fit(span.key, span.zone) if span else None

    def _fit(self, key: Key, zone: tzinfo) -> Key:
        """Give a key the series' kind: a date becomes that day's start, an instant of an all-day series its day."""
        if isinstance(key, datetime) and self.span.all_day:
            local = key.astimezone(zone)
            return (local if local.time() == time.min else key.astimezone(self.calendar_zone)).date()
        if not isinstance(key, datetime) and not self.span.all_day:
            return self._instant_of(datetime.combine(key, self.span.wall.time()))
        return key

    def _shifted(self, key: Key, ruling: Exceptional) -> Span:
        """Where an occurrence goes after an exception that rules onwards: moved by as much, as long as it."""
        assert ruling.span is not None
        if ruling.span.all_day or self.span.all_day or not isinstance(key, datetime):
            days = ruling.span.wall.date() - (_local_date(ruling.key, self.span.zone))
            wall = datetime.combine(_local_date(key, self.span.zone) + days, ruling.span.wall.time())
        else:
            assert isinstance(ruling.key, datetime)
            zone = ruling.span.zone
            wall = key.astimezone(zone).replace(tzinfo=None) + (
                ruling.span.wall - ruling.key.astimezone(zone).replace(tzinfo=None)
            )
        if ruling.span.all_day:
            return Span.days(wall.date(), ruling.span.length, self.calendar_zone)
        zone = ruling.span.zone
        return Span(False, wall, wall.replace(tzinfo=zone).astimezone(UTC), ruling.span.length, zone)

    # -- the times that the lines mean --

    def _keys(self, window: Window) -> Iterator[tuple[Key, timedelta | None]]:
        """Original starts in order, each once, with a length of their own where a PERIOD gave one; the latest ones."""
        excluded: set[Key] = set()
        days: set[str] = set()
        streams: list[Iterable[tuple[Key, timedelta | None]]] = [[(self.span.key, None)]]
        if self._is_before(self.span.key, window.start) or not self._is_before(self.span.key, window.end):
            streams.clear()
        for line in self.lines:
            if line.name in ("RRULE", "EXRULE"):
                keys = self._ruled(line.values[0], window)
                if line.name == "RRULE":
                    streams.append((k, None) for k in keys)
                else:
                    excluded.update(keys)
            elif line.name == "RDATE":
                inside = ((k, n) for k, n in self._keys_of(line) if self._is_before(k, window.end))
                streams.append(sorted(((k, n) for k, n in inside if not self._is_before(k, window.start)), key=_first))
            elif line.name == "EXDATE":
                excluded.update(k for k, _ in self._keys_of(line))
                # A bare date takes every time of that day out of a timed series.
                days.update(v for v in line.values if len(v) == len("20260131"))
        together = groupby(merge(*streams, key=_first), key=_first)
        kept = (
            (key, max((length for _, length in same if length is not None), default=None))
            for key, same in together
            if key not in excluded and not (days and _local_date(key, self.span.zone).strftime("%Y%m%d") in days)
        )
        yield from deque(kept, maxlen=MOST_PER_SERIES)

    def _ruled(self, text: str, window: Window) -> Iterator[Key]:
        """Give the keys that one rule means inside the window."""
        try:
            rule = parse_rule(text)
            before = self._wall(window.end) + timedelta(hours=3)
            after = self._wall(window.start) - timedelta(hours=3) if window.start else None
            after = max(filter(None, [after, self._flood_begins(rule, before)]), default=None)
            walls = wall_times(rule, self.span.wall, all_day=self.span.all_day, after=after, before=before)
            if rule.count is not None:
                walls = islice(walls, MOST_COUNTED)
        except RuleError:
            return
        until = (
            rule.until.at.replace(tzinfo=UTC) if rule.until and rule.until.is_utc and not self.span.all_day else None
        )
        for wall in walls:
            key = wall.date() if self.span.all_day else self._instant_of(wall)
            if not self._is_before(key, window.end) or (until and isinstance(key, datetime) and key > until):
                return
            if not self._is_before(key, window.start):
                yield key

    def _flood_begins(self, rule: Rule, before: datetime) -> datetime | None:
        """From where on a rule has about `MOST_PER_SERIES` times before ``before``; ``None``: from its start."""
        if rule.count is not None:
            return None
        start, span = self.span.wall, timedelta(days=1)
        per_day = 86_400 if rule.freq not in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY") or rule.hour or rule.minute else 1
        if (before - start).days * max(per_day, len(rule.second)) <= MOST_PER_SERIES:
            return None
        while before - span > start:
            walls = wall_times(rule, start, all_day=self.span.all_day, after=before - span, before=before)
            if sum(1 for _ in islice(walls, MOST_PER_SERIES)) == MOST_PER_SERIES:
                return before - span
            span *= 4
        return None

    def _keys_of(self, line: Line) -> list[tuple[Key, timedelta | None]]:
        """Give the keys that RDATE or EXDATE values mean; unreadable values are left out."""
        keys: list[tuple[Key, timedelta | None]] = []
        for value in line.values:
            begin, _, end = value.partition("/")
            try:
                key = self._key_of(begin, line.zone)
                keys.append((key, self._period(key, end, line.zone) if end else None))
            except (ValueError, OverflowError):
                continue
        return keys

    def _key_of(self, text: str, zone: tzinfo | None) -> Key:
        match = _STAMP.fullmatch(text)
        if not match:
            raise ValueError(text)
        year, month, day, hour, minute, second, utc = match.groups()
        if hour is None:
            return self._fit(date(int(year), int(month), int(day)), self.calendar_zone)
        wall = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second), 59))  # noqa: DTZ001
        if utc:
            return self._fit(wall.replace(tzinfo=UTC), self.calendar_zone)
        if self.span.all_day:
            return wall.date()
        return self._instant_of(wall) if zone is None else wall.replace(tzinfo=zone).astimezone(UTC)

    def _period(self, key: Key, end: str, zone: tzinfo | None) -> timedelta | None:
        if end.startswith(("P", "+P", "-P")):
            return parse_duration(end)
        until = self._key_of(end, zone)
        if isinstance(key, datetime) and isinstance(until, datetime):
            return max(until - key, timedelta())
        return None

    def _place(self, key: Key, length: timedelta | None) -> Span:
        length = self.span.length if length is None else length
        if not isinstance(key, datetime):
            return Span.days(key, max(length, timedelta(days=1)), self.calendar_zone)
        return Span(False, self._wall(key), key, length, self.span.zone)

    def _instant_of(self, wall: datetime) -> datetime:
        # The master's own start may be the second of two equal wall times; it is known exactly.
        return self.span.instant if wall == self.span.wall else wall.replace(tzinfo=self.span.zone).astimezone(UTC)

    def _wall(self, instant: datetime) -> datetime:
        zone = self.calendar_zone if self.span.all_day else self.span.zone
        return instant.astimezone(zone).replace(tzinfo=None)

    def _is_before(self, key: Key, instant: datetime | None) -> bool:
        if instant is None:
            return False
        if isinstance(key, datetime):
            return key < instant
        return datetime.combine(key, time.min, self.calendar_zone) < instant


def _age(event: Event) -> tuple[int, str]:
    """Orders versions of one exception: the newest comes last and counts."""
    sequence = event.get("sequence")
    return sequence if isinstance(sequence, int) else 0, str(event.get("updated") or "")


def _first(pair: tuple[Key, Any]) -> Any:
    return pair[0]


def _local_date(key: Key, zone: tzinfo) -> date:
    return key.astimezone(zone).date() if isinstance(key, datetime) else key
