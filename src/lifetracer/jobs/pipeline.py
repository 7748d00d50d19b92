"""The whole way as one job: sync every active connection at once, then transform, analyze, adjust and report.

Each step is a job of its own. What a step that failed needs is said by that step; asked with
``resume`` a new pipeline begins where the last one stopped.

Law: a pipeline needs no process: it is moved on in the very transaction in which one of its steps ends, so it cannot
get lost between two steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from lifetracer.jobs import record
from lifetracer.jobs.queries import Connection, ask, ask_one
from lifetracer.jobs.record import Job
from lifetracer.jobs.stages import ORDER, syncable

STAGE = "pipeline"

Step = dict[str, Any]
"""{stage, subject, status: pending|queued|running|…|skipped, jobId, changed}."""

DONE = frozenset({"succeeded", "skipped"})
STOPPED = frozenset({"failed", "needs_user", "cancelled"})
SUBJECTS = {"report": "week"}


def plan(sources: Sequence[str], former: Sequence[Step] = ()) -> list[Step]:
    """Write down the steps; one that succeeded in a ``former`` pipeline is not done again."""
    done = {(step["stage"], step["subject"]) for step in former if step["status"] == "succeeded"}
    steps = [_step("sync", source) for source in sources]
    steps += [_step(stage, SUBJECTS.get(stage, "")) for stage in ORDER if stage != "sync"]
    for step in steps:
        if (step["stage"], step["subject"]) in done:
            step["status"] = "skipped"
    return steps


def due(steps: Sequence[Step]) -> list[Step]:
    """Give the steps of the first stage that is not done: they run at once, the next stage waits for all of them."""
    for stage in ORDER:
        group = [step for step in steps if step["stage"] == stage and step["status"] not in DONE]
        if group:
            return group
    return []


def begin(con: Connection, job: Job) -> None:
    """Start a claimed pipeline inside the caller's transaction, which holds the account's lock."""
    ask(con, "act_for", {"account_id": str(job.account_id)})
    if ask_one(con, "begin_pipeline", job.key) is None:
        return  # cancelled meanwhile
    known = set(syncable().values())
    active = [row["source"] for row in ask(con, "active_sources", {"account_id": job.account_id})]
    sources = [source for source in active if source in known]
    former: list[Step] = []
    if job.parameters.get("resume"):
        found = ask_one(con, "former_pipeline", {"account_id": job.account_id, "job_id": job.job_id})
        former = (found or {}).get("steps") or []
    _advance(con, job, plan(sources, former))


def note(
    con: Connection,
    account_id: UUID,
    job_id: UUID,
    status: str,
    *,
    successor: UUID | None = None,
    changed: bool = False,
) -> bool:
    """Tell the account's running pipeline, if any, what became of a job, and move it on.

    With a ``successor`` (the same job once more, because somebody asked meanwhile) its step waits for that one.
    Gives whether a running pipeline will see to the transform, should the job have ``changed`` raw rows.
    """
    row = ask_one(con, "running_pipeline", {"account_id": account_id})
    if row is None:
        return False
    job = Job.of(row)
    steps: list[Step] = job.progress.get("steps", [])
    mine = [step for step in steps if step["jobId"] == str(job_id)]
    for step in mine:
        step["status"] = "queued" if successor else status
        step["jobId"] = str(successor or job_id)
        step["changed"] = step["changed"] or changed
    if mine:
        ask(con, "act_for", {"account_id": str(account_id)})
        return _advance(con, job, steps)
    return any(step["stage"] == "transform" and step["status"] == "pending" for step in steps)


def _advance(con: Connection, job: Job, steps: list[Step]) -> bool:
    """Ask for what is due or end the pipeline; gives whether it will see to the transform."""
    group = due(steps)
    pending = [step for step in group if step["status"] == "pending"]
    if any(step["status"] in STOPPED for step in group):
        if all(step["status"] in STOPPED for step in group):
            return _stop(con, job, steps, group)
    elif pending:
        for step in pending:
            asked = record.request(con, step["stage"], step["subject"], requested_by=STAGE, priority=job.priority)
            step.update(jobId=str(asked.job_id), status=asked.status)
    ask(con, "save_progress", {**job.key, "progress": Jsonb({"steps": steps})})
    if not group:
        _end(con, job, "succeeded", steps, None)
    return True


def _stop(con: Connection, job: Job, steps: list[Step], group: list[Step]) -> bool:
    """End a pipeline whose stage did not succeed; what was synced is transformed all the same."""
    ask(con, "save_progress", {**job.key, "progress": Jsonb({"steps": steps})})
    worst = next(
        status for status in ("failed", "needs_user", "cancelled") if any(s["status"] == status for s in group)
    )
    step = next(s for s in group if s["status"] == worst)
    failed = record.find(con, UUID(step["jobId"]))
    error = {
        "kind": "step",
        "message": f"The pipeline stopped at {' '.join(filter(None, (step['stage'], step['subject'])))}.",
        "remedy": "Put that step right, then run the pipeline with resume.",
        "step": failed.error if failed else None,
    }
    _end(con, job, worst, steps, error)
    if any(s["changed"] for s in steps if s["stage"] == "sync"):
        record.request(con, "transform", requested_by="sync", priority=job.priority)
    return True


def _end(con: Connection, job: Job, status: str, steps: list[Step], error: dict[str, Any] | None) -> None:
    values = {
        **job.key,
        "status": status,
        "summary": Jsonb({"steps": steps}),
        "error": Jsonb(error) if error else None,
    }
    ended = ask_one(con, "end", values)
    if ended and ended["again"]:
        record.request(con, STAGE, job.subject, ended["wishes"], requested_by=job.requested_by, priority=job.priority)


def _step(stage: str, subject: str) -> Step:
    return {"stage": stage, "subject": subject, "status": "pending", "jobId": None, "changed": False}
