"""A worker's own ``/health`` and ``/metrics``, for containers and monitors: well while its loop goes round.

Law: it answers from a thread of its own and asks the loop nothing, so that looking never holds up a heartbeat.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from lifetracer.errors import FixByHandError
from lifetracer.jobs.worker import Worker

STUCK_SECONDS = 30.0


class Counts(Collector):
    """What one worker knows by itself; what the database knows is told by the servers."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Give the numbers of this moment."""
        worker = self.worker
        for name, text, value in (
            ("slots", "How many jobs it does at once.", worker.slots),
            ("running_jobs", "How many it does now.", len(worker.running)),
            ("turn_age_seconds", "Seconds since its loop last went round.", time.monotonic() - worker.last_turn),
        ):
            yield GaugeMetricFamily(f"lifetracer_worker_{name}", text, value=value)
        runs = CounterMetricFamily("lifetracer_worker_runs", "Runs that ended.", labels=["stage", "status"])
        for (stage, status), count in list(worker.ended.items()):
            runs.add_metric([stage, status], count)
        yield runs


@contextlib.contextmanager
def answer_health(
    worker: Worker, host: str, port: int | None, more: Callable[[], bytes] | None = None
) -> Iterator[None]:
    """Answer ``GET /health`` and ``GET /metrics`` for the length of a block; does nothing without a port.

    Args:
        worker: whose loop is looked at.
        host: address to listen on.
        port: port to listen on.
        more: gives further metrics, in the text format of Prometheus.

    Raises:
        FixByHandError: the port is taken.
    """
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    registry.register(Counts(worker))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                turning = time.monotonic() - worker.last_turn < STUCK_SECONDS
                self._answer(200 if turning else 503, {"status": "ok" if turning else "stuck"})
            elif self.path == "/metrics":
                self._send(200, CONTENT_TYPE_LATEST, generate_latest(registry) + (more() if more else b""))
            else:
                self._answer(404, {"status": "not_found"})

        do_HEAD = do_GET  # noqa: N815

        def _answer(self, status: int, body: dict[str, str]) -> None:
            self._send(status, "application/json", json.dumps(body).encode())

        def _send(self, status: int, media_type: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing: a monitor asks every few seconds."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as failure:
        raise FixByHandError(
            f"Port {port} on {host} cannot be had ({failure.strerror}).", remedy="Choose another --port."
        ) from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
