"""A process that ends with the one that made it, however that one ended; nothing is left running alone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send us ``number`` when ``parent`` ends; call it in the child, first of all.

    Linux only: elsewhere the closed pipe to the parent has to tell.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we could ask
            os.kill(os.getpid(), number)
