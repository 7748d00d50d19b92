"""Who changed or started what: one line per change, written in the transaction of the change itself.

Law: a change and its line are committed together, or neither is; a secret is never part of a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Line:
    """One change; a row of ``ops.audit``."""

    audit_id: int
    at: datetime
    who: str
    ip: str | None
    action: str
    subject: str
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "auditId": self.audit_id,
            "at": self.at.isoformat(),
            "who": self.who,
            "ip": self.ip,
            "action": self.action,
            "subject": self.subject,
            "details": self.details,
        }


def note(
    connection: Connection,
    who: str,
    action: str,
    subject: str = "",
    *,
    ip: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down a change in the account's transaction that makes it."""
    line = {"who": who, "ip": ip, "action": action, "subject": subject, "details": Jsonb(dict(details or {}))}
    connection.execute(_SQL["note"], line)


def recent(connection: Connection, *, limit: int = 100, before: int | None = None) -> list[Line]:
    """List the account's changes, the latest first; ``before`` is the last line of the page before."""
    with connection.cursor(row_factory=class_row(Line)) as cursor:
        return cursor.execute(_SQL["recent"], {"limit": limit, "before": before}).fetchall()


def forget(connection: Connection, days: int) -> int:
    """Delete lines older than that, of everybody (owner's transaction)."""
    return connection.execute(_SQL["forget"], {"days": days}).rowcount
