"""Feeds: secret addresses under which other calendars read what happened.

Law: the secret part of an address is 256 random bits, shown once and stored only as its SHA-256; revoked, it is gone.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

MARK = "@actuals.lifetracer"
"""Ends the UID of every event of a feed, by which we know it again: what happened is never taken for a plan."""

SHOWS = ("everything", "categories")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as a person may see it; a row of ``app.feed`` without the hash."""

    account_id: UUID
    feed_id: UUID
    name: str
    shows: str
    days: int
    created_at: datetime
    last_read_at: datetime | None
    revoked_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "feedId": str(self.feed_id),
            "name": self.name,
            "shows": self.shows,
            "days": self.days,
            "createdAt": self.created_at.isoformat(),
            "lastReadAt": self.last_read_at.isoformat() if self.last_read_at else None,
            "revokedAt": self.revoked_at.isoformat() if self.revoked_at else None,
        }


def create(connection: Connection, name: str, shows: str = "everything", days: int = 90) -> tuple[Feed, str]:
    """Make a feed (in the account's transaction); gives it and, this once, the path of its address.

    Raises:
        UsageError: no name, or nothing known to show, or too many days.
    """
    if not 1 <= len(name.strip()) <= 100:
        raise UsageError("A feed needs a name of 100 characters at most.", remedy="Name it after who reads it.")
    if shows not in SHOWS:
        raise UsageError(f"A feed cannot show {shows}.", remedy=f"Choose one of: {', '.join(SHOWS)}.")
    if not 1 <= days <= 3660:
        raise UsageError(f"A feed cannot reach back {days} days.", remedy="Choose 1 to 3660.")
    secret = secrets.token_urlsafe(32)
    given = {"name": name.strip(), "address_hash": hash_of(secret), "shows": shows, "days": days}
    with connection.cursor(row_factory=class_row(Feed)) as cursor:
        made = cursor.execute(_SQL["create"], given).fetchone()
    assert made
    return made, f"/feeds/{secret}.ics"


def every(connection: Connection) -> list[Feed]:
    """List the account's feeds, the oldest first, with those that are revoked."""
    with connection.cursor(row_factory=class_row(Feed)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def revoke(connection: Connection, named: str) -> Feed:
    """Revoke a feed by its id or name; its address is dead at once.

    Raises:
        NotFoundError: there is no such feed that still works.
        UsageError: several are called so.
    """
    fits = [feed for feed in every(connection) if feed.revoked_at is None and named in (str(feed.feed_id), feed.name)]
    if not fits:
        raise NotFoundError(f"There is no feed {named}.", remedy="`lifetracer feed list` shows them.")
    if len(fits) > 1:
        raise UsageError(f"Several feeds are called {named}.", remedy="Name it by its id.")
    connection.execute(_SQL["revoke"], {"feed_id": fits[0].feed_id})
    return fits[0]


def find(connection: Connection, secret: str) -> Feed | None:
    """Find the feed of an address, if it still works (owner's transaction); notes the reading, to the minute."""
    with connection.cursor(row_factory=class_row(Feed)) as cursor:
        return cursor.execute(_SQL["find"], {"address_hash": hash_of(secret)}).fetchone()


def hash_of(secret: str) -> bytes:
    """Give what is stored of an address; a plain hash suffices, because there is nothing to guess in 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
