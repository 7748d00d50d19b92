"""Kinds of day, made by hand: what the rule says and why, what a person corrects, and whose holidays apply."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform import holidays
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

PRESENT = datetime(2026, 11, 26, 3, tzinfo=UTC)
"""Thursday 26 November 2026, noon in Tokyo."""


def tokyo(day: str, clock: str) -> str:
    return f"{day}T{clock}+09:00"


def kind(life: Life, category: str, value: str) -> None:
    with life.house.transaction() as con:
        con.execute(
            "insert into app.category (account_id, category_id, name, kind) values (%s, app.category_id(%s), %s, %s)"
            " on conflict (account_id, category_id) do update set kind = excluded.kind",
            (life.account_id, category, category, value),
        )


class Days:
    """Two persons' days, and the marts after each run."""

    def __init__(self, house: Warehouse, settings: Settings) -> None:
        self.house, self.settings = house, settings
        self.aki = begin(house, "Aki", "Asia/Tokyo")
        self.ben = begin(house, "Ben", "Europe/Berlin")
        self.number = 0

    def lived(self, life: Life, project: int, start: str, stop: str) -> None:
        self.number += 1
        life.entry(self.number, start, stop, project)

    def run(self, life: Life | None = None, *, full: bool = False) -> None:
        transform(self.house, self.settings, life.account_id if life else None, full, as_of=PRESENT)

    def of(self, life: Life) -> dict[str, dict[str, Any]]:
        with psycopg.connect(self.house.dsn, row_factory=dict_row) as con:
            rows = con.execute("select * from marts.day_type where account_id = %s", (life.account_id,)).fetchall()
        return {row["local_date"].isoformat(): row for row in rows}

    def execute(self, statement: str, *values: object) -> None:
        with self.house.transaction() as con:
            con.execute(statement, values)


@pytest.fixture(scope="module")
def days(server: Server) -> Iterator[Days]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        made = Days(house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY))
        aki, ben = made.aki, made.ben
        for life in (aki, ben):
            for number, name in enumerate(("Work", "Study", "Travel", "Cooking"), 1):
                life.project(number, name)
                kind(life, name, {"Cooking": "household"}.get(name, name.lower()))
        for day, project, start, stop in (
            ("2026-11-16", 1, "09:00:00", "14:20:00"),
            ("2026-11-17", 1, "09:00:00", "12:00:00"),
            ("2026-11-18", 1, "09:00:00", "11:59:59"),
            ("2026-11-19", 1, "09:00:00", "12:00:00"),
            ("2026-11-19", 2, "13:00:00", "17:00:00"),
            ("2026-11-20", 1, "09:00:00", "17:00:00"),
            ("2026-11-03", 1, "09:00:00", "13:00:00"),
            ("2026-11-24", 3, "09:00:00", "13:00:00"),
            ("2026-11-26", 1, "09:00:00", "11:00:00"),
            ("2026-11-10", 1, "09:00:00", "12:00:00"),
            ("2026-11-10", 2, "13:00:00", "16:00:00"),
            ("2024-02-29", 1, "09:00:00", "12:00:00"),
        ):
            made.lived(aki, project, tokyo(day, start), tokyo(day, stop))
        aki.event("osaka", "大阪出張", ("2026-11-20", "2026-11-21"), transparency="transparent")
        aki.event("pto", "PTO", ("2026-11-21", "2026-11-22"))
        aki.event(
            "no", "温泉旅行", ("2026-11-25", "2026-11-26"), attendees=[{"self": True, "responseStatus": "declined"}]
        )
        aki.event("idea", "旅行の計画", (tokyo("2026-11-25", "19:00:00"), tokyo("2026-11-25", "20:00:00")))
        afternoon = (tokyo("2026-11-26", "13:00:00"), tokyo("2026-11-26", "15:00:00"))
        tomorrow = (tokyo("2026-11-27", "09:00:00"), tokyo("2026-11-27", "14:00:00"))
        aki.event("work", "Work", afternoon, tomorrow)
        whole = (tokyo("2026-11-12", "00:00:00"), tokyo("2026-11-14", "00:00:00"))
        aki.event("away", "不在", whole, eventType="outOfOffice")
        aki.event("lunch", "Out of office", (tokyo("2026-11-11", "12:00:00"), tokyo("2026-11-11", "13:00:00")))

        made.lived(ben, 1, "2026-10-25T00:00:00+02:00", "2026-10-25T04:00:00+01:00")  # the night has an hour more
        made.lived(ben, 1, "2026-11-16T23:00:00+01:00", "2026-11-17T03:00:00+01:00")
        ben.event("flight", "Flight to Tokyo (LH 716)", ("2026-11-18T13:00:00+01:00", "2026-11-19T02:00:00+01:00"))
        made.run(full=True)
        yield made


EXPECTED = {
    "2026-11-16": ("work", "5 h 20 m of work", "仕事5時間20分"),
    "2026-11-17": ("work", "3 h 00 m of work", "仕事3時間0分"),
    "2026-11-18": ("rest", "2 h 59 m of work or study", "仕事・勉強2時間59分"),
    "2026-11-19": ("study", "4 h 00 m of study", "勉強4時間0分"),
    "2026-11-10": ("work", "3 h 00 m of work", "仕事3時間0分"),
    "2026-11-20": ("travel", "the calendar says “大阪出張”", "予定「大阪出張」"),
    "2026-11-21": ("holiday", "time off: PTO", "休暇：PTO"),
    "2026-11-12": ("holiday", "time off: 不在", "休暇：不在"),
    "2026-11-13": ("holiday", "time off: 不在", "休暇：不在"),
    "2026-11-11": ("rest", "no work or study", "仕事・勉強なし"),
    "2026-11-22": ("rest", "no work or study", "仕事・勉強なし"),
    "2026-11-23": ("holiday", "public holiday: 勤労感謝の日 (Labor Thanksgiving Day)", "祝日：勤労感謝の日"),
    "2026-11-03": ("work", "4 h 00 m of work", "仕事4時間0分"),
    "2026-11-24": ("travel", "4 h 00 m of travel", "移動4時間0分"),
    "2026-11-25": ("rest", "no work or study", "仕事・勉強なし"),
    "2026-11-26": ("work", "4 h 00 m of work, 2 h 00 m of it planned", "仕事4時間0分（うち予定2時間0分）"),
    "2026-11-27": ("work", "5 h 00 m of work planned", "仕事の予定5時間0分"),
    "2024-02-29": ("work", "3 h 00 m of work", "仕事3時間0分"),
}


@pytest.mark.parametrize("day", EXPECTED)
def test_each_kind_of_day_has_its_reason(days: Days, day: str) -> None:
    row = days.of(days.aki)[day]
    assert (row["day_type"], row["reason_en"], row["reason_ja"]) == EXPECTED[day]
    assert row["derived_type"] == row["day_type"]
    assert not row["is_corrected"]


def test_a_holiday_that_was_worked_keeps_its_name(days: Days) -> None:
    row = days.of(days.aki)["2026-11-03"]
    assert (row["holiday"], row["holiday_en"]) == ("文化の日", "Culture Day")


def test_another_country_has_other_holidays_and_nights_count_on_their_own_days(days: Days) -> None:
    ben = days.of(days.ben)
    assert ben["2026-11-23"]["day_type"] == "rest"
    assert ben["2026-11-23"]["holiday"] is None
    assert ben["2026-10-25"]["reason_en"] == "5 h 00 m of work"  # 00:00 to 04:00 on the day of 25 hours
    assert ben["2026-11-16"]["reason_en"] == "1 h 00 m of work or study"
    assert ben["2026-11-17"]["reason_en"] == "3 h 00 m of work"
    assert ben["2026-11-18"]["day_type"] == ben["2026-11-19"]["day_type"] == "travel"


def test_every_day_of_the_calendar_has_one_kind(days: Days) -> None:
    for life in (days.aki, days.ben):
        with psycopg.connect(days.house.dsn) as con:
            known = con.execute("select local_date from core.dim_day where account_id = %s", (life.account_id,))
            assert {row[0].isoformat() for row in known} == set(days.of(life))


def test_corrections_new_kinds_and_countries_reach_the_next_run_and_only_their_account(days: Days) -> None:
    aki, ben = days.of(days.aki), days.of(days.ben)
    correct = "insert into app.day_type (account_id, local_date, day_type) values (%s, %s, %s)"
    days.execute(correct, days.aki.account_id, date(2026, 11, 22), "work")
    days.execute(correct, days.aki.account_id, date(2027, 5, 1), "holiday")
    days.run(days.aki)
    row = days.of(days.aki)["2026-11-22"]
    assert (row["day_type"], row["derived_type"], row["is_corrected"]) == ("work", "rest", True)
    assert row["reason_en"] == "set by hand; derived: rest (no work or study)"
    assert row["reason_ja"] == "手動で設定（自動判定：休み、仕事・勉強なし）"
    assert days.of(days.aki)["2027-05-01"]["day_type"] == "holiday"  # beyond all plans
    assert days.of(days.ben) == ben

    days.execute("update app.day_type set day_type = 'travel' where local_date = '2026-11-22'")
    days.run(days.aki)
    assert days.of(days.aki)["2026-11-22"]["day_type"] == "travel"

    days.execute("delete from app.day_type")
    days.run(days.aki)
    assert days.of(days.aki) == aki

    kind(days.aki, "Cooking", "study")
    days.lived(days.aki, 4, tokyo("2026-11-22", "09:00:00"), tokyo("2026-11-22", "15:00:00"))
    days.run(days.aki)
    assert days.of(days.aki)["2026-11-22"]["reason_en"] == "6 h 00 m of study"
    kind(days.aki, "Cooking", "household")
    days.run(days.aki)
    assert days.of(days.aki)["2026-11-22"]["day_type"] == "rest"

    days.execute("update app.account set country = 'DE' where account_id = %s", days.aki.account_id)
    days.run(days.aki)
    assert days.of(days.aki)["2026-11-23"]["day_type"] == "rest"
    days.execute("update app.account set country = null where account_id = %s", days.aki.account_id)
    days.run(days.aki)
    former = days.of(days.aki)
    assert former["2026-11-23"]["day_type"] == "holiday"
    days.run(days.aki, full=True)
    assert days.of(days.aki) == former
    assert days.of(days.ben) == ben


def test_the_calendar_knows_iso_weeks_quarters_and_leap_days(days: Days) -> None:
    with psycopg.connect(days.house.dsn, row_factory=dict_row) as con:
        rows = {row["local_date"]: row for row in con.execute("select * from core.dim_date").fetchall()}
    for day, row in rows.items():
        year, week, weekday = day.isocalendar()
        assert (row["iso_year"], row["iso_week"], row["weekday"]) == (year, week, weekday)
        assert row["week_start"] == date.fromisocalendar(year, week, 1)
        assert row["month_start"] == day.replace(day=1)
        assert row["quarter_start"] == date(day.year, 3 * (row["quarter"] - 1) + 1, 1)
        assert (row["year"], row["month"], row["day_of_month"]) == (day.year, day.month, day.day)
        assert row["day_of_year"] == day.timetuple().tm_yday
    assert min(rows) == date(1999, 12, 27)
    assert max(rows) == date(2031, 1, 5)
    assert len(rows) == (max(rows) - min(rows)).days + 1
    assert date(2028, 2, 29) in rows


def test_japans_holidays_have_their_substitutes_in_both_languages() -> None:
    named = {day: (name, english) for _, day, name, english in holidays.of_country("JP", 2025, 2026)}
    assert named[date(2025, 11, 23)] == ("勤労感謝の日", "Labor Thanksgiving Day")
    assert named[date(2025, 11, 24)] == ("振替休日", "Substitute Holiday")
    assert named[date(2026, 5, 6)] == ("振替休日", "Substitute Holiday")  # after three holidays, the first a Sunday
    assert named[date(2026, 9, 22)] == ("国民の休日", "National Holiday")  # between two holidays
    assert date(2026, 5, 7) not in named


def test_countries_speak_their_own_language() -> None:
    assert holidays.of_country("DE", 2026, 2026)[-1][2:] == ("Zweiter Weihnachtstag", "Second Day of Christmas")
    assert holidays.of_country("ZZ", 2026, 2026) == []


def test_time_zones_lie_in_countries_under_former_names_too() -> None:
    zones = holidays.zones()
    assert (zones["Asia/Tokyo"], zones["Japan"], zones["Europe/Berlin"]) == ("JP", "JP", "DE")
    assert zones["Asia/Calcutta"] == zones["Asia/Kolkata"] == "IN"
    assert "UTC" not in zones


def test_holidays_are_read_once_and_mended_by_a_full_run(warehouse: Warehouse, account: object) -> None:
    def count() -> int:
        with warehouse.transaction() as con:
            row = con.execute("select count(*) from core.holiday where country = 'JP'").fetchone()
            assert row
            return int(row[0])

    with warehouse.transaction() as con:
        assert holidays.fill(con) > 400
    whole = count()
    with warehouse.transaction() as con:
        assert holidays.fill(con) == 0
        con.execute("insert into core.holiday values ('JP', '2026-06-01', 'x', 'x')")
        con.execute("update core.holiday set name = 'x' where local_date = '2026-11-23'")
        assert holidays.fill(con) == 0
        assert holidays.fill(con, anew=True) == 2
    assert count() == whole
