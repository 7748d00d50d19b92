"""Which request may come in: right host, right token, right origin, right size; and what every answer carries.

Law: nothing behind this wrapper has to think about these. Doors that need no token are listed in `OPEN`, each with
what guards it instead.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifetracer.server.listen import is_loopback
from lifetracer.server.problem import problem

COOKIE = "lifetracer_session"
SESSION_SECONDS = 30 * 24 * 3600

MOST_BODY = 1 << 20
"""Bytes of a request's body."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

OPEN = {
    "/health": "tells nothing but that it is alive",
    "/sign-in": "asks for the token itself; slow on purpose when it is wrong",
    "/static/": "files of the program, the same for everybody",
}
"""Paths that need no token → what guards them."""

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


class Pass:
    """The access token of the installation, and the sessions that were opened with it."""

    def __init__(self, token: str | None) -> None:
        self._token = token.encode() if token else None

    @property
    def needed(self) -> bool:
        """Whether there is a token at all."""
        return self._token is not None

    def fits(self, shown: str) -> bool:
        """Compare a token that somebody shows, in constant time."""
        return self._token is not None and hmac.compare_digest(shown.encode(), self._token)

    def session(self, now: float | None = None) -> str:
        """Make a cookie's value; it ends by itself, and when the token is changed."""
        until = str(int((now or time.time()) + SESSION_SECONDS))
        return f"{until}.{self._sign(until)}"

    def fits_session(self, value: str, now: float | None = None) -> bool:
        """Tell whether a cookie's value was made by us and has not ended."""
        until, _, signature = value.partition(".")
        if self._token is None or not until.isdecimal() or not until.isascii():
            return False
        return hmac.compare_digest(signature.encode(), self._sign(until).encode()) and int(until) > (now or time.time())

    def _sign(self, text: str) -> str:
        assert self._token is not None
        return hmac.new(self._token, b"session " + text.encode(), hashlib.sha256).hexdigest()


class Doors:
    """The wrapper around the application."""

    def __init__(self, app: ASGIApp, permit: Pass) -> None:
        self.app = app
        self.permit = permit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _dressed(scope, send)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif scope["method"] == "HEAD":
            await _answer_head(self.app, scope, receive, send)
        elif scope["method"] in SAFE:
            await self.app(scope, receive, send)
        elif (body := await _read(receive)) is None:
            await _too_large()(scope, receive, send)
        else:
            await self.app(scope, _replay(body, receive), send)

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        path: str = scope["path"]
        if not self.permit.needed and not is_loopback(host_of(headers.get("host", ""))):
            # A stranger's page may have its own name resolve to this machine (DNS rebinding).
            return problem(
                421,
                "host",
                f"This server does not answer to the name “{host_of(headers.get('host', ''))[:100]}”.",
                "Use http://localhost, or set LIFETRACER_ACCESS_TOKEN to be reached by other names.",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY:
            return _too_large()
        bearer = self.permit.needed and self._shows_token(headers)
        if scope["method"] not in SAFE and not bearer and _is_foreign(headers):
            return problem(
                403, "cross_site", "This request comes from another site's page.", "Use lifetracer's own pages."
            )
        if self.permit.needed and not bearer and not _is_open(path) and not self._has_session(headers):
            return _unknown_person(scope, headers)
        return None

    def _shows_token(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self.permit.fits(token.strip())

    def _has_session(self, headers: Headers) -> bool:
        return self.permit.fits_session(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def host_of(header: str) -> str:
    """Take the port off a ``Host`` header."""
    if header.startswith("["):
        return header[: header.find("]") + 1]
    return header.rpartition(":")[0] if ":" in header else header


def _is_open(path: str) -> bool:
    return any(path == door or (door.endswith("/") and path.startswith(door)) for door in OPEN)


def _is_foreign(headers: Headers) -> bool:
    """Tell whether a browser says that another site's page sent this; programs say nothing and are let in."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def _too_large() -> ASGIApp:
    return problem(413, "too_large", f"A request may carry {MOST_BODY} bytes at most.")


def _unknown_person(scope: Scope, headers: Headers) -> ASGIApp:
    from starlette.responses import RedirectResponse

    if scope["method"] in SAFE and "text/html" in headers.get("accept", ""):
        wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", status_code=303)
    return problem(
        401,
        "token",
        "An access token is needed.",
        "Send it as `Authorization: Bearer …`, or sign in at /sign-in.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _dressed(scope: Scope, send: Send) -> Send:
    """Add the headers that every answer carries; OPTIONS is answered with what is allowed."""

    answered = False

    async def dressed(message: Message) -> None:
        nonlocal answered
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
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

    return dressed


async def _read(receive: Receive) -> bytes | None:
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


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _answer_head(app: ASGIApp, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
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
