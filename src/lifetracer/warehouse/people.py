"""People: who can sign in to which account, and by what they prove it.

Law: whoever comes in was let in by somebody: the first one by the set-up code or from this very machine, all others by
an invitation. An e-mail address proves nothing and joins nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import errors
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import passwords, queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Person:
    """Who can sign in; a row of ``app.person`` without its secrets."""

    account_id: UUID
    sign_in_name: str
    is_operator: bool
    password_changed_at: datetime | None
    totp_since: datetime | None
    created_at: datetime

    @property
    def has_password(self) -> bool:
        """Whether a password opens the account."""
        return self.password_changed_at is not None


@dataclass(frozen=True, slots=True)
class Listed:
    """What an operator learns of a person."""

    account_id: UUID
    name: str
    sign_in_name: str
    is_operator: bool
    has_second_factor: bool
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """An account elsewhere that vouches for a person."""

    issuer: str
    subject: str
    label: str
    created_at: datetime
    last_used_at: datetime | None


def any_there(connection: Connection) -> bool:
    """Tell whether anybody can sign in (owner's transaction)."""
    row = connection.execute(_SQL["any_there"]).fetchone()
    return bool(row and row[0])


def every(connection: Connection) -> list[Listed]:
    """List who can sign in (the transaction of an operator's account; everybody else's is refused)."""
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def listed(connection: Connection) -> list[Listed]:
    """List who can sign in (owner's transaction)."""
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(_SQL["listed"]).fetchall()


def find(connection: Connection, account_id: UUID) -> Person | None:
    """Find the person of an account."""
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(_SQL["find"], {"account": account_id}).fetchone()


def named(connection: Connection, name: str) -> Listed:
    """Find a person by the name they sign in with, or the account's id (owner's transaction).

    Raises:
        NotFoundError: there is nobody of that name.
    """
    known = listed(connection)
    for person in known:
        if name.casefold() == person.sign_in_name.casefold() or name.lower() == str(person.account_id):
            return person
    names = ", ".join(person.sign_in_name for person in known) or "nobody"
    raise NotFoundError(f"Nobody signs in as {name}.", remedy=f"Known are: {names}.")


def add(
    connection: Connection, account_id: UUID, sign_in_name: str, password: str | None, *, is_operator: bool = False
) -> Person:
    """Let an account's person sign in (owner's transaction).

    Args:
        connection: the owner's transaction.
        account_id: whose account.
        sign_in_name: what they type; unique, whatever its case.
        password: a new one, or ``None`` when another service vouches for them.
        is_operator: whether they may invite and remove people.

    Raises:
        UsageError: the name is empty, too long or taken, or the password is too weak.
    """
    name = " ".join(sign_in_name.split())
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise UsageError("A name to sign in with has 1 to 200 letters.", remedy="An e-mail address does well.")
    hashed = passwords.hash_of(password, name) if password is not None else None
    values = {"account": account_id, "name": name, "password_hash": hashed, "is_operator": is_operator}
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        try:
            with connection.transaction():
                made = cursor.execute(_SQL["add"], values).fetchone()
        except errors.UniqueViolation:
            raise UsageError(f"The name {name} is taken.", remedy="Choose another one.") from None
    assert made is not None
    return made


def check_password(connection: Connection, sign_in_name: str, password: str) -> UUID | None:
    """Give the account that a name and a password open (owner's transaction); takes as long when there is none."""
    name = " ".join(sign_in_name.split())
    row = connection.execute(_SQL["password_of"], {"name": name}).fetchone()
    account_id, stored = row or (None, None)
    return account_id if passwords.fits(stored, password) else None


def change_password(connection: Connection, person: Person, password: str) -> None:
    """Give a person another password.

    Raises:
        UsageError: it is too weak.
    """
    hashed = passwords.hash_of(password, person.sign_in_name)
    connection.execute(_SQL["change_password"], {"account": person.account_id, "password_hash": hashed})


def dismiss(connection: Connection, account_id: UUID) -> None:
    """Remove a person (the transaction of an operator's account): they cannot come in any more, their data stays.

    Raises:
        NotFoundError: there is no such person.
        UsageError: they are the operator themself.
    """
    try:
        with connection.transaction():
            row = connection.execute(_SQL["dismiss"], {"account": account_id}).fetchone()
    except errors.InsufficientPrivilege:
        raise UsageError(
            "This person cannot be removed.", remedy="Only an operator removes people, and nobody themself."
        ) from None
    if not (row and row[0]):
        raise NotFoundError("There is no such person.", remedy="They may be removed already; look at the list again.")


def banish(connection: Connection, account_id: UUID) -> None:
    """Remove a person (owner's transaction), even the last one; then the local door is open again."""
    connection.execute(_SQL["banish"], {"account": account_id})


def appoint(connection: Connection, account_id: UUID, *, is_operator: bool) -> None:
    """Make a person an operator, or no longer (owner's transaction).

    Raises:
        UsageError: then there would be no operator left.
    """
    connection.execute(_SQL["appoint"], {"account": account_id, "is_operator": is_operator})
    if not any(person.is_operator for person in listed(connection)):
        raise UsageError("Nobody would be an operator any more.", remedy="Make somebody else one first.")


def identities(connection: Connection) -> list[Identity]:
    """List the account's identities elsewhere (the account's transaction)."""
    with connection.cursor(row_factory=class_row(Identity)) as cursor:
        return cursor.execute(_SQL["identities"]).fetchall()


def vouched(connection: Connection, issuer: str, subject: str) -> UUID | None:
    """Give the account that an identity elsewhere opens (owner's transaction), and note that it did."""
    row = connection.execute(_SQL["vouched"], {"issuer": issuer, "subject": subject}).fetchone()
    return row[0] if row else None


def join(connection: Connection, account_id: UUID, issuer: str, subject: str, label: str) -> None:
    """Let an identity elsewhere open an account from now on.

    Raises:
        UsageError: it opens another account already.
    """
    values = {"account": account_id, "issuer": issuer, "subject": subject, "label": label[:200]}
    row = connection.execute(_SQL["join"], values).fetchone()
    if row is None or row[0] != account_id:
        raise UsageError("That sign-in belongs to another account here.", remedy="Use another one.")


def part(connection: Connection, issuer: str, subject: str) -> bool:
    """Let an identity elsewhere open the account no longer (the account's transaction)."""
    return connection.execute(_SQL["part"], {"issuer": issuer, "subject": subject}).rowcount == 1
