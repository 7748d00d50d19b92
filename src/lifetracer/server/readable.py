"""What browsers get instead of a problem's JSON: a page that says the same, in the reader's language.

    Observer ─▶ Readable ─▶ Doors ─▶ … ─▶ 404 problem+json ─▶ (Readable) ─▶ 404 page

Law: whoever asks as a program, or at an address for programs, gets the problem as it is; status and headers stay.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifetracer.charts import keep
from lifetracer.server.problem import MEDIA_TYPE

FOR_PROGRAMS = ("/api/", "/hooks/", "/health", "/ready", "/metrics", "/static/")
"""Addresses that no person opens, or only one who wants to see JSON."""

PLAINLY = {
    "errors": (
        keep("The address or the form says something that cannot be read."),
        keep("Go back and correct it."),
    ),
    "method_not_allowed": ("There is no such page.", ""),
    "not_found": ("There is no such page.", ""),
}
"""What FastAPI words for programs, by kind or by what the problem holds → what a person is told."""

Page = Callable[[Request, int, str, str], Response]
"""Renders a refusal: request, status, what is wrong, what to do."""


class Readable:
    """The wrapper that turns problems into pages."""

    def __init__(self, app: ASGIApp, page: Page) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a problem comes back as a page if a browser asked."""
        if scope["type"] != "http" or not _by_a_person(scope):
            await self.app(scope, receive, send)
            return
        head: Message | None = None
        said = b""

        async def read(message: Message) -> None:
            nonlocal head, said
            if message["type"] == "http.response.start" and _is_problem(message):
                head = message
            elif head is None:
                await send(message)
            else:
                said += message.get("body", b"")
                if not message.get("more_body"):
                    await self._page(scope, head, said)(scope, receive, send)

        await self.app(scope, receive, read)

    def _page(self, scope: Scope, head: Message, said: bytes) -> Response:
        problem: dict[str, Any] = json.loads(said)
        kind = problem["type"].rpartition(":")[2]
        key = "errors" if "errors" in problem else "" if problem["remedy"] else kind
        detail, remedy = PLAINLY.get(key, (problem["detail"], problem["remedy"]))
        answer = self.page(Request(scope), problem["status"], detail, remedy)
        for name, value in Headers(raw=head["headers"]).items():
            if not name.startswith("content-"):
                answer.headers.setdefault(name, value)
        return answer


def _by_a_person(scope: Scope) -> bool:
    accepts = Headers(scope=scope).get("accept", "")
    return "text/html" in accepts and scope["method"] != "HEAD" and not scope["path"].startswith(FOR_PROGRAMS)


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(MEDIA_TYPE)
