"""GitHub's REST API for workflows: start one, find it, follow it, cancel it; with either version of the API (G.1).

Law: a workflow is started at most once for a mark. Starting is never repeated blindly: whoever is unsure looks for the
run whose title holds the mark first (the workflows put their input ``job`` into ``run-name``).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import httpx

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, QuotaError, TryAgainError
from lifetracer.outside.http import Access, HttpStatusError, Refusal, retry_after
from lifetracer.settings import Settings

OLD_VERSION = "2022-11-28"
CLOCK_DIFFERENCE = timedelta(minutes=5)
"""By how much GitHub's clock may differ from ours."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a workflow."""

    number: int
    status: str
    conclusion: str | None
    url: str
    """For people."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status == "completed"


class GitHub(AbstractContextManager["GitHub"]):
    """The workflows of one repository."""

    def __init__(self, settings: Settings) -> None:
        if not settings.github_repository or settings.github_token is None:
            raise FixByHandError(
                "It is not known which GitHub repository runs the jobs, or with which token.",
                remedy="Set LIFETRACER_GITHUB_REPOSITORY (owner/name) and LIFETRACER_GITHUB_TOKEN, "
                "or LIFETRACER_RUN_ON=worker.",
            )
        self.repository = settings.github_repository
        self.ref = settings.github_ref
        self.version = settings.github_api_version
        access = Access(
            title="GitHub",
            base_url=settings.github_url,
            auth=_Bearer(settings.github_token.get_secret_value()),
            url_setting="LIFETRACER_GITHUB_URL",
            explain=self._explain,
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": self.version},
        )
        self._patient = access.client(settings)
        self._once = access.client(settings.model_copy(update={"retry_attempts": 1}))

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in (self._patient, self._once):
            client.__exit__(kind, failure, trace)

    def start(self, workflow: str, inputs: Mapping[str, str]) -> Run | None:
        """Start a workflow on the branch of the settings; ``None`` when GitHub does not tell which run it became.

        Raises:
            CredentialError: the token is not accepted.
            FixByHandError: no such workflow or branch, or the token lacks the right.
            QuotaError: the hourly limit is used up.
            TryAgainError: no clear answer; it may have been started all the same.
        """
        body: dict[str, Any] = {"ref": self.ref, "inputs": dict(inputs)}
        path = self._path(f"workflows/{workflow}/dispatches")
        if self.version != OLD_VERSION:
            answer = self._once.post(path, json=body).json()
        else:
            try:
                answer = self._once.post(path, json=body | {"return_run_details": True}).json()
            except HttpStatusError as refused:
                if refused.code != 422 or "return_run_details" not in refused.said:
                    raise
                answer = self._once.post(path, json=body).json()  # an older server
        if not isinstance(answer, dict) or "workflow_run_id" not in answer:
            return None
        return Run(answer["workflow_run_id"], "queued", None, answer["html_url"])

    def find(self, workflow: str, mark: str, since: datetime) -> Run | None:
        """Find the run of a workflow that was started with a mark, not before ``since``; raises like `start`."""
        oldest = (since - CLOCK_DIFFERENCE).astimezone(UTC)
        page = self._patient.get(
            self._path(f"workflows/{workflow}/runs"),
            event="workflow_dispatch",
            branch=self.ref,
            created=f">={oldest:%Y-%m-%dT%H:%M:%SZ}",
            per_page=100,
        ).json()
        return next((_run(found) for found in page["workflow_runs"] if mark in found["display_title"]), None)

    def look(self, number: int) -> Run:
        """Look how a run stands; raises like `start`."""
        return _run(self._patient.get(self._path(f"runs/{number}")).json())

    def cancel(self, number: int) -> None:
        """Cancel a run; raises like `start`."""
        self._once.post(self._path(f"runs/{number}/cancel"), json={})

    def _path(self, rest: str) -> str:
        return f"/repos/{self.repository}/actions/{rest}"

    def _explain(self, refusal: Refusal) -> LifetracerError | None:
        """Say what GitHub's refusals mean."""
        said = refusal.said
        if refusal.code == 401:
            return CredentialError(
                f"GitHub does not accept the token ({said}).", remedy="Make a new one and set LIFETRACER_GITHUB_TOKEN."
            )
        if refusal.code in {403, 429}:
            return self._limited(refusal) or FixByHandError(
                f"The GitHub token lacks a right ({said}).",
                remedy=f"Give it the permission “Actions: read and write” for {self.repository}.",
            )
        if refusal.code == 404:
            return FixByHandError(
                f"GitHub knows no such repository or workflow, or the token may not see it: {self.repository}.",
                remedy="Check LIFETRACER_GITHUB_REPOSITORY, that .github/workflows is on the default branch, and the "
                "token's permission “Actions: read and write”.",
            )
        if refusal.code == 422 and "return_run_details" not in said:
            return FixByHandError(
                f"GitHub does not start the workflow: {said}.",
                remedy=f"Check LIFETRACER_GITHUB_REF ({self.ref}), and that .github/workflows there is current.",
            )
        return None

    def _limited(self, refusal: Refusal) -> LifetracerError | None:
        """Tell the hourly and the secondary limit from a missing right: all three are 403."""
        headers = refusal.headers
        if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
            after = datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC)
            return QuotaError("GitHub's hourly limit of requests is used up.", after=after)
        if refusal.code == 429 or "retry-after" in headers:
            return TryAgainError(f"GitHub asks for patience ({refusal.said}).", after=retry_after(headers))
        return None


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self.token = token

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def _run(found: Mapping[str, Any]) -> Run:
    return Run(found["id"], found["status"], found["conclusion"], found["html_url"])
