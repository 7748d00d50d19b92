"""What the person's calendars show, and since when: series with exceptions, single blocks, trips, holidays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.google.recurrence import spell
from lifetracer.sandbox.person.holidays import holidays, on_vacation
from lifetracer.sandbox.person.plan import (
    Block,
    Minutes,
    Planner,
    Series,
    first_day,
    phase_of,
    phases,
    series_of,
    takes_place,
)
from lifetracer.sandbox.person.vocabulary import ONE_OFFS, PLACES, SERIES_TITLES, CalendarSpec

Change = tuple[int, str, dict[str, Any]]
"""Instant in microseconds, verb of the Google account, what it is done with."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
COLORS = {
    "deep": "9", "meetings": "7", "client": "1", "admin": "5", "learning": "3", "exercise": "10", "family": "6",
    "sleep": "8", "reading": "4", "relaunch": "11",
}  # fmt: skip
ABROAD = {"en": ("America/New_York", 600), "ja": ("Asia/Singapore", 900)}
"""Zone and wall time of the meeting that people elsewhere made."""

BOOK_DATES = 60
TRIP_NOTICE_DAYS = 14


class Diary:
    """Keeps the calendars of one life."""

    def __init__(self, planner: Planner, zone: ZoneInfo, first: date, index: int, email: str) -> None:
        self.planner, self.zone, self.first, self.index, self.email = planner, zone, first, index, email
        self.tongue = planner.tongue
        self.phase0 = phase_of(first, planner.seed)
        begins = phases(planner.seed)[self.phase0]
        self.starts = {series.key: begins for number in (0, 1) for series in series_of(number)}
        self.calendars = self._calendars()

    def _calendars(self) -> tuple[CalendarSpec, ...]:
        word, home = self.tongue.word, "de.german" if self.tongue.language == "en" else "ja.japanese"
        study = hashlib.sha256(f"{self.planner.seed}/study".encode()).hexdigest()
        study = f"{study}@group.calendar.google.com"
        holidays_id = f"{home}#holiday@group.v.calendar.google.com"
        mira = f"mira{self.index or ''}@example.com"
        violet, green, blue = ("24", "#a47ae2"), ("8", "#16a765"), ("17", "#9a9cff")
        return (
            CalendarSpec("study", study, word("study"), self.zone, "owner", violet, word("study_text")),
            CalendarSpec("holidays", holidays_id, word("holidays"), self.zone, "reader", green),
            CalendarSpec("mira", mira, mira, self.zone, "freeBusyReader", blue, None, word("mira")),
        )

    # -- moments ----------------------------------------------------------------------------------------------------

    def key(self, *parts: object) -> str:
        """Return an event id (base32hex) that only depends on its parts."""
        return hashlib.sha256("/".join(map(str, (self.planner.seed, *parts))).encode()).hexdigest()[:26]

    def micros(self, day: date, minutes: Minutes, extra: int = 0) -> int:
        """Return the instant of a local wall-clock time."""
        return int(self._wall(day, minutes, self.zone).timestamp()) * 1_000_000 + extra * 1000 % 1_000_000

    def _wall(self, day: date, minutes: Minutes, zone: ZoneInfo) -> datetime:
        day += timedelta(days=minutes // 1440)
        return datetime(day.year, day.month, day.day, minutes % 1440 // 60, minutes % 60, tzinfo=zone)

    def moment(self, day: date, minutes: Minutes, zone: ZoneInfo | None = None) -> dict[str, str]:
        """Return a timed start or end."""
        zone = zone or self.zone
        return {"dateTime": spell(self._wall(day, minutes, zone)), "timeZone": str(zone)}

    def span(self, day: date, start: Minutes, end: Minutes) -> dict[str, Any]:
        """Return start and end of a timed event."""
        return {"start": self.moment(day, start), "end": self.moment(day, end)}

    @staticmethod
    def whole_days(first: date, after: date) -> dict[str, Any]:
        """Return start and end of an all-day event; the end is exclusive."""
        return {"start": {"date": first.isoformat()}, "end": {"date": after.isoformat()}}

    # -- the plan of a day ------------------------------------------------------------------------------------------

    def plan(self, day: date) -> list[Block]:
        """Return the planned blocks of a day."""
        return self.planner.day(day, self.starts)

    def changes(self, day: date, plan: list[Block]) -> Iterator[Change]:
        """Yield every change of the calendars that a day is the reason for."""
        if day == self.first:
            yield from self._beginning()
        if day.month == 1 and day.day == 1:
            yield from self._public_holidays(day.year + 2, self.micros(day, 300))
        if day in phases(self.planner.seed) and day > self.first:
            yield from self._new_phase(day)
        for n, block in enumerate(plan):
            if block.series is None:
                yield from self._single(day, n, block)
            elif block.fate != "as planned":
                yield from self._exception(day, n, block)
        yield from self._extras(day)

    # -- series -----------------------------------------------------------------------------------------------------

    def series_id(self, series: Series, day: date) -> str:
        """Return the id of the series that a day's instance belongs to."""
        phase = phase_of(day, self.planner.seed)
        base = self.key("series", series.key)
        if len(series.phases) == 1:
            return self.key("series", series.key, phase)
        if not series.splits or phase == self.phase0:
            return base
        before = next(other for other in series_of(phase - 1) if other.key == series.key)
        start = first_day(series, phases(self.planner.seed)[phase])
        return f"{base}_R{self._wall(start, before.start, self.zone):%Y%m%dT%H%M%S}"

    def original(self, series: Series, day: date) -> dict[str, str]:
        """Return the original start of a day's instance."""
        if series.key == "abroad":
            zone, minutes = ABROAD[self.tongue.language]
            return self.moment(day, minutes, ZoneInfo(zone))
        return self.moment(day, series.start)

    def _rule(self, series: Series, start: date) -> list[str]:
        days = ",".join(WEEKDAYS[n] for n in series.days)
        if series.rule == "MONTHLY":
            return [f"RRULE:FREQ=MONTHLY;BYDAY=-1{days}"]
        if series.rule == "DATES":
            found: list[date] = []
            day = start + timedelta(1)
            while len(found) < BOOK_DATES:
                if takes_place(series, day, start):
                    found.append(day)
                day += timedelta(1)
            return [
                f"RDATE;TZID={self.zone}:"
                + ",".join(f"{self._wall(d, series.start, self.zone):%Y%m%dT%H%M%S}" for d in found)
            ]
        if len(series.days) == 7:
            return ["RRULE:FREQ=DAILY"]
        every = f"INTERVAL={series.every};" if series.every > 1 else ""
        return [f"RRULE:FREQ=WEEKLY;{every}BYDAY={days}"]

    def _master(self, series: Series, phase_start: date) -> dict[str, Any]:
        start = first_day(series, phase_start)
        while not takes_place(series, start, phase_start):
            start += timedelta(1)
        begin = self.original(series, start)
        end = begin["dateTime"]
        zone = ZoneInfo(begin["timeZone"])
        until = datetime.fromisoformat(end) + timedelta(minutes=series.length)
        return {
            "calendar": series.calendar,
            "id": self.series_id(series, start),
            "summary": self.tongue(SERIES_TITLES[series.key]),
            "start": begin,
            "end": {"dateTime": spell(until.astimezone(zone)), "timeZone": begin["timeZone"]},
            "recurrence": self._rule(series, start),
            "colorId": COLORS[series.topic],
            **self._people(series),
        }

    def _people(self, series: Series, mine: str = "accepted") -> dict[str, Any]:
        if not series.guests:
            return {}
        others = ["mira@example.com", "jonas@example.com", "lea@example.com"][: 1 if series.key == "one" else 3]
        boss = others[0] if series.key in {"one", "abroad", "course"} else self.email
        guests: list[dict[str, Any]] = [{"email": self.email, "self": True, "responseStatus": mine}]
        guests += [
            {"email": other, "responseStatus": "accepted" if n < 2 else "needsAction"} for n, other in enumerate(others)
        ]
        for guest in guests:
            if guest["email"] == boss:
                guest["organizer"] = True
        return {"attendees": guests, **({"organizer": {"email": boss}} if boss != self.email else {})}

    def _beginning(self) -> Iterator[Change]:
        at = self.micros(self.first, 0) - 40 * 86_400 * 1_000_000
        begins = phases(self.planner.seed)[self.phase0]
        for n, series in enumerate(series_of(self.phase0)):
            if self.phase0 % 2 in series.phases:
                yield (
                    at + n * 60_000_000,
                    "create_event",
                    self._until_phase_ends(self._master(series, begins), series, self.phase0),
                )
        year = date(self.first.year, 6, 14)
        yield at + 900_000_000, "create_event", {
            "calendar": "primary", "id": self.key("birthday"), "summary": self.tongue(SERIES_TITLES["birthday"]),
            **self.whole_days(year, year + timedelta(1)), "recurrence": ["RRULE:FREQ=YEARLY"], "eventType": "birthday",
            "birthdayProperties": {"type": "birthday"}, "transparency": "transparent", "visibility": "private",
        }  # fmt: skip
        tuesday = first_day(Series("home", "", (1,), 0, 0), begins)
        yield at + 960_000_000, "create_event", {
            "calendar": "primary", "id": self.key("home"), "summary": self.tongue(SERIES_TITLES["home"]),
            **self.whole_days(tuesday, tuesday + timedelta(1)), "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=TU,TH"],
            "eventType": "workingLocation", "transparency": "transparent", "visibility": "public",
            "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
        }  # fmt: skip
        rent = date(begins.year, begins.month, 1)
        without = f"EXDATE;TZID={self.zone}:{rent.year + 1}0101T080000"
        yield at + 1_020_000_000, "create_event", {
            "calendar": "primary", "id": self.key("rent"), "summary": self.tongue(SERIES_TITLES["rent"]),
            **self.span(rent, 480, 480), "recurrence": ["RRULE:FREQ=MONTHLY;BYMONTHDAY=1", without],
            "transparency": "transparent", "iCalUID": f"{self.key('rent')}@bank.example.com",
        }  # fmt: skip
        monday = first_day(Series("mira", "", (0,), 0, 0), begins)
        yield at + 1_080_000_000, "create_event", {
            "calendar": "mira", "id": self.key("mira"), **self.span(monday, 555, 570), "summary": "Standup",
            "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"], "organizer": {"email": self.calendars[2].id},
        }  # fmt: skip
        for year_number in range(self.first.year - 1, self.first.year + 3):
            yield from self._public_holidays(year_number, at)

    def _until_phase_ends(self, master: dict[str, Any], series: Series, phase: int) -> dict[str, Any]:
        if len(series.phases) == 1:
            last = self._wall(phases(self.planner.seed)[phase + 1], 0, self.zone) - timedelta(seconds=1)
            master["recurrence"] = [
                f"{master['recurrence'][0]};UNTIL={last.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M%SZ}"
            ]
        return master

    def _new_phase(self, day: date) -> Iterator[Change]:
        """Begin a new phase: some series change from here on, others begin."""
        phase = phase_of(day, self.planner.seed)
        at = self.micros(day - timedelta(3), 1000)
        old = {series.key: series for series in series_of(phase - 1)}
        for n, series in enumerate(series_of(phase)):
            first = first_day(series, day)
            if series.splits:
                before = old[series.key]
                what = {
                    "calendar": series.calendar,
                    "id": self.series_id(before, day - timedelta(1)),
                    "original": self.moment(first, before.start),
                    **self.span(first, series.start, series.start + series.length),
                }
                yield at + n * 60_000_000, "split_series", what
            elif len(series.phases) == 1 and phase % 2 in series.phases:
                yield (
                    at + n * 60_000_000,
                    "create_event",
                    self._until_phase_ends(self._master(series, day), series, phase),
                )

    def _exception(self, day: date, n: int, block: Block) -> Iterator[Change]:
        series = block.series
        if series is None:
            return
        what: dict[str, Any] = {
            "calendar": series.calendar,
            "id": self.series_id(series, day),
            "original": self.original(series, day),
        }
        if block.fate == "cancelled":
            what["status"] = "cancelled"
        elif block.fate == "declined":
            what |= self._people(series, "declined")
            what.pop("organizer", None)
        elif block.fate == "moved":
            what |= self.span(day, block.start, block.end)
        else:
            what["summary"] = block.title
        yield self.micros(day - timedelta(1), 900 + 17 * n, n + 3), "change_instance", what

    # -- single events ----------------------------------------------------------------------------------------------

    def _single(self, day: date, n: int, block: Block) -> Iterator[Change]:
        """Plan a block on the Sunday before; some are shifted the day before, some dropped in the morning."""
        sunday = day - timedelta(days=day.weekday() + 1)
        event_id = self.key("block", day, block.original, block.topic)
        length = block.end - block.start
        what: dict[str, Any] = {
            "calendar": block.calendar, "id": event_id, "summary": block.title,
            **self.span(day, block.original, block.original + length), "colorId": COLORS[block.topic],
        }  # fmt: skip
        if block.topic == "deep" and day.weekday() == 2:
            what |= {
                "eventType": "focusTime",
                "focusTimeProperties": {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"},
            }
        homes = [block.calendar]
        if block.calendar == "study" and day.toordinal() % 3 == 0:
            homes.append("primary")  # The same event on two calendars, as invitations often are.
        for home in homes:
            yield self.micros(sunday, 1080 + 3 * n + day.weekday(), n + 7), "create_event", what | {"calendar": home}
            if block.fate == "shifted":
                change = {"calendar": home, "id": event_id, **self.span(day, block.start, block.end)}
                yield self.micros(day - timedelta(1), 1230 + n, n + 11), "update_event", change
            elif block.fate == "dropped":
                yield self.micros(day, 490 + n, n + 13), "delete_event", {"calendar": home, "id": event_id}

    def _public_holidays(self, year: int, at: int) -> Iterator[Change]:
        for day, name in sorted(holidays(year, self.tongue.language).items()):
            yield at, "create_event", {
                "calendar": "holidays", "id": f"{day:%Y%m%d}{self.key('holiday', day)[:14]}", "summary": name,
                **self.whole_days(day, day + timedelta(1)), "transparency": "transparent", "visibility": "public",
                "creator": {"email": self.calendars[1].id, "displayName": self.calendars[1].summary, "self": True},
            }  # fmt: skip

    def _extras(self, day: date) -> Iterator[Change]:
        rng = Random(f"{self.planner.seed}/extras/{day}")  # noqa: S311
        vacation = on_vacation(day, self.tongue.language, self.planner.seed)
        if vacation is not None and vacation[0] == day:
            yield from self._trip(*vacation)
        if rng.random() < 0.11 and not self.planner.is_free(day):
            yield from self._one_off(day, rng)
        if rng.random() < 0.3 and day.weekday() < 5:
            start = rng.choice((600, 780, 840, 930))
            what = {
                "calendar": "mira",
                "id": self.key("mira", day),
                **self.span(day, start, start + 60),
                "summary": "Busy",
                "organizer": {"email": self.calendars[2].id},
            }
            yield self.micros(day - timedelta(4), 700, 5), "create_event", what

    def _one_off(self, day: date, rng: Random) -> Iterator[Change]:
        n = rng.randrange(len(ONE_OFFS))
        start = rng.choice((480, 645, 765, 1080))
        what: dict[str, Any] = {
            "calendar": "primary",
            "id": self.key("one-off", day),
            "summary": self.tongue(ONE_OFFS[n]),
            **self.span(day, start, start + 45),
        }
        kind = rng.randrange(5)
        host = {"email": "jonas@example.com", "displayName": "Jonas"}
        guests = [{"email": host["email"], "organizer": True, "responseStatus": "accepted"}]
        if kind == 0:
            what |= {"status": "tentative", "organizer": host, "attendees": [*guests, self._me("tentative")]}
        elif kind == 1:
            what |= {"organizer": host, "attendees": [*guests, self._me("declined")]}
        elif kind == 2:
            what |= {"transparency": "transparent", "description": "https://example.com/info"}
        elif kind == 3:
            what.pop("summary")  # Untitled.
        else:
            what |= {
                "organizer": host,
                "attendees": [*guests, self._me("needsAction")],
                "location": self.tongue.word("office"),
            }
        yield self.micros(day - timedelta(5), 640 + 7 * kind, 21), "create_event", what

    def _me(self, answer: str) -> dict[str, Any]:
        return {"email": self.email, "self": True, "responseStatus": answer}

    def _trip(self, first: date, after: date, place_number: int) -> Iterator[Change]:
        place = self.tongue(PLACES[place_number])
        at = self.micros(first - timedelta(TRIP_NOTICE_DAYS), 1215)
        yield at, "create_event", {
            "calendar": "primary", "id": self.key("trip", first), "summary": self.tongue.word("trip", place=place),
            **self.whole_days(first, after), "transparency": "transparent", "colorId": COLORS["family"],
        }  # fmt: skip
        yield at + 1_000_000, "create_event", {
            "calendar": "primary", "id": self.key("away", first), "summary": self.tongue.word("away"),
            "start": self.moment(first, 0), "end": self.moment(after, 0), "eventType": "outOfOffice",
            "outOfOfficeProperties": {"autoDeclineMode": "declineAllConflictingInvitations", "declineMessage": ""},
        }  # fmt: skip
        for n, (word, day, start, end) in enumerate((("flight", first, 615, 780), ("hotel", first, 900, 915))):
            yield at + (n + 2) * 60_000_000, "create_event", {
                "calendar": "primary", "id": self.key(word, first), "summary": self.tongue.word(word, place=place),
                **self.span(day, start, end), "eventType": "fromGmail", "visibility": "private", "location": place,
                "transparency": "opaque" if word == "flight" else "transparent",
            }  # fmt: skip
