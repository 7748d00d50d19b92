"""A sync that is killed with SIGKILL at any moment loses nothing and repeats nothing.

A dozen kills in the normal run; ``make drill-killed-sync`` does a hundred and prints what it saw.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from toggl_mirror import TogglMirror

from lifetracer.connector.sync import sync
from lifetracer.settings import load
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from sandbox_process import SandboxHandle, start_sandbox

KILLS = int(os.environ.get("KILLS", "12"))
CHILD = """
import sys
from uuid import UUID
from lifetracer import warehouse
from lifetracer.connector.sync import sync
from lifetracer.settings import load
settings = load()
with warehouse.open(settings) as house:
    print("ready", flush=True)
    summary = sync(house, settings, UUID(sys.argv[1]), full=sys.argv[2] == "full")
    print(summary.error or "done", flush=True)
"""


def google_truth(sandbox: SandboxHandle) -> dict[str, object]:
    found: dict[str, object] = {}
    for calendar_id, calendar in sandbox.truth("google")["calendars"].items():
        if not calendar["deleted"] and not calendar_id.endswith("@group.v.calendar.google.com"):
            for part in (calendar["live"], calendar["cancelled_instances"]):
                found |= {f"{calendar_id}/{key}": body for key, body in part.items()}
    return found


def google_rows(mirror: TogglMirror) -> dict[str, object]:
    with mirror.warehouse.transaction() as connection:
        query = "select source_id, data from raw.google_calendar__events where deleted_at is null"
        return dict(connection.execute(query).fetchall())


def live_a_little(sandbox: SandboxHandle, chance: random.Random) -> None:
    """Days pass; now and then sync tokens die or events and entries change by hand."""
    sandbox.advance(days=chance.uniform(0.05, 1.5))
    if chance.random() < 0.2:
        sandbox.fault("google_sync_tokens_invalidated")
    ids = list(sandbox.truth("toggl")["entries"])
    for entry_id in chance.sample(ids, 3):
        sandbox.admin(f"/toggl/entries/{entry_id}", {"description": f"edit {chance.random()}"}, method="PATCH")
    sandbox.admin(f"/toggl/entries/{chance.choice(ids)}", method="DELETE")


@pytest.mark.timeout(1800)
def test_a_sync_killed_at_random_moments_ends_equal_to_the_truth(
    warehouse: Warehouse, account: Account, environ: dict[str, str]
) -> None:
    chance = random.Random(20261121)
    seen: Counter[str] = Counter()
    with start_sandbox(start="2026-06-01", quota=False) as sandbox:
        mirror = TogglMirror(
            warehouse, account, environ, sandbox, LIFETRACER_TOGGL_PAGE_SIZE="100", **sandbox.environment
        )
        settings = load(mirror.environ)
        for number in range(1, KILLS + 1):
            words = [sys.executable, "-c", CHILD, str(account.account_id), "full" if number % 4 == 0 else "daily"]
            child = subprocess.Popen(words, env=mirror.environ, stdout=subprocess.PIPE, text=True)
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 1.6 if number % 4 else 2.5))
            child.send_signal(signal.SIGKILL)
            child.wait(10)
            seen["killed in the middle" if not child.stdout.read() else "had just finished"] += 1
            child.stdout.close()
            if number % 3 == 0 or number == KILLS:
                summary = sync(warehouse, settings, account.account_id)
                assert summary.error is None, summary.error.sentence()
                mirror.check()
                stored, truth = google_rows(mirror), google_truth(sandbox)
                assert stored.keys() == truth.keys()
                assert [key for key in truth if stored[key] != truth[key]] == []
                seen["compared: 0 missing, 0 extra, 0 stale, 0 duplicated"] += 1
            live_a_little(sandbox, chance)
        assert mirror.one("select count(*) from raw.revision") > 0
        assert mirror.one("select count(*) from ops.sync_run where status = 'running'") <= 1
    for line, count in seen.items():
        print(f"{count:5}  {line}")  # noqa: T201  (the drill shows it)
    assert seen["killed in the middle"] >= KILLS // 3
