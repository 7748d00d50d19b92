"""A small stage for tests, and a worker process that knows it: ``python tiny.py [SLOTS]``."""

import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

from lifetracer import settings, warehouse
from lifetracer.errors import CredentialError, QuotaError, TryAgainError
from lifetracer.jobs import worker
from lifetracer.jobs.stages import Outcome, Stage, Task


def run(task: Task) -> Outcome:
    """Do what the parameters say and leave one row as the effect."""
    wish = task.parameters
    for step in range(wish.get("steps", 0)):
        task.progress({"done": step})
        time.sleep(wish.get("pause", 0.05))
    logging.getLogger("tiny").info("half way, NUL \0 and \ud800")
    sys.stdout.write("printed こんにちは\n")
    if wish.get("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if wish.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    if wish.get("hoard"):  # MB, in steps that a look can fall between
        kept = [bytearray(b"x" * (8 * 2**20)) for _ in range(wish["hoard"] // 8)]
        time.sleep(len(kept))
    if wish.get("gulp"):  # MB, at once
        bytearray(wish["gulp"] * 2**20)
    match wish.get("raise"):
        case "credential":
            raise CredentialError("The service refused the token.", remedy="Make a new one.")
        case "quota":
            with task.warehouse.transaction() as con:
                first = con.execute("select count(*) from effect where note = 'quota'").fetchone()[0] == 0
                con.execute("insert into effect (job_id, note) values (%s, 'quota')", [task.job_id])
            if first:
                raise QuotaError("Used up.", after=datetime.now(UTC) + timedelta(seconds=1))
        case "passing":
            with task.warehouse.transaction() as con:
                first = con.execute("select count(*) from effect where note = 'passing'").fetchone()[0] == 0
                con.execute("insert into effect (job_id, note) values (%s, 'passing')", [task.job_id])
            if first:
                raise TryAgainError("No network.", after=datetime.now(UTC) + timedelta(seconds=0.5))
        case "bug":
            raise ZeroDivisionError("division by zero")
    with task.warehouse.transaction() as con:
        con.execute("insert into effect (job_id, note) values (%s, 'done') on conflict do nothing", [task.job_id])
    return Outcome({"subject": task.subject, "full": wish.get("full", False)}, changed=bool(wish.get("changed")))


STAGES = {
    "tiny": Stage("tiny", "tiny:run", ("tiny",)),
    "sync": Stage("sync", "tiny:run", ("tiny",)),
    "transform": Stage("transform", "tiny:run", ("tiny",)),
    "report": Stage("report", "tiny:run", ("tiny",)),
    "short": Stage("short", "tiny:run", ("tiny",), zygote="other", seconds=0.5),
}

if __name__ == "__main__":
    rhythm = worker.Rhythm(heartbeat=0.5, stalled=3, sweep=1, patience=1)
    logging.basicConfig(level=logging.INFO)
    with warehouse.open(settings.load()) as opened:
        limits = worker.Limits(memory_mb=300)
        slots = int(sys.argv[1]) if len(sys.argv) > 1 else 2
        worker.Worker(opened, STAGES, slots=slots, rhythm=rhythm, limits=limits).run()
