from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifetracer.charts import Words, describe, lay_out
from lifetracer.charts.week import Day, open_hours, pack
from week_blocks import MONDAY, all_day, block, pair

EN, JA = Words("en"), Words("ja")


def lanes(*blocks):
    return [(piece.lane, piece.lanes) for piece in pack(blocks)]


def test_blocks_one_after_another_have_the_column_to_themselves():
    assert lanes(block("plan", "9:00", "10:00"), block("plan", "10:00", "11:00")) == [(0, 1), (0, 1)]


def test_blocks_that_overlap_share_the_column():
    """The third begins when the first has ended and takes its lane.

    9:00  ██
    10:00 ██ ██
    11:00 ██ ██
    """
    found = lanes(block("plan", "9:00", "11:00"), block("plan", "10:00", "12:00"), block("plan", "11:00", "12:00"))
    assert found == [(0, 2), (1, 2), (0, 2)]


@given(st.lists(st.tuples(st.integers(0, 1438), st.integers(1, 300)), max_size=25))
def test_no_two_blocks_ever_cover_each_other(drawn):
    blocks = [
        block("actual", f"{start // 60}:{start % 60:02}", f"{(end := min(start + length, 1440)) // 60}:{end % 60:02}")
        for start, length in drawn
    ]
    pieces = pack(blocks)
    assert {p.block.block_id for p in pieces} == {b.block_id for b in blocks}
    for n, one in enumerate(pieces):
        assert 0 <= one.lane < one.lanes
        for other in pieces[n + 1 :]:
            if other.block.start_second < one.block.end_second and one.block.start_second < other.block.end_second:
                assert one.lane != other.lane
                assert one.lanes == other.lanes


def test_nights_do_not_keep_the_day_from_folding():
    sleep = [block("actual", "23:10", "24:00", "Sleep"), block("actual", "0:00", "7:05", "Sleep")]
    late_sleep = block("actual", "1:30", "8:40", "Sleep")
    assert open_hours([*sleep, late_sleep, block("plan", "8:30", "12:00"), block("plan", "19:00", "20:15")]) == (8, 21)


def test_the_working_day_is_always_open():
    assert open_hours([block("actual", "11:00", "12:00")]) == (9, 18)
    assert open_hours([]) == (8, 20)


def test_a_fold_of_one_hour_stays_open():
    assert open_hours([block("plan", "1:00", "1:30"), block("plan", "22:00", "22:30")]) == (0, 24)


def test_an_all_day_event_over_several_days_is_one_banner():
    trip, holiday = all_day("Trip", 1, 3), all_day("Holiday", 2)
    week = lay_out(MONDAY, [*trip, *holiday], [], [])
    assert [(b.block.title, b.row, b.span) for b in week.days[1].banners] == [("Trip", 0, 3)]
    assert {(b.block.title, b.row, b.span) for b in week.days[2].banners} == {("Trip", 0, 0), ("Holiday", 1, 1)}
    assert week.banner_rows == 2


def test_the_spine_shows_entries_and_missed_plans():
    done, unplanned = pair(("9:00", "12:00"), ("9:10", "12:00")), block("actual", "13:00", "14:00", verdict="unplanned")
    missed, future = block("plan", "13:30", "16:00", verdict="missed"), block("plan", "17:00", "18:00")
    day = lay_out(MONDAY, [*done, unplanned, missed, future], [], []).days[0]
    assert [(b.layer, b.verdict, shared) for b, shared in day.spine] == [
        ("actual", "done", False),
        ("actual", "unplanned", True),
        ("plan", "missed", True),
    ]


def test_a_week_has_seven_days_even_when_the_marts_know_three():
    known = [Day(MONDAY + timedelta(days=n), planned_seconds=3600, kept_seconds=1800) for n in range(3)]
    week = lay_out(MONDAY, [], known, [])
    assert [day.kept for day in week.days] == [50, 50, 50, 0, 0, 0, 0]
    assert (week.number, week.name) == (47, "2026-W47")


@pytest.mark.parametrize(
    ("plan", "actual", "words"),
    [
        (("9:00", "12:00"), ("9:10", "12:00"), "done, started 10 m late, 10 m shorter"),
        (("9:00", "12:00"), ("8:45", "12:00"), "done, started 15 m early, 15 m longer"),
        (("9:00", "12:00"), ("9:00", "12:00"), "done, started on time"),
    ],
)
def test_a_pair_says_how_it_met(plan, actual, words):
    planned, lived = pair(plan, actual)
    text = f"Deep work, planned 9:00–12:00, lived {actual[0]}–{actual[1]}, {words}"
    assert describe(planned, lived, EN) == describe(lived, planned, EN) == text


def test_the_same_in_japanese():
    planned, lived = pair(("9:00", "12:00"), ("9:10", "12:00"), title="集中", category="仕事")
    assert (
        describe(lived, planned, JA)
        == "集中 (仕事), 計画 9:00–12:00, 実績 9:10–12:00, 計画どおり, 開始が10分遅れ, 10分短い"
    )


def test_a_running_entry_has_no_end_to_speak_of():
    assert describe(block("actual", "9:00", "9:40", running=True), None, EN) == "Deep work, running since 9:00"
