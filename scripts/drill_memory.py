"""How much memory each part needs at its highest, over the demo person's two years: what fits on a small machine?

From /proc, 50 times a second at best. Of a stage run as a command: what its process and all below it hold (RSS; what
they share counts in each, so a little too much). Of what stays: the proportional share (PSS), for forks share what was
loaded before; of PostgreSQL, whose processes are another user's: their own pages, and their common ones once.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from containers import Findings, ask, until

SMALL = 1024
"""MB of the smallest machine that is told of."""
STAGES = (
    "sync toggl --full",
    "sync toggl",
    "sync gcal --full",
    "sync gcal",
    "transform --full",
    "transform",
    "analyze",
    "adjust",
    "report",
)
PAGES = ("/", "/week", "/month", "/targets", "/estimates", "/data", "/jobs", "/api/jobs")


def below(root: int) -> set[int]:
    """Give a process and all that descend from it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if told := _read(folder / "stat"):
            parents[int(folder.name)] = int(told.rpartition(")")[2].split()[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""


def size(pid: int, word: str, file: str = "status") -> int:
    """Give one of a process's sizes in kB."""
    return sum(
        int(line.split()[1]) for line in _read(Path(f"/proc/{pid}/{file}")).splitlines() if line.startswith(word)
    )


def resident(root: int) -> int:
    """Give what a process and all below it hold, in kB."""
    return sum(size(pid, "VmRSS:") for pid in below(root))


def proportional(root: int) -> int:
    """Give their share of it, in kB."""
    return sum(size(pid, "Pss:", "smaps_rollup") for pid in below(root))


def of_postgresql(master: int) -> int:
    """Give what PostgreSQL holds, in kB."""
    family = below(master)
    common = max(size(pid, "RssShmem:") for pid in family) + max(size(pid, "RssFile:") for pid in family)
    return common + sum(size(pid, "RssAnon:") for pid in family)


class Highest(threading.Thread):
    """Keeps the highest of a size while a ``with`` block lasts."""

    def __init__(self, look: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self.look, self.over, self.kilobytes = look, threading.Event(), 0

    def run(self) -> None:
        """Look, until it is over."""
        while not self.over.wait(0.02):
            self.kilobytes = max(self.kilobytes, self.look())

    def __enter__(self) -> "Highest":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    @property
    def megabytes(self) -> int:
        """The highest, in MB."""
        return round(self.kilobytes / 1024)


def part(root: int, word: str) -> int:
    """Find a part of the program among a process's children."""
    return until(word, lambda: next((pid for pid in below(root) if f"\0{word}\0" in words(pid)), 0), 30)


def words(pid: int) -> str:
    """Give the words that a process was started with, each with a zero after it."""
    return _read(Path(f"/proc/{pid}/cmdline"))


def everything_together(url: str, root: int, home: str, found: Findings) -> dict[str, str]:
    """Let the demo person be born; gives the environment in which commands are hers."""
    server, worker = part(root, "serve"), part(root, "worker")

    def master() -> int:
        every = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        return next((pid for pid in every if "postgres\0-D\0" in words(pid) and home in words(pid)), 0)

    database = until("PostgreSQL", master, 60)

    def is_over() -> bool:
        jobs = (ask(f"{url}/api/jobs")[1] or {"jobs": []})["jobs"]
        return sum(job["stage"] == "adjust" for job in jobs) > 1 and all(job["finishedAt"] for job in jobs)

    with Highest(lambda: proportional(worker)) as working, Highest(lambda: of_postgresql(database)) as storing:
        until("the pipeline", is_over, 300)
    with Highest(lambda: size(server, "VmRSS:")) as serving:
        for page in PAGES * 3:
            ask(f"{url}{page}")
    found.claim("server, MB", serving.megabytes > 0, serving.megabytes)
    found.claim("worker for all stages: at rest, MB", True, round(proportional(worker) / 1024))
    found.claim("worker for all stages: in the pipeline, MB", working.megabytes > 0, working.megabytes)
    found.claim("PostgreSQL, MB", storing.megabytes > 0, storing.megabytes)
    whole = serving.megabytes + working.megabytes + storing.megabytes
    found.claim(f"all three at their highest fit into {SMALL} MB", whole < SMALL, whole)
    pairs = (pair.partition("=") for pair in _read(Path(f"/proc/{worker}/environ")).split("\0"))
    return {name: value for name, _, value in pairs if name}


def alone(environ: dict[str, str], home: str, found: Findings) -> None:
    """Run each stage as a command, and a worker that only syncs."""
    program = [sys.executable, "-m", "lifetracer"]
    quiet = {"env": environ, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    for stage in STAGES:
        more = ["--output", f"{home}/report.pdf"] if stage == "report" else []
        command = subprocess.Popen([*program, *stage.split(), *more], **quiet)  # type: ignore[call-overload]
        with Highest(lambda pid=command.pid: resident(pid)) as needed:  # type: ignore[misc]
            said = command.communicate(timeout=300)[1].decode()
        found.claim(
            f"{stage}, MB", command.returncode == 0, needed.megabytes if not command.returncode else said[-500:]
        )
    command = subprocess.Popen([*program, "worker", "--stages", "sync", "--no-schedule"], **quiet)  # type: ignore[call-overload]
    try:
        time.sleep(10)
        found.claim("worker for syncs alone: at rest, MB", command.poll() is None, round(resident(command.pid) / 1024))
    finally:
        command.terminate()
        command.communicate(timeout=60)


def main() -> None:
    """Measure a whole installation, then stage by stage."""
    found = Findings()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="lifetracer-memory-") as home:
        Path(home).chmod(0o755)
        environ = os.environ | {"LIFETRACER_HOME": home}
        command = [sys.executable, "-m", "lifetracer", "demo", "--no-open", "--language", "en", "--port", port]
        demo = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            alone(everything_together(f"http://127.0.0.1:{port}", demo.pid, home, found), home, found)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
    found.end()


if __name__ == "__main__":
    main()
