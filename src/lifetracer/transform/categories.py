"""The door for categories: list, find, add, change, remove, look back.

Every function works inside a transaction that was opened for one account (row security shows no other), and the next
transform makes true what was changed.
Law: nothing a person said is forgotten; former versions stay in ``app.revision``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg import errors
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Connection

SQL = beside(__file__)

KINDS = ("work", "study", "sleep", "exercise", "travel", "household", "social", "leisure", "care", "other")
LONGEST_NAME = 200

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Category:
    """A category: derived from projects and calendars, a person's own, or both."""

    category_id: str
    name: str
    parent_id: str | None = None
    color: str | None = None
    kind: str | None = None
    is_archived: bool = False
    position: int = 0
    is_own: bool = True
    """Whether the person said anything about it."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "categoryId": self.category_id,
            "name": self.name,
            "parentId": self.parent_id,
            "color": self.color,
            "kind": self.kind,
            "isArchived": self.is_archived,
            "position": self.position,
            "isOwn": self.is_own,
        }


@dataclass(frozen=True, slots=True)
class Version:
    """What a category or a rule became at an instant; ``data`` is ``None`` when it was removed."""

    changed_at: datetime
    changed_by: str
    data: dict[str, Any] | None


def categories(con: Connection) -> list[Category]:
    """List every category: those of the last transform and the person's own, parents before children, by name."""
    found = {own.category_id: own for own in rows_of(con, Category, SQL["own"])}
    if is_made(con):
        for category_id, name, color, kind, is_default in con.execute(SQL["derived"]):
            if category_id in found:
                own = found[category_id]
                found[category_id] = replace(own, color=own.color or color, kind=own.kind or kind)
            elif is_default:  # else it was the person's own, and was removed since
                found[category_id] = Category(category_id, name, color=color, kind=kind, is_own=False)
    return list(_by_branch(found.values()))


def find_category(con: Connection, named: str) -> Category:
    """Find a category by its name, its path (``Parent / Child``) or its id; case and width do not count.

    Raises:
        NotFoundError: there is none; names those that are written alike.
        UsageError: several are called so.
    """
    known = categories(con)
    paths = _paths(known)
    key = _category_id(con, named)
    fits = [one for one in known if named == one.category_id]
    fits = fits or [
        one for one in known if key in (_category_id(con, one.name), _category_id(con, paths[one.category_id]))
    ]
    fits = fits or [one for one in known if key == one.category_id]
    if len(fits) > 1:
        told = ", ".join(f"{paths[one.category_id]} ({one.category_id})" for one in fits)
        raise UsageError(f"Several categories are called {named}: {told}.", remedy="Name it by its id.")
    if not fits:
        near = difflib.get_close_matches(named, [one.name for one in known], n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        remedy = f"{hint}`lifetracer category list` shows them, `lifetracer category add` makes one."
        raise NotFoundError(f"There is no category {named}.", remedy=remedy)
    return fits[0]


def add_category(
    con: Connection, name: str, *, parent: str | None = None, color: str | None = None, kind: str | None = None
) -> Category:
    """Make a category of one's own.

    Raises:
        UsageError: the name is empty, too long or taken; colour or kind are none.
        NotFoundError: there is no such parent.
    """
    name = name.strip()
    _check(name, color, kind)
    begin(con)
    category_id = _category_id(con, name)
    _refuse_taken(con, name)
    above = keep(con, find_category(con, parent)).category_id if parent else None
    con.execute(SQL["keep"], {"category_id": category_id, "name": name})
    made = Category(category_id, name, above, _color(color), kind)
    _store(con, made)
    return made


def change_category(
    con: Connection,
    named: str,
    *,
    name: str | None = None,
    parent: str | None = None,
    color: str | None = None,
    kind: str | None = None,
    is_archived: bool | None = None,
    position: int | None = None,
) -> Category:
    """Change what is said of a category, also of a derived one; what is not given stays as it is.

    An empty ``parent`` moves it to the top; an empty ``color`` or ``kind`` gives the choice back to the default.

    Raises:
        NotFoundError: there is no such category or parent.
        UsageError: the name is taken, colour or kind are none, or it would lie inside itself.
    """
    begin(con)
    before = keep(con, find_category(con, named))
    if name is not None and _category_id(con, name) != _category_id(con, before.name):
        _refuse_taken(con, name)
    _check(name if name is not None else before.name, color, kind)
    above = before.parent_id if parent is None else None
    if parent:
        above = keep(con, find_category(con, parent)).category_id
    after = replace(
        before,
        name=before.name if name is None else name.strip(),
        parent_id=above,
        color=before.color if color is None else _color(color),
        kind=before.kind if kind is None else kind or None,
        is_archived=before.is_archived if is_archived is None else is_archived,
        position=before.position if position is None else position,
    )
    _store(con, after)
    return after


def remove_category(con: Connection, named: str) -> Category:
    """Take back what was said of a category: one's own vanishes, a derived one is again as it was.

    Raises:
        NotFoundError: there is no such category.
        UsageError: nothing was said of it; or rules lead to it, or categories lie beneath it.
    """
    begin(con)
    found = find_category(con, named)
    if not found.is_own:
        raise UsageError(
            f"{found.name} comes from a project or calendar.",
            remedy="Hide it with `lifetracer category change NAME --archived`.",
        )
    row = con.execute(SQL["leaning"], {"category_id": found.category_id}).fetchone()
    rules_to_it, beneath = row or (0, 0)
    if rules_to_it or beneath:
        raise UsageError(
            f"{found.name} is in use: {rules_to_it} rules lead to it, {beneath} categories lie beneath it.",
            remedy="Change those first (`lifetracer rule list`, `lifetracer category list`), or archive it.",
        )
    con.execute(SQL["remove"], {"category_id": found.category_id})
    return found


def history(con: Connection, category: Category) -> list[Version]:
    """Tell what was said of a category, from the first word on; also of one that was removed."""
    return versions(con, "category", category.category_id)


def versions(con: Connection, entity: str, entity_id: str) -> list[Version]:
    """Tell what a row of a table that keeps its revisions became at each change, the earliest first."""
    asked = {"entity": entity, "entity_id": entity_id}
    present = con.execute(SQL["present"], asked).fetchone()
    return [
        Version(changed_at, changed_by, (present[0] if present else None) if is_last else became)
        for changed_at, changed_by, became, is_last in con.execute(SQL["history"], asked)
    ]


def begin(con: Connection) -> None:
    """Begin a change: one at a time, noted as the person's."""
    con.execute(SQL["begin"])


def is_made(con: Connection) -> bool:
    """Tell whether categories were ever derived from projects and calendars."""
    row = con.execute(SQL["is_made"]).fetchone()
    return bool(row and row[0])


def rows_of(con: Connection, kind: type[Row], query: str, values: dict[str, Any] | None = None) -> list[Row]:
    """Ask for rows as instances of a class whose fields are the columns."""
    with con.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, values).fetchall()


def _category_id(con: Connection, name: str) -> str:
    row = con.execute(SQL["category_id"], {"name": name}).fetchone()
    assert row
    return str(row[0])


def keep(con: Connection, category: Category) -> Category:
    """Make a derived category one's own, so that rules and children can hold on to it; gives what is said of it."""
    con.execute(SQL["keep"], {"category_id": category.category_id, "name": category.name})
    return next(one for one in rows_of(con, Category, SQL["own"]) if one.category_id == category.category_id)


def _store(con: Connection, category: Category) -> None:
    values = {
        "category_id": category.category_id,
        "name": category.name,
        "parent_id": category.parent_id,
        "color": category.color,
        "kind": category.kind,
        "is_archived": category.is_archived,
        "position": category.position,
    }
    with explained():
        con.execute(SQL["change"], values)


def _refuse_taken(con: Connection, name: str) -> None:
    key = _category_id(con, name)
    if any(key in (one.category_id, _category_id(con, one.name)) for one in categories(con)):
        raise UsageError(
            f"There is a category {name} already.", remedy="Choose another name, or `lifetracer category change` it."
        )


def _check(name: str, color: str | None, kind: str | None) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise UsageError(f"A category needs a name of at most {LONGEST_NAME} characters.")
    if color and _color(color) is None:
        raise UsageError(f"{color} is no colour.", remedy="Write it like #0b83d9.")
    if kind and kind not in KINDS:
        raise UsageError(f"There is no kind {kind}.", remedy=f"Choose one of {', '.join(KINDS)}.")


def _color(text: str | None) -> str | None:
    text = (text or "").strip().lower()
    is_color = len(text) == 7 and text[0] == "#" and set(text[1:]) <= set("0123456789abcdef")
    return text if is_color else None


@contextmanager
def explained() -> Iterator[None]:
    """Say in a sentence what the database's own checks refuse."""
    try:
        yield
    except errors.CheckViolation as refusal:
        message = refusal.diag.message_primary or str(refusal)
        raise UsageError(
            f"{message[0].upper()}{message[1:].rstrip('.')}.", remedy=refusal.diag.message_hint or ""
        ) from None


def _paths(known: Sequence[Category]) -> dict[str, str]:
    by_id = {one.category_id: one for one in known}

    def path(one: Category) -> str:
        above = by_id.get(one.parent_id or "")
        return f"{path(above)} / {one.name}" if above else one.name

    return {one.category_id: path(one) for one in known}


def _by_branch(known: Iterable[Category]) -> Iterator[Category]:
    """Order a forest: parents before their children, siblings by position and name."""
    beneath: dict[str | None, list[Category]] = {}
    for one in sorted(known, key=lambda one: (one.position, one.name.casefold(), one.category_id)):
        beneath.setdefault(one.parent_id, []).append(one)

    def branch(parent_id: str | None) -> Iterator[Category]:
        for one in beneath.get(parent_id, ()):
            yield one
            yield from branch(one.category_id)

    return branch(None)
