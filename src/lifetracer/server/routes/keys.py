"""Tokens and the audit log: who may come in, and who did what.

Law: a token's secret is answered once, to the request that made it, and is kept nowhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from lifetracer.errors import UsageError
from lifetracer.server.acting import Here, cursor_of, place_of
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.account import AuditPage, MadeToken, Token, TokenBody, Tokens
from lifetracer.warehouse import Connection, audit, tokens

router = APIRouter(prefix="/api", tags=["tokens and audit"], dependencies=[needs("admin")])


@router.get("/tokens", responses=shows(Tokens))
def list_tokens(here: Here) -> Response:
    """List the account's tokens, with those that are over; when each was last used is told to the minute."""
    with here.reading() as con:
        found = tokens.every(con)
    return here.show({"tokens": [token.as_json() for token in found]})


@router.post("/tokens", status_code=201, responses=shows(MadeToken, "Made.", 201))
def add_token(body: TokenBody, here: Here) -> Response:
    """Make a token; it is shown in this answer and never again."""

    def add(con: Connection) -> dict[str, Any]:
        usual = datetime.now(UTC) + tokens.USUAL_LIFE
        end = body.expires_at if "expires_at" in body.model_fields_set else usual
        made, plain = tokens.create(con, body.name, body.scopes, end)
        return {**made.as_json(), "token": plain}

    return here.write("token.add", add, status=201, subject=body.name, remembered=lambda made: {**made, "token": None})


@router.delete("/tokens/{token}", responses=shows(Token, "As it was."))
def revoke_token(token: str, here: Here) -> Response:
    """Revoke a token, named by its id or name; it is refused within five seconds."""

    def revoke(con: Connection) -> dict[str, Any]:
        return tokens.revoke(con, token).as_json()

    return here.write("token.revoke", revoke)


@router.get("/audit", responses=shows(AuditPage))
def read_audit(
    here: Here,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Read who changed or started what, the latest first; ``cursor`` is ``next`` of the page before."""
    place = place_of(cursor, "line")
    if place and not (type(place["line"]) is int and 0 <= place["line"] < 2**63):
        raise UsageError("That is no cursor of this list.", remedy="Take `next` of the page before.")
    with here.reading() as con:
        found = audit.recent(con, limit=limit, before=place["line"] if place else None)
    following = {"line": found[-1].audit_id} if len(found) == limit else None
    return here.show({"lines": [line.as_json() for line in found], "next": cursor_of(following)})
