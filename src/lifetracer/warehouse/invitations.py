"""Invitations: links and codes by which somebody comes in once.

    owner     the set-up code of an installation that other machines can reach   → the first person, an operator
    person    made by an operator                                               → a new account of their own
    return    made on the command line for somebody who lost their password      → the account that they had

Law: an operator invites to new accounts only; into an account that has data leads no invitation of theirs.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from psycopg import errors
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection
from lifetracer.warehouse.sessions import hash_of

_SQL = queries.beside(__file__)

LIFE = timedelta(days=7)
CODE_LIFE = timedelta(days=1)

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of a code that is typed: none that is taken for another."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation; a row of ``app.invitation`` without its hash."""

    account_id: UUID
    invitation_id: UUID
    kind: Literal["owner", "person", "return"]
    name: str
    created_at: datetime
    expires_at: datetime


def invite(connection: Connection, account_id: UUID, name: str) -> str:
    """Invite somebody to an account of their own (the transaction of an operator's account); gives the token.

    Raises:
        UsageError: the account is no operator's.
    """
    if len(name) > 200:
        raise UsageError("A name has 200 letters at most.")
    plain = secrets.token_urlsafe(24)
    try:
        with connection.transaction():
            _make(connection, account_id, "person", name, plain, LIFE)
    except errors.InsufficientPrivilege:
        raise UsageError("Only an operator invites people.", remedy="Ask an operator.") from None
    return plain


def lead_back(connection: Connection, account_id: UUID, name: str) -> str:
    """Make a way back into an account whose password is lost (owner's transaction); gives the token."""
    plain = secrets.token_urlsafe(24)
    _make(connection, account_id, "return", name, plain, CODE_LIFE)
    return plain


def set_up_code(connection: Connection, account_id: UUID) -> str:
    """Make the code with which the owner of a new installation begins (owner's transaction)."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(16))
    _make(connection, account_id, "owner", "", letters, CODE_LIFE)
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


def find(connection: Connection, plain: str) -> Invitation | None:
    """Find the invitation that somebody shows, if it still counts (owner's transaction)."""
    return _take(connection, "find", plain)


def use(connection: Connection, plain: str) -> Invitation:
    """Use an invitation up (owner's transaction).

    Raises:
        NotFoundError: it is unknown, used or over.
    """
    found = _take(connection, "use", plain)
    if found is None:
        raise NotFoundError(
            "This invitation is unknown, was used or is over.", remedy="Ask who sent it to you for another one."
        )
    return found


def every(connection: Connection) -> list[Invitation]:
    """List the account's own invitations that nobody has used yet (the account's transaction)."""
    with connection.cursor(row_factory=class_row(Invitation)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def withdraw(connection: Connection, invitation_id: UUID) -> None:
    """Take an invitation back (the account's transaction)."""
    connection.execute(_SQL["withdraw"], {"invitation": invitation_id})


def plain_code(typed: str) -> str:
    """Read a code as it was typed: case, spaces and dashes do not matter."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)


def _make(connection: Connection, account_id: UUID, kind: str, name: str, plain: str, life: timedelta) -> None:
    values = {"account": account_id, "kind": kind, "name": name, "hash": hash_of(plain), "life": life}
    connection.execute(_SQL["make"], values)


def _take(connection: Connection, query: str, plain: str) -> Invitation | None:
    with connection.cursor(row_factory=class_row(Invitation)) as cursor:
        return cursor.execute(_SQL[query], {"hash": hash_of(plain)}).fetchone()
