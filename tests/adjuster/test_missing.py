"""What is missing is what is wanted, minus what is lived and planned, and each hour only once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from lifetracer.adjuster.missing import Frame, Planned, Wanted, demands, habits, needless
from lifetracer.periods import start_of, step

TOKYO = ZoneInfo("Asia/Tokyo")
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=TOKYO)
FRAME = Frame(
    FRIDAY.astimezone(UTC), FRIDAY.astimezone(UTC), datetime(2026, 11, 27, tzinfo=TOKYO).astimezone(UTC), TOKYO
)
LEARN, MATHS = UUID(int=1), UUID(int=2)


def wanted(target: UUID = LEARN, hours: float = 10, period: str = "week", **more: object) -> Wanted:
    given: dict[str, object] = {
        "category_id": "learn",
        "category_ids": frozenset({"learn", "maths"}),
        "title": "Learning",
        "priority": 0,
        "weekdays": None,
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }
    return Wanted(target, "Learn", period, int(hours * 3600), **(given | more))  # type: ignore[arg-type]


def planned(day: int, hour: int, hours: float = 1, category: str = "learn") -> Planned:
    start = datetime(2026, 11, day, hour, tzinfo=TOKYO)
    return Planned(category, (start, start + timedelta(hours=hours)))


def test_this_week_in_full_and_of_the_next_the_share_of_its_days() -> None:
    reached = {(LEARN, date(2026, 11, 16)): 4 * 3600}
    found = demands([wanted()], reached, [planned(21, 9), planned(19, 9), planned(25, 9, 3, "other")], FRAME)
    told = [(one.key.rpartition(":")[2], one.seconds / 3600) for one in found]
    assert told[0] == ("2026-11-16", 5.0), "10 wanted, 4 lived, 1 planned from now on"
    assert told[1] == ("2026-11-23", pytest.approx(10 * 4 / 7, abs=1 / 3600))
    assert found[0].ends == datetime(2026, 11, 23, tzinfo=TOKYO)


def test_what_a_narrow_demand_brings_counts_for_the_wide_one() -> None:
    maths = wanted(MATHS, 4, category_id="maths", category_ids=frozenset({"maths"}))
    found = {one.key: one.seconds / 3600 for one in demands([wanted(), maths], {}, [], FRAME)}
    assert found[f"{MATHS}:2026-11-16"] == 4
    assert found[f"{LEARN}:2026-11-16"] == 6
    daily = wanted(MATHS, 1, "day")
    found = {one.key: one.seconds / 3600 for one in demands([wanted(hours=5), daily], {}, [], FRAME)}
    assert found[f"{LEARN}:2026-11-16"] == 2, "three days of an hour each are left of the week"


def test_nothing_is_missing_of_what_is_reached_over_or_not_in_force() -> None:
    reached = {(LEARN, date(2026, 11, 16)): 11 * 3600}
    ends = wanted(valid_to=date(2026, 11, 23))
    assert demands([ends], reached, [], FRAME) == []
    assert demands([wanted(valid_from=date(2026, 12, 1))], {}, [], FRAME) == []
    only_mondays = wanted(period="day", hours=1, weekdays=frozenset({1}))
    assert [one.key[-10:] for one in demands([only_mondays], {}, [], FRAME)] == ["2026-11-23"]


def test_a_month_asks_for_its_share_within_the_frame() -> None:
    (found,) = demands([wanted(period="month", hours=11)], {}, [], FRAME)
    assert found.seconds == 11 * 3600 * 7 // 11


def test_asking_again_after_it_was_planned_asks_for_nothing_more() -> None:
    month = wanted(period="month", hours=22)
    (asked,) = demands([month], {}, [planned(28, 9, 3)], FRAME)
    assert asked.seconds == 14 * 3600, "7 of 11 days"
    brought = [*[planned(21 + n, 9, 2) for n in range(7)][:6], planned(21, 15, 2)]
    assert demands([month], {}, [planned(28, 9, 3), *brought], FRAME) == []
    (less,) = demands([month], {}, [planned(28, 9, 10)], FRAME)
    assert less.seconds == 12 * 3600, "no more than is missing"


def test_our_own_blocks_go_when_nothing_needs_them() -> None:
    blocks = [planned(21, 9, 2), planned(22, 9, 2)]
    reached = {(LEARN, date(2026, 11, 16)): 8 * 3600}
    assert needless(blocks, [wanted()], reached, [], FRAME) == [1], "the later of two, one of which is enough"
    assert needless(blocks, [wanted()], {}, [], FRAME) == []
    assert needless(blocks, [], {}, [], FRAME) == [1, 0]


def test_habits_are_relative_to_the_most_usual_hour_and_spread_a_little() -> None:
    learned = habits([("learn", 2, 19, 7200), ("learn", 2, 20, 3600)])["learn"]
    assert learned[2, 19] == 1.0
    assert 1 > learned[2, 20] > learned[3, 19] > learned[6, 19] > 0
    assert learned[2, 3] == 0
    assert habits([]) == {}


@pytest.mark.parametrize(
    ("period", "first", "following"),
    [("day", 20, (11, 21)), ("week", 16, (11, 23)), ("month", 1, (12, 1))],
)
def test_periods_begin_as_targets_do(period: str, first: int, following: tuple[int, int]) -> None:
    begins = start_of(date(2026, 11, 20), period)
    assert (begins.day, step(begins, period, 1)) == (first, date(2026, *following))
