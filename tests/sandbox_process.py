"""A sandbox as a real child process on a free port, for the tests of any room."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

START_SECONDS = 20.0
FROZEN = "2026-11-21T09:30:00+00:00"

PROGRAM = """
import json, sys
from datetime import date
from lifetracer.sandbox import Options, run
from lifetracer.sandbox.clock import parse_instant
given = json.loads(sys.argv[1])
if given.get("now"): given["now"] = parse_instant(given["now"])
if given.get("start"): given["start"] = date.fromisoformat(given["start"])
run(port=given.pop("port", 0), options=Options(**given))
"""


@dataclass(frozen=True)
class SandboxHandle:
    """A running sandbox: where it is, and who lives in it."""

    url: str
    people: list[dict[str, Any]]
    process: subprocess.Popen[str]

    @property
    def person(self) -> dict[str, Any]:
        """Credentials of the first person: togglToken, googleRefreshToken, googleClientId, icalUrl, calendars."""
        return self.people[0]

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point a connector at this sandbox and its first person."""
        person = self.person
        return {
            "LIFETRACER_TOGGL_URL": self.url,
            "LIFETRACER_GOOGLE_URL": self.url,
            "LIFETRACER_GOOGLE_TOKEN_URL": f"{self.url}/token",
            "LIFETRACER_GOOGLE_AUTH_URL": f"{self.url}/o/oauth2/v2/auth",
            "TOGGL_API_TOKEN": person["togglToken"],
            "GOOGLE_CLIENT_ID": person["googleClientId"],
            "GOOGLE_CLIENT_SECRET": person["googleClientSecret"],
            "GOOGLE_REFRESH_TOKEN": person["googleRefreshToken"],
        }

    def admin(self, path: str, json: Any = None, *, method: str | None = None, person: int = 0) -> Any:
        """Ask an admin route (``/faults``, ``/clock``, ``/truth/toggl`` …); a body makes it a POST."""
        verb = method or ("GET" if json is None else "POST")
        address = f"{self.url}/__admin{path}{'&' if '?' in path else '?'}person={person}"
        answer = httpx.request(verb, address, json=json, timeout=60.0, trust_env=False)
        assert answer.status_code == 200, f"{verb} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def fault(
        self, name: str, *, route: str | None = None, count: int | None = 1, skip: int = 0, **options: Any
    ) -> Any:
        """Switch a fault on."""
        return self.admin("/faults", {"name": name, "route": route, "count": count, "skip": skip, "options": options})

    def advance(self, seconds: float = 0, *, days: float = 0) -> Any:
        """Move the clock on; everybody lives on up to it."""
        return self.admin("/clock", {"advance": seconds, "days": days})

    def requests(self) -> dict[str, int]:
        """Return how often each route was asked since the log was last cleared."""
        counts: dict[str, int] = self.admin("/requests")["counts"]
        return counts

    def forget_requests(self) -> None:
        """Clear the request log."""
        self.admin("/requests", method="DELETE")

    def truth(self, vendor: str, *, person: int = 0) -> Any:
        """Return what a perfect mirror must hold: ``toggl`` or ``google``."""
        return self.admin(f"/truth/{vendor}", person=person)


@contextmanager
def start_sandbox(**options: Any) -> Iterator[SandboxHandle]:
    """Start a sandbox in a child process and end it afterwards.

    Args:
        options: those of ``lifetracer.sandbox.Options`` (seed, language, zone, people, quota, throttle, plan), with
            ``now`` as RFC 3339 text (default: frozen at 2026-11-21T09:30Z; None = the machine's clock, ticking) and
            ``start`` as YYYY-MM-DD; and ``port``.
    """
    given = {"now": FROZEN, **options}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIFETRACER_")}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, json.dumps(given)], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"The sandbox did not start (exit code {process.wait(START_SECONDS)})."
        hello = json.loads(line)
        yield SandboxHandle(hello["url"], hello["people"], process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        if process.stdout is not None:
            process.stdout.close()
