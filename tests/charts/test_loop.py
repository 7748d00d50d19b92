"""The loop's row: the gap that is told, the chance that the band tells, and places on the track."""

from datetime import UTC, datetime

import pytest

from lifetracer.charts import Words
from lifetracer.charts.loop import GAPS, Band, Bounds, Row

EN, JA = Words("en"), Words("ja")
HOUR = 3600
BAND = Band(
    2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, 6 * HOUR, made_at=datetime(2026, 11, 19, tzinfo=UTC), lived_seconds=0
)


def row(lived=0.0, planned=0.0, ahead=0.0, **given):
    facts = {"lived": round(lived * HOUR), "planned": round(planned * HOUR), "ahead": round(ahead * HOUR), "band": BAND}
    return Row("Study", "#000000", **(facts | given))


def least(hours, **given):
    return Bounds("at_least", round(hours * HOUR), None, **given)


def most(hours, **given):
    return Bounds("at_most", None, round(hours * HOUR), **given)


@pytest.mark.parametrize(
    ("one", "code", "hours"),
    [
        (row(4, target=least(4)), "met", 0),
        (row(1, 3, 3, target=least(4)), "planned", 3),
        (row(1, 4, 4, target=least(5)), "unlikely", 1),
        (row(1, 1, 1, target=least(3.5)), "likely", 2.5),
        (row(1, 1, 1, target=least(5)), "to_plan", 3),
        (row(1, 4, 4, target=least(5), band=None), "planned", 4),
        (row(1, 1, 1, target=least(5), band=None), "to_plan", 3),
        (row(1, target=least(4), is_over=True), "missed", 3),
        (row(5, target=most(4.5)), "over", 0.5),
        (row(1, target=most(3)), "likely_over", 1),
        (row(1, target=most(6)), "room", 5),
        (row(0, target=most(6)), "within", 0),
        (row(1, target=most(6, is_met=True), is_over=True), "kept", 0),
        (row(1, target=Bounds("between", 2 * HOUR, 5 * HOUR)), "likely", 1),
        (row(6, target=Bounds("between", 2 * HOUR, 5 * HOUR)), "over", 1),
        (row(1, 1, 1, target=least(5, reached=3 * HOUR)), "to_plan", 1),
        (row(wish=least(9)), "wish_far", 5),
        (row(wish=most(3)), "wish_over", 1),
        (row(wish=least(3)), "wish_likely", 0),
        (row(wish=least(9), proposal=least(5)), "wish_far", 5),
        (row(proposal=least(5)), "proposed", 0),
        (row(1, 6, 5), "more_planned", 2),
        (row(1, 2, 1), "less_planned", 2),
        (row(1, 4, 3), "as_planned", 0),
        (row(1), "nothing", 0),
        (row(1, 2, 1, band=None), "nothing", 0),
        (row(7, is_over=True), "above", 1),
        (row(1, is_over=True), "below", 1),
        (row(3, is_over=True), "as_expected", 0),
        (row(3, is_over=True, band=None), "nothing", 0),
    ],
)
def test_the_gap_that_matters_first_is_told(one, code, hours):
    assert (one.gap.code, one.gap.seconds) == (code, round(hours * HOUR))


def test_every_gap_is_a_sentence_in_both_languages():
    for one in (row(1, 1, 1, target=least(5)), row(1, target=most(6)), row(wish=least(9))):
        assert EN.duration(one.gap.seconds) in one.gap.sentence(EN)
        assert JA.duration(one.gap.seconds) in one.gap.sentence(JA)
    assert {code for code, (tone, _) in GAPS.items() if tone == "bad"} == {"missed", "over", "to_plan"}


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (row(target=least(2)), "chance ≥ 90 %"),
        (row(target=least(3.5)), "chance ≥ 50 %"),
        (row(target=least(5.5)), "chance ≥ 10 %"),
        (row(target=least(7)), "chance < 10 %"),
        (row(target=most(6)), "chance ≥ 90 %"),
        (row(target=most(4.5)), "chance ≥ 50 %"),
        (row(target=most(1)), "chance < 10 %"),
        (row(target=Bounds("between", HOUR, 2 * HOUR)), ""),
        (row(4, target=least(4, is_met=True)), ""),
        (row(target=least(4), band=None), ""),
        (row(1, target=least(4, reached=2 * HOUR)), ""),
    ],
)
def test_the_band_tells_a_chance_and_only_of_what_it_measures(one, said):
    assert one.chance(EN) == said


def test_what_is_lived_is_the_least_that_is_likely_until_the_period_is_over():
    assert row(5).likely == 5 * HOUR
    assert row(5).edge("p50") == row(5).place(5 * HOUR)
    assert row(5, is_over=True).likely == 4 * HOUR


def test_everything_lies_on_the_track():
    one = row(3, 10, 7, target=least(12), wish=least(20))
    assert 0 < one.place(3 * HOUR) < one.edge("p90") < one.place(12 * HOUR) < one.place(20 * HOUR) < 100
    assert row(band=None).place(50) <= 100


def test_bounds_are_said():
    said = [bounds.sentence(EN) for bounds in (least(2), most(3), Bounds("between", HOUR, 2 * HOUR))]
    assert said == ["at least 2 h 00 m", "at most 3 h 00 m", "1 h 00 m to 2 h 00 m"]
    assert Bounds("exactly", HOUR, HOUR).sentence(JA) == "ちょうど1時間0分"
