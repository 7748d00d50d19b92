"""A child at work, as the worker sees it: what it said, what is not yet written of that, and when its time is up.

Law: nothing here waits; the worker asks only when there is something to hear.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lifetracer.jobs.record import Job
from lifetracer.jobs.stages import Stage
from lifetracer.jobs.zygotes import Zygote

MOST_LINES = 10_000
"""Log lines that are kept of one run."""
LONGEST_LINE = 8000
"""Letters that are kept of a line."""


@dataclass
class Running:
    """A child at work, as the worker sees it."""

    job: Job
    stage: Stage
    zygote: Zygote
    talk: socket.socket
    output: int
    ends_at: float
    """Monotonic instant at which its time is up."""
    memory_mb: int = 2048
    """What it may take."""
    pid: int | None = None
    last_word: dict[str, Any] | None = None
    progress: Mapping[str, Any] | None = None
    """Not yet written."""
    lines: deque[dict[str, Any]] = field(default_factory=deque)
    """Not yet written."""
    spoken: int = 0
    """Lines so far."""
    stopped_for: str | None = None
    """Why we told it to end: cancelled, timeout, memory, leaving, lost."""
    kill_at: float | None = None
    """Monotonic instant at which patience ends."""
    heard: bytes = b""
    murmured: bytes = b""

    def weight_mb(self) -> float:
        """Tell how much memory of its own it takes (without mapped files); 0 where the system does not tell."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            return 0.0
        return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE") / 2**20

    @classmethod
    def begin(cls, job: Job, stage: Stage, zygote: Zygote, memory_mb: int) -> Running:
        """Have a job of a stage done by a child of a zygote; that it began is told by the zygote."""
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        order = {
            "stage": stage.name,
            "run": stage.run,
            "accountId": str(job.account_id),
            "jobId": str(job.job_id),
            "fence": job.fence,
            "memoryMb": memory_mb,
            "subject": job.subject,
            "parameters": job.parameters,
        }
        ours.sendall(json.dumps(order).encode() + b"\n")
        ours.setblocking(False)
        os.set_blocking(reading, False)
        ends_at = time.monotonic() + stage.seconds
        child = cls(job, stage, zygote, ours, reading, ends_at=ends_at, memory_mb=memory_mb)
        with theirs:
            with contextlib.suppress(OSError):  # a dead zygote is found out when it is heard
                zygote.run(theirs, writing)
            os.close(writing)
        return child

    def hear(self) -> None:
        """Take what it has to say: progress, lines of its log, its last word."""
        if self.talk.fileno() < 0:  # its end was told in the same round
            return
        try:
            data = self.talk.recv(1 << 18)
        except (BlockingIOError, ConnectionError):
            data = b""
        if not data:
            self.talk.close()  # its end is told by the zygote
            return
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if "progress" in message:
                self.progress = message["progress"]
            elif "log" in message:
                self._note(**message["log"])
            else:
                self.last_word = message

    def hear_murmur(self) -> None:
        """Take what it printed as lines of its log."""
        if self.output < 0:
            return
        try:
            data = os.read(self.output, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            os.close(self.output)
            self.output = -1
        *lines, rest = (self.murmured + data).split(b"\n")
        while len(rest) > LONGEST_LINE:  # a bar that grows, without any end of line
            lines.append(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        if not data and rest:
            lines.append(rest)
        self.murmured = rest
        for line in lines:
            self._note(event=line.decode("utf-8", "replace").rstrip())

    def hear_out(self) -> None:
        """Take whatever is left to hear of one whose process is gone."""
        while self.talk.fileno() >= 0:
            self.hear()
        if self.output >= 0:
            self.hear_murmur()
        if self.output >= 0:
            os.close(self.output)
            self.output = -1

    def tell_to_end(self, why: str, patience: float) -> None:
        """Ask it to end, and have it killed after some seconds of patience; once told, the first reason stands."""
        if self.stopped_for is None:
            self.stopped_for = why
            self.kill_at = time.monotonic() + (0 if why in {"lost", "memory"} else patience)
            if self.pid is not None:
                self.zygote.kill(self.pid, signal.SIGKILL if why == "memory" else signal.SIGTERM)

    def _note(self, *, event: str, level: str = "info", at: str = "", details: Mapping[str, Any] | None = None) -> None:
        self.spoken += 1
        if self.spoken > MOST_LINES:
            return
        if self.spoken == MOST_LINES:
            level, event = "warning", f"The log of this run ends here: it is longer than {MOST_LINES} lines."
        line = {
            "at": at or datetime.now(UTC).isoformat(),
            "level": level,
            "event": event[:LONGEST_LINE],
            "details": details or {},
        }
        self.lines.append(json.loads(json.dumps(line).replace("\\u0000", "\\ufffd")))
