"""Propose targets: read what is wished and what is likely, fit, and write down what is new.

Law: run twice with nothing changed it writes nothing; what a person decided is never touched.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from lifetracer.adjuster import asked, history
from lifetracer.adjuster import facts as known
from lifetracer.adjuster.ahead import room_of
from lifetracer.adjuster.asked import Asked, Work
from lifetracer.adjuster.facts import Facts, Subject
from lifetracer.adjuster.fitting import Wished, fit
from lifetracer.adjuster.history import NOTHING
from lifetracer.adjuster.likely import Likely
from lifetracer.adjuster.proposing import is_reached, row_of
from lifetracer.errors import FixByHandError
from lifetracer.periods import start_of, step
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, intents, targets, vacations
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Warehouse

SQL = beside(__file__, "proposals.sql")

STEADY = 0.05
"""A proposal stays while its chance moves by less."""


@dataclass(frozen=True, slots=True)
class AdjustSummary:
    """What an adjustment did."""

    proposed: int
    unchanged: int
    superseded: int
    notes: tuple[dict[str, Any], ...]
    """Intents without a proposal, and why: {intent, period, periodStart, code}."""
    seconds: float
    plan: dict[str, Any] | None = None
    """What became of the proposal of where in the calendar it could go; ``None``: none was asked for."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "proposed": self.proposed,
            "unchanged": self.unchanged,
            "superseded": self.superseded,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 2),
            "plan": self.plan,
        }


def adjust(
    house: Warehouse,
    settings: Settings,
    account_id: UUID,
    *,
    progress: Callable[[Any], None] | None = None,
    now: datetime | None = None,
) -> AdjustSummary:
    """Propose a target for each running intent, for the present period and the next one.

    Args:
        house: an open warehouse.
        settings: the installation's settings, handed on to whoever proposes a plan.
        account_id: whose intents.
        progress: told how far it is.
        now: the present; by default this instant.

    Raises:
        UsageError: nothing was transformed yet.
    """
    begun = time.monotonic()
    at = now or datetime.now(UTC)
    with house.transaction(account_id=account_id, timeout="2min") as con:
        proposed, unchanged, superseded, notes = _adjust(con, at)
    if progress:
        progress({"proposed": proposed, "unchanged": unchanged})
    return AdjustSummary(
        proposed,
        unchanged,
        superseded,
        tuple(notes),
        time.monotonic() - begun,
        _propose_plan(house, settings, account_id, at),
    )


def _propose_plan(house: Warehouse, settings: Settings, account_id: UUID, at: datetime) -> dict[str, Any] | None:
    from lifetracer.adjuster import plan_proposals

    try:
        planned = plan_proposals.propose_if_wanted(house, settings, account_id, now=at)
    except FixByHandError as reason:
        return {"error": reason.sentence()}
    return planned.as_json() if planned else None


def _adjust(con: Connection, at: datetime) -> tuple[int, int, int, list[dict[str, Any]]]:
    today, _, _ = known.present(con, at)
    wanted = intents.every(con)
    all_targets = targets.every(con)
    subjects = [Subject(each.subject, each.subject_value) for each in wanted]
    subjects += [Subject(each.subject, each.subject_value) for each in all_targets]
    facts = known.read(con, at, subjects, vacations.every(con))
    with con.cursor(row_factory=dict_row) as cursor:
        decided = cursor.execute(SQL["decided"], {"today": today}).fetchall()
        open_ = cursor.execute(SQL["open"], {"today": today}).fetchall()
    work = Work(facts, vacations.ambition(con), decided, all_targets)
    rows = _rows(work, list(asked.every(work, wanted)), at)
    kept = {row["proposal_id"] for row in open_ if any(_is_same(row, made) for made in rows)}
    gone = [row["proposal_id"] for row in open_ if row["proposal_id"] not in kept]
    if gone:
        con.execute(SQL["supersede"], {"proposal_ids": gone})
    fresh = [made for made in rows if not any(_is_same(row, made) for row in open_)]
    for made in fresh:
        con.execute(SQL["propose"], made | {"likely": Jsonb(made["likely"]), "reasons": Jsonb(made["reasons"])})
    return len(fresh), len(rows) - len(fresh), len(gone), work.notes


def _rows(work: Work, wanted: Sequence[Asked], at: datetime) -> list[dict[str, Any]]:
    """Make the rows of core.target_proposal."""
    likely: dict[str, tuple[Likely, dict[str, Any]]] = {}
    wishes: list[Wished] = []
    for one in wanted:
        found = _likely(work.facts, one)
        if found is None:
            work.note(one.intent, one.start, "too_little_data")
            continue
        likely[one.key] = found
        wishes.append(_wished(work.facts, one, found[0]))
    horizon = max([step(start_of(work.facts.today, "month"), "month", 2), *(one.end for one in wanted)])
    room = room_of(work, (horizon - work.facts.today).days)
    fitted = {made.key: made for made in fit(wishes, room, work.ambition.probability)}
    by_key = {wish.key: wish for wish in wishes}
    rows = []
    for one in wanted:
        if one.key not in fitted:
            continue
        row = row_of(work, one, fitted[one.key], by_key[one.key], likely[one.key], room, at)
        if is_reached(row):
            work.note(one.intent, one.start, "reached")
        else:
            rows.append(row)
    return rows


def _likely(facts: Facts, one: Asked) -> tuple[Likely, dict[str, Any]] | None:
    """Give what is likely: the analyzer's estimate where it speaks of the same, else what former periods say."""
    intent = one.intent
    past = None
    if facts.first_day is not None:
        past = history.look_back(
            facts.lived[one.subject.key],
            facts.first_day,
            facts.today,
            facts.now,
            intent.measure,
            intent.period,
            one.start,
            one.counted,
            intent.weekdays,
        )
    last = [] if past is None else list(past.last)
    whole_period = (one.end - one.start).days == len(one.counted)
    if intent.measure == "duration" and intent.subject == "category" and whole_period:
        parts = facts.beneath.get(intent.subject_value or "", frozenset())
        lived = parts & facts.busy  # of several there are several estimates, and quantiles are not added up
        estimate = facts.estimates.get((next(iter(lived)), intent.period, one.start)) if len(lived) == 1 else None
        if estimate:
            return estimate.likely, {"from": "estimate", "method": estimate.method, "last": last}
    if past is None:
        return None
    return past.likely, {"from": "history", "periods": past.periods, "last": last}


def _wished(facts: Facts, one: Asked, likely: Likely) -> Wished:
    lived = facts.lived[one.subject.key]
    parts = facts.parts(one.subject)
    if parts is not None and parts & facts.sleeps:
        parts |= {"asleep"}
    intent = one.intent
    return Wished(
        key=one.key,
        measure=intent.measure,
        period=intent.period,
        comparison=intent.comparison if one.low != one.high or intent.comparison == "exactly" else "exactly",
        low=one.low,
        high=one.high,
        likely=likely,
        lived=sum(lived.get(day, NOTHING).seconds for day in one.counted if day <= facts.today),
        days=tuple((day - facts.today).days for day in one.counted if day >= facts.today),
        parts=parts,
        priority=intent.priority,
    )


def _is_same(row: dict[str, Any], made: dict[str, Any]) -> bool:
    names = ("intent_id", "period", "period_start", "comparison", "low", "high", "wished_low", "wished_high")
    return (
        all(row[name] == made[name] for name in names)
        and math.isclose(row["chosen_probability"], made["chosen_probability"])
        and abs(row["probability"] - made["probability"]) < STEADY
    )
