"""The client against a real server and a real worker: jobs asked for, followed, waited for; marts row by row."""

import subprocess
import sys
import threading
import time
from datetime import date

import httpx
import pytest
from pydantic import SecretStr

import marts
from lifetracer.client import ApiError, Client, Job, JobError
from lifetracer.jobs import queue
from lifetracer.jobs.queue import Ending
from lifetracer.server.app import built
from lifetracer.settings import Settings
from lifetracer.transform.marts import all_marts
from lifetracer.warehouse import tokens
from server.conftest import served

pytestmark = pytest.mark.db
INSTALLATION = "a-token-that-is-long-enough"


@pytest.fixture
def address(warehouse, account):
    settings = Settings(host="0.0.0.0", access_token=SecretStr(INSTALLATION))
    with built(warehouse, settings) as app, served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def token(warehouse, account):
    with warehouse.transaction(account_id=account.account_id) as con:
        return tokens.create(con, "client", ["jobs:read", "jobs:write", "data:read"], None)[1]


@pytest.fixture
def client(address, token):
    with Client(address, token) as opened:
        yield opened


def work(warehouse, stage, ending, after=0.2):
    """Do a worker's part in a thread."""

    def run():
        time.sleep(after)
        with warehouse.transaction() as con:
            job = queue.claim(con, "test", [stage])
        with warehouse.transaction() as con:
            line = {"at": "2026-11-21T00:00:00+00:00", "level": "info", "event": "half way", "details": {}}
            queue.save(con, job, {"done": 1}, [line])
        with warehouse.transaction() as con:
            queue.end(con, job, ending)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_job_is_started_and_waited_for(client, warehouse):
    job = client.transform()
    assert (job.stage, job.status, job.is_over) == ("transform", "queued", False)
    thread = work(warehouse, "transform", Ending("succeeded", summary={"rows": 3}))
    done = job.wait(20)
    thread.join()
    assert (done.status, done.summary) == ("succeeded", {"rows": 3})
    assert [one.job_id for one in client.jobs(stage="transform")] == [job.job_id]


def test_a_job_is_followed(client, warehouse):
    job = client.report(day=date(2026, 11, 19), language="ja")
    assert job.subject == "week:2026-11-16"
    thread = work(warehouse, "report", Ending("succeeded"))
    seen = list(job.follow())
    thread.join()
    assert [one.status for one in seen if isinstance(one, Job)][-1] == "succeeded"
    assert [one["event"] for one in seen if isinstance(one, dict)] == ["half way"]


def test_a_job_that_fails_says_why(client, warehouse):
    job = client.sync("toggl", since=date(2026, 1, 1))
    error = {"kind": "credential", "message": "The service refuses the token.", "remedy": "Connect anew."}
    thread = work(warehouse, "sync", Ending("needs_user", error=error))
    with pytest.raises(JobError, match="Connect anew") as failure:
        job.wait(20)
    thread.join()
    assert (failure.value.kind, failure.value.job.status) == ("credential", "needs_user")


def test_patience_ends_and_a_job_is_cancelled(client):
    job = client.pipeline()
    with pytest.raises(TimeoutError):
        job.wait(0.3)
    assert job.cancel().status == "cancelled"
    with pytest.raises(JobError, match="cancelled"):
        job.again().wait()


def test_refusals_are_exceptions_with_kind_and_remedy(client, address):
    with pytest.raises(ApiError) as failure:
        client.sync("nowhere")
    assert (failure.value.status, failure.value.kind) == (404, "not_found")
    assert "toggl" in failure.value.remedy
    with Client(address, "lt_wrong") as stranger, pytest.raises(ApiError) as failure:
        stranger.marts()
    assert (failure.value.status, failure.value.kind) == (401, "token")
    with pytest.raises(ApiError, match="scope"):
        client.request("GET", "/api/tokens")


def test_a_mart_is_read_page_by_page(client, warehouse, account):
    marts.make(warehouse)
    with warehouse.transaction() as con:
        con.execute(
            "insert into marts.day (account_id, local_date, week_start, day_seconds)"
            " select %s, day, day, 86400 from generate_series(date '2020-01-01', date '2026-11-21', '1 day') as day",
            [account.account_id],
        )
    rows = list(client.mart("day", last=date(2024, 12, 31), columns=("local_date", "day_seconds")))
    assert len(rows) == 1827
    assert rows[0] == {"local_date": "2020-01-01", "day_seconds": 86400}
    assert [row["local_date"] for row in rows] == sorted(row["local_date"] for row in rows)
    assert {mart["name"] for mart in client.marts()} == set(all_marts())


def test_a_try_that_got_lost_is_made_again_with_the_same_key():
    keys = []

    def flaky(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            keys.append(request.headers["idempotency-key"])
            if len(keys) == 1:
                raise httpx.ConnectError("lost")
            if len(keys) == 2:
                return httpx.Response(503, headers={"Retry-After": "0"})
            return httpx.Response(202, json={"jobId": "1", "status": "queued"})
        facts = {"jobId": "1", "stage": "transform", "subject": "", "status": "queued", "summary": None, "error": None}
        return httpx.Response(200, json=facts)

    with Client("http://nowhere", transport=httpx.MockTransport(flaky)) as client:
        assert client.transform().job_id == "1"
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_an_answer_that_is_not_ours_is_told_as_such():
    transport = httpx.MockTransport(lambda _: httpx.Response(502, text="<html>Bad gateway</html>"))
    with Client("http://nowhere", transport=transport) as client, pytest.raises(ApiError, match="502") as failure:
        client.marts()
    assert failure.value.kind == "unknown"


def test_it_imports_nothing_of_the_house():
    program = "import sys, lifetracer.client; print([m for m in sys.modules if m.startswith('lifetracer.')])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['lifetracer.client']"
