"""Sentences mean what they say, in English and Japanese; what is not understood is asked, never dropped or guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjuster.said import ENGLISH, ENGLISH_ASKED, JAPANESE, JAPANESE_ASKED
from lifetracer.adjuster.sentences import Known, NotUnderstood, Parsed, Wish, echo, parse
from lifetracer.adjuster.sentences.answers import QUESTIONS

TODAY = date(2026, 11, 21)
PROJECTS = {"p1": "Atlas", "p2": "Deep Work"}
TAGS = ("deep", "朝活")
NAMES = {
    "en": ("Learning", "Reading", "Work", "Sleep", "Exercise", "Meetings", "Social media"),
    "ja": ("学習", "読書", "睡眠", "運動", "仕事", "会議", "家族"),
}
KNOWN = {
    language: Known(TODAY, {name.lower(): name for name in names}, PROJECTS, TAGS) for language, names in NAMES.items()
}
HOUR = 3600


def understood(sentence: str, language: str = "en") -> Wish:
    answer = parse(sentence, language, KNOWN[language])
    assert isinstance(answer, Parsed), answer
    return answer.wish


@pytest.mark.parametrize(
    ("language", "sentence", "said"),
    [("en", *row) for row in ENGLISH] + [("ja", *row) for row in JAPANESE],
)
def test_a_sentence_means_what_it_says(language: str, sentence: str, said: str) -> None:
    answer = parse(sentence, language, KNOWN[language])
    assert isinstance(answer, Parsed), answer
    assert (answer.echo, answer.language) == (said, language)
    again = parse(said, language, KNOWN[language])
    assert isinstance(again, Parsed)
    assert again.wish == answer.wish, "the echo means the same"
    other = "ja" if language == "en" else "en"
    assert parse(sentence, other, KNOWN[language]) == answer, "whatever language is tried first"


@pytest.mark.parametrize(
    ("language", "sentence", "code"),
    [("en", *row) for row in ENGLISH_ASKED] + [("ja", *row) for row in JAPANESE_ASKED],
)
def test_what_is_not_understood_is_asked_with_an_example_that_works(language: str, sentence: str, code: str) -> None:
    answer = parse(sentence, language, KNOWN[language])
    assert isinstance(answer, NotUnderstood)
    assert (answer.code, answer.language) == (code, language)
    assert answer.question
    assert isinstance(parse(answer.example, language, KNOWN[language]), Parsed)


def test_there_are_enough_of_them() -> None:
    assert min(len(ENGLISH), len(JAPANESE)) >= 60
    assert min(len(ENGLISH_ASKED), len(JAPANESE_ASKED)) >= 20


def test_fields_of_the_examples_of_the_house() -> None:
    learning = Wish(
        subject="category", subject_value="learning", subject_name="Learning", measure="duration", period="week",
        comparison="at_least", low=Decimal(10 * HOUR),
    )  # fmt: skip
    assert understood("Learning at least 10 h a week") == learning
    up = understood("up before 06:00")
    assert (up.subject, up.measure, up.comparison, up.high, up.period) == ("all", "start_time", "at_most", 21600, "day")
    gaku = understood("学習を週10時間以上", "ja")
    assert (gaku.subject_value, gaku.measure, gaku.period, gaku.low) == ("学習", "duration", "week", 10 * HOUR)
    share = understood("at most 25 % of my time in meetings")
    assert (share.measure, share.comparison, share.high, share.subject_name) == (
        "share",
        "at_most",
        Decimal("0.25"),
        "Meetings",
    )
    december = understood("read every day in December")
    assert (december.measure, december.low, december.period) == ("count", 1, "day")
    assert (december.valid_from, december.valid_to) == (date(2026, 12, 1), date(2027, 1, 1))


def test_a_misspelt_name_is_asked_with_the_sentence_mended() -> None:
    answer = parse("Lerning at least 10 h a week", "en", KNOWN["en"])
    assert isinstance(answer, NotUnderstood)
    assert answer.rest == ("Lerning",)
    assert answer.suggestions == ("Learning",)
    assert answer.example == "Learning at least 10 h a week"
    assert "at least" in answer.understood


def test_a_name_of_two_things_is_asked() -> None:
    known = Known(TODAY, {"a": "Study", "b": "Learning"})
    answer = parse("勉強を週10時間", "ja", known)
    assert isinstance(answer, NotUnderstood)
    assert answer.code == "two_subjects"
    exact = parse("Study 10 h a week", "en", known)
    assert isinstance(exact, Parsed)
    assert exact.wish.subject_value == "a"


def test_names_come_before_grammar_and_categories_before_projects() -> None:
    known = Known(TODAY, {"w": "Week plan", "x": "Every day"}, {"p": "Week plan"}, ("Week plan",))
    for sentence, subject in (
        ("Week plan 2 h a week", "category"),
        ("project Week plan 2 h a week", "project"),
        ("tag Week plan 2 h a week", "tag"),
        ("text “Week plan” 2 h a week", "text"),
    ):
        answer = parse(sentence, "en", known)
        assert isinstance(answer, Parsed), answer
        assert answer.wish.subject == subject


def test_without_any_name_all_tracked_time_is_left() -> None:
    nobody = Known(TODAY)
    answer = parse("Chess 2 h a week", "en", nobody)
    assert isinstance(answer, NotUnderstood)
    assert isinstance(parse(answer.example, "en", nobody), Parsed)
    assert isinstance(parse("track at least 8 h a day", "en", nobody), Parsed)
    assert isinstance(parse("", "en", nobody), NotUnderstood)


def test_every_question_has_words_in_both_languages() -> None:
    assert all(english and japanese and english != japanese for english, japanese in QUESTIONS.values())


days = st.dates(date(2026, 11, 22), date(2030, 1, 1))
minutes = st.integers(1, 24 * 60)


@st.composite
def wishes(draw: st.DrawFn, language: str) -> Wish:
    measure = draw(st.sampled_from(["duration", "count", "start_time", "end_time", "share"]))
    amounts = {
        "duration": minutes.map(lambda n: Decimal(n * 60)),
        "count": st.integers(1, 99).map(Decimal),
        "start_time": st.integers(0, 24 * 60 - 1).map(lambda n: Decimal(n * 60)),
        "end_time": st.integers(0, 24 * 60 - 1).map(lambda n: Decimal(n * 60)),
        "share": st.integers(0, 10_000).map(lambda n: Decimal(n) / 10_000),
    }[measure]
    low, high = sorted((draw(amounts), draw(amounts)))
    comparison = draw(st.sampled_from(["at_least", "at_most", "between", "exactly"]))
    if comparison == "between" and low == high:
        comparison = "exactly"
    subject, value, name = draw(
        st.sampled_from(
            [("category", each.lower(), each) for each in NAMES[language]]
            + [("project", "p1", "Atlas"), ("tag", "deep", "deep"), ("text", "an odd “text”", "an odd “text”")]
            + [("all", None, None)]
        )
    )
    weekdays = draw(st.one_of(st.none(), st.sets(st.integers(1, 7), min_size=1, max_size=6)))
    first = draw(st.one_of(st.none(), days))
    last = draw(st.one_of(st.none(), days))
    if first and last and last <= first:
        last = first + timedelta(days=30)
    return Wish(
        subject=subject,
        subject_value=value,
        subject_name=name,
        measure=measure,
        period=draw(st.sampled_from(["day", "week", "month"])),
        comparison=comparison,
        low={"at_least": low, "at_most": None, "between": low, "exactly": low}[comparison],
        high={"at_least": None, "at_most": low, "between": high, "exactly": low}[comparison],
        weekdays=tuple(sorted(weekdays)) if weekdays else None,
        priority=draw(st.integers(-1000, 1000)),
        valid_from=first,
        valid_to=last,
    )


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["en", "ja"]).flatmap(lambda language: st.tuples(st.just(language), wishes(language))))
def test_every_wish_can_be_said_and_is_understood_again(pair: tuple[str, Wish]) -> None:
    language, wish = pair
    answer = parse(echo(wish, language), language, KNOWN[language])
    assert isinstance(answer, Parsed), answer
    assert answer.wish == wish


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ENGLISH + JAPANESE), st.sampled_from(["xylophone", "木琴", "zzz", "§"]), st.floats(0, 1))
def test_no_word_is_silently_dropped(row: tuple[str, str], word: str, where: float) -> None:
    sentence = row[0]
    language = "en" if row in ENGLISH else "ja"
    parts = sentence.split(" ") if language == "en" else [sentence]
    place = round(where * len(parts))
    disturbed = " ".join([*parts[:place], word, *parts[place:]])
    if disturbed.count('"') or "「" in disturbed:
        return
    answer = parse(disturbed, language, KNOWN[language])
    assert isinstance(answer, NotUnderstood), disturbed
    assert answer.rest or answer.code != "empty"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["en", "ja"]))
def test_any_text_is_answered(text: str, language: str) -> None:
    answer = parse(text, language, KNOWN[language])
    if isinstance(answer, NotUnderstood):
        assert isinstance(parse(answer.example, answer.language, KNOWN[language]), Parsed)
