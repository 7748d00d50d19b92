"""Jobs that GitHub does: started once whatever happens, followed, shown with a link, refused with a remedy."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from lifetracer.errors import FixByHandError
from lifetracer.jobs.elsewhere import WORKFLOWS, placed
from lifetracer.jobs.stages import STAGES
from lifetracer.outside.github import GitHub
from lifetracer.settings import Settings
from sandbox_process import start_sandbox

pytestmark = pytest.mark.db

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def shared_sandbox():
    with start_sandbox(now=None) as sandbox:
        yield sandbox


@pytest.fixture
def hub(shared_sandbox):
    shared_sandbox.admin("/faults", method="DELETE")
    shared_sandbox.admin("/github", {"seconds": 0.5})
    for run in shared_sandbox.admin("/github")["runs"]:
        OLD.add(run["id"])
    return shared_sandbox


OLD = set()
"""Runs of the tests before."""


def runs(hub):
    return [run for run in hub.admin("/github")["runs"] if run["id"] not in OLD]


@pytest.fixture
def start(environ, hub, account):
    """Start workers that let GitHub do the jobs."""
    told = hub.admin("/github")
    settings = {
        "LIFETRACER_GITHUB_URL": hub.url,
        "LIFETRACER_GITHUB_TOKEN": told["token"],
        "LIFETRACER_GITHUB_REPOSITORY": told["repository"],
        "LIFETRACER_RETRY_SECONDS": "0.1",
    }
    workers = []

    def begin(**more):
        command = [sys.executable, str(HERE / "hubbed.py")]
        workers.append(subprocess.Popen(command, env=environ | settings | more))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.wait(30)


@pytest.mark.parametrize("way", ["2026-03-10", "2022-11-28", "an older server"])
def test_a_click_starts_a_workflow_and_follows_it(person, start, hub, way):
    if way == "an older server":
        hub.fault("github_old_server", count=None)
        hub.fault("github_run", listed_after=1)
    start(LIFETRACER_GITHUB_API_VERSION="2026-03-10" if way == "2026-03-10" else "2022-11-28")
    asked = person.ask("sync", "toggl_track", full=True)
    job = person.wait(asked.job_id)
    (run,) = runs(hub)
    assert (job.status, job.error) == ("succeeded", None)
    assert job.summary == {"where": "github", "url": run["html_url"], "conclusion": "success"}
    assert job.progress["url"] == run["html_url"]
    assert run["path"] == ".github/workflows/sync-toggl.yml"
    assert run["inputs"] == {"job": str(asked.job_id), "full": "true"}


def test_a_report_takes_its_day_along(person, start, hub):
    start()
    person.wait(person.ask("report", "week:2026-11-09", language="ja").job_id)
    (run,) = runs(hub)
    assert {**run["inputs"], "job": ""} == {"job": "", "day": "2026-11-09", "language": "ja"}


def test_an_answer_that_was_lost_starts_nothing_twice(person, start, hub):
    hub.fault("github_answer_lost")
    start()
    asked = person.ask("transform")
    person.wait(asked.job_id, "queued")
    until(lambda: person.look(asked.job_id).error)
    person.ask("transform")  # a person does not wait for the pause
    assert person.wait(asked.job_id).status == "succeeded"
    assert len(runs(hub)) == 1


def test_a_worker_that_dies_leaves_its_run_to_the_next(person, start, hub):
    hub.admin("/github", {"seconds": 8})
    worker = start()
    asked = person.ask("sync", "google_calendar")
    until(lambda: person.look(asked.job_id).progress.get("url"))
    worker.kill()
    worker.wait()
    start()
    job = person.wait(asked.job_id)
    assert (job.status, job.attempt) == ("succeeded", 2)
    assert len(runs(hub)) == 1


def test_cancelling_the_job_cancels_the_run_and_leaving_does_not(person, start, hub):
    hub.admin("/github", {"seconds": 60})
    worker = start()
    asked = person.ask("transform")
    until(lambda: person.look(asked.job_id).progress.get("url"))
    worker.terminate()
    worker.wait(30)
    until(lambda: runs(hub)[0]["status"] == "in_progress")
    start()
    person.wait(asked.job_id, "running")
    until(lambda: person.look(asked.job_id).progress.get("url"))
    person.cancel(asked.job_id)
    assert person.wait(asked.job_id).status == "cancelled"
    (run,) = runs(hub)
    assert run["conclusion"] == "cancelled"


def test_a_run_that_fails_says_where_to_look(person, start, hub):
    hub.fault("github_run", conclusion="timed_out", seconds=0)
    start()
    job = person.wait(person.ask("transform").job_id)
    (run,) = runs(hub)
    assert (job.status, job.error["message"]) == ("failed", "GitHub's run ended with: timed out.")
    assert run["html_url"] in job.error["remedy"]


@pytest.mark.parametrize(
    ("fault", "options", "status", "kind", "words"),
    [
        ("github_bad_token", {}, "needs_user", "credential", "LIFETRACER_GITHUB_TOKEN"),
        ("github_forbidden", {}, "needs_user", "fix_by_hand", "Actions: read and write"),
        ("github_not_found", {}, "needs_user", "fix_by_hand", "LIFETRACER_GITHUB_REPOSITORY"),
        ("github_rate_limited", {"reset": 1895000000}, "waiting", "quota", ""),
    ],
)
def test_refusals_come_with_a_remedy(person, start, hub, fault, options, status, kind, words):
    hub.fault(fault, count=None, **options)
    start()
    asked = person.ask("transform")
    job = person.wait(asked.job_id, status)
    assert job.error["kind"] == kind
    assert words in job.error["remedy"]
    if status == "waiting":
        assert job.run_after.timestamp() == 1895000000
        person.cancel(asked.job_id)
    assert runs(hub) == []


def test_a_branch_that_is_not_there_is_told(person, start, hub):
    start(LIFETRACER_GITHUB_REF="nowhere")
    job = person.wait(person.ask("transform").job_id)
    assert (job.status, "LIFETRACER_GITHUB_REF" in job.error["remedy"]) == ("needs_user", True)
    assert "No ref found for: nowhere" in job.error["message"]


def test_without_repository_or_token_the_settings_are_named():
    with pytest.raises(FixByHandError, match="which GitHub repository") as failure:
        GitHub(Settings())
    assert "LIFETRACER_RUN_ON=worker" in failure.value.remedy


def test_the_setting_says_where_jobs_run():
    for run_on in ("worker", "both"):
        assert placed(STAGES, run_on) == STAGES
    there = placed(STAGES, "github")
    with_a_workflow = {stage for stage, _ in WORKFLOWS}
    assert with_a_workflow <= set(there)
    for name, stage in there.items():
        assert (stage.run == "lifetracer.jobs.elsewhere:run") == (name in with_a_workflow)


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
