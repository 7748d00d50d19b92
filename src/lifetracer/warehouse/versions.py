"""Versions: what targets and intents share, each a thing with a name whose measure changes from a day on.

Law: what was in force stays as it was; whoever says a name means the latest version that is not over.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

from psycopg import errors
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse.connect import Connection


class Version(Protocol):
    """One version of a thing: from a day on, until another one."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def valid_from(self) -> date:
        """Its first day."""

    @property
    def valid_to(self) -> date | None:
        """The day from which it is over."""


AnyVersion = TypeVar("AnyVersion", bound=Version)


def is_over(version: Version, on: date) -> bool:
    """Tell whether a version has ended before a day."""
    return version.valid_to is not None and version.valid_to <= on


def latest(
    known: Sequence[AnyVersion], identity: Callable[[AnyVersion], UUID | None], wanted: str, on: date, kind: str
) -> AnyVersion:
    """Find the latest version of a thing by name or id, unless it has ended before a day.

    Args:
        known: all versions of all such things.
        identity: gives the id of the thing that one is a version of.
        wanted: its name or id.
        on: the day.
        kind: what such things are called: target, intent.

    Raises:
        NotFoundError: there is none.
    """
    living = [version for version in known if not is_over(version, on)]
    named = [version for version in living if wanted in {version.name, str(identity(version))}]
    if not named:
        names = [version.name for version in living]
        raise NotFoundError(f"There is no {kind} {wanted}.", remedy=listing(names, wanted, f"`{kind} list`"))
    return max(named, key=lambda version: version.valid_from)


def written(
    connection: Connection, made: type[AnyVersion], query: str, given: Mapping[str, Any], kind: str
) -> AnyVersion:
    """Write a version down and give it as it is kept.

    Raises:
        UsageError: its amounts or days make no sense.
    """
    try:
        with connection.transaction(), connection.cursor(row_factory=class_row(made)) as cursor:
            row = cursor.execute(query.encode(), given).fetchone()
    except errors.CheckViolation as refused:
        raise UsageError(
            f"This {kind} makes no sense ({refused.diag.constraint_name}).",
            remedy="A range begins with the smaller amount, a share is at most 100%, an end lies after the beginning.",
        ) from None
    assert row
    return row


def listing(names: Sequence[str], wanted: str, else_see: str) -> str:
    """Say which of some names come near to the one that was not found."""
    near = difflib.get_close_matches(wanted, names, n=5, cutoff=0.4) or sorted(names)[:8]
    return f"Known are: {', '.join(near)}." if near else f"See {else_see}."
