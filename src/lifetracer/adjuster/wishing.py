"""From a sentence to an intent: what is known to the account, and what a person is answered.

Law: the same sentence means the same at every door: command line, API and console.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from lifetracer.adjuster.sentences import Known, NotUnderstood, Parsed, Wish, echo, parse
from lifetracer.adjuster.sentences.wish import Subject
from lifetracer.errors import UsageError
from lifetracer.periods import start_of
from lifetracer.warehouse import Connection, intents
from lifetracer.warehouse.intents import Intent
from lifetracer.warehouse.queries import beside
from lifetracer.warehouse.targets import Bounds

_SQL = beside(__file__)


class NotUnderstoodError(UsageError):
    """The sentence was not understood."""

    def __init__(self, answer: NotUnderstood) -> None:
        word = "例えば:" if answer.language == "ja" else "Say for example: "
        super().__init__(answer.question, remedy=f"{word}{answer.example}")
        self.answer = answer


def known(con: Connection, today: date) -> Known:
    """Read what a sentence may be about (in the account's transaction)."""
    made = con.execute(_SQL["is_made"]).fetchone()
    names = "names" if made and made[0] else "names_entered"
    found: dict[str, dict[str, str]] = {"category": {}, "project": {}, "tag": {}}
    for subject, value, name in con.execute(_SQL[names]):
        found[subject][value] = name
    return Known(today, found["category"], found["project"], tuple(found["tag"]))


def understand(con: Connection, sentence: str, language: str, today: date) -> Parsed:
    """Read a sentence with what the account knows.

    Raises:
        NotUnderstoodError: it was not understood; says what was, what was not, and an example.
    """
    answer = parse(sentence, language, known(con, today))
    if isinstance(answer, NotUnderstood):
        raise NotUnderstoodError(answer)
    return answer


def intent_of(parsed: Parsed, sentence: str, today: date, name: str | None = None) -> Intent:
    """Make an intent of what was understood."""
    wish = parsed.wish
    return Intent(
        name=name or name_of(wish, parsed.language),
        sentence=sentence,
        subject=wish.subject,
        subject_value=wish.subject_value,
        measure=wish.measure,
        period=wish.period,
        comparison=wish.comparison,
        low=wish.low,
        high=wish.high,
        weekdays=list(wish.weekdays) if wish.weekdays else None,
        priority=wish.priority,
        valid_from=wish.valid_from or start_of(today, wish.period),
        valid_to=wish.valid_to,
        subject_name=wish.subject_name,
    )


def name_of(wish: Wish, language: str) -> str:
    """Call a wish shortly after what it is about: Learning, Start of Sleep, End of the day; Sleepの開始, 一日の終了."""
    ja = language == "ja"
    about = wish.subject_name or wish.subject_value
    if wish.measure not in ("start_time", "end_time"):
        return about or ("全記録時間" if ja else "All tracked time")
    if ja:
        return f"{about or '一日'}の{'開始' if wish.measure == 'start_time' else '終了'}"
    return f"{'Start' if wish.measure == 'start_time' else 'End'} of {about or 'the day'}"


def add(con: Connection, sentence: str, language: str, today: date, name: str | None = None) -> tuple[Intent, Parsed]:
    """Add the intent that a sentence says; without a name it is called after what it is about.

    Raises:
        NotUnderstoodError: the sentence was not understood.
        AlreadyWishedError: the same is wished already; without a name also when only the amount is another.
        UsageError: an intent of the given name runs already.
    """
    parsed = understand(con, sentence, language, today)
    return keep(con, parsed, sentence, today, name), parsed


def keep(con: Connection, parsed: Parsed, sentence: str, today: date, name: str | None = None) -> Intent:
    """Keep what was understood of a sentence as an intent; raises like :func:`add`."""
    intent = intent_of(parsed, sentence, today, name)
    if name is None:
        for known in intents.rivals(con, intent):
            if (known.low, known.high) != (intent.low, intent.high):
                said = say(known, parsed.language, dates=False)
                raise intents.AlreadyWishedError(
                    f"You wish this already with another amount: {known.name} ({said}).",
                    remedy="Change it to the new amount, or give the second wish a name of its own.",
                )
        intent = replace(intent, name=intents.free_name(con, intent.name, intent.valid_from))
    return intents.add(con, intent)


def change(
    con: Connection, name: str, sentence: str, language: str, today: date, since: date | None = None
) -> tuple[Intent, Parsed]:
    """Wish for another amount of the same from a day on; what was before keeps the former wish.

    Args:
        con: in the account's transaction.
        name: name or id of the intent.
        sentence: what is wished from then on.
        language: the language to try first.
        today: the day on which it is said.
        since: first day; by default the one that the sentence names, or that of the present period.

    Raises:
        NotFoundError: there is no intent of this name that goes on.
        NotUnderstoodError: the sentence was not understood.
        UsageError: it is about something else.
    """
    former = intents.find(con, name, today)
    parsed = understand(con, sentence, language, today)
    wish = parsed.wish
    same = (wish.subject, wish.subject_value, wish.measure, wish.period)
    if same != (former.subject, former.subject_value, former.measure, former.period):
        raise UsageError(
            f"{former.name} is about {former.words()}; the sentence is about something else: {parsed.echo}",
            remedy="End it and add the other, or say another amount of the same.",
        )
    more: dict[str, Any] = {"sentence": sentence, "weekdays": list(wish.weekdays) if wish.weekdays else None}
    more |= {"priority": wish.priority} if wish.priority else {}
    more |= {"valid_to": wish.valid_to} if wish.valid_to else {}
    first = since or wish.valid_from or start_of(today, former.period)
    return intents.change(con, name, Bounds(wish.comparison, wish.low, wish.high), first, more), parsed


def say(intent: Intent, language: str, *, dates: bool = True) -> str:
    """Say an intent as a sentence that would be understood again, with its first and last day or without."""
    wish = Wish(
        subject=_subject(intent.subject),
        subject_value=intent.subject_value,
        subject_name=intent.subject_name,
        measure=intent.measure,
        period=intent.period,
        comparison=intent.comparison,
        low=intent.low,
        high=intent.high,
        weekdays=tuple(intent.weekdays) if intent.weekdays else None,
        priority=intent.priority,
        valid_from=intent.valid_from if dates else None,
        valid_to=intent.valid_to if dates else None,
    )
    return echo(wish, "ja" if language == "ja" else "en")


def _subject(name: str) -> Subject:
    known_subjects: dict[str, Subject] = {"category": "category", "project": "project", "tag": "tag", "text": "text"}
    return known_subjects.get(name, "all")
