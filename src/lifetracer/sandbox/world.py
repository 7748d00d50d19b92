"""All state of one sandbox: clock, people with their two accounts, faults, log; one seed and one clock, one world."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from lifetracer.errors import UsageError
from lifetracer.sandbox.clock import Clock
from lifetracer.sandbox.deliveries import PostOffice
from lifetracer.sandbox.faults import Faults
from lifetracer.sandbox.github.runs import Runs
from lifetracer.sandbox.google.account import GoogleAccount
from lifetracer.sandbox.google.grants import Grants
from lifetracer.sandbox.identity.register import Register
from lifetracer.sandbox.person.life import Happening, Life
from lifetracer.sandbox.toggl.account import TogglAccount
from lifetracer.sandbox.wire import Missing

HISTORY_DAYS = 730
AHEAD_DAYS = 16
"""Days beyond now whose happenings are known: plans are made up to two weeks ahead."""

HOME_ZONE = {"en": "Europe/Berlin", "ja": "Asia/Tokyo"}
LOG_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Options:
    """What a sandbox is started with."""

    seed: int = 1
    language: str = "en"
    zone: str | None = None
    now: datetime | None = None
    """Freezes the clock at this instant; without it the machine's clock is used and goes on."""
    start: date | None = None
    """First day of the demo person's history; by default two years before now."""
    people: int = 1
    throttle: bool = False
    """Answer 429 above one Toggl request a second."""
    quota: bool = True
    """Count Toggl's hourly allowances and answer 402 beyond them."""
    plan: str = "premium"


@dataclass(slots=True)
class Person:
    """One person: a Toggl account, a Google account, and the life that fills them."""

    index: int
    name: str
    email: str
    language: str
    zone: ZoneInfo
    toggl: TogglAccount
    google: GoogleAccount
    life: Life | None
    known_until: date = date.min
    pending: list[tuple[int, int, Happening]] = field(default_factory=list)

    def live(self, micros: int) -> None:
        """Let everything happen that this person does up to an instant."""
        if self.life is None:
            return
        local = datetime.fromtimestamp(micros // 1_000_000, self.zone).date()
        horizon = local + timedelta(days=AHEAD_DAYS)
        if horizon > self.known_until:
            first = self.known_until + timedelta(days=1) if self.known_until > date.min else self.life.first
            fresh = self.life.happenings(first, horizon)
            start = len(self.pending) + first.toordinal() * 1000
            self.pending.extend((happening.at, start + n, happening) for n, happening in enumerate(fresh))
            heapq.heapify(self.pending)
            self.known_until = horizon
        if self.pending and self.pending[0][0] <= micros:
            due: list[tuple[int, int, Happening]] = []
            while self.pending and self.pending[0][0] <= micros:
                due.append(heapq.heappop(self.pending))
            for at, _, happening in due:
                account = self.toggl if happening.account == "toggl" else self.google
                try:
                    getattr(account, happening.verb)(at, **happening.what)
                except Missing:
                    continue  # Somebody deleted it by hand before the person came back to it.


class World:
    """The state of the sandbox."""

    def __init__(self, options: Options) -> None:
        self.restart(options)

    def restart(self, options: Options) -> None:
        """Throw everything away and begin again with these options."""
        if options.language not in HOME_ZONE:
            raise UsageError(f"The sandbox speaks en and ja, not “{options.language}”.", remedy="Choose en or ja.")
        if options.zone and options.zone not in available_timezones():
            raise UsageError(f"{options.zone} is not a time zone.", remedy="Name one such as Asia/Tokyo or UTC.")
        self.options = options
        self.clock = Clock(options.now)
        self.faults = Faults()
        self.post = PostOffice(self)
        self.grants = Grants(self)
        self.register = Register(self)
        self.github = Runs()
        self.people: list[Person] = []
        self.requests: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.modes: dict[str, Any] = {"quota": options.quota, "throttle": options.throttle}
        for _ in range(options.people):
            self.add_person(language=options.language, zone=options.zone, start=options.start)

    def add_person(
        self,
        *,
        language: str = "en",
        zone: str | None = None,
        start: date | None = None,
        blank: bool = False,
        plan: str | None = None,
    ) -> Person:
        """Add a person; a ``blank`` one has empty accounts and does nothing by themself."""
        index = len(self.people)
        home = ZoneInfo(zone or HOME_ZONE[language])
        today = self.clock.now.astimezone(home).date()
        first = start or today - timedelta(days=HISTORY_DAYS)
        if first > today:
            raise UsageError(f"The history cannot begin on {first}, after today.", remedy="Choose an earlier start.")
        name = {"en": "Anna Weber", "ja": "佐藤 葵"}[language]
        email = f"{'anna.weber' if language == 'en' else 'aoi.sato'}{index or ''}@example.com"
        life = None if blank else Life(f"{self.options.seed}/{index}", language, home, first, index, email)
        person = Person(
            index=index,
            name=name,
            email=email,
            language=language,
            zone=home,
            toggl=TogglAccount(
                index, self.secret("toggl", index), email, name, home, plan or self.options.plan, self.post
            ),
            google=GoogleAccount(index, email, home, language, self.secret("calendar", index), self.post),
            life=life,
        )
        self.people.append(person)
        born = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) * 1_000_000
        person.toggl.found(born, life.projects if life else None)
        person.google.found(born, life.calendars if life else None)
        person.live(self.clock.micros)
        if person.life and person.toggl.current() is None:
            now = self.clock.seconds
            last = max((entry.stop or 0 for entry in person.toggl.between(now - 86_400, now + 1)), default=0)
            person.toggl.create_entry(self.clock.micros, **person.life.idle(now, min(last, now)))
        return person

    def secret(self, what: str, index: int) -> str:
        """Return 32 hexadecimal digits that only depend on the seed."""
        return hashlib.sha256(f"{self.options.seed}/{what}/{index}".encode()).hexdigest()[:32]

    def settle(self) -> None:
        """Bring everybody up to the clock."""
        micros = self.clock.micros
        for person in self.people:
            person.live(micros)

    def log(self, method: str, path: str, route: str) -> None:
        """Note a request to a vendor."""
        self.counts[f"{method} {route}"] += 1
        self.requests.append({"at": self.clock.now.isoformat(), "method": method, "path": path, "route": route})
        if len(self.requests) > LOG_LENGTH:
            del self.requests[: LOG_LENGTH // 2]
