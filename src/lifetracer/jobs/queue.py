"""The worker's side of ``ops.job``: claim, heartbeat, take up what stalled, end; the fence decides who may still write.

    queued ──claim──▶ running ──end──▶ succeeded | failed | needs_user | cancelled
      ▲                  │
      └────postpone──────┘   (queued: time heals or the worker died; waiting: the quota resets at a known time)

Law: every change of a running job names its fence number; a worker that was given up for dead writes nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from lifetracer.jobs import pipeline, record
from lifetracer.jobs.queries import Connection, ask, ask_one
from lifetracer.jobs.record import Job
from lifetracer.jobs.stages import ORDER

ATTEMPTS = 6
"""How often a job is started before it is given up: time did not heal it, or it kills its process."""

WORKERS = 20
"""How often, when it was the worker that ended: that says less about the job, but a job may be what kills workers."""

BACKOFF = (5, 30, 120, 600, 1800)
"""Seconds between the attempts when the failure does not say how long to wait."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one run of a job ended: with a final status, or postponed until ``run_after``."""

    status: str
    summary: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    changed: bool = False
    """The raw rows changed."""
    run_after: datetime | None = None
    forgiven: bool = False
    """The attempt does not count: it was not the job's fault."""

    @property
    def postpones(self) -> bool:
        """Whether the job is to be run again by itself."""
        return self.status in {"queued", "waiting"}


def claim(con: Connection, worker: str, stages: Sequence[str]) -> Job | None:
    """Take the most urgent job that is due, if any; the caller commits, and then it is ours."""
    row = ask_one(con, "claim", {"worker": worker, "stages": list(stages), "order": list(ORDER)})
    return Job.of(row) if row else None


def begin(con: Connection, job: Job) -> None:
    """Let the account's pipeline know that a claimed job runs; a claimed pipeline is started."""
    ask(con, "lock_account", {"account_id": str(job.account_id)})
    if job.stage == pipeline.STAGE:
        pipeline.begin(con, job)
    else:
        pipeline.note(con, job.account_id, job.job_id, "running")


def beat(con: Connection, mine: Mapping[UUID, int]) -> dict[UUID, bool]:
    """Show that our jobs live; gives those that are still ours, and whether somebody wants them cancelled."""
    values = {"job_ids": list(mine), "fences": list(mine.values())}
    return {row["job_id"]: row["cancelled"] for row in ask(con, "beat", values)}


def save(con: Connection, job: Job, progress: Mapping[str, Any] | None, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write how far a job is and what it said meanwhile."""
    if lines:
        ask(con, "save_log", {**job.key, "lines": Jsonb(list(lines))})
    if progress is not None:
        ask(con, "save_progress", {**job.key, "progress": Jsonb(dict(progress))})


def end(con: Connection, job: Job, ending: Ending) -> bool:
    """Record how a run ended and what follows from it, all in the caller's transaction.

    What follows: the job's own second run when somebody asked for one meanwhile, the transform when raw rows
    changed, the next step of a pipeline.

    Returns:
        Whether the job still was ours; otherwise nothing was written.
    """
    account = job.account_id
    ask(con, "lock_account", {"account_id": str(account)})
    ask(con, "act_for", {"account_id": str(account)})
    status = ending.status
    values: dict[str, Any] = {
        **job.key,
        "status": status,
        "summary": Jsonb(dict(ending.summary)) if ending.summary is not None else None,
        "error": Jsonb(dict(ending.error)) if ending.error else None,
    }
    changed = ending.changed or (job.stage == "sync" and _brought_rows(con, job))
    if ending.postpones:
        when = ending.run_after or datetime.now(UTC)
        if ask_one(con, "postpone", {**values, "run_after": when, "forgiven": int(ending.forgiven)}):
            _consequences(con, job, status, changed=changed)
            return True
        status = values["status"] = "cancelled"  # unless it is not ours any more, which the next statement finds out
    ended = ask_one(con, "end", values)
    if ended is None:
        return False
    successor: UUID | None = None
    if ended["again"]:
        wishes: dict[str, Any] = ended["wishes"]
        successor = record.request(
            con, job.stage, job.subject, wishes, requested_by=job.requested_by, priority=job.priority
        ).job_id
    _consequences(con, job, status, changed=changed, successor=successor)
    return True


def _consequences(con: Connection, job: Job, status: str, *, changed: bool, successor: UUID | None = None) -> None:
    seen_to = pipeline.note(con, job.account_id, job.job_id, status, successor=successor, changed=changed)
    if changed and not seen_to:
        record.request(con, "transform", requested_by="sync", priority=job.priority)


def show(con: Connection, worker: str, stages: Sequence[str], slots: int, running: int, version: str) -> None:
    """Show that a worker lives, whether or not it has a job."""
    values = {"name": worker, "stages": list(stages), "slots": slots, "running": running, "version": version}
    ask(con, "show_worker", values)


def leave(con: Connection, worker: str) -> None:
    """Take a worker that ends off the list, and those that have not been seen for a day."""
    ask(con, "leave_worker", {"name": worker})


PORTION = 1000
"""Rows that one round of tidying up removes."""


def tidy(con: Connection, log_days: int, job_days: int) -> bool:
    """Remove a portion of old log lines and old jobs; gives whether there may be more."""
    lines = ask(con, "tidy_logs", {"days": log_days, "limit": PORTION}).rowcount
    jobs = ask(con, "tidy_jobs", {"days": job_days, "limit": PORTION}).rowcount
    return PORTION in {lines, jobs}


def stalled(con: Connection, seconds: float) -> list[Job]:
    """Find running jobs whose worker fell silent."""
    return [Job.of(row) for row in ask(con, "stalled", {"seconds": seconds})]


def take_up(con: Connection, job: Job, seconds: float) -> bool:
    """Queue a stalled job again, or give it up when it was started too often; false when it lives after all."""
    ask(con, "lock_account", {"account_id": str(job.account_id)})
    if ask_one(con, "still_stalled", {**job.key, "seconds": seconds}) is None:
        return False
    return end(con, job, interrupted(job.attempt, "its worker ended", attempts=WORKERS))


def hold(con: Connection, account_id: UUID, job_id: UUID, fence: int) -> bool:
    """Make sure that a run still is the job's own until the transaction ends; false when another one took over.

    What a stage writes in the same transaction is then written by one run at a time. Keep that transaction short: it
    holds up the heartbeat.
    """
    return ask_one(con, "hold", {"account_id": account_id, "job_id": job_id, "fence": fence}) is not None


def interrupted(attempt: int, how: str, *, attempts: int = ATTEMPTS) -> Ending:
    """Decide what becomes of a job whose process ended without a word."""
    error = {
        "kind": "interrupted",
        "message": f"The work was interrupted: {how}.",
        "remedy": "It is taken up again by itself; nothing that was stored is lost.",
    }
    if attempt < attempts:
        return Ending("queued", error=error)
    remedy = "Look at the job's log: it may need more memory than there is."
    return Ending(
        "failed", error={**error, "message": f"The work was interrupted {attempt} times: {how}.", "remedy": remedy}
    )


def retry(attempt: int, error: Mapping[str, Any], after: datetime | None) -> Ending:
    """Decide what becomes of a job that failed for a reason that time may heal."""
    if attempt >= ATTEMPTS:
        return Ending("failed", error=error)
    pause = timedelta(seconds=BACKOFF[min(attempt - 1, len(BACKOFF) - 1)])
    return Ending("queued", error=error, run_after=after or datetime.now(UTC) + pause)


def _brought_rows(con: Connection, job: Job) -> bool:
    """Look into the sync log: a sync that failed half-way may have stored pages, which want to be seen too."""
    found = ask_one(con, "changed_rows", {"account_id": job.account_id, "since": job.started_at or job.queued_at})
    return bool(found and found["changed"])
