"""The marts on a made life: sums agree with each other, flows keep their margins, words are whole, and all is quick."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.charts import Words
from lifetracer.settings import Settings
from lifetracer.transform.marts import FOLDER, all_marts
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

NOW = datetime(2026, 11, 2, 12, 20, tzinfo=UTC)
FIRST = datetime(2026, 8, 3, 7, tzinfo=UTC)
"""A Monday, 9:00 in Berlin."""

Rows = list[dict[str, Any]]


@dataclass
class Lived:
    """A database with three months of a life in it."""

    house: Warehouse
    settings: Settings
    life: Life

    def ask(self, query: str) -> Rows:
        """Read as the server does."""
        with psycopg.connect(self.house.dsn, row_factory=dict_row) as con:
            con.execute("set local role lifetracer_app")
            con.execute("select set_config('lifetracer.account_id', %s, true)", (str(self.life.account_id),))
            return con.execute(query).fetchall()


def iso(moment: datetime) -> str:
    return moment.isoformat()


def live(ann: Life) -> None:
    """Weekdays of writing, mail, gym and sleep, planned a little otherwise, with gaps, overlaps and odd entries."""
    for number, name in enumerate(("Writing (work)", "E-mail", "Gym", "Sleep"), 1):
        ann.project(number, name, f"#0000{number:02}")
    number = 100
    for n in range(91):
        day = FIRST + timedelta(days=n)
        hours = timedelta(hours=1)
        if day.isoweekday() <= 5 and not 40 <= n < 43:
            for project, begins, ends in (
                (1, 0, 1.5), (1, 1.55, 3), (2, 3, 3.5), (2, 3.4, 4), (None, 4.5, 4.75), (1, 5, 8 + n % 3)
            ):  # fmt: skip
                number += 1
                ann.entry(number, iso(day + begins * hours), iso(day + ends * hours), project, billable=project == 1)
        if n % 2:
            number += 1
            ann.entry(number, iso(day + 10 * hours), iso(day + 11 * hours), 3, description="legs")
        number += 1
        ann.entry(number, iso(day + 14.5 * hours), iso(day + 22 * hours), 4)
    days = [FIRST + timedelta(days=n) for n in range(100)]
    ann.event("w", "Writing (work)", *((iso(d), iso(d + timedelta(hours=4))) for d in days if d.isoweekday() <= 5))
    ann.event("g", "Gym", *((iso(d + timedelta(hours=10)), iso(d + timedelta(hours=11))) for d in days))
    ann.event("s", "Sleep", *((iso(d + timedelta(hours=14)), iso(d + timedelta(hours=22))) for d in days))
    ann.entry(1, "2026-09-01T10:00:00+00:00", "2026-09-01T09:00:00+00:00", 2)
    ann.entry(2, "2026-09-20T08:00:00+00:00", "2026-09-20T22:00:00+00:00", 2, description="Forgot")
    ann.entry(3, "2026-08-04T07:00:00+00:00", "2026-08-04T08:30:00+00:00", 1)
    with ann.house.transaction() as con:
        con.execute(
            "update app.connection set status = 'needs_user', problem = %s where source = 'google_calendar'",
            ('{"message": "The consent was withdrawn."}',),
        )
        con.execute(
            "update app.connection set last_success_at = now() - interval '3 days' where source = 'toggl_track'"
        )


@pytest.fixture(scope="module")
def lived(server: Server) -> Iterator[Lived]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        ann = begin(house, "Ann", "Europe/Berlin")
        live(ann)
        transform(house, settings, ann.account_id, as_of=NOW)
        yield Lived(house, settings, ann)


def test_a_day_is_whole_and_its_categories_and_projects_add_up_to_it(lived: Lived) -> None:
    wrong = lived.ask("""
        select d.local_date
        from marts.day as d
        left join (
            select
                local_date, sum(planned_seconds) as planned, sum(actual_seconds) as actual, sum(kept_seconds) as kept,
                sum(recorded_seconds) as recorded
            from marts.day_category group by local_date
        ) as c using (local_date)
        left join (
            select local_date, sum(actual_seconds) as actual, sum(recorded_seconds) as recorded
            from marts.day_project group by local_date
        ) as p using (local_date)
        where d.day_seconds <> d.actual_seconds + d.joined_seconds + d.untracked_seconds + d.future_seconds
            or (d.planned_seconds, d.actual_seconds, d.kept_seconds, d.recorded_seconds)
                is distinct from
                (coalesce(c.planned, 0), coalesce(c.actual, 0), coalesce(c.kept, 0), coalesce(c.recorded, 0))
            or (d.actual_seconds, d.recorded_seconds) is distinct from (coalesce(p.actual, 0), coalesce(p.recorded, 0))
    """)
    assert wrong == []
    sums = lived.ask("select sum(joined_seconds) as j, sum(recorded_seconds - actual_seconds) as o from marts.day")[0]
    assert sums["j"] > 0, "short gaps are in this life"
    assert sums["o"] > 0, "and overlaps"


@pytest.mark.parametrize("what", ["category", "project"])
@pytest.mark.parametrize("span", ["week", "month"])
def test_weeks_and_months_are_the_sums_of_their_days(lived: Lived, what: str, span: str) -> None:
    measures = {
        "category": ("planned_seconds", "actual_seconds", "kept_seconds", "recorded_seconds"),
        "project": ("entries", "actual_seconds", "recorded_seconds", "billable_seconds"),
    }[what]
    key = f"{span}_start, {'client_project_key, ' if what == 'project' else ''}category_id"
    sums = ", ".join(f"sum({measure}) as {measure}" for measure in measures)
    long = lived.ask(f"select {key}, {', '.join(measures)} from marts.{span}_{what} order by {key}")
    assert long == lived.ask(f"select {key}, {sums} from marts.day_{what} group by {key} order by {key}")
    assert len(long) > 10


def test_hours_add_up_to_days(lived: Lived) -> None:
    assert (
        lived.ask("""
        select local_date, category_id, planned_seconds, actual_seconds from marts.day_category
        except
        select local_date, category_id, sum(planned_seconds)::int, sum(actual_seconds)::int from marts.hour_category
        group by local_date, category_id having sum(planned_seconds + actual_seconds) > 0
        """)
        == []
    )
    fullest = lived.ask("select hour, max(s) as s from (select local_date, hour, sum(actual_seconds) as s "
                        "from marts.hour_category group by 1, 2) as h group by 1 order by 1")  # fmt: skip
    assert [row["s"] > 3600 for row in fullest] == [row["hour"] == 2 for row in fullest], "the hour that comes twice"


def test_flows_keep_both_margins_and_are_never_negative(lived: Lived) -> None:
    wrong = lived.ask("""
        with margin as (
            select
                local_date, from_category_id as id, sum(seconds) as planned, 0 as lived
            from marts.time_flow group by 1, 2
            union all
            select
                local_date, to_category_id as id, 0 as planned, sum(seconds) as lived
            from marts.time_flow group by 1, 2
        ),
        flow as (select local_date, id, sum(planned) as planned, sum(lived) as lived from margin group by 1, 2),
        due as (
            select local_date, category_id as id, planned_seconds as planned, actual_seconds as lived
            from marts.day_category
            union all select local_date, 'no_plan', day_seconds - planned_seconds, 0 from marts.day
            union all select local_date, 'untracked', 0, untracked_seconds from marts.day
            union all select local_date, 'joined', 0, joined_seconds from marts.day
        )
        select local_date, id, flow.planned, due.planned as due_planned, flow.lived, due.lived as due_lived
        from due full join flow using (local_date, id)
        where local_date < date '2026-11-02'
            and (abs(coalesce(flow.planned, 0) - coalesce(due.planned, 0)) >= 1
                or abs(coalesce(flow.lived, 0) - coalesce(due.lived, 0)) >= 1)
    """)
    assert wrong == []
    facts = lived.ask("select min(seconds) as least, max(local_date) as last, count(*) as n from marts.time_flow")[0]
    assert facts["least"] > 0
    assert facts["n"] > 300
    assert facts["last"] == datetime(2026, 11, 1).date(), "a day that is not over has no flow"


def test_adherence_counts_what_the_verdicts_say(lived: Lived) -> None:
    weeks = lived.ask("select * from marts.week_adherence order by week_start")
    told = lived.ask("""
        select week_start, count(*) as planned_blocks, sum(planned_seconds) as planned_seconds,
            round(sum(least(planned_seconds, lived_seconds))::numeric / sum(planned_seconds), 4) as adherence
        from marts.plan_verdict group by 1 order by 1
    """)
    planned = [week for week in weeks if week["planned_blocks"]]
    assert [(w["week_start"], w["planned_blocks"], w["planned_seconds"], w["adherence"]) for w in planned] == [
        tuple(row.values()) for row in told
    ]
    for kinds in (weeks, lived.ask("select * from marts.week_category_adherence")):
        for row in kinds:
            verdicts = ("done", "shortened", "overrun", "shifted", "replaced", "missed")
            assert row["planned_blocks"] == sum(row[f"{verdict}_blocks"] for verdict in verdicts)
            assert row["adherence"] is None or 0 <= row["adherence"] <= 1
    days = lived.ask("select sum(planned_blocks) as n, sum(unplanned_seconds) as u from marts.day_adherence")[0]
    assert days == {"n": sum(w["planned_blocks"] for w in weeks), "u": sum(w["unplanned_seconds"] for w in weeks)}


def test_a_working_day_as_it_was(lived: Lived) -> None:
    kinds = {row["category"]: row["kind"] for row in lived.ask("select category, kind from core.dim_category")}
    assert kinds["Writing (work)"] == "work"
    (monday,) = lived.ask("select * from marts.work_life where local_date = '2026-08-03'")
    assert (monday["first_start_second"], monday["longest_focus_seconds"]) == (9 * 3600, 3 * 3600)
    assert 0 < monday["fragmentation"] < 1
    weekend = lived.ask("select local_date from marts.work_life where extract(isodow from local_date) > 5")
    assert [row["local_date"].isoformat() for row in weekend] == ["2026-09-20"], "the forgotten timer"


def test_findings_say_what_to_do_in_both_languages(lived: Lived) -> None:
    found = lived.ask("select * from marts.data_quality")
    kinds = {row["kind"] for row in found}
    assert {"untracked", "no_project", "overlap", "duplicate", "long", "negative", "stale", "needs_user"} <= kinds
    for row in found:
        for column in ("message_en", "message_ja", "remedy_en", "remedy_ja", "link"):
            assert row[column], (row["finding_id"], column)
            assert "%" not in row[column]
    (forgot,) = (row for row in found if row["kind"] == "long")
    assert Words("en").duration(forgot["seconds"]) in forgot["message_en"]
    assert Words("ja").duration(forgot["seconds"]) in forgot["message_ja"]
    (double,) = (row for row in found if row["kind"] == "duplicate")
    assert (double["seconds"], double["local_date"].isoformat()) == (5400, "2026-08-04")
    assert "The consent was withdrawn." in next(row["message_en"] for row in found if row["kind"] == "needs_user")
    free = {row["local_date"].isoformat() for row in found if row["kind"] == "untracked"}
    assert free == {"2026-09-14"}, "a Monday off; the two days before were a weekend"


def test_freshness_is_judged_when_it_is_read(lived: Lived) -> None:
    told = {row["source"]: row for row in lived.ask("select * from marts.freshness")}
    assert told["toggl_track"]["is_stale"]
    assert told["google_calendar"]["problem"] == "The consent was withdrawn."


def test_a_change_reaches_the_sums_as_if_all_were_made_anew(lived: Lived) -> None:
    lived.life.entry(101, iso(FIRST + timedelta(minutes=7)), iso(FIRST + timedelta(hours=2)), 3)
    lived.life.bury("toggl_track", "time_entries", "102")
    later = NOW + timedelta(hours=13)
    tables = ("fct_day", "fct_day_category", "fct_day_project", "fct_hour_category", "dim_connection")
    read = [f"select * from core.{table} as t order by t::text" for table in tables]
    transform(lived.house, lived.settings, lived.life.account_id, as_of=later)
    changed = [lived.ask(query) for query in read]
    transform(lived.house, lived.settings, lived.life.account_id, full=True, as_of=later)
    for table, incremental, query in zip(tables, changed, read, strict=True):
        assert incremental == lived.ask(query), table


def test_the_list_of_marts_is_what_the_database_has(lived: Lived) -> None:
    with psycopg.connect(lived.house.dsn) as con:
        made = con.execute("""
            select c.relname, a.attname, format_type(a.atttypid, null)
            from pg_class as c join pg_attribute as a on a.attrelid = c.oid
            where c.relnamespace = 'marts'::regnamespace and a.attnum > 0 order by c.relname, a.attnum
        """).fetchall()
    aliases = {"timestamp with time zone": "timestamptz"}
    assert [(name, column, aliases.get(kind, kind)) for name, column, kind in made] == [
        (mart.name, column.name, column.data_type.partition("(")[0])
        for mart in all_marts().values()
        for column in mart.columns
    ]
    assert {path.stem for path in FOLDER.glob("*.sql")} == set(all_marts())
    assert all_marts()["day"].date_column == "local_date"
    assert all_marts()["freshness"].date_column is None
    assert all_marts()["day"].key == ("account_id", "local_date")


@pytest.mark.parametrize("mart", [name for name, mart in all_marts().items() if mart.date_column])
def test_a_stretch_of_time_is_found_by_index(lived: Lived, mart: str) -> None:
    """Nothing reads a whole history: the planner, told not to, finds a way by index for every table of days."""
    column = all_marts()[mart].date_column
    with psycopg.connect(lived.house.dsn) as con:
        con.execute("set local role lifetracer_app")
        con.execute("select set_config('lifetracer.account_id', %s, true)", (str(lived.life.account_id),))
        con.execute("set local enable_seqscan = off")
        con.execute("set local enable_bitmapscan = off")
        plan = con.execute(
            f"explain (format json) select * from marts.{mart} where account_id = %s and {column} = date '2026-10-05'",
            (lived.life.account_id,),
        ).fetchone()
    assert plan
    for scan in _scans(plan[0][0]["Plan"]):
        assert scan["Node Type"].startswith("Index") or scan["Relation Name"].startswith("dim_"), scan
        if scan["Relation Name"].startswith("fct_day") and scan["Relation Name"] != "fct_day_project":
            assert "_date" in scan["Index Cond"] or "_start" in scan["Index Cond"], scan


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Relation Name" in node:
        yield node
    for below in node.get("Plans", ()):
        yield from _scans(below)
