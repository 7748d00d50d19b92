"""What has been found in a sentence so far, and what is to be asked about it.

Law: nothing is guessed: a field that was not said is ``None``, a doubt stays until a person answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lifetracer.adjuster.sentences.tokens import Token
from lifetracer.adjuster.sentences.wish import Language, Subject


@dataclass(slots=True)
class Draft:
    """What has been found so far; missing fields are ``None``."""

    language: Language
    subject: Subject | None = None
    subject_value: str | None = None
    subject_name: str | None = None
    measure: str | None = None
    period: str | None = None
    comparison: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    weekdays: tuple[int, ...] | None = None
    priority: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    issues: list[tuple[str, str]] = field(default_factory=list)
    """Code and what it is about, the first found first."""
    unknown: list[Token] = field(default_factory=list)

    def doubt(self, code: str, what: str = "") -> None:
        """Note something to ask."""
        if (code, what) not in self.issues:
            self.issues.append((code, what))
