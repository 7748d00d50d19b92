"""`lifetracer plan`: a proposal looked at, refused, and what stands in the way, in sentences."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifetracer.adjuster import plan_proposals
from lifetracer.adjuster.missing import Frame
from lifetracer.adjuster.plan_diff import Change
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from spoken import Says

pytestmark = pytest.mark.db


@pytest.fixture
def plan(says: Says) -> Says:
    """Speak of the plan."""
    return functools.partial(says, "plan")


def test_a_proposal_is_shown_and_rejected(plan: Says, warehouse: Warehouse, account: Account) -> None:
    assert "Run `lifetracer transform` first" in plan("propose", code=3)
    assert "Nothing was proposed yet" in plan("show", code=2)
    now = datetime.now(UTC)
    start = datetime(2030, 3, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    spans = [(start + timedelta(hours=n), start + timedelta(hours=n + 1)) for n in range(0, 6, 2)]
    changes = [Change("add", "c", "Learning", spans[0]), Change("move", "c", "Guitar", spans[1], former=spans[2])]
    unplaced = [{"targetId": str(account.account_id), "target": "Run", "seconds": 5400, "reason": "no_free_time"}]
    frame = Frame(now, now, now + timedelta(days=7), ZoneInfo("Asia/Tokyo"))
    with warehouse.transaction(account_id=account.account_id) as con:
        proposal_id, _ = plan_proposals.keep(con, frame, changes, 9000, unplaced)
    shown = plan("show")
    assert "+ Mon 2030-03-04 09:00-10:00  Learning" in shown
    assert "→ Mon 2030-03-04 11:00-12:00  Guitar (was Mon 13:00)" in shown
    assert "Not placed: 1 h 30 m of Run: there is no free time for it." in shown
    assert [one["status"] for one in json.loads(plan("show", "--json"))["blocks"]] == ["proposed", "proposed"]
    assert "no block number “3”. It has 2: `lifetracer plan show" in plan("approve", "--only", "1,3", code=2)
    assert "Give one of --only and --without" in plan("approve", "--only", "1", "--without", "2", code=2)
    assert "No block is chosen" in plan("approve", "--without", "1,2", code=2)
    refused = plan("approve", "--without", "2", code=3)
    assert "Google Calendar is not connected. Run `lifetracer connect gcal --write`." in refused
    assert "is not finished" in (shown := plan("show"))
    assert "1  + Mon 2030-03-04 09:00-10:00  Learning\n" in shown
    assert "2  → Mon 2030-03-04 11:00-12:00  Guitar (was Mon 13:00): left out" in shown
    assert "half written" in plan("propose", code=3)
    assert "approved already" in plan("reject", str(proposal_id), code=2)
    assert "undone: 1 left_out, 1 proposed" in plan("undo")
    assert f"{proposal_id}  {now.astimezone(ZoneInfo('Asia/Tokyo')):%Y-%m-%d %H:%M}  undone" in plan("list")
    assert "There is no plan proposal no-uuid" in plan("show", "no-uuid", code=2)


def test_how_one_wants_to_be_planned_for_is_kept(plan: Says) -> None:
    assert "7 days ahead; blocks of 30 to 120 min" in plan("settings")
    told = plan("settings", "--days", "5", "--shortest", "45", "--quiet", "21:30-06:00")
    assert "5 days ahead; blocks of 45 to 120 min" in told
    assert "quiet hours: 21:30-06:00; a proposal after every adjust" in told
    assert "proposals only when asked for" in plan("settings", "--off")
    assert json.loads(plan("settings", "--quiet", "learned", "--json"))["quietFrom"] is None
    assert "cannot be planned with (plan_setting_lengths)" in plan("settings", "--longest", "30", code=2)
    assert "multiples of 15" in plan("settings", "--shortest", "20", code=2)
    assert "are no hours" in plan("settings", "--quiet", "night", code=2)
