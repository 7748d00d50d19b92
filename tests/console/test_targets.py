"""The targets page: sentence, bar, streak, last periods."""

import pytest

from lifetracer.charts import Words
from lifetracer.console.targets import Progress, amount
from page_words import words


def test_a_target_says_what_is_wanted_and_how_far_it_came(lived):
    page = words(lived.get("/targets").text)
    for said in ("at least 8 h 00 m a week", "Reached 5 h 00 m", "In a row 2 longest 9; met 20 of 25", "open", "met"):
        assert said in page, said


def target(**given):
    facts = {"low": 28800, "high": None, "reached": 14400, "measure": "duration", "comparison": "at_least"}
    return Progress(facts | {"period": "week", "is_met": None} | given, (), None)


@pytest.mark.parametrize(
    ("given", "bar", "over"),
    [
        ({}, (40, 80), False),
        ({"reached": 28800}, (80, 80), False),
        ({"reached": 57600}, (100, 50), False),
        ({"reached": 288000}, (100, 40), False),
        ({"reached": None}, (0, 80), False),
        ({"low": None, "high": 3600, "reached": 5400, "comparison": "at_most"}, (100, 67), True),
        ({"measure": "start_time", "is_met": True}, (100, 100), False),
    ],
)
def test_the_bar_and_the_line_keep_their_proportion(given, bar, over):
    assert target(**given).bar == bar
    assert target(**given).is_over_the_top == over


def test_each_measure_has_its_words():
    english, japanese = Words("en"), Words("ja")
    assert target(measure="start_time", comparison="at_most", low=None, high=36000, period="day").sentence(english) == (
        "begun by 10:00 a day"
    )
    assert target(measure="share", low="0.25").sentence(english) == "at least 25 % a week"
    assert target().sentence(japanese) == "毎週 8時間0分以上"
    assert amount(3, "count", english) == "3 entries"
