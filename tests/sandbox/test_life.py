"""The demo person: the same for the same seed, going on day by day, and looking like somebody's time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from lifetracer.sandbox import create_app
from lifetracer.sandbox.person.holidays import easter, holidays
from lifetracer.sandbox.world import Options
from moments import quickest
from sandbox.conftest import NOW, Client

START = date(2026, 6, 1)


def truth(client: Client) -> tuple[Any, Any]:
    return client.admin("GET", "/truth/toggl")["entries"], client.admin("GET", "/truth/google")["calendars"]


def test_two_years_are_built_in_a_moment() -> None:
    assert quickest(lambda: create_app(Options(now=NOW)), 1.5) < 1.5
    app = create_app(Options(now=NOW))
    assert len(app.world.people[0].toggl.entries) > 8000


def test_the_same_seed_is_the_same_life_and_another_is_not(make: Callable[..., Client]) -> None:
    first, same, other = (make(start=START, seed=seed) for seed in (1, 1, 2))
    assert truth(first) == truth(same)
    assert truth(first)[0] != truth(other)[0]


def test_living_on_day_by_day_ends_where_one_leap_ends(make: Callable[..., Client]) -> None:
    early = datetime(2026, 11, 16, 12, 15, tzinfo=UTC)
    slow, fast = (make(start=START, now=early) for _ in range(2))
    for _ in range(10):
        slow.admin("POST", "/clock", {"advance": 43_200})
    fast.admin("POST", "/clock", {"days": 5})
    assert truth(slow)[0] == truth(fast)[0]
    live = [[{k: set(v["live"]) for k, v in truth(c)[1].items()}] for c in (slow, fast)]
    assert live[0] == live[1]


def test_a_day_brings_new_entries_edits_and_deletions_through_since(make: Callable[..., Client]) -> None:
    client = make(start=START)
    kinds: Counter[str] = Counter()
    for _ in range(14):
        before = client.world.clock.seconds
        client.admin("POST", "/clock", {"days": 1})
        for row in client.toggl("GET", "/me/time_entries", params={"since": before}).json():
            old = datetime.fromisoformat(row["start"]).timestamp() < before - 43_200
            kinds["deleted" if row["server_deleted_at"] else "edited" if old else "new"] += 1
    assert kinds["new"] > 140
    assert kinds["edited"] > 0
    assert kinds["deleted"] > 0


def test_the_calendar_changes_day_by_day_too(make: Callable[..., Client]) -> None:
    client = make(start=START)
    token = client.events(maxResults=2500)["nextSyncToken"]
    client.admin("POST", "/clock", {"days": 3})
    client.bearer = ""
    assert len(client.events(syncToken=token)["items"]) > 5


def test_the_history_has_what_real_ones_have(demo: Client) -> None:
    account = demo.person.toggl
    entries = sorted((e for e in account.entries.values() if e.deleted_at is None), key=lambda e: e.start)
    days = Counter(datetime.fromtimestamp(e.start, account.zone).date() for e in entries)
    assert 12 <= len(entries) / len(days) <= 18
    assert any(e.stop and e.duration > 43_200 for e in entries), "a forgotten timer"
    assert any(a.stop and a.stop > b.start for a, b in pairwise(entries)), "an overlap"
    assert any(e.project_id is None for e in entries), "an entry without a project"
    assert account.current() is not None, "a running timer"
    assert all(e.duration >= 0 for e in entries if e.stop), "no timer runs backwards"
    assert any(not row["active"] for row in account.projects.values()), "an archived project"
    assert any(row["billable"] and row["client_id"] for row in account.projects.values())
    assert any(e.deleted_at for e in account.entries.values())
    assert min(days) == date(2024, 11, 21)


def test_the_calendars_hold_every_kind_of_event(demo: Client) -> None:
    bodies = [e.body for c in demo.person.google.calendars.values() for e in c.events.values()]
    kinds = {body.get("eventType") for body in bodies}
    assert {"default", "birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation"} <= kinds
    assert any("_R" in body["id"] for body in bodies), "a split series"
    assert any(body["status"] == "cancelled" and "recurringEventId" in body for body in bodies)
    answers = {p["responseStatus"] for body in bodies for p in body.get("attendees", ()) if p.get("self")}
    assert {"accepted", "declined", "tentative"} <= answers
    assert any("summary" not in body for body in bodies)
    assert any(body["start"] == body["end"] for body in bodies), "a zero-length event"
    assert any(body["start"].get("timeZone") == "America/New_York" for body in bodies)
    assert any(line.startswith("EXDATE") for body in bodies for line in body.get("recurrence", ()))
    uids = Counter(body["iCalUID"] for body in bodies if "recurringEventId" not in body)
    assert max(uids.values()) == 2, "the same event on two calendars"


def test_most_of_the_plan_is_done_near_its_time(demo: Client) -> None:
    account, life = demo.person.toggl, demo.person.life
    assert life is not None
    starts: dict[str, list[int]] = {}
    for entry in account.entries.values():
        key = next((t.key for t in life.projects if account.project_id(t.key_number) == entry.project_id), "")
        starts.setdefault(key, []).append(entry.start)
    done = planned = 0
    day = date(2026, 9, 7)
    while day < date(2026, 11, 14):
        for block in life.diary.plan(day):
            if (
                block.fate in {"as planned", "moved", "shifted"}
                and block.topic != "sleep"
                and not life.planner.away(day)
            ):
                planned += 1
                at = life.instant(day, block.start)
                done += any(abs(start - at) < 1800 for start in starts.get(block.topic, ()))
        day += timedelta(days=1)
    assert 0.65 < done / planned < 0.95


@pytest.mark.parametrize(
    ("language", "zone", "project"), [("en", "Europe/Berlin", "Deep work"), ("ja", "Asia/Tokyo", "集中作業")]
)
def test_the_person_speaks_either_language(make: Callable[..., Client], language: str, zone: str, project: str) -> None:
    client = make(language=language, start=date(2026, 11, 1))
    assert str(client.person.zone) == zone
    assert project in {row["name"] for row in client.person.toggl.projects.values()}


def test_the_machines_clock_goes_on_when_none_is_given() -> None:
    client = Client(create_app(Options(start=datetime.now(UTC).date())))
    first, second = (client.admin("GET", "/clock")["now"] for _ in range(2))
    assert second > first


def test_holidays_are_computed() -> None:
    assert easter(2026) == date(2026, 4, 5)
    assert easter(2025) == date(2025, 4, 20)
    assert holidays(2026, "ja")[date(2026, 5, 6)] == "振替休日"
    assert holidays(2026, "ja")[date(2026, 3, 20)] == "春分の日"
    assert holidays(2026, "en")[date(2026, 5, 14)] == "Ascension Day"


def test_a_sandbox_started_later_is_where_the_other_one_has_got_to(make: Callable[..., Client]) -> None:
    """So a demo can be stopped and started again: even the old sync tokens still fit."""
    lived = make(start=START, now=datetime(2026, 11, 10, 12, 15, tzinfo=UTC))
    token = lived.events(maxResults=2500)["nextSyncToken"]
    lived.admin("POST", "/clock", {"now": NOW.isoformat()})
    restarted = make(start=START)
    assert truth(restarted) == truth(lived)
    lived.bearer = ""
    changes = [client.events(syncToken=token, maxResults=2500)["items"] for client in (lived, restarted)]
    assert changes[0] == changes[1] != []
