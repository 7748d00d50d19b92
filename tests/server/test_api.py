"""The API: answers 202 at once, shows jobs, explains failures."""

import re
import threading
from uuid import UUID, uuid4

import pytest

from lifetracer import jobs
from lifetracer.jobs import queue
from lifetracer.jobs.queue import Ending

pytestmark = pytest.mark.db


def is_problem(answer, status, kind):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == (f"urn:lifetracer:problem:{kind}", status)
    return body


def test_health_and_readiness(client):
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json()["checks"].items() >= {"database": "ok", "migrations": "ok"}.items()


@pytest.mark.parametrize(
    ("path", "stage", "subject"),
    [
        ("/api/sync/toggl", "sync", "toggl_track"),
        ("/api/sync/toggl_track", "sync", "toggl_track"),
        ("/api/sync/gcal", "sync", "google_calendar"),
        ("/api/sync/ical", "sync", "ical"),
        ("/api/transform", "transform", ""),
        ("/api/analyze", "analyze", ""),
        ("/api/adjust", "adjust", ""),
        ("/api/report", "report", "week"),
        ("/api/pipeline", "pipeline", ""),
    ],
)
def test_a_stage_is_asked_for(client, path, stage, subject):
    answer = client.post(path)
    assert answer.status_code == 202
    assert answer.json() == {"jobId": answer.json()["jobId"], "status": "queued"}
    assert answer.headers["location"] == f"/api/jobs/{UUID(answer.json()['jobId'])}"
    job = client.get(answer.headers["location"]).json()
    assert (job["stage"], job["subject"], job["status"], job["requestedBy"]) == (stage, subject, "queued", "person")
    assert client.post(path).json() == answer.json(), "a job that exists answers with its own id"


def test_wishes_are_kept(client):
    job = client.post("/api/sync/toggl", json={"since": "2026-01-01", "full": True}).headers["location"]
    assert client.get(job).json()["parameters"] == {"since": "2026-01-01", "full": True}
    job = client.post("/api/report", json={"day": "2026-11-19", "language": "ja"}).headers["location"]
    assert client.get(job).json()["subject"] == "week:2026-11-16"


def test_an_unknown_source_names_the_known_ones(client):
    body = is_problem(client.post("/api/sync/nowhere"), 404, "not_found")
    assert re.search("toggl.*", body["remedy"])
    assert "gcal" in body["remedy"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/sync/toggl", {"ful": True}),
        ("/api/sync/toggl", {"since": "yesterday"}),
        ("/api/sync/toggl", {"since": "2026-02-01", "until": "2026-01-01"}),
        ("/api/report", {"kind": "century"}),
        ("/api/report", {"language": "fr"}),
    ],
)
def test_nonsense_is_refused(client, path, body):
    is_problem(client.post(path, json=body), 422, "usage")


def test_other_mistakes_are_explained(client):
    is_problem(client.get("/api/nothing"), 404, "not_found")
    is_problem(client.get(f"/api/jobs/{uuid4()}"), 404, "not_found")
    is_problem(client.get("/api/jobs/no-uuid"), 422, "usage")
    is_problem(client.delete(f"/api/jobs/{uuid4()}"), 404, "not_found")
    is_problem(client.get("/api/transform"), 405, "method_not_allowed")
    is_problem(client.post("/api/transform", content="{", headers={"Content-Type": "application/json"}), 422, "usage")
    is_problem(client.get("/api/jobs?limit=0"), 422, "usage")


def test_jobs_are_listed_page_by_page(client):
    wanted = [client.post(f"/api/{path}").json()["jobId"] for path in ("transform", "report", "pipeline")][::-1]
    first = client.get("/api/jobs?limit=2").json()
    assert [job["jobId"] for job in first["jobs"]] == wanted[:2]
    rest = client.get(f"/api/jobs?limit=2&cursor={first['next']}").json()
    assert [job["jobId"] for job in rest["jobs"]] == wanted[2:]
    assert rest["next"] is None
    assert [job["stage"] for job in client.get("/api/jobs?stage=report").json()["jobs"]] == ["report"]


def test_a_job_is_cancelled(client):
    address = client.post("/api/transform").headers["location"]
    assert client.delete(address).json()["status"] == "cancelled"
    assert client.get(address).json()["status"] == "cancelled"
    assert client.delete(address).json()["status"] == "cancelled"


def test_a_job_is_followed_to_its_end(client, warehouse):
    address = client.post("/api/transform").headers["location"]

    def work():
        with warehouse.transaction() as con:
            job = queue.claim(con, "test", ["transform"])
        with warehouse.transaction() as con:
            line = {"at": "2026-11-21T00:00:00+00:00", "level": "info", "event": "こんにちは", "details": {}}
            queue.save(con, job, {"done": 1}, [line])
        with warehouse.transaction() as con:
            queue.end(con, job, Ending("succeeded", summary={"rows": 3}))

    threading.Timer(0.3, work).start()
    answer = client.get(f"{address}/events")  # returns when the stream has ended
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = re.findall(r"event: (\w+)\n", answer.text)
    assert events[0] == events[-1] == "job"
    assert "こんにちは" in answer.text
    assert '"status": "succeeded"' in answer.text.rpartition("event: job")[2]
    assert [line["event"] for line in client.get(f"{address}/log").json()["lines"]] == ["こんにちは"]


def test_nobody_sees_the_jobs_of_another(visit, warehouse, account, new_account):
    other = new_account("Other")
    with warehouse.transaction(account_id=other.account_id) as con:
        theirs = jobs.request(con, "transform").job_id
    mine = visit(account=account.name)
    assert mine.get("/api/jobs").json()["jobs"] == []
    for answer in (mine.get(f"/api/jobs/{theirs}"), mine.delete(f"/api/jobs/{theirs}")):
        is_problem(answer, 404, "not_found")
    assert visit(account="Other").get(f"/api/jobs/{theirs}").status_code == 200


def test_the_description_of_the_api_is_complete(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/health", "/ready", "/api/sync/{source}", "/api/pipeline", "/api/jobs/{job_id}/events"} <= set(paths)
    assert all(
        operation.get("description") or operation.get("summary")
        for path in paths.values()
        for operation in path.values()
    )


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "There is no mart nothing."),
        ({"accept-language": "ja,en;q=0.5"}, "マート nothing はありません。"),
        ({"accept-language": "fr"}, "There is no mart nothing."),
        ({"accept-language": "en", "cookie": "lang=ja"}, "マート nothing はありません。"),
    ],
)
def test_a_problem_is_said_in_the_callers_language(client, headers, detail):
    answer = client.get("/api/marts/nothing", headers=headers)
    body = is_problem(answer, 404, "not_found")
    assert body["detail"] == detail
    assert answer.headers["content-language"] == ("en" if detail.isascii() else "ja")
