"""A sync that is killed with SIGKILL at any moment loses nothing and repeats nothing.

A few kills in the normal run; ``make drill-killed-sync`` does a hundred and prints what it saw.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from functools import partial

import pytest
from toggl_mirror import TogglMirror

from lifetracer.connector.sync import sync
from lifetracer.settings import Settings, load
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.accounts import Account
from moments import Moments
from sandbox_process import SandboxHandle, start_sandbox

KILLS = int(os.environ.get("KILLS", "9"))


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


def sync_all(settings: Settings, account: Account, *, full: bool) -> None:
    """Sync as a process of its own does: with a warehouse that it has opened itself."""
    with open_warehouse(settings) as house:
        summary = sync(house, settings, account.account_id, full=full)
    assert summary.error is None, summary.error.sentence()


@pytest.mark.timeout(1800)
def test_a_sync_killed_at_random_moments_ends_equal_to_the_truth(
    warehouse: Warehouse, account: Account, environ: dict[str, str]
) -> None:
    chance = random.Random(20261121)
    seen: Counter[str] = Counter()
    compared = 0
    # The first sync and full ones bring years, the others what is new: each kind has a length of its own.
    moments = {"first": Moments(1.0), "full": Moments(1.0), "daily": Moments(0.3)}
    with start_sandbox(start="2026-06-01", quota=False) as sandbox:
        mirror = TogglMirror(
            warehouse, account, environ, sandbox, LIFETRACER_TOGGL_PAGE_SIZE="100", **sandbox.environment
        )
        settings = load(mirror.environ)
        while seen["killed in the middle"] < KILLS:
            number = seen.total()
            assert number < 5 * KILLS, seen
            kind = "full" if number % 4 == 3 else "daily" if compared else "first"
            work = partial(sync_all, settings, account, full=kind == "full")
            is_killed = moments[kind].kill(work, chance.random())
            seen["killed in the middle" if is_killed else "had just finished"] += 1
            if number % 3 == 2 or seen["killed in the middle"] == KILLS:
                summary = sync(warehouse, settings, account.account_id)
                assert summary.error is None, summary.error.sentence()
                mirror.check()
                stored, truth = google_rows(mirror), google_truth(sandbox)
                assert stored.keys() == truth.keys()
                assert [key for key in truth if stored[key] != truth[key]] == []
                compared += 1
            live_a_little(sandbox, chance)
        assert mirror.one("select count(*) from raw.revision") > 0
        assert mirror.one("select count(*) from ops.sync_run where status = 'running'") <= 1
    seen["compared: 0 missing, 0 extra, 0 stale, 0 duplicated"] = compared
    for line, count in seen.items():
        print(f"{count:5}  {line}")  # noqa: T201  (the drill shows it)
