"""A worker as a container of the split compose: its own port, whether or not its stage is built yet."""

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest

pytestmark = pytest.mark.db


@pytest.mark.parametrize("stage", ["analyze", "report"])
def test_each_part_answers_on_its_port(environ, account, warehouse, stage):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "lifetracer", "worker", "--stages", stage, "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | environ) as worker:
        try:
            answer, end = None, time.monotonic() + 20
            while answer is None and time.monotonic() < end:
                try:
                    answer = httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
                except httpx.TransportError:
                    time.sleep(0.05)
            assert answer is not None
            assert answer.json() == {"status": "ok"}
            told = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
            assert told.headers["content-type"].startswith("text/plain; version=")
            assert "\nlifetracer_worker_running_jobs 0.0\n" in told.text
            with warehouse.transaction() as con:
                stages = con.execute("select stages from ops.worker").fetchall()
            assert all(set(each) <= {stage, "pipeline"} for (each,) in stages)
        finally:
            worker.terminate()
        assert worker.wait(30) == 0
