"""A worker whose stages only say when they ran: ``python -m benchmarks.lightly SLOTS``."""

from __future__ import annotations

import sys
import time

from lifetracer import settings, warehouse
from lifetracer.jobs import queue, worker
from lifetracer.jobs.stages import Outcome, Stage, Task


def run(task: Task) -> Outcome:
    """Leave one row, under the fence."""
    began = time.time()
    with task.warehouse.transaction() as con:
        if queue.hold(con, task.account_id, task.job_id, task.fence):
            con.execute("insert into light (job_id, fence) values (%s, %s)", [task.job_id, task.fence])
    return Outcome({"began": began})


STAGES = {"light": Stage("light", "benchmarks.lightly:run", ("benchmarks.lightly",))}

if __name__ == "__main__":
    with warehouse.open(settings.load()) as opened:
        worker.Worker(opened, STAGES, slots=int(sys.argv[1]), keeps_schedule=False).run()
