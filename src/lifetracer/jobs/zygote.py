"""A process with a stage's modules loaded, whose forks do the jobs: nothing to wait for, and each can be killed alone.

Law: it has one thread, no connection and nothing to lose. The worker talks to it over a socket pair: a line
``run`` with two descriptors (the talk with the worker, the child's output), a line ``kill PID SIGNAL``; it answers
``ready``, ``started PID`` (in the order of the runs) and ``ended PID STATUS``. It ends with its worker, and its
children end with it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence

from lifetracer import garbage
from lifetracer.errors import LifetracerError
from lifetracer.jobs import child, lifeline


def main(arguments: Sequence[str]) -> None:
    """Load modules and fork until the worker hangs up: ``python -m lifetracer.jobs.zygote FD PARENT PRELOAD…``."""
    garbage.collect_seldom()
    talk = socket.socket(fileno=int(arguments[0]))
    lifeline.end_with(int(arguments[1]))
    for number in (signal.SIGINT, signal.SIGTERM):  # the worker decides when it is over
        signal.signal(number, signal.SIG_IGN)
    for wish in arguments[2:]:
        module, _, function = wish.partition(":")
        # A stage whose extra is not installed: the job will say it in a sentence.
        with contextlib.suppress(ImportError, LifetracerError):
            loaded = importlib.import_module(module)
            if function:
                getattr(loaded, function)()
    garbage.set_aside()  # what is loaded stays shared with the forks
    talk.sendall(b"ready\n")
    _Nursery(talk).run()


class _Nursery:
    def __init__(self, talk: socket.socket) -> None:
        self.talk = talk
        self.children: set[int] = set()
        self.bell, ringer = socket.socketpair()
        self.bell.setblocking(False)
        ringer.setblocking(False)
        self.ringer = ringer
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        buffer, descriptors = b"", list[int]()
        while True:
            ready, _, _ = select.select([self.talk, self.bell], [], [])
            if self.bell in ready:
                with contextlib.suppress(BlockingIOError):
                    self.bell.recv(4096)
                self.bury()
            if self.talk in ready:
                data, fds, _, _ = socket.recv_fds(self.talk, 65536, 16)
                if not data:
                    break
                descriptors += fds
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    self.obey(line.split(), descriptors)
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)

    def obey(self, words: list[bytes], descriptors: list[int]) -> None:
        if words[0] == b"kill" and int(words[1]) in self.children:  # not yet buried, so the pid is still its own
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(words[1]), int(words[2]))
        elif words[0] == b"run":
            conversation, output = descriptors[:2]
            del descriptors[:2]
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                self.become_child(conversation, output, parent)
            with contextlib.suppress(OSError):
                os.setpgid(pid, pid)  # both sides do it, so that it is done whoever is first
            os.close(conversation)
            os.close(output)
            self.children.add(pid)
            self.talk.sendall(b"started %d\n" % pid)

    def become_child(self, conversation: int, output: int, parent: int) -> None:
        code = 1
        try:
            lifeline.end_with(parent)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            for own in (self.talk, self.bell, self.ringer):
                own.close()
            code = child.work(socket.socket(fileno=conversation), output)
        finally:
            os._exit(code)

    def bury(self) -> None:
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            self.children.discard(pid)
            with contextlib.suppress(OSError):
                self.talk.sendall(b"ended %d %d\n" % (pid, status))


if __name__ == "__main__":
    main(sys.argv[1:])
