"""The weekly review: plain sentences always, and a language model's wording of them where the person wants one.

Law: the plain sentences stand on their own; a wording is shown only after every number of it was checked, and one
that rests on other facts than those of now is never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lifetracer.charts import LANGUAGES, Words, keep
from lifetracer.errors import FixByHandError, LifetracerError, UsageError
from lifetracer.outside import language_model
from lifetracer.outside.language_model import Fact, Letter, Level, Message, TellingError, Told
from lifetracer.periods import start_of, step, week_name
from lifetracer.reporter import facts, weekly
from lifetracer.reporter.weekly import PARTS, Part, Sentence
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse

NOTES = {
    "shape": keep("The model's answer was not in the form that was asked for."),
    "length": keep("The model's answer was too long, or empty."),
    "markup": keep("The model's answer held more than plain sentences: {what}"),
    "facts": keep("The model named facts that were not given: {what}"),
    "number": keep("The model's wording said “{what}”, which no fact of that sentence says."),
    "reckoned": keep("The model's wording reckoned by itself: “{what}”."),
    "name": keep("The model's wording spoke of “{what}” where the fact does not."),
}
"""Why a wording was refused, by the code of the check."""


@dataclass(frozen=True)
class Review:
    """A week's review."""

    first: date
    """The week's Monday."""
    is_over: bool
    language: str
    sentences: Sequence[Sentence]
    level: Level
    """What the person lets a language model see."""
    letter: Letter | None
    """The latest letter about these very facts."""
    told: Sequence[Told]
    """The wording that passed the check; empty: only the plain sentences are shown."""
    note: str
    """Why there is no wording though one was asked for; empty when nothing is the matter."""

    @property
    def week(self) -> str:
        """The week's name: ``2026-W47``."""
        return week_name(self.first)

    @property
    def shared(self) -> dict[str, Sentence]:
        """The sentences that a model may see, by id."""
        numbered = {f"f{n}": sentence for n, sentence in enumerate(self.sentences, 1)}
        return {key: one for key, one in numbered.items() if self.level == "texts" or not one.is_private}

    @property
    def messages(self) -> list[Message]:
        """What is sent, or would be, word by word."""
        return language_model.letter_about(self.facts, self.language)

    @property
    def facts(self) -> list[Fact]:
        """The facts of the letter."""
        return [Fact(key, sentence.text, sentence.names) for key, sentence in self.shared.items()]

    def lines(self, part: Part) -> list[tuple[str, list[Sentence]]]:
        """Give what is shown under a heading: texts with the plain sentences behind each."""
        if not self.told:
            return [(one.text, [one]) for one in self.sentences if one.part == part]
        shared = self.shared
        worded = [(one.text, [shared[fact] for fact in one.facts]) for one in self.told]
        shown = [line for line in worded if line[1][0].part == part]
        seen = {id(one) for one in shared.values()}
        return shown + [(one.text, [one]) for one in self.sentences if one.part == part and id(one) not in seen]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        shared = self.shared
        return {
            "week": self.week,
            "isOver": self.is_over,
            "language": self.language,
            "sentences": [
                {"part": one.part, "text": one.text, "address": one.address, "isPrivate": one.is_private}
                for one in self.sentences
            ],
            "wording": [
                {"part": shared[one.facts[0]].part, "text": one.text, "tells": [shared[f].text for f in one.facts]}
                for one in self.told
            ],
            "note": self.note or None,
            "letter": self.letter.as_json() if self.letter else None,
        }


def review(warehouse: Warehouse, account_id: UUID, first: date | None = None, language: str | None = None) -> Review:
    """Review a week, by default the last complete one; nothing is sent anywhere.

    Raises:
        UsageError: unknown language.
        NotFoundError: unknown account.
        FixByHandError: there are no marts yet.
    """
    if language not in (None, *LANGUAGES):
        raise UsageError(f"There is no review in {language}.", remedy=f"Choose one of: {', '.join(LANGUAGES)}.")
    with warehouse.transaction(account_id=account_id) as con:
        person = facts.read_person(con)
        monday = start_of(first, "week") if first else step(start_of(person.today, "week"), "week", -1)
        week = weekly.read(con, account_id, monday, person.today)
        level = language_model.level_of(con)
        spoken = language or person.language
        plain = weekly.sentences(week, Words(spoken))
        return _with_letter(con, Review(monday, week.is_over, spoken, plain, level, None, (), ""))


def tell(warehouse: Warehouse, settings: Settings, account_id: UUID, plain: Review) -> Review:
    """Let the language model word a review; what fails or is refused leaves the plain one, with a note why.

    Raises:
        FixByHandError: no model is set up, or the person lets it see nothing.
    """
    endpoint = language_model.endpoint_of(settings)
    if endpoint is None:
        raise FixByHandError(
            "No language model is set up.",
            remedy="Set LIFETRACER_LLM_URL and LIFETRACER_LLM_MODEL where the server runs.",
        )
    if plain.level == "nothing":
        raise FixByHandError(
            "The language model may see nothing of you.", remedy="Choose on the page Settings what it may see."
        )
    messages = plain.messages
    try:
        letter = language_model.exchange(
            warehouse,
            account_id,
            endpoint,
            messages,
            purpose="review",
            subject=plain.week,
            language=plain.language,
            level=plain.level,
            digest=language_model.digest(messages),
        )
    except LifetracerError:
        with warehouse.transaction(account_id=account_id) as con:
            return _with_letter(con, plain)
    with warehouse.transaction(account_id=account_id) as con:
        try:
            language_model.read_telling(letter.answer or "", plain.facts)
        except TellingError as refusal:
            language_model.judge(con, letter.letter_id, "refused", _note(refusal, plain.language))
        else:
            language_model.judge(con, letter.letter_id, "used", None)
        return _with_letter(con, plain)


def _with_letter(con: Connection, plain: Review) -> Review:
    """Add the latest wording of the same facts; it is checked anew, for it was only stored."""
    digest = language_model.digest(plain.messages)
    letter = language_model.latest(con, "review", plain.week, plain.language, digest)
    told: Sequence[Told] = ()
    note = ""
    if letter is not None and letter.outcome in ("refused", "failed"):
        note = letter.note or ""
    elif letter is not None and letter.answer is not None:
        try:
            told = language_model.read_telling(letter.answer, plain.facts)
        except TellingError as refusal:
            note = _note(refusal, plain.language)
    return Review(plain.first, plain.is_over, plain.language, plain.sentences, plain.level, letter, told, note)


def _note(refusal: TellingError, language: str) -> str:
    return Words(language)(NOTES[refusal.code], what=refusal.what)


__all__ = ["PARTS", "Review", "review", "tell"]
