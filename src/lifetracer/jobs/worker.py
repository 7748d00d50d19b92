"""The worker: one thread, one connection, one loop that claims jobs, listens to their children and records their ends.

    database ──notify──▶ ┌────────┐ ──run──▶ zygote ──fork──▶ child (one job)
             ◀──claim,── │ worker │ ◀──────── progress, log, last word ──┘
               beat, end └────────┘

Law: nothing here waits for a child. Whatever the loop does takes milliseconds, so the heartbeat is never late;
a heavy import or a long statement belongs into a child.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from lifetracer import __version__
from lifetracer.errors import LifetracerError, TryAgainError
from lifetracer.jobs import pipeline, queue, schedule
from lifetracer.jobs.queries import Connection
from lifetracer.jobs.record import Job
from lifetracer.jobs.running import Running
from lifetracer.jobs.stages import STAGES, Stage
from lifetracer.jobs.verdict import how_ended, verdict
from lifetracer.jobs.zygotes import Zygote, Zygotes
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
                child.tell_to_end("leaving", self.rhythm.patience)
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
                child.tell_to_end("lost", self.rhythm.patience)
            elif ours[key]:
                child.tell_to_end("cancelled", self.rhythm.patience)

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

    def _start(self, job: Job) -> None:
        stage = self.stages[job.stage]
        child = Running.begin(job, stage, self.zygotes.alive[stage.zygote], self.limits.memory_mb)
        self.running[job.job_id] = child
        self.starting.setdefault(child.zygote, []).append(child)

    def _listen(self) -> bool:
        """Wait for a word of a child, a zygote, the database or a signal; true when the database called."""
        sources: dict[Any, Callable[[], None]] = {self._bell: self._drain_bell}
        for zygote in list(self.zygotes.alive.values()):
            sources[zygote.talk] = lambda z=zygote: self._hear_zygote(z)  # type: ignore[misc]
        for child in self.running.values():
            if child.talk.fileno() >= 0:
                sources[child.talk] = child.hear
            if child.output >= 0:
                sources[child.output] = child.hear_murmur
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

    def _watch_time(self) -> None:
        now = time.monotonic()
        for child in self.running.values():
            if child.stopped_for is None and now > child.ends_at:
                child.tell_to_end("timeout", self.rhythm.patience)
            elif child.kill_at is not None and now > child.kill_at and child.pid is not None:
                child.zygote.kill(child.pid, signal.SIGKILL)
                child.kill_at = now + 1
        if self._is_due("weigh", self.rhythm.weigh):
            for child in self.running.values():
                if child.stopped_for is None and child.pid is not None and child.weight_mb() > child.memory_mb:
                    child.tell_to_end("memory", self.rhythm.patience)

    def _ended(self, child: Running, how: str) -> None:
        """Record the end of a child whose process is gone, however it went."""
        child.hear_out()
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
