"""What the API takes and gives about jobs and schedules.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from lifetracer.server.shapes import AT, JOB_ID, Body, Name, Shape, Text, like


class SyncBody(Body):
    """How to sync; nothing at all means: what is new."""

    model_config = like(since="2026-11-01")
    since: date | None = Field(None, description="Read again what lies on or after this day.")
    until: date | None = Field(None, description="Read again what lies before this day.")
    full: bool = Field(False, description="Read everything again and compare.")


class TransformBody(Body):
    """How to transform."""

    model_config = like(full=False)
    full: bool = Field(False, description="Make everything anew.")


class ReportBody(Body):
    """Which report."""

    model_config = like(kind="week", day="2026-11-19", language="en")
    kind: Text = Field("week", description="day, week, month, or client (billable time of a month).")
    day: date | None = Field(None, description="A day of the period; by default the last complete one.")
    language: Literal["en", "ja"] | None = None
    paper: Literal["a4", "letter"] = "a4"
    client: Text | None = Field(None, description="Of the kind client: whose time; by default every client's.")
    rounding: Literal["none", "up", "nearest"] = Field("none", description="Of the kind client: how time is rounded.")
    minutes: Literal[5, 6, 10, 15, 30, 60] = Field(15, description="To what it is rounded.")
    per: Literal["entry", "day", "project"] = Field("entry", description="What is rounded before it is added up.")


class PipelineBody(Body):
    """How to run everything."""

    model_config = like(resume=True)
    resume: bool = Field(False, description="Leave out the steps that succeeded in the last pipeline, if that failed.")


JobStatus = Literal[
    "queued", "running", "waiting", "needs_user", "succeeded", "failed", "cancelled", "interrupted"
]  # fmt: skip


class SupposedBlock(Body):
    """Time that the calendar would hold, or lose, on some weekdays of every week from now on."""

    model_config = like(category="Learning", weekdays=[1, 3], seconds=3600)
    category: Name = Field(description="Name or id.")
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] = Field(
        description="1 is Monday."
    )
    seconds: Annotated[int, Field(ge=-86_400, le=86_400)] = Field(description="Negative: so much less is planned.")


class WhatIfBody(Body):
    """What is supposed: blocks, targets or both."""

    model_config = like(
        week="2026-11-23",
        blocks=[{"category": "Learning", "weekdays": [1, 3], "seconds": 3600}],
        targets=["Learning at least 10 h a week"],
    )
    week: date | None = Field(None, description="A day of the week to look at; by default the next one.")
    blocks: Annotated[list[SupposedBlock], Field(max_length=50)] = Field(
        [], description="What the calendar would hold."
    )
    targets: Annotated[list[Text], Field(max_length=20)] = Field([], description="Sentences, as for intents.")


class JobStarted(Shape):
    """The job that does what was asked for."""

    model_config = like(jobId=JOB_ID, status="queued")
    job_id: UUID
    status: JobStatus


class Job(Shape):
    """One run of a stage."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "jobId": JOB_ID,
                    "stage": "sync",
                    "subject": "toggl_track",
                    "parameters": {},
                    "status": "succeeded",
                    "progress": {},
                    "summary": {"inserted": 12, "updated": 1, "deleted": 0},
                    "error": None,
                    "attempt": 1,
                    "runsAgain": False,
                    "requestedBy": "schedule",
                    "queuedAt": AT,
                    "runAfter": AT,
                    "startedAt": AT,
                    "finishedAt": AT,
                }
            ]
        },
    )
    job_id: UUID
    stage: str
    subject: str
    parameters: dict[str, Any]
    status: JobStatus
    progress: dict[str, Any]
    summary: dict[str, Any] | None
    error: dict[str, Any] | None = Field(description="kind, message and remedy, when it did not succeed.")
    attempt: int
    runs_again: bool
    requested_by: str
    queued_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobPage(Shape):
    """Jobs, the latest request first."""

    model_config = like(jobs=[], next=None)
    jobs: list[Job]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")


class LogLine(Shape):
    """One line that a job said."""

    model_config = like(line=17, attempt=1, at=AT, level="info", event="page stored", details={"rows": 200})
    line: int
    attempt: int
    at: datetime
    level: Literal["debug", "info", "warning", "error"]
    event: str
    details: dict[str, Any]


class LogPage(Shape):
    """What a job said."""

    model_config = like(lines=[], next=None)
    lines: list[LogLine]
    next: int | None = Field(description="`after` of the next page; null at the end.")


class ScheduleBody(Body):
    """What is to run every day, and when."""

    model_config = like(stage="sync", subject="toggl", localTime="01:00", enabled=True)
    stage: Name
    subject: Text = Field("", description="A source for sync, a kind for report, else empty.")
    local_time: time = Field(description="On the account's clock, e.g. 01:00.")
    enabled: bool = True


class Schedule(Shape):
    """One thing that runs by itself."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "scheduleId": "5f0c1f3a-52a5-4c5b-8d57-0b3f1a7c9e11",
                    "stage": "sync",
                    "subject": "toggl_track",
                    "localTime": "01:00",
                    "enabled": True,
                    "nextRunAt": "2026-11-21T16:00:00+00:00",
                    "lastRunAt": None,
                }
            ]
        },
    )
    schedule_id: UUID
    stage: str
    subject: str
    local_time: str
    enabled: bool
    next_run_at: datetime | None
    last_run_at: datetime | None


class Schedules(Shape):
    """Everything that runs by itself."""

    model_config = like(schedules=[])
    schedules: list[Schedule]
