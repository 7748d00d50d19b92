"""The worker: one thread, one connection, one loop that claims jobs, listens to their children and records their ends.

    database ──notify──▶ ┌────────┐ ──run──▶ zygote ──fork──▶ child (one job)
             ◀──claim,── │ worker │ ◀──────── progress, log, last word ──┘
               beat, end └────────┘

Law: nothing here waits for a child. Whatever the loop does takes milliseconds, so the heartbeat is never late;
a heavy import or a long statement belongs into a child.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from lifetracer import __version__
from lifetracer.errors import LifetracerError, TryAgainError
from lifetracer.jobs import pipeline, queue, schedule
from lifetracer.jobs.queries import Connection
from lifetracer.jobs.stages import STAGES, Stage
from lifetracer.jobs.verdict import how_ended, verdict
from lifetracer.jobs.zygotes import Running, Zygote, Zygotes
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.connect import connect

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the loop does what, in seconds."""

    heartbeat: float = 5.0
    stalled: float = 15.0
    """A running job without a heartbeat for so long has lost its worker."""
    sweep: float = 10.0
    schedule: float = 2.0
    look: float = 1.0
    """The queue is looked at even without a notification: a retry became due, a pooler swallowed it."""
    write: float = 0.3
    """Progress and log lines are written together."""
    patience: float = 5.0
    """Between SIGTERM and SIGKILL."""
    weigh: float = 0.5
    """Between two looks at how much memory the children take."""
    tidy: float = 600.0
    """Between two rounds of tidying up; while there is more to do, a portion every second."""
    turn: float = 0.25
    """The longest that one turn attends to schedules or to lost jobs; the rest waits for the next turn."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What jobs may take, and how long what they left is kept."""

    memory_mb: int = 2048
    log_days: int = 30
    job_days: int = 400


MOST_LINES = 10_000
"""Log lines that are kept of one run."""


class Worker:
    """Runs jobs until told to stop."""

    def __init__(
        self,
        warehouse: Warehouse,
        stages: Mapping[str, Stage] = STAGES,
        *,
        slots: int | None = None,
        keeps_schedule: bool = True,
        name: str | None = None,
        rhythm: Rhythm = Rhythm(),
        limits: Limits = Limits(),
    ) -> None:
        self.warehouse = warehouse
        self.stages = stages
        self.slots = slots or max(2, min(8, os.cpu_count() or 2))
        self.keeps_schedule = keeps_schedule
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self.rhythm = rhythm
        self.limits = limits
        self.ended: Counter[tuple[str, str]] = Counter()
        """(stage, status) → runs that ended so in this process."""
        self.zygotes = Zygotes(stages)
        self.running: dict[UUID, Running] = {}
        self.starting: dict[Zygote, list[Running]] = {}
        self.last_turn = time.monotonic()
        """When the loop last went round; a health check looks at it."""
        self._con: Connection | None = None
        self._stopping = False
        self._clocks: dict[str, float] = {}
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._ringer.setblocking(False)

    def stop(self, *_: object) -> None:
        """Let the loop end: no new jobs, running ones are stopped and queued again."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._ringer.send(b"!")

    def run(self, *, handle_signals: bool = True) -> None:
        """Work until `stop` or SIGTERM/SIGINT."""
        if handle_signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.stop)
            signal.set_wakeup_fd(self._ringer.fileno(), warn_on_full_buffer=False)
        try:
            self.zygotes.start()
            while not (self._stopping and not self.running):
                self._turn()
        finally:
            if handle_signals:
                signal.set_wakeup_fd(-1)
            self.zygotes.stop()
            if self._con:
                with contextlib.suppress(psycopg.Error):
                    queue.leave(self._con, self.name)
                self._con.close()

    def _turn(self) -> None:
        """Go round once: wait for something to happen, then attend to it and to whatever is due."""
        self.last_turn = time.monotonic()
        woken = self._listen()
        if self._stopping:
            for child in list(self.running.values()):
                self._tell_to_end(child, "leaving")
        self._watch_time()
        try:
            con = self._connection()
            if woken or self._is_due("beat", self.rhythm.heartbeat):
                self._beat(con)
            if self._is_due("write", self.rhythm.write):
                self._write(con)
            if not self._stopping:
                self._claim(con)
                if self._is_due("show", self.rhythm.heartbeat):
                    names = [*self.stages, pipeline.STAGE]
                    queue.show(con, self.name, names, self.slots, len(self.running), __version__)
                if self._is_due("sweep", self.rhythm.sweep):
                    self._sweep(con)
                if self.keeps_schedule and self._is_due("schedule", self.rhythm.schedule):
                    self._keep_schedule(con)
                if self._is_due("tidy", self.rhythm.tidy) and queue.tidy(
                    con, self.limits.log_days, self.limits.job_days
                ):
                    self._clocks["tidy"] = time.monotonic() + 1
        except (psycopg.OperationalError, psycopg.InterfaceError, TryAgainError) as failure:
            log.warning("the database does not answer (%s); trying again", str(failure).strip())
            if self._con:
                self._con.close()
            self._con = None
            self._bell_wait(1.0)
            with contextlib.suppress(LifetracerError, psycopg.Error), self.warehouse.session():
                pass  # starts the embedded server again, should somebody have killed it

    # -- the database ------------------------------------------------------------------------------------------------

    def _connection(self) -> Connection:
        if self._con is None or self._con.closed:
            con = connect(self.warehouse.dsn, autocommit=True)
            con.execute("set statement_timeout = '10s'; set timezone = 'UTC'")
            if not self.warehouse.is_pooled:
                con.execute("listen lifetracer_queue")
            self._con = con
        return self._con

    def _claim(self, con: Connection) -> None:
        while len(self.running) < self.slots and not self._stopping:
            with con.transaction():
                job = queue.claim(con, self.name, [*self.stages, pipeline.STAGE])
            if job is None:
                return
            with con.transaction():
                queue.begin(con, job)
            if job.stage != pipeline.STAGE:
                self._start(job)

    def _beat(self, con: Connection) -> None:
        if not self.running:
            return
        ours = queue.beat(con, {key: child.job.fence for key, child in self.running.items()})
        for key, child in self.running.items():
            if key not in ours:
                self._tell_to_end(child, "lost")
            elif ours[key]:
                self._tell_to_end(child, "cancelled")

    def _write(self, con: Connection) -> None:
        for child in self.running.values():
            self._write_of(con, child)

    def _write_of(self, con: Connection, child: Running) -> None:
        if child.progress is None and not child.lines:
            return
        progress, lines = child.progress, list(child.lines)
        with con.transaction():
            queue.save(con, child.job, progress, lines)
        child.progress = None
        child.lines.clear()

    def _sweep(self, con: Connection) -> None:
        over = time.monotonic() + self.rhythm.turn
        for job in queue.stalled(con, self.rhythm.stalled):
            if time.monotonic() > over:
                self._clocks["sweep"] = 0.0
                return
            with con.transaction():
                if queue.take_up(con, job, self.rhythm.stalled):
                    log.warning("job %s (%s %s) had lost its worker", job.job_id, job.stage, job.subject)

    def _keep_schedule(self, con: Connection) -> None:
        over = time.monotonic() + self.rhythm.turn
        with contextlib.suppress(LookupError):
            while time.monotonic() < over:
                with con.transaction():
                    schedule.tick(con)
            self._clocks["schedule"] = 0.0  # a crowd's midnight: the rest in the next turn, after the heartbeat

    # -- children ----------------------------------------------------------------------------------------------------

    def _start(self, job: Any) -> None:
        stage = self.stages[job.stage]
        zygote = self.zygotes.alive[stage.zygote]
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        order = {
            "stage": stage.name,
            "run": stage.run,
            "accountId": str(job.account_id),
            "jobId": str(job.job_id),
            "fence": job.fence,
            "memoryMb": self.limits.memory_mb,
            "subject": job.subject,
            "parameters": job.parameters,
        }
        ours.sendall(json.dumps(order).encode() + b"\n")
        ours.setblocking(False)
        os.set_blocking(reading, False)
        ends_at = time.monotonic() + stage.seconds
        child = Running(job, stage, zygote, ours, reading, ends_at=ends_at, memory_mb=self.limits.memory_mb)
        with theirs:
            with contextlib.suppress(OSError):  # a dead zygote is found out when it is heard
                zygote.run(theirs, writing)
            os.close(writing)
        self.running[job.job_id] = child
        self.starting.setdefault(zygote, []).append(child)

    def _listen(self) -> bool:
        """Wait for a word of a child, a zygote, the database or a signal; true when the database called."""
        sources: dict[Any, Callable[[], None]] = {self._bell: self._drain_bell}
        for zygote in list(self.zygotes.alive.values()):
            sources[zygote.talk] = lambda z=zygote: self._hear_zygote(z)  # type: ignore[misc]
        for child in self.running.values():
            if child.talk.fileno() >= 0:
                sources[child.talk] = lambda c=child: self._hear(c)  # type: ignore[misc]
            if child.output >= 0:
                sources[child.output] = lambda c=child: self._hear_murmur(c)  # type: ignore[misc]
        database = self._con.pgconn.socket if self._con and not self._con.closed else None
        if database is not None:
            sources[database] = lambda: None
        unwritten = any(c.lines or c.progress is not None for c in self.running.values())
        patience = self.rhythm.write if unwritten else self.rhythm.weigh if self.running else self.rhythm.look
        ready, _, _ = select.select(list(sources), [], [], patience)
        for source in ready:
            sources[source]()
        if database is None or database not in ready or self._con is None:
            return False
        with contextlib.suppress(psycopg.Error):
            self._con.pgconn.consume_input()
            while self._con.pgconn.notifies():
                pass
        return True

    def _drain_bell(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)

    def _bell_wait(self, seconds: float) -> None:
        select.select([self._bell], [], [], seconds)

    def _hear_zygote(self, zygote: Zygote) -> None:
        said = zygote.hear()
        if said is None:
            orphans = [child for child in self.running.values() if child.zygote is zygote]
            self.starting.pop(zygote, None)
            self.zygotes.lost(zygote)
            for child in orphans:  # they ended with it
                self._ended(child, "its parent process ended")
            return
        for words in said:
            if words[0] == "started":
                child = self.starting[zygote].pop(0)
                child.pid = int(words[1])
                if child.stopped_for:
                    zygote.kill(child.pid, signal.SIGTERM)
            elif words[0] == "ended":
                for child in list(self.running.values()):
                    if child.zygote is zygote and child.pid == int(words[1]):
                        self._ended(child, how_ended(int(words[2])))

    def _hear(self, child: Running) -> None:
        if child.talk.fileno() < 0:  # its end was told in the same round
            return
        try:
            data = child.talk.recv(1 << 18)
        except (BlockingIOError, ConnectionError):
            data = b""
        if not data:
            child.talk.close()  # its end is told by the zygote
            return
        *lines, child.heard = (child.heard + data).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if "progress" in message:
                child.progress = message["progress"]
            elif "log" in message:
                self._note(child, **message["log"])
            else:
                child.last_word = message

    def _hear_murmur(self, child: Running) -> None:
        """Take what it printed as lines of its log."""
        if child.output < 0:
            return
        try:
            data = os.read(child.output, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            os.close(child.output)
            child.output = -1
        *lines, child.murmured = (child.murmured + data).split(b"\n")
        if not data and child.murmured:
            lines.append(child.murmured)
        for line in lines:
            self._note(child, event=line.decode("utf-8", "replace").rstrip())

    def _note(
        self, child: Running, *, event: str, level: str = "info", at: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        child.spoken += 1
        if child.spoken > MOST_LINES:
            return
        if child.spoken == MOST_LINES:
            level, event = "warning", f"The log of this run ends here: it is longer than {MOST_LINES} lines."
        line = {
            "at": at or datetime.now(UTC).isoformat(),
            "level": level,
            "event": event[:8000],
            "details": details or {},
        }
        child.lines.append(json.loads(json.dumps(line).replace("\\u0000", "\\ufffd")))

    def _tell_to_end(self, child: Running, why: str) -> None:
        if child.stopped_for is None:
            child.stopped_for = why
            child.kill_at = time.monotonic() + (0 if why in {"lost", "memory"} else self.rhythm.patience)
            if child.pid is not None:
                child.zygote.kill(child.pid, signal.SIGKILL if why == "memory" else signal.SIGTERM)

    def _watch_time(self) -> None:
        now = time.monotonic()
        for child in self.running.values():
            if child.stopped_for is None and now > child.ends_at:
                self._tell_to_end(child, "timeout")
            elif child.kill_at is not None and now > child.kill_at and child.pid is not None:
                child.zygote.kill(child.pid, signal.SIGKILL)
                child.kill_at = now + 1
        if self._is_due("weigh", self.rhythm.weigh):
            for child in self.running.values():
                if child.stopped_for is None and child.pid is not None and child.weight_mb() > child.memory_mb:
                    self._tell_to_end(child, "memory")

    def _ended(self, child: Running, how: str) -> None:
        """Record the end of a child whose process is gone, however it went."""
        while child.talk.fileno() >= 0:
            self._hear(child)
        if child.output >= 0:
            self._hear_murmur(child)
        if child.output >= 0:
            os.close(child.output)
            child.output = -1
        ending = verdict(child, how)
        if child.stopped_for != "lost":
            try:
                con = self._connection()
                self._write_of(con, child)
                with con.transaction():
                    queue.end(con, child.job, ending)
                self.ended[child.job.stage, ending.status] += 1
            except (psycopg.Error, LifetracerError) as failure:
                # It stays "running" without a heartbeat, so somebody's sweep takes it up: done twice is done once.
                log.warning("the end of job %s could not be written (%s)", child.job.job_id, str(failure).strip())
                if self._con:
                    self._con.close()
        del self.running[child.job.job_id]

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._clocks.get(what, 0.0):
            return False
        self._clocks[what] = now + seconds
        return True
