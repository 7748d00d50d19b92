"""The form by which a browser shows the access token once; afterwards a cookie speaks for it."""

from __future__ import annotations

import asyncio
from html import escape
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from lifetracer.server.callers import SESSION_SECONDS, Pass
from lifetracer.server.doors import COOKIE
from lifetracer.server.limits import Limiter

WORDS = {
    "en": ("Sign in", "Access token (LIFETRACER_ACCESS_TOKEN)", "That is not the token."),
    "ja": ("サインイン", "アクセストークン（LIFETRACER_ACCESS_TOKEN）", "トークンが違います。"),
}

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} · lifetracer</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body><main><h1>lifetracer</h1><form method="post" action="/sign-in">
<p><label for="token">{label}</label></p>
<p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="{next}"> <button>{title}</button></p>
<p role="alert">{problem}</p></form></main></body></html>
"""

SLOWLY = 0.5
"""Seconds before a wrong token is answered."""


def routes(permit: Pass, limiter: Limiter, limit_wrong: int) -> APIRouter:
    """Make the form's routes; a wrong token counts against the address that it came from."""
    router = APIRouter(include_in_schema=False)

    def page(request: Request, wanted: str, status: int = 200) -> Response:
        language = "ja" if request.headers.get("accept-language", "").lower().startswith("ja") else "en"
        title, label, wrong = WORDS[language]
        problem = wrong if status != 200 else ""
        html = PAGE.format(language=language, title=title, label=label, next=escape(wanted), problem=problem)
        return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})

    @router.get("/sign-in")
    def form(request: Request, next: str = "/") -> Response:  # noqa: A002
        return page(request, inside(next)) if permit.needed else RedirectResponse("/", 303)

    @router.post("/sign-in")
    async def show_token(
        request: Request,
        token: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        if not permit.fits(token.strip()):
            if limit_wrong:
                await limiter.take(request.state.wrong, limit_wrong)
            await asyncio.sleep(SLOWLY)
            return page(request, inside(next), status=403)
        answer = RedirectResponse(inside(next), 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        answer.set_cookie(
            COOKIE, permit.session(), max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure
        )
        return answer

    return router


def inside(address: str) -> str:
    """Give the address back if it is a path of ours, else the start page: a form leads to no stranger."""
    parts = urlsplit(address.replace("\\", "/"))
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return "/"
    return address
