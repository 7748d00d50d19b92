"""Proposed targets keep their promises: they fit the days, lie between likely and wished, and only rise with either."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifetracer.adjuster.fitting import Room, Wished, achievable, fit
from lifetracer.adjuster.likely import Likely
from lifetracer.adjuster.room import Claim, share

HOUR = 3600
calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

hours = st.floats(0, 60).map(lambda amount: round(amount * 4) / 4 * HOUR)
seconds = st.integers(0, 80 * HOUR).map(float)
samples = st.lists(seconds, min_size=4, max_size=14)
distributions = st.one_of(
    samples.map(Likely.of_samples),
    st.lists(seconds, min_size=5, max_size=5).map(lambda five: Likely.of_quantiles(sorted(five))),
)
PARTS = ("a", "b", "c")


@st.composite
def wishes(draw: st.DrawFn, key: str = "") -> Wished:
    comparison = draw(st.sampled_from(["at_least", "at_least", "at_most", "between", "exactly"]))
    low, high = sorted((draw(hours), draw(hours)))
    bounds = {"at_least": (high, None), "at_most": (None, high), "between": (low, high), "exactly": (low, low)}
    first = draw(st.integers(0, 3))
    parts = draw(st.sampled_from([frozenset("a"), frozenset("b"), frozenset("c"), frozenset("ab"), None]))
    return Wished(
        key=key or draw(st.text("xyz", min_size=8, max_size=8)),
        measure="duration",
        period="week",
        comparison=comparison,
        low=bounds[comparison][0],
        high=bounds[comparison][1],
        likely=draw(distributions),
        lived=draw(st.sampled_from([0, 0, HOUR, 5 * HOUR])),
        days=tuple(range(first, draw(st.integers(first + 1, 5)))),
        parts=parts,
        priority=draw(st.sampled_from([0, 0, 1, 10])),
    )


rooms = st.builds(
    Room,
    free=st.lists(st.floats(0, 16 * HOUR), min_size=5, max_size=5),
    planned=st.dictionaries(st.tuples(st.sampled_from(PARTS), st.integers(0, 4)), st.floats(0, 4 * HOUR), max_size=3),
    commitments=st.lists(
        st.builds(
            Claim,
            st.floats(0, 10 * HOUR),
            st.just((0, 1, 2, 3, 4)),
            st.sampled_from([frozenset("a"), frozenset("z")]),
            st.just(1e6),
        ),
        max_size=2,
    ),
)
chances = st.floats(0.1, 0.9)


@calm
@given(st.lists(wishes(), min_size=1, max_size=5), rooms, chances)
def test_all_together_fit_into_the_days(many, room, chance):
    """What is still to be lived for the proposals can be placed, each second on one day and for one part of life."""
    proposed = fit(many, room, chance)
    claims = list(room.commitments)
    firm = len(claims)
    for wish, made in zip(many, proposed, strict=True):
        credit = wish.lived + sum(
            planned
            for (part, day), planned in room.planned.items()
            if day in wish.days and (wish.parts is None or part in wish.parts)
        )
        claims.append(Claim(max(0.0, (made.low or 0.0) - credit), wish.days, wish.parts, 0.0))
    granted = share(claims, room.free)
    assert all(got >= claim.seconds - 1 for got, claim in list(zip(granted, claims, strict=True))[firm:])


@calm
@given(wishes(), rooms, chances)
def test_a_proposal_lies_between_likely_and_wished(wish, room, chance):
    (made,) = fit([wish], room, chance)
    alone = achievable(wish, chance)
    if wish.low is not None:
        assert made.low is not None
        assert made.low <= alone[0] <= wish.low
        likely = wish.likely.quantile(1 - chance)
        if wish.high is None and not made.is_crowded:
            assert min(likely - 900, wish.low) - 1e-6 <= made.low
    if wish.high is not None:
        assert made.high is not None
        assert made.high >= wish.high


@calm
@given(wishes(), chances)
def test_it_is_reached_with_the_chosen_chance_or_a_greater_one(wish, chance):
    low, high = achievable(wish, chance)
    assert wish.likely.within(low, high) >= chance - 1e-9
    if wish.comparison == "at_least" and (low, high) != (wish.low, wish.high):
        assert wish.likely.below(low) <= 1 - chance + 1e-9


@calm
@given(wishes(), rooms, st.lists(wishes(), max_size=3), hours, chances)
def test_who_wishes_more_is_never_offered_less(wish, room, others, more, chance):
    greater = replace(
        wish,
        low=None if wish.low is None else wish.low + more,
        high=None if wish.high is None else wish.high + more,
    )
    before, after = (fit([each, *others], room, chance)[0] for each in (wish, greater))
    if wish.low is not None:
        assert after.low >= before.low - 1
    if wish.high is not None:
        assert after.high >= before.high - 1


@calm
@given(st.lists(wishes(), min_size=1, max_size=4), rooms, chances, chances)
def test_who_dares_more_is_never_offered_less_of_anything(many, room, one, other):
    bold, safe = sorted((one, other))
    for daring, careful in zip(fit(many, room, bold), fit(many, room, safe), strict=True):
        if careful.low is not None:
            assert daring.low >= careful.low - 1
        if careful.high is not None:
            assert daring.high <= careful.high + 1


@calm
@given(samples, st.lists(st.floats(-10, 90 * HOUR), min_size=1, max_size=5), st.floats(0.01, 0.99))
def test_an_amount_and_its_chance_belong_together(many, amounts, chance):
    likely = Likely.of_samples(many)
    amount = likely.quantile(chance)
    if 1 / (len(many) + 1) <= chance <= len(many) / (len(many) + 1):
        assert likely.below(amount) <= chance + 1e-9 <= likely.upto(amount) + 2e-9
    ordered = sorted(amounts)
    assert [likely.below(each) for each in ordered] == sorted(likely.below(each) for each in ordered)
    assert all(likely.below(each) <= likely.upto(each) for each in amounts)


@pytest.mark.parametrize("weeks", [6, 12, 20])
@pytest.mark.parametrize("chance", [0.5, 0.65, 0.8])
def test_exchangeable_weeks_reach_it_as_often_as_was_chosen(weeks, chance):
    dice = random.Random(weeks)
    reached = 0
    for _ in range(4000):
        *past, coming = [dice.gammavariate(6, 1.5) * HOUR for _ in range(weeks + 1)]
        wish = Wished("w", "duration", "week", "at_least", 99 * HOUR, None, Likely.of_samples(past))
        low, _high = achievable(wish, chance)
        reached += coming >= low
    assert reached / 4000 == pytest.approx(chance, abs=0.07)


def test_shortage_is_shared_evenly_within_a_priority_and_the_higher_goes_first():
    days = (0, 1)
    claims = [
        Claim(8 * HOUR, days, frozenset("a"), 0),
        Claim(4 * HOUR, days, frozenset("b"), 0),
        Claim(4 * HOUR, days, frozenset("c"), 5),
    ]
    granted = share(claims, [5 * HOUR, 5 * HOUR])
    assert granted == pytest.approx([4 * HOUR, 2 * HOUR, 4 * HOUR], rel=1e-5)


def test_one_hour_counts_for_a_category_and_for_the_one_above_it():
    claims = [
        Claim(6 * HOUR, (0,), frozenset({"body", "run"}), 0),
        Claim(4 * HOUR, (0,), frozenset({"run"}), 0),
    ]
    assert share(claims, [6 * HOUR]) == pytest.approx([6 * HOUR, 4 * HOUR], rel=1e-5)


def test_a_day_that_is_full_gives_its_hours_to_nobody():
    claims = [Claim(5 * HOUR, (0,), frozenset("a"), 0), Claim(5 * HOUR, (0, 1), frozenset("b"), 0)]
    assert share(claims, [5 * HOUR, 3 * HOUR]) == pytest.approx([4 * HOUR, 4 * HOUR], rel=1e-5)
    assert share([], [1.0]) == []


def test_what_was_wished_exactly_is_proposed_as_a_range():
    likely = Likely.of_samples([hour * HOUR for hour in range(1, 12)])
    wish = Wished("w", "duration", "week", "exactly", 6.0 * HOUR, 6.0 * HOUR, likely)
    (made,) = fit([replace(wish, days=(0,))], Room([20.0 * HOUR]), 0.65)
    assert made.comparison == "between"
    assert made.low < 6 * HOUR < made.high
    assert made.probability >= 0.65


def test_a_likely_wish_is_proposed_as_it_is():
    likely = Likely.of_samples([10.0 * HOUR] * 8)
    wish = Wished("w", "duration", "week", "at_least", 7.01 * HOUR, None, likely, days=(0,))
    (made,) = fit([wish], Room([8.0 * HOUR]), 0.65)
    assert (made.low, made.is_wish, made.probability) == (7.01 * HOUR, True, 1.0)


def test_the_odds_of_nothing_are_refused():
    with pytest.raises(ValueError, match="sample"):
        Likely.of_samples([])


def test_quantiles_are_joined_by_a_curve_that_is_straight_where_they_are():
    assert math.isclose(Likely.of_quantiles([1, 2.5, 5, 7.5, 9]).below(6), 0.6)
    skew = Likely.of_quantiles([0, 1, 2, 6, 20])
    assert list(skew.quantiles().values()) == [0, 1, 2, 6, 20]
    assert 2 < skew.quantile(0.65) < 2 + 0.6 * (6 - 2), "amounts above the middle thin out"
