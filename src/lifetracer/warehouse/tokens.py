"""API tokens: what a program shows to act for an account, within scopes, until a day.

Law: a token is 256 random bits, shown once and stored only as its SHA-256; whoever reads the table can use none.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

SCOPES = {
    "jobs:read": "look at jobs and follow them",
    "jobs:write": "start and cancel jobs, change what runs by itself",
    "data:read": "read everything that is shown: marts, categories, targets, reports, connections",
    "data:write": "change categories, rules, targets, rates, kinds of day and the account",
    "admin": "make and revoke tokens, connect and give up services, read the audit log",
}
"""What a token may be allowed to do."""

PREFIX = "lt_"
"""Begins every token, so that scanners for leaked secrets find it."""

USUAL_LIFE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as a person may see it; a row of ``app.api_token`` without the hash."""

    account_id: UUID
    token_id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime | None = None) -> str:
        """Tell whether it is ``active``, ``expired`` or ``revoked``."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= (now or datetime.now(UTC)) else "active"

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "tokenId": str(self.token_id),
            "name": self.name,
            "scopes": self.scopes,
            "state": self.state(),
            "createdAt": self.created_at.isoformat(),
            "expiresAt": self.expires_at.isoformat() if self.expires_at else None,
            "lastUsedAt": self.last_used_at.isoformat() if self.last_used_at else None,
            "revokedAt": self.revoked_at.isoformat() if self.revoked_at else None,
        }


def create(connection: Connection, name: str, scopes: Sequence[str], expires_at: datetime | None) -> tuple[Token, str]:
    """Make a token (in the account's transaction); gives it and, this once, the token itself.

    Raises:
        UsageError: no name, no or unknown scopes, or an end that lies in the past.
    """
    if not 1 <= len(name.strip()) <= 100:
        raise UsageError("A token needs a name of 100 characters at most.", remedy="Name it after what will use it.")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        said = f"There is no scope {unknown[0]}." if unknown else "A token needs a scope."
        raise UsageError(said, remedy=f"Choose among {', '.join(SCOPES)}.")
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise UsageError("The token would have expired already.", remedy="Name an end that lies ahead.")
    plain = PREFIX + secrets.token_urlsafe(32)
    given = {
        "name": name.strip(),
        "token_hash": hash_of(plain),
        "scopes": [scope for scope in SCOPES if scope in scopes],
        "expires_at": expires_at,
    }
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        made = cursor.execute(_SQL["create"], given).fetchone()
    assert made
    return made, plain


def every(connection: Connection) -> list[Token]:
    """List the account's tokens, the oldest first, with those that are over."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def revoke(connection: Connection, named: str) -> Token:
    """Revoke a token by its id or name; servers notice within seconds.

    Raises:
        NotFoundError: there is no such token that is still good for anything.
        UsageError: several are called so.
    """
    living = [token for token in every(connection) if token.revoked_at is None]
    fits = [token for token in living if named in (str(token.token_id), token.name)]
    if not fits:
        raise NotFoundError(f"There is no token {named}.", remedy="`lifetracer token list` shows them.")
    if len(fits) > 1:
        raise UsageError(f"Several tokens are called {named}.", remedy="Name it by its id.")
    connection.execute(_SQL["revoke"], {"token_id": fits[0].token_id})
    return fits[0]


def find(connection: Connection, plain: str) -> Token | None:
    """Find the token that somebody shows, if it may be used (owner's transaction); notes the use, to the minute."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(_SQL["find"], {"token_hash": hash_of(plain)}).fetchone()


def hash_of(plain: str) -> bytes:
    """Give what is stored of a token; a plain hash suffices, because there is nothing to guess in 256 random bits."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()


def end_of(text: str, now: datetime) -> datetime | None:
    """Read until when a token is to live: ``90d``, ``12h``, ``2027-01-31`` (UTC), or ``never``.

    Raises:
        UsageError: it is none of these.
    """
    if text == "never":
        return None
    if found := re.fullmatch(r"([1-9][0-9]{0,4})([dh])", text):
        return now + int(found[1]) * (timedelta(days=1) if found[2] == "d" else timedelta(hours=1))
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(
            f"“{text}” is no end of a token.", remedy="Write it like 90d, 12h, 2027-01-31 or never."
        ) from None
