"""A summary is plain values, whatever went wrong."""

import json
from datetime import UTC, datetime

import pytest

from lifetracer.connector.summary import ConnectionSync, SyncSummary
from lifetracer.errors import CredentialError, LifetracerError, QuotaError, TryAgainError
from lifetracer.outside.http import HttpStatusError

FAILURES = (
    CredentialError("refused", remedy="Connect again."),
    HttpStatusError("answered 418", code=418, said="teapot"),
    QuotaError("used up", after=datetime(2026, 11, 21, tzinfo=UTC)),
    TryAgainError("broke"),
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.kind)
def test_every_failure_can_be_told_to_a_machine(failure: LifetracerError) -> None:
    summary = SyncSummary([ConnectionSync("toggl_track", "toggl", status="failed", error=failure)])
    (told,) = json.loads(json.dumps(summary.as_json()))["connections"]
    assert told["error"]["kind"] == failure.kind
    assert told["error"]["message"] == str(failure)
    assert told["status"] == "failed"


def test_what_a_person_must_do_comes_before_what_time_heals() -> None:
    summary = SyncSummary([ConnectionSync("a", "a", error=failure) for failure in reversed(FAILURES)])
    assert isinstance(summary.error, HttpStatusError)
    summary = SyncSummary([ConnectionSync("a", "a", error=failure) for failure in FAILURES[2:]])
    assert isinstance(summary.error, QuotaError)
