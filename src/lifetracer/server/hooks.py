"""The inlets for hints: Toggl's webhooks and Google's push notifications; each can only ask for a sync.

    POST /hooks/toggl/{channel}   signed with the channel's secret (HMAC-SHA256 over the body as it came)
    POST /hooks/google            the channel's id and token in headers, no body

Law: who is not known is told nothing, and who is known cannot do more than what the schedule does by itself; so a
hint that is sent again, late or twice does no harm.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from lifetracer.connector import hints
from lifetracer.connector.hints import Known
from lifetracer.jobs import hint
from lifetracer.server.metrics import Metrics
from lifetracer.server.problem import problem
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse

MOST_BODY = 1 << 18
"""Bytes; an event holds one entity."""

SIGNATURE = "x-webhook-signature-256"
NEWS = frozenset({"exists", "not_exists"})


class Inlet:
    """Takes hints for one server."""

    def __init__(self, warehouse: Warehouse, settings: Settings, metrics: Metrics) -> None:
        self.warehouse = warehouse
        self.pause_seconds = settings.hint_pause_seconds
        self.metrics = metrics

    def toggl(self, channel: str, body: bytes, signature: str) -> Response:
        """Answer a PING with its code; ask for a sync for an event."""
        channel_id = _uuid(channel)
        with self.warehouse.transaction(timeout="5s") as con:
            known = hints.find(con, self.warehouse, "toggl_track", channel_id) if channel_id else None
            if known is None or channel_id is None:
                return self._unknown("toggl_track")
            signed = is_signed(body, signature, known.secret)
            code = _validation_code(body)
            if code is not None and (signed or (not signature and known.confirmed_at is None)):
                # To send a code back tells nothing to who sent it, so the first PING may come unsigned.
                if signed:
                    hints.heard(con, known, channel_id)
                self._count(known.source, "greeting")
                return JSONResponse({"validation_code": code})
            if not signed:
                return self._refused(known.source)
            self._ask(con, known, channel_id)
        return Response(status_code=200)

    def google(self, channel: str, token: str, resource: str, state: str) -> Response:
        """Ask for a sync when a calendar changed; ``sync`` is only a greeting."""
        channel_id = _uuid(channel)
        with self.warehouse.transaction(timeout="5s") as con:
            known = hints.find(con, self.warehouse, "google_calendar", channel_id) if channel_id else None
            if known is None or channel_id is None:
                return self._unknown("google_calendar")
            right = hmac.compare_digest(token.encode("utf-8", "replace"), known.secret.encode())
            if not right or (known.remote_id is not None and resource != known.remote_id):
                return self._refused(known.source)
            if state in NEWS:
                self._ask(con, known, channel_id)
            else:
                hints.heard(con, known, channel_id)
                self._count(known.source, "greeting")
        return Response(status_code=200)

    def _ask(self, con: Connection, known: Known, channel_id: UUID) -> None:
        hints.heard(con, known, channel_id)
        asked = hint.ask_for_news(con, known.account_id, known.source, self.pause_seconds)
        self._count(known.source, "sync" if asked.created else "joined")

    def _unknown(self, source: str) -> Response:
        self._count(source, "unknown")
        return problem(404, "not_found", "There is nothing here.")

    def _refused(self, source: str) -> Response:
        self._count(source, "refused")
        return problem(401, "signature", "This is not signed as it should be.")

    def _count(self, source: str, outcome: str) -> None:
        self.metrics.hints.labels(source, outcome).inc()


def routes(warehouse: Warehouse, settings: Settings, metrics: Metrics) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/hooks", include_in_schema=False)
    inlet = Inlet(warehouse, settings, metrics)

    @router.post("/toggl/{channel}")
    async def toggl(channel: str, request: Request) -> Response:
        """Take an event of a Toggl webhook."""
        body = await request.body()
        if len(body) > MOST_BODY:
            return problem(413, "too_large", f"A hint has {MOST_BODY} bytes at most.")
        return await run_in_threadpool(inlet.toggl, channel, body, request.headers.get(SIGNATURE, ""))

    @router.post("/google")
    async def google(request: Request) -> Response:
        """Take a notice of a Google channel; its body is empty and not looked at."""
        told = [request.headers.get(f"x-goog-{name}", "") for name in _GOOGLE]
        return await run_in_threadpool(inlet.google, *told)

    return router


_GOOGLE = ("channel-id", "channel-token", "resource-id", "resource-state")


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Compare ``sha256=<hex>`` with the HMAC of the body as it came, in constant time."""
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.strip().lower().encode("utf-8", "replace"), right.encode())


def _validation_code(body: bytes) -> str | None:
    """Give the code of a PING; ``None`` for anything else."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or event.get("payload") != "ping":
        return None
    code = event.get("validation_code")
    return code if isinstance(code, str) and len(code) <= 200 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
