"""The account for which the caller acts: show it, change it, take it along, leave.

Law: nobody sees or changes another account than their own.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from lifetracer.console.your_data import archived
from lifetracer.errors import UsageError
from lifetracer.jobs.farewell import remove_account
from lifetracer.server.acting import Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.account import Account, AccountBody, RemovalBody
from lifetracer.warehouse import Connection, accounts, audit
from lifetracer.warehouse.queries import beside

SQL = beside(__file__, "queries.sql")

AS_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The archive: JSON lines and a manifest, zipped.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}, "example": "PK…"}},
    }
}


class ZipResponse(Response):
    """An archive."""

    media_type = "application/zip"


router = APIRouter(prefix="/api/account", tags=["account"])


@router.get("", responses=shows(Account), dependencies=[needs("data:read")])
def show_account(here: Here) -> Response:
    """Show the account that the token belongs to."""
    with here.reading() as con:
        return here.show(_shown(accounts.find(con, str(here.account_id))))


@router.patch("", responses=shows(Account), dependencies=[needs("data:write")])
def change_account(body: AccountBody, here: Here) -> Response:
    """Change name, time zone, language or country; what is not said stays. The next transform counts so."""
    name = body.name.strip() if body.name else None
    if body.name is not None and not name:
        raise UsageError("An account needs a name.", remedy="Give it 1 to 200 letters.")
    with here.warehouse.transaction() as con:  # names are unique over all accounts
        taken = name is not None and any(
            known.name == name and known.account_id != here.account_id for known in accounts.every(con)
        )
    if taken:
        raise UsageError(f"There is an account named {name} already.", remedy="Choose another name.")

    def change(con: Connection) -> dict[str, Any]:
        account = accounts.find(con, str(here.account_id))
        accounts.change(con, account, country=body.country, time_zone=body.time_zone, language=body.language)
        if name:
            con.execute(SQL["rename"], {"name": name, "account_id": here.account_id})
        return _shown(accounts.find(con, str(here.account_id)))

    return here.write("account.change", change)


@router.get("/archive", responses=AS_ZIP, response_class=ZipResponse, dependencies=[needs("admin")])
def export_account(here: Here) -> Response:
    """Download everything of the account as one file, which `lifetracer import archive` takes in again."""
    with here.warehouse.transaction(account_id=here.account_id) as con:
        account = accounts.find(con, str(here.account_id))
        audit.note(con, here.caller.who, "archive.export", here.request.url.path, ip=here.caller.ip)
    return archived(here.warehouse, account)


@router.post("/removal", status_code=204, response_class=Response, dependencies=[needs("admin")])
def remove_the_account(body: RemovalBody, here: Here) -> Response:
    """Remove the account for good, with everything that belongs to it; its name says that it is meant."""
    with here.reading() as con:
        account = accounts.find(con, str(here.account_id))
    remove_account(here.warehouse, here.settings, account, body.name)
    here.request.app.state.owner.forget()
    return Response(status_code=204)


def _shown(account: accounts.Account) -> dict[str, Any]:
    return {
        "accountId": str(account.account_id),
        "name": account.name,
        "timeZone": account.time_zone,
        "language": account.language,
        "weekStart": account.week_start,
        "country": account.country,
        "createdAt": account.created_at.isoformat(),
    }
