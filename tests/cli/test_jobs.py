"""`lifetracer jobs`, `schedule` and `worker`: what they list and change, and their exit codes."""

from __future__ import annotations

import json

import pytest

from lifetracer import jobs
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from spoken import Says

pytestmark = pytest.mark.db


def test_a_job_is_listed_shown_and_cancelled(says: Says, warehouse: Warehouse, account: Account) -> None:
    with warehouse.transaction(account_id=account.account_id) as con:
        job_id = str(jobs.request(con, "transform").job_id)
    assert json.loads(says("jobs", "list", "--json"))[0]["jobId"] == job_id
    says("jobs", "show", job_id)
    assert json.loads(says("jobs", "cancel", job_id, "--json")) == {"jobId": job_id, "status": "cancelled"}
    assert "There is no job" in says("jobs", "show", "00000000-0000-0000-0000-000000000000", code=2)
    says("jobs", "show", "x", code=2)
    says("worker", "--stages", "dream", code=2)


def test_a_schedule_is_changed_and_shown(says: Says) -> None:
    says("schedule", "set", "transform", "--at", "4:30", code=2)
    says("schedule", "set", "transform", "--at", "04:30")
    says("schedule", "off", "report", "week")
    shown = json.loads(says("schedule", "--json"))
    assert {(e["stage"], e["localTime"], e["enabled"]) for e in shown} >= {
        ("transform", "04:30", True),
        ("report", "03:00", False),
    }
