"""The button “Sync”: what changed at the service is on the page, without anybody asking for the transform."""

import subprocess
import sys
import time

import httpx
import pytest

from lifetracer.server.app import built
from lifetracer.settings import Settings
from live import serving
from sandbox_process import start_sandbox

pytestmark = [pytest.mark.db, pytest.mark.timeout(600)]


def test_a_pressed_button_changes_the_page(warehouse, account, environ, person):
    with start_sandbox(start="2026-11-09", quota=False) as sandbox:
        surroundings = environ | sandbox.environment | {"LIFETRACER_TOGGL_PAUSE_SECONDS": "0"}
        worker = subprocess.Popen([sys.executable, "-m", "lifetracer", "worker", "--no-schedule"], env=surroundings)
        try:
            with (
                built(warehouse, Settings()) as app,
                serving(app) as url,
                httpx.Client(base_url=url, timeout=30, trust_env=False) as browser,
            ):
                latest = max(sandbox.truth("toggl")["entries"], key=int)
                for number in range(2):
                    title = f"Something else {number}"
                    sandbox.admin(f"/toggl/entries/{latest}", {"description": title}, method="PATCH")
                    assert browser.post("/api/sync/toggl").status_code == 202
                    end = time.monotonic() + 240
                    while title not in browser.get("/week/2026-W47").text:
                        assert time.monotonic() < end, [(job.stage, job.status, job.error) for job in person.all()]
                        time.sleep(0.1)
                person.wait(person.ask("sync", "toggl_track").job_id)
                made = [(job.stage, job.requested_by) for job in person.all()]
        finally:
            worker.terminate()
        assert worker.wait(30) == 0
    assert made.count(("transform", "sync")) == 2, "a sync that changed nothing asks for nothing"
    assert [stage for stage, _ in made].count("sync") == 3
