"""Sessions: browsers that are signed in, kept in the database, so that any server knows them and any can end them.

Law: the cookie is 256 random bits of which only the SHA-256 is stored; a session that was ended is refused by the very
next request at every server, because nobody remembers sessions anywhere else.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

How = Literal["password", "oidc", "supabase", "token"]

CONFIRMED_FOR = timedelta(minutes=10)
"""How long a proof of who one is suffices for changes of security."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in; a row of ``app.session`` without its hash."""

    account_id: UUID
    session_id: UUID
    how: str
    user_agent: str
    ip: str | None
    created_at: datetime
    last_seen_at: datetime
    confirmed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What every request needs to know of a session."""

    account_id: UUID
    session_id: UUID
    how: str
    name: str
    """By which the person signs in; empty when it was opened by the access token."""
    is_operator: bool
    proof: bytes | None
    confirmed_at: datetime
    upstream_due: bool
    """Whether the service behind it has to be asked again."""


def begin(
    connection: Connection,
    account_id: UUID,
    how: How,
    *,
    life: timedelta,
    user_agent: str = "",
    ip: str | None = None,
    proof: bytes | None = None,
    upstream: str | None = None,
    upstream_until: datetime | None = None,
) -> str:
    """Open a session (owner's transaction); gives the cookie's value, which is never to be known again.

    Args:
        connection: the owner's transaction.
        account_id: whose session.
        how: by which proof.
        life: after which it ends whatever happens.
        user_agent: what the browser calls itself, to be recognised in the list.
        ip: whence it came.
        proof: of the access token by which it was opened.
        upstream: another service's refresh token, sealed.
        upstream_until: when that is to be renewed.
    """
    plain = secrets.token_urlsafe(32)
    values = {
        "account": account_id,
        "hash": hash_of(plain),
        "how": how,
        "life": life,
        "user_agent": user_agent[:300],
        "ip": ip,
        "proof": proof,
        "upstream": upstream,
        "upstream_until": upstream_until,
    }
    connection.execute(_SQL["begin"], values)
    return plain


def find(connection: Connection, plain: str, idle: timedelta) -> Known | None:
    """Find the session of a cookie, if it is alive (owner's transaction); notes that it was seen, to the minute."""
    with connection.cursor(row_factory=class_row(Known)) as cursor:
        return cursor.execute(_SQL["find"], {"hash": hash_of(plain), "idle": idle}).fetchone()


def every(connection: Connection, idle: timedelta) -> list[Session]:
    """List the account's living sessions, the latest seen first (the account's transaction)."""
    with connection.cursor(row_factory=class_row(Session)) as cursor:
        return cursor.execute(_SQL["every"], {"idle": idle}).fetchall()


def end(connection: Connection, account_id: UUID, session_id: UUID) -> bool:
    """End one session of an account; tells whether it was there."""
    return connection.execute(_SQL["end"], {"account": account_id, "session": session_id}).rowcount == 1


def end_all(connection: Connection, account_id: UUID, but: UUID | None = None) -> int:
    """End all sessions of an account, but perhaps one; gives how many."""
    return connection.execute(_SQL["end_all"], {"account": account_id, "but": but}).rowcount


def renew(connection: Connection, account_id: UUID, session_id: UUID) -> str:
    """Give a session another cookie and note that its person has just proved who they are (owner's transaction)."""
    plain = secrets.token_urlsafe(32)
    connection.execute(_SQL["renew"], {"account": account_id, "session": session_id, "hash": hash_of(plain)})
    return plain


def borrow_upstream(connection: Connection, session_id: UUID) -> str | None:
    """Lend another service's sealed refresh token to one borrower at a time (owner's transaction).

    ``None``: somebody else is at it, or it was renewed meanwhile.
    """
    row = connection.execute(_SQL["borrow_upstream"], {"session": session_id}).fetchone()
    return row[0] if row else None


def keep_upstream(connection: Connection, session_id: UUID, sealed: str | None, until: datetime) -> None:
    """Keep what the service gave in its place, in the transaction that borrowed it; ``None`` keeps the former one."""
    connection.execute(_SQL["keep_upstream"], {"session": session_id, "upstream": sealed, "until": until})


def forget_ended(connection: Connection, idle: timedelta) -> int:
    """Delete the sessions and waiting round trips that are over (owner's transaction)."""
    connection.execute(_SQL["forget_round_trips"])
    connection.execute(_SQL["forget_failures"])
    return connection.execute(_SQL["forget_ended"], {"idle": idle}).rowcount


def hash_of(plain: str) -> bytes:
    """Give what is stored of a random secret; there is nothing to guess in 256 bits."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()
