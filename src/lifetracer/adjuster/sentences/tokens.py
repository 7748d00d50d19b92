"""Cut a sentence into tokens: at each place the longest that any rule or known name makes of it.

Law: no letter is lost; what no rule knows becomes a token of the kind ``word`` and has to be answered for.

    at least 10 h a week of Lerning
    └ bound ┘└dur.┘└per ┘│  └ word (did you mean Learning?)
                         └ filler
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lifetracer.adjuster.sentences.names import Names, Nearness, fold

Meaning = tuple[str, Any]
"""Kind and value of what a stretch of text means; kinds are those that `meaning.py` puts together."""

Read = Callable[["re.Match[str]", date], Meaning | Sequence[Meaning] | None]


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of the sentence and what it means."""

    kind: str
    value: Any
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what it means."""

    pattern: re.Pattern[str]
    read: Read

    @classmethod
    def of(cls, pattern: str, read: Read | Meaning | str, value: Any = None) -> Rule:
        """Make a rule that always means the same, or asks a function."""
        if callable(read):
            return cls(re.compile(pattern), read)
        meaning: Meaning = (read, value) if isinstance(read, str) else read
        return cls(re.compile(pattern), lambda _match, _today: meaning)


_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|(?<!\w)'([^']+)'(?!\w)")
_TAG = re.compile(r"#([\w\-ー]+)")
_WORD = re.compile(r"[a-zà-ÿ0-9'_\-]+|.")
_SPACE = re.compile(r"[\s,.;:!?。、，・]+")


def cut(text: str, rules: Sequence[Rule], names: Names, today: date) -> list[Token]:
    """Cut a normal text into tokens; neighbouring unknown letters of scripts without spaces become one word."""
    folded = fold(text)
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        found = _quoted(text, folded, place, names) or _best(text, folded, place, rules, names, today)
        if found:
            tokens += found
            place = max(token.end for token in found)
            continue
        if space := _SPACE.match(folded, place):
            place = space.end()
            continue
        word = _WORD.match(folded, place)
        assert word
        tokens.append(Token("word", None, text[place : word.end()], place, word.end()))
        place = word.end()
    return list(_joined(tokens, text))


def _quoted(text: str, folded: str, place: int, names: Names) -> list[Token] | None:
    if match := _QUOTED.match(text, place):
        inner = next(group for group in match.groups() if group)
        return [Token("quoted", inner.strip(), match[0], place, match.end())]
    if text[place] == "#" and (known := names.at(folded, place + 1, "tag")) and known.nearness is Nearness.NAME:
        end = place + 1 + known.length
        return [Token("hashtag", text[place + 1 : end], text[place:end], place, end)]
    if match := _TAG.match(text, place):
        return [Token("hashtag", match[1], match[0], place, match.end())]
    return None


def _best(text: str, folded: str, place: int, rules: Sequence[Rule], names: Names, today: date) -> list[Token] | None:
    """Give what the longest rule or name makes of the text from a place on; a name beats rules of its length."""
    best: list[Token] = []
    length = 0
    for rule in rules:
        match = rule.pattern.match(folded, place)
        if match is None or match.end() - place <= length:
            continue
        meant = rule.read(match, today)
        if meant is None:
            continue
        length = match.end() - place
        meanings = [meant] if isinstance(meant, tuple) else list(meant)
        best = [Token(kind, value, text[place : match.end()], place, match.end()) for kind, value in meanings]
    name = names.at(folded, place)
    if name and (name.length > length or (name.length == length and _yields(best, name.nearness))):
        end = place + name.length
        return [Token("name", name, text[place:end], place, end)]
    return best or None


def _yields(tokens: Sequence[Token], nearness: Nearness) -> bool:
    """Whether a rule gives way to a name of equal length: fillers always, a way of going to bed to a synonym too."""
    if all(token.kind == "filler" for token in tokens):
        return True
    return nearness is Nearness.NAME and all(token.kind in {"filler", "verb", "any"} for token in tokens)


def _joined(tokens: Sequence[Token], text: str) -> Iterator[Token]:
    """Join unknown letters that touch each other."""
    former: Token | None = None
    for token in tokens:
        if former and former.kind == token.kind == "word" and (former.end == token.start):
            former = replace(former, text=text[former.start : token.end], end=token.end)
            continue
        if former:
            yield former
        former = token
    if former:
        yield former
