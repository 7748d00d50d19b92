"""The server while its warehouse is still opening: alive, and saying that it is not ready yet.

A database may need minutes (crash recovery, a network that comes up later); that is no reason to be dead.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lifetracer.errors import LifetracerError, TryAgainError
from lifetracer.server.problem import problem

log = logging.getLogger(__name__)


class Opening:
    """Stands in for the application until it is built, which a thread does meanwhile."""

    def __init__(self, build: Callable[[], ASGIApp], give_up: Callable[[LifetracerError], None]) -> None:
        self.app: ASGIApp | None = None
        self._build = build
        self._give_up = give_up
        self._reason = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._open, name="opening", daemon=True)

    def start(self) -> None:
        """Begin to open."""
        self._thread.start()

    def stop(self) -> None:
        """Stop trying."""
        self._over.set()
        self._thread.join(5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that it has to wait."""
        if self.app is not None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/health":
            await JSONResponse({"status": "ok"})(scope, receive, send)
        elif scope["type"] == "http":
            await self._wait(scope)(scope, receive, send)

    def _wait(self, scope: Scope) -> Response:
        if scope["path"] == "/ready":
            return JSONResponse({"status": "not_ready", "checks": {"database": self._reason or "opening"}}, 503)
        detail = self._reason or "The database is being opened."
        return problem(503, "opening", detail, "Try again in a moment.", headers={"Retry-After": "1"})

    def _open(self) -> None:
        pause = 0.5
        while not self._over.is_set():
            try:
                self.app = self._build()
                return
            except TryAgainError as failure:
                self._reason = failure.sentence()
                log.warning("%s", self._reason)
                self._over.wait(pause)
                pause = min(2 * pause, 10.0)
            except LifetracerError as failure:
                self._give_up(failure)
                return
