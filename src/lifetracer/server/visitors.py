"""Browsers at the door: whose session a cookie is, and whether anybody has to sign in here at all.

    nobody can sign in yet, and only this machine can reach us  → the local door is open: whoever asks is at home
    otherwise                                                   → a session, or a token

Law: a session is looked up at every request, so that one that was ended anywhere is refused everywhere at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool

from lifetracer.errors import CredentialError, LifetracerError
from lifetracer.outside import supabase_auth
from lifetracer.server.callers import EVERYTHING, Caller, Pass
from lifetracer.server.listen import is_loopback
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, people, sessions

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1.0
"""For so long a server may believe that nobody can sign in; that somebody can, it believes for ten times as long."""


class Visitors:
    """Knows the browsers of one server."""

    def __init__(
        self, warehouse: Warehouse, settings: Settings, permit: Pass, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._warehouse = warehouse
        self._settings = settings
        self._permit = permit
        self._clock = clock
        self._idle = timedelta(hours=settings.session_idle_hours)
        self._lock = threading.Lock()
        self._known: tuple[float, bool] = (-1e9, False)

    async def local_door(self) -> bool:
        """Tell whether whoever asks from this machine is at home."""
        if self._permit.needed or not is_loopback(self._settings.host):
            return False
        return not await self.anybody()

    async def anybody(self) -> bool:
        """Tell whether there is anybody who can sign in."""
        until, found = self._known
        if until < self._clock():
            found = await run_in_threadpool(self._ask)
            with self._lock:
                self._known = (self._clock() + LOOK_AGAIN_SECONDS * (10 if found else 1), found)
        return found

    def look_again(self) -> None:
        """Forget what is known: somebody may just have come or gone."""
        with self._lock:
            self._known = (-1e9, False)

    async def find(self, cookie: str) -> Caller | None:
        """Find out who a browser is; ``None`` when its session is unknown or over."""
        return await run_in_threadpool(self._find, cookie) if cookie else None

    async def find_elsewhere(self, token: str) -> Caller | None:
        """Find out whose token of Supabase Auth this is; ``None`` when it is none, or of nobody here."""
        if token.count(".") != 2 or not supabase_auth.configured(self._settings):
            return None
        return await run_in_threadpool(self._find_elsewhere, token)

    def _ask(self) -> bool:
        with self._warehouse.transaction() as con:
            return people.any_there(con)

    def _find(self, cookie: str) -> Caller | None:
        with self._warehouse.transaction() as con:
            known = sessions.find(con, cookie, self._idle)
        if known is None or (known.how == "token" and known.proof != self._permit.mark):
            return None
        if known.upstream_due and not self._renewed(known):
            return None
        who = known.name or "browser"
        return Caller(
            "session",
            who,
            EVERYTHING,
            account_id=known.account_id,
            session_id=known.session_id,
            is_operator=known.is_operator,
            confirmed_at=known.confirmed_at,
        )

    def _find_elsewhere(self, token: str) -> Caller | None:
        try:
            claims = supabase_auth.verify(self._settings, token)
        except CredentialError:
            return None
        with self._warehouse.transaction() as con:
            account_id = people.vouched(con, supabase_auth.issuer_of(self._settings), str(claims["sub"]))
        if account_id is None:
            return None
        return Caller("token", f"Supabase {claims['sub']}", EVERYTHING, token_id=account_id, account_id=account_id)

    def _renewed(self, known: sessions.Known) -> bool:
        """Ask Supabase whether the session still stands there; while it cannot be asked, it does.

        One server asks, and keeps the new token in the transaction in which it borrowed the old one.
        """
        vault = self._warehouse.vault
        with self._warehouse.transaction() as con:
            sealed = sessions.borrow_upstream(con, known.session_id)
            if sealed is None:
                return True
            try:
                given = supabase_auth.renew(self._settings, vault.unseal(sealed))
            except CredentialError:
                sessions.end(con, known.account_id, known.session_id)
                return False
            except LifetracerError as failure:
                log.warning("a session could not be renewed: %s", failure)
                soon = datetime.now(UTC) + timedelta(minutes=1)
                sessions.keep_upstream(con, known.session_id, None, soon)
                return True
            sessions.keep_upstream(con, known.session_id, vault.seal(given.refresh_token), given.renew_at)
        return True
