"""What runs by itself: once per local day, whatever the clocks do and however many workers look."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.jobs import schedule
from lifetracer.jobs.schedule import next_run


def utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def test_the_next_run_is_at_the_local_time():
    assert next_run(time(1, 5), "Asia/Tokyo", utc("2026-11-21T00:00+09:00")) == utc("2026-11-21T01:05+09:00")
    assert next_run(time(1, 5), "Asia/Tokyo", utc("2026-11-21T01:05+09:00")) == utc("2026-11-22T01:05+09:00")


def test_a_time_that_the_clock_skips_comes_as_much_later():
    """Berlin, 2026-03-29: 02:00 becomes 03:00."""
    assert next_run(time(2, 30), "Europe/Berlin", utc("2026-03-29T00:00+01:00")) == utc("2026-03-29T03:30+02:00")


def test_a_time_that_comes_twice_counts_once():
    """Berlin, 2026-10-25: 03:00 becomes 02:00."""
    first = next_run(time(2, 30), "Europe/Berlin", utc("2026-10-25T00:00+02:00"))
    assert first == utc("2026-10-25T02:30+02:00")
    assert next_run(time(2, 30), "Europe/Berlin", first) == utc("2026-10-26T02:30+01:00")


def test_an_unknown_zone_counts_as_utc():
    assert next_run(time(1), "Mars/Olympus", utc("2026-01-01T00:00Z")) == utc("2026-01-01T01:00Z")


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Africa/Cairo"]
)
@pytest.mark.parametrize("local", [time(0), time(1, 5), time(2), time(2, 30), time(23, 59)])
def test_two_years_have_one_run_per_local_day(zone, local):
    place, now, days = ZoneInfo(zone), utc("2025-01-01T12:00Z"), []
    while now < utc("2027-01-01T12:00Z"):
        now = next_run(local, zone, now)
        days.append(now.astimezone(place).date())
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


pytest_db = pytest.mark.db


def due_until(warehouse, now):
    """Attend to everything that is due, as a worker does."""
    asked = []
    while True:
        try:
            with warehouse.transaction() as con:
                asked.append(schedule.tick(con, now))
        except LookupError:
            return [each for each in asked if each]


def finish_all(warehouse):
    with warehouse.transaction() as con:
        con.execute("update ops.job set status = 'succeeded', finished_at = now()")


def connect(warehouse, account, *sources):
    with warehouse.transaction() as con:
        for source in sources:
            con.execute(
                "insert into app.connection (account_id, source, name) values (%s, %s, %s)",
                [account.account_id, source, source],
            )


@pytest_db
def test_a_new_account_has_the_daily_batch(warehouse, account):
    with warehouse.transaction(account_id=account.account_id) as con:
        entries = [(f"{e.local_time:%H:%M}", e.stage, e.subject) for e in schedule.every(con)]
    assert entries == [
        ("01:00", "sync", "toggl_track"),
        ("01:05", "sync", "google_calendar"),
        ("02:00", "transform", ""),
        ("02:20", "analyze", ""),
        ("02:40", "adjust", ""),
        ("03:00", "report", "week"),
    ]


@pytest_db
def test_the_batch_runs_at_its_local_times(warehouse, account):
    connect(warehouse, account, "toggl_track", "google_calendar")
    assert due_until(warehouse, utc("2026-11-20T12:00+09:00")) == []
    ran = []
    for minute in range(0, 24 * 60, 5):
        now = utc("2026-11-21T00:00+09:00") + timedelta(minutes=minute)
        ran += [(now.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M"), *each) for each in due_until(warehouse, now)]
        finish_all(warehouse)
    assert ran == [
        ("01:00", "sync", "toggl_track"),
        ("01:05", "sync", "google_calendar"),
        ("02:00", "transform", ""),
        ("02:20", "analyze", ""),
        ("02:40", "adjust", ""),
        ("03:00", "report", "week"),
    ]


@pytest_db
def test_after_a_week_of_sleep_it_catches_up_once(warehouse, account):
    connect(warehouse, account, "toggl_track")
    due_until(warehouse, utc("2026-11-01T12:00Z"))
    late = due_until(warehouse, utc("2026-11-08T12:00Z"))
    assert sorted(late) == [
        ("adjust", ""),
        ("analyze", ""),
        ("report", "week"),
        ("sync", "toggl_track"),
        ("transform", ""),
    ]
    finish_all(warehouse)
    assert due_until(warehouse, utc("2026-11-08T12:01Z")) == []
    with warehouse.transaction() as con:
        assert con.execute("select count(*) from ops.job").fetchone() == (5,)


@pytest_db
def test_a_source_that_is_not_connected_is_passed_by(warehouse, account):
    due_until(warehouse, utc("2026-11-01T12:00Z"))
    assert ("sync", "toggl_track") not in due_until(warehouse, utc("2026-11-02T12:00Z"))


@pytest_db
def test_a_light_sync_comes_every_few_minutes_once_it_is_wished(warehouse, account):
    connect(warehouse, account, "toggl_track")
    with warehouse.transaction(account_id=account.account_id) as con:
        schedule.put_often(con, "toggl", 30)
    start = utc("2026-11-20T12:00+09:00")
    assert due_until(warehouse, start) == []
    ran = []
    for minute in range(0, 4 * 60, 5):
        ran += due_until(warehouse, start + timedelta(minutes=minute))
        finish_all(warehouse)
    assert ran == [("sync", "toggl_track")] * 7
    late = due_until(warehouse, start + timedelta(hours=10))
    assert late == [("sync", "toggl_track")], "after sleep once"
    with warehouse.transaction(account_id=account.account_id) as con:
        schedule.switch(con, "sync", "toggl", enabled=False, often=True)
        at = {(e.subject, e.every_minutes): e.enabled for e in schedule.every(con) if e.stage == "sync"}
    assert at == {("toggl_track", None): True, ("toggl_track", 30): False, ("google_calendar", None): True}


@pytest_db
@pytest.mark.parametrize(("remaining", "runs"), [(25, 1), (5, 0)])
def test_a_light_sync_leaves_the_quota_to_people(warehouse, account, remaining, runs):
    connect(warehouse, account, "toggl_track")
    with warehouse.transaction(account_id=account.account_id) as con:
        schedule.put_often(con, "toggl", 30)
    now = utc("2026-11-20T03:00Z")
    with warehouse.transaction() as con:
        con.execute(
            "insert into ops.quota (account_id, connection_id, bucket, total, remaining, resets_at)"
            " select account_id, connection_id, 'user', 30, %s, %s from app.connection",
            [remaining, now + timedelta(hours=1)],
        )
    due_until(warehouse, now)
    assert len(due_until(warehouse, now + timedelta(minutes=31))) == runs


@pytest_db
def test_a_changed_time_or_zone_counts_from_now_on(warehouse, account):
    due_until(warehouse, utc("2026-11-20T12:00Z"))
    with warehouse.transaction(account_id=account.account_id) as con:
        schedule.put(con, "transform", "", time(4, 30))
        for stage, subject in (("report", "week"), ("analyze", ""), ("adjust", "")):
            schedule.switch(con, stage, subject, enabled=False)
    with warehouse.transaction(account_id=account.account_id) as con:
        con.execute("update app.account set time_zone = 'Europe/Berlin'")
    due_until(warehouse, utc("2026-11-20T12:00Z"))
    with warehouse.transaction(account_id=account.account_id) as con:
        planned = {entry.stage: entry for entry in schedule.every(con)}
    assert planned["transform"].next_run_at == utc("2026-11-21T04:30+01:00")
    assert not planned["report"].enabled
    assert due_until(warehouse, utc("2026-11-21T03:00Z")) == []
    assert due_until(warehouse, utc("2026-11-21T04:00Z")) == [("transform", "")]


@pytest_db
def test_what_cannot_be_scheduled_is_refused(warehouse, account):
    with warehouse.transaction(account_id=account.account_id) as con:
        with pytest.raises(UsageError, match="no stage"):
            schedule.put(con, "dream", "", time(1))
        with pytest.raises(NotFoundError, match="no source"):
            schedule.put(con, "sync", "nowhere", time(1))
        with pytest.raises(UsageError, match="Every 2 minutes"):
            schedule.put_often(con, "toggl", 2)
        with pytest.raises(NotFoundError, match="not in the schedule"):
            schedule.switch(con, "sync", "ical", enabled=True)


@pytest_db
def test_nobody_changes_the_schedule_of_another(warehouse, account, new_account):
    other = new_account("Other")
    with warehouse.transaction(account_id=other.account_id) as con:
        con.execute("update app.schedule set enabled = false")
        assert len(schedule.every(con)) == 6
    with warehouse.transaction(account_id=account.account_id) as con:
        assert [entry.enabled for entry in schedule.every(con)] == [True] * 6
