"""Which services are connected, and how they are: list, connect, pause, give up.

Law: a credential comes in and never goes out; the service is asked whether it accepts it before it is kept.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from psycopg.rows import dict_row

from lifetracer.connector import connecting, hints
from lifetracer.connector.connecting import Connected
from lifetracer.connector.registry import source_named
from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.server.acting import Acting, Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.account import ConnectBody, Connection, ConnectionBody, Connections
from lifetracer.warehouse import Connection as Transaction
from lifetracer.warehouse.queries import beside

SQL = beside(__file__, "queries.sql")

router = APIRouter(prefix="/api/connections", tags=["connections"])


@router.get("", responses=shows(Connections), dependencies=[needs("data:read")])
def list_connections(here: Here) -> Response:
    """List the connections with what is wrong with them, when they last worked, and what is left of their quotas."""
    known = _every(here)
    with here.reading() as con:
        shown = [_shown(con, one) for one in known]
    return here.show({"connections": shown})


@router.post("", status_code=201, responses=shows(Connection, "Connected.", 201), dependencies=[needs("admin")])
def connect(body: ConnectBody, here: Here) -> Response:
    """Connect a service by its token or secret address (toggl, ical); the service is asked whether it accepts it."""
    source = source_named(body.source)
    needed = [secret for secret in source.secrets if not secret.optional]
    if source.open is None or source.check is None or len(needed) != 1:
        raise UsageError(f"{source.title} is not connected by a token.", remedy="Run `lifetracer connect`.")
    credential = {needed[0].name: body.token}
    # Who waits for an answer is not kept waiting for further tries.
    settings = here.settings.model_copy(update={"retry_attempts": 1})
    checked = connecting.check(source, credential, settings)

    def keep(con: Transaction) -> dict[str, Any]:
        made = connecting.keep(here.warehouse, here.account_id, source, credential, checked, name=body.name)
        return _shown(con, made)

    return here.write("connection.connect", keep, status=201, subject=source.name)


@router.patch("/{connection_id}", responses=shows(Connection), dependencies=[needs("data:write")])
def pause_or_resume(connection_id: UUID, body: ConnectionBody, here: Here) -> Response:
    """Pause a connection (it is left out of every sync), or go on with it."""
    known = _one(here, connection_id)
    if not known.has_credential:
        raise FixByHandError("This connection was given up.", remedy="Connect the service anew.")

    def put(con: Transaction) -> dict[str, Any]:
        values = {"connection_id": connection_id, "status": body.status}
        if not con.execute(SQL["set_status"], values).rowcount:
            raise FixByHandError(f"The connection {known.name} needs a new credential.", remedy="Connect it anew.")
        return {**_shown(con, known), "status": body.status}

    return here.write("connection.pause" if body.status == "paused" else "connection.resume", put)


@router.delete("/{connection_id}", status_code=204, dependencies=[needs("admin")])
def disconnect(
    connection_id: UUID,
    here: Here,
    delete_data: Annotated[bool, Query(alias="deleteData", description="And everything that came over it.")] = False,
) -> Response:
    """Give a connection up: its credential is forgotten; its data stays unless asked otherwise."""
    known = _one(here, connection_id)

    hints.withdraw(here.warehouse, here.settings, here.account_id, known)

    def give_up(_con: Transaction) -> None:
        connecting.disconnect(here.warehouse, here.account_id, str(known.connection_id), delete_data=delete_data)

    return here.write("connection.delete" if delete_data else "connection.disconnect", give_up, subject=known.name)


def _every(here: Acting) -> list[Connected]:
    return connecting.connections(here.warehouse, here.account_id)


def _one(here: Acting, connection_id: UUID) -> Connected:
    for known in _every(here):
        if known.connection_id == connection_id:
            return known
    raise NotFoundError(f"There is no connection {connection_id}.", remedy="GET /api/connections lists them.")


def _shown(con: Transaction, one: Connected) -> dict[str, Any]:
    quotas = con.cursor(row_factory=dict_row).execute(SQL["quotas"]).fetchall()
    return {
        "connectionId": str(one.connection_id),
        "source": one.source,
        "name": one.name,
        "status": one.state,
        "externalUser": one.external_user,
        "problem": one.problem,
        "lastSuccessAt": one.last_success_at.isoformat() if one.last_success_at else None,
        "lastChangeAt": one.last_change_at.isoformat() if one.last_change_at else None,
        "quotas": [_quota(row) for row in quotas if row["connection_id"] == one.connection_id],
    }


def _quota(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "bucket": row["bucket"],
        "total": row["total"],
        "remaining": row["remaining"],
        "resetsAt": row["resets_at"].isoformat() if row["resets_at"] else None,
        "observedAt": row["observed_at"].isoformat(),
    }
