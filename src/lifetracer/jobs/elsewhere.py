"""Jobs that GitHub does: the child of such a job starts the workflow, follows its run and tells how it ended.

Law: a job becomes one run, however often its child or its worker dies: the job's id is the mark of the run, and a
second attempt looks for it before it starts anything.
"""

from __future__ import annotations

import importlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lifetracer.errors import LifetracerError, TryAgainError
from lifetracer.jobs import record
from lifetracer.jobs.stages import STAGES, Outcome, Stage, Task
from lifetracer.outside.github import GitHub, Run

WORKFLOWS = {
    ("sync", "toggl_track"): "sync-toggl.yml",
    ("sync", "google_calendar"): "sync-gcal.yml",
    ("transform", ""): "dbt-run.yml",
    ("analyze", ""): "analyze.yml",
    ("adjust", ""): "adjust.yml",
    ("report", "week"): "report.yml",
}
"""Stage and subject (a report's without its day; one with a variant has none) → file below ``.github/workflows``."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0
"""Seconds between two looks at a run; each is half as long again as the one before."""

APPEARS_WITHIN = timedelta(minutes=2)
"""How long after its start a run may be missing from GitHub's lists."""

FOLLOWED_SECONDS = 6 * 3600.0
"""GitHub ends every run after six hours."""


def placed(stages: Mapping[str, Stage], run_on: str) -> dict[str, Stage]:
    """Give the stages as they are run here (``worker``, ``both``), or started at GitHub and followed (``github``)."""
    if run_on != "github":
        return dict(stages)
    there = {stage for stage, _ in WORKFLOWS}
    return {
        name: replace(
            stage,
            run=f"{__name__}:run",
            preload=("lifetracer.outside.github",),
            zygote="elsewhere",
            seconds=FOLLOWED_SECONDS,
        )
        if name in there
        else stage
        for name, stage in stages.items()
    }


def run(task: Task) -> Outcome:
    """Have GitHub do a job and follow it; what has no workflow is done here."""
    kind, _, day = task.subject.partition(":")
    workflow = WORKFLOWS.get((task.stage, kind)) if ":" not in day else None
    if workflow is None:
        module, _, name = STAGES[task.stage].run.partition(":")
        here: Callable[[Task], Outcome] = getattr(importlib.import_module(module), name)
        return here(task)
    inputs = {"job": str(task.job_id)} | {key: _text(value) for key, value in task.parameters.items() if value}
    if day:
        inputs["day"] = day
    with GitHub(task.settings) as github:
        found = _begun(task, github, workflow, inputs)
        try:
            found = _follow(task, github, found)
        except BaseException:
            if _is_cancelled(task):
                github.cancel(found.number)
            raise
    return _verdict(found)


def _begun(task: Task, github: GitHub, workflow: str, inputs: Mapping[str, str]) -> Run:
    """Find the job's run, or start it."""
    with task.warehouse.transaction(account_id=task.account_id) as con:
        job = record.find(con, task.job_id)
    assert job
    mark = str(task.job_id)
    found = github.find(workflow, mark, job.queued_at) if task.fence > 1 else None
    if found:
        return found
    started = datetime.now(UTC)
    found = github.start(workflow, inputs)
    pause = FIRST_PAUSE
    while found is None:  # an older GitHub does not say which run it is
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE)
        found = github.find(workflow, mark, started)
        if found is None and datetime.now(UTC) - started > APPEARS_WITHIN:
            raise TryAgainError(
                "GitHub took the order and shows no run of it.", remedy="Look at the repository's page “Actions”."
            )
    return found


def _follow(task: Task, github: GitHub, found: Run) -> Run:
    """Look at the run, ever less often, until it is over."""
    pause = FIRST_PAUSE
    while True:
        task.progress({"where": "github", "url": found.url, "status": found.status})
        if found.is_over:
            return found
        time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
        pause = min(1.5 * pause, LONGEST_PAUSE)
        found = github.look(found.number)


def _is_cancelled(task: Task) -> bool:
    """Tell whether we are stopped because a person cancelled the job, and not because the worker is leaving."""
    with task.warehouse.transaction(account_id=task.account_id) as con:
        return record.is_cancelled(con, task.job_id)


def _verdict(found: Run) -> Outcome:
    summary: dict[str, Any] = {"where": "github", "url": found.url, "conclusion": found.conclusion}
    if found.conclusion in {"success", "neutral", "skipped"}:
        return Outcome(summary)
    said = (found.conclusion or "unknown").replace("_", " ")
    failure = LifetracerError(f"GitHub's run ended with: {said}.", remedy=f"Its page shows why: {found.url}")
    return Outcome(summary, error=failure)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
