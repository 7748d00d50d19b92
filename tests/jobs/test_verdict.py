"""How a child's end is told."""

import os
import signal
import sys

import pytest

from lifetracer.jobs.verdict import how_ended


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise SystemExit(3)", "its process ended with code 3"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})", "its process was ended by SIGKILL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGRTMIN + 2)", f"by signal {signal.SIGRTMIN + 2}"),
    ],
)
def test_every_end_has_words(code, told):
    _, status = os.waitpid(os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code]), 0)
    assert how_ended(status).endswith(told)
