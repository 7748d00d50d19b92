"""What the server throws away once an hour: old lines of the audit log, answers of yesterday, sessions that are over.

Law: any number of servers may do it at once; what one has deleted the others do not find.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from lifetracer.errors import LifetracerError
from lifetracer.server.acting import SQL
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, audit, sessions

log = logging.getLogger(__name__)

FIRST_SECONDS = 60.0
"""After the start, which has better things to do."""
PAUSE_SECONDS = 3600.0


class Upkeep:
    """A thread that tidies up until it is closed."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        self._warehouse = warehouse
        self._days = settings.audit_days
        self._idle = timedelta(hours=settings.session_idle_hours)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._over.set()
        self._thread.join(5)

    def tidy(self) -> None:
        """Delete what is kept no longer."""
        with self._warehouse.transaction() as con:
            audit.forget(con, self._days)
            con.execute(SQL["forget"])
            sessions.forget_ended(con, self._idle)

    def _work(self) -> None:
        pause = FIRST_SECONDS
        while not self._over.wait(pause):
            pause = PAUSE_SECONDS
            try:
                self.tidy()
            except LifetracerError as failure:
                log.warning("old lines stay a while longer: %s", failure)
