"""How long a person waits: `lifetracer --help`, and `/health` after `lifetracer up` on an existing home."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

LIFETRACER = Path(sys.executable).with_name("lifetracer")
ROUNDS = 5


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([LIFETRACER, "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _python() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - began


def _up(home: Path) -> float:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LIFETRACER")} | {
        "LIFETRACER_HOME": str(home), "LIFETRACER_PORT": str(port)
    }  # fmt: skip
    began = time.perf_counter()
    child = subprocess.Popen([LIFETRACER, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < 60:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200:
                    return time.perf_counter() - began
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError("up did not answer within a minute")
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def run() -> list[dict[str, Any]]:
    """Medians of five; the wish, and the bare interpreter as the limit."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        first = _up(home)
        rows = [
            ("python -c ''", statistics.median(_python() for _ in range(ROUNDS)), ""),
            ("lifetracer --help", statistics.median(_help() for _ in range(ROUNDS)), "< 0.3 s"),
            ("up → /health, new home", first, ""),
            ("up → /health, existing home", statistics.median(_up(home) for _ in range(ROUNDS)), "< 3 s"),
        ]
    return [
        {"what": what, "seconds": round(seconds, 2), "wish": wish, "× bare Python": f"{seconds / rows[0][1]:.1f}"}
        for what, seconds, wish in rows
    ]
