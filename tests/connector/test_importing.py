"""Files into the raw layer: real exports, twice without change, bad ones told in a sentence."""

import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lifetracer.connector import occurrences
from lifetracer.connector.importing import import_files
from lifetracer.connector.registry import raw_streams
from lifetracer.connector.sources import ical
from lifetracer.errors import UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse.migrate import migrate

DATA = Path(__file__).parents[2].parent / "shared/data"
ROWS = {
    "ifry_2023_2024.csv": 1124, "mantey_2018_2019.csv": 878, "newton_24h_2018.csv": 3485, "stefan_2021_2022.csv": 1358,
    "vadym_24h_2019_2020.csv": 8867, "vasilescur_24h_2018_2019.csv": 1922, "flores_2017_08.toggl.csv": 217,
    "ifry_2023_2024_1.toggl.csv": 339, "ifry_2023_2024_2.toggl.csv": 419, "ifry_2023_2024_3.toggl.csv": 366,
    "newton_24h_2018.toggl.csv": 3485, "stefan_2021_2022.toggl.csv": 1358,
}  # fmt: skip
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real data in ../shared/data is not here")
pytestmark = pytest.mark.db

HEADER = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags,Amount ()\n"
)
ROW = "me,me@example.com,,Work,,{},No,2026-01-05,{},2026-01-05,{},{},,\n"


@pytest.fixture
def house(warehouse):
    migrate(warehouse, raw_streams())
    return warehouse


@pytest.fixture
def bring(house, account):
    def run(*paths, **more):
        return import_files(house, Settings(), account, [str(p) for p in paths], **more)

    return run


@pytest.fixture
def ask(house):
    def query(text, *values):
        with house.transaction() as connection:
            return connection.execute(text, values).fetchall()

    return query


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def event(uid="e1", *lines, start="20260105T090000Z", end="20260105T100000Z"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start}", f"DTEND:{end}", *lines, "END:VEVENT", ""])


def calendar(*events, name="Plan", zone=None):
    about = [f"X-WR-CALNAME:{name}", *([f"X-WR-TIMEZONE:{zone}"] if zone else [])]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *about, ""]) + "".join(events) + "END:VCALENDAR\r\n"


@needs_data
def test_every_real_export_comes_in_whole_and_a_second_time_changes_nothing(bring, ask):
    folders = [DATA / "timelogs/toggl", DATA / "timelogs/normalized"]
    first = bring(*folders)
    assert {Path(f.file).name: f.items for f in first.files} == ROWS
    assert first.is_whole
    ((stored,),) = ask("select count(*) from raw.toggl_csv__time_entries")
    assert stored == sum(f.inserted for f in first.files)
    again = bring(*folders)
    assert (again.changed, again.is_whole) == (0, True)
    assert ask("select count(*) from raw.revision") == [(0,)]


@needs_data
def test_real_and_hard_calendars_come_in_and_broken_ones_get_a_sentence_each(bring, ask):
    summary = bring(DATA / "ics/broken", DATA / "ics/real", DATA / "ics/hard")
    by_folder = {d: [f for f in summary.files if f"/{d}/" in f.file] for d in ("real", "hard", "broken")}
    assert [len(fs) for fs in by_folder.values()] == [10, 50, 12]
    assert all(f.items and f.error is None for f in by_folder["real"] + by_folder["hard"])
    assert all(f.is_whole for f in by_folder["real"])
    for file in by_folder["broken"]:
        (sentence,) = file.problems or file.notes
        assert sentence.startswith(f"{file.file}, line ")
        assert sentence.endswith(".")
    ((places,),) = ask("select count(*) from raw.occurrence")
    assert places == summary.occurrences > 10_000
    assert bring(DATA / "ics/broken", DATA / "ics/real", DATA / "ics/hard").occurrences == 0


def test_overlapping_exports_meet_and_equal_rows_of_one_file_stay_apart(bring, ask, tmp_path):
    same = ROW.format("run", "09:00:00", "10:00:00", "01:00:00")
    other = ROW.format("read", "11:00:00", "12:00:00", "01:00:00")
    assert bring(write(tmp_path, "a.csv", HEADER + same + same)).files[0].inserted == 2
    result = bring(write(tmp_path, "b.csv", HEADER + other + same)).files[0]
    assert (result.inserted, result.unchanged) == (1, 1)
    assert ask("select count(*) from raw.toggl_csv__time_entries") == [(3,)]


def test_wrong_zone_is_corrected_by_importing_again(bring, ask, tmp_path):
    path = write(tmp_path, "a.csv", HEADER + ROW.format("run", "09:00:00", "10:00:00", "01:00:00"))
    bring(path)
    assert bring(path, time_zone="Europe/Berlin").files[0].updated == 1
    assert ask("select data ->> 'start' from raw.toggl_csv__time_entries") == [("2026-01-05T08:00:00Z",)]


def test_bad_rows_are_named_and_the_others_come_in(bring, tmp_path):
    rows = [
        ROW.format("good", "09:00:00", "10:00:00", "01:00:00"),
        ROW.format("no time", "soon", "10:00:00", "01:00:00"),
        ROW.format("backwards", "10:00:00", "09:00:00", "01:00:00"),
        ROW.format("nothing", "09:00:00", "09:00:00", "00:00:00"),
        "too,short\n",
    ]
    (result,) = bring(write(tmp_path, "a.csv", HEADER + "".join(rows))).files
    assert (result.items, len(result.problems)) == (2, 3)
    assert result.problems[0] == (
        f"{tmp_path}/a.csv, line 3: the time “soon” cannot be read; the row was left out. Correct it and import again."
    )
    assert "line 4: it ends before it begins" in result.problems[1]
    assert "line 6: it has 2 columns instead of 14" in result.problems[2]


def test_ends_of_the_calendar_long_texts_emoji_and_nul(bring, ask, tmp_path):
    long, nul = "x" * 65_536, "a\x00b \U0001f600"
    rows = HEADER + "".join(
        f"me,,,Work,,{text},No,{day},00:00:00,{day},01:00:00,01:00:00,,\n"
        for text, day in ((long, "1970-01-01"), (nul, "2100-12-31"))
    )
    (result,) = bring(write(tmp_path, "a.csv", rows), time_zone="UTC").files
    assert (result.items, result.mended, result.is_whole) == (2, 1, True)
    assert str(result.first_on), str(result.last_on) == ("1970-01-01", "2100-12-31")
    ((old,), (far,)) = ask("select data ->> 'description' from raw.toggl_csv__time_entries order by data ->> 'start'")
    assert old == long
    assert far == "a�b \U0001f600"


def test_bad_files_do_not_stop_the_others(bring, tmp_path):
    good = write(tmp_path, "good.csv", HEADER + ROW.format("run", "09:00:00", "10:00:00", "01:00:00"))
    bad = [
        write(tmp_path, "empty.csv", ""),
        write(tmp_path, "page.csv", "<html><body>Sign in</body></html>"),
        write(tmp_path, "report.pdf", b"%PDF-1.7 \xff\xfe"),
        write(tmp_path, "damaged.zip", b"PK\x03\x04nothing"),
        tmp_path / "missing.csv",
    ]
    summary = bring(*bad, good)
    assert [f.error is not None for f in summary.files] == [True] * 5 + [False]
    assert all(str(p) in str(f.error) and f.error.remedy for p, f in zip(bad, summary.files, strict=False))
    assert summary.files[-1].inserted == 1
    assert not summary.is_whole
    assert json.dumps(summary.as_json())


def test_folders_patterns_and_archives_are_opened(bring, tmp_path):
    row = HEADER + ROW.format("run", "09:00:00", "10:00:00", "01:00:00")
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "a.csv", row)
    write(tmp_path, "notes.md", "no")
    with zipfile.ZipFile(tmp_path / "takeout.zip", "w") as archive:
        archive.writestr("Calendar/plan.ics", calendar(event()))
        archive.writestr("readme.md", "no")
    names = [f.file.removeprefix(str(tmp_path)) for f in bring(tmp_path).files]
    assert names == ["/deep/a.csv", "/takeout.zip/Calendar/plan.ics"]
    assert [f.unchanged for f in bring(f"{tmp_path}/*/*.csv").files] == [1]


def test_nothing_named_or_a_zone_that_is_none(bring, tmp_path):
    with pytest.raises(UsageError):
        bring()
    with pytest.raises(UsageError, match="Mars"):
        bring(tmp_path, time_zone="Mars/Olympus")


def test_calendar_is_expanded_and_follows_what_changes(bring, ask, tmp_path):
    weekly = event("w", "SUMMARY:Week", "RRULE:FREQ=WEEKLY;COUNT=4")
    first = bring(write(tmp_path, "plan.ics", calendar(weekly, event("one"))))
    assert (first.files[0].items, first.occurrences) == (2, 5)
    moved = event("w", "RECURRENCE-ID:20260112T090000Z", start="20260112T150000Z", end="20260112T160000Z")
    gone = event("w", "RECURRENCE-ID:20260119T090000Z", "STATUS:CANCELLED", start="20260119T090000Z")
    assert (
        bring(write(tmp_path, "changes.ics", calendar(moved, gone, event("one", "STATUS:CANCELLED")))).occurrences == 3
    )
    found = ask("select starts_at, series_id, content_id from raw.occurrence order by starts_at")
    assert [row[0].strftime("%m-%d %H") for row in found] == ["01-05 09", "01-12 15", "01-26 09"]
    assert found[1][1:] == ("Plan/w", "Plan/w_20260112T090000Z")


def test_refresh_is_incremental_and_equals_a_fresh_expansion(bring, ask, house, account, tmp_path):
    daily = event("d", "RRULE:FREQ=DAILY", start="20260101T090000Z", end="20260101T100000Z")
    days = event("a", "RRULE:FREQ=WEEKLY", start="20260101", end="20260102").replace("Z", "")
    bring(write(tmp_path, "plan.ics", calendar(daily, days, event("one"))))
    ((connection_id,),) = ask("select connection_id from app.connection where source = 'ical'")

    def refresh(now, ahead=400):
        with house.transaction() as connection:
            return occurrences.refresh(connection, account.account_id, connection_id, ical.source, now, ahead)

    def everything():
        return ask("select occurrence_id, starts_at, starts_on, content_id from raw.occurrence order by 1")

    now = datetime.now(UTC)
    assert refresh(now) == 0
    assert refresh(now + timedelta(days=7)) == 8  # seven days more, one of them the weekly one
    assert refresh(now + timedelta(days=7)) == 0
    moved_on = everything()
    with house.transaction() as connection:
        connection.execute("delete from ops.cursor where stream = 'occurrences'")
    assert refresh(now + timedelta(days=7)) == 0
    assert everything() == moved_on
    assert refresh(now, ahead=100) > 0
    assert set(everything()) < set(moved_on), "what lies beyond the shorter window is gone"
    with house.transaction() as connection:
        connection.execute("update raw.ical__calendars set deleted_at = now(), synced_at = now() + interval '1 minute'")
    refresh(now)
    assert everything() == []


def test_deleted_master_takes_its_exceptions_and_a_lone_exception_stays(bring, ask, house, account, tmp_path):
    weekly = event("w", "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = event("w", "RECURRENCE-ID:20260112T090000Z", start="20260112T150000Z", end="20260112T160000Z")
    assert bring(write(tmp_path, "a.ics", calendar(moved))).occurrences == 1
    assert ask("select series_id from raw.occurrence") == [("Plan/w_20260112T090000Z",)]
    bring(write(tmp_path, "b.ics", calendar(weekly)))
    assert len(ask("select 1 from raw.occurrence where series_id = 'Plan/w'")) == 3
    assert bring(write(tmp_path, "c.ics", calendar(event("w", "STATUS:CANCELLED")))).occurrences == 3
    assert ask("select 1 from raw.occurrence") == []


def test_floating_times_lie_in_the_calendars_zone_or_the_persons(bring, ask, tmp_path):
    local = {"start": "20260105T090000", "end": "20260105T100000"}
    bring(write(tmp_path, "a.ics", calendar(event("a", **local), name="A")))
    bring(write(tmp_path, "b.ics", calendar(event("b", **local), name="B", zone="Europe/Berlin")))
    bring(write(tmp_path, "c.ics", calendar(event("c", **local), name="C")), time_zone="America/New_York")
    hours = [row[0].hour for row in ask("select starts_at from raw.occurrence order by series_id")]
    assert hours == [0, 8, 14]  # the account's zone is Tokyo


@pytest.mark.parametrize("server_kind", ["warehouse15"])
def test_import_works_on_the_oldest_postgresql(server_kind, request, tmp_path):
    house = request.getfixturevalue(server_kind)
    from lifetracer.warehouse.accounts import create

    migrate(house, raw_streams())
    with house.transaction() as connection:
        person = create(connection, "Old", "Asia/Tokyo", "ja")
    path = write(tmp_path, "a.ics", calendar(event("w", "RRULE:FREQ=WEEKLY;COUNT=3")))
    assert import_files(house, Settings(), person, [str(path)]).occurrences == 3
    assert import_files(house, Settings(), person, [str(path)]).occurrences == 0


def test_twenty_thousand_events_are_expanded_within_bounds(bring, house, ask, account, tmp_path):
    some = [event(f"s{n}", "RRULE:FREQ=WEEKLY;COUNT=3") for n in range(1000)]
    many = [event(f"e{n}", start=f"2026{n % 12 + 1:02}{n % 28 + 1:02}T090000Z") for n in range(19_000)]
    assert bring(write(tmp_path, "big.ics", calendar(*some, *many))).occurrences == 22_000
    tracemalloc.start()
    with house.transaction() as connection:
        connection.execute("delete from ops.cursor")
        connection.execute("delete from raw.occurrence")
        ((connection_id,),) = connection.execute("select connection_id from app.connection").fetchall()
        now = datetime.now(UTC)
        count = occurrences.refresh(connection, account.account_id, connection_id, ical.source, now, 400)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 22_000
    assert peak < 30_000_000
