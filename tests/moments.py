"""Time on machines that are fast, slow or busy: kills at shares of the length of some work, and how quick work is.

Law: no second is written down for a kill; a fast machine and a slow one see the same share of the work done by then.
"""

from __future__ import annotations

import math
import os
import signal
import time
import traceback
from collections.abc import Callable

LONGER = 1.4
"""What is killed before its end might have taken longer than is believed."""


def killed(work: Callable[[], object], after: float = math.inf) -> float | None:
    """Do something in a child process that gets SIGKILL after so many seconds.

    Gives the seconds that it took when it was quicker than the kill, else ``None``.
    """
    began = time.monotonic()
    child = _forked(work)
    while (took := time.monotonic() - began) < after:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert os.waitstatus_to_exitcode(status) == 0, "it failed, see what it said above"
            return took
        time.sleep(min(0.002, max(0.0, after - took)))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else took


def kills_itself(work: Callable[[], object]) -> bool:
    """Do something in a child process; tells whether that was ended by SIGKILL."""
    _, status = os.waitpid(_forked(work), 0)
    return os.WIFSIGNALED(status)


def _forked(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001  (whatever it was, the parent shall hear of it)
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def quickest(work: Callable[[], object], enough: float, times: int = 8) -> float:
    """Do something until it takes no longer than ``enough`` seconds, or so many times; gives the shortest time.

    How long something takes is the least that it took: whatever came on top, the machine did for others.
    """
    least = math.inf
    for _ in range(times):
        began = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - began)
        if least <= enough:
            break
    return least


class Moments:
    """The moments of one kind of work: shares of its length, which is learned from whatever came to its end."""

    def __init__(self, length: float) -> None:
        self.length = length

    def kill(self, work: Callable[[], object], share: float) -> bool:
        """Kill the work when this share (0…1) of it is done; tells whether it had not ended by then."""
        took = killed(work, share * self.length)
        self.length = took if took is not None else self.length * LONGER
        return took is None
