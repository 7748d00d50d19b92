"""A small client of the HTTP API for other programs: ask for jobs, follow them, read the marts.

    with Client("http://localhost:3000", token="lt_…") as lifetracer:
        job = lifetracer.pipeline().wait()
        for row in lifetracer.mart("day", first=date(2026, 11, 1)):
            print(row["local_date"], row["actual_seconds"])

Law: it imports nothing of lifetracer, so this one file (and httpx) is all that a program needs.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, Self

import httpx

LIVING = frozenset({"queued", "running", "waiting"})
"""Statuses in which something will still happen by itself."""

PATIENCE = 3
"""How often a request is sent at most, when the server does not answer or asks to come again."""


class ApiError(Exception):
    """The server refused a request; ``kind`` is a stable name, ``remedy`` says what to do."""

    def __init__(self, status: int, kind: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.status = status
        self.kind = kind
        self.message = message
        self.remedy = remedy


class JobError(Exception):
    """A job did not succeed; ``job`` is how it ended."""

    def __init__(self, job: Job) -> None:
        error = job.error or {}
        said = f"{error.get('message', '')} {error.get('remedy', '')}".strip()
        super().__init__(f"The {job.stage} ended as {job.status}. {said}".strip())
        self.job = job
        self.kind = str(error.get("kind", job.status))
        self.remedy = str(error.get("remedy", ""))


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a stage, as it was when the server was asked."""

    job_id: str
    stage: str
    subject: str
    status: str
    summary: dict[str, Any] | None
    error: dict[str, Any] | None
    facts: dict[str, Any]
    """Everything that the server says of it."""
    _client: Client = field(repr=False, compare=False)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status not in LIVING

    def again(self) -> Job:
        """Ask how it is now."""
        return self._client.job(self.job_id)

    def follow(self) -> Iterator[Job | dict[str, Any]]:
        """Yield the job whenever it changes and every line that it says (as a dict), until it is over."""
        yield from self._client.follow(self.job_id)

    def wait(self, seconds: float | None = None) -> Job:
        """Wait until it has succeeded; gives the job as it ended.

        Raises:
            JobError: it failed, was cancelled, or needs a person.
            TimeoutError: it is not over after so many seconds.
        """
        until = None if seconds is None else time.monotonic() + seconds
        pause, job = 0.1, self
        while not job.is_over:
            if until is not None and time.monotonic() >= until:
                raise TimeoutError(f"The {job.stage} is still {job.status} after {seconds} s.")
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)
            job = self.again()
        if job.status != "succeeded":
            raise JobError(job)
        return job

    def cancel(self) -> Job:
        """Cancel it; gives it as it is then."""
        self._client.request("DELETE", f"/api/jobs/{self.job_id}")
        return self.again()


class Client:
    """A connection to one server, for one account."""

    def __init__(
        self,
        address: str = "http://localhost:3000",
        token: str | None = None,
        *,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def sync(
        self, source: str, *, since: date | None = None, until: date | None = None, full: bool = False
    ) -> Job:  # fmt: skip
        """Ask for a sync of a source (``toggl``, ``gcal`` …)."""
        body = {"since": since and since.isoformat(), "until": until and until.isoformat(), "full": full}
        return self._start(f"/api/sync/{source}", body)

    def transform(self, *, full: bool = False) -> Job:
        """Ask for a transform."""
        return self._start("/api/transform", {"full": full})

    def report(
        self, kind: str = "week", day: date | None = None, language: str | None = None, **wishes: str | int
    ) -> Job:
        """Ask for a report; ``wishes`` are those of ``POST /api/report``: paper, client, rounding, minutes, per."""
        said = {"kind": kind, "day": day and day.isoformat(), "language": language}
        return self._start("/api/report", {**said, **wishes})

    def pipeline(self, *, resume: bool = False) -> Job:
        """Ask for everything: sync, transform, report."""
        return self._start("/api/pipeline", {"resume": resume})

    def job(self, job_id: str) -> Job:
        """Look a job up."""
        return self._job(self.request("GET", f"/api/jobs/{job_id}"))

    def jobs(self, *, stage: str | None = None, status: str | None = None) -> Iterator[Job]:
        """List the jobs, the latest first, as many pages as there are."""
        for page in self._pages("/api/jobs", {"stage": stage, "status": status}):
            yield from map(self._job, page["jobs"])

    def follow(self, job_id: str) -> Iterator[Job | dict[str, Any]]:
        """Yield a job whenever it changes and every line that it says (as a dict), until it is over."""
        with self._http.stream("GET", f"/api/jobs/{job_id}/events", timeout=httpx.Timeout(30, read=60)) as answer:
            if answer.is_error:
                answer.read()
                raise _error(answer)
            event = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    said = json.loads(value)
                    yield self._job(said) if event == "job" else said

    def marts(self) -> list[dict[str, Any]]:
        """List the marts, with their columns and what they mean."""
        found: list[dict[str, Any]] = self.request("GET", "/api/marts")["marts"]
        return found

    def mart(
        self, name: str, *, first: date | None = None, last: date | None = None, columns: Sequence[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of a mart from the first to the last day, page by page."""
        asked = {
            "from": first and first.isoformat(),
            "to": last and last.isoformat(),
            "columns": ",".join(columns) or None,
        }
        for page in self._pages(f"/api/marts/{name}", asked):
            yield from page["rows"]

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Send any request of the API; gives the decoded answer, ``None`` for an empty one.

        A POST carries an Idempotency-Key, so a try that was lost on the way is made again without harm.

        Raises:
            ApiError: the server refused it.
            httpx.TransportError: the server cannot be reached.
        """
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        for left in reversed(range(PATIENCE)):
            try:
                answer = self._http.request(method, path, params=asked, json=body, headers=headers)
            except httpx.TransportError:
                if not left:
                    raise
                time.sleep(0.5)
                continue
            if answer.status_code in {429, 503} and left:
                time.sleep(min(float(answer.headers.get("retry-after", 1)), 60.0))
                continue
            break
        if answer.is_error:
            raise _error(answer)
        return answer.json() if answer.content else None

    def _start(self, path: str, body: Mapping[str, Any]) -> Job:
        said = {name: value for name, value in body.items() if value}
        started = self.request("POST", path, body=said or None)
        return self.job(started["jobId"])

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = self.request("GET", path, query={**query, "cursor": cursor})
            yield page
            cursor = page["next"]
            if cursor is None:
                return

    def _job(self, facts: dict[str, Any]) -> Job:
        return Job(
            job_id=facts["jobId"],
            stage=facts["stage"],
            subject=facts["subject"],
            status=facts["status"],
            summary=facts["summary"],
            error=facts["error"],
            facts=facts,
            _client=self,
        )


def _error(answer: httpx.Response) -> ApiError:
    try:
        said = answer.json()
        kind = str(said["type"]).rpartition(":")[2]
        return ApiError(answer.status_code, kind, said["detail"], said.get("remedy", ""))
    except (ValueError, KeyError, TypeError):  # something in between answered, not lifetracer
        return ApiError(answer.status_code, "unknown", f"HTTP {answer.status_code} {answer.reason_phrase}.")
