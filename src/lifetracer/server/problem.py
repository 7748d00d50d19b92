"""Failures as ``application/problem+json`` (RFC 9457): what is wrong, what to do about it, and never a traceback."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lifetracer.errors import LifetracerError, TryAgainError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


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
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def explain(app: FastAPI) -> None:
    """Let every failure of an application end in a problem."""
    app.add_exception_handler(LifetracerError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _bug)


async def _ours(_request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, LifetracerError)
    headers = {"Retry-After": "2"} if isinstance(failure, TryAgainError) else None
    return problem(failure.status, failure.kind, str(failure), failure.remedy, headers=headers)


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


async def _bug(request: Request, failure: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=failure)
    return problem(
        500, "bug", "Something unexpected happened.", "The server's log has the details; please report them."
    )
