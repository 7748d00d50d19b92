"""What the demo person wants of their days and weeks, and what an hour of theirs costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lifetracer.sandbox.person.vocabulary import CLIENT, TOPICS, Tongue


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to aim at, in words that the command line would understand."""

    name: str
    category: str
    measure: str
    period: str
    comparison: str
    amount: str
    weekdays: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What an hour costs a client."""

    client: str
    amount: int
    currency: str


_WISHES = (
    (("Learn", "毎週学ぶ"), Wish("", "learning", "duration", "week", "at_least", "4h")),
    (("Move twice a week", "週2回の運動"), Wish("", "exercise", "count", "week", "at_least", "2")),
    (("Not too many meetings", "会議は控えめに"), Wish("", "meetings", "duration", "week", "at_most", "8h")),
    (
        ("Deep work every work day", "平日は毎日集中作業"),
        Wish("", "deep", "duration", "day", "at_least", "2h", (1, 2, 3, 4, 5)),
    ),
    (
        ("Deep work by ten", "10時までに集中作業"),
        Wish("", "deep", "start_time", "day", "at_most", "10:00", (1, 2, 3, 4, 5)),
    ),
    (
        ("A quarter of the time asleep", "睡眠は記録の4分の1以上"),
        Wish("", "sleep", "share", "month", "at_least", "25%"),
    ),
)
"""Name in both languages, and the wish about a topic."""

_SENTENCES = (
    ("Learning at least 6 h a week", "学習を週6時間以上"),
    ("Exercise at least 3 h a week", "運動を週3時間以上"),
    ("Reading at least 3 h a week", "読書を週3時間以上"),
)


def sentences(language: str) -> tuple[str, ...]:
    """Return what the person would like to reach, as they say it."""
    return tuple(Tongue(language)(sentence) for sentence in _SENTENCES)


def wishes(language: str) -> tuple[Wish, ...]:
    """Return what the person aims at, in their language."""
    tongue = Tongue(language)
    names = {key: tongue((en, ja)) for key, en, ja, _ in TOPICS}
    return tuple(replace(wish, name=tongue(name), category=names[wish.category]) for name, wish in _WISHES)


def price(language: str) -> Price:
    """Return what an hour costs the person's client."""
    amount, currency = {"en": (95, "EUR"), "ja": (9500, "JPY")}[language]
    return Price(Tongue(language)(CLIENT), amount, currency)
