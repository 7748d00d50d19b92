"""The command line answers at once: heavy libraries wait until they are needed."""

import os
import subprocess
import sys

import pytest

ASK_FOR_HELP = """
import sys
from lifetracer.cli import main
sys.argv = ["lifetracer", "--help"]
try:
    main()
except SystemExit:
    pass
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""

HEAVY = ("dbt", "fastapi", "typst", "icalendar", "pandas", "psycopg", "httpx")


@pytest.fixture
def environment(tmp_path):
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**keep, "LIFETRACER_HOME": str(tmp_path), "HOME": str(tmp_path)}


def test_help_answers_within_a_blink(environment):
    """Best of five, in processor seconds (it waits for nothing), so that a busy machine does not decide."""

    def once() -> float:
        begun = os.times()
        subprocess.run([sys.executable, "-m", "lifetracer", "--help"], check=True, capture_output=True, env=environment)
        ended = os.times()
        return ended.children_user + ended.children_system - begun.children_user - begun.children_system

    assert min(once() for _ in range(5)) < 0.3


def test_help_loads_no_heavy_library(environment):
    answer = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP], check=True, capture_output=True, text=True, env=environment
    )
    loaded = answer.stdout.rpartition("LOADED")[2].split()
    assert not set(HEAVY) & set(loaded)
