"""Estimates of periods that are over are thinned such that no score changes, and after a year each keeps one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from lifetracer.analyzer.run import SQL

pytestmark = pytest.mark.db

TODAY = date(2026, 6, 17)

SCORED = """
select account_id, category_id, grain, period_start, made_on, (array_agg(p50 order by made_at desc))[1]
from core.estimate group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
"""
"""What marts.estimate_score reads: of each day of making the last version."""


@pytest.fixture
def put(warehouse, account):
    def estimate(start: date, made_on: date, hour: int = 6, grain: str = "day", days: int = 1) -> None:
        row = {
            "account": account.account_id,
            "grain": grain,
            "start": start,
            "end": start + timedelta(days=days),
            "made_at": datetime.combine(made_on, time(hour), UTC),
            "made_on": made_on,
            "p50": 1000 + hour,
        }
        with warehouse.transaction() as con:
            con.execute(
                "insert into core.estimate select %(account)s, 'c', %(grain)s, %(start)s, %(end)s, %(made_at)s,"
                " %(made_on)s, %(start)s::date - %(made_on)s::date, 0, 0, %(p50)s, 2000, 2000, %(p50)s, 0, 0,"
                " 0, 0, 0, 0, 0, 'm', true",
                row,
            )

    return estimate


@pytest.fixture
def thin(warehouse, account):
    def run() -> tuple[list, list, int]:
        """Give what scores read before and after, and how many rows are left."""
        with warehouse.transaction() as con:
            before = con.execute(SCORED).fetchall()
            con.execute(SQL["thin"], {"account_id": account.account_id, "today": TODAY})
            (left,) = con.execute("select count(*) from core.estimate").fetchone()
            return before, con.execute(SCORED).fetchall(), left

    return run


def test_scores_read_the_same_after_thinning(put, thin):
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    for start in (yesterday, tomorrow):
        for back in range(1, 5):
            for hour in (2, 9, 17):
                put(start, start - timedelta(days=back), hour)
    before, after, left = thin()
    assert after == before
    assert left == 4 + 12, "of what is over the last of each day, of what is to come everything"
    assert thin()[2] == left, "twice is once"


def test_after_a_year_one_of_each_reach_stays(put, thin):
    start = TODAY - timedelta(days=400)
    for back in range(-1, 41):
        put(start, start - timedelta(days=back))
    before, after, left = thin()
    assert left == 8
    assert set(after) < set(before)
    horizons = [(start - made_on).days for _, _, _, _, made_on, _ in reversed(after)]
    assert horizons == [-1, 1, 2, 4, 8, 15, 22, 32]


def test_weeks_and_months_keep_one_of_each_kind_of_score(put, thin):
    start = date(2025, 5, 1)
    for back in (-20, 0, 5, 25, 31, 32, 50):
        put(start, start - timedelta(days=back), grain="month", days=31)
    _, after, left = thin()
    assert [(start - row[4]).days for row in reversed(after)] == [-20, 5, 25, 32]
    assert left == 4


def test_nobody_elses_are_touched(put, thin, warehouse, new_account):
    other = new_account("Bert")
    put(TODAY - timedelta(days=1), TODAY - timedelta(days=2), 2)
    put(TODAY - timedelta(days=1), TODAY - timedelta(days=2), 3)
    with warehouse.transaction() as con:
        con.execute("update core.estimate set account_id = %s", (other.account_id,))
    assert thin()[2] == 2
