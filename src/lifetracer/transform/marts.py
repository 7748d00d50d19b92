"""The marts by name, with what each of their columns is: what an API, an export or an assistant may offer.

Law: read from the models' YAML, whose contract dbt enforces, so this says neither more nor less than what is made.
Neither dbt nor a database is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml  # type: ignore[import-untyped]

FOLDER = Path(__file__).parent / "models" / "marts"
DATES = ("local_date", "week_start", "month_start", "period_start")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a mart."""

    name: str
    data_type: str
    """As PostgreSQL calls it."""
    description: str


@dataclass(frozen=True, slots=True)
class Mart:
    """A mart: a view that answers one question for one account."""

    name: str
    description: str
    """Ends with the grain."""
    key: tuple[str, ...]
    """Columns that together tell one row from another; the first is ``account_id``."""
    columns: tuple[Column, ...]

    @property
    def gist(self) -> str:
        """The first sentence of the description; the catalogue has it in Japanese."""
        return self.description.split(". ")[0].rstrip(".") + "."

    @property
    def date_column(self) -> str | None:
        """The column by which to ask for a stretch of time; ``None`` where rows are of no time."""
        names = {column.name for column in self.columns}
        return next((name for name in DATES if name in names), None)


@cache
def all_marts() -> Mapping[str, Mart]:
    """List the marts by name, in alphabetical order."""
    marts = (_read(path) for path in sorted(FOLDER.glob("*.yml")))
    return MappingProxyType({mart.name: mart for mart in marts})


def _read(path: Path) -> Mart:
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    (key,) = (test["primary_key"] for test in model["data_tests"] if "primary_key" in test)
    return Mart(
        name=model["name"],
        description=_words(model["description"]),
        key=tuple(key["arguments"]["columns"]),
        columns=tuple(
            Column(column["name"], column["data_type"], _words(column["description"])) for column in model["columns"]
        ),
    )


def _words(text: str) -> str:
    return " ".join(text.split())
