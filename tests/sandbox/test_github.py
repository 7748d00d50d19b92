"""GitHub's workflow routes as APIS.md G.1 tells them, with their refusals and the faults that may be asked for."""

import pytest

from lifetracer.sandbox.github.runs import QUEUED_SECONDS, REPOSITORY, TOKEN
from sandbox.conftest import Client

ACTIONS = f"/repos/{REPOSITORY}/actions"
DISPATCHES = f"{ACTIONS}/workflows/sync-toggl.yml/dispatches"
OLD, NEW = "2022-11-28", "2026-03-10"


def ask(blank: Client, method: str, path: str, *, version: str = OLD, token: str = TOKEN, **more):
    headers = {"X-GitHub-Api-Version": version, "User-Agent": "test"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return blank.ask(method, path, headers=headers, **more)


def test_the_old_version_says_nothing_unless_asked_for_details(blank):
    silent = ask(blank, "POST", DISPATCHES, json={"ref": "main", "inputs": {"job": "a"}})
    assert (silent.status_code, silent.content) == (204, b"")
    told = ask(blank, "POST", DISPATCHES, json={"ref": "main", "return_run_details": True})
    assert told.status_code == 200
    assert set(told.json()) == {"workflow_run_id", "run_url", "html_url"}
    assert told.json()["run_url"].endswith(f"{ACTIONS}/runs/{told.json()['workflow_run_id']}")


def test_the_new_version_always_tells_and_does_not_know_the_parameter(blank):
    told = ask(blank, "POST", DISPATCHES, version=NEW, json={"ref": "main"})
    assert (told.status_code, told.headers["x-github-api-version-selected"]) == (200, NEW)
    strange = ask(blank, "POST", DISPATCHES, version=NEW, json={"ref": "main", "return_run_details": True})
    assert strange.status_code == 422


def test_an_old_server_refuses_the_unknown_parameter(blank):
    blank.fault("github_old_server", None)
    refused = ask(blank, "POST", DISPATCHES, json={"ref": "main", "return_run_details": True})
    assert (refused.status_code, "return_run_details" in refused.json()["message"]) == (422, True)
    assert ask(blank, "POST", DISPATCHES, json={"ref": "main"}).status_code == 204


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, '"ref" wasn\'t supplied'),
        ({"ref": "nowhere"}, "No ref found for: nowhere"),
        ({"ref": "main", "inputs": {"colour": "red"}}, "Unexpected inputs provided: ['colour']"),
        ({"ref": "main", "inputs": {f"i{n}": "" for n in range(26)}}, "up to 25"),
    ],
)
def test_what_cannot_be_started_is_422(blank, body, said):
    refused = ask(blank, "POST", DISPATCHES, json=body)
    assert (refused.status_code, refused.json()["status"]) == (422, "422")
    assert said in refused.json()["message"]


def test_a_workflow_needs_the_trigger_and_must_exist(blank):
    by_hand = ask(blank, "POST", f"{ACTIONS}/workflows/ci.yml/dispatches", json={"ref": "main"})
    assert (by_hand.status_code, "workflow_dispatch" in by_hand.json()["message"]) == (422, True)
    assert ask(blank, "POST", f"{ACTIONS}/workflows/x.yml/dispatches", json={"ref": "main"}).status_code == 404


def test_who_may_not_is_refused(blank):
    assert ask(blank, "GET", f"{ACTIONS}/runs", token="wrong").status_code == 401
    assert ask(blank, "GET", f"{ACTIONS}/runs", token="").status_code == 404
    assert ask(blank, "GET", "/repos/other/one/actions/runs").status_code == 404
    assert ask(blank, "GET", f"{ACTIONS}/runs", version="2020-01-01").status_code == 400
    nameless = blank.ask("GET", f"{ACTIONS}/runs", headers={"User-Agent": "", "Authorization": f"Bearer {TOKEN}"})
    assert nameless.status_code == 403


def test_a_run_goes_its_way_with_the_clock_and_is_listed(blank):
    start = blank.world.clock.now
    number = ask(blank, "POST", DISPATCHES, version=NEW, json={"ref": "main", "inputs": {"job": "mark"}}).json()[
        "workflow_run_id"
    ]
    seen = []
    for seconds in (0, QUEUED_SECONDS, 1):
        blank.world.clock.move(seconds=seconds)
        run = ask(blank, "GET", f"{ACTIONS}/runs/{number}").json()
        seen.append((run["status"], run["conclusion"]))
    assert seen == [("queued", None), ("in_progress", None), ("completed", "success")]
    assert (run["display_title"], run["event"], run["head_branch"]) == ("mark", "workflow_dispatch", "main")
    page = ask(
        blank,
        "GET",
        f"{ACTIONS}/workflows/sync-toggl.yml/runs?event=workflow_dispatch&branch=main&created=>={start:%Y-%m-%dT%H:%M:%SZ}",
    ).json()
    assert (page["total_count"], page["workflow_runs"][0]["id"]) == (1, number)
    for none in ("created=<2020-01-01", "branch=other", "status=failure", "event=push"):
        assert ask(blank, "GET", f"{ACTIONS}/runs?{none}").json()["total_count"] == 0
    assert ask(blank, "GET", f"{ACTIONS}/workflows/report.yml/runs").json()["total_count"] == 0
    assert ask(blank, "GET", f"{ACTIONS}/runs/1").status_code == 404


def test_a_run_can_be_cancelled_until_it_is_over(blank):
    number = ask(blank, "POST", DISPATCHES, version=NEW, json={"ref": "main"}).json()["workflow_run_id"]
    assert ask(blank, "POST", f"{ACTIONS}/runs/{number}/cancel").status_code == 202
    assert ask(blank, "GET", f"{ACTIONS}/runs/{number}").json()["conclusion"] == "cancelled"
    assert ask(blank, "POST", f"{ACTIONS}/runs/{number}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("fault", "options", "status", "header"),
    [
        ("github_bad_token", {}, 401, None),
        ("github_forbidden", {}, 403, None),
        ("github_not_found", {}, 404, None),
        ("github_rate_limited", {"reset": 1795000000}, 403, ("x-ratelimit-reset", "1795000000")),
        ("github_rate_limited", {"retry_after": 9}, 403, ("retry-after", "9")),
        ("rate_limited", {"retry_after": 9}, 429, ("retry-after", "9")),
        ("status_503", {}, 503, None),
    ],
)
def test_faults_instead_of_an_answer(blank, fault, options, status, header):
    blank.fault(fault, options=options)
    answer = ask(blank, "GET", f"{ACTIONS}/runs")
    assert answer.status_code == status
    assert answer.json()["message"]
    assert header is None or answer.headers[header[0]] == header[1]
    fine = ask(blank, "GET", f"{ACTIONS}/runs")
    assert (fine.status_code, int(fine.headers["x-ratelimit-remaining"]) < 5000) == (200, True)


def test_the_answer_may_be_lost_and_the_run_come_late_and_fail(blank):
    blank.fault("github_answer_lost")
    blank.fault("github_run", options={"conclusion": "failure", "seconds": 0, "listed_after": 5})
    assert ask(blank, "POST", DISPATCHES, json={"ref": "main"}).status_code == 502
    assert ask(blank, "GET", f"{ACTIONS}/runs").json()["total_count"] == 0
    blank.world.clock.move(seconds=6)
    (run,) = ask(blank, "GET", f"{ACTIONS}/runs").json()["workflow_runs"]
    assert (run["status"], run["conclusion"]) == ("completed", "failure")
    assert blank.admin("GET", "/github")["runs"][0]["id"] == run["id"]
    blank.admin("POST", "/github", {"run": run["id"], "status": "in_progress"})
    assert ask(blank, "GET", f"{ACTIONS}/runs/{run['id']}").json()["status"] == "in_progress"
