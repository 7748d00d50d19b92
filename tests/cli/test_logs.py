"""What server and worker write: one JSON object a line for machines, text for people, and no secrets."""

import json
import os
import pty
import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys
import structlog
from lifetracer.cli import logs
from lifetracer.settings import load
logs.configure(load(), "worker")
log = logging.getLogger("lifetracer.jobs.worker")
log.info("a job began", extra={"jobId": "j-1"})
with structlog.contextvars.bound_contextvars(requestId="r-1"):
    log.warning("about %s", "それ")
structlog.get_logger("lifetracer.home").warning("from structlog", path="/x")
logging.getLogger("httpx").info("GET https://example.org/?token=secret")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it broke")
"""


def run(**environ: str) -> list[str]:
    child = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert child.stdout == ""
    return child.stderr.splitlines()


def test_away_from_a_terminal_every_line_is_an_object() -> None:
    lines = [json.loads(line) for line in run()]
    assert [line["event"] for line in lines] == ["a job began", "about それ", "from structlog", "it broke"]
    began, about, structured, broke = lines
    assert began.items() >= {
        "level": "info", "part": "worker", "logger": "lifetracer.jobs.worker", "jobId": "j-1",
    }.items()  # fmt: skip
    assert began["at"].endswith("Z")
    assert about["requestId"] == "r-1"
    assert structured.items() >= {"level": "warning", "path": "/x", "logger": "lifetracer.home"}.items()
    assert "ZeroDivisionError" in broke["exception"]


def test_the_level_is_a_setting() -> None:
    lines = [json.loads(line)["event"] for line in run(LIFETRACER_LOG_LEVEL="error")]
    assert lines == ["it broke"]


@pytest.mark.parametrize("level", ["debug", "info"])
def test_addresses_of_services_are_never_written(level: str) -> None:
    assert "secret" not in "".join(run(LIFETRACER_LOG_LEVEL=level))


def test_text_for_people_when_wanted() -> None:
    lines = run(LIFETRACER_LOG_FORMAT="text")
    assert lines[0] == "worker: about それ  requestId=r-1"
    assert "ZeroDivisionError: division by zero" in lines[-1]
    assert run(LIFETRACER_LOG_FORMAT="text", LIFETRACER_LOG_LEVEL="info")[0] == "worker: a job began  jobId=j-1"


def test_at_a_terminal_it_is_text() -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-c", PROGRAM], stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    os.close(ours)
    assert child.wait(30) == 0
    assert said.decode().startswith("worker: about それ")
