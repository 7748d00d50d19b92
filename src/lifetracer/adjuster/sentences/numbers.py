"""Numbers as people write them: “twenty-five”, “1.5”, 「二十五」.

Law: what matches a pattern here can be read by the function beside it.
"""

from __future__ import annotations

import re
from decimal import Decimal

# English
_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_ONES)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
SPELT = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(reversed(_ONES))}|(?:a|one) hundred)"
ENGLISH = rf"(?:\d+(?:[.,]\d{{1,2}})?(?!\d)|(?<![a-z]){SPELT}(?![a-z]))"

# Japanese
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI = "[〇零一二三四五六七八九十百]+"
JAPANESE = rf"(?:\d+(?:[.,]\d{{1,2}})?(?!\d)|{_KANJI})"
WHOLE = rf"(?:\d+|{_KANJI})"


def english(text: str) -> Decimal:
    """Read a number in digits or English words."""
    text = text.strip().replace(",", ".")
    if text[:1].isdigit():
        return Decimal(text)
    if text.endswith("hundred"):
        return Decimal(100)
    return Decimal(sum(_VALUES[word] for word in re.split("[- ]", text)))


def japanese(text: str) -> Decimal:
    """Read a number in digits or 漢数字."""
    if text[0].isdigit():
        return Decimal(text.replace(",", "."))
    if not re.search("[十百]", text):
        return Decimal("".join(str(_DIGITS[sign]) for sign in text))
    total, current = 0, 0
    for sign in text:
        if sign in "十百":
            total += (current or 1) * (10 if sign == "十" else 100)
            current = 0
        else:
            current = _DIGITS[sign]
    return Decimal(total + current)
