"""Workers, their children and servers are killed with SIGKILL at random while jobs flow; nothing is lost or done twice.

A small version in the normal run; ``make drill-kill`` does 200 kills and 300 jobs and prints what it saw. Jobs are
asked for over HTTP, as people and cron lines do, with an Idempotency-Key, so that a request whose answer was lost can
be repeated at the other server.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from lifetracer.jobs.queue import ATTEMPTS
from lifetracer.server.listen import listen
from sandbox_process import start_sandbox

from .conftest import children_of

pytestmark = pytest.mark.db

KILLS = int(os.environ.get("KILLS", "12"))
JOBS = int(os.environ.get("JOBS", "30"))
SEED = int(os.environ.get("SEED", "20261121"))
WORKERS, SERVERS = 3, 2
HERE = Path(__file__).parent

SCENE = """
create table effect (job_id uuid primary key, fence bigint);
create table ending (job_id uuid, status text);
create function note_ending() returns trigger language plpgsql as $$
begin
    insert into ending values (new.job_id, new.status);
    return null;
end $$;
create trigger note_ending after update of status on ops.job for each row
when (new.status in ('succeeded', 'failed', 'needs_user', 'cancelled') and old.status is distinct from new.status)
execute function note_ending();
"""


class Stage:
    """The processes that are killed, each started again at once."""

    def __init__(self, environ):
        self.environ = environ | {"PYTHONPATH": str(HERE), "LIFETRACER_LOG_LEVEL": "error"}
        self.doors = [listen("127.0.0.1", 0) for _ in range(SERVERS)]
        self.addresses = [f"http://127.0.0.1:{door.getsockname()[1]}" for door in self.doors]
        self.processes = {}
        self.over = False

    def keep(self):
        """Start what is not running."""
        for number in range(WORKERS):
            self._keep(("worker", number), [sys.executable, str(HERE / "drilled.py")])
        for number, door in enumerate(self.doors):
            serve = [sys.executable, "-m", "lifetracer", "serve", "--fd", str(door.fileno())]
            self._keep(("server", number), serve, pass_fds=(door.fileno(),))

    def _keep(self, key, command, **more):
        process = self.processes.get(key)
        if process is None or process.poll() is not None:
            self.processes[key] = subprocess.Popen(command, env=self.environ, **more)

    def victim(self, chance):
        """Choose whom to kill: (kind, pid), or None when there is no child at the moment."""
        kind = chance.choices(["child", "worker", "server"], [8, 2, 2])[0]
        if kind != "child":
            own = [process for (name, _), process in self.processes.items() if name == kind and process.poll() is None]
            return (kind, chance.choice(own).pid) if own else None
        workers = [process.pid for (name, _), process in self.processes.items() if name == "worker"]
        children = [child for pid in workers for zygote in children_of(pid) for child in children_of(zygote)]
        return (kind, chance.choice(children)) if children else None

    def end(self):
        self.over = True
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()
        for door in self.doors:
            door.close()


def ask_for_jobs(stage, asked, pace):
    """Ask for JOBS jobs one after the other; a request is repeated until it has its answer."""
    monday = date(2020, 1, 6)
    for number in range(JOBS):
        path, body = "/api/report", {"day": str(monday + timedelta(weeks=number))}
        if number % 10 == 0:
            path, body = f"/api/sync/{'toggl' if number % 20 else 'gcal'}", {"full": number % 40 == 0}
        tries = 0
        while not stage.over:
            address = stage.addresses[(number + tries) % SERVERS]
            tries += 1
            try:
                answer = httpx.post(
                    address + path, json=body, timeout=5, trust_env=False, headers={"Idempotency-Key": f"job {number}"}
                )
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 202:
                asked[number] = (path, answer.json()["jobId"], tries)
                break
            # 503: the server is opening the database; 409: the request of a killed server is still being rolled back.
            assert answer.status_code in {409, 503}, answer.text
            time.sleep(0.1)
        time.sleep(pace)


@pytest.mark.timeout(1500)
def test_killed_at_random_every_job_ends_once_and_its_effect_is_there_once(warehouse, account, environ):
    chance = random.Random(SEED)
    with warehouse.transaction() as con:
        con.execute(SCENE)
    seen, asked, began = Counter(), {}, time.monotonic()
    with start_sandbox(start="2026-10-01", quota=False) as sandbox:
        stage = Stage(environ | sandbox.environment | {"LIFETRACER_TOGGL_PAUSE_SECONDS": "0"})
        try:
            stage.keep()
            asking = threading.Thread(target=ask_for_jobs, args=(stage, asked, 0.2))
            asking.start()
            while seen.total() < KILLS:
                time.sleep(chance.uniform(0.1, 0.5))
                if chosen := stage.victim(chance):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(chosen[1], signal.SIGKILL)
                        seen[chosen[0]] += 1
                stage.keep()
            while asking.is_alive() or _living(warehouse):
                assert time.monotonic() - began < 60 + 4 * (KILLS + JOBS), _story(warehouse)
                time.sleep(0.1)
                stage.keep()
            asking.join()
            _settle(stage, warehouse)
            truth = set(sandbox.truth("toggl")["entries"])
        finally:
            stage.end()
    with warehouse.transaction() as con:
        jobs = con.execute("select job_id::text, stage, status, error ->> 'kind', attempt from ops.job").fetchall()
        endings = Counter(row[0] for row in con.execute("select job_id::text from ending").fetchall())
        effects = Counter(row[0] for row in con.execute("select job_id::text from effect").fetchall())
        stored = [
            row[0]
            for row in con.execute(
                "select source_id from raw.toggl_track__time_entries where deleted_at is null"
            ).fetchall()
        ]
    known = {job_id for job_id, *_ in jobs}
    light = {job_id for job_id, name, *_ in jobs if name != "sync"}
    reports = [job_id for path, job_id, _ in asked.values() if path == "/api/report"]
    _tell(seen, jobs, asked, endings, effects, time.monotonic() - began)
    assert len(asked) == JOBS
    assert {job_id for _, job_id, _ in asked.values()} <= known, "none lost"
    assert len(set(reports)) == len(reports) == sum(name == "report" for _, name, *_ in jobs), "none asked for twice"
    assert set(endings) == known
    assert set(endings.values()) == {1}, "each ended exactly once"
    lost = [job for job in jobs if job[2] != "succeeded"]
    assert {(status, kind) for _, _, status, kind, _ in lost} <= {("failed", "interrupted")}
    assert all(attempt >= ATTEMPTS for *_, attempt in lost), "only what was killed at each of its runs is given up"
    assert set(effects) >= light - {job[0] for job in lost}
    assert set(effects.values()) == {1}
    assert sorted(stored) == sorted(truth), "the syncs that were killed stored everything once"


def _living(warehouse):
    with warehouse.transaction() as con:
        return con.execute("select count(*) from ops.job where status in ('queued', 'running', 'waiting')").fetchone()[
            0
        ]


def _settle(stage, warehouse):
    """Sync once more, undisturbed."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.post(f"{stage.addresses[0]}/api/sync/toggl", timeout=5, trust_env=False).status_code == 202:
                break
        time.sleep(0.1)
        stage.keep()
    end = time.monotonic() + 60
    while _living(warehouse):
        assert time.monotonic() < end, _story(warehouse)
        time.sleep(0.1)


def _story(warehouse):
    with warehouse.transaction() as con:
        return con.execute(
            "select stage, subject, status, attempt, run_after, error, now() - heartbeat_at from ops.job"
            " where status in ('queued', 'running', 'waiting')"
        ).fetchall()


def _tell(seen, jobs, asked, endings, effects, seconds):
    attempts = Counter(min(attempt, 4) for *_, attempt in jobs)
    rows = [
        ("SIGKILLs", f"{seen.total()} ({', '.join(f'{count} {kind}' for kind, count in sorted(seen.items()))})"),
        ("requests", f"{len(asked)}, repeated because the server died: {sum(t - 1 for _, _, t in asked.values())}"),
        ("jobs", f"{len(jobs)} ({', '.join(f'{n} {s}' for s, n in sorted(Counter(j[1] for j in jobs).items()))})"),
        ("ended", ", ".join(f"{n} {s}" for s, n in sorted(Counter(j[2] for j in jobs).items()))),
        ("ended more than once", sum(n > 1 for n in endings.values())),
        ("begun 1, 2, 3, more times", " / ".join(str(attempts[n]) for n in (1, 2, 3, 4))),
        ("effects", f"{effects.total()} of {sum(j[1] != 'sync' for j in jobs)} jobs that leave one"),
        ("stuck", sum(j[2] in {"queued", "running", "waiting"} for j in jobs)),
        ("seconds", round(seconds)),
    ]
    for name, value in rows:
        print(f"| {name:28} | {value} |")  # noqa: T201  (the drill shows it)
