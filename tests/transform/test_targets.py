"""Targets on hand-made weeks: what was reached in each period, whether it was met, and how long the streaks are."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.errors import NotFoundError
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse, targets
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

PRESENT = datetime(2026, 11, 26, 17, tzinfo=UTC)
"""Thursday 26 November 2026, 18:00 in Berlin."""

NOVEMBER = date(2026, 11, 2)
HOUR = 3600


def berlin(day: str, clock: str, summer: bool = False) -> str:
    return f"{day}T{clock}:00+0{2 if summer else 1}:00"


class Aims:
    """Two persons with a target in common, and other days."""

    def __init__(self, house: Warehouse, settings: Settings) -> None:
        self.house, self.settings = house, settings
        self.ann = begin(house, "Ann", "Europe/Berlin")
        self.lee = begin(house, "Lee", "Europe/Berlin")
        self.number = 0

    def entry(self, life: Life, project: int, start: str, stop: str | None, **more: object) -> None:
        self.number += 1
        life.entry(self.number, start, stop, project, **more)

    def aim(self, life: Life, name: str, **given: Any) -> None:
        row = {"subject": "category", "measure": "duration", "period": "week", "comparison": "at_least"}
        row |= {"account_id": life.account_id, "name": name, "valid_from": NOVEMBER, **given}
        with self.house.transaction() as con:
            con.execute(
                f"insert into app.target ({', '.join(row)}) values ({', '.join(f'%({key})s' for key in row)})", row
            )

    def execute(self, statement: str, *values: object) -> None:
        with self.house.transaction() as con:
            con.execute(statement, values)

    def run(self, life: Life | None = None, *, full: bool = False, at: datetime = PRESENT) -> None:
        transform(self.house, self.settings, life.account_id if life else None, full, as_of=at)

    def read(self, mart: str) -> list[dict[str, Any]]:
        order = "period_start" if mart == "target_progress" else "period"
        with psycopg.connect(self.house.dsn, row_factory=dict_row) as con:
            return con.execute(f"select * from marts.{mart} order by account_id, name, {order}").fetchall()

    def progress(self, life: Life, name: str) -> dict[str, dict[str, Any]]:
        rows = self.read("target_progress")
        return {
            row["period_start"].isoformat(): row
            for row in rows
            if (row["account_id"], row["name"]) == (life.account_id, name)
        }

    def streak(self, life: Life, name: str) -> dict[str, Any]:
        rows = self.read("target_streak")
        return next(row for row in rows if (row["account_id"], row["name"]) == (life.account_id, name))


@pytest.fixture(scope="module")
def aims(server: Server) -> Iterator[Aims]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        made = Aims(house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY))
        for life in (made.ann, made.lee):
            for number, name in enumerate(("Study", "Spanish", "Games", "Sleep"), 1):
                life.project(number, name)
        columns = "account_id, category_id, name, parent_id"
        beneath = f"insert into app.category ({columns}) values (%s, app.category_id(%s), %s, {{}})"
        made.execute(beneath.format("null"), made.ann.account_id, "Study", "Study")
        made.execute(beneath.format("app.category_id('Study')"), made.ann.account_id, "Spanish", "Spanish")
        live(made)
        aim(made)
        made.run()
        yield made


def live(made: Aims) -> None:
    ann, lee = made.ann, made.lee
    # The week of 2 November: 6 h of study and 4 h of Spanish beneath it; one hour is covered by a game.
    chapter = {"tags": ["Focus"], "description": "Ｃｈａｐｔｅｒ 3"}
    made.entry(ann, 1, berlin("2026-11-02", "08:00"), berlin("2026-11-02", "14:00"), **chapter)
    made.entry(ann, 3, berlin("2026-11-02", "10:00"), berlin("2026-11-02", "11:00"))
    made.entry(ann, 2, berlin("2026-11-05", "05:30"), berlin("2026-11-05", "09:30"), description="chapter 4")
    # 9 November: 10 h; over midnight from Sunday 15 to Monday 16, one hour each.
    made.entry(ann, 1, berlin("2026-11-11", "06:00"), berlin("2026-11-11", "15:00"))
    made.entry(ann, 1, berlin("2026-11-15", "23:00"), berlin("2026-11-16", "01:00"), tags=["focus", "late"])
    # 16 November: only that hour, and the week is over. 23 November: 2 h so far, a timer runs since 17:00.
    made.entry(ann, 1, berlin("2026-11-24", "05:59"), berlin("2026-11-24", "06:59"))
    made.entry(ann, 1, berlin("2026-11-26", "17:00"), None)
    made.entry(ann, 3, berlin("2026-11-25", "20:00"), berlin("2026-11-25", "22:30"))
    # The night of 25 October has an hour twice; 29 February.
    made.entry(ann, 4, berlin("2026-10-25", "01:30", summer=True), berlin("2026-10-25", "03:30"))
    made.entry(ann, 1, berlin("2024-02-29", "08:00"), berlin("2024-02-29", "10:00"))
    made.entry(ann, 1, berlin("2024-03-01", "08:00"), berlin("2024-03-01", "09:00"))
    made.entry(lee, 1, berlin("2026-11-02", "08:00"), berlin("2026-11-02", "20:00"))


def aim(made: Aims) -> None:
    for life in (made.ann, made.lee):
        made.aim(life, "study", subject_value="Study", low=10 * HOUR)
    ann = made.ann
    made.aim(ann, "by id", subject_value=hashlib.md5(b"study").hexdigest(), low=HOUR)
    made.aim(ann, "once", subject="project", subject_value="study", measure="count", low=1)
    made.aim(ann, "tag", subject="tag", subject_value="FOCUS", measure="count", low=1, period="day")
    made.aim(ann, "text", subject="text", subject_value="Chapter", low=HOUR)
    made.aim(ann, "weekdays", subject_value="Study", low=1, period="day", weekdays=[1, 2, 3, 4, 5])
    limit = {"subject_value": "Games", "comparison": "at_most"}
    early = limit | {"subject_value": "Study", "measure": "start_time", "period": "day", "high": 6 * HOUR}
    made.aim(ann, "early", **early)
    late = limit | {"measure": "end_time", "period": "day", "high": 22 * HOUR, "valid_from": date(2026, 11, 23)}
    made.aim(ann, "no late games", **late)
    made.aim(ann, "mean start", **early | {"period": "week"})
    made.aim(ann, "few games", **limit, measure="share", high=Decimal("0.5"))
    made.aim(ann, "limit", **limit, high=2 * HOUR)
    made.aim(ann, "all", subject="all", comparison="between", low=9 * HOUR, high=11 * HOUR)
    made.aim(ann, "work days", subject="all", low=HOUR, weekdays=[1])
    one_day = {"valid_from": date(2026, 10, 25), "valid_to": date(2026, 10, 26), "period": "day"}
    made.aim(ann, "exactly", subject="all", comparison="exactly", low=3 * HOUR, high=3 * HOUR, **one_day)
    made.aim(ann, "leap", subject_value="Study", low=2 * HOUR, period="month", valid_from=date(2024, 2, 1))


def test_a_category_counts_with_those_beneath_it_and_every_second_once(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "study")
    assert {start: (row["reached"], row["is_met"], row["is_over"]) for start, row in rows.items()} == {
        "2026-11-02": (9 * HOUR, False, True),  # 6 h − 1 h of a game + 4 h
        "2026-11-09": (10 * HOUR, True, True),
        "2026-11-16": (HOUR, False, True),
        "2026-11-23": (2 * HOUR, None, False),
    }
    assert rows["2026-11-02"]["progress"] == Decimal("0.9000")
    assert rows["2026-11-02"]["period_end"] == date(2026, 11, 9)
    assert (rows["2026-11-02"]["subject_name"], rows["2026-11-02"]["low"]) == ("Study", 10 * HOUR)


def test_accounts_stay_apart(aims: Aims) -> None:
    reached = [row["reached"] for row in aims.progress(aims.lee, "study").values()]
    assert reached == [12 * HOUR, 0, 0, 0]
    assert {row["name"] for row in aims.read("target_streak") if row["account_id"] == aims.lee.account_id} == {"study"}


def test_entries_count_where_they_begin(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "once").values()
    assert [(row["reached"], row["is_met"]) for row in rows] == [(1, True), (2, True), (0, False), (2, True)]
    tagged = {start for start, row in aims.progress(aims.ann, "tag").items() if row["is_met"]}
    assert tagged == {"2026-11-02", "2026-11-15"}


def test_a_text_is_found_in_any_case_and_width(aims: Aims) -> None:
    assert [row["reached"] for row in aims.progress(aims.ann, "text").values()] == [9 * HOUR, 0, 0, 0]


def test_weekdays_that_do_not_count_have_no_period_and_break_no_streak(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "weekdays")
    assert not {"2026-11-07", "2026-11-15"} & set(rows)
    assert len(rows) == 19
    met = [start[-2:] for start, row in rows.items() if row["is_met"]]
    assert met == ["02", "05", "11", "16", "24", "26"]
    streak = aims.streak(aims.ann, "weekdays")
    assert (streak["current_streak"], streak["longest_streak"]) == (1, 1)
    assert (streak["met_periods"], streak["periods"], streak["last_met_start"]) == (6, 19, date(2026, 11, 26))
    assert [row["reached"] for row in aims.progress(aims.ann, "work days").values()] == [6 * HOUR, 0, HOUR, 0]


def test_a_start_lies_before_its_hour_and_what_went_on_over_midnight_is_no_start(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "early")
    assert {start: row["reached"] for start, row in rows.items() if row["reached"] is not None} == {
        "2026-11-02": 8 * HOUR,
        "2026-11-05": 5 * HOUR + 1800,
        "2026-11-11": 6 * HOUR,
        "2026-11-15": 23 * HOUR,
        "2026-11-24": 6 * HOUR - 60,
        "2026-11-26": 17 * HOUR,
    }
    assert {start for start, row in rows.items() if row["is_met"]} == {"2026-11-05", "2026-11-11", "2026-11-24"}
    assert rows["2026-11-16"]["is_met"] is False
    assert rows["2026-11-26"]["is_met"] is False  # open, but the first start of the day is there
    assert (rows["2026-11-05"]["progress"], rows["2026-11-02"]["progress"]) == (1, 0)


def test_over_a_week_times_of_day_are_means(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "mean start")
    assert [row["reached"] for row in rows.values()] == [
        (8 * HOUR + 5 * HOUR + 1800) / 2, (6 + 23) * HOUR / 2, None, (6 * HOUR - 60 + 17 * HOUR) / 2,
    ]  # fmt: skip
    assert [row["is_met"] for row in rows.values()] == [False, False, False, None]


def test_a_limit_on_the_end_is_kept_by_days_without_any(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "no late games")
    assert [row["is_met"] for row in rows.values()] == [True, True, False, None]
    assert rows["2026-11-25"]["reached"] == 22 * HOUR + 1800


def test_a_share_is_one_of_tracked_time(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "few games")
    reached = [row["reached"] for row in rows.values()]
    assert reached == [Decimal("0.1"), 0, 0, Decimal("0.555556")]
    assert rows["2026-11-23"]["is_met"] is None  # more of other things may still follow
    assert rows["2026-11-02"]["progress"] == Decimal("0.2000")


def test_a_limit_that_is_broken_is_broken_while_the_week_is_open(aims: Aims) -> None:
    assert [row["is_met"] for row in aims.progress(aims.ann, "limit").values()] == [True, True, True, False]
    streak = aims.streak(aims.ann, "limit")
    assert (streak["current_streak"], streak["periods"]) == (3, 3)  # an open period never breaks


def test_between_and_exactly(aims: Aims) -> None:
    assert [row["is_met"] for row in aims.progress(aims.ann, "all").values()] == [True, True, False, None]
    (row,) = aims.progress(aims.ann, "exactly").values()
    assert (row["reached"], row["is_met"]) == (3 * HOUR, True)  # 01:30 to 03:30 on the day of 25 hours


def test_months_have_their_own_lengths(aims: Aims) -> None:
    rows = aims.progress(aims.ann, "leap")
    assert (rows["2024-02-01"]["reached"], rows["2024-02-01"]["period_end"]) == (2 * HOUR, date(2024, 3, 1))
    assert (rows["2024-03-01"]["reached"], rows["2024-03-01"]["is_met"]) == (HOUR, False)
    assert len(rows) == 34  # February 2024 to November 2026
    assert rows["2026-11-01"]["is_met"] is True  # open and reached


def test_streaks_of_weeks(aims: Aims) -> None:
    study = aims.streak(aims.ann, "study")
    assert (study["current_streak"], study["longest_streak"], study["met_periods"], study["periods"]) == (0, 1, 1, 3)
    once = aims.streak(aims.ann, "once")  # two met, one missed, the open one met already
    assert (once["current_streak"], once["longest_streak"], once["met_periods"], once["periods"]) == (1, 2, 3, 4)
    assert once["last_met_start"] == date(2026, 11, 23)


def test_a_tag_that_nobody_uses_is_refused_as_in_sentences(aims: Aims) -> None:
    with aims.house.transaction(account_id=aims.ann.account_id) as con:
        assert targets.subject_key(con, "tag", "LATE") == "late"
        with pytest.raises(NotFoundError, match=r"There is no tag lata") as refused:
            targets.subject_key(con, "tag", "lata")
    assert "late" in (refused.value.remedy or "")


def test_a_target_is_listed_once_though_one_category_is_called_as_another_is_numbered(aims: Aims) -> None:
    aims.execute("update core.dim_category set category = app.category_id('Study') where category = 'Spanish'")
    with aims.house.transaction(account_id=aims.ann.account_id) as con:
        found = [known.subject_name for known in targets.every(con) if known.name == "by id"]
    aims.execute("update core.dim_category set category = 'Spanish' where category = app.category_id('Study')")
    assert found == ["Study"]


def test_changes_reach_the_next_run_and_equal_a_full_one(aims: Aims) -> None:
    ann, lee, later = aims.ann, aims.progress(aims.lee, "study"), PRESENT + timedelta(days=7)
    # A target that changes counts with its old value before.
    aims.execute(
        """insert into app.target (account_id, target_id, name, subject, subject_value, measure, period, comparison,
            low, valid_from)
        select account_id, target_id, name, subject, subject_value, measure, period, comparison, 3600, '2026-11-12'
        from app.target where account_id = %s and name = 'study'""",
        ann.account_id,
    )
    aims.run(ann)
    rows = aims.progress(ann, "study")
    assert {start: (row["low"], row["is_met"]) for start, row in rows.items()} == {
        "2026-11-02": (10 * HOUR, False),
        "2026-11-09": (10 * HOUR, True),  # began before the change
        "2026-11-16": (HOUR, True),
        "2026-11-23": (HOUR, True),
    }
    streak = aims.streak(ann, "study")
    assert (streak["current_streak"], streak["longest_streak"]) == (3, 3)

    # A day of the past gets an entry; time goes on to the next week.
    aims.entry(ann, 2, berlin("2026-11-03", "10:00"), berlin("2026-11-03", "11:00"))
    aims.run(ann, at=later)
    rows = aims.progress(ann, "study")
    assert (rows["2026-11-02"]["reached"], rows["2026-11-02"]["is_met"]) == (10 * HOUR, True)
    assert rows["2026-11-23"]["is_over"]
    assert rows["2026-11-30"]["is_over"] is False

    # A category moves out of the tree.
    aims.execute("update app.category set parent_id = null where name = 'Spanish'")
    aims.run(ann, at=later)
    assert aims.progress(ann, "study")["2026-11-02"]["reached"] == 5 * HOUR

    # A target that ends has no further periods; one that is gone has none.
    aims.execute("update app.target set valid_to = '2026-11-16' where name = 'once'")
    aims.execute("delete from app.target where name = 'limit'")
    aims.run(ann, at=later)
    assert set(aims.progress(ann, "once")) == {"2026-11-02", "2026-11-09"}
    assert aims.progress(ann, "limit") == {}

    usual = aims.read("target_progress"), aims.read("target_streak")
    aims.run(ann, full=True, at=later)
    assert (aims.read("target_progress"), aims.read("target_streak")) == usual
    assert aims.progress(aims.lee, "study") == lee
