"""Propose targets: read what is wished and what is likely, fit, and write down what is new.

Law: run twice with nothing changed it writes nothing; what a person decided is never touched.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from lifetracer.adjuster import facts as known
from lifetracer.adjuster import history
from lifetracer.adjuster.facts import Facts, Subject
from lifetracer.adjuster.fitting import MOST, Fitted, Room, Wished, fit
from lifetracer.adjuster.history import NOTHING, measured
from lifetracer.adjuster.likely import Likely
from lifetracer.adjuster.reasons import Reason
from lifetracer.adjuster.room import Claim
from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, intents, targets, vacations
from lifetracer.warehouse.intents import Intent
from lifetracer.warehouse.queries import beside
from lifetracer.warehouse.targets import Target
from lifetracer.warehouse.vacations import Ambition

if TYPE_CHECKING:
    from lifetracer.warehouse import Warehouse

SQL = beside(__file__, "proposals.sql")

FIRST = 1e9
"""Priority of what was agreed before: it comes before any wish."""
MOST_CARRIED = 0.5
"""Part of a wish that at most is added to it from the last period."""
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


@dataclass(frozen=True, slots=True)
class Asked:
    """An intent in one of its periods."""

    intent: Intent
    start: date
    end: date
    counted: tuple[date, ...]
    """Days that count: of its weekdays, without vacations."""
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...] = ()

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.intent.subject, self.intent.subject_value)

    @property
    def key(self) -> str:
        """Its name in one word."""
        return f"{self.intent.intent_id}:{self.start}"


@dataclass(slots=True)
class _Work:
    """What is at hand while proposals are made."""

    facts: Facts
    ambition: Ambition
    decided: list[dict[str, Any]]
    targets: Sequence[Target]
    notes: list[dict[str, Any]] = field(default_factory=list)

    def note(self, intent: Intent, start: date, code: str) -> None:
        """Keep in mind that an intent gets no proposal."""
        told = {"intent": intent.name, "period": intent.period, "periodStart": start.isoformat(), "code": code}
        self.notes.append(told)


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


def target_id_of(intent_id: UUID) -> UUID:
    """Give the target that is made of an intent: one, with a version for each period that was agreed on."""
    return uuid5(NAMESPACE_OID, f"lifetracer intent {intent_id}")


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
    work = _Work(facts, vacations.ambition(con), decided, all_targets)
    asked = list(_asked(work, wanted))
    rows = _rows(work, asked, at)
    kept = {row["proposal_id"] for row in open_ if any(_is_same(row, made) for made in rows)}
    gone = [row["proposal_id"] for row in open_ if row["proposal_id"] not in kept]
    if gone:
        con.execute(SQL["supersede"], {"proposal_ids": gone})
    fresh = [made for made in rows if not any(_is_same(row, made) for row in open_)]
    for made in fresh:
        con.execute(SQL["propose"], made | {"likely": Jsonb(made["likely"]), "reasons": Jsonb(made["reasons"])})
    return len(fresh), len(rows) - len(fresh), len(gone), work.notes


# --- what is asked ---


def _asked(work: _Work, wanted: Iterable[Intent]) -> Iterable[Asked]:
    """Give the periods for which a target is to be proposed."""
    versions: dict[UUID | None, list[Intent]] = {}
    for intent in wanted:
        versions.setdefault(intent.intent_id, []).append(intent)
    for several in versions.values():
        for ahead in (0, 1):
            found = _in_force(several, work.facts.today, ahead)
            if found is None:
                continue
            intent, start = found
            if any(row["intent_id"] == intent.intent_id and row["period_start"] == start for row in work.decided):
                continue
            asked = _ask(work, intent, start, is_present=ahead == 0)
            if asked:
                yield asked


def _in_force(versions: Sequence[Intent], today: date, ahead: int) -> tuple[Intent, date] | None:
    """Give the version that is valid on the first day of the present or the next period, and that day."""
    for intent in sorted(versions, key=lambda version: version.valid_from, reverse=True):
        start = targets.first_period(intent.period, today)
        if ahead:
            start = history.after(start, intent.period)
        if intent.valid_from <= start:
            return None if intent.valid_to is not None and intent.valid_to <= start else (intent, start)
    return None


def _ask(work: _Work, intent: Intent, start: date, *, is_present: bool) -> Asked | None:
    end = history.after(start, intent.period)
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    counting = [day for day in days if intent.weekdays is None or day.isoweekday() in intent.weekdays]
    counted = tuple(day for day in counting if day not in work.facts.away)
    if not counting:
        return None
    if not counted:
        work.note(intent, start, "away")
        return None
    low, high = (None if amount is None else float(amount) for amount in (intent.low, intent.high))
    reasons: list[Reason] = []
    if len(counted) < len(counting) and intent.measure in history.ADDITIVE:
        part = len(counted) / len(counting)
        low, high = (None if amount is None else float(math.floor(amount * part)) for amount in (low, high))
        days_away = len(counting) - len(counted)
        reasons.append({"code": "vacation", "days": days_away, "wished": high if low is None else low})
    if is_present and low is not None and work.ambition.carry_over and intent.measure in history.ADDITIVE:
        short = min(_shortfall(work, intent, start), math.floor(low * MOST_CARRIED))
        if high is not None:
            short = min(short, high - low)
        if short > 0:
            low += short
            reasons.append({"code": "carried_over", "amount": short})
    return Asked(intent, start, end, counted, low, high, tuple(reasons))


def _shortfall(work: _Work, intent: Intent, start: date) -> float:
    """Give what the target of the last period fell short of, if one was agreed on."""
    before = targets.first_period(intent.period, start - timedelta(days=1))
    agreed: float | None = next(
        (
            row["decided_low"]
            for row in work.decided
            if row["intent_id"] == intent.intent_id and row["period_start"] == before and row["decided_low"] is not None
        ),
        None,
    )
    if agreed is None:
        return 0.0
    lived = work.facts.lived[Subject(intent.subject, intent.subject_value).key]
    days = [before + timedelta(days=n) for n in range((start - before).days)]
    counted = [day for day in days if intent.weekdays is None or day.isoweekday() in intent.weekdays]
    reached = measured((lived.get(day, NOTHING) for day in counted), intent.measure) or 0.0
    return max(0.0, agreed - reached)


# --- what is likely, and what fits ---


def _rows(work: _Work, asked: Sequence[Asked], at: datetime) -> list[dict[str, Any]]:
    """Make the rows of core.target_proposal."""
    likely: dict[str, tuple[Likely, dict[str, Any]]] = {}
    wishes: list[Wished] = []
    for one in asked:
        found = _likely(work.facts, one)
        if found is None:
            work.note(one.intent, one.start, "too_little_data")
            continue
        likely[one.key] = found
        wishes.append(_wished(work.facts, one, found[0]))
    horizon = max([history.after(history.after(work.facts.today, "month"), "month"), *(one.end for one in asked)])
    room = _room(work, (horizon - work.facts.today).days)
    fitted = {made.key: made for made in fit(wishes, room, work.ambition.probability)}
    by_key = {wish.key: wish for wish in wishes}
    return [
        _row(work, one, fitted[one.key], by_key[one.key], likely[one.key], room, at)
        for one in asked
        if one.key in fitted
    ]


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
        estimates = [facts.estimates.get((part, intent.period, one.start)) for part in parts]
        found = [estimate for estimate in estimates if estimate]
        if len(found) == 1:
            return found[0].likely, {"from": "estimate", "method": found[0].method, "last": last}
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


def _room(work: _Work, horizon: int) -> Room:
    """Give the free hours of the days ahead, and what was promised before."""
    facts = work.facts
    free: list[float] = []
    planned: dict[tuple[str, int], float] = {}
    sleep = facts.sleep if facts.sleep is not None else float(work.ambition.sleep_seconds)
    for n in range(horizon):
        day = facts.today + timedelta(days=n)
        length = facts.lengths.get(day, 86400.0) if n else facts.left
        events = facts.planned.get(day, {})
        part = length / 86400.0
        asleep = max(0.0, sleep * part - sum(events.get(category, 0.0) for category in facts.sleeps))
        free.append(max(0.0, length - sum(events.values()) - asleep - work.ambition.reserve_seconds * part))
        planned |= {(category, n): seconds for category, seconds in events.items()}
        planned["asleep", n] = asleep
    return Room(free, planned, tuple(_commitments(work, planned)))


def _commitments(work: _Work, planned: dict[tuple[str, int], float]) -> Iterable[Claim]:
    """Give what targets that are in force still ask for."""
    facts = work.facts
    versions: dict[UUID | None, list[Target]] = {}
    for target in work.targets:
        if target.measure == "duration" and target.low:
            versions.setdefault(target.target_id, []).append(target)
    for several in versions.values():
        latest = sorted(several, key=lambda version: version.valid_from, reverse=True)
        for ahead in (0, 1):
            for target in latest:
                start = targets.first_period(target.period, facts.today)
                start = history.after(start, target.period) if ahead else start
                if target.valid_from > start:
                    continue
                if target.valid_to is None or target.valid_to > start:
                    yield _commitment(facts, target, start, planned)
                break


def _commitment(facts: Facts, target: Target, start: date, planned: dict[tuple[str, int], float]) -> Claim:
    subject = Subject(target.subject, target.subject_value)
    lived, parts = facts.lived[subject.key], facts.parts(subject)
    if parts is not None and parts & facts.sleeps:
        parts |= {"asleep"}
    days = [start + timedelta(days=n) for n in range((history.after(start, target.period) - start).days)]
    days = [day for day in days if target.weekdays is None or day.isoweekday() in target.weekdays]
    ahead = tuple((day - facts.today).days for day in days if day >= facts.today)
    done = sum(lived.get(day, NOTHING).seconds for day in days if day <= facts.today)
    done += sum(seconds for (part, n), seconds in planned.items() if n in ahead and (parts is None or part in parts))
    return Claim(max(0.0, float(target.low or 0) - done), ahead, parts, FIRST)


# --- what is written ---


def _row(
    work: _Work,
    one: Asked,
    made: Fitted,
    wish: Wished,
    source: tuple[Likely, dict[str, Any]],
    room: Room,
    at: datetime,
) -> dict[str, Any]:
    likely, told = source
    lived = work.facts.lived[one.subject.key]
    reached = None
    if one.start <= work.facts.today:
        reached = measured((lived.get(day, NOTHING) for day in one.counted if day <= work.facts.today), wish.measure)
    evidence = {
        **{name: round(amount, 4) for name, amount in likely.quantiles().items()},
        **told,
        "free": round(sum(room.free[n] for n in wish.days)),
        "most": None if made.most is None or math.isinf(made.most) else round(made.most),
    }
    return {
        "proposal_id": uuid4(),
        "intent_id": one.intent.intent_id,
        "period": one.intent.period,
        "period_start": one.start,
        "period_end": one.end,
        "measure": wish.measure,
        "comparison": made.comparison,
        "low": made.low,
        "high": made.high,
        "wished_comparison": wish.comparison,
        "wished_low": wish.low,
        "wished_high": wish.high,
        "chosen_probability": round(work.ambition.probability, 4),
        "probability": round(made.probability, 4),
        "probability_wished": round(made.probability_wished, 4),
        "lived": reached,
        "likely": evidence,
        "reasons": _reasons(work, one, made, wish, told, reached),
        "made_at": at,
    }


def is_trivial(comparison: str, low: float | None, high: float | None, measure: str) -> bool:
    """Tell whether bounds ask for nothing, so that there is nothing to agree on."""
    asks_low = comparison in {"at_least", "between", "exactly"} and low is not None and low > 0
    asks_high = comparison != "at_least" and high is not None and high < MOST.get(measure, math.inf)
    return not (asks_low or asks_high)


def _reasons(
    work: _Work, one: Asked, made: Fitted, wish: Wished, told: dict[str, Any], reached: float | None
) -> list[Reason]:
    wished = wish.low if wish.low is not None else wish.high
    percent = round(100 * made.probability_wished)
    reasons: list[Reason] = []
    if is_trivial(made.comparison, made.low, made.high, wish.measure) and not made.is_wish:
        reasons.append({"code": "out_of_reach"})
    elif made.is_crowded:
        reasons.append({"code": "crowded", "most": made.most})
    elif made.is_wish:
        reasons.append({"code": "wish_is_likely", "percent": percent})
    elif wish.comparison == "exactly":
        reasons.append({"code": "widened", "wished": wished})
    else:
        chosen = round(100 * work.ambition.probability)
        reasons.append({"code": "made_likely", "wished": wished, "percent": percent, "chosen": chosen})
    if 0 <= made.usual <= MOST.get(wish.measure, math.inf):
        reasons.append({"code": "usual", "usual": made.usual})
    reasons += one.reasons
    if wish.measure == "duration" and made.low and wish.lived and wish.days:
        rest = made.low - wish.lived
        pace = {"code": "pace", "lived": wish.lived, "days": len(wish.days), "each": math.ceil(rest / len(wish.days))}
        reasons.append(pace if rest > 0 else {"code": "done", "lived": reached})
    for target in work.targets:
        if target.made_by == "person" and _is_alike(target, one):
            reasons.append({"code": "own_target", "name": target.name})
            break
    if told["from"] == "estimate":
        reasons.append({"code": "from_estimate", "method": told["method"]})
    else:
        reasons.append({"code": "from_history", "periods": told["periods"]})
    if not made.is_wish and made.comparison == "at_least" and not made.is_crowded and made.low:
        reasons.append({"code": "grows"})
    return reasons


def _is_alike(target: Target, one: Asked) -> bool:
    intent = one.intent
    same = (target.subject, target.subject_value, target.measure, target.period)
    is_valid = target.valid_from <= one.start and (target.valid_to is None or target.valid_to > one.start)
    return is_valid and same == (intent.subject, intent.subject_value, intent.measure, intent.period)


def _is_same(row: dict[str, Any], made: dict[str, Any]) -> bool:
    names = ("intent_id", "period", "period_start", "comparison", "low", "high", "wished_low", "wished_high")
    return (
        all(row[name] == made[name] for name in names)
        and math.isclose(row["chosen_probability"], made["chosen_probability"])
        and abs(row["probability"] - made["probability"]) < STEADY
    )
