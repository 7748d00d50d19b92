"""Doing what a request asks for: in one transaction for one account, with its line in the audit log and its answer.

Law: the change, the line that tells of it and the answer that is remembered for its Idempotency-Key are committed
together. So a request that is sent twice changes something once, whatever dies in between.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response
from psycopg.types.json import Jsonb

from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.server.callers import Caller
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, audit
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

LONG = "2min"
"""How long a statement may take that looks at a whole history."""


class InProgressError(FixByHandError):
    """The same request is being carried out at this moment."""


class OtherRequestError(UsageError):
    """The Idempotency-Key was used for another request."""


class Acting:
    """One request, the account that it acts for, and the ways to read and write there."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.warehouse: Warehouse = request.app.state.warehouse
        self.settings: Settings = request.app.state.settings
        self.caller: Caller = request.state.caller

    @property
    def account_id(self) -> UUID:
        """For whom the request acts.

        Raises:
            NotFoundError: this installation has no account yet.
        """
        account: UUID | None = self.request.state.account_of()
        if account is None:
            raise NotFoundError("There is no account yet.", remedy="Make one with `lifetracer accounts create NAME`.")
        return account

    @contextmanager
    def reading(self, *, timeout: str | None = None) -> Iterator[Connection]:
        """Open a transaction for the account."""
        with self.warehouse.transaction(account_id=self.account_id, timeout=timeout) as con:
            yield con

    def write(
        self,
        action: str,
        work: Callable[[Connection], Mapping[str, Any] | None],
        *,
        status: int = 200,
        subject: str | None = None,
        location: Callable[[Mapping[str, Any]], str] | None = None,
        remembered: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda body: body,
    ) -> Response:
        """Change something, note it, and answer; a repeated request gets the answer that the first one got.

        Args:
            action: what is done, for the audit log, e.g. ``target.add``.
            work: does it; gives the answer's body, ``None`` for no content.
            status: of the answer.
            subject: what it is done to; by default the address of the request.
            location: gives the address of what was made.
            remembered: what may be kept of the body, where it holds a secret.

        Raises:
            InProgressError: the same request is being carried out.
            OtherRequestError: the Idempotency-Key was used for another request.
        """
        key = self._key()
        with self.reading() as con:
            if key and (former := self._former(con, key)) is not None:
                return former
            body = work(con)
            headers = {"Location": location(body)} if location and body is not None else {}
            details = {"requestId": self.request.state.request_id}
            about = self.request.url.path if subject is None else subject
            audit.note(con, self.caller.who, action, about, ip=self.caller.ip, details=details)
            if key:
                self._remember(con, key, status, headers, None if body is None else remembered(body))
        return answer(body, status, headers)

    def show(self, body: Mapping[str, Any]) -> Response:
        """Answer with what was read; 304 when the client has it already."""
        response = answer(body, 200, {})
        tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:24]}"'
        return unchanged(self.request, tag) or answer(body, 200, {"ETag": tag, "Cache-Control": "private, no-cache"})

    def _key(self) -> str:
        key = self.request.headers.get("idempotency-key", "").strip()
        if "idempotency-key" in self.request.headers and not (1 <= len(key) <= 200 and key.isascii()):
            raise UsageError("That is no Idempotency-Key.", remedy="Send 1 to 200 ASCII characters, such as a UUID.")
        return key

    def _former(self, con: Connection, key: str) -> Response | None:
        """Give the answer that a request of this key got; keep the key for us until the transaction ends."""
        row = con.execute(SQL["seize"], {"key": key}).fetchone()
        if not (row and row[0]):
            raise InProgressError(remedy="Wait a moment, then send it again.")
        con.execute(SQL["outdated"], {"key": key})
        found = con.execute(SQL["former"], {"key": key}).fetchone()
        if found is None:
            return None
        request_hash, status, headers, body = found
        if bytes(request_hash) != self.request.state.request_hash:
            raise OtherRequestError(remedy="Use a new key for every request, and the same only to send it again.")
        return answer(body, status, {**headers, "Idempotency-Replayed": "true"})

    def _remember(
        self, con: Connection, key: str, status: int, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> None:
        row = {
            "key": key,
            "request_hash": self.request.state.request_hash,
            "status": status,
            "headers": Jsonb(dict(headers)),
            "body": Jsonb(dict(body)) if body is not None else None,
        }
        con.execute(SQL["remember"], row)


async def _acting(request: Request) -> Acting:
    return Acting(request)


Here = Annotated[Acting, Depends(_acting)]
"""A route's parameter: the request and the account it acts for."""


def answer(body: Mapping[str, Any] | None, status: int, headers: Mapping[str, str]) -> Response:
    """Make a JSON answer; one without a body is 204."""
    if body is None:
        return Response(status_code=204, headers=dict(headers))
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "replace"), status, dict(headers), "application/json")


def unchanged(request: Request, tag: str) -> Response | None:
    """Answer 304 when the client named this tag (RFC 9110, 13.1.2: weak comparison)."""
    named = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag.removeprefix("W/") not in named and "*" not in named:
        return None
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "private, no-cache"})


def cursor_of(place: Mapping[str, Any] | None) -> str | None:
    """Wrap the place where a page ended into an opaque text."""
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(cursor: str | None, *names: str) -> dict[str, Any] | None:
    """Read what `cursor_of` wrote.

    Raises:
        UsageError: it was not written by it, for these names.
    """
    if cursor is None:
        return None
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    if not isinstance(place, dict) or place.keys() != set(names):
        raise UsageError("That is no cursor of this list.", remedy="Take `next` of the page before, or leave it away.")
    return place
