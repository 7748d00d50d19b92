"""The stage analyze: a worker's child does it, from a zygote that has the libraries loaded and no thread started."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jobs.conftest import Person
from lifetracer.jobs.stages import STAGES
from lifetracer.settings import load
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse

COUNT = """
import os, sys
from importlib import import_module
module, _, function = sys.argv[1].partition(":")
getattr(import_module(module), function)()
print(len(os.listdir("/proc/self/task")), "numpy" in sys.modules, "lifetracer.analyzer.forecast" in sys.modules)
"""


def test_the_zygote_has_everything_loaded_and_one_thread() -> None:
    (wish,) = STAGES["analyze"].preload
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    told = subprocess.run(
        [sys.executable, "-c", COUNT, wish], capture_output=True, text=True, timeout=60, check=True, env=environ
    )
    assert told.stdout.split() == ["1", "True", "True"]


@pytest.mark.db
def test_a_worker_analyzes_also_where_there_is_nothing_yet(
    person: Person, warehouse: Warehouse, environ: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "lifetracer", "worker", "--stages", "analyze", "--no-schedule"]
    with subprocess.Popen(command, env=os.environ | environ) as worker:
        try:
            before = person.wait(person.ask("analyze").job_id, seconds=60)
            transform(warehouse, load(environ), person.account_id)
            after = person.wait(person.ask("analyze").job_id, seconds=60)
        finally:
            worker.terminate()
    assert before.status == after.status == "succeeded"
    assert before.summary
    assert "lifetracer transform" in before.summary["reason"]
    assert after.summary
    assert after.summary["reason"] == "Nothing was tracked in the 5 years that estimates look back."
    assert (after.summary["knownDays"], after.summary["written"]) == (0, 0)
