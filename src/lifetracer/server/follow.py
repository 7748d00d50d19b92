"""Following jobs: one listening connection for the whole process wakes everybody whose job has changed.

Law: a notification only says *look again*; what is sent is always read from the row, so nothing is lost when the
listening connection breaks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
from starlette.concurrency import run_in_threadpool

from lifetracer import jobs
from lifetracer.errors import LifetracerError
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.connect import connect

log = logging.getLogger(__name__)

STILL_HERE_SECONDS = 15.0
"""A comment is sent so often, so that nobody between us and the browser hangs up."""
LOOK_SECONDS = 1.0
"""How often the row is read where notifications do not come through (a transaction pooler)."""


class Switchboard:
    """Wakes those who follow a job."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._over = False

    def close(self) -> None:
        """Let the listening thread end, and with it everything that is followed."""
        self._over = True
        self._wake_everybody()

    async def events(self, account_id: UUID, job_id: UUID, after: int = 0) -> AsyncIterator[str]:
        """Yield a job's state and log lines as server-sent events until it has ended.

        ``job`` events carry the job as the API shows it, ``log`` events a line each (their id is the line's number).
        """
        self._start()
        event, key = asyncio.Event(), str(job_id)
        self._waiting[key].add(event)
        shown = ""
        try:
            while not self._over:
                event.clear()
                job, lines = await run_in_threadpool(self._read, account_id, job_id, after)
                if job is None:
                    return
                for line in lines:
                    after = line.line
                    yield f"event: log\nid: {line.line}\ndata: {json.dumps(line.as_json(), ensure_ascii=False)}\n\n"
                state = json.dumps(job.as_json(), ensure_ascii=False)
                if state != shown:
                    shown = state
                    yield f"event: job\ndata: {state}\n\n"
                if not job.living:
                    return
                if not await self._changed(event):
                    yield ": still here\n\n"
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _changed(self, event: asyncio.Event) -> bool:
        patience = LOOK_SECONDS if self.warehouse.is_pooled else STILL_HERE_SECONDS
        try:
            await asyncio.wait_for(event.wait(), patience)
        except TimeoutError:
            return False
        return True

    def _read(self, account_id: UUID, job_id: UUID, after: int) -> tuple[jobs.Job | None, list[jobs.LogLine]]:
        with self.warehouse.transaction(account_id=account_id) as con:
            # The job first: a line that is said between the two is sent rather than missed.
            return jobs.find(con, job_id), jobs.log_lines(con, job_id, after=after)

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._thread is None and not self.warehouse.is_pooled:
            self._thread = threading.Thread(target=self._listen, name="switchboard", daemon=True)
            self._thread.start()

    def _listen(self) -> None:
        while not self._over:
            try:
                with connect(self.warehouse.dsn, autocommit=True) as con:
                    con.execute("listen lifetracer_job")
                    self._wake_everybody()  # whatever happened while nobody listened
                    while not self._over:
                        for notice in con.notifies(timeout=0.5):
                            self._wake(notice.payload.split()[-1])
            except (psycopg.Error, LifetracerError) as failure:
                log.warning("listening for jobs was interrupted (%s)", str(failure).strip())
                threading.Event().wait(1)

    def _wake(self, key: str) -> None:
        if self._loop and not self._loop.is_closed() and key in self._waiting:
            self._loop.call_soon_threadsafe(self._ring, key)

    def _ring(self, key: str) -> None:
        for event in self._waiting.get(key, ()):
            event.set()

    def _wake_everybody(self) -> None:
        for key in list(self._waiting):
            self._wake(key)
