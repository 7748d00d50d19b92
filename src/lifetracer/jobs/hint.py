"""Asking for a sync because a service said that there is something new; many hints become few syncs.

Law: a hint never overtakes: neither the pause after a failure, nor a quota that is used up, nor a person's click.
"""

from __future__ import annotations

from uuid import UUID

from lifetracer.jobs import record
from lifetracer.jobs.queries import Connection, ask
from lifetracer.jobs.record import ROUTINE, Requested
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

GATHER_SECONDS = 2
"""What a person does in one go comes as several hints; so long is waited for the others."""


def ask_for_news(con: Connection, account_id: UUID, source: str, pause_seconds: int) -> Requested:
    """Ask for a sync of a source (owner's transaction); the job that will do it may already be there.

    A new one begins in a moment, but no sooner than ``pause_seconds`` after the last sync of this source did;
    with 0 it begins at once.
    """
    ask(con, "act_for", {"account_id": str(account_id)})
    asked = record.request(con, "sync", source, requested_by="hint", priority=ROUTINE)
    if asked.created and pause_seconds:
        values = {"account_id": account_id, "job_id": asked.job_id, "source": source}
        con.execute(SQL["pause"], {**values, "seconds": pause_seconds, "gather": GATHER_SECONDS})
    return asked
