"""What goes into the parser of sentences and what comes out of it.

Law: either every word of a sentence was understood, or the answer says which were not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Language = Literal["en", "ja"]
Subject = Literal["category", "project", "tag", "text", "all"]


@dataclass(frozen=True, slots=True)
class Known:
    """What a sentence may be about, and the day on which it is said."""

    today: date
    categories: Mapping[str, str] = field(default_factory=dict)
    """Id → name."""
    projects: Mapping[str, str] = field(default_factory=dict)
    """Key → name."""
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The fields of an intent; amounts as in `lifetracer.warehouse.intents.Intent`."""

    subject: Subject
    subject_value: str | None = None
    subject_name: str | None = None
    """What a person calls the subject."""
    measure: str
    period: str
    comparison: str
    low: Decimal | None = None
    high: Decimal | None = None
    weekdays: tuple[int, ...] | None = None
    priority: int = 0
    valid_from: date | None = None
    """First day; ``None``: the first of the present period."""
    valid_to: date | None = None
    """Day from which it is over; ``None``: it goes on."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sentence that was understood, every word of it."""

    wish: Wish
    echo: str
    """The wish as a sentence of the same language; parsed again it gives the same wish."""
    language: Language


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A sentence that was not, or not in one way only."""

    understood: tuple[str, ...]
    """What was, as said."""
    rest: tuple[str, ...]
    """Words that were not."""
    question: str
    """What is missing or doubtful, for the person."""
    example: str
    """A sentence near to theirs that would be understood."""
    code: str
    """The main reason, stable: unknown_words, no_subject, no_amount, no_period …"""
    suggestions: tuple[str, ...] = ()
    """Known names that may have been meant."""
    language: Language = "en"

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return asdict(self)
