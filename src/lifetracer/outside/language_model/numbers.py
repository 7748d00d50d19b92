"""Which quantities a sentence says, in English or Japanese, in digits or in words, so that two can be compared.

Law: pure and strict: what may be a number is taken for one, since a wording that is refused does no harm.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
# fmt: on
_WORDS = {name: n for n, name in enumerate(_ONES)} | _TENS | {"dozen": 12, "hundred": 100, "thousand": 1000}
_SPELT = re.compile(rf"\b({'|'.join(_TENS)})[- ]({'|'.join(_ONES[1:10])})\b|\b({'|'.join(_WORDS)})\b")
_UNITS = r"(?:hours?|hrs?|h|minutes?|mins?|m|seconds?|times?|percent|per cent|%|entries|plans?)\b"
_ALONE = re.compile(rf"\bone\b(?!\s*{_UNITS})")
"""“one” that counts nothing: one of them, this one."""

_KANJI = {digit: n for n, digit in enumerate("〇一二三四五六七八九")}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_COUNTED = "時間|時|分|秒|回|件|日|週|か月|ヶ月|カ月|箇月|月|年|割|倍|つ|個|人|度|歩|番|パーセント|%"
_SIGN = "[〇一二三四五六七八九十百千万]"
_IN_KANJI = re.compile(rf"{_SIGN}+(?=(?:{_COUNTED}))|{_SIGN}{{2,}}")
_IDIOMS = re.compile(
    rf"(?<!{_SIGN})(?:十分(?=[にな、。で]|$)|一(?:日|週間|番|方|緒|部|般|致|定|度|つ|歩|人)|万一)|唯一|統一"
)

_RECKONED = re.compile(
    r"\b(?:half|halves|halved|quarters?|thirds?|twice|thrice|doubled?|tripled?|threefold|twofold|percent|million)\b"
    r"|半分|半数|半減|半日|半ば|倍増|倍|割|余り|過半"
)

_DURATION = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:hours?|hrs?|h|時間)(?:\s*(?:and\s*)?(\d+)\s*(?:minutes?|mins?|m|分))?(?![a-z])(半)?"
    r"|(\d+(?:\.\d+)?)\s*(?:minutes?|mins?|m|分)(?![a-z])"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\b\.?)?|(午後)?(\d{1,2})時(?!間)(?:(\d{1,2})分)?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent\b|per cent\b|パーセント)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts."""

    kind: str
    """minutes, clock, percent, or number for all else: counts, days, years."""
    value: Fraction
    said: str = field(compare=False)
    """As it stands in the text."""


def plain(text: str) -> str:
    """Write a text so that the same looks the same: compatible forms, ASCII digits for those of every script."""
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
    text = unicodedata.normalize("NFKC", text)
    return text.replace("−", "-").replace("\u00a0", " ").replace("’", "'")


def quantities(text: str) -> list[Quantity]:
    """List the quantities of a text that :func:`plain` has written."""
    return list(_found(_in_digits(text.casefold())))


def reckoned(text: str) -> set[str]:
    """Name the words of a text that say a quantity without a number: half, twice, 半分, 倍."""
    return {found[0] for found in _RECKONED.finditer(text.casefold())}


def _found(text: str) -> Iterator[Quantity]:
    def take(pattern: re.Pattern[str]) -> list[re.Match[str]]:
        nonlocal text
        found = list(pattern.finditer(text))
        text = pattern.sub(lambda match: " " * len(match[0]), text)
        return found

    for match in take(_PERCENT):
        yield Quantity("percent", Fraction(match[1]), match[0])
    for match in take(_CLOCK):
        hour, minute = int(match[1] or match[5]), int(match[2] or match[6] or 0)
        if match[3] or match[4]:
            hour = hour % 12 + (0 if match[3] == "a" else 12)
        yield Quantity("clock", Fraction(hour * 60 + minute), match[0])
    for match in take(_DURATION):
        hours, minutes = Fraction(match[1] or 0), Fraction(match[2] or match[4] or 0)
        yield Quantity("minutes", hours * 60 + minutes + (30 if match[3] else 0), match[0])
    for match in take(_NUMBER):
        yield Quantity("number", _value(match[0]), match[0])


def _value(said: str) -> Fraction:
    """Read a bare number; groups of thousands and decimals both occur."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+", said):
        return Fraction(said.replace(",", ""))
    head, _, tail = said.replace(",", ".").partition(".")
    return Fraction(f"{head}.{tail.replace('.', '')}" if tail else head)


def _in_digits(text: str) -> str:
    text = _ALONE.sub("a", text)
    text = _SPELT.sub(lambda m: str(_TENS[m[1]] + _WORDS[m[2]] if m[1] else _WORDS[m[3]]), text)
    text = _IDIOMS.sub(" ", text)
    return _IN_KANJI.sub(lambda m: str(_kanji(m[0])), text)


def _kanji(said: str) -> int:
    """Read 二十三 and 二〇二六.

    >>> _kanji("千二百三"), _kanji("二〇二六")
    (1203, 2026)
    """
    if not set(said) & set(_POWERS):
        return int("".join(str(_KANJI[digit]) for digit in said))
    total = current = 0
    for sign in said:
        if sign in _POWERS:
            total += (current or 1) * _POWERS[sign]
            current = 0
        else:
            current = current * 10 + _KANJI[sign]
    return total + current
