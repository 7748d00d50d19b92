"""Bodies and headers on their way in and out: how much comes in, and what every answer carries.

Law: an answer says once and for all what a browser may do with it; a body is read whole before a route sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifetracer.server import crossing

MOST_BODY = 1 << 20
"""Bytes of a request's body."""

MOST_FILE = 100 << 20
"""Bytes of a file that is brought over a page."""

ALWAYS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer that does not set its own."""


def dressed(scope: Scope, send: Send, told: Mapping[str, str], origin: str | None) -> Send:
    """Add the headers that every answer carries; OPTIONS is answered with what is allowed.

    Args:
        scope: of the request.
        send: passes the answer on.
        told: further headers, which may still come to be known.
        origin: of the page that asks, when it may read the answer.
    """
    answered = False

    async def send_dressed(message: Message) -> None:
        nonlocal answered
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if origin and "access-control-allow-origin" not in headers:
                crossing.allow(origin, headers)
            for name, value in (*ALWAYS.items(), *told.items()):
                headers.setdefault(name, value)
            if scope["path"].startswith("/api/"):
                headers.setdefault("cache-control", "no-store")
            if scope["method"] == "OPTIONS" and message["status"] == 405:
                message["status"], answered = 204, True
                headers["allow"] = ", ".join(
                    sorted({"OPTIONS", *headers.get("allow", "").replace(" ", "").split(",")} - {""})
                )
                for name in ("content-length", "content-type"):
                    del headers[name]
        elif answered:
            message = {**message, "body": b""}
        await send(message)

    return send_dressed


async def read_body(receive: Receive) -> bytes | None:
    """Read a whole body, whose announced length may be missing or wrong; ``None`` when it is too large."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MOST_BODY:
            return None
        if not message.get("more_body"):
            return body


def limited(receive: Receive, most: int) -> Receive:
    """Pass a body on as it comes, and hang up on one that is larger than it said it would be."""
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return counted


def replay(body: bytes, receive: Receive) -> Receive:
    """Hand a body that was read to whoever asks for it."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def answer_head(app: ASGIApp, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer as GET would, without the body; an answer that never ends is ended after its headers."""
    answered = False

    async def head(message: Message) -> None:
        nonlocal answered
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
            answered = True

    async def hang_up() -> Message:
        return {"type": "http.disconnect"} if answered else await receive()

    await app({**scope, "method": "GET"}, hang_up, head)
