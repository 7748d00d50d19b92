"""Google's tokens misbehaving in ways that the sandbox does not know: nothing is asked for without end."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from lifetracer.connector.source import Page
from lifetracer.connector.sources.google_calendar import event_list, following
from lifetracer.connector.sources.google_calendar.calendar_list import chosen, renewed
from lifetracer.connector.sources.google_calendar.following import READ_ANEW, LostThreadError, Sheet, follow
from lifetracer.errors import TryAgainError
from lifetracer.outside.http import Answer, HttpStatusError
from lifetracer.settings import Settings


class FakeApi:
    """Gives prepared answers in turn: a body, or a status that refuses."""

    def __init__(self, answers: Iterable[dict[str, Any] | int]) -> None:
        self.answers = iter(answers)
        self.asked: list[dict[str, Any]] = []

    def get(self, path: str, /, *, bucket: str | None = None, **params: object) -> Answer:
        self.asked.append({name: value for name, value in params.items() if value is not None} | {"path": path})
        answer = next(self.answers)
        if isinstance(answer, int):
            raise HttpStatusError("refused", code=answer, said="no", payload=None)
        return Answer(200, {}, json.dumps(answer).encode(), answer)


class FakeCursor:
    """Remembers in memory what a warehouse would."""

    def __init__(self, **states: dict[str, Any]) -> None:
        self.states = states
        self.stored: dict[str, list[dict[str, Any]]] = {}
        self.full = False
        self.since = self.until = None
        self.now = datetime(2026, 11, 21, tzinfo=UTC)
        self.settings: dict[str, Any] = {}
        self.options = Settings()
        self.warnings: list[str] = []
        self.sweeps = count(1)

    def state(self, partition: str = "") -> dict[str, Any]:
        return dict(self.states.get(partition, {}))

    def partitions(self) -> list[str]:
        return sorted(self.states)

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return self.stored.get(stream, [])

    def new_sweep(self) -> str:
        return f"sweep {next(self.sweeps)}"

    def warn(self, kind: str, **_: object) -> None:
        self.warnings.append(kind)


def take(sheet: Sheet) -> Iterator[Page]:
    yield Page(sheet.raw, "v3", state=sheet.state, sweep=sheet.sweep)


def page(*ids: str, **more: Any) -> dict[str, Any]:
    return {"kind": "calendar#events", "items": [{"id": name} for name in ids], **more}


def read(api: FakeApi, cursor: FakeCursor) -> tuple[list[Page], Exception | None]:
    pages: list[Page] = []
    try:
        for one in follow(api, cursor, "/list", {"maxResults": 2}, take, title="of tests"):
            pages.append(one)
            if one.state is not None:
                cursor.states[one.partition] = dict(one.state)
    except (HttpStatusError, TryAgainError) as failure:
        return pages, failure
    return pages, None


def test_each_page_commits_the_token_of_the_next_and_the_last_one_the_sync_token() -> None:
    api, cursor = (
        FakeApi([page("a", nextPageToken="2"), page(nextPageToken="3"), page("b", nextSyncToken="S")]),
        FakeCursor(),
    )
    pages, failure = read(api, cursor)
    assert failure is None
    assert [p.state for p in pages] == [
        {"page_token": "2", "sweep": "sweep 1"},
        {"page_token": "3", "sweep": "sweep 1"},
        {"sync_token": "S"},
    ]
    assert [asked.get("pageToken") for asked in api.asked] == [None, "2", "3"]


def test_parameters_are_the_same_for_full_and_incremental_reads() -> None:
    api, cursor = FakeApi([page(nextSyncToken="S"), page(nextSyncToken="T")]), FakeCursor()
    read(api, cursor)
    read(api, cursor)
    assert api.asked == [{"maxResults": 2, "path": "/list"}, {"maxResults": 2, "path": "/list", "syncToken": "S"}]


@pytest.mark.parametrize("again", ["2", "1"])
def test_a_page_token_that_repeats_itself_fails_loudly_and_starts_over_next_time(again: str) -> None:
    api = FakeApi([page("a", nextPageToken="1"), page("b", nextPageToken="2"), page("c", nextPageToken=again)])
    cursor = FakeCursor()
    cursor.states[""] = {"sync_token": "S"}
    _, failure = read(api, cursor)
    assert isinstance(failure, LostThreadError)
    assert "never end" in str(failure)
    assert cursor.state() == {"sync_token": "S"}


def test_empty_pages_without_end_fail_loudly() -> None:
    cursor = FakeCursor()
    _, failure = read(FakeApi(page(nextPageToken=str(n)) for n in count(1)), cursor)
    assert isinstance(failure, LostThreadError)
    assert cursor.state() == READ_ANEW


def test_fresh_page_tokens_without_end_fail_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_PAGES", 50)
    pages, failure = read(FakeApi(page("a", nextPageToken=str(n)) for n in count(1)), FakeCursor())
    assert isinstance(failure, LostThreadError)
    assert len(pages) == 51


def test_a_read_that_an_earlier_sync_began_is_followed_by_the_changes_since_then() -> None:
    cursor = FakeCursor()
    cursor.states[""] = {"sweep": "old", "page_token": "2"}
    api = FakeApi([page("a", nextSyncToken="S"), page("b", nextSyncToken="T")])
    pages, failure = read(api, cursor)
    assert failure is None
    assert [(p.sweep, p.state) for p in pages] == [("old", {"sync_token": "S"}), (None, {"sync_token": "T"})]
    assert [(asked.get("syncToken"), asked.get("pageToken")) for asked in api.asked] == [(None, "2"), ("S", None)]


def test_a_refused_page_token_restarts_the_changes_from_the_old_sync_token() -> None:
    cursor = FakeCursor()
    cursor.states[""] = {"sync_token": "S", "page_token": "2"}
    api = FakeApi([400, page("a", nextSyncToken="T")])
    pages, failure = read(api, cursor)
    assert failure is None
    assert [(asked.get("syncToken"), asked.get("pageToken")) for asked in api.asked] == [("S", "2"), ("S", None)]
    assert pages[-1].sweep is None


def test_a_refused_page_token_restarts_a_full_read_under_a_new_sweep() -> None:
    cursor = FakeCursor()
    cursor.states[""] = {"sweep": "old", "page_token": "2"}
    pages, failure = read(FakeApi([410, page("a", nextSyncToken="T")]), cursor)
    assert failure is None
    assert pages[-1].sweep == "sweep 1"


def test_a_sync_token_that_is_gone_leads_to_one_full_read() -> None:
    cursor = FakeCursor()
    cursor.states[""] = {"sync_token": "S"}
    pages, failure = read(FakeApi([410, page("a", nextSyncToken="T")]), cursor)
    assert failure is None
    assert pages[-1].sweep == "sweep 1"
    assert cursor.state() == {"sync_token": "T"}


def test_a_full_read_that_is_answered_with_410_is_not_repeated() -> None:
    cursor = FakeCursor()
    cursor.states[""] = {"sync_token": "S"}
    api = FakeApi([410] * 99)
    _, failure = read(api, cursor)
    assert isinstance(failure, LostThreadError)
    assert len(api.asked) == 2


def test_page_tokens_that_are_always_refused_end_the_read() -> None:
    answers = (answer for _ in count() for answer in (page("a", nextPageToken="2"), 400))
    api = FakeApi(answers)
    _, failure = read(api, FakeCursor())
    assert isinstance(failure, LostThreadError)
    assert len(api.asked) == 2 * (following.MOST_RESTARTS + 1)


def test_an_answer_that_is_no_list_is_not_believed() -> None:
    for body in ({"welcome": "to the hotel"}, {"kind": "calendar#events", "items": {}}):
        _, failure = read(FakeApi([body]), FakeCursor())
        assert isinstance(failure, TryAgainError)


def test_a_masked_tombstone_does_not_wipe_the_time_that_is_known() -> None:
    gone = {
        "id": "abc",
        "status": "cancelled",
        "start": {"dateTime": "2000-01-01T00:00:00Z", "timeZone": "UTC"},
        "end": {"dateTime": "2000-01-02T00:00:00Z", "timeZone": "UTC"},
        "transparency": "transparent",
    }
    cursor = FakeCursor(**{"me@x": {"sync_token": "S"}})
    cursor.stored = {"calendars": [{"id": "me@x", "kind": "calendar#calendarListEntry"}]}
    api = FakeApi([{"kind": "calendar#events", "items": [gone, {"id": "new"}], "nextSyncToken": "T"}])
    pages = list(event_list.read(api, cursor))
    tombstones, rest = pages[-2:]
    assert json.loads(tombstones.body) == [{"id": "abc", "status": "cancelled"}]
    assert rest.keep is not None
    assert '"abc"' in rest.keep


def test_unhealthy_google_is_not_asked_for_every_calendar() -> None:
    class Unwell(FakeApi):
        def get(self, path: str, /, *, bucket: str | None = None, **params: object) -> Answer:
            self.asked.append({"path": path})
            raise TryAgainError("down")

    api, cursor = Unwell([]), FakeCursor()
    cursor.stored = {"calendars": [{"id": f"{n}@x"} for n in range(9)]}
    with pytest.raises(TryAgainError):
        list(event_list.read(api, cursor))
    assert len(api.asked) == 2


CALENDARS = [
    {"id": "me@x", "primary": True},
    {"id": "work@group.calendar.google.com"},
    {"id": "ja.japanese#holiday@group.v.calendar.google.com"},
    {"id": "addressbook#contacts@group.v.calendar.google.com"},
    {"id": "old@group.calendar.google.com", "hidden": True},
]


@pytest.mark.parametrize(
    ("settings", "wanted", "read"),
    [
        ({}, (), ["me@x", "work@group.calendar.google.com"]),
        ({"calendars_off": ["work@group.calendar.google.com"]}, (), ["me@x"]),
        ({}, ("primary", "me@x"), ["me@x"]),
        ({"calendar_ids": ["friend@x"]}, ("me@x",), ["friend@x"]),
    ],
)
def test_which_calendars_are_read(settings: dict[str, Any], wanted: tuple[str, ...], read: list[str]) -> None:
    assert chosen(CALENDARS, settings, wanted) == read


def test_without_any_list_the_own_calendar_is_read() -> None:
    assert chosen([], {}, ()) == ["primary"]


def test_the_head_of_an_answer_renews_the_calendar_only_when_it_says_something_new() -> None:
    row = {"id": "a", "summary": "A", "timeZone": "UTC", "colorId": "3"}
    assert renewed(row, "a", {"summary": "A", "timeZone": "UTC", "description": ""}) is None
    assert renewed(row, "a", {"summary": "B", "timeZone": "UTC"}) == {**row, "summary": "B"}
    assert renewed(None, "a", {"summary": "A"}) == {"kind": "calendar#calendar", "id": "a", "summary": "A"}


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        ("RRULE:FREQ=DAILY;UNTIL=20261126T075959Z", datetime(2026, 11, 26, 7, 59, 59, tzinfo=UTC)),
        ("RRULE:FREQ=DAILY;UNTIL=20261126", datetime(2026, 11, 26, 23, 59, 59, tzinfo=UTC)),
        ("RRULE:FREQ=DAILY", None),
    ],
)
def test_the_end_of_a_series(rule: str, end: datetime | None) -> None:
    assert event_list.series_end(["EXDATE;TZID=Europe/Berlin:20261224T090000", rule]) == end
