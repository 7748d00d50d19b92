"""Looking on: every request is counted, timed and, as one line, logged; refused ones too.

    Observer ─▶ Doors ─▶ Inside ─▶ the application
       ▲  counts, logs      └ notes which route it was, and binds the request's id to every log line
       └────────────────────────┘

Law: a line says route, status, milliseconds and who asked by kind; never an address with its query, never a header.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifetracer.server.metrics import Metrics

log = logging.getLogger("lifetracer.access")

OFTEN = frozenset({"/health", "/ready", "/metrics", "/static/{path:path}"})
"""Asked by machines every few seconds, or with every page: worth a line only to who debugs."""

REFUSED = "(refused)"
UNKNOWN = "(unknown)"


class Observer:
    """The outermost wrapper."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        began = time.perf_counter()
        status, seconds = 500, 0.0

        async def noted(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - began
            await send(message)

        self.metrics.open.inc()
        try:
            await self.app(scope, receive, noted)
        finally:
            self.metrics.open.dec()
            route = state.get("route", REFUSED)
            self.metrics.answered(route, scope["method"], status, seconds or time.perf_counter() - began)
            _tell(state, scope["method"], route, status, seconds)


class Inside:
    """The innermost wrapper: what only the application knows."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note its route."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        state["route"] = UNKNOWN
        with structlog.contextvars.bound_contextvars(requestId=state.get("request_id")):
            try:
                await self.app(scope, receive, send)
            finally:
                state["route"] = getattr(scope.get("route"), "path", None) or UNKNOWN


def _tell(state: dict[str, Any], method: str, route: str, status: int, seconds: float) -> None:
    level = logging.DEBUG if route in OFTEN and status < 400 else logging.INFO
    if not log.isEnabledFor(level):
        return
    caller = state.get("caller")
    facts = {
        "requestId": state.get("request_id"),
        "method": method,
        "route": route,
        "status": status,
        "ms": round(1000 * seconds, 1),
        "caller": getattr(caller, "kind", "nobody"),
    }
    log.log(level, "request", extra=facts)
