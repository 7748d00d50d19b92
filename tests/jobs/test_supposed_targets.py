"""Which targets a what-if tells the odds of; pure."""

from dataclasses import replace

from lifetracer.jobs.what_if import _Aim, _supposing

EVERY_DAY = frozenset(range(1, 8))
ENOUGH = _Aim("Learn enough", "week", "at_least", 5 * 3600.0, None, EVERY_DAY, frozenset({"learning"}), False)
NOT_TOO_MUCH = replace(ENOUGH, name="Not too much", comparison="at_most", low=None, high=10 * 3600.0)
EACH_DAY = replace(ENOUGH, name="Each day", period="day")


def test_a_least_and_a_most_of_the_same_are_both_told():
    assert _supposing([ENOUGH, NOT_TOO_MUCH], []) == [ENOUGH, NOT_TOO_MUCH]


def test_what_is_supposed_takes_the_place_of_all_about_the_same_period():
    supposed = replace(ENOUGH, name="Twice as much", low=10 * 3600.0, is_supposed=True)
    assert _supposing([ENOUGH, EACH_DAY, NOT_TOO_MUCH], [supposed]) == [EACH_DAY, supposed]
