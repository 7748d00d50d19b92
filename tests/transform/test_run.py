"""The whole way from raw rows to marts, on hand-made lives: what is shown, what changes, and what never breaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.errors import UsageError
from lifetracer.settings import Settings
from lifetracer.transform import project
from lifetracer.transform.project import PROJECT, warm
from lifetracer.transform.run import TransformSummary, transform
from lifetracer.warehouse import Warehouse

from .life import Life, begin

pytestmark = pytest.mark.db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""The present of the story: Monday 2 November 2026, 13:00 in Berlin."""

WORK = ("stale_", "dim_account")
"""Tables about the runs themselves."""

NOBODYS = ("dim_date", "holiday", "zone_country")
"""Tables about the world, which belong to no account."""

Rows = list[dict[str, Any]]


def read(house: Warehouse) -> dict[str, Rows]:
    """Every table of core and every mart, in an order that does not depend on when a row was written."""
    with psycopg.connect(house.dsn, row_factory=dict_row) as con:
        names = con.execute(
            "select format('%s.%s', schemaname, tablename) as name, tablename as table from pg_tables "
            "where schemaname = 'core' union all "
            "select format('%s.%s', schemaname, viewname), viewname from pg_views where schemaname = 'marts'"
        ).fetchall()
        return {
            row["table"]: con.execute(f"select * from {row['name']} as t order by t::text").fetchall()
            for row in names
            if not row["table"].startswith(WORK)
        }


class Reader(threading.Thread):
    """Someone who looks at every mart again and again."""

    def __init__(self, dsn: str, life: Life) -> None:
        super().__init__()
        self.dsn, self.life = dsn, life
        self.ended = threading.Event()
        self.errors: list[str] = []
        self.looks = 0
        self.fewest = 10**9

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as con:
            con.execute("set role lifetracer_app")
            con.execute("select set_config('lifetracer.account_id', %s, false)", (str(self.life.account_id),))
            while not self.ended.wait(0.01):
                try:
                    for mart in ("week_block", "day", "week_category"):
                        row = con.execute(f"select count(*) from marts.{mart}").fetchone()
                        assert row
                        self.fewest = min(self.fewest, row[0])
                    self.looks += 1
                except psycopg.Error as failure:
                    self.errors.append(str(failure))

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.ended.set()
        self.join(30)


@dataclass
class Story:
    """What the tests of this file look at: states of one database after each run."""

    house: Warehouse
    settings: Settings
    ann: Life
    lee: Life
    summaries: list[TransformSummary] = field(default_factory=list)
    states: list[dict[str, Rows]] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)

    def turn(self, life: Life | None = None, *, full: bool = False, as_of: datetime = NOON) -> None:
        who = life.account_id if life else None
        self.summaries.append(transform(self.house, self.settings, who, full, as_of=as_of))
        self.states.append(read(self.house))

    def blocks(self, state: int, life: Life, layer: str) -> dict[tuple[str, date], dict[str, Any]]:
        """Blocks by the last part of their id (entry number, event key) and day."""
        found = {}
        for row in self.states[state]["week_block"]:
            if row["account_id"] == life.account_id and row["layer"] == layer:
                name = row["block_id"].split(":")[1].split("/")[1]
                found[name, row["local_date"]] = row
        return found

    def day(self, state: int, life: Life, day: date) -> dict[str, Any]:
        rows = self.states[state]["day"]
        return next(row for row in rows if (row["account_id"], row["local_date"]) == (life.account_id, day))


ME = {"email": "me@x", "self": True}
TUESDAY = date(2026, 10, 20)
WEDNESDAY = date(2026, 10, 21)


def utc(day: int, clock: str, month: int = 10) -> str:
    return f"2026-{month:02}-{day:02}T{clock}:00+00:00"


def live(ann: Life, lee: Life) -> None:
    """Two autumns. Berlin is two hours ahead of UTC until 25 October, one afterwards."""
    for number, name in enumerate(("Study", "Standup", "Gym", "Reading", "Admin", "Cooking", "Atlas", "Sleep"), 1):
        ann.project(number, name, f"#0000{number:02}")

    # Tuesday: one plan for each verdict
    ann.event("study", "Study: chapter 3", (utc(20, "07:00"), utc(20, "08:00")))
    ann.entry(1, utc(20, "07:05"), utc(20, "08:00"), 1)
    ann.event("standup", "standup", (utc(20, "08:30"), utc(20, "08:45")))
    ann.entry(2, utc(20, "08:40"), utc(20, "08:55"), 2)
    ann.event("gym", "Gym!", (utc(20, "10:00"), utc(20, "11:00")))
    ann.entry(3, utc(20, "15:00"), utc(20, "15:50"), 3, description="legs")
    ann.event("reading", "Reading", (utc(20, "12:00"), utc(20, "13:00")))
    ann.event("cooking", "Cooking", (utc(20, "16:00"), utc(20, "17:00")))
    ann.entry(4, utc(20, "17:30"), utc(20, "17:45"), 6)
    ann.entry(5, utc(20, "18:00"), utc(20, "19:00"), 5)

    # … and events that take nobody's time
    declined = {"attendees": [ME | {"responseStatus": "declined"}]}
    ann.event("declined", "Atlas", (utc(20, "12:00"), utc(20, "14:00")), **declined)
    ann.event("free", "Atlas", (utc(20, "12:00"), utc(20, "14:00")), transparency="transparent")
    ann.event("office", "Office", ("2026-10-20", "2026-10-22"), eventType="workingLocation", transparency="transparent")
    ann.event("trip", "Trip", ("2026-10-20", "2026-10-22"))
    ann.event("off", "Cancelled", (utc(20, "12:00"), utc(20, "14:00")), status="cancelled")
    accepted = {"iCalUID": "one@x", "attendees": [ME | {"responseStatus": "accepted"}]}
    ann.event("one", "Planning", (utc(20, "05:00"), utc(20, "06:00")), **accepted)
    ann.event("two", "Planning", ("2026-10-20T07:00:00+02:00", utc(20, "06:00")), calendar="team@x", iCalUID="one@x")

    # Wednesday: an entry inside another, then a night, then the night of 25 hours
    ann.entry(10, utc(21, "07:00"), utc(21, "10:00"), 7)
    ann.entry(11, utc(21, "08:00"), utc(21, "08:30"), 5, description="call with legs")
    ann.entry(12, utc(21, "20:30"), utc(22, "04:30"), 8)
    ann.entry(13, utc(24, "21:00"), utc(25, "07:00"), 8)
    ann.reported(
        14, "2026-10-23T09:00:00+02:00", "2026-10-23T10:00:00+02:00", seconds=3600, project_name="Old",
        project_hex="#ABCDEF", tag_names=["a", "b"], client_name="ACME",
    )  # fmt: skip
    ann.entry(15, utc(23, "10:00"), utc(23, "11:00"))
    ann.put("toggl_csv", "time_entries", "k1", {"start": utc(23, "12:00"), "stop": utc(23, "13:00"), "tags": ["x"]})

    # what cannot be right
    ann.entry(20, utc(22, "10:00"), utc(22, "09:00"))
    ann.entry(21, utc(22, "10:00"), utc(22, "10:00"))
    ann.entry(22, "1970-01-01T00:00:00+00:00", "1970-01-01T01:00:00+00:00")
    ann.entry(23, "2100-05-01T00:00:00Z", "2100-05-01T00:30:00.123456Z")
    ann.entry(24, utc(26, "10:00"), utc(27, "16:00"), 7)
    ann.entry(25, "2025-01-01T00:00:00+00:00", utc(1, "00:00"))
    ann.entry(26, "2026-02-30T10:00:00Z", "yesterday")
    ann.entry(27, None, None)
    ann.entry(28, utc(28, "10:00"), "2026-10-28T25:61:00Z", 3, duration=10**15)
    ann.entry(30, utc(2, "11:00", 11), None, 1, duration=-1793617200)
    ann.entry(31, utc(20, "21:00"), utc(20, "21:30"), 5)
    ann.bury("toggl_track", "time_entries", "31")

    ann.event("later", "Study", (utc(2, "11:30", 11), utc(2, "14:00", 11)), (utc(3, "10:00", 11), utc(3, "11:00", 11)))
    ann.event("legs", "More legs", (utc(3, "15:00", 11), utc(3, "16:00", 11)))

    lee.project(1, "Study", "not a colour")
    lee.entry(1, "2026-10-03T13:00:00Z", "2026-10-04T13:00:00Z", 1)
    lee.entry(2, "2026-04-04T15:00:00Z", "2026-04-04T16:00:00Z", 1)


def change(ann: Life) -> None:
    """What a day brings: an entry moved, one gone, one new; a project renamed; plans changed, dropped, made."""
    ann.entry(3, utc(20, "10:00"), utc(20, "10:50"), 3)
    ann.bury("toggl_track", "time_entries", "11")
    ann.bury("toggl_track", "time_entries", "22")
    ann.entry(30, utc(2, "11:00", 11), utc(2, "11:45", 11), 1)
    ann.entry(40, utc(20, "12:00"), utc(20, "13:00"), 4)
    ann.entry(41, utc(29, "12:00"), utc(29, "13:00"), 1, description="Trip")
    ann.project(7, "Atlas 2", "#123456")
    ann.event("study", "Study: chapter 3", (utc(19, "07:00"), utc(19, "08:00")))
    ann.bury("google_calendar", "events", "me@x/cooking")
    ann.event("one", "Planning", (utc(20, "05:00"), utc(20, "06:00")), iCalUID="one@x", transparency="transparent")


@pytest.fixture(scope="module")
def story(server: Server) -> Iterator[Story]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        told = Story(house, settings, begin(house, "Ann", "Europe/Berlin"), begin(house, "Lee", "Australia/Lord_Howe"))
        live(told.ann, told.lee)
        told.turn()  # 0: the first run makes everything
        told.turn(told.ann)  # 1: nothing happened
        change(told.ann)
        with Reader(house.dsn, told.ann) as reader:
            told.turn(told.ann)  # 2: what changed
            told.turn(full=True)  # 3: everything anew
        told.readers.append(reader)
        told.turn(as_of=NOON + timedelta(days=1, hours=12))  # 4: time went on, for everybody
        told.turn(full=True, as_of=NOON + timedelta(days=1, hours=12))  # 5: and everything anew
        yield told


def test_first_run_makes_everything_and_later_runs_only_what_changed(story: Story) -> None:
    assert [summary.full for summary in story.summaries] == [True, False, False, True, False, True]
    assert story.summaries[0].rows["fct_entry"] > 20
    assert story.summaries[1].rows["fct_entry"] == 1, "the running entry"
    assert story.summaries[2].rows["fct_entry"] < 8
    assert json.dumps(story.summaries[2].as_json())


def test_a_second_run_changes_nothing(story: Story) -> None:
    assert story.states[1] == story.states[0]


def test_incremental_equals_full(story: Story) -> None:
    for incremental, full in ((2, 3), (4, 5)):
        assert len(story.states[full]) > 15
        assert not [name for name in story.states[full] if story.states[incremental][name] != story.states[full][name]]
    assert story.states[2] != story.states[1]
    assert story.states[4] != story.states[3]


def test_laws_of_the_data_hold(story: Story) -> None:
    assert [summary.findings for summary in story.summaries] == [()] * 6


def test_readers_never_see_an_error_or_a_gap(story: Story) -> None:
    (reader,) = story.readers
    assert reader.errors == []
    assert reader.looks > 20
    assert reader.fewest > 10


def test_verdicts(story: Story) -> None:
    plan = {key: row for (key, day), row in story.blocks(0, story.ann, "plan").items() if day == TUESDAY}
    actual = {key: row for (key, day), row in story.blocks(0, story.ann, "actual").items() if day == TUESDAY}
    assert {key: row["verdict"] for key, row in plan.items()} == {
        "study": "done", "standup": "done", "gym": "shifted", "reading": "missed", "cooking": "missed", "one": "missed",
        "declined": None, "free": None, "office": None, "trip": None,
    }  # fmt: skip
    assert {key: row["verdict"] for key, row in actual.items()} == {
        "1": "done", "2": "done", "3": "shifted", "4": "unplanned", "5": "unplanned",
    }  # fmt: skip
    assert plan["gym"]["counterpart_block_id"] == actual["3"]["block_id"]
    assert actual["3"]["counterpart_block_id"] == plan["gym"]["block_id"]
    assert plan["gym"]["delta_seconds"] == actual["3"]["delta_seconds"] == 5 * 3600
    assert plan["study"]["delta_seconds"] == 300
    assert plan["reading"]["counterpart_block_id"] is None


def test_only_busy_timed_events_are_planned_time(story: Story) -> None:
    plan = story.blocks(0, story.ann, "plan")
    assert plan["declined", TUESDAY]["response"] == "declined"
    assert not plan["declined", TUESDAY]["busy"]
    assert not plan["free", TUESDAY]["busy"]
    trip = plan["trip", WEDNESDAY]
    assert (trip["all_day"], trip["starts_at"], trip["seconds"], trip["busy"]) == (True, None, 0, True)
    assert ("off", TUESDAY) not in plan, "cancelled"
    hours = story.day(0, story.ann, TUESDAY)["planned_seconds"] / 3600
    assert hours == 1 + 0.25 + 1 + 1 + 1 + 1


def test_a_meeting_on_two_calendars_counts_once(story: Story) -> None:
    plan = story.blocks(0, story.ann, "plan")
    assert plan["one", TUESDAY]["response"] == "accepted"
    assert ("two", TUESDAY) not in plan
    assert plan["one", TUESDAY]["category"] == "Mine", "no project of that name: the calendar's own"


def test_titles_find_their_category(story: Story) -> None:
    plan = story.blocks(0, story.ann, "plan")
    assert plan["study", TUESDAY]["category"] == "Study"
    assert plan["gym", TUESDAY]["category_color"] == "#000003"
    assert plan["trip", TUESDAY]["category"] == "Mine"
    assert story.blocks(2, story.ann, "plan")["trip", TUESDAY]["category"] == "Study", "an entry was described so"


def test_a_second_is_counted_once_where_entries_overlap(story: Story) -> None:
    assert story.day(0, story.ann, WEDNESDAY)["actual_seconds"] == 3 * 3600 + 90 * 60
    counted = {
        row["category"]: row["actual_seconds"]
        for row in story.states[0]["week_category"]
        if row["account_id"] == story.ann.account_id and row["week_start"] == date(2026, 10, 19)
    }
    assert counted["Atlas"] == 2.5 * 3600
    assert counted["Admin"] == 1.5 * 3600
    assert story.blocks(0, story.ann, "actual")["10", WEDNESDAY]["seconds"] == 3 * 3600, "the block keeps its length"


def test_a_night_belongs_to_both_days(story: Story) -> None:
    actual = story.blocks(0, story.ann, "actual")
    evening, morning = actual["12", WEDNESDAY], actual["12", date(2026, 10, 22)]
    assert (evening["start_second"], evening["end_second"], evening["seconds"]) == (81000, 86400, 5400)
    assert (morning["start_second"], morning["end_second"], morning["seconds"]) == (0, 23400, 23400)


def test_days_are_as_long_as_the_clock_says(story: Story) -> None:
    long_night = story.blocks(0, story.ann, "actual")["13", date(2026, 10, 25)]
    assert (long_night["start_second"], long_night["end_second"], long_night["seconds"]) == (0, 8 * 3600, 9 * 3600)
    assert story.day(0, story.ann, date(2026, 10, 25))["day_seconds"] == 25 * 3600
    assert story.day(0, story.lee, date(2026, 10, 4))["day_seconds"] == 23.5 * 3600
    assert story.day(0, story.lee, date(2026, 4, 5))["day_seconds"] == 24.5 * 3600
    assert story.day(0, story.lee, date(2026, 4, 6))["day_seconds"] == 24 * 3600


def test_both_forms_of_a_raw_entry_are_read(story: Story) -> None:
    actual = story.blocks(0, story.ann, "actual")
    reported = actual["14", date(2026, 10, 23)]
    assert (reported["category"], reported["category_color"], reported["seconds"]) == ("Old", "#abcdef", 3600)
    assert reported["detail"] == "ACME · Old"
    assert not reported["running"]
    assert actual["15", date(2026, 10, 23)]["category"] == "No project"
    assert actual["k1", date(2026, 10, 23)]["source"] == "toggl_csv"
    assert ("31", TUESDAY) not in actual, "a tombstone"


def test_what_cannot_be_right_is_kept_and_flagged(story: Story) -> None:
    entries = {
        row["entry_id"].removeprefix("toggl_track/"): row
        for row in story.states[0]["fct_entry"]
        if row["account_id"] == story.ann.account_id
    }
    assert {number: entries[number]["flags"] for number in ("20", "21", "22", "23", "24", "25", "26", "27", "28")} == {
        "20": ["negative"], "21": ["zero"], "22": ["odd_year"], "23": ["odd_year"], "24": ["over_24_hours"],
        "25": ["over_24_hours", "over_31_days"], "26": ["no_start"], "27": ["no_start"], "28": ["no_stop"],
    }  # fmt: skip
    assert entries["20"]["seconds"] == -3600
    assert [number for number in ("20", "21", "22", "24", "25", "26") if entries[number]["is_placed"]] == ["22", "24"]
    days = [row["local_date"] for row in story.states[0]["day"] if row["account_id"] == story.ann.account_id]
    assert len(days) < 60, "typing errors do not stretch the calendar"
    assert {date(1970, 1, 1), date(2100, 5, 1)} <= set(days)


def test_a_running_entry_lasts_until_now(story: Story) -> None:
    running = story.blocks(0, story.ann, "actual")["30", date(2026, 11, 2)]
    assert (running["running"], running["seconds"], running["verdict"]) == (True, 3600, None)
    assert running["ends_at"] == NOON
    assert story.day(0, story.ann, date(2026, 11, 2))["untracked_seconds"] == 12 * 3600


def test_plans_are_judged_when_they_are_over(story: Story) -> None:
    before, after = (story.blocks(state, story.ann, "plan") for state in (2, 4))
    assert before["later", date(2026, 11, 2)]["verdict"] is None
    assert before["later", date(2026, 11, 3)]["verdict"] is None
    assert after["later", date(2026, 11, 2)]["verdict"] == "missed", "a quarter of an hour of two and a half"
    assert after["later", date(2026, 11, 3)]["verdict"] == "missed"
    assert story.day(2, story.ann, date(2026, 11, 3))["untracked_seconds"] == 0
    assert story.day(4, story.ann, date(2026, 11, 3))["untracked_seconds"] == 24 * 3600


def test_changes_reach_the_marts(story: Story) -> None:
    actual, plan = (story.blocks(2, story.ann, layer) for layer in ("actual", "plan"))
    assert plan["gym", TUESDAY]["verdict"] == "done", "the entry was moved to its time"
    assert plan["reading", TUESDAY]["verdict"] == "done"
    assert actual["10", WEDNESDAY]["category"] == "Atlas 2"
    assert actual["10", WEDNESDAY]["category_color"] == "#123456"
    assert ("11", WEDNESDAY) not in actual
    assert ("22", date(1970, 1, 1)) not in actual
    assert ("cooking", TUESDAY) not in plan
    assert ("study", TUESDAY) not in plan
    assert ("study", date(2026, 10, 19)) in plan
    assert actual["1", TUESDAY]["verdict"] == "unplanned"
    assert not actual["30", date(2026, 11, 2)]["running"]
    assert not plan["one", TUESDAY]["busy"], "without an answer the primary calendar's copy speaks"


@pytest.mark.parametrize("role", ["lifetracer_app", "authenticated"])
def test_accounts_stay_apart(story: Story, server: Server, role: str) -> None:
    with psycopg.connect(story.house.dsn) as owner:
        name = owner.info.dbname
    with server.superuser(name) as con:
        con.execute(f"set role {role}")
        tables = con.execute(
            "select format('%%I.%%I', schemaname, tablename) from pg_tables "
            "where schemaname = 'core' and tablename <> all(%s) union all "
            "select format('%%I.%%I', schemaname, viewname) from pg_views where schemaname = 'marts'",
            (list(NOBODYS),),
        ).fetchall()
        assert len(tables) > 10
        nodes = warm(story.settings).nodes.values()
        internal = {f"core.{node.name}" for node in nodes if node.config.meta.get("internal")}
        for (table,) in tables:
            if table in internal:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    con.execute(f"select * from {table}")
                continue
            for life in (story.ann, story.lee, None):
                who = str(life.account_id) if life else ""
                claims = json.dumps({"sub": who}) if who else ""
                con.execute("select set_config('lifetracer.account_id', %s, false)", (who,))
                con.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
                seen = con.execute(f"select distinct account_id from {table}").fetchall()
                assert seen in ([], [(life.account_id,)] if life else []), (table, who)
        assert con.execute("select count(*) from marts.day").fetchone() == (0,)


def test_every_column_of_a_core_table_is_described(story: Story) -> None:
    """Usual runs write the columns that the YAML names."""
    with psycopg.connect(story.house.dsn) as con:
        found = con.execute(
            "select table_name::text, array_agg(column_name::text) from information_schema.columns "
            "where table_schema = 'core' group by table_name"
        ).fetchall()
    tables = {name: set(columns) for name, columns in found}
    models = [node for node in warm(story.settings).nodes.values() if node.config.materialized == "incremental"]
    assert len(models) > 20
    assert {node.name: set(node.columns) for node in models} == {node.name: tables[node.name] for node in models}


def test_selecting_nothing_is_a_mistake(story: Story) -> None:
    with pytest.raises(UsageError, match="no_such_table"):
        transform(story.house, story.settings, story.ann.account_id, select=("no_such_table",), as_of=NOON)


def test_being_warm_leaves_no_thread_and_nothing_in_the_package(tmp_path: Path) -> None:
    """A worker forks what is warm: also a thread that Python does not know of would leave its locks locked."""
    before = {path for path in PROJECT.rglob("*") if "__pycache__" not in path.parts}
    program = (
        "import os, lifetracer.transform.project as project; project.warm(); print(len(os.listdir('/proc/self/task')))"
    )
    environ = os.environ | {"LIFETRACER_HOME": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1"]
    assert {path for path in PROJECT.rglob("*") if "__pycache__" not in path.parts} == before
    assert not (PROJECT / "target").exists()
    assert not (PROJECT / "logs").exists()


def test_no_password_reaches_the_disk(story: Story) -> None:
    with psycopg.connect(story.house.dsn) as con:
        secret = con.info.password
    assert secret
    project._manifest(story.settings)  # another file of this run may have parsed the models into a home of its own
    written = [path for path in (story.settings.home / "transform").rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if secret.encode() in path.read_bytes()] == []


def test_a_calendar_that_comes_late_is_made_like_a_history(story: Story) -> None:
    """What is known of one event misleads the planner about hundreds."""
    eve = begin(story.house, "Eve", "Europe/Berlin")
    eve.event("one", "One", (utc(1, "10:00"), utc(1, "11:00")))
    assert transform(story.house, story.settings, eve.account_id, as_of=NOON).full
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(250)]
    eve.event("daily", "Daily", *((f"{day}T08:00:00+00:00", f"{day}T09:00:00+00:00") for day in days))
    late = transform(story.house, story.settings, eve.account_id, as_of=NOON)
    assert late.full
    assert late.rows["fct_occurrence"] == 251
    eve.event("one", "Other", (utc(2, "10:00"), utc(2, "11:00")))
    usual = transform(story.house, story.settings, eve.account_id, as_of=NOON)
    assert not usual.full
    assert usual.rows["fct_occurrence"] < 5
