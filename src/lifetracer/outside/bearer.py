"""Short-lived access tokens: fetched in time, shared by all processes, fetched once more when one is refused.

Law: a token is fetched while the stored credential is lent, so two processes never fetch at once and a credential
that the service replaces is stored before it is used.
"""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import httpx

EARLY = timedelta(seconds=120)
"""How long before its end a token is no longer used (Google advises 60–300 s)."""

Credential = dict[str, str]
Lend = Callable[[], AbstractContextManager[Credential]]
"""Lends the stored credential to one borrower at a time; what the borrower changes is stored on return."""


class BearerAuth(httpx.Auth):
    """Puts ``Authorization: Bearer …`` on each request; a subclass knows how a token is obtained."""

    def __init__(self, credential: Credential) -> None:
        self._own = dict(credential)
        self._token = ""
        self._until = datetime.min.replace(tzinfo=UTC)
        self.lend: Lend = self._lend_own
        """Set by who keeps the credential; by default it lives in this object only."""

    @abstractmethod
    def obtain(self, credential: Credential) -> tuple[str, timedelta]:
        """Fetch a token and how long it lives; may replace parts of ``credential``.

        Raises:
            CredentialError: the service will never give one for this credential.
            FixByHandError: the configuration is wrong.
            TryAgainError: the service cannot be asked at the moment.
        """

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request; when the token is refused, once more with a fresh one."""
        token = self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            response.read()
            request.headers["Authorization"] = f"Bearer {self.token(refused=token)}"
            yield request

    def token(self, refused: str = "") -> str:
        """Give a token that lives long enough, and is not the one that was ``refused``; raises like `obtain`."""
        if not self._usable(self._token, self._until, refused):
            with self.lend() as credential:
                self._token, self._until = credential.get("access_token", ""), _instant(credential.get("access_until"))
                if not self._usable(self._token, self._until, refused):
                    self._token, life = self.obtain(credential)
                    self._until = datetime.now(UTC) + life
                    credential |= {"access_token": self._token, "access_until": self._until.isoformat()}
        return self._token

    @staticmethod
    def _usable(token: str, until: datetime, refused: str) -> bool:
        return bool(token) and token != refused and datetime.now(UTC) + EARLY < until

    @contextlib.contextmanager
    def _lend_own(self) -> Iterator[Credential]:
        yield self._own


def _instant(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)
