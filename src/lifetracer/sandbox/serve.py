"""Serving a sandbox on a port: says where it listens and what to set, in plain lines."""

from __future__ import annotations

import json
import logging
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from lifetracer.errors import UsageError
from lifetracer.sandbox.admin import credentials, perform

if TYPE_CHECKING:
    from lifetracer.sandbox.app import Sandbox


def serve(app: Sandbox, host: str, port: int, faults: tuple[str, ...] = ()) -> None:
    """Listen until interrupted; the first line on stdout is a JSON object with the address and the credentials.

    Raises:
        UsageError: the port is taken, or a fault is not known.
    """
    for text in faults:
        name, _, count = text.partition(":")
        perform(app.world, name, count=int(count) if count else None)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who reads the address may come at once
    except OSError as failure:
        listener.close()
        raise UsageError(
            f"The sandbox cannot listen on {host}:{port} ({failure.strerror}).", remedy="Choose another --port."
        ) from None
    url = f"http://{host}:{listener.getsockname()[1]}"
    people = [credentials(app.world, person, url) for person in app.world.people]
    sys.stdout.write(json.dumps({"url": url, "people": people}) + "\n")
    sys.stdout.flush()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # A broken connection is meant.
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
