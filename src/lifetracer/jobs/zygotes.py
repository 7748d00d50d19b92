"""The worker's hold on its zygotes: starts them, has them fork, hears who ended, replaces one that died.

Law: nothing here waits for a zygote but its burial; whoever dies is replaced, and told to whoever had children of it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from lifetracer.jobs.stages import Stage

QUIET = ("-W", "ignore:resource_tracker:UserWarning")
"""dbt leaves two semaphores to the end of the process, about which Python would complain on the terminal."""


class Zygote:
    """One process that forks on demand."""

    def __init__(self, name: str, modules: Sequence[str]) -> None:
        self.name = name
        self.talk, theirs = socket.socketpair()
        with theirs:
            os.set_inheritable(theirs.fileno(), True)
            program = [sys.executable, *QUIET, "-m", "lifetracer.jobs.zygote"]
            command = [*program, str(theirs.fileno()), str(os.getpid()), *modules]
            self.process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
        self.talk.setblocking(False)
        self._buffer = b""

    def run(self, conversation: socket.socket, output: int) -> None:
        """Have it fork a child that holds these two descriptors."""
        socket.send_fds(self.talk, [b"run\n"], [conversation.fileno(), output])

    def kill(self, pid: int, number: int) -> None:
        """Send a signal to a child and whatever it started."""
        with contextlib.suppress(OSError):
            self.talk.send(b"kill %d %d\n" % (pid, number))

    def hear(self) -> list[list[str]] | None:
        """Read what it said, word by word; ``None`` when it is gone."""
        try:
            data = self.talk.recv(65536)
        except BlockingIOError:
            return []
        except ConnectionError:
            data = b""
        if not data:
            return None
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return [line.decode().split() for line in lines]

    def bury(self) -> None:
        """Let it end (it does when we hang up) and take its children along."""
        self.talk.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Zygotes:
    """All zygotes of a worker, each started once and anew when it died."""

    def __init__(self, stages: Mapping[str, Stage]) -> None:
        self._modules: dict[str, list[str]] = {}
        for stage in stages.values():
            wanted = self._modules.setdefault(stage.zygote, [])
            wanted += [module for module in stage.preload if module not in wanted]
        self.alive: dict[str, Zygote] = {}

    def start(self) -> None:
        """Start those that are not there."""
        for name, modules in self._modules.items():
            if name not in self.alive:
                self.alive[name] = Zygote(name, modules)

    def lost(self, zygote: Zygote) -> None:
        """Replace one that is gone."""
        zygote.bury()
        self.alive[zygote.name] = Zygote(zygote.name, self._modules[zygote.name])

    def stop(self) -> None:
        """Let all end."""
        for zygote in self.alive.values():
            zygote.talk.close()
        for zygote in self.alive.values():
            zygote.bury()
        self.alive.clear()
