"""Who asks, and what they may: by the installation's token, a token of an account, a browser's session, or at home.

    Authorization: Bearer …  is the installation's token        → its account, every scope
                             is in app.api_token                → that token's account and scopes
                             is of Supabase Auth, if that is on → the account that it vouches for, every scope
    Cookie                   a session opened at /sign-in       → its person's account, every scope
    nothing                  and nobody can sign in here yet    → this machine: the installation's account, every scope

Law: every route says by `needs` which scope it takes; what says nothing is no route (a test walks them all).
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from lifetracer.errors import FixByHandError
from lifetracer.warehouse import Warehouse, tokens
from lifetracer.warehouse.tokens import SCOPES, Token

EVERYTHING = frozenset(SCOPES)

CACHE_SECONDS = 5.0
"""A revoked token is refused after so long at the latest."""
CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """The person or program that asks."""

    kind: Literal["token", "session", "local", "nobody"]
    who: str
    """For the audit log."""
    scopes: frozenset[str] = frozenset()
    token_id: UUID | None = None
    account_id: UUID | None = None
    """Of a token's or a session's account; otherwise it is the installation's."""
    ip: str | None = None
    session_id: UUID | None = None
    is_operator: bool = False
    confirmed_at: datetime | None = None
    """When the person behind a session last proved who they are."""


class ScopeError(FixByHandError):
    """The token may not do this."""

    status = 403


class Needs:
    """What a route takes: every one of these scopes, or, without any, just somebody known."""

    def __init__(self, *scopes: str) -> None:
        assert EVERYTHING.issuperset(scopes), scopes
        self.scopes = scopes

    async def __call__(self, request: Request) -> None:
        """Refuse a caller whose scopes do not suffice."""
        caller: Caller = request.state.caller
        missing = [scope for scope in self.scopes if scope not in caller.scopes]
        if missing or caller.kind == "nobody":
            raise ScopeError(
                f"This needs the scope {' and '.join(missing) or 'of a token'}.",
                remedy="Make a token with it: `lifetracer token add NAME --scope …`.",
            )


def needs(*scopes: str) -> Any:
    """Give the dependency by which a route says which scopes it takes."""
    return Depends(Needs(*scopes))


class Pass:
    """The access token of the installation."""

    def __init__(self, token: str | None) -> None:
        self._token = token.encode() if token else None

    @property
    def needed(self) -> bool:
        """Whether there is a token at all."""
        return self._token is not None

    def fits(self, shown: str) -> bool:
        """Compare a token that somebody shows, in constant time."""
        return self._token is not None and hmac.compare_digest(shown.encode("utf-8", "replace"), self._token)

    @property
    def mark(self) -> bytes | None:
        """What a session keeps of the token with which it was opened: it ends when the token is changed."""
        return hashlib.sha256(b"session " + self._token).digest() if self._token else None


class Register:
    """The tokens of the accounts, as the warehouse knew them within the last seconds."""

    def __init__(self, warehouse: Warehouse, clock: Callable[[], float] = time.monotonic) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[bytes, tuple[float, Token | None]] = {}

    async def find(self, plain: str) -> Token | None:
        """Find the token that somebody shows; ``None`` when it is unknown, expired or revoked.

        Raises:
            TryAgainError: the warehouse cannot be asked.
        """
        if not plain.startswith(tokens.PREFIX):
            return None
        key = tokens.hash_of(plain)
        known = self._found.get(key)
        if known is None or known[0] < self._clock():
            known = (self._clock() + CACHE_SECONDS, await run_in_threadpool(self._ask, plain))
            with self._lock:
                if len(self._found) >= CACHE_SIZE:
                    self._found.clear()
                self._found[key] = known
        token = known[1]
        return token if token and token.state(datetime.now(UTC)) == "active" else None

    def _ask(self, plain: str) -> Token | None:
        with self._warehouse.transaction() as con:
            return tokens.find(con, plain)
