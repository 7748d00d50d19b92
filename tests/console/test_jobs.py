"""The jobs page: how each source stands, what runs by itself, and one job's own page."""

from datetime import time

import httpx
import pytest
from fastapi import FastAPI

import marts
from lifetracer import console
from lifetracer.console.jobs import health_of
from lifetracer.jobs import schedule
from live import serving
from page_words import rows, words

JOB = """
insert into ops.job (account_id, stage, subject, status, error, started_at, finished_at)
values (%s, %s, %s, %s, %s, '2026-11-19 05:00Z', case when %s then timestamptz '2026-11-19 05:00:07Z' end)
returning job_id
"""
TROUBLE = '{"kind": "credential", "message": "Toggl refused the token.", "remedy": "Connect it again."}'


@pytest.mark.parametrize(
    ("status", "run", "stale", "health"),
    [
        ("active", "succeeded", False, "healthy"),
        ("active", None, False, "healthy"),
        ("active", "waiting", True, "waiting"),
        ("active", "failed", False, "failed"),
        ("active", "interrupted", False, "failed"),
        ("active", "succeeded", True, "stale"),
        ("needs_user", "failed", True, "needs_user"),
        ("paused", "succeeded", True, "paused"),
    ],
)
def test_what_a_person_has_to_do_is_kept_apart_from_what_heals_itself(status, run, stale, health):
    assert health_of({"status": status, "run_status": run}, stale) == health


def test_a_failed_job_can_be_tried_again_and_a_living_one_cancelled(client, warehouse, person):
    with warehouse.transaction() as con:
        con.execute(JOB, (person.account_id, "sync", "toggl_track", "failed", TROUBLE, True))
        (living,) = con.execute(JOB, (person.account_id, "transform", "", "running", None, False)).fetchone()
    page = client.get("/jobs").text
    assert 'data-post="/api/sync/toggl_track">Try again' in page
    assert f'data-post="/api/jobs/{living}" data-method="DELETE"' in page
    assert "Toggl refused the token. Connect it again." in page
    assert len(rows(client.get("/jobs?status=failed").text, 'id="ran"')) == 1


def test_a_jobs_page_has_its_steps_its_log_and_its_summary(client, warehouse, person):
    with warehouse.transaction() as con:
        (job,) = con.execute(JOB, (person.account_id, "pipeline", "", "failed", TROUBLE, True)).fetchone()
        con.execute(
            "update ops.job set progress = %s, summary = %s where job_id = %s",
            ('{"steps": [{"stage": "sync", "subject": "toggl_track", "status": "failed"}]}', '{"rows": 7}', job),
        )
        con.execute(
            "insert into ops.job_log (account_id, job_id, event, details) values (%s, %s, 'page stored', %s)",
            (person.account_id, job, '{"items": 50}'),
        )
    page = client.get(f"/jobs/{job}").text
    for said in ("Everything", "7.0 s", "Toggl refused the token.", "page stored items=50", "Toggl Track failed"):
        assert said in words(page), said
    assert '"rows": 7' in page
    assert 'data-post="/api/pipeline"' in page


def test_a_job_of_somebody_else_is_not_there(client, warehouse, person, new_account, settings):
    other = new_account("Erika")
    with warehouse.transaction() as con:
        (job,) = con.execute(JOB, (other.account_id, "transform", "", "succeeded", None, True)).fetchone()
    app = FastAPI()
    app.router.routes += console.build(warehouse, settings.model_copy(update={"account": str(person.account_id)}))
    with serving(app) as site:
        assert httpx.get(f"{site}/jobs/{job}").status_code == 404
        assert httpx.get(f"{site}/jobs/nonsense").status_code == 404
        assert httpx.get(f"{site}/jobs").status_code == 200


def test_what_runs_by_itself_is_shown_with_its_next_time(client, warehouse, person):
    with warehouse.transaction(account_id=person.account_id) as con:
        schedule.put(con, "transform", "", time(1, 0))
    page = client.get("/jobs").text
    assert "every day at 1:00" in page
    assert len(rows(page, 'id="schedules"')) >= 1
    marts.connect(warehouse, person.account_id, "google_calendar", status="needs_user", problem=TROUBLE)
    assert "Needs you" in client.get("/jobs").text
