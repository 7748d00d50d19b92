"""The dashboards' sentences in each language; words that screen and paper share come from their catalogue.

Law: a dashboard exists in every language or not at all: a sentence without its translation fails the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import read_po

from lifetracer import charts

LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Read the dashboards' own translations into a language; English needs none."""
    if language == "en":
        return MappingProxyType({})
    with (LOCALE / f"{language}.po").open("rb") as file:
        return MappingProxyType({str(m.id): str(m.string) for m in read_po(file) if m.id and m.string})


@dataclass(frozen=True)
class Words:
    """One language: call it to translate a sentence."""

    language: str

    def __call__(self, text: str) -> str:
        """Translate an English sentence: the dashboards' own wording first, then that of screen and paper."""
        return catalogue(self.language).get(text) or charts.Words(self.language)(text)
