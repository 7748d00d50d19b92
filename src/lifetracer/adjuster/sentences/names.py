"""Find the known names in a sentence: without case and width, in other forms of the word, as another word for it.

Law: a name is only ever taken for itself, for a form of its own words, or for a listed word of the same activity;
everything looser is a question to the person.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from lifetracer.adjuster.sentences.activities import ACTIVITIES
from lifetracer.adjuster.sentences.wish import Known, Subject

_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
_EASTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々ー]")
_NEXT_WORD = re.compile(r"[\s\-_/&.,:+]{0,3}([a-z0-9à-ÿ']+|[^\W_]+)")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}


class Nearness(IntEnum):
    """How a word came to stand for a name; the greater is nearer."""

    SYNONYM = 1
    FORM = 2
    NAME = 3


@dataclass(frozen=True, slots=True)
class Name:
    """Something a sentence can be about."""

    subject: Subject
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """Names that a stretch of the sentence may stand for, all equally near."""

    length: int
    names: tuple[Name, ...]
    nearness: Nearness


def normal(text: str) -> str:
    """Give a text without width, apostrophe and space variants; positions in it are what tokens refer to."""
    for sign, plain in _FRACTIONS.items():
        text = re.sub(rf"(?<!\d){sign}", "0" + plain, text).replace(sign, plain)
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("〜", "~").replace("～", "~")).strip()


def fold(text: str) -> str:
    """Give a normal text in small letters, letter by letter, so that positions stay."""
    return "".join(low if len(low := sign.casefold()) == 1 else sign for sign in text)


def key(name: str) -> str:
    """Give what of a name is compared: no case, width, punctuation, double spaces."""
    return " ".join(_WORD.findall(fold(normal(name)))) or fold(normal(name))


def stem(word: str) -> str:
    """Give what the forms of an English word have in common: running, runs → run; meditation, meditate → medit."""
    if len(word) < 4 or not word.isascii():
        return word
    for end, instead in (("ies", "y"), ("sses", "ss"), ("ations", ""), ("ation", ""), ("ings", ""), ("ing", "")):
        if word.endswith(end) and len(word) - len(end) >= 2:
            return _plain(word[: -len(end)] + instead)
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("ate") and len(word) > 5:
        return word[:-3]
    return _plain(word)


def _plain(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sle":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


class Names:
    """The known names, ready to be found."""

    def __init__(self, known: Known) -> None:
        self.all = (
            *(Name("category", value, name) for value, name in known.categories.items()),
            *(Name("project", value, name) for value, name in known.projects.items()),
            *(Name("tag", tag, tag) for tag in known.tags),
        )
        self._spelt: dict[str, list[Name]] = {}
        self._forms: dict[str, list[Name]] = {}
        for name in self.all:
            self._spelt.setdefault(key(name.name), []).append(name)
            self._forms.setdefault(_form(key(name.name)), []).append(name)
        self._synonyms = self._same_activity()
        self._is_mixed = any(_EASTERN.search(words) and not _EASTERN.match(words) for words in self._spelt)
        self._farthest = max((len(words) for words in (*self._spelt, *self._synonyms)), default=1) + 2
        self._longest = max((len(words.split()) for words in (*self._spelt, *self._synonyms)), default=1)

    def at(self, folded: str, place: int, subject: str | None = None) -> Match | None:
        """Find the longest name that begins at a place; nearer ones first where equally long.

        Args:
            folded: the whole sentence, folded.
            place: where to look.
            subject: only names of this kind.
        """
        best: Match | None = None
        for length, words in self._stretches(folded, place):
            for nearness, found in (
                (Nearness.NAME, self._spelt.get(words)),
                (Nearness.FORM, self._forms.get(_form(words))),
                (Nearness.SYNONYM, self._synonyms.get(words) or self._synonyms.get(_form(words))),
            ):
                fitting = _first_kind(name for name in found or () if subject in {None, name.subject})
                if fitting and (best is None or (length, nearness) > (best.length, best.nearness)):
                    best = Match(length, fitting, nearness)
        return best

    def like(self, words: str, subject: str | None = None) -> tuple[str, ...]:
        """Give names that a misspelt one may have meant, the likeliest first."""
        known = {key(name.name): name.name for name in reversed(self.all) if subject in {None, name.subject}}
        wanted = key(words)
        cutoff = 0.5 if _EASTERN.search(wanted) else 0.75
        near = difflib.get_close_matches(wanted, known, n=3, cutoff=cutoff)
        forms = {_form(spelt): name for spelt, name in known.items()}
        near_forms = difflib.get_close_matches(_form(wanted), forms, n=3, cutoff=cutoff)
        found = [known[spelt] for spelt in near] + [forms[form] for form in near_forms]
        begun = [name for spelt, name in known.items() if len(wanted) >= 3 and spelt.startswith(wanted)]
        return tuple(dict.fromkeys(found + begun))[:3]

    def examples(self) -> tuple[str, ...]:
        """Give a few names to choose from."""
        return tuple(dict.fromkeys(name.name for name in self.all))[:6]

    def _stretches(self, folded: str, place: int) -> Iterable[tuple[int, str]]:
        """Give the stretches of text that may be a name: runs of words, and for scripts without spaces any length."""
        is_word = place == 0 or not folded[place - 1].isalnum() or bool(_EASTERN.match(folded[place - 1]))
        if _EASTERN.match(folded, place) or (is_word and self._is_mixed):
            for end in range(place + 1, min(len(folded), place + self._farthest) + 1):
                inside = (
                    end < len(folded) and folded[end - 1].isascii() and folded[end].isascii() and folded[end].isalnum()
                )
                if folded[end - 1].isalnum() and not inside:
                    yield end - place, key(folded[place:end])
        if is_word and not _EASTERN.match(folded, place):
            end = place
            for _ in range(self._longest + 2):
                word = _NEXT_WORD.match(folded, end)
                if word is None or (end == place and word.start(1) != place):
                    return
                end = word.end()
                yield end - place, key(folded[place:end])

    def _same_activity(self) -> dict[str, list[Name]]:
        found: dict[str, list[Name]] = {}
        for words in ACTIVITIES:
            forms = {_form(key(word)) for word in words}
            names = [name for form, those in self._forms.items() if form in forms for name in those]
            if names:
                for word in words:
                    found[key(word)] = names
                    found[_form(key(word))] = names
        return found


def _form(words: str) -> str:
    return " ".join(stem(word) for word in words.split())


def _first_kind(found: Iterable[Name]) -> tuple[Name, ...]:
    """Of names that are spelt alike, a category comes before a project, and a project before a tag."""
    names = list(found)
    for subject in ("category", "project", "tag"):
        chosen = {name.value: name for name in names if name.subject == subject}
        if chosen:
            return tuple(chosen.values())
    return ()
