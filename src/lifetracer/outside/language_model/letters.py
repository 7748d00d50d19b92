"""What a person lets a language model see, and every letter that went there: as sent, as answered, what came of it.

Law: a letter is kept before it is sent; so what left the house can be read here, whatever became of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from lifetracer.charts import Words
from lifetracer.charts.failures import failure_text
from lifetracer.errors import LifetracerError, UsageError
from lifetracer.outside.language_model.endpoint import Endpoint, Message
from lifetracer.warehouse import Connection, Warehouse
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

Level = Literal["nothing", "totals", "texts"]
LEVELS: tuple[Level, ...] = get_args(Level)
KEPT = 200
"""Letters of an account; the oldest go."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One text that was sent to the language model; a row of ``app.letter``."""

    letter_id: UUID
    sent_at: datetime
    purpose: str
    """review or intent."""
    subject: str
    """The week that it is about; empty for an intent."""
    language: str
    endpoint: str
    model: str
    level: str
    """What the person let it see."""
    sent: list[Message]
    """Exactly what was sent."""
    digest: str
    """Of the facts that it is about: with other facts the answer no longer counts."""
    answer: str | None
    outcome: str
    """waiting, answered, used, refused (by our check) or failed (no answer)."""
    note: str | None
    """Why it was refused or failed."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "letterId": str(self.letter_id),
            "sentAt": self.sent_at.isoformat(),
            "purpose": self.purpose,
            "subject": self.subject,
            "language": self.language,
            "endpoint": self.endpoint,
            "model": self.model,
            "level": self.level,
            "sent": [dict(message) for message in self.sent],
            "answer": self.answer,
            "outcome": self.outcome,
            "note": self.note,
        }


def level_of(con: Connection) -> Level:
    """Tell what the account lets a language model see; nothing, until it says otherwise."""
    row = con.execute(SQL["level"]).fetchone()
    return next((level for level in LEVELS if row and row[0] == level), "nothing")


def choose(con: Connection, level: str) -> Level:
    """Let a language model see this much from now on (in the account's transaction).

    Raises:
        UsageError: that is no level.
    """
    for known in LEVELS:
        if known == level:
            con.execute(SQL["choose"], {"level": level})
            return known
    raise UsageError(f"There is no level “{level}”.", remedy=f"Choose one of: {', '.join(LEVELS)}.")


def exchange(
    warehouse: Warehouse,
    account_id: UUID,
    endpoint: Endpoint,
    messages: Sequence[Message],
    *,
    purpose: Literal["review", "intent"],
    subject: str,
    language: str,
    level: Level,
    digest: str,
) -> Letter:
    """Keep a letter, send it, keep the answer; no transaction is open while the model thinks.

    Raises:
        LifetracerError: no answer came; the letter says why. See :meth:`Endpoint.ask`.
    """
    values = {
        "purpose": purpose,
        "subject": subject,
        "language": language,
        "endpoint": endpoint.url,
        "model": endpoint.model,
        "level": level,
        "sent": Jsonb(list(messages)),
        "digest": digest,
    }
    with warehouse.transaction(account_id=account_id) as con:
        letter_id = _one(con, "keep", values).letter_id
        con.execute(SQL["forget"], {"kept": KEPT})
    try:
        answer = endpoint.ask(messages)
    except LifetracerError as failure:
        with warehouse.transaction(account_id=account_id) as con:
            judge(con, letter_id, "failed", failure_text(failure, Words(language)))
        raise
    with warehouse.transaction(account_id=account_id) as con:
        return _one(con, "answered", {"letter_id": letter_id, "answer": answer.replace("\0", "")})


def judge(con: Connection, letter_id: UUID, outcome: Literal["used", "refused", "failed"], note: str | None) -> Letter:
    """Note what came of a letter."""
    return _one(con, "judge", {"letter_id": letter_id, "outcome": outcome, "note": note})


def latest(con: Connection, purpose: str, subject: str, language: str, digest: str) -> Letter | None:
    """Find the latest letter about the same facts, if there is one."""
    values = {"purpose": purpose, "subject": subject, "language": language, "digest": digest}
    with con.cursor(row_factory=class_row(Letter)) as cursor:
        return cursor.execute(SQL["latest"], values).fetchone()


def recent(con: Connection, limit: int = 20) -> list[Letter]:
    """List the letters of the account, the latest first."""
    with con.cursor(row_factory=class_row(Letter)) as cursor:
        return cursor.execute(SQL["recent"], {"limit": limit}).fetchall()


def _one(con: Connection, query: str, values: dict[str, Any]) -> Letter:
    with con.cursor(row_factory=class_row(Letter)) as cursor:
        found = cursor.execute(SQL[query], values).fetchone()
    assert found
    return found
