"""Workers as real processes, and a person who asks for jobs."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lifetracer import jobs
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account

HERE = Path(__file__).parent


@pytest.fixture
def effects(warehouse: Warehouse) -> Callable[[], list[tuple[object, ...]]]:
    """What the tiny stage left behind: (job_id, note) rows."""
    with warehouse.transaction() as con:
        con.execute("create table effect (job_id uuid, note text)")
        con.execute("create unique index on effect (job_id) where note = 'done'")

    def read() -> list[tuple[object, ...]]:
        with warehouse.transaction() as con:
            return con.execute("select job_id, note from effect").fetchall()

    return read


@pytest.fixture
def start_worker(environ: dict[str, str], effects: object) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start worker processes; those still alive at the end are ended."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(slots: int = 2) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(HERE / "tiny.py"), str(slots)]
        processes.append(subprocess.Popen(command, env=environ | {"PYTHONPATH": str(HERE)}))
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        if process.poll() is None:
            process.kill()
            process.wait()


class Person:
    """Somebody who asks for jobs and waits for them."""

    def __init__(self, warehouse: Warehouse, account: Account) -> None:
        self.warehouse = warehouse
        self.account_id = account.account_id

    def ask(self, stage: str = "tiny", subject: str = "", **parameters: object) -> jobs.Requested:
        with self.warehouse.transaction(account_id=self.account_id) as con:
            return jobs.request(con, stage, subject, parameters)

    def look(self, job_id: object) -> jobs.Job:
        with self.warehouse.transaction(account_id=self.account_id) as con:
            found = jobs.find(con, job_id)  # type: ignore[arg-type]
        assert found
        return found

    def cancel(self, job_id: object) -> str | None:
        with self.warehouse.transaction(account_id=self.account_id) as con:
            return jobs.cancel(con, job_id)  # type: ignore[arg-type]

    def all(self) -> list[jobs.Job]:
        with self.warehouse.transaction(account_id=self.account_id) as con:
            return jobs.recent(con, limit=500)

    def log(self, job_id: object) -> list[jobs.LogLine]:
        with self.warehouse.transaction(account_id=self.account_id) as con:
            return jobs.log_lines(con, job_id)  # type: ignore[arg-type]

    def wait(self, job_id: object, *statuses: str, seconds: float = 90) -> jobs.Job:
        """Wait until the job has one of these statuses; by default until it has ended."""
        deadline = time.monotonic() + seconds
        while True:
            job = self.look(job_id)
            if job.status in statuses or (not statuses and not job.living):
                return job
            assert time.monotonic() < deadline, f"still {job}"
            time.sleep(0.02)


@pytest.fixture
def person(warehouse: Warehouse, account: Account) -> Person:
    return Person(warehouse, account)


def children_of(pid: int) -> list[int]:
    """The direct children of a process."""
    found = []
    for entry in (path.name for path in Path("/proc").iterdir()):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{entry}/stat").read_text()
                if int(stat.rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry))
    return found
