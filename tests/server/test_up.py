"""`lifetracer up`: one command, several processes; whatever is killed comes back, and all end together."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.db


def lifetracer(*words, environ, **more):
    command = [sys.executable, "-m", "lifetracer", *map(str, words)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False, **more)


def processes_below(pid):
    """Every descendant of a process, with its command line."""
    parents, found = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    while more := {child for child, parent in parents.items() if parent in {pid, *found} and child not in found}:
        for child in more:
            with contextlib.suppress(OSError):
                found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
            found.setdefault(child, "")
    return found


@pytest.fixture
def port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@pytest.fixture
def up(environ, account, port):
    """The running program."""
    command = [sys.executable, "-m", "lifetracer", "up", "--port", str(port)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
    process.communicate()


@pytest.fixture
def address(up, port):
    return f"http://127.0.0.1:{port}"


def wait_until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            if condition():
                return
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.05)


def is_ready(address):
    return httpx.get(f"{address}/ready", timeout=2).status_code == 200


def test_it_answers_runs_jobs_and_ends_cleanly(up, address):
    wait_until(lambda: httpx.get(f"{address}/health", timeout=1).json() == {"status": "ok"})
    wait_until(lambda: is_ready(address))
    job = httpx.post(f"{address}/api/sync/toggl").headers["location"]
    wait_until(lambda: httpx.get(f"{address}{job}").json()["status"] == "needs_user")
    error = httpx.get(f"{address}{job}").json()["error"]
    assert "connect" in error["remedy"]
    family = processes_below(up.pid)
    assert len(family) >= 4
    up.send_signal(signal.SIGTERM)
    assert up.wait(15) == 0
    wait_until(lambda: not [pid for pid in family if Path(f"/proc/{pid}").exists()], 5)
    assert re.search(r"lifetracer is at http://localhost:\d+", up.stdout.read())


def test_what_is_killed_comes_back(up, address):
    wait_until(lambda: is_ready(address))
    for name in ("serve", "worker"):
        former = next(pid for pid, command in processes_below(up.pid).items() if f"lifetracer {name}" in command)
        os.kill(former, signal.SIGKILL)
        wait_until(
            lambda: [
                pid
                for pid, command in processes_below(up.pid).items()
                if f"lifetracer {name}" in command and pid != former  # noqa: B023
            ]
        )
        wait_until(lambda: is_ready(address))
    job = httpx.post(f"{address}/api/sync/toggl").headers["location"]
    wait_until(lambda: httpx.get(f"{address}{job}").json()["status"] == "needs_user")


def test_killed_itself_it_leaves_nothing_behind(up, address):
    wait_until(lambda: is_ready(address))
    family = processes_below(up.pid)
    up.kill()
    wait_until(lambda: not [pid for pid in family if Path(f"/proc/{pid}").exists()], 15)


def test_a_taken_port_is_a_sentence(environ):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        for command in ("up", "serve", "demo"):
            answer = lifetracer(command, "--port", taken, environ=environ)
            assert answer.returncode == 3
            assert f"Port {taken}" in answer.stderr
            assert f"--port {taken + 1}" in answer.stderr
            assert "Traceback" not in answer.stderr


def test_it_does_not_show_a_life_to_the_network(environ, account, port, tmp_path):
    said = tmp_path / "said"
    command = [sys.executable, "-m", "lifetracer", "serve", "--host", "0.0.0.0", "--port", str(port)]
    with said.open("w") as out, subprocess.Popen(command, env=environ, stdout=out, stderr=out) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: httpx.get(f"{address}/health").json() == {"status": "ok"})
            wait_until(lambda: "set-up code" in said.read_text())
            wait_until(lambda: httpx.get(f"{address}/api/marts").status_code == 401)
            for page in ("/", "/data", "/jobs", "/security"):
                assert httpx.get(f"{address}{page}").status_code == 401, page
                shown = httpx.get(f"{address}{page}", headers={"accept": "text/html"}, follow_redirects=True)
                assert shown.url.path in {"/sign-in", "/welcome"}, page
        finally:
            server.terminate()
        assert server.wait(30) == 0


def test_a_database_that_needs_a_person_ends_it_with_their_sentence(environ, port):
    broken = environ | {"DATABASE_URL": "mysql://nowhere"}
    answer = lifetracer("up", "--port", port, environ=broken)
    assert answer.returncode == 3
    assert "DATABASE_URL" in answer.stderr


def test_a_database_that_is_away_leaves_the_server_alive(environ, port):
    away = environ | {"DATABASE_URL": "postgresql://x:y@127.0.0.1:9/none"}
    command = [sys.executable, "-m", "lifetracer", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=away, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: httpx.get(f"{address}/health").json() == {"status": "ok"})
            wait_until(lambda: "Nothing answers" in httpx.get(f"{address}/api/jobs").json()["detail"])
            assert httpx.get(f"{address}/api/jobs").status_code == 503
            assert httpx.get(f"{address}/ready").status_code == 503
        finally:
            server.terminate()
        assert server.wait(30) == 0


def test_a_worker_tells_its_health(environ, account, port):
    command = [sys.executable, "-m", "lifetracer", "worker", "--stages", "report", "--health-port", str(port)]
    with subprocess.Popen(command, env=environ) as worker:
        try:
            wait_until(lambda: httpx.get(f"http://127.0.0.1:{port}/health").json() == {"status": "ok"})
            assert httpx.get(f"http://127.0.0.1:{port}/other").status_code == 404
        finally:
            worker.terminate()
        assert worker.wait(30) == 0
