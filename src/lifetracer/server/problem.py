"""Failures as ``application/problem+json`` (RFC 9457): what is wrong, what to do about it, and never a traceback."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lifetracer.charts import LANGUAGES, Words
from lifetracer.charts.failures import said_in
from lifetracer.console.shell import accepted
from lifetracer.errors import LifetracerError, TryAgainError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


KINDS = {
    "address": (403, "The client's address is not on the allow-list (`LIFETRACER_ALLOW_IPS`)."),
    "address_too_long": (414, "The address of the request is too long."),
    "bad_request": (400, "The request is not HTTP or JSON as it should be."),
    "bug": (500, "Something unexpected; the server's log has the details."),
    "conflict": (409, "Somebody else changed the same thing at the same moment."),
    "cross_site": (403, "A browser sent this from another site's page (see `LIFETRACER_CORS_ORIGINS`)."),
    "form": (403, "A form without the token of the page that it is on, or of a page that is too old."),
    "host": (421, "The server does not answer to this name as long as nobody has to sign in."),
    "method_not_allowed": (405, "This address knows other methods; `Allow` names them."),
    "opening": (503, "The database is still being opened; `Retry-After` says when to ask again."),
    "path": (400, "The address is written in a misleading way: `//`, dots, control characters."),
    "signature": (401, "A hint of a service is not signed by who it says it is."),
    "token": (401, "No token, or one that is unknown, expired or revoked."),
    "too_large": (413, "The request carries more than a mebibyte."),
    "too_often": (429, "Too many requests, or too many wrong tokens; `Retry-After` says when to ask again."),
}
"""What the doors say → status and meaning; the other kinds are those of `lifetracer.errors`."""


class ProblemResponse(JSONResponse):
    """An answer that also can repeat what no encoding can."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """Write JSON; halves of surrogate pairs, which only a faulty request contains, become question marks."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def problem(
    status: int, kind: str, detail: str, remedy: str = "", *, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Make the answer; ``kind`` is a stable name for machines."""
    body = {
        "type": f"urn:lifetracer:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "remedy": remedy,
        **more,
    }
    return ProblemResponse(body, status_code=status, headers=headers)


def explain(app: FastAPI) -> None:
    """Let every failure of an application end in a problem."""
    app.add_exception_handler(LifetracerError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(psycopg.DataError, _unstorable)
    app.add_exception_handler(UnicodeEncodeError, _unstorable)
    app.add_exception_handler(psycopg.IntegrityError, _conflict)
    app.add_exception_handler(Exception, _bug)


async def _ours(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, LifetracerError)
    words = _words(request)
    headers = {"Content-Language": words.language, "Vary": "Accept-Language, Cookie"}
    headers |= {"Retry-After": "2"} if isinstance(failure, TryAgainError) else {}
    detail, remedy = said_in(str(failure), words), said_in(failure.remedy, words)
    return problem(failure.status, failure.kind, detail, remedy, headers=headers)


def _words(request: Request) -> Words:
    """Choose the language of an answer: the one that a page was set to, else the one that the caller asks for."""
    wishes = request.cookies.get("lang"), accepted(request.headers.get("accept-language", ""))
    return Words(next((wish for wish in wishes if wish in LANGUAGES), "en"))


async def _http(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, HTTPException)
    phrase = HTTPStatus(failure.status_code).phrase
    kind = phrase.lower().replace(" ", "_").replace("-", "_")
    said = failure.detail if failure.detail != phrase else f"{phrase}: {request.method} {request.url.path}"
    return problem(failure.status_code, kind, said, headers=dict(failure.headers or {}))


async def _invalid(_request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, RequestValidationError)
    errors = [{"where": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in failure.errors()]
    detail = "; ".join(f"{e['where']}: {e['message']}" for e in errors)
    return problem(422, "usage", detail, "Correct what the request says.", errors=errors)


async def _unstorable(_request: Request, failure: Exception) -> JSONResponse:
    detail = "The request holds a value that the warehouse cannot keep."
    reason = str(failure).splitlines()[0] if isinstance(failure, psycopg.Error) and str(failure) else "no Unicode text"
    return problem(422, "usage", detail, f"Correct it: {reason}.")


async def _conflict(_request: Request, _failure: Exception) -> JSONResponse:
    return problem(409, "conflict", "Somebody else changed the same thing at the same moment.", "Look, and try again.")


async def _bug(request: Request, failure: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=failure)
    return problem(
        500, "bug", "Something unexpected happened.", "The server's log has the details; please report them."
    )
