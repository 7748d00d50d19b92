"""Look ahead: what would a change of categories or rules move?

Law: a preview decides by the same macros as the models, so what it promises is what the next transform does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifetracer.errors import UsageError
from lifetracer.transform.categories import is_made, rows_of

if TYPE_CHECKING:
    from lifetracer.warehouse import Connection

PREVIEW_MACROS = ("category", "category_rules", "category_meaning", "categorised_occurrences", "scope")


@dataclass(frozen=True, slots=True)
class Move:
    """What would go from one category to another."""

    from_category_id: str
    from_category: str
    to_category_id: str
    to_category: str
    entries: int
    occurrences: int
    entry_seconds: int
    occurrence_seconds: int
    months: list[dict[str, Any]]
    """The same four figures by month (``month`` is its first day; null: lies on no day)."""
    examples: list[dict[str, Any]]
    """The most frequent words: ``what`` (entry or occurrence), ``text``, ``times``, ``latest``."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "fromCategoryId": self.from_category_id,
            "fromCategory": self.from_category,
            "toCategoryId": self.to_category_id,
            "toCategory": self.to_category,
            "entries": self.entries,
            "occurrences": self.occurrences,
            "entrySeconds": self.entry_seconds,
            "occurrenceSeconds": self.occurrence_seconds,
            "months": self.months,
            "examples": self.examples,
        }


def preview(con: Connection, change: Callable[[Connection], object], examples: int = 5) -> list[Move]:
    """Tell what a change would move among the entries and occurrences of the last transform; nothing is changed.

    Compared with the present rules, also those that no transform has made true yet.

    Args:
        con: a transaction for one account; a long history may take longer than a page may wait, so give it time.
        change: any change of categories or rules, e.g. ``lambda con: move_rule(con, "3", 1)``. It is done and undone.
        examples: how many examples to give per pair of categories.

    Raises:
        UsageError: the change makes no sense, or nothing was transformed yet.
        NotFoundError: the change names what is not there.
    """
    if not is_made(con):
        raise UsageError("There is nothing to look at yet.", remedy="Run `lifetracer transform` first.")
    with con.transaction(force_rollback=True):
        con.execute("select set_config('jit', 'off', true)")
        con.execute(_query("before"))
        change(con)
        return rows_of(con, Move, _query("moves"), {"examples": examples})


@functools.cache
def _query(part: str) -> str:
    """Render the query with the models' macros (:data:`PREVIEW_MACROS`), tables named as they lie in the database."""
    from jinja2 import Environment, StrictUndefined

    folder = Path(__file__).parent
    macros = "\n".join((folder / "macros" / f"{name}.sql").read_text("utf-8") for name in PREVIEW_MACROS)
    template = macros + (folder / "preview.sql.jinja").read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  it writes SQL, not HTML
    return environment.from_string(template).render(
        part=part,
        source=lambda schema, table: f"{schema}.{table}",
        ref=lambda model: f"core.{model}",
        var=lambda _, default="": default,
    )
