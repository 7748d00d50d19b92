"""Sentences about insights, reasons and choices, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lifetracer.charts.insight_words import (
    CHOICES,
    METHODS,
    REASONS,
    choice_sentence,
    insight_sentence,
    method_name,
    reason_sentences,
)
from lifetracer.charts.wording import Words

ENGLISH, JAPANESE = Words("en"), Words("ja")
WEEK = {"begins_on": date(2026, 11, 9), "ends_on": date(2026, 11, 16)}


def row(kind: str, effect: float, details: dict[str, Any], **more: object) -> dict[str, Any]:
    plain = {"category": "Sleep", "other_category": "Work", "begins_on": date(2026, 3, 2), "ends_on": None}
    return plain | {"kind": kind, "effect": Decimal(str(effect)), "details": details} | more


TOLD = [
    (
        row("anomaly", 1800, {"seconds": 201_600, "usual_seconds": 189_000}, **WEEK),
        "9 – 15 November 2026: Sleep took 56 h 00 m, 3 h 30 m more than usual.",
        "2026年11月9日 – 15日：「Sleep」は56時間0分で、いつもより3時間30分多めでした。",
    ),
    (
        row("anomaly", -1800, {"seconds": 189_000, "usual_seconds": 201_600}, **WEEK),
        "9 – 15 November 2026: Sleep took 52 h 30 m, 3 h 30 m less than usual.",
        "2026年11月9日 – 15日：「Sleep」は52時間30分で、いつもより3時間30分少なめでした。",
    ),
    (
        row("change_point", -2400, {"before_seconds": 27_600, "after_seconds": 25_200}),
        "Since 2 March 2026, Sleep takes 40 m a day less: 7 h 00 m instead of 7 h 40 m.",
        "2026年3月2日から、「Sleep」が1日あたり40分減っています（7時間40分→7時間0分）。",
    ),
    (
        row("correlation", -0.4, {"lag": 1, "difference_seconds": -1500}),
        "The day after much Sleep there is 25 m less Work.",
        "「Sleep」が多かった日の翌日は、「Work」が25分少なくなります。",
    ),
    (
        row("correlation", 0.4, {"lag": 0, "difference_seconds": 1500}),
        "On days with much Sleep there is 25 m more Work.",
        "「Sleep」が多い日は、「Work」が25分多くなります。",
    ),
    (
        row("correlation", 0.4, {"lag": 3, "difference_seconds": 1500}),
        "3 days after much Sleep there is 25 m more Work.",
        "「Sleep」が多かった日の3日後は、「Work」が25分多くなります。",
    ),
    (
        row("planning_fallacy", 1.4, {"plans": 60, "low": 1.25, "high": 1.5}),
        "Sleep takes 40 % longer than planned (median of 60 plans; 25–50 %).",
        "「Sleep」は予定より40%長くかかっています（60件の中央値、25～50%）。",
    ),
    (
        row("planning_fallacy", 0.8, {"plans": 60, "low": 0.7, "high": 0.9}),
        "Sleep takes 20 % less time than planned (median of 60 plans; 10–30 %).",
        "「Sleep」は予定より20%短く終わっています（60件の中央値、10～30%）。",
    ),
]


@pytest.mark.parametrize(("insight", "english", "japanese"), TOLD)
def test_an_insight_is_a_sentence(insight: dict[str, Any], english: str, japanese: str) -> None:
    assert insight_sentence(insight, ENGLISH) == english
    assert insight_sentence(insight, JAPANESE) == japanese


def test_reasons_say_an_amount_or_what_they_add() -> None:
    reasons = [
        {"code": "level", "seconds": 7200},
        {"code": "plan", "seconds": 1800},
        {"code": "weekday", "seconds": -900},
    ]
    assert reason_sentences(reasons, ENGLISH) == ["usual: 2 h 00 m", "calendar: +30 m", "day of the week: −15 m"]
    assert reason_sentences(reasons, JAPANESE) == ["ふだん：2時間0分", "カレンダーの予定：+30分", "曜日：−15分"]
    assert reason_sentences([{"code": "of a later version", "seconds": 1}], ENGLISH) == []


@pytest.mark.parametrize("code", CHOICES)
def test_a_choice_is_a_sentence(code: str) -> None:
    choice = {"codes": [{"code": code}], "gain": Decimal("0.084"), "baseline": "weekdays_8", "known_days": 20}
    english, japanese = choice_sentence(choice, ENGLISH), choice_sentence(choice, JAPANESE)
    assert english.endswith(".")
    assert japanese.endswith("。")
    assert "{" not in english + japanese
    if code == "model_better":
        assert english == "The model answers: tried on past days it was 8 % better than the last 8 such weekdays."
    if code == "baseline_better":
        assert english == "The last 8 such weekdays answer: on past days no model did better."


def test_every_method_has_a_name() -> None:
    assert method_name("days_28", ENGLISH) == "the last 28 days"
    assert method_name("days_28", JAPANESE) == "直近28日間"
    assert method_name("of_a_later_version", ENGLISH) == "of_a_later_version"
    assert set(METHODS) >= {"model"}
    assert all("{duration}" in text for text in REASONS.values())
