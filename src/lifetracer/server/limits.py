"""How often somebody may come: counted in memory, summed over all servers by one PostgreSQL statement.

    request ─▶ +1 in memory ─▶ below the limit? ─▶ in          every 0.5 s: what is new ──▶ ops.rate ──▶ sums of all

A request asks no database, except when a bucket has gathered a tenth of its limit since the last sum: then it waits
for the next one. So N servers together let in at most N − 1 tenths of a limit too many, and the sums are half a second
old at most. While the database is away each server goes on with what it knows.

Law: windows are whole minutes by the servers' clocks; a refusal names the second from which it is worth trying again.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from lifetracer.errors import LifetracerError
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.queries import beside

log = logging.getLogger(__name__)

SQL = beside(__file__)
WINDOW = 60
SUM_SECONDS = 0.5
SHARE = 10
"""A server lets in one part in so many of a limit before it asks how many came elsewhere."""

Key = tuple[int, str]
"""Window and bucket."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands with a limit."""

    limit: int
    left: int
    seconds: int
    """Until the window ends."""

    @property
    def refused(self) -> bool:
        """Whether there were too many."""
        return self.left < 0

    def headers(self) -> dict[str, str]:
        """Tell it in the answer (draft-ietf-httpapi-ratelimit-headers)."""
        told = {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW}',
            "RateLimit": f'"minute";r={max(self.left, 0)};t={self.seconds}',
        }
        return told | {"Retry-After": str(self.seconds)} if self.refused else told


class Limiter:
    """Counts for one server."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._known: dict[Key, int] = {}
        """Sums over all servers, as of the last time we asked."""
        self._new: dict[Key, int] = {}
        """Ours since then."""
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    async def take(self, bucket: str, limit: int, now: float | None = None) -> Standing:
        """Count one request of a bucket, and tell whether it is one too many."""
        now = time.time() if now is None else now
        key = (int(now) // WINDOW, bucket)
        standing = self._count(key, limit, now)
        if not standing.refused and self._new.get(key, 0) >= max(1, limit // SHARE):
            await run_in_threadpool(self.sum_up)
            standing = self._look(key, limit, now)
        return standing

    def look(self, bucket: str, limit: int, now: float | None = None) -> Standing:
        """Tell how a bucket would stand after one more request, without counting one."""
        now = time.time() if now is None else now
        found = self._look((int(now) // WINDOW, bucket), limit, now)
        return Standing(limit, found.left - 1, found.seconds)

    def sum_up(self) -> None:
        """Add what is new to everybody's sums and learn them."""
        with self._asking:
            with self._lock:
                sent, self._new = self._new, {}
                for key, hits in sent.items():
                    self._known[key] = self._known.get(key, 0) + hits
            if not sent:
                return
            try:
                sums = self._ask(sent)
            except LifetracerError as failure:
                log.warning("requests are counted by this server alone: %s", failure)
                with self._lock:
                    for key, hits in sent.items():
                        self._known[key] -= hits
                        self._new[key] = self._new.get(key, 0) + hits
                return
            with self._lock:
                self._known = {key: hits for key, hits in self._known.items() if key[0] >= max(sent)[0] - 1} | sums

    def close(self) -> None:
        """Stop summing up."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5)

    def _count(self, key: Key, limit: int, now: float) -> Standing:
        with self._lock:
            self._new[key] = self._new.get(key, 0) + 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._sum_up_again, name="limits", daemon=True)
            self._thread.start()
        self._wake.set()
        return self._look(key, limit, now)

    def _look(self, key: Key, limit: int, now: float) -> Standing:
        used = self._known.get(key, 0) + self._new.get(key, 0)
        return Standing(limit, limit - used, WINDOW - int(now) % WINDOW)

    def _ask(self, hits: dict[Key, int]) -> dict[Key, int]:
        windows, buckets = zip(*hits, strict=True)
        values = {
            "oldest": max(windows) - 5,
            "windows": list(windows),
            "buckets": list(buckets),
            "hits": list(hits.values()),
        }
        with self._warehouse.transaction() as con:
            return {(window, bucket): total for window, bucket, total in con.execute(SQL["count"], values)}

    def _sum_up_again(self) -> None:
        while not self._over.is_set():
            self._wake.wait()
            self._wake.clear()
            self.sum_up()
            self._over.wait(SUM_SECONDS)
