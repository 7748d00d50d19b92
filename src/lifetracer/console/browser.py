"""What a browser keeps for us: the session, the key of its forms, and a mark by which we know it again.

    lifetracer_session   256 random bits; whoever has them is signed in          ends with the session
    lifetracer_form      256 random bits; key of the forms of who is not         ends with the browser
    lifetracer_browser   sealed: this browser was signed in before               a year; counts failed sign-ins apart

Law: no cookie is readable by scripts or sent along by other sites' pages that change something; over https it belongs
to this very host (``__Host-``), so that no neighbour can plant one. A form proves by its token that one of our pages
carried it: a keyed hash of the cookie, which other sites can neither read nor guess.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.requests import cookie_parser

from lifetracer.settings import Settings

SESSION, FORM, MARK = "lifetracer_session", "lifetracer_form", "lifetracer_browser"

FIELD = "form_token"
"""The hidden field of every form."""

MARK_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Browser:
    """The cookies that came with a request, and whether they may be of the safe kind."""

    secure: bool
    session: str
    form: str
    mark: str

    @property
    def key(self) -> str:
        """What its forms are signed with; empty for one that has no cookie yet."""
        return self.session or self.form

    def fits(self, token: str) -> bool:
        """Tell whether a form was made for this browser."""
        return bool(self.key) and hmac.compare_digest(token.encode("utf-8", "replace"), form_token(self.key).encode())

    def keep(self, answer: Response, name: str, value: str, life: timedelta | None = None) -> None:
        """Give the browser a cookie."""
        answer.set_cookie(
            _spelt(name, self.secure),
            value,
            max_age=int(life.total_seconds()) if life else None,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )

    def drop(self, answer: Response, name: str) -> None:
        """Take a cookie away."""
        answer.delete_cookie(_spelt(name, self.secure), path="/", httponly=True, samesite="lax", secure=self.secure)


def read(headers: Mapping[str, str], scheme: str, settings: Settings) -> Browser:
    """Read what a browser sent."""
    secure = "https" in {scheme, headers.get("x-forwarded-proto"), urlsplit(settings.public_url or "").scheme}
    cookies = cookie_parser(headers.get("cookie", ""))
    session, form, mark = (cookies.get(_spelt(name, secure), "") for name in (SESSION, FORM, MARK))
    return Browser(secure, session, form, mark)


def of(request: Request, settings: Settings) -> Browser:
    """Read what the browser of a request sent."""
    return read(request.headers, request.url.scheme, settings)


def form_token(key: str) -> str:
    """Sign the forms of a browser."""
    return hmac.new(key.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def new_key() -> str:
    """Make a key for the forms of a browser that has none."""
    return secrets.token_urlsafe(32)


def origin_of(request: Request, settings: Settings) -> str:
    """Give the address under which the browser reaches us, without a path."""
    if settings.public_url:
        return settings.public_url
    scheme = "https" if of(request, settings).secure else request.url.scheme
    return f"{scheme}://{request.headers.get('host', '')}"


def inside(address: str) -> str:
    """Give the address back if it is a path of ours, else the start page: a form leads to no stranger."""
    plain = address.replace("\\", "/")
    try:
        parts = urlsplit(plain)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not plain.startswith("/") or plain.startswith("//") or not address.isprintable():
        return "/"
    return address


def _spelt(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name
