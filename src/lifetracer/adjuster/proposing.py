"""What a proposal says: its bounds beside the wished ones, what is likely, and the reasons.

Law: every number of a reason is one that the fitting used; nothing is reckoned anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from lifetracer.adjuster.asked import Asked, Work
from lifetracer.adjuster.fitting import MOST, Fitted, Room, Wished
from lifetracer.adjuster.history import ADDITIVE, NOTHING, measured
from lifetracer.adjuster.likely import Likely
from lifetracer.adjuster.reasons import Reason
from lifetracer.warehouse.targets import Target


def row_of(
    work: Work,
    one: Asked,
    made: Fitted,
    wish: Wished,
    source: tuple[Likely, dict[str, Any]],
    room: Room,
    at: datetime,
) -> dict[str, Any]:
    """Give the row of core.target_proposal.

    Args:
        work: what is at hand.
        one: what is asked.
        made: what fits of it.
        wish: what was wished of the fitting.
        source: what is likely, and what told so.
        room: the days ahead.
        at: the present.
    """
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


def is_reached(row: Mapping[str, Any]) -> bool:
    """Tell whether a period has what its proposal asks for already, and cannot lose it: nothing is left to do."""
    least = row["comparison"] == "at_least" and row["measure"] in ADDITIVE and row["low"] > 0
    return least and row["lived"] is not None and row["lived"] >= row["low"]


def _reasons(
    work: Work, one: Asked, made: Fitted, wish: Wished, told: dict[str, Any], reached: float | None
) -> list[Reason]:
    wished = wish.low if wish.low is not None else wish.high
    percent = round(100 * made.probability_wished)
    reasons: list[Reason] = []
    if made.is_crowded:
        reasons.append({"code": "crowded", "most": made.most})
    elif is_trivial(made.comparison, made.low, made.high, wish.measure) and not made.is_wish:
        reasons.append({"code": "out_of_reach"})
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
