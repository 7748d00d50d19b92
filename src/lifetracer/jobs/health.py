"""A worker's own ``/health``, for containers and monitors: well while its loop goes round."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lifetracer.errors import FixByHandError
from lifetracer.jobs.worker import Worker

STUCK_SECONDS = 30.0


@contextlib.contextmanager
def answer_health(worker: Worker, host: str, port: int | None) -> Iterator[None]:
    """Answer ``GET /health`` for the length of a block; does nothing without a port.

    Raises:
        FixByHandError: the port is taken.
    """
    if port is None:
        yield
        return

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/health":
                self._answer(404, {"status": "not_found"})
                return
            turning = time.monotonic() - worker.last_turn < STUCK_SECONDS
            self._answer(200 if turning else 503, {"status": "ok" if turning else "stuck"})

        do_HEAD = do_GET  # noqa: N815

        def _answer(self, status: int, body: dict[str, str]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
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
            f"Port {port} on {host} cannot be had ({failure.strerror}).", remedy="Choose another --health-port."
        ) from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
