"""Which request may come in: right address, right host, right token, right origin, right size, not too often.

    path ─▶ address ─▶ size ─▶ preflight ─▶ who asks ─▶ host ─▶ origin ─▶ how often ─▶ form ─▶ the route, which
     400      403      413        204          401       421      403        429       403    asks for a scope: 403

Law: nothing behind this wrapper has to think about these. Doors that need no token are listed in `OPEN`, each with
what guards it instead.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifetracer.console import browser
from lifetracer.errors import LifetracerError
from lifetracer.server import crossing
from lifetracer.server.bodies import MOST_BODY, MOST_FILE, answer_head, dressed, limited, read_body, replay
from lifetracer.server.callers import EVERYTHING, Caller, Pass, Register
from lifetracer.server.limits import Limiter, Standing
from lifetracer.server.listen import is_loopback
from lifetracer.server.network import Address, Network, bucket_of
from lifetracer.server.problem import problem
from lifetracer.server.visitors import Visitors
from lifetracer.settings import Settings

LONGEST_PATH = 2048
LONGEST_QUERY = 8192

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

OPEN = {
    "/health": "tells nothing but that it is alive",
    "/ready": "tells strangers which part is well, and only those who are known why one is not; counted",
    "/metrics": "LIFETRACER_METRICS_TOKEN, else this machine and LIFETRACER_METRICS_IPS only; figures without names",
    "/hooks/": "the signature or token of a channel that we opened; asks for a sync, once however often it is called",
    "/sign-in": "asks for a password or the access token; ever slower when it is wrong, and counted",
    "/sign-in/": "the second step, and the way back from another service: each takes what only this browser has",
    "/invitation/": "takes an invitation, once",
    "/welcome": "nobody can sign in yet: takes the set-up code, or the access token",
    "/feeds/": "the address itself, 256 random bits: gives one feed of what happened, and can be revoked; counted",
    "/static/": "files of the program, the same for everybody",
    "/favicon.ico": "the icon of the program, the same for everybody",
}
"""Paths that need no token → what guards them."""

FORMLESS = ("/api/", "/hooks/")
"""What is no page takes no forms: JSON, which no other site's form can send, or signed bodies."""

FILES = frozenset({"/connections/file"})
"""Pages that take a file as it comes, and look for the form's token in it themselves."""

WARY = ("/sign-in", "/welcome", "/invitation/")
"""Pages that strangers may guess at: what they refuse is counted like a wrong token."""

COUNTED = ("/api/", "/ready", "/metrics", "/hooks/", "/feeds/")
"""Of these, paths that may not be asked more often than any other."""

NOBODY = Caller("nobody", "nobody")

Accounts = Callable[[], UUID | None]


class Doors:
    """The wrapper around the application."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        permit: Pass,
        register: Register,
        visitors: Visitors,
        limiter: Limiter,
        account_of: Accounts,
    ) -> None:
        self.app = app
        self.settings = settings
        self.permit = permit
        self.register = register
        self.visitors = visitors
        self.limiter = limiter
        self.account_of = account_of
        self.network = Network(settings)
        self.origins = crossing.read_origins(settings)
        self.limit = settings.rate_limit
        self.limit_wrong = settings.rate_limit_wrong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state["request_id"] = _request_id(headers)
        told: dict[str, str] = {"X-Request-Id": state["request_id"]}
        send = dressed(scope, send, told, self._origin(headers))
        try:
            refusal = await self._refusal(scope, headers, told)
        except LifetracerError as failure:
            refusal = problem(failure.status, failure.kind, str(failure), failure.remedy, headers={"Retry-After": "2"})
        if refusal is not None:
            await refusal(scope, receive, send)
        elif scope["method"] == "HEAD":
            await answer_head(self.app, scope, receive, send)
        elif scope["method"] in SAFE:
            await self.app(scope, receive, send)
        elif scope["path"] in FILES:
            await self.app(scope, limited(receive, MOST_FILE), send)
        elif (body := await read_body(receive)) is None:
            await _too_large()(scope, receive, send)
        elif (refusal := self._refuse_form(scope, headers, body)) is not None:
            await refusal(scope, receive, send)
        else:
            if "idempotency-key" in headers:
                words = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), "")
                state["request_hash"] = hashlib.sha256("\n".join(words).encode() + body).digest()
            await self.app(scope, replay(body, receive), self._noting(scope, send))
            if not scope["path"].startswith(FORMLESS):
                self.visitors.look_again()

    def _refuse_form(self, scope: Scope, headers: Headers, body: bytes) -> ASGIApp | None:
        """Refuse what is sent to a page without its form's token, which only our pages know."""
        caller: Caller = scope["state"]["caller"]
        if scope["path"].startswith(FORMLESS):
            return None
        if caller.kind == "token":  # whose scopes say nothing about what a page's form may do
            return problem(403, "form", "Pages take forms from browsers only.", "Use the API: /api/docs.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        fields = parse_qs(body.decode("latin-1")) if kind == "application/x-www-form-urlencoded" else {}
        if self._browser(scope, headers).fits(fields.get(browser.FIELD, [""])[-1]):
            return None
        former = urlsplit(headers.get("referer", ""))
        if former.netloc and former.netloc.lower() == headers.get("host", "").lower():
            # An honest page that is too old, of before a sign-in: it is shown anew, and nothing was done.
            return RedirectResponse(browser.inside(former.path + (f"?{former.query}" if former.query else "")), 303)
        return problem(403, "form", "This form is not of ours, or too old.", "Load the page anew and try again.")

    def _noting(self, scope: Scope, send: Send) -> Send:
        """Count what a sign-in page refuses against the address that it came from."""
        if not (self.limit_wrong and scope["path"].startswith(WARY)):
            return send

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                await self.limiter.take(scope["state"]["wrong"], self.limit_wrong)
            await send(message)

        return noting

    @staticmethod
    def _is_wary(scope: Scope) -> bool:
        return scope["method"] not in SAFE and scope["path"].startswith(WARY)

    def _browser(self, scope: Scope, headers: Headers) -> browser.Browser:
        return browser.read(headers, scope.get("scheme", "http"), self.settings)

    async def _refusal(self, scope: Scope, headers: Headers, told: dict[str, str]) -> ASGIApp | None:
        peer = scope.get("client")
        client = self.network.client(peer[0] if peer else None, headers)
        if refusal := self._refuse_place(scope, headers, client):
            return refusal
        address = bucket_of(client)
        caller = await self._caller(scope, headers)
        if caller is None and is_open(scope["path"]):
            caller = NOBODY  # it may be a token of that door's own
        if caller is None:
            return await self._wrong(f"wrong:{address}", told)
        if caller.kind == "local" and not is_loopback(host_of(headers.get("host", ""))):
            # A stranger's page may have its own name resolve to this machine (DNS rebinding).
            return problem(
                421,
                "host",
                f"This server does not answer to the name “{host_of(headers.get('host', ''))[:100]}”.",
                "Use http://localhost, and set a password there (or LIFETRACER_ACCESS_TOKEN) to use other names.",
            )
        caller = replace(caller, ip=str(client) if client else None)
        scope["state"] |= {"caller": caller, "account_of": self._account_of(caller), "wrong": f"wrong:{address}"}
        return await self._refuse_caller(scope, headers, caller, address, told)

    def _refuse_place(self, scope: Scope, headers: Headers, client: Address | None) -> ASGIApp | None:
        """Refuse what comes from, or goes to, a place where nothing may; answers a preflight, which has no token."""
        if trick := _trick(scope):
            return trick
        if not self.network.admits(client, scope["path"]):
            return problem(403, "address", f"The address {client} may not come in.", "See LIFETRACER_ALLOW_IPS.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > (MOST_FILE if scope["path"] in FILES else MOST_BODY):
            return _too_large()
        origin = self._origin(headers)
        if origin and crossing.is_preflight(scope["method"], headers) and scope["path"].startswith("/api/"):
            answer = Response(status_code=204)
            crossing.allow(origin, answer.headers, preflight=True)
            return answer
        return None

    async def _refuse_caller(
        self, scope: Scope, headers: Headers, caller: Caller, address: str, told: dict[str, str]
    ) -> ASGIApp | None:
        path, method = scope["path"], scope["method"]
        trusted = caller.kind == "token" or (caller.kind == "local" and self._origin(headers) is not None)
        if method not in SAFE and not trusted and crossing.is_foreign(headers):
            return problem(
                403, "cross_site", "This request comes from another site's page.", "Use lifetracer's own pages."
            )
        if self._is_wary(scope) and self.limit_wrong:
            standing = self.limiter.look(f"wrong:{address}", self.limit_wrong)
            if standing.refused:
                return _too_often(standing)
        if caller.kind == "nobody" and is_open(path) and not path.startswith(COUNTED):
            return None
        if self.limit and caller.kind != "local":
            bucket = f"token:{caller.token_id or 'installation'}" if caller.kind == "token" else f"ip:{address}"
            standing = await self.limiter.take(bucket, self.limit)
            told |= standing.headers()
            if standing.refused:
                return _too_often(standing)
        return _unknown_person(scope, headers) if caller.kind == "nobody" and not is_open(path) else None

    async def _caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Find out who asks; ``None`` for a token that is wrong."""
        if scope["path"].startswith("/static/"):
            return NOBODY
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if self.permit.fits(shown.strip()):
                return Caller("token", "access token", EVERYTHING)
            token = await self.register.find(shown.strip())
            if token is None:
                return await self.visitors.find_elsewhere(shown.strip())
            who = f"token {token.name}"
            return Caller("token", who, frozenset(token.scopes), token.token_id, token.account_id)
        session = await self.visitors.find(self._browser(scope, headers).session)
        if session is not None:
            return session
        return Caller("local", "this machine", EVERYTHING) if await self.visitors.local_door() else NOBODY

    async def _wrong(self, bucket: str, told: dict[str, str]) -> ASGIApp:
        """Refuse a wrong token; a right one is let in however many wrong ones came from its address before."""
        if self.limit_wrong:
            standing = await self.limiter.take(bucket, self.limit_wrong)
            told |= standing.headers()
            if standing.refused:
                return _too_often(standing)
        return problem(
            401,
            "token",
            "This access token is unknown, expired or revoked.",
            "Make another with `lifetracer token add`.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )

    def _account_of(self, caller: Caller) -> Accounts:
        return self.account_of if caller.account_id is None else lambda: caller.account_id

    def _origin(self, headers: Headers) -> str | None:
        """Give the origin of the page that asks, if the settings allow it."""
        origin = headers.get("origin", "")
        return origin if origin.lower() in self.origins else None


def host_of(header: str) -> str:
    """Take the port off a ``Host`` header."""
    if header.startswith("["):
        return header[: header.find("]") + 1]
    return header.rpartition(":")[0] if ":" in header else header


def is_open(path: str) -> bool:
    """Tell whether a path needs no token."""
    return any(path == door or (door.endswith("/") and path.startswith(door)) for door in OPEN)


def _trick(scope: Scope) -> ASGIApp | None:
    """Refuse an address that means one thing to a proxy and another to us."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or path.encode("utf-8", "replace")
    if len(raw) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        return problem(414, "address_too_long", f"An address may have {LONGEST_PATH} characters, and its query more.")
    dots = any(segment in {".", ".."} for segment in path.replace("\\", "/").split("/"))
    if dots or not path.startswith("/") or b"//" in raw or b"\\" in raw or re.search(r"[\x00-\x1f\x7f]", path):
        return problem(400, "path", "This address is not written plainly.", "Write it without //, dots or controls.")
    return None


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if re.fullmatch(r"[A-Za-z0-9._~-]{1,64}", given) else secrets.token_hex(16)


def _too_large() -> ASGIApp:
    return problem(413, "too_large", f"A request may carry {MOST_BODY} bytes at most.")


def _too_often(standing: Standing) -> ASGIApp:
    return problem(
        429,
        "too_often",
        f"More than {standing.limit} requests within a minute.",
        f"Wait {standing.seconds} seconds.",
        headers=standing.headers(),
    )


def _unknown_person(scope: Scope, headers: Headers) -> ASGIApp:
    if scope["method"] in SAFE and "text/html" in headers.get("accept", ""):
        wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", status_code=303)
    return problem(
        401,
        "token",
        "Nobody is signed in, and no token was sent.",
        "Send it as `Authorization: Bearer …`, or sign in at /sign-in.",
        headers={"WWW-Authenticate": "Bearer"},
    )


__all__ = ["MOST_BODY", "OPEN", "SAFE", "Doors", "host_of", "is_open"]
