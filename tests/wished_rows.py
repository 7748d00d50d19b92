"""Wishes, proposed targets, days away and a plan proposal of one person, with names that try to break out of a page.

Law: what people enter is written by the program's own functions; only what dbt would make of it is written by hand.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

import marts
from lifetracer.adjuster import plan_proposals, proposals
from lifetracer.adjuster.missing import Frame
from lifetracer.adjuster.plan_diff import Change
from lifetracer.warehouse import Connection, Warehouse, intents, vacations
from lifetracer.warehouse.intents import Intent
from lifetracer.warehouse.targets import Bounds
from week_blocks import MONDAY, block

SCRIPT = '<script>alert("wish")</script>'
TOKYO = ZoneInfo("Asia/Tokyo")
HOUR = 3600


def fill(warehouse: Warehouse, account_id: UUID, category: str, today: date) -> UUID:
    """Fill in everything for a category; gives the plan proposal, which waits for a decision."""
    monday = today - timedelta(days=today.weekday())
    with warehouse.transaction(account_id=account_id) as con:
        wish = _wish(con, category, monday)
        _offer(con, wish, monday)
        vacations.add(con, SCRIPT, today + timedelta(days=20), today + timedelta(days=25))
        proposal_id = _plan(con, category, today)
    event = block("plan", "12:00", "13:00", category, (today - MONDAY).days + 1, title="Dentist")
    marts.insert(warehouse, "week_block", vars(event) | {"account_id": account_id, "week_start": monday})
    with warehouse.transaction() as con:
        con.execute(
            "insert into marts.plan_proposal_block (account_id, proposal_id, block_id, place, made_at, proposal_status,"
            " change, status, conflict, category_id, category, category_color, title, local_date, starts_at, ends_at,"
            " seconds, former_starts_at, former_ends_at, target_id, target, habit)"
            " select block.account_id, block.proposal_id, block.block_id, 1, made_at, proposal.status, change,"
            " block.status, conflict, category_id, %s, '#9e5bd9', title, (starts_at at time zone 'Asia/Tokyo')::date,"
            " starts_at, ends_at, extract(epoch from ends_at - starts_at)::int, former_starts_at, former_ends_at,"
            " target_id, %s, habit"
            " from core.plan_proposal_block as block"
            " join core.plan_proposal as proposal using (account_id, proposal_id)"
            " where block.account_id = %s",
            (category, SCRIPT, account_id),
        )
    return proposal_id


def _wish(con: Connection, category: str, monday: date) -> Intent:
    common = {"measure": "duration", "period": "week", "comparison": "at_least", "high": None}
    wanted = Intent(
        **common, name=category, sentence=f"{category} 8 h a week", subject="category", subject_value=category[:8],
        low=Decimal(8 * HOUR), valid_from=monday - timedelta(days=14),
    )  # fmt: skip
    made = intents.add(con, wanted)
    changed = intents.change(con, str(made.intent_id), Bounds("at_least", low=Decimal(10 * HOUR)), monday)
    named = Intent(**common, name=SCRIPT, subject="text", subject_value=SCRIPT, low=Decimal(HOUR), valid_from=monday)
    intents.add(con, named)
    ended = Intent(**common, name="Chess", subject="tag", subject_value="chess", low=Decimal(HOUR), valid_from=monday)
    intents.end(con, str(intents.add(con, ended).intent_id), monday)
    return changed


def _offer(con: Connection, wish: Intent, monday: date) -> None:
    """Propose something of each kind: less than wished, between two times of day, nothing at all."""
    likely = {"p10": 4 * HOUR, "p25": 5 * HOUR, "p50": 6 * HOUR, "p75": 7 * HOUR, "p90": 9 * HOUR, "from": "history"}
    reasons = [
        {"code": "made_likely", "wished": 10 * HOUR, "percent": 7, "chosen": 65},
        {"code": "usual", "usual": 6 * HOUR},
        {"code": "own_target", "name": SCRIPT},
    ]
    common = {
        "intent_id": wish.intent_id, "period": "week", "measure": "duration", "comparison": "at_least", "high": None,
        "low": 5 * HOUR, "wished_comparison": "at_least", "wished_low": 10 * HOUR, "wished_high": None,
        "chosen_probability": "0.65", "probability": "0.66", "probability_wished": "0.07", "lived": 2 * HOUR,
        "likely": Jsonb(likely), "reasons": Jsonb(reasons), "made_at": datetime.combine(monday, time(1), UTC),
    }  # fmt: skip
    clock = {
        "p10": 8 * HOUR,
        "p25": 8.2 * HOUR,
        "p50": 8.5 * HOUR,
        "p75": 9 * HOUR,
        "p90": 10 * HOUR,
        "from": "history",
    }
    by_clock = {
        "measure": "start_time", "comparison": "at_most", "low": None, "high": 9 * HOUR, "wished_low": None,
        "wished_comparison": "at_most", "wished_high": 8 * HOUR, "likely": Jsonb(clock), "lived": None,
    }  # fmt: skip
    nothing = {"low": 0, "reasons": Jsonb([{"code": "out_of_reach"}])}
    for number, differs in enumerate(({}, by_clock, nothing)):
        start = monday + timedelta(weeks=number)
        span = {"proposal_id": uuid4(), "period_start": start, "period_end": start + timedelta(days=7)}
        con.execute(proposals.SQL["propose"], common | span | differs)


def _plan(con: Connection, category: str, today: date) -> UUID:
    """Propose one of each change; of one block something came into the way."""

    def at(day: int, hour: float) -> datetime:
        return datetime.combine(today + timedelta(days=day), time(), TOKYO) + timedelta(hours=hour)

    ids = [uuid4() for _ in range(2)]
    changes = [
        Change("add", category[:8], category, (at(1, 9), at(1, 10.5)), target_id=uuid4(), habit=0.9),
        Change("add", category[:8], SCRIPT, (at(2, 23), at(3, 1)), target_id=uuid4(), habit=0.1),
        Change("move", category[:8], "Walk", (at(3, 15), at(3, 16)), (at(3, 12), at(3, 13)), block_id=ids[0]),
        Change("remove", category[:8], "Swim", (at(4, 18), at(4, 19)), block_id=ids[1]),
    ]
    frame = Frame(at(0, 1), at(0, 2), at(7, 0), TOKYO)
    unplaced = [
        {"targetId": str(uuid4()), "target": SCRIPT, "seconds": 1800, "reason": "no_free_time"},
        {"targetId": str(uuid4()), "target": category, "seconds": None, "reason": "not_a_duration"},
    ]
    proposal_id, _ = plan_proposals.keep(con, frame, changes, 4 * HOUR, unplaced)
    assert proposal_id
    conflict = {
        "kind": "in_the_way",
        "title": SCRIPT,
        "startsAt": at(3, 15).isoformat(),
        "endsAt": at(3, 16).isoformat(),
    }
    con.execute(
        "update core.plan_proposal_block set status = 'conflict', conflict = %s where block_id = %s",
        (Jsonb(conflict), ids[0]),
    )
    return proposal_id
