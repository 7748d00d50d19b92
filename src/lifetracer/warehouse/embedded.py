"""The embedded PostgreSQL: any number of processes hold it, the last one to let go stops it.

    HOME/postgres/starting.lock   exclusive while someone starts or stops the server
    HOME/postgres/holders.lock    shared by every holder; who gets it exclusively is the last one

Both are ``flock`` locks, which the kernel takes back from a process that dies, however it dies; so SIGKILL leaves
no stale handle. Law: start and stop are decided under ``starting.lock`` only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from lifetracer.errors import FixByHandError, LifetracerError, TryAgainError
from lifetracer.warehouse.cluster import RECOVERY_SECONDS, Cluster
from lifetracer.warehouse.premises import settle, unusable


class Hold:
    """One holder's share in the running server; ``release`` it, or use it in ``with``."""

    def __init__(self, cluster: Cluster, holders: int) -> None:
        self._cluster = cluster
        self._holders: int | None = holders
        self._pid = os.getpid()

    @property
    def dsn(self) -> str:
        """Address for the owner of the database (holds a password)."""
        return self._cluster.dsn()

    @property
    def superuser_dsn(self) -> str:
        """Address for the superuser ``postgres``; for maintenance and tests."""
        return self._cluster.dsn("postgres")

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._cluster.log

    def revive(self) -> None:
        """Start the server again if it stopped answering (someone killed it) while we hold it."""
        with _starting(self._cluster):
            if not self._cluster.answers():
                self._cluster.start()

    def release(self) -> None:
        """Let go; the last holder stops the server. A forked child lives on its parent's hold and lets nothing go."""
        if self._holders is None or self._pid != os.getpid():
            return
        holders, self._holders = self._holders, None
        try:
            with _starting(self._cluster):
                if _is_last(holders):
                    self._cluster.stop()
        except (OSError, LifetracerError):
            pass  # the home is gone or blocked: there is nothing left that we could tidy up
        finally:
            os.close(holders)

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"Hold({self._cluster.folder})"


def hold(home: Path, *, wait: float = RECOVERY_SECONDS) -> Hold:
    """Start the server in ``home``, or join those who use it already, and keep it running until released.

    Args:
        home: folder of the installation; made when missing.
        wait: seconds that a start (which may include crash recovery) may take.

    Raises:
        FixByHandError: folder not writable, disk full, data of another PostgreSQL …, in one sentence.
        TryAgainError: it did not answer in time.
    """
    if sys.platform == "win32":
        raise FixByHandError("The embedded database needs Linux or macOS.", remedy="Set DATABASE_URL to a PostgreSQL.")
    cluster = Cluster(settle(home), wait)
    try:
        with _starting(cluster):
            holders = cluster.premises.runner.open_private(cluster.folder / "holders.lock")
            fcntl.flock(holders, fcntl.LOCK_SH)
            share = Hold(cluster, holders)
            try:
                if not cluster.answers():
                    cluster.start()
            except BaseException:
                if _is_last(holders):
                    cluster.stop()
                os.close(holders)
                raise
    except OSError as failure:
        raise unusable(cluster.folder, failure) from failure
    return share


@contextlib.contextmanager
def running(home: Path, *, wait: float = RECOVERY_SECONDS) -> Iterator[str]:
    """Hold the server for the length of a ``with`` block, which SIGTERM leaves in good order; yields its DSN."""
    with terminable(), hold(home, wait=wait) as share:
        yield share.dsn


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM unwind the stack (exit code 143) instead of ending the process where it stands."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield  # whoever installed a handler of their own sees to an orderly end
        return

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _is_last(holders: int) -> bool:
    try:
        fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _starting(cluster: Cluster) -> Iterator[None]:
    """Be the only one who starts or stops; waits for others as long as a start may take."""
    path = cluster.folder / "starting.lock"
    deadline = time.monotonic() + cluster.wait
    descriptor = cluster.premises.runner.open_private(path)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TryAgainError(
                        "Another lifetracer has been starting or stopping the embedded database for too long.",
                        remedy=f"Wait for it, or end it; it holds {path}.",
                    ) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)
