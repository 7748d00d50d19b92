"""Blocks lie in free time, keep their distance, and never bring more than is missing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lifetracer.adjuster.free_time import Span, ceiling, free_quarters, learned_quiet, quarters
from lifetracer.adjuster.placing import Block, Demand, Options, Placement, Request, place

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, tzinfo=BERLIN)
NIGHT = (22 * 60, 7 * 60)
HOUR = timedelta(hours=1)

few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def at(hours: float, zone: ZoneInfo = BERLIN) -> datetime:
    """So many hours after Monday's midnight."""
    return MONDAY.astimezone(zone) + timedelta(hours=hours)


def demand(key: str = "a", hours: float = 2.0, *, until: float = 48, priority: int = 0, **more: object) -> Demand:
    return Demand(key, f"category {key}", int(hours * 3600), at(0), at(until), priority, **more)  # type: ignore[arg-type]


def request(*demands: Demand, days: int = 2, **more: object) -> Request:
    return Request(BERLIN, at(0), at(24 * days), demands, **{"quiet": [NIGHT], **more})  # type: ignore[arg-type]


def hours(blocks: tuple[Block, ...], key: str) -> float:
    return sum(block.seconds for block in blocks if block.key == key) / 3600


spans = st.lists(
    st.tuples(st.integers(0, 4 * 48), st.integers(1, 40)).map(lambda p: (at(p[0] / 4), at((p[0] + p[1]) / 4))),
    max_size=8,
)
wishes = st.lists(
    st.builds(
        demand,
        key=st.sampled_from("abcd"),
        hours=st.integers(1, 40).map(lambda n: n / 6),
        until=st.sampled_from([18.0, 24.0, 48.0]),
        priority=st.integers(0, 1),
        weekdays=st.sampled_from([None, frozenset({1}), frozenset({2, 3})]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.key,
)
requests = st.builds(
    lambda demands, busy, own, quiet: request(*demands, busy=busy, own=own, quiet=[quiet]),
    wishes,
    spans,
    spans.map(lambda found: found[:2]),
    st.sampled_from([NIGHT, (0, 0), (8 * 60, 12 * 60 + 30)]),
)


def check(asked: Request, placed: Placement) -> None:
    """Look at every promise of a placement."""
    options, blocks = asked.options, placed.blocks
    for block in blocks:
        wanted = next(one for one in asked.demands if one.key == block.key)
        assert options.shortest <= block.ends_at - block.starts_at <= options.longest
        assert wanted.begins <= block.starts_at
        assert block.ends_at <= wanted.ends
        for begin, end in asked.busy:
            assert block.ends_at <= begin - options.buffer or block.starts_at >= end + options.buffer
        for begin, end in asked.own:
            assert block.ends_at <= begin - options.pause or block.starts_at >= end + options.pause
        for start in quarters(block.starts_at, block.ends_at):
            local = start.astimezone(asked.zone)
            assert wanted.weekdays is None or local.isoweekday() in wanted.weekdays
            assert free_quarters(start, start + timedelta(minutes=15), asked.zone, [], asked.quiet) == [True]
    for one, following in itertools.pairwise(blocks):
        assert one.ends_at + options.pause <= following.starts_at
    for wanted in asked.demands:
        left = sum(one.seconds for one in placed.unplaced if one.key == wanted.key)
        assert hours(blocks, wanted.key) * 3600 + left == wanted.seconds, "all that is missing is placed or told"


@few
@given(requests)
def test_blocks_fit_and_bring_what_is_missing_at_most(asked: Request) -> None:
    check(asked, place(asked))


@few
@given(requests)
def test_the_same_request_gives_the_same_placement(asked: Request) -> None:
    assert place(asked) == place(asked)


@few
@given(requests, st.data())
def test_more_free_time_never_places_less_of_what_goes_first(asked: Request, data: st.DataObject) -> None:
    assume(asked.busy)
    freed = data.draw(st.integers(0, len(asked.busy) - 1))
    fewer = [one for n, one in enumerate(asked.busy) if n != freed]
    freer = Request(asked.zone, asked.begins, asked.ends, asked.demands, fewer, asked.own, asked.quiet)
    top = max(one.priority for one in asked.demands)
    first = [one.key for one in asked.demands if one.priority == top]
    before, after = place(asked), place(freer)
    assert sum(hours(after.blocks, key) for key in first) >= sum(hours(before.blocks, key) for key in first)


def test_blocks_go_where_they_are_usual() -> None:
    habits = {"category a": {(1, 19): 1.0, (1, 20): 0.9}}
    (block,) = place(request(demand(hours=2, until=24), habits=habits)).blocks
    assert (block.starts_at, block.ends_at, block.habit) == (at(19), at(21), 0.95)


def test_what_goes_first_takes_the_room_and_the_rest_is_told() -> None:
    busy = [(at(0), at(8)), (at(11), at(24))]
    options = Options(buffer=timedelta(0))
    asked = [demand("minor", 3, until=24), demand("major", 3, until=24, priority=5)]
    placed = place(request(*asked, days=1, busy=busy, options=options))
    assert (hours(placed.blocks, "major"), hours(placed.blocks, "minor")) == (2.75, 0)
    assert {one.key: one.reason for one in placed.unplaced} == {"minor": "others_first", "major": "too_short"}


@pytest.mark.parametrize(
    ("one", "more", "reason"),
    [
        (demand(hours=0.4), {}, "too_short"),
        (demand(hours=1), {"busy": [(at(0), at(48))]}, "no_free_time"),
        (demand(hours=9), {"options": Options(per_day=HOUR)}, "day_is_full"),
        (demand(hours=1, weekdays=frozenset({7})), {}, "no_free_time"),
        (demand(hours=1, shuns=((at(0), at(48)),)), {}, "no_free_time"),
    ],
)
def test_every_reason_is_told(one: Demand, more: dict[str, object], reason: str) -> None:
    placed = place(request(one, **more))
    assert [told.reason for told in placed.unplaced] == [reason]


def test_a_deadline_holds_and_a_cleared_time_stays_clear() -> None:
    cleared: Span = (at(9), at(11))
    placed = place(request(demand(hours=2, until=12, shuns=(cleared,))))
    assert sum(block.seconds for block in placed.blocks) == 2 * 3600
    assert all(block.ends_at <= at(12) for block in placed.blocks)
    assert all(block.ends_at <= at(9) or block.starts_at >= at(11) for block in placed.blocks)


@pytest.mark.parametrize(("day", "free"), [(datetime(2026, 3, 29), 23), (datetime(2026, 10, 25), 25)])
def test_days_of_another_length_have_as_much_room_as_they_have(day: datetime, free: int) -> None:
    begins = day.replace(tzinfo=BERLIN).astimezone(UTC)
    ends = (day + timedelta(days=1)).replace(tzinfo=BERLIN).astimezone(UTC)
    assert len(quarters(begins, ends)) == free * 4
    wanted = Demand("a", "c", 20 * 3600, begins, ends)
    options = Options(per_day=timedelta(hours=20), pause=timedelta(0))
    placed = place(Request(BERLIN, begins, ends, [wanted], quiet=[(1 * 60, 4 * 60)], options=options))
    assert sum(block.seconds for block in placed.blocks) == 20 * 3600
    for block in placed.blocks:
        assert not 1 <= block.starts_at.astimezone(BERLIN).hour < 4


def test_half_hour_zones_and_odd_beginnings_keep_the_quarter_hours() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    begins = datetime(2026, 11, 23, 8, 7, 31, tzinfo=kolkata)
    assert ceiling(begins).astimezone(kolkata) == datetime(2026, 11, 23, 8, 15, tzinfo=kolkata)
    assert ceiling(ceiling(begins)) == ceiling(begins)


def test_six_targets_of_a_week_take_about_a_second() -> None:
    busy = [(at(24 * day + 9), at(24 * day + 12)) for day in range(7)] + [
        (at(24 * day + 14), at(24 * day + 15)) for day in range(7)
    ]
    wanted = [demand(key, 5, until=168, per_day=2 * HOUR) for key in "abcdef"]
    began = process_time()
    placed = place(request(*wanted, days=7, busy=busy))
    assert process_time() - began < 5  # of CPU, on a busy machine; about 1 on an idle one
    assert sum(block.seconds for block in placed.blocks) == 30 * 3600


def test_quiet_hours_are_learned_from_sleep_else_from_silence() -> None:
    days = 20
    slept = dict.fromkeys((23, 0, 1, 2, 3, 4, 5), days * 3600.0)
    assert learned_quiet({}, slept, days) == (23 * 60, 6 * 60)
    lively = dict.fromkeys(range(8, 24), days * 1800.0)
    assert learned_quiet(lively, {}, days) == (0, 8 * 60)
    only_work = dict.fromkeys(range(9, 17), days * 1800.0)
    assert learned_quiet(only_work, {}, days) == NIGHT
    assert learned_quiet(lively, {}, 3) == NIGHT
