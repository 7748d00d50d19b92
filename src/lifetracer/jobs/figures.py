"""Figures of the machine for monitors: jobs, quota, freshness, workers, schedule; in Prometheus' text format.

One short statement gives them, asked at most every few seconds however often somebody looks. They are of the whole
database, so every process that is asked tells the same: take `max`, not `sum`, over servers and workers.

Law: a label names a stage, a source, a status or a bucket, never an account, a connection or a person.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.rows import dict_row

from lifetracer import __version__
from lifetracer.errors import LifetracerError
from lifetracer.jobs.stages import STAGES
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.queries import beside

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for every counter, which nobody asks for

log = logging.getLogger(__name__)

SQL = beside(__file__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

CACHE_SECONDS = 5.0
ALIVE_SECONDS = 20.0
"""A worker that said nothing for so long is not counted as living; it beats every 5 seconds."""
SETTLED_SECONDS = 15.0
"""Ends are counted so much later, when every transaction that wrote one has committed."""
TIMEOUT = "5s"

ENDS = ("succeeded", "failed", "needs_user", "cancelled")
DURATIONS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600)


class Figures(Collector):
    """Asks the database when it is collected, and counts what ended since the process began."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._lock = threading.Lock()
        self._asked = -CACHE_SECONDS
        self._known: dict[str, Any] | None = None
        self._counted_until: datetime | None = None
        inner = CollectorRegistry()
        self._inner = inner
        self._ended = Counter("lifetracer_jobs_ended", "Jobs that ended.", ("stage", "outcome"), registry=inner)
        self._took = Histogram(
            "lifetracer_job_seconds", "How long jobs ran.", ("stage",), registry=inner, buckets=DURATIONS
        )
        self._waited = Histogram(
            "lifetracer_job_wait_seconds",
            "From the request to the last start of jobs that ended.",
            ("stage",),
            registry=inner,
            buckets=DURATIONS,
        )
        for stage in (*STAGES, "pipeline"):
            for outcome in ENDS:
                self._ended.labels(stage, outcome)  # an alert on a rise needs the zero before it

    def text(self) -> bytes:
        """Write the figures alone, for a worker's own port; never raises."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> list[Metric]:
        """Name nothing in advance: registering asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures as of the last few seconds."""
        with self._lock:
            if time.monotonic() - self._asked >= CACHE_SECONDS:
                self._known = self._ask()
                self._asked = time.monotonic()
            known = self._known
            ended = list(self._inner.collect())
        info = GaugeMetricFamily("lifetracer_build_info", "The version that runs.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        yield _one("lifetracer_database_up", "Whether the database answers.", 0 if known is None else 1)
        yield from ended
        if known is not None:
            yield from _told(known)

    def _ask(self) -> dict[str, Any] | None:
        try:
            with (
                self._warehouse.transaction(timeout=TIMEOUT) as connection,
                connection.cursor(row_factory=dict_row) as cursor,
            ):
                row = cursor.execute(SQL["now"], {"alive": ALIVE_SECONDS}).fetchone()
                clock = cursor.execute(SQL["clock"], {"settled": SETTLED_SECONDS}).fetchone()
                assert row
                assert clock
                until = clock["until"]
                since = self._counted_until or until
                ends = cursor.execute(SQL["ended"], {"since": since, "until": until}).fetchall()
        except LifetracerError as failure:
            log.warning("the figures cannot be read: %s", failure)
            return None
        self._counted_until = until
        for end in ends:
            self._ended.labels(end["stage"], end["status"]).inc()
            if end["took"] is not None:
                self._took.labels(end["stage"]).observe(end["took"])
            if end["waited"] is not None:
                self._waited.labels(end["stage"]).observe(max(end["waited"], 0.0))
        found: dict[str, Any] = row["figures"]
        return found


def heartbeat(warehouse: Warehouse) -> float | None:
    """Give the seconds since any worker said that it lives; ``None`` when none ever did.

    Raises:
        TryAgainError: the database does not answer.
    """
    with warehouse.transaction(timeout=TIMEOUT) as connection:
        row = connection.execute(SQL["heartbeat"]).fetchone()
    assert row
    seconds: float | None = row[0]
    return seconds


def _told(known: dict[str, Any]) -> Iterator[Metric]:
    living = {(row["stage"], row["status"]): row for row in known["jobs"] or ()}
    stages = [*STAGES, "pipeline", *sorted({stage for stage, _ in living} - {*STAGES, "pipeline"})]
    jobs = GaugeMetricFamily("lifetracer_jobs", "Jobs that have not ended.", labels=["stage", "status"])
    oldest = GaugeMetricFamily(
        "lifetracer_queue_oldest_seconds", "For how long the oldest job that is due has waited.", labels=["stage"]
    )
    for stage in stages:
        for status in ("queued", "running", "waiting"):
            jobs.add_metric([stage, status], living.get((stage, status), {}).get("jobs", 0))
        oldest.add_metric([stage], living.get((stage, "queued"), {}).get("oldest", 0.0))
    yield jobs
    yield oldest

    left = GaugeMetricFamily(
        "lifetracer_quota_left", "Requests left until the reset, where fewest are left.", labels=["source", "bucket"]
    )
    used_up = GaugeMetricFamily(
        "lifetracer_quota_used_up", "Connections that have none left.", labels=["source", "bucket"]
    )
    for row in known["quota"] or ():
        left.add_metric([row["source"], row["bucket"]], row["lowest"])
        used_up.add_metric([row["source"], row["bucket"]], row["used_up"])
    yield left
    yield used_up

    yield _rows("lifetracer_connections", "Connections.", known["connections"], ("source", "status"), "connections")
    name, title = "lifetracer_freshness_seconds", "Since the last success of the stalest connection."
    yield _rows(name, title, known["freshness"], ("source",), "seconds")
    yield _rows("lifetracer_workers", "Workers that live, by what they do.", known["workers"], ("stage",), "workers")
    if known["silence"] is not None:
        name, title = "lifetracer_worker_silence_seconds", "Since any worker last said that it lives."
        yield _one(name, title, known["silence"])
    name, title = "lifetracer_schedule_lag_seconds", "By how much the schedule is late."
    yield _one(name, title, known["schedule_lag"])
    channels = known["channels"] or ()
    name, title = "lifetracer_hint_channels", "Webhooks and push channels that are open."
    yield _rows(name, title, channels, ("source",), "channels")
    name, title = "lifetracer_hint_channel_left_seconds", "Until the first of them expires."
    yield _rows(name, title, [row for row in channels if row["expires"] is not None], ("source",), "expires")


def _one(name: str, title: str, value: float) -> Metric:
    return GaugeMetricFamily(name, title, value=value)


def _rows(name: str, title: str, rows: Any, labels: tuple[str, ...], value: str) -> Metric:
    family = GaugeMetricFamily(name, title, labels=labels)
    for row in rows or ():
        family.add_metric([row[label] for label in labels], row[value])
    return family
