"""Failed sign-ins, counted over all servers: every further one waits longer, and nobody is locked out for ever.

    a name from one address        5 free, then 2 s, 4 s, 8 s … at most 15 min     someone who mistypes or guesses
    a name from unknown browsers  40 free, then 1 s, 2 s, 4 s … at most 30 s       many machines that guess one name
    a browser that was in before  10 free, then 2 s, 4 s, 8 s … at most 15 min     the person themself

A browser that has signed in carries a sealed cookie. It is counted by itself only, so strangers who try a name, from
however many addresses, do not keep its person out.

Law: a try is counted before it is looked at, so that a thousand at once are not a thousand free ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together, and how patient we are with it."""

    name: str
    free: int
    first_seconds: int
    most_seconds: int

    @property
    def key(self) -> str:
        """What is stored: nobody needs to read whose names were tried from where."""
        return hashlib.sha256(self.name.encode("utf-8", "replace")).hexdigest()


def from_address(name: str, address: str) -> Bucket:
    """Count tries of a name from one address."""
    return Bucket(f"address {address} {name.casefold()}", 5, 2, 900)


def from_anywhere(name: str) -> Bucket:
    """Count tries of a name from browsers that were never signed in."""
    return Bucket(f"name {name.casefold()}", 40, 1, 30)


def known_browser(mark: str) -> Bucket:
    """Count tries of a browser that was signed in before."""
    return Bucket(f"browser {mark}", 10, 2, 900)


def second_factor(account: object) -> Bucket:
    """Count tries of an account's second factor, which come after a right password."""
    return Bucket(f"factor {account}", 5, 2, 900)


def code(kind: str, address: str) -> Bucket:
    """Count tries of set-up codes and access tokens from one address."""
    return Bucket(f"{kind} {address}", 10, 2, 900)


def attempt(connection: Connection, bucket: Bucket) -> datetime | None:
    """Count a try (owner's transaction); gives until when to wait, if it is one too many and must not be looked at."""
    values = {"bucket": bucket.key, "free": bucket.free, "first": bucket.first_seconds, "most": bucket.most_seconds}
    row = connection.execute(_SQL["attempt"], values).fetchone()
    if row is not None:
        return None
    found = connection.execute(_SQL["locked_until"], {"bucket": bucket.key}).fetchone()
    return found[0] if found else None


def succeeded(connection: Connection, *buckets: Bucket) -> None:
    """Forget the failures (owner's transaction)."""
    connection.execute(_SQL["forget"], {"buckets": [bucket.key for bucket in buckets]})
