"""Plan proposals over the API: decided at once, written by a job that goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from adjuster.planned import Planner, block
from lifetracer.connector.registry import raw_streams
from lifetracer.jobs import runs
from lifetracer.jobs.stages import STAGES, Task
from lifetracer.settings import Settings
from lifetracer.warehouse.migrate import migrate
from sandbox_process import SandboxHandle, start_sandbox

from .test_api import is_problem

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def google() -> Iterator[SandboxHandle]:
    with start_sandbox(people=1, now=None) as sandbox:
        yield sandbox


@pytest.fixture
def planner(warehouse, account, google) -> Planner:
    migrate(warehouse, raw_streams())
    settings = Settings(google_url=google.url, google_token_url=f"{google.url}/token", retry_seconds=0.01)
    made = Planner(warehouse, settings, account.account_id, google)
    made.connect()
    return made


def work(planner: Planner, client: Any, job: Any) -> Any:
    """Do the job that was asked for, as a worker's child does."""
    assert job.status_code == 202, job.text
    assert job.headers["location"] == f"/api/jobs/{job.json()['jobId']}"
    told = client.get(job.headers["location"]).json()
    assert told["stage"] == "plan"
    assert STAGES["plan"].run == "lifetracer.jobs.runs:plan"
    with planner.house.transaction(account_id=planner.account_id) as con:
        row = con.execute("select parameters from ops.job where job_id = %s", [told["jobId"]]).fetchone()
    assert row
    task = Task(
        planner.house,
        planner.settings,
        planner.account_id,
        UUID(told["jobId"]),
        told["subject"],
        row[0],
        progress=lambda _: None,
        stage="plan",
    )
    outcome = runs.plan(task)
    with planner.house.transaction() as con:  # the worker's word
        con.execute("update ops.job set status = 'succeeded', finished_at = now() where job_id = %s", [told["jobId"]])
    return outcome.summary


def test_a_proposal_is_approved_written_undone_and_noted(client, planner: Planner) -> None:
    proposal = planner.propose([block(4000, 9), block(4001, 9)])
    path = f"/api/plan-proposals/{proposal.proposal_id}"
    (listed,) = client.get("/api/plan-proposals").json()["planProposals"]
    assert (listed["status"], listed["proposalId"]) == ("proposed", str(proposal.proposal_id))
    asked = client.post(f"{path}/approve")
    assert client.get(path).json()["status"] == "approved", "decided at once, written by the job"
    assert client.post(f"{path}/approve").json()["jobId"] == asked.json()["jobId"]
    assert work(planner, client, asked)["blocks"] == {"written": 2}
    told = client.get(path).json()
    assert (told["status"], [one["status"] for one in told["blocks"]]) == ("written", ["written", "written"])
    assert len(planner.plan()) == 2
    syncs = [job for job in client.get("/api/jobs").json()["jobs"] if job["stage"] == "sync"]
    assert [job["subject"] for job in syncs] == ["google_calendar"], "the mirror learns of it at once"
    assert work(planner, client, client.post(f"{path}/undo"))["status"] == "undone"
    assert planner.plan() == {}
    is_problem(client.post(f"{path}/approve"), 422, "usage")
    actions = [line["action"] for line in client.get("/api/audit").json()["lines"]]
    assert {"plan.approve", "plan.undo"} <= set(actions)


def test_a_proposal_is_rejected_and_unknown_ones_are_not_found(client, planner: Planner) -> None:
    proposal = planner.propose([block(4000, 9)])
    path = f"/api/plan-proposals/{proposal.proposal_id}"
    assert client.post(f"{path}/reject").json()["status"] == "rejected"
    assert client.post(f"{path}/reject").json()["status"] == "rejected"
    is_problem(client.post(f"{path}/approve"), 422, "usage")
    is_problem(client.post(f"{path}/undo"), 422, "usage")
    for verb in ("approve", "undo", "reject"):
        is_problem(client.post(f"/api/plan-proposals/{uuid4()}/{verb}"), 404, "not_found")
    is_problem(client.get(f"/api/plan-proposals/{uuid4()}"), 404, "not_found")


def test_some_blocks_are_approved_now_and_others_later_or_never(client, planner: Planner) -> None:
    proposal = planner.propose([block(4000, 9), block(4001, 9), block(4002, 9)])
    path = f"/api/plan-proposals/{proposal.proposal_id}"
    first, second, _ = (str(one.block_id) for one in proposal.blocks)
    is_problem(client.post(f"{path}/approve", json={"blocks": []}), 422, "usage")
    is_problem(client.post(f"{path}/approve", json={"blocks": [str(uuid4())]}), 404, "not_found")
    assert work(planner, client, client.post(f"{path}/approve", json={"blocks": [first]}))["blocks"] == {
        "written": 1,
        "left_out": 2,
    }
    assert len(planner.plan()) == 1
    work(planner, client, client.post(f"{path}/approve"))
    assert len(planner.plan()) == 1, "what was left out stays out until it is chosen"
    work(planner, client, client.post(f"{path}/approve", json={"blocks": [first, second]}))
    assert len(planner.plan()) == 2
    undone = work(planner, client, client.post(f"{path}/undo"))
    assert (undone["blocks"], planner.plan()) == ({"undone": 2, "left_out": 1}, {})


def test_a_new_calendar_is_made_when_the_request_says_so(client, planner: Planner) -> None:
    planner.approve(planner.propose([block(4000, 9)]))
    planner.sandbox.admin(f"/google/calendars/{planner.plan_id()}", {"deleted": True}, method="PATCH")
    path = f"/api/plan-proposals/{planner.propose([block(4001, 9)]).proposal_id}"
    asked = client.post(f"{path}/approve", json={"newCalendar": True})
    assert work(planner, client, asked)["blocks"] == {"written": 1}


def test_how_one_wants_to_be_planned_for(client) -> None:
    assert client.get("/api/plan-settings").json()["shortestMinutes"] == 30
    said = {"shortestMinutes": 45, "quietFrom": "22:30", "quietUntil": "06:00"}
    changed = client.patch("/api/plan-settings", json=said).json()
    assert (changed["shortestMinutes"], changed["quietFrom"], changed["horizonDays"]) == (45, "22:30", 7)
    learned = client.patch("/api/plan-settings", json={"quietFrom": "", "quietUntil": ""}).json()
    assert (learned["quietFrom"], learned["quietUntil"], learned["shortestMinutes"]) == (None, None, 45)
    is_problem(client.patch("/api/plan-settings", json={"longestMinutes": 30}), 422, "usage")
    is_problem(client.patch("/api/plan-settings", json={"quietFrom": "25:00"}), 422, "usage")
