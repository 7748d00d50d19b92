"""The door for the rules that lead to categories: list, find, add, change, move, remove.

Every function works inside a transaction that was opened for one account; the next transform makes true what was
changed. Former versions stay in ``app.revision``, so the rules of last March can be listed.
Law: positions are 1, 2, 3 …, without gaps; the first rule that fits wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.transform import categories
from lifetracer.transform.categories import Version, explained, find_category, keep, rows_of
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Connection

SQL = beside(__file__)

ENTRY_FIELDS = ("client", "project", "task", "tag", "description", "color")
OCCURRENCE_FIELDS = ("calendar", "title", "event_type", "location", "color")
FIELDS = {
    "toggl_track": ENTRY_FIELDS,
    "toggl_csv": ENTRY_FIELDS[:-1],
    "google_calendar": OCCURRENCE_FIELDS,
    "ical": OCCURRENCE_FIELDS,
}
"""What a rule can look at, by source."""
OPERATORS = ("is", "contains", "starts_with", "matches")
LONGEST_PATTERN = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it looks at, what it looks for, which category that is. The first rule that fits wins."""

    rule_id: UUID
    position: int
    """1, 2, 3 …"""
    source: str | None
    field: str
    operator: str
    pattern: str
    category_id: str
    category: str

    def sentence(self) -> str:
        """Say it in words, as the command line takes them."""
        where = f" ({self.source} only)" if self.source else ""
        return f"{self.field} {self.operator} “{self.pattern}”{where} → {self.category}"

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "ruleId": str(self.rule_id),
            "position": self.position,
            "source": self.source,
            "field": self.field,
            "operator": self.operator,
            "pattern": self.pattern,
            "categoryId": self.category_id,
            "category": self.category,
        }


def rules(con: Connection, at: datetime | None = None) -> list[Rule]:
    """List the rules in the order in which they are tried, as they are or as they were at an instant."""
    return rows_of(con, Rule, SQL["rules"], {"at": at or datetime.max.replace(tzinfo=UTC)})


def find_rule(con: Connection, named: str) -> Rule:
    """Find a rule by its position (1, 2 …) or its id.

    Raises:
        NotFoundError: there is no such rule.
    """
    for rule in rules(con):
        if named.lower() in (str(rule.position), str(rule.rule_id)):
            return rule
    raise NotFoundError(f"There is no rule {named}.", remedy="`lifetracer rule list` shows them with their numbers.")


def add_rule(
    con: Connection,
    field: str,
    operator: str,
    pattern: str,
    category: str,
    *,
    source: str | None = None,
    position: int | None = None,
) -> Rule:
    """Add a rule, at the end or at a position.

    Raises:
        UsageError: field, operator, pattern, source or position make no rule.
        NotFoundError: there is no such category.
    """
    categories.begin(con)
    values = _rule(con, source, field, operator, pattern, category)
    with explained():
        row = con.execute(SQL["add_rule"], values).fetchone()
    assert row
    if position is None:
        _order(con, [rule.rule_id for rule in rules(con)])
    else:
        move_rule(con, str(row[0]), position)
    return find_rule(con, str(row[0]))


def change_rule(
    con: Connection,
    named: str,
    *,
    field: str | None = None,
    operator: str | None = None,
    pattern: str | None = None,
    category: str | None = None,
    source: str | None = None,
) -> Rule:
    """Change a rule; what is not given stays as it is, an empty ``source`` makes it look at every source.

    Raises:
        NotFoundError: there is no such rule or category.
        UsageError: it would be no rule.
    """
    categories.begin(con)
    before = find_rule(con, named)
    values = _rule(
        con,
        before.source if source is None else source or None,
        field or before.field,
        operator or before.operator,
        before.pattern if pattern is None else pattern,
        category or before.category_id,
    )
    with explained():
        con.execute(SQL["change_rule"], values | {"rule_id": before.rule_id})
    return find_rule(con, str(before.rule_id))


def move_rule(con: Connection, named: str, position: int) -> Rule:
    """Let a rule be tried at a position, 1 is first; those from there on move back by one.

    Raises:
        NotFoundError: there is no such rule.
        UsageError: there is no such position.
    """
    categories.begin(con)
    moved = find_rule(con, named)
    others = [rule.rule_id for rule in rules(con) if rule.rule_id != moved.rule_id]
    if not 1 <= position <= len(others) + 1:
        raise UsageError(f"There is no position {position}.", remedy=f"Choose one from 1 to {len(others) + 1}.")
    others.insert(position - 1, moved.rule_id)
    _order(con, others)
    return find_rule(con, str(moved.rule_id))


def remove_rule(con: Connection, named: str) -> Rule:
    """Remove a rule; what it had caught falls to the rules after it, or to the defaults.

    Raises:
        NotFoundError: there is no such rule.
    """
    categories.begin(con)
    gone = find_rule(con, named)
    con.execute(SQL["remove_rule"], {"rule_id": gone.rule_id})
    _order(con, [rule.rule_id for rule in rules(con)])
    return gone


def history(con: Connection, rule: Rule) -> list[Version]:
    """Tell what a rule was, from its making on; also of one that was removed."""
    return categories.versions(con, "category_rule", str(rule.rule_id))


def _order(con: Connection, rule_ids: Sequence[UUID]) -> None:
    con.execute(SQL["order_rules"], {"rule_ids": list(rule_ids)})


def _rule(
    con: Connection, source: str | None, field: str, operator: str, pattern: str, category: str
) -> dict[str, Any]:
    """Check the parts of a rule; gives its columns."""
    if source is not None and source not in FIELDS:
        raise UsageError(
            f"There is no source {source}.", remedy=f"Choose one of {', '.join(FIELDS)}, or leave it away."
        )
    known = FIELDS[source] if source else tuple(dict.fromkeys(ENTRY_FIELDS + OCCURRENCE_FIELDS))
    if field not in known:
        of = f" of {source}" if source else ""
        raise UsageError(f"A rule cannot look at “{field}”{of}.", remedy=f"Choose one of {', '.join(known)}.")
    if operator not in OPERATORS:
        raise UsageError(f"A rule cannot compare by “{operator}”.", remedy=f"Choose one of {', '.join(OPERATORS)}.")
    if not pattern.strip() or len(pattern) > LONGEST_PATTERN:
        raise UsageError(f"A rule needs a pattern of 1 to {LONGEST_PATTERN} characters.")
    owner = keep(con, find_category(con, category))
    values = {"source": source, "field": field, "operator": operator, "category_id": owner.category_id}
    return values | {"pattern": pattern.strip() if operator == "is" else pattern}
