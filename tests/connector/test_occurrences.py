"""Expansion of calendar events: wall clocks, exceptions, odd series, and the table kept up to date."""

from datetime import UTC, date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from lifetracer.connector.expansion import MOST_PER_SERIES
from lifetracer.connector.occurrences import Window, expand

BERLIN, TOKYO, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
WINDOW = Window(end=datetime(2027, 12, 31, tzinfo=UTC))


def timed(event_id="a", start="2026-01-05T09:00:00+01:00", end="2026-01-05T09:30:00+01:00", *recurrence, **more):
    zone = more.pop("zone", "Europe/Berlin")
    when = {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}}
    return {
        "id": event_id,
        "status": "confirmed",
        **when,
        **({"recurrence": list(recurrence)} if recurrence else {}),
        **more,
    }


def whole_day(event_id="d", start="2026-01-05", end="2026-01-06", *recurrence, **more):
    repeats = {"recurrence": list(recurrence)} if recurrence else {}
    return {"id": event_id, "status": "confirmed", "start": {"date": start}, "end": {"date": end}, **repeats, **more}


def exception(original, start=None, end=None, **more):
    key = "date" if len(original) == 10 else "dateTime"
    given = {"id": f"a_{original}", "recurringEventId": "a", "originalStartTime": {key: original}}
    return timed(given["id"], start, end) | given | more if start else given | {"status": "cancelled"} | more


def found(events, zone=BERLIN, window=WINDOW):
    return sorted(expand(events, window, zone), key=lambda o: (str(o.starts_at or o.starts_on), o.series_id))


def local(events, zone=BERLIN, window=WINDOW):
    return [
        o.starts_at.astimezone(zone).strftime("%m-%d %H:%M") if o.starts_at else str(o.starts_on)
        for o in found(events, zone, window)
    ]


def test_weekly_nine_o_clock_stays_nine_o_clock_through_summer_time():
    series = timed("a", "2026-03-23T09:00:00+01:00", "2026-03-23T10:00:00+01:00", "RRULE:FREQ=WEEKLY;COUNT=3")
    assert local([series]) == ["03-23 09:00", "03-30 09:00", "04-06 09:00"]
    assert [o.starts_at.hour for o in found([series])] == [8, 7, 7]


def test_skipped_wall_time_moves_on_and_a_doubled_one_means_the_first():
    spring = timed("a", "2026-03-28T02:30:00+01:00", "2026-03-28T03:00:00+01:00", "RRULE:FREQ=DAILY;COUNT=2")
    assert found([spring])[1].starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in summer time
    autumn = timed("a", "2026-10-24T02:30:00+02:00", "2026-10-24T03:00:00+02:00", "RRULE:FREQ=DAILY;COUNT=2")
    assert found([autumn])[1].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = timed("a", "2026-10-25T02:30:00+01:00", "2026-10-25T03:00:00+01:00", "RRULE:FREQ=DAILY;COUNT=2")
    assert [o.starts_at.hour for o in found([second])] == [1, 1]


def test_length_is_exact_even_over_a_clock_change():
    night = timed("a", "2026-03-27T22:00:00+01:00", "2026-03-28T06:00:00+01:00", "RRULE:FREQ=DAILY;COUNT=2")
    assert {o.ends_at - o.starts_at for o in found([night])} == {timedelta(hours=8)}


def test_exception_replaces_moves_or_cancels_one_occurrence():
    series = timed("a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", "RRULE:FREQ=DAILY;COUNT=4")
    moved = exception("2026-01-06T08:00:00Z", "2026-01-06T11:00:00+01:00", "2026-01-06T12:00:00+01:00")
    gone = exception("2026-01-07T09:00:00+01:00")
    assert local([moved, gone, series]) == ["01-05 09:00", "01-06 11:00", "01-08 09:00"]
    replaced = found([series, moved, gone])[1]
    assert (replaced.series_id, replaced.content_id) == ("a", moved["id"])
    assert replaced.original_start == "2026-01-06T08:00:00Z"


@pytest.mark.parametrize("event_id", ["a_20260106T080000Z", "a_20260106"])
def test_bare_cancelled_instance_is_known_by_its_id(event_id):
    series = timed("a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", "RRULE:FREQ=DAILY;COUNT=3")
    assert local([series, {"id": event_id, "status": "cancelled"}]) == ["01-05 09:00", "01-07 09:00"]
    days = whole_day("a", "2026-01-05", "2026-01-06", "RRULE:FREQ=DAILY;COUNT=3")
    assert local([days, {"id": "a_20260106", "status": "cancelled"}]) == ["2026-01-05", "2026-01-07"]


def test_exception_may_change_between_timed_and_all_day():
    series = timed("a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", "RRULE:FREQ=DAILY;COUNT=2")
    day = {"id": "x", "recurringEventId": "a", "originalStartTime": {"dateTime": "2026-01-06T09:00:00+01:00"}}
    made = found([series, whole_day("x", "2026-01-06", "2026-01-07") | day])
    assert [(o.starts_on, o.starts_at is None) for o in made] == [(None, False), (date(2026, 1, 6), True)]
    days = whole_day("a", "2026-01-05", "2026-01-06", "RRULE:FREQ=DAILY;COUNT=2")
    hour = exception("2026-01-06", "2026-01-06T11:00:00+01:00", "2026-01-06T12:00:00+01:00")
    assert local([days, hour]) == ["2026-01-05", "01-06 11:00"]


def test_exception_without_its_master_is_a_single_event():
    alone = exception("2026-01-06T08:00:00Z", "2026-01-06T11:00:00+01:00", "2026-01-06T12:00:00+01:00")
    assert [(o.series_id, o.starts_at.hour) for o in found([alone])] == [(alone["id"], 10)]
    assert found([exception("2026-01-06T08:00:00Z")]) == []


def test_cancelled_master_takes_its_exceptions_along():
    alone = exception("2026-01-06T08:00:00Z", "2026-01-06T11:00:00+01:00", "2026-01-06T12:00:00+01:00")
    assert found([{"id": "a", "status": "cancelled"}, alone]) == []


def test_this_and_following_split_gives_two_series_that_meet():
    old = timed(
        "a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", "RRULE:FREQ=DAILY;UNTIL=20260106T225959Z"
    )
    new = timed(
        "a_R20260107T080000", "2026-01-07T10:00:00+01:00", "2026-01-07T10:30:00+01:00", "RRULE:FREQ=DAILY;COUNT=2"
    )
    gone = {"id": "a_R20260107T080000_20260108T090000Z", "status": "cancelled"}
    assert local([old, new, gone]) == ["01-05 09:00", "01-06 09:00", "01-07 10:00"]


def test_series_of_dates_alone_with_extra_and_excluded_times():
    rdates = timed(
        "a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00",
        "RDATE;TZID=Europe/Berlin:20260110T090000,20260112T090000",
        "RDATE;VALUE=PERIOD:20260201T080000Z/PT2H,20260202T080000Z/20260202T083000Z",
        "EXDATE;TZID=Europe/Berlin:20260112T090000",
    )  # fmt: skip
    assert local([rdates]) == ["01-05 09:00", "01-10 09:00", "02-01 09:00", "02-02 09:00"]
    assert [(o.ends_at - o.starts_at).seconds // 60 for o in found([rdates])] == [30, 30, 120, 30]
    dates = whole_day("a", "2026-01-05", "2026-01-06", "RDATE;VALUE=DATE:20260107", "EXDATE;VALUE=DATE:20260105")
    assert local([dates]) == ["2026-01-07"]


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE;TZID=Europe/Berlin:20260331T090000",
        "EXDATE:20260331T070000Z",
        "EXDATE:20260331T090000",
        "EXDATE;VALUE=DATE:20260331",
        "EXDATE;TZID=America/New_York:20260331T030000",
        "EXRULE:FREQ=MONTHLY;BYMONTHDAY=31",
    ],
)
def test_excluded_time_may_be_written_in_any_way(line):
    series = timed("a", "2026-03-28T09:00:00+01:00", "2026-03-28T09:30:00+01:00", "RRULE:FREQ=DAILY;COUNT=5", line)
    assert local([series]) == ["03-28 09:00", "03-29 09:00", "03-30 09:00", "04-01 09:00"]


@pytest.mark.parametrize(
    ("until", "count"),
    [("20260107T080000Z", 3), ("20260107T075959Z", 2), ("20260107", 3), ("20260107T090000", 3), ("20260107T085959", 2)],
)
def test_until_is_an_instant_a_day_or_a_wall_time(until, count):
    series = timed("a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", f"RRULE:FREQ=DAILY;UNTIL={until}")
    assert len(found([series])) == count
    days = whole_day("a", "2026-01-05", "2026-01-06", f"RRULE:FREQ=DAILY;UNTIL={until}")
    assert len(found([days])) == 3


def test_several_rules_are_united_and_each_time_counts_once():
    rules = ("RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO", "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO,TU")
    assert local([timed("a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", *rules)]) == [
        "01-05 09:00", "01-06 09:00", "01-12 09:00",
    ]  # fmt: skip


def test_this_and_future_exception_moves_what_follows_and_can_end_it():
    series = timed("a", "2026-03-26T09:00:00+01:00", "2026-03-26T09:30:00+01:00", "RRULE:FREQ=DAILY;COUNT=5")
    later = exception("2026-03-28T09:00:00+01:00", "2026-03-28T11:00:00+01:00", "2026-03-28T13:00:00+01:00")
    later["range"] = "THISANDFUTURE"
    assert local([series, later]) == ["03-26 09:00", "03-27 09:00", "03-28 11:00", "03-29 11:00", "03-30 11:00"]
    assert {o.content_id for o in found([series, later])[2:]} == {later["id"]}
    end = exception("2026-03-29T09:00:00+02:00", range="THISANDFUTURE")
    assert local([series, later, end]) == ["03-26 09:00", "03-27 09:00", "03-28 11:00"]


def test_lengths_of_nothing_of_days_and_backwards():
    moment = timed("a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:00:00+01:00")
    trip = whole_day("b", "2026-01-05", "2026-01-08")
    backwards = timed("c", "2026-01-06T09:00:00+01:00", "2026-01-05T09:00:00+01:00")
    open_end = timed("e", "2026-01-07T09:00:00+01:00", "2026-01-07T10:00:00+01:00", endTimeUnspecified=True)
    made = {o.series_id: o for o in found([moment, trip, backwards, open_end])}
    assert made["a"].ends_at == made["a"].starts_at
    assert made["b"].ends_on - made["b"].starts_on == timedelta(days=3)
    assert made["c"].ends_at == made["c"].starts_at
    assert made["e"].ends_at - made["e"].starts_at == timedelta(hours=1)


def test_single_events_of_1970_and_2100_are_kept_and_series_end_with_the_window():
    old = timed("a", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z", zone="UTC")
    far = timed("b", "2100-06-01T00:00:00Z", "2100-06-01T01:00:00Z", zone="UTC")
    years = whole_day("c", "1970-05-01", "1970-05-02", "RRULE:FREQ=YEARLY")
    made = found([old, far, years])
    assert made[0].starts_at.year == 1970
    assert made[-1].starts_at.year == 2100
    assert sum(o.series_id == "c" for o in made) == 2027 - 1970 + 1


def test_floating_times_and_unreadable_starts():
    floating = {"id": "f", "start": {"dateTime": "2026-01-05T09:00:00"}, "end": {"dateTime": "2026-01-05T10:00:00"}}
    assert found([floating], TOKYO)[0].starts_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert (
        found([{"id": "x"}, {"id": "y", "start": {"dateTime": "soon"}}, {"id": "z", "start": {"date": "2026-13-01"}}])
        == []
    )


def test_a_line_that_cannot_be_read_leaves_the_others():
    series = timed(
        "a",
        "2026-01-05T09:00:00+01:00",
        "2026-01-05T09:30:00+01:00",
        "RRULE:FREQ=SOMETIMES",
        "RDATE:20260106T080000Z,x",
    )
    assert local([series]) == ["01-05 09:00", "01-06 09:00"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;BYDAY=MO", "FREQ=HOURLY;BYMINUTE=0,1,2,3,4,5", "FREQ=SECONDLY;COUNT=900000000"],
)
def test_flood_is_cut_to_the_latest_and_takes_no_time(rule):
    began = process_time()
    made = found([timed("a", "2001-01-01T09:00:00+01:00", "2001-01-01T09:00:01+01:00", f"RRULE:{rule}")])
    assert 0 < len(made) <= MOST_PER_SERIES
    assert process_time() - began < 3
    if "COUNT" not in rule:
        assert made[-1].starts_at > WINDOW.end - timedelta(days=8)


def test_window_that_moved_adds_exactly_what_is_new():
    events = [
        timed(
            "a", "2026-01-05T09:00:00+01:00", "2026-01-05T09:30:00+01:00", "RRULE:FREQ=DAILY", "RDATE:20261011T120000Z"
        ),
        whole_day("d", "2026-01-05", "2026-01-06", "RRULE:FREQ=WEEKLY"),
    ]
    first, later = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    assert set(found(events, window=Window(later))) == set(found(events, window=Window(first))) | set(
        found(events, window=Window(later, first))
    )
    assert not set(found(events, window=Window(first))) & set(found(events, window=Window(later, first)))
