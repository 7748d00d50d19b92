"""What a person sees of a job.

Law: every function works inside a transaction opened for the person's account, under its row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from lifetracer.jobs.queries import Connection, ask, ask_one

CLICK = 10
"""Priority of what a person asked for: it overtakes …"""
ROUTINE = 0
"""… what the schedule or another job asked for."""

LIVING = frozenset({"queued", "running", "waiting"})
"""Statuses in which something will still happen by itself."""


@dataclass(frozen=True, slots=True)
class Requested:
    """The job that will do what was asked for; an existing one when there was one."""

    job_id: UUID
    status: str
    created: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One row of ``ops.job``."""

    account_id: UUID
    job_id: UUID
    stage: str
    subject: str
    parameters: dict[str, Any]
    status: str
    attempt: int
    fence: int
    priority: int
    requested_by: str
    queued_at: datetime
    run_after: datetime
    progress: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    again: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Job:
        """Take a row of the table; columns that are the queue's own affair are left out."""
        return cls(**{fact.name: row[fact.name] for fact in fields(cls)})

    @property
    def key(self) -> dict[str, Any]:
        """What names this run of the job: whoever holds an older fence writes nothing any more."""
        return {"account_id": self.account_id, "job_id": self.job_id, "fence": self.fence}

    @property
    def living(self) -> bool:
        """Whether something will still happen by itself."""
        return self.status in LIVING

    def as_json(self) -> dict[str, Any]:
        """Give the job as the API shows it."""
        return {
            "jobId": str(self.job_id),
            "stage": self.stage,
            "subject": self.subject,
            "parameters": self.parameters,
            "status": self.status,
            "progress": self.progress,
            "summary": self.summary,
            "error": self.error,
            "attempt": self.attempt,
            "runsAgain": self.again,
            "requestedBy": self.requested_by,
            "queuedAt": self.queued_at.isoformat(),
            "runAfter": self.run_after.isoformat(),
            "startedAt": self.started_at.isoformat() if self.started_at else None,
            "finishedAt": self.finished_at.isoformat() if self.finished_at else None,
        }


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a job said."""

    line: int
    attempt: int
    at: datetime
    level: str
    event: str
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Give the line as the API shows it."""
        return {
            "line": self.line,
            "attempt": self.attempt,
            "at": self.at.isoformat(),
            "level": self.level,
            "event": self.event,
            "details": self.details,
        }


def request(
    con: Connection,
    stage: str,
    subject: str = "",
    parameters: Mapping[str, Any] | None = None,
    *,
    requested_by: str = "person",
    priority: int = CLICK,
) -> Requested:
    """Ask for a run of a stage; it begins when the transaction has committed and a worker is free.

    At most one job per stage and subject lives. If it has begun, it will run once more afterwards, so that
    whatever changed meanwhile is not missed; if it has not, it takes the new parameters along.
    """
    values = {
        "stage": stage,
        "subject": subject,
        "parameters": Jsonb(dict(parameters or {})),
        "requested_by": requested_by,
        "priority": priority,
    }
    row = ask_one(con, "request", values)
    assert row
    return Requested(**row)


def find(con: Connection, job_id: UUID) -> Job | None:
    """Look a job up."""
    row = ask_one(con, "find", {"job_id": job_id})
    return Job.of(row) if row else None


def recent(
    con: Connection, *, limit: int = 50, stage: str | None = None, status: str | None = None, before: UUID | None = None
) -> list[Job]:
    """List jobs, the latest request first; ``before`` is the last job of the page before."""
    values = {"limit": limit, "stage": stage, "status": status, "before": before}
    return [Job.of(row) for row in ask(con, "recent", values)]


def cancel(con: Connection, job_id: UUID) -> str | None:
    """Cancel a job and give its status; a running one is cancelled as soon as its child process has ended."""
    row = ask_one(con, "cancel", {"job_id": job_id})
    assert row
    status: str | None = row["status"]
    return status


def is_cancelled(con: Connection, job_id: UUID) -> bool:
    """Tell whether somebody wants a job to end."""
    row = ask_one(con, "is_cancelled", {"job_id": job_id})
    return bool(row and row["cancelled"])


def log_lines(con: Connection, job_id: UUID, *, after: int = 0, limit: int = 1000) -> list[LogLine]:
    """Read what a job said, from the line after ``after``."""
    values = {"job_id": job_id, "after": after, "limit": limit}
    return [LogLine(**row) for row in ask(con, "log_lines", values)]
