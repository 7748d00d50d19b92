"""What the machine tells monitors: figures for those they are for, readiness, a line per request."""

import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from lifetracer import jobs
from lifetracer.jobs import figures
from lifetracer.warehouse import Warehouse, connect
from lifetracer.warehouse.accounts import Account

from .conftest import TOKEN

METRICS_TOKEN = "another-token-for-metrics"


def series(text: str) -> dict[str, float]:
    """Every sample by its name and labels as they are written."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def look(client: httpx.Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == figures.CONTENT_TYPE
    return series(answer.text)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are asked anew every time, and an end counts at once."""
    monkeypatch.setattr(figures, "CACHE_SECONDS", 0.0)
    monkeypatch.setattr(figures, "SETTLED_SECONDS", 0.0)


def beat(warehouse: Warehouse, age: timedelta = timedelta()) -> None:
    with warehouse.transaction() as con:
        con.execute("delete from ops.worker")
        con.execute(
            "insert into ops.worker (name, stages, slots, version, seen_at) values"
            " ('here:1', array['sync', 'transform'], 2, '1', now() - %s)",
            [age],
        )


def test_requests_are_counted_by_route_method_and_class_of_the_answer(client: httpx.Client) -> None:
    for _ in range(3):
        client.get(f"/api/jobs/{uuid4()}")
    client.head("/health")
    client.get("/nowhere/at/all")
    client.get("/api//jobs")
    found = look(client)
    assert found['lifetracer_requests_total{method="GET",route="/api/jobs/{job_id}",status="4xx"}'] == 3
    assert found['lifetracer_requests_total{method="HEAD",route="/health",status="2xx"}'] == 1
    assert found['lifetracer_requests_total{method="GET",route="(unknown)",status="4xx"}'] == 1
    assert found['lifetracer_requests_total{method="GET",route="(refused)",status="4xx"}'] == 1
    assert found['lifetracer_request_seconds_count{method="GET",route="/api/jobs/{job_id}"}'] == 3
    assert found["lifetracer_requests_open"] == 1  # this one


def test_a_stranger_chooses_no_label(client: httpx.Client) -> None:
    client.request("BREW", "/api/jobs")
    client.get(f"/week/{uuid4()}")
    found = look(client)
    text = "\n".join(found)
    assert 'method="other"' in text
    assert "BREW" not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)


def test_jobs_queue_and_ends_are_told(
    fresh: None, client: httpx.Client, warehouse: Warehouse, account: Account
) -> None:
    look(client)  # what ended before the first look is not counted
    with warehouse.transaction(account_id=account.account_id) as con:
        jobs.request(con, "transform")
        done = jobs.request(con, "report", "week").job_id
        waiting = jobs.request(con, "sync", "toggl_track").job_id
    with warehouse.transaction() as con:
        con.execute("update ops.job set run_after = now() - interval '90 s', queued_at = now() - interval '90 s'")
        con.execute(
            "update ops.job set status = 'failed', started_at = now() - interval '20 s',"
            " finished_at = clock_timestamp() where job_id = %s",
            [done],
        )
        con.execute("update ops.job set status = 'waiting' where job_id = %s", [waiting])
    found = look(client)
    assert found['lifetracer_jobs{stage="transform",status="queued"}'] == 1
    assert found['lifetracer_jobs{stage="sync",status="waiting"}'] == 1
    assert found['lifetracer_jobs{stage="report",status="running"}'] == 0
    assert 90 <= found['lifetracer_queue_oldest_seconds{stage="transform"}'] < 120
    assert found['lifetracer_queue_oldest_seconds{stage="sync"}'] == 0
    assert found['lifetracer_jobs_ended_total{outcome="failed",stage="report"}'] == 1
    assert found['lifetracer_jobs_ended_total{outcome="succeeded",stage="report"}'] == 0
    assert found['lifetracer_job_seconds_sum{stage="report"}'] == pytest.approx(20, abs=5)
    assert look(client)['lifetracer_jobs_ended_total{outcome="failed",stage="report"}'] == 1, "counted once"


def test_connections_quota_freshness_workers_and_schedule_are_told_without_names(
    fresh: None, client: httpx.Client, warehouse: Warehouse, account: Account
) -> None:
    with warehouse.transaction() as con:
        row = con.execute(
            "insert into app.connection (account_id, source, name, external_user, last_success_at)"
            " values (%s, 'toggl_track', 'secret name', '4711', now() - interval '40 hours') returning connection_id",
            [account.account_id],
        ).fetchone()
        assert row
        con.execute("insert into app.credential values (%s, %s, 'x')", [account.account_id, row[0]])
        con.execute(
            "insert into ops.quota (account_id, connection_id, bucket, remaining, resets_at) values"
            " (%(a)s, %(c)s, 'organization:4711', 0, now() + interval '1 h'), (%(a)s, %(c)s, 'user', 12, null),"
            " (%(a)s, %(c)s, 'old', 0, now() - interval '1 h')",
            {"a": account.account_id, "c": row[0]},
        )
        con.execute("update app.schedule set next_run_at = now() - interval '10 min' where stage = 'transform'")
    beat(warehouse, timedelta(seconds=7))
    answer = client.get("/metrics").text
    found = series(answer)
    assert found['lifetracer_quota_left{bucket="organization",source="toggl_track"}'] == 0
    assert found['lifetracer_quota_used_up{bucket="organization",source="toggl_track"}'] == 1
    assert found['lifetracer_quota_left{bucket="user",source="toggl_track"}'] == 12
    assert 'bucket="old"' not in answer, "an allowance that was reset is not known to be short"
    assert found['lifetracer_freshness_seconds{source="toggl_track"}'] == pytest.approx(40 * 3600, abs=60)
    assert found['lifetracer_connections{source="toggl_track",status="active"}'] == 1
    assert found['lifetracer_workers{stage="sync"}'] == 1
    assert 7 <= found["lifetracer_worker_silence_seconds"] < 30
    assert found["lifetracer_schedule_lag_seconds"] == pytest.approx(600, abs=30)
    assert found["lifetracer_database_up"] == 1
    for personal in ("4711", "secret", "Hanako", str(account.account_id), str(row[0]), "here:1"):
        assert personal not in answer


def test_the_database_is_asked_at_most_every_few_seconds(warehouse: Warehouse, account: Account) -> None:
    asking = figures.Figures(warehouse)
    first = asking.text()
    with warehouse.transaction(account_id=account.account_id) as con:
        jobs.request(con, "transform")
    queued = b'lifetracer_jobs{stage="transform",status="queued"}'
    assert queued + b" 0.0" in asking.text()
    assert queued + b" 0.0" in first
    assert queued + b" 1.0" in figures.Figures(warehouse).text()


def test_without_a_database_the_figures_say_so(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "POOL_SECONDS", 1)  # so long a connection is waited for
    nowhere = Warehouse("host=127.0.0.1 port=9 dbname=none connect_timeout=1", warehouse.vault)
    with nowhere:
        found = series(figures.Figures(nowhere).text().decode())
    assert found["lifetracer_database_up"] == 0
    assert not any(name.startswith("lifetracer_queue") for name in found)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": f"Bearer {METRICS_TOKEN}"}, 200),
        ({"authorization": f"bearer  {METRICS_TOKEN}"}, 200),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Basic {METRICS_TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}"}, 401),
        ({"authorization": "Bearer é".encode()}, 401),
    ],
)
def test_a_metrics_token_is_the_only_key_where_there_is_one(visit, headers, status) -> None:
    client = visit(host="0.0.0.0", access_token=SecretStr(TOKEN), metrics_token=SecretStr(METRICS_TOKEN))
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("lifetracer_" in answer.text) is (status == 200)


def test_a_metrics_token_opens_nothing_else(visit: Callable[..., httpx.Client]) -> None:
    client = visit(host="0.0.0.0", access_token=SecretStr(TOKEN), metrics_token=SecretStr(METRICS_TOKEN))
    assert client.get("/api/jobs", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).status_code == 401


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip", "cf-connecting-ip"])
def test_without_a_token_only_this_machine_may_look_and_no_proxy_on_it(guarded: httpx.Client, header: str) -> None:
    assert guarded.get("/metrics").status_code == 200
    assert guarded.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_addresses_may_be_let_in(visit: Callable[..., httpx.Client]) -> None:
    behind = {"trusted_proxies": ("127.0.0.1",), "access_token": SecretStr(TOKEN), "host": "0.0.0.0"}
    client = visit(metrics_ips=("10.1.0.0/16",), **behind)
    assert client.get("/metrics", headers={"x-forwarded-for": "10.1.2.3"}).status_code == 200
    assert client.get("/metrics", headers={"x-forwarded-for": "10.2.2.3"}).status_code == 403


def test_ready_wants_a_worker_that_lives(client: httpx.Client, warehouse: Warehouse) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "ok"
    assert "lifetracer worker" in answer.json()["checks"]["worker"]
    beat(warehouse)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "worker": "ok"}
    beat(warehouse, timedelta(minutes=2))
    assert "120 seconds" in client.get("/ready").json()["checks"]["worker"]


def test_ready_asks_for_no_worker_where_jobs_run_elsewhere(visit: Callable[..., httpx.Client]) -> None:
    assert visit(run_on="github").get("/ready").json()["checks"] == {"database": "ok", "migrations": "ok"}


def test_ready_probes_the_containers_that_are_named(visit, client: httpx.Client, warehouse: Warehouse) -> None:
    beat(warehouse)
    well = str(client.base_url)
    checks = visit(reporter_url=well, analyzer_url="http://127.0.0.1:9").get("/ready").json()["checks"]
    assert checks["reporter"] == "ok"
    assert "does not answer" in checks["analyzer"]


def test_ready_does_not_tell_strangers_why(guarded: httpx.Client, warehouse: Warehouse) -> None:
    checks = guarded.get("/ready").json()["checks"]
    assert checks == {"database": "ok", "migrations": "ok", "worker": "not ok"}
    known = guarded.get("/ready", headers={"authorization": f"Bearer {TOKEN}"}).json()["checks"]
    assert "lifetracer worker" in known["worker"]


def test_every_request_is_one_line_without_secrets(guarded: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "lifetracer.access")
    headers = {"authorization": f"Bearer {TOKEN}", "x-request-id": "abc-1", "cookie": "a=confidential"}
    guarded.get("/api/jobs?stage=confidential", headers=headers)
    guarded.get("/api/jobs", headers={"authorization": "Bearer confidential"})
    guarded.get("/health")
    lines = [record for record in caplog.records if record.name == "lifetracer.access"]
    assert [(r.method, r.route, r.status, r.caller) for r in lines] == [
        ("GET", "/api/jobs", 200, "token"),
        ("GET", "(refused)", 401, "nobody"),
    ]
    assert lines[0].requestId == "abc-1"
    assert lines[0].ms > 0
    assert "confidential" not in repr([vars(r) for r in lines])
    assert TOKEN not in repr([vars(r) for r in lines])


@pytest.fixture
def vitals(visit: Callable[..., httpx.Client]) -> httpx.Client:
    return visit(web_vitals=True)


def test_web_vitals_become_histograms(vitals: httpx.Client) -> None:
    body = {"page": "/week/2026-W47", "measures": [{"name": "LCP", "value": 0.4}, {"name": "CLS", "value": 0.02}]}
    assert vitals.post("/api/vitals", json=body).status_code == 204
    assert vitals.post("/api/vitals", json={**body, "page": "/anything/else"}).status_code == 204
    found = look(vitals)
    assert found['lifetracer_web_lcp_seconds_sum{page="/week"}'] == 0.4
    assert found['lifetracer_web_cls_count{page="/week"}'] == 1
    assert found['lifetracer_web_cls_count{page="other"}'] == 1
    assert vitals.post("/api/vitals", json={"page": "/", "measures": [{"name": "FID", "value": 1}]}).status_code == 422


def test_web_vitals_are_off_unless_wanted(client: httpx.Client, vitals: httpx.Client, guarded: httpx.Client) -> None:
    body = {"page": "/", "measures": [{"name": "LCP", "value": 0.4}]}
    assert client.post("/api/vitals", json=body).status_code == 404
    assert guarded.post("/api/vitals", json=body).status_code == 401
    assert "vitals" not in client.get("/data").text
    assert "vitals" in vitals.get("/data").text


def test_a_worker_makes_it_ready_and_tells_the_same_figures(
    client: httpx.Client, environ: dict[str, str], account: Account, warehouse: Warehouse
) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    with warehouse.transaction(account_id=account.account_id) as con:
        jobs.request(con, "transform")
    command = [sys.executable, "-m", "lifetracer", "worker", "--stages", "report", "--port", str(port)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as worker:
        try:
            deadline = time.monotonic() + 30
            while client.get("/ready").status_code != 200:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            own = series(httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text)
        finally:
            worker.terminate()
        assert worker.wait(15) == 0
    assert own['lifetracer_jobs{stage="transform",status="queued"}'] == 1
    assert own['lifetracer_workers{stage="report"}'] == 1
    assert own["lifetracer_worker_silence_seconds"] < 20
    assert own["lifetracer_worker_slots"] >= 1
    assert client.get("/ready").status_code == 503, "it left"
