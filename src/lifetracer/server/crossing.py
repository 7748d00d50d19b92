"""What pages of other sites may ask: nothing, except those of origins that the settings name, with a token.

Law: an origin is named in full or not at all; cookies never count for another site's page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
MAY_SEND = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id"
MAY_READ = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Idempotency-Replayed"


def read_origins(settings: Settings) -> frozenset[str]:
    """Read the origins whose pages may use the API.

    Raises:
        FixByHandError: one is no origin; ``*`` is none.
    """
    for origin in settings.cors_origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise FixByHandError(
                f"LIFETRACER_CORS_ORIGINS is not usable: {origin} is no origin.",
                remedy="Write scheme, name and port only, such as https://example.org.",
            )
    return frozenset(origin.lower() for origin in settings.cors_origins)


def is_foreign(headers: Headers) -> bool:
    """Tell whether a browser says that another site's page sent this; programs say nothing and are let in."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def is_preflight(method: str, headers: Headers) -> bool:
    """Tell whether a browser asks if another site's page may send something."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def allow(origin: str, answer: MutableHeaders, *, preflight: bool = False) -> None:
    """Add the headers by which a browser lets a page of this origin go on."""
    answer["Access-Control-Allow-Origin"] = origin
    answer.add_vary_header("Origin")
    if preflight:
        answer["Access-Control-Allow-Methods"] = METHODS
        answer["Access-Control-Allow-Headers"] = MAY_SEND
        answer["Access-Control-Max-Age"] = "600"
    else:
        answer["Access-Control-Expose-Headers"] = MAY_READ
        answer["Cross-Origin-Resource-Policy"] = "cross-origin"
