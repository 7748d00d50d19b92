"""Several processes as one program: started together, restarted when one crashes, ended together within seconds.

Law: a part that says it needs a person (exit code 2 or 3) is not started again: its sentence is the program's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lifetracer.jobs import lifeline

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 10.0
"""Seconds before a crashed part is started again; doubled each time, until it has lived for a while."""
HEALTHY_SECONDS = 30.0
PATIENCE_SECONDS = 8.0
"""Between SIGTERM and SIGKILL at the end."""
HOPELESS = frozenset({2, 3})


@dataclass
class Part:
    """One process of the program."""

    name: str
    arguments: Sequence[str]
    """Of the command `lifetracer`."""
    environ: Mapping[str, str] | None = None
    keep: tuple[int, ...] = ()
    """Descriptors that it inherits."""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0
    """Monotonic instant at which it is to be started again."""


@dataclass
class Program:
    """The parts, and what is told about them."""

    parts: list[Part]
    say: Callable[[str], None]
    reload: Path | None = None
    """Restart everything when a file below this folder changes (development)."""
    _over: bool = field(default=False, init=False)

    def run(self, meanwhile: Iterator[float] | None = None) -> int:
        """Keep all parts running until SIGTERM, SIGINT or a hopeless part; gives the exit code.

        ``meanwhile`` does small things between the rounds and yields how many seconds to wait before the next.
        """
        bell, ringer = socket.socketpair()
        ringer.setblocking(False)
        former = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)
        stamp = self._stamp()
        code = 0
        try:
            while not self._over and code == 0:
                code = self._round()
                if self.reload and (now := self._stamp()) != stamp:
                    stamp = now
                    self.say("The code has changed: starting anew.")
                    self._end()
                pause = next(meanwhile, 0.5) if meanwhile else 0.5
                bell.settimeout(pause)
                with contextlib.suppress(TimeoutError):
                    bell.recv(4096)
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in former.items():
                signal.signal(number, handler)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._end()
        return code

    def _round(self) -> int:
        """Look after every part once; gives an exit code when there is no hope."""
        now = time.monotonic()
        for part in self.parts:
            if part.process is None:
                if now >= part.due:
                    self._start(part)
                continue
            code = part.process.poll()
            if code is None:
                continue
            part.process = None
            if code in HOPELESS:
                return code
            if now - part.started > HEALTHY_SECONDS:
                part.pause = FIRST_PAUSE
            part.due, part.pause = now + part.pause, min(2 * part.pause, LONGEST_PAUSE)
            self.say(f"The {part.name} ended unexpectedly ({code}); it is started again.")
        return 0

    def _start(self, part: Part) -> None:
        part.process = start(part.arguments, environ=part.environ, keep=part.keep)
        part.started = time.monotonic()

    def _end(self) -> None:
        alive = [part.process for part in self.parts if part.process is not None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            if process.poll() is None:
                process.kill()
                process.wait()
        for part in self.parts:
            part.process, part.due, part.pause = None, 0.0, FIRST_PAUSE

    def _stop(self, *_: object) -> None:
        self._over = True

    def _stamp(self) -> tuple[tuple[str, int], ...]:
        if self.reload is None:
            return ()
        files = (path for path in self.reload.rglob("*") if path.suffix not in {".pyc", ""} and path.is_file())
        return tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files))


def start(
    arguments: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    keep: tuple[int, ...] = (),
    stdout: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `lifetracer` with these arguments; it ends with us, and Ctrl-C is ours to pass on."""
    ours = os.getpid()
    return subprocess.Popen(
        [sys.executable, "-m", "lifetracer", *arguments],
        env=environ,
        pass_fds=keep,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        start_new_session=True,
        preexec_fn=lambda: lifeline.end_with(ours, signal.SIGTERM),  # noqa: PLW1509 - we have one thread
    )
