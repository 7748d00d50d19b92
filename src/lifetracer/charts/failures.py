"""What failures say, in Japanese: found by the English sentence, whatever names and numbers stand in it.

Failures are raised far from any reader, in English; here, at the edge, they become the reader's language. The
catalogue ``locale/failures.ja.po`` has their sentences with ``{}`` for what is filled in.

Law: a sentence that is not in the catalogue stays as it is; a test finds those of ours that are missing.
"""

from __future__ import annotations

import re
from functools import cache

from babel.messages.pofile import read_po

from lifetracer.charts.wording import LOCALE, Words
from lifetracer.errors import LifetracerError


def failure_text(failure: LifetracerError, words: Words) -> str:
    """Say message and remedy of a failure in a language."""
    gap = "" if words.language == "ja" else " "
    return gap.join(filter(None, (said_in(str(failure), words), said_in(failure.remedy, words))))


def said_in(text: str | None, words: Words) -> str:
    """Say a failure's message, or its remedy, in a language."""
    if not text or words.language == "en":
        return text or ""
    exact, patterns = _catalogue(words.language)
    if text in exact:
        return exact[text]
    for pattern, sentence in patterns:
        if found := pattern.fullmatch(text):
            return sentence.format(*found.groups())
    return words(text)


@cache
def _catalogue(language: str) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Read the catalogue: sentences without gaps, and patterns of those with, the most telling first."""
    with (LOCALE / f"failures.{language}.po").open("rb") as file:
        told = {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}
    patterns = sorted((one for one in told if "{}" in one), key=lambda one: -len(one.replace("{}", "")))
    return (
        {english: said for english, said in told.items() if "{}" not in english},
        [(re.compile("(.*?)".join(map(re.escape, one.split("{}"))), re.DOTALL), told[one]) for one in patterns],
    )
