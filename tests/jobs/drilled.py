"""A worker for the drill: real syncs, and light stages that record their effect under the fence."""

import random
import time

from lifetracer import settings, warehouse
from lifetracer.jobs import queue, worker
from lifetracer.jobs.stages import STAGES, Outcome, Stage, Task


def run(task: Task) -> Outcome:
    """Work a little, leave one effect if the run still is the job's own, work a little more."""
    time.sleep(random.uniform(0.0, 0.3))
    with task.warehouse.transaction() as con:
        if not queue.hold(con, task.account_id, task.job_id, task.fence):
            return Outcome({"late": True})
        con.execute(
            "insert into effect (job_id, fence) values (%s, %s) on conflict (job_id) do nothing",
            [task.job_id, task.fence],
        )
    time.sleep(random.uniform(0.0, 0.2))
    return Outcome({"subject": task.subject})


LIGHT = {name: Stage(name, "drilled:run", ("drilled",), zygote="other") for name in ("transform", "report")}

if __name__ == "__main__":
    rhythm = worker.Rhythm(heartbeat=0.5, stalled=3, sweep=1, patience=1)
    with warehouse.open(settings.load()) as opened:
        worker.Worker(opened, {"sync": STAGES["sync"]} | LIGHT, slots=2, keeps_schedule=False, rhythm=rhythm).run()
