"""The demo person as a job: two years of an invented life, read from a sandbox that lives as long as the job does.

Law: the sandbox is another process, reached like the real services; its connections are given up when it ends, so
nothing ever asks a real service with an invented credential. What came over them can be deleted with them.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

from lifetracer.errors import FixByHandError, TryAgainError
from lifetracer.jobs.queries import ask_one
from lifetracer.jobs.stages import Outcome, Task
from lifetracer.jobs.supervise import start

NAME = "demo"
"""Of the two connections."""

HISTORY = timedelta(days=730)

FOREIGN = ("DATABASE_URL", "DIRECT_DATABASE_URL", "SUPABASE_", "NEXT_PUBLIC_", "TOGGL_", "GOOGLE_", "LIFETRACER_")
"""Beginnings of variables that are none of the sandbox's business."""


def run(task: Task) -> Outcome:
    """Let a demo person live, and read what they did and planned.

    Raises:
        FixByHandError: real services are connected, with which an invented life must not mix.
        TryAgainError: the sandbox did not start.
    """
    from lifetracer.connector import connecting
    from lifetracer.connector.registry import source_named
    from lifetracer.connector.sync import sync

    real = [c.name for c in connecting.connections(task.warehouse, task.account_id) if c.name != NAME]
    if real:
        raise FixByHandError(
            f"Real time is here already ({', '.join(real)}); the demo person does not mix with it.",
            remedy="Make another account for the demo person, or run `lifetracer demo`.",
        )
    with task.warehouse.transaction(account_id=task.account_id) as con:
        account = ask_one(con, "account")
    assert account
    sandbox, person = _born(account["language"], account["time_zone"])
    try:
        settings = task.settings.model_copy(
            update={
                "toggl_url": person["url"],
                "toggl_pause_seconds": 0.0,
                "google_url": person["url"],
                "google_token_url": f"{person['url']}/token",
                "google_calendar_ids": (),
            }
        )
        google = {"client_id": person["googleClientId"], "client_secret": person["googleClientSecret"]}
        credentials = {
            "toggl_track": {"api_token": person["togglToken"]},
            "google_calendar": google | {"refresh_token": person["googleRefreshToken"]},
        }
        for name, credential in credentials.items():
            source = source_named(name)
            checked = connecting.check(source, credential, settings)
            connecting.keep(task.warehouse, task.account_id, source, credential, checked, name=NAME)
        summary = sync(task.warehouse, settings, task.account_id, sources=(NAME,), progress=task.progress)
    finally:
        sandbox.terminate()
        for one in connecting.connections(task.warehouse, task.account_id):
            if one.name == NAME:
                connecting.disconnect(task.warehouse, task.account_id, str(one.connection_id))
        sandbox.wait(10)
    return Outcome(summary.as_json(), changed=summary.changed > 0, error=summary.error)


def _born(language: str, zone: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """Start the sandbox; gives it, and the address and credentials that it tells first."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    first = (datetime.now(UTC) - HISTORY).date().isoformat()
    words = ["sandbox", "--port", "0", "--no-quota", "--start", first, "--language", language, "--zone", zone]
    sandbox = start(words, environ=clean, stdout=subprocess.PIPE)
    assert sandbox.stdout is not None
    line = sandbox.stdout.readline()
    if not line:
        raise TryAgainError("The sandbox did not start.", remedy="`lifetracer sandbox` shows why.")
    told = json.loads(line)
    return sandbox, {"url": told["url"], **told["people"][0]}
