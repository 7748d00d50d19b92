"""How jobs flow: requests a second, pause until a child runs, a crowd's queue drained, from a click to fresh marts.

One server process, workers, PostgreSQL with default safety and the one who asks share the machine. Requests come at
fixed moments (open loop): a late answer counts from the moment at which the request was due.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
import psycopg
from cryptography.fernet import Fernet

from benchmarks.first_load import postgres
from lifetracer import jobs
from lifetracer.connector.registry import raw_streams
from lifetracer.server.listen import listen
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)
RATE, SECONDS = 200, int(os.environ.get("BENCH_SECONDS", "30"))
CROWD, JOBS = int(os.environ.get("BENCH_CROWD", "2000")), int(os.environ.get("BENCH_JOBS", "10000"))
WORKERS, SLOTS = 4, 2
CLICKS = 40
CONNECTIONS = 16
TOKEN = "benchmark-token-that-is-long-enough"


class Place:
    """A PostgreSQL of its own, an account, and processes that use it."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        server = stack.enter_context(postgres())
        dsn = psycopg.conninfo.make_conninfo(**server, dbname="postgres")
        self.home = Path(stack.enter_context(TemporaryDirectory()))
        key = Fernet.generate_key().decode()
        self.house: Warehouse = stack.enter_context(
            open_warehouse(Settings(home=self.home, database_url=dsn, secret_key=key))
        )
        migrate(self.house, raw_streams())
        with self.house.transaction() as con:
            self.account: UUID = create(con, "Bench", "Europe/Berlin", "en").account_id
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIFETRACER", "TOGGL", "GOOGLE"))}
        self.environ = kept | {"DATABASE_URL": dsn, "LIFETRACER_SECRET_KEY": key, "LIFETRACER_HOME": str(self.home)}

    @contextmanager
    def process(self, *words: str, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Run a Python process for the length of a block."""
        environ = self.environ | more.pop("environ", {})
        child = subprocess.Popen(
            [sys.executable, "-m", *words], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
        )
        try:
            yield child
        finally:
            child.terminate()
            child.wait(30)

    def query(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask a named query, as the owner."""
        with self.house.transaction() as con:
            cursor = con.execute(SQL[name], values or None)
            return list(cursor.fetchall()) if cursor.description else []


async def _lane(port: int, moments: Sequence[float], paths: Sequence[str], found: list[tuple[float, int]]) -> None:
    """Send requests on one connection, each at its moment or as soon as the one before is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for moment, path in zip(moments, paths, strict=True):
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        await reader.readexactly(length)
        found.append((time.perf_counter() - moment, int(head.split(b" ", 2)[1])))
    writer.close()


def asked_of(port: int, rate: int, seconds: float) -> list[tuple[float, int]]:
    """Ask for syncs at a rate; gives (seconds, status) of each request."""

    async def everything() -> list[tuple[float, int]]:
        found: list[tuple[float, int]] = []
        start, count = time.perf_counter() + 0.1, int(rate * seconds)
        lanes = [
            _lane(
                port,
                [start + n / rate for n in range(lane, count, CONNECTIONS)],
                [f"/api/sync/{('toggl', 'gcal')[n // CONNECTIONS % 2]}" for n in range(lane, count, CONNECTIONS)],
                found,
            )
            for lane in range(CONNECTIONS)
        ]
        await asyncio.gather(*lanes)
        return found

    return asyncio.run(everything())


def requests() -> list[dict[str, Any]]:
    """200 requests a second at one server process."""
    with ExitStack() as stack:
        place = Place(stack)
        door = stack.enter_context(listen("127.0.0.1", 0))
        port = door.getsockname()[1]
        environ = {"LIFETRACER_ACCESS_TOKEN": TOKEN, "LIFETRACER_RATE_LIMIT": "1000000"}
        serve = place.process(
            "lifetracer", "serve", "--fd", str(door.fileno()), pass_fds=[door.fileno()], environ=environ
        )
        stack.enter_context(serve)
        _until_answers(port)
        asked_of(port, RATE, 3)  # connections are made, statements prepared
        found = asked_of(port, RATE, SECONDS)
    times = sorted(seconds for seconds, _ in found)
    wrong = sum(status != 202 for _, status in found)
    return [
        _row(f"POST /api/sync, {RATE}/s for {SECONDS} s: errors", wrong, "0"),
        _row("… median ms", round(1000 * statistics.median(times), 1), ""),
        _row("… p99 ms", round(1000 * times[int(0.99 * len(times))], 1), "≤ 30"),
        _row("… slowest ms", round(1000 * times[-1], 1), ""),
    ]


def _until_answers(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            answer = httpx.get(
                f"http://127.0.0.1:{port}/api/jobs", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
            )
            if answer.status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def pauses() -> list[dict[str, Any]]:
    """From the request to the first line of the child's own code, one click at a time."""
    with ExitStack() as stack:
        place = Place(stack)
        place.query("scene")
        stack.enter_context(place.process("benchmarks.lightly", str(SLOTS)))
        for number in range(CLICKS + 5):
            with place.house.transaction(account_id=place.account) as con:
                jobs.request(con, "light", str(number))
            end = time.monotonic() + 30
            while place.query("left")[0][0]:
                assert time.monotonic() < end, "a job is not done"
                time.sleep(0.02)
        found = place.query("pauses")[5:]
    return [
        _row("queued → claimed, median ms", round(1000 * statistics.median(claimed for claimed, _ in found)), ""),
        _row("queued → child running, median ms", round(1000 * statistics.median(ran for _, ran in found)), "≤ 150"),
    ]


def drained() -> list[dict[str, Any]]:
    """A crowd's queue and four workers."""
    with ExitStack() as stack:
        place = Place(stack)
        place.query("scene")
        place.query("crowd", accounts=CROWD)
        persons = [account for (account,) in place.query("persons")]
        asked = 0
        with place.house.transaction() as con:  # all at once, as at midnight
            for account in persons:
                con.execute(SQL["act_for"], {"account": account})
                asked += sum(count for (count,) in con.execute(SQL["ask"], {"each": JOBS // CROWD}))
        began = time.monotonic()
        for _ in range(WORKERS):
            stack.enter_context(place.process("benchmarks.lightly", str(SLOTS)))
        while place.query("left")[0][0]:
            assert time.monotonic() - began < 1800, "the queue does not drain"
            time.sleep(0.5)
        seconds = time.monotonic() - began
        effects, distinct, succeeded, accounts = place.query("done")[0]
    assert asked == JOBS, asked
    return [
        _row(f"{JOBS} jobs of {accounts} accounts, {WORKERS} workers: lost", JOBS - min(distinct, succeeded), "0"),
        _row("… done twice", effects - distinct, "0"),
        _row("… seconds", round(seconds), ""),
        _row("… jobs a second", round(JOBS / seconds), ""),
    ]


def fresh() -> list[dict[str, Any]]:
    """From POST /api/pipeline with one changed entry, on two years of the demo person, to the mart that shows it."""
    with ExitStack() as stack:
        place = Place(stack)
        program = "from lifetracer.sandbox import Options, run; run(port=0, options=Options(quota=False))"
        sandbox = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        stack.callback(sandbox.wait, 10)
        stack.callback(sandbox.terminate)
        assert sandbox.stdout is not None
        told = json.loads(sandbox.stdout.readline())
        person = told["people"][0]
        place.environ |= {
            "LIFETRACER_TOGGL_URL": told["url"], "LIFETRACER_TOGGL_PAUSE_SECONDS": "0",
            "LIFETRACER_GOOGLE_URL": told["url"],
            "LIFETRACER_GOOGLE_TOKEN_URL": f"{told['url']}/token", "TOGGL_API_TOKEN": person["togglToken"],
            "GOOGLE_CLIENT_ID": person["googleClientId"], "GOOGLE_CLIENT_SECRET": person["googleClientSecret"],
            "GOOGLE_REFRESH_TOKEN": person["googleRefreshToken"], "LIFETRACER_ACCESS_TOKEN": TOKEN,
        }  # fmt: skip
        door = stack.enter_context(listen("127.0.0.1", 0))
        port = door.getsockname()[1]
        stack.enter_context(place.process("lifetracer", "serve", "--fd", str(door.fileno()), pass_fds=[door.fileno()]))
        stack.enter_context(place.process("lifetracer", "worker", "--no-schedule"))
        _until_answers(port)
        http = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
            )
        )
        _pipeline(http)
        latest = max(
            httpx.get(f"{told['url']}/__admin/truth/toggl", trust_env=False, timeout=60).json()["entries"], key=int
        )
        times, steps = [], Counter[str]()
        for number in range(6):
            title = f"changed {number}"
            changed = httpx.patch(
                f"{told['url']}/__admin/toggl/entries/{latest}", json={"description": title}, trust_env=False
            )
            changed.raise_for_status()
            began = time.monotonic()
            job_id = http.post("/api/pipeline").json()["jobId"]
            while place.query("shown", title=title) == [(0,)]:
                assert time.monotonic() - began < 120, "the mart does not show it"
                time.sleep(0.02)
            times.append(time.monotonic() - began)
            _until_over(http, job_id)
            for step in ("sync", "transform"):
                found = http.get(f"/api/jobs?stage={step}&limit=1").json()
                steps[step] += _seconds((found.get("jobs") or found.get("items"))[0])
    warm = times[1:]
    return [
        _row("changed entry → POST /api/pipeline → mart, median s", round(statistics.median(warm), 2), "≤ 5"),
        _row("… slowest s", round(max(warm), 2), ""),
        *(_row(f"… of it {step}, mean s", round(total / len(times), 2), "") for step, total in steps.items()),
    ]


def _seconds(job: dict[str, Any]) -> Any:
    from datetime import datetime

    return (datetime.fromisoformat(job["finishedAt"]) - datetime.fromisoformat(job["startedAt"])).total_seconds()


def _pipeline(http: httpx.Client) -> None:
    """Run one pipeline to its end."""
    end = time.monotonic() + 60
    while not http.get("/api/connections").json().get("connections"):  # the worker makes them when it starts
        assert time.monotonic() < end, "no connections"
        time.sleep(0.2)
    _until_over(http, http.post("/api/pipeline").json()["jobId"])


def _until_over(http: httpx.Client, job_id: str) -> None:
    end = time.monotonic() + 300
    while (job := http.get(f"/api/jobs/{job_id}").json())["status"] in {"queued", "running", "waiting"}:
        assert time.monotonic() < end, job
        time.sleep(0.1)
    assert job["status"] == "succeeded", job


def _row(what: str, found: object, wish: str) -> dict[str, Any]:
    return {"what": what, "found": found, "wish": wish}


def run() -> list[dict[str, Any]]:
    """Measure all four; the load of the machine beforehand stands in the last row."""
    load = os.getloadavg()[0]
    busy = "another one's work disturbed the measurement" if load > 0.7 else ""
    return [*requests(), *pauses(), *drained(), *fresh(), _row("load of the machine beforehand", round(load, 1), busy)]


if __name__ == "__main__":
    for part in sys.argv[1:]:
        for row in {"requests": requests, "pauses": pauses, "drained": drained, "fresh": fresh}[part]():
            print(row)
