"""The targets page: proposals, wishes and their history; sentence, bar, streak, last periods of targets."""

import pytest

from lifetracer.charts import Words
from lifetracer.console.targets import Progress, amount
from page_words import words


def test_a_target_says_what_is_wanted_and_how_far_it_came(lived):
    page = words(lived.get("/targets").text)
    for said in ("at least 8 h 00 m a week", "Reached 5 h 00 m", "In a row 2 longest 9; met 20 of 25", "open", "met"):
        assert said in page, said


def test_a_proposal_says_how_much_how_likely_and_why(desk):
    page = desk.browser.get("/targets").text
    said = words(page)
    for sentence in (
        "Proposed for you 3",
        "at least 5 h 00 m 66 % likely",
        "Wished at least 10 h 00 m 7 % Likely 4 h 00 m – 9 h 00 m So far 2 h 00 m",
        "Your wish (10 h) is reached in 7 of 100 such periods; this is what 65 of 100 reach.",
        "begun by 9:00 66 % likely",
        "Wished begun by 8:00 7 % Likely 8:00 – 10:00",
        "At these odds nothing is left of it",
    ):
        assert sentence in said, sentence
    assert page.count("/accept") == 2, "there is nothing to agree to where nothing is left"
    assert page.count("/reject") == 3
    assert 'name="low" value="5:00" data-kind="amount" data-measure="duration"' in page
    assert '<line class="goal" x1="' in page


def test_a_wish_shows_since_when_it_is_so_and_what_was_wished_before(desk):
    said = words(desk.browser.get("/targets").text)
    for sentence in ("at least 10 h per week", "since Mon 16 November 2026", "2026-11-02 – ", "at least 8 h per week"):
        assert sentence in said, sentence
    assert "Wishes that ended: 1" in said


def test_a_sentence_in_the_address_is_understood_without_a_script(desk):
    told = words(desk.browser.get("/targets?sentence=all tracked time at least 40 h a week").text)
    assert "Understood as: all tracked time: at least 40 h per week" in told
    missed = words(desk.browser.get("/targets?sentence=全記録時間を週に&lang=ja").text)
    assert "例えば: " in missed
    assert "どのくらい、または何回ですか" in missed
    desk.browser.get("/targets?lang=en")


def test_without_marts_a_wish_can_be_entered(client, account):
    page = client.get("/targets").text
    assert 'data-send="POST /api/intents"' in page
    assert "Nothing is connected yet." in page


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
