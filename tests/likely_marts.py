"""What is likely, wished and noticed, beside `lived_marts`: hours that are known by heart.

Law: of each category a day takes 1, 1½, 2, 2½ or 3 hours from P10 to P90; a week five, a month twenty times as much.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import marts
from lifetracer.periods import step
from lifetracer.warehouse import Warehouse

QUANTILES = {"p10": 3600, "p25": 5400, "p50": 7200, "p75": 9000, "p90": 10800}
TIMES = {"day": 1, "week": 5, "month": 20}
PERIODS = {"day": 28, "week": 5, "month": 2}
METHODS = ("model", "weekdays_8", "days_28")
"""Who answers for the first category, the second, the third."""


def fill(warehouse: Warehouse, who: dict[str, object], categories: dict[str, str], today: date) -> None:
    """Estimate from a day on; judge, notice, wish and propose for its week."""
    made_at = datetime.combine(today, time(2), UTC)
    kinds = [{"category_id": name[:8], "category": name, "category_color": color} for name, color in categories.items()]
    monday = today - timedelta(days=today.weekday())
    firsts = {"day": today, "week": monday, "month": today.replace(day=1)}
    estimates, choices, scores = [], [], []
    for kind, method in zip(kinds, METHODS, strict=True):
        is_model = method == "model"
        made = who | kind | {"method": method, "is_model": is_model, "made_at": made_at, "made_on": today}
        made |= {"reasons": '[{"code": "level", "seconds": 6300}, {"code": "plan", "seconds": 900}]', "is_over": False}
        for grain, first in firsts.items():
            for place in range(PERIODS[grain]):
                start = step(first, grain, place)
                span = {"grain": grain, "period_start": start, "period_end": step(start, grain, 1)}
                taken = {name: seconds * TIMES[grain] for name, seconds in QUANTILES.items()}
                sums = {"mean": taken["p50"], "lived_seconds": 0, "planned_seconds": taken["p50"]}
                estimates.append(made | span | taken | sums | {"horizon": (start - today).days})
            score = {
                "grain": grain,
                "ahead": "next",
                "estimates": 40,
                "loss_seconds": 900,
                "baseline_loss_seconds": 1000,
            }
            score |= {"gain": "0.1" if is_model else "0", "coverage": "0.8", "bias_seconds": -300}
            scores.append(who | kind | score | {"model_share": int(is_model), "drift": "0.25" if is_model else None})
        code = '[{"code": "model_better"}]' if is_model else '[{"code": "baseline_better"}]'
        choice = {"method": method, "baseline": "weekdays_8", "known_days": 180, "gain": "0.12", "codes": code}
        choices.append(who | kind | choice)
    choices.append(choices[0] | {"category": "Chess", "method": None, "codes": '[{"code": "rare"}]'})
    marts.insert(warehouse, "estimate", *estimates)
    marts.insert(warehouse, "estimate_choice", *choices)
    marts.insert(warehouse, "estimate_score", *scores)
    _notice(warehouse, who, kinds, monday)
    _wish(warehouse, who, kinds[0], kinds[1], monday)


def _notice(warehouse: Warehouse, who: dict[str, object], kinds: list[dict[str, str]], monday: date) -> None:
    first, second = kinds[:2]
    week = {"begins_on": monday - timedelta(days=7), "ends_on": monday}
    found = (
        ("anomaly", week, 3600, '{"seconds": 50400, "usual_seconds": 36000}', "0.004"),
        ("change_point", week | {"ends_on": None}, -600, '{"after_seconds": 6600, "before_seconds": 7200}', "0.01"),
        ("planning_fallacy", week | {"ends_on": None}, "1.2", '{"low": 1.1, "high": 1.3, "plans": 40}', "0.00001"),
    )
    for kind, span, effect, details, chance in found:
        row = {"insight_id": uuid4(), "kind": kind, "effect": effect, "details": details, "p_value": chance}
        marts.insert(warehouse, "insight", who | first | span | row)
    other = {"other_category_id": second["category_id"], "other_category": second["category"]}
    row = {"insight_id": uuid4(), "kind": "correlation", "effect": "-0.4", "p_value": "0.02"}
    row |= {"details": '{"lag": 1, "difference_seconds": -1200}', "begins_on": monday, "ends_on": None}
    marts.insert(warehouse, "insight", who | first | other | row)


def _wish(
    warehouse: Warehouse, who: dict[str, object], first: dict[str, str], second: dict[str, str], monday: date
) -> None:
    week = {"period": "week", "period_start": monday, "period_end": monday + timedelta(days=7), "measure": "duration"}
    for kind, wished, offered in ((first, 43200, 34200), (second, 39600, 32400)):
        about = {"category_id": kind["category_id"], "category_color": kind["category_color"], "subject": "category"}
        about |= {"subject_name": kind["category"], "name": kind["category"], "priority": 3, "comparison": "at_least"}
        about |= {"intent_id": uuid4(), "low": wished, "reached": 36000, "is_over": False}
        marts.insert(warehouse, "intent_progress", who | week | about | {"status": "proposed"})
        if kind is first:
            odds = {"probability": "0.66", "probability_wished": "0.2", "likely": "{}", "reasons": "[]"}
            odds |= {"proposal_id": uuid4(), "wished_low": wished, "low": offered, "status": "proposed"}
            offer = {key: value for key, value in about.items() if key != "reached"}
            marts.insert(warehouse, "target_proposal", who | week | offer | odds)
