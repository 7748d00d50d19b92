"""Sentences about wishes: “Learning at least 10 h a week”, 「学習を週10時間以上」, into the fields of an intent.

Law: pure, without any model of language: tokens, slots, and nothing left over. What is not understood is asked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from lifetracer.adjuster.sentences import english, japanese
from lifetracer.adjuster.sentences.answers import ask
from lifetracer.adjuster.sentences.draft import Draft
from lifetracer.adjuster.sentences.echo import echo, quoted
from lifetracer.adjuster.sentences.meaning import understand
from lifetracer.adjuster.sentences.names import Names, normal
from lifetracer.adjuster.sentences.tokens import Token, cut
from lifetracer.adjuster.sentences.wish import Known, Language, NotUnderstood, Parsed, Wish

__all__ = ["Known", "NotUnderstood", "Parsed", "Wish", "echo", "parse"]

LONGEST = 500
_EASTERN = re.compile(r"[\u3040-\u309f]|[\u4e00-\u9fff](?=[^a-z]*(?:回|時間|分|以上|以下|毎|週|月|日|まで))")
_RULES = {"en": english.RULES, "ja": japanese.RULES}
_ASKED_FIRST = ("two_amounts", "unknown_name", "unknown_words", "two_subjects")


def parse(text: str, language: str, known: Known) -> Parsed | NotUnderstood:
    """Read a sentence.

    Args:
        text: what a person said, up to 500 letters.
        language: ``en`` or ``ja``: the one to try first; the other is tried when the sentence is not of this one.
        known: what it may be about, and the day on which it is said.
    """
    said = normal(text[:LONGEST])
    names = Names(known)
    first: Language = "ja" if language == "ja" else "en"
    if _EASTERN.search(_unquoted(said)):
        first = "ja"
    elif said.isascii() and re.search("[a-z]{2}", said.casefold()):
        first = "en"
    tried = _try(said, first, names, known)
    if isinstance(tried, NotUnderstood):
        other = _try(said, "en" if first == "ja" else "ja", names, known)
        if isinstance(other, Parsed):
            return other
    return tried


def _unquoted(text: str) -> str:
    return re.sub(r"[“「『\"][^”」』\"]*[”」』\"]", " ", text)


def _try(said: str, language: Language, names: Names, known: Known) -> Parsed | NotUnderstood:
    tokens = cut(said, _RULES[language], names, known.today)
    draft = understand(tokens, names, language, known.today)
    priorities = {token.value for token in tokens if token.kind == "priority"}
    if len(priorities) > 1:
        draft.doubt("two_priorities")
    draft.priority = priorities.pop() if len(priorities) == 1 else 0
    if not said:
        draft.issues = [("empty", "")]
    if draft.issues or draft.unknown:
        return _answer(said, tokens, draft, names, known)
    wish = _wish(draft)
    return Parsed(wish, echo(wish, language), language)


def _wish(draft: Draft) -> Wish:
    assert draft.subject
    assert draft.measure
    assert draft.period
    assert draft.comparison
    return Wish(
        subject=draft.subject,
        subject_value=draft.subject_value,
        subject_name=draft.subject_name,
        measure=draft.measure,
        period=draft.period,
        comparison=draft.comparison,
        low=draft.low,
        high=draft.high,
        weekdays=draft.weekdays,
        priority=draft.priority,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
    )


def _answer(said: str, tokens: list[Token], draft: Draft, names: Names, known: Known) -> NotUnderstood:
    """Say what was understood, ask about the rest, and give a sentence near to it that works."""
    rest = sorted({(token.start, token.end) for token in draft.unknown})
    words = tuple(said[start:end] for start, end in _run_together(rest, said))
    bad = {token.start for token in draft.unknown} | {token.start for token in tokens if token.kind == "unclear"}
    understood = tuple(
        dict.fromkeys(token.text for token in tokens if token.kind != "filler" and token.start not in bad)
    )
    suggestions: tuple[str, ...] = ()
    issues = list(draft.issues)
    if words:
        issues = [issue for issue in issues if issue[0] not in {"no_subject", "no_amount"}]
        is_name = draft.subject is None
        issues.insert(0, ("unknown_name" if is_name else "unknown_words", _listed(words, draft.language)))
    code, what = next((issue for first in _ASKED_FIRST for issue in issues if issue[0] == first), issues[0])
    if code == "unknown_name":
        suggestions = next((found for word in (*words, what) if (found := names.like(word))), ())
        if not words:
            words = (what,)
    example = _example(draft, names, suggestions)
    if code == "unknown_name" and len(words) == 1 and suggestions:
        example = _mended(said, words[0], suggestions[0], draft, names, known) or example
    shown = ("・" if draft.language == "ja" else " ").join(understood)
    question = ask(code, what, draft.language, shown, suggestions, names.examples())
    return NotUnderstood(understood, words, question, example, code, suggestions, draft.language)


def _listed(words: tuple[str, ...], language: Language) -> str:
    return ("」「" if language == "ja" else "”, “").join(words)


def _run_together(places: list[tuple[int, int]], said: str) -> list[tuple[int, int]]:
    """Join stretches that only a space parts."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and not said[joined[-1][1] : start].strip(" -"):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _mended(said: str, word: str, name: str, draft: Draft, names: Names, known: Known) -> str | None:
    """Give the person's own sentence with the known name instead, when that makes it understood."""
    for instead in (name, quoted(name, draft.language)):
        mended = said.replace(word, instead, 1)
        if _read(mended, draft.language, names, known):
            return mended
    return None


def _read(said: str, language: Language, names: Names, known: Known) -> Draft | None:
    draft = understand(cut(said, _RULES[language], names, known.today), names, language, known.today)
    return None if draft.issues or draft.unknown else draft


def _example(draft: Draft, names: Names, suggestions: tuple[str, ...]) -> str:
    """Give a sentence that keeps what was understood and fills in what was not."""
    measure, comparison = draft.measure, draft.comparison
    has_doubt = any(
        code in {"range_order", "two_bounds", "too_much", "no_unit", "negation"} for code, _ in draft.issues
    )
    low, high = draft.low, draft.high
    if measure is None or comparison is None or has_doubt or (low is None and high is None):
        measure, comparison, low, high = "duration", "at_least", Decimal(5 * 3600), None
    if low is not None and low < 43200 and any(code == "half_of_day" for code, _ in draft.issues):
        low += 43200
    if high is not None and high < 43200 and any(code == "half_of_day" for code, _ in draft.issues):
        high += 43200
    chosen = next((name for name in names.all if name.name in suggestions), names.all[0] if names.all else None)
    wish = Wish(
        subject=draft.subject or (chosen.subject if chosen else "all"),
        subject_value=draft.subject_value if draft.subject else chosen.value if chosen else None,
        subject_name=draft.subject_name if draft.subject else chosen.name if chosen else None,
        measure=measure,
        period=draft.period or ("day" if measure in {"start_time", "end_time"} else "week"),
        comparison=comparison,
        low=low,
        high=high,
        weekdays=draft.weekdays,
    )
    return echo(replace(wish, priority=draft.priority), draft.language)
