"""The runs of workflows: queued, in progress, completed as the clock goes on, or as an admin says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lifetracer.sandbox.clock import iso_zulu

TOKEN = "github_pat_sandbox"  # noqa: S105 - of an imitation
REPOSITORY = "anna/lifetracer"
BRANCHES = ("main",)
WORKFLOWS: dict[str, frozenset[str]] = {
    "sync-toggl.yml": frozenset({"job", "since", "until", "full"}),
    "sync-gcal.yml": frozenset({"job", "since", "until", "full"}),
    "dbt-run.yml": frozenset({"job", "full"}),
    "analyze.yml": frozenset({"job"}),
    "adjust.yml": frozenset({"job"}),
    "report.yml": frozenset({"job", "day", "language"}),
    "pipeline.yml": frozenset({"job"}),
    "ci.yml": frozenset(),
}
"""File → inputs that its ``workflow_dispatch`` declares; none: it cannot be started by hand."""

QUEUED_SECONDS = 0.5
LIMIT = 5000


@dataclass
class Run:
    """One run of a workflow."""

    number: int
    workflow: str
    ref: str
    inputs: dict[str, str]
    created: int
    """Microseconds since 1970."""
    seconds: float
    """How long it is in progress."""
    conclusion: str
    listed: int
    """Instant from which lists show it, in microseconds."""
    said: tuple[str, str | None] | None = None
    """Status and conclusion that an admin set."""

    def state(self, micros: int) -> tuple[str, str | None]:
        """Give status and conclusion at an instant."""
        if self.said:
            return self.said
        age = (micros - self.created) / 1e6
        if age < QUEUED_SECONDS:
            return "queued", None
        return ("in_progress", None) if age < QUEUED_SECONDS + self.seconds else ("completed", self.conclusion)

    def as_json(self, micros: int, url: str) -> dict[str, Any]:
        """Describe the run as GitHub does."""
        status, conclusion = self.state(micros)
        api, created = f"{url}/repos/{REPOSITORY}/actions", iso_zulu(self.created // 1_000_000)
        return {
            "id": self.number,
            "name": self.workflow.removesuffix(".yml"),
            "display_title": self.inputs.get("job") or self.workflow.removesuffix(".yml"),
            "path": f".github/workflows/{self.workflow}",
            "event": "workflow_dispatch",
            "status": status,
            "conclusion": conclusion,
            "head_branch": self.ref,
            "head_sha": "0" * 40,
            "run_number": self.number - 7000,
            "run_attempt": 1,
            "created_at": created,
            "updated_at": iso_zulu(micros // 1_000_000),
            "run_started_at": created,
            "url": f"{api}/runs/{self.number}",
            "html_url": f"https://github.com/{REPOSITORY}/actions/runs/{self.number}",
            "jobs_url": f"{api}/runs/{self.number}/jobs",
            "logs_url": f"{api}/runs/{self.number}/logs",
        }


@dataclass
class Runs:
    """All runs of the repository, and how much of the hourly limit was used."""

    runs: dict[int, Run] = field(default_factory=dict)
    used: int = 0
    seconds: float = 1.0
    """How long a run takes."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7001))

    def start(self, micros: int, workflow: str, ref: str, inputs: dict[str, str], **how: Any) -> Run:
        """Start a workflow."""
        run = Run(
            next(self.numbers),
            workflow,
            ref,
            inputs,
            micros,
            float(how.get("seconds", self.seconds)),
            str(how.get("conclusion", "success")),
            micros + int(1e6 * float(how.get("listed_after", 0))),
        )
        self.runs[run.number] = run
        return run
