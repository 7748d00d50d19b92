"""`lifetracer analyze`: from what the warehouse knows of a person to what is likely and what is worth noticing.

Law: a run changes nothing that was said before, it only adds; and a run that comes to the same numbers adds nothing.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.types.json import Jsonb

from lifetracer.analyzer.anomalies import find_anomalies
from lifetracer.analyzer.changes import find_changes
from lifetracer.analyzer.correlations import find_correlations
from lifetracer.analyzer.fallacy import find_fallacies
from lifetracer.analyzer.forecast import Choice, forecast
from lifetracer.analyzer.forecast.history import FIRST_USE, Floats
from lifetracer.analyzer.insight import Insight
from lifetracer.analyzer.lived import LONGEST
from lifetracer.analyzer.periods import Estimate, estimates, horizon_of
from lifetracer.analyzer.records import SQL, Planned, Records, read

if TYPE_CHECKING:
    from lifetracer.settings import Settings
    from lifetracer.warehouse import Connection, Warehouse

Progress = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class AnalyzeSummary:
    """What an analysis came to."""

    account_id: UUID
    as_of: datetime | None
    """The present that it stands for; ``None``: nothing was transformed yet."""
    known_days: int
    """Complete days that it rests on."""
    categories: int
    """How many are estimated …"""
    by_model: int
    """… and of how many the model is better than every simple rule."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """How many are not, by reason."""
    written: int = 0
    """Estimates that are new."""
    insights: Mapping[str, int] = field(default_factory=dict)
    """What was noticed, by kind."""
    seconds: float = 0.0
    reason: str = ""
    """Why there are no estimates, in a sentence."""

    def as_json(self) -> dict[str, Any]:
        """Give the summary as plain JSON values."""
        return {
            "accountId": str(self.account_id),
            "asOf": self.as_of.astimezone(UTC).isoformat() if self.as_of else None,
            "knownDays": self.known_days,
            "categories": self.categories,
            "byModel": self.by_model,
            "skipped": dict(self.skipped),
            "written": self.written,
            "insights": dict(self.insights),
            "seconds": round(self.seconds, 2),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Paths:
    """Joint futures of the days from today on: what may happen, all categories together."""

    first_day: date
    """Today; what is lived of it is counted in."""
    categories: tuple[str, ...]
    seconds: Floats
    """paths × days × categories."""
    lived: Mapping[str, Mapping[date, int]]
    """Seconds of the last 62 days before today, by category, for periods that have begun."""


def analyze(
    house: Warehouse,
    settings: Settings,  # noqa: ARG001 - every stage is handed them
    account_id: UUID,
    *,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> AnalyzeSummary:
    """Estimate what is likely for an account and notice what is unusual; keeps both in the warehouse.

    Args:
        house: an open warehouse.
        settings: of this installation.
        account_id: whose time.
        progress: hears how far it is.
        now: when the estimates count as made; by default the clock's present.

    Too little history is no error: the summary says how much is needed.
    """
    started = time.monotonic()
    tell = progress or (lambda _: None)
    tell({"step": "read"})
    records = read(house, account_id)
    if records is None or records.lived is None:
        reason = "There is no history yet; run `lifetracer transform` first."
        if records:
            reason = f"Nothing was tracked in the {LONGEST // 366} years that estimates look back."
        as_of = records.as_of if records else None
        return AnalyzeSummary(account_id, as_of, 0, 0, 0, reason=reason, seconds=time.monotonic() - started)
    tell({"step": "estimate", "days": records.known_days})
    made, choices, skipped, reason = _estimate(records)
    tell({"step": "notice"})
    found = _notice(records)
    tell({"step": "write"})
    with house.transaction() as con:
        written = _write(con, account_id, now or datetime.now(UTC), records, made, choices, skipped, found)
    return AnalyzeSummary(
        account_id=account_id,
        as_of=records.as_of,
        known_days=records.known_days,
        categories=len(choices),
        by_model=sum(choice.is_model for choice in choices.values()),
        skipped=dict(Counter(skipped.values())),
        written=written,
        insights=dict(Counter(insight.kind for insight in found)),
        seconds=time.monotonic() - started,
        reason=reason,
    )


def estimate_paths(
    house: Warehouse, account_id: UUID, *, changes: Planned | None = None, horizon: int | None = None, seed: int = 0
) -> Paths | None:
    """Draw joint futures of an account's coming days, as if its plan were changed; writes nothing.

    Args:
        house: an open warehouse.
        account_id: whose time.
        changes: seconds that are added to (or, negative, taken from) what the plan has, by category and day.
        horizon: days from today on; by default to the end of next month.
        seed: equal seeds draw equal luck, so that two plans can be compared.

    Gives ``None`` when there is too little history.
    """
    records = read(house, account_id)
    chosen = records.chosen()[0] if records else []
    if records is None or records.lived is None or not chosen or records.known_days < FIRST_USE:
        return None
    days = horizon or horizon_of(records.today)
    found = forecast(records.history(chosen, days, changes), days, seed)
    today = records.open_day(chosen)
    seconds = found.paths.copy()
    seconds[:, 0] = seconds[:, 0] * today.share_left + today.lived
    return Paths(records.today, tuple(chosen), seconds, _lately(records, chosen))


def _lately(records: Records, categories: Sequence[str]) -> dict[str, dict[date, int]]:
    assert records.lived is not None
    lived = records.lived
    days = range(max(0, lived.days - 62), lived.days)
    return {
        category: {lived.first_day + timedelta(days=n): round(float(lived.column(category)[n])) for n in days}
        for category in categories
    }


def _estimate(records: Records) -> tuple[list[Estimate], Mapping[str, Choice], dict[str, str], str]:
    """Give estimates, who answers for each category, why others are left out, and why there is nothing at all."""
    assert records.lived is not None
    chosen, skipped = records.chosen()
    if records.known_days < FIRST_USE:
        need = f"Estimates need {FIRST_USE} complete days; there are {records.known_days}."
        return [], {}, skipped | dict.fromkeys(chosen, "too_early"), need
    if not chosen:
        return [], {}, skipped, "No category was lived on enough days to be estimated."
    horizon = horizon_of(records.today)
    history = records.history(chosen, horizon)
    found = forecast(history, horizon)
    planned = records.plan(chosen, [history.first_day + timedelta(days=n) for n in range(history.days + horizon)])
    assert history.day_seconds is not None
    coming = history.day_seconds[history.days :]
    made = estimates(records.lived.only(chosen), records.open_day(chosen), planned, coming, found)
    return list(made), found.choices, skipped, ""


def _notice(records: Records) -> list[Insight]:
    """Look for everything that is worth noticing."""
    assert records.lived is not None
    return [
        *find_anomalies(records.lived),
        *find_changes(records.lived),
        *find_correlations(records.lived, records.special()),
        *find_fallacies(records.plans),
    ]


def _write(
    con: Connection,
    account_id: UUID,
    made_at: datetime,
    records: Records,
    made: Sequence[Estimate],
    choices: Mapping[str, Choice],
    skipped: Mapping[str, str],
    found: Sequence[Insight],
) -> int:
    """Keep what is new; gives the number of estimates."""
    key = {"account_id": account_id, "made_at": made_at}
    con.execute(SQL["turn"], key)
    rows = [_choice_row(choice) for choice in choices.values()]
    rows += [_skipped_row(category, code, records.known_days) for category, code in skipped.items()]
    con.execute(SQL["put_choices"], key | {"rows": Jsonb(rows)})
    told = Jsonb([estimate.as_row() for estimate in made])
    written = con.execute(SQL["put_estimates"], key | {"made_on": records.today, "rows": told}).rowcount
    con.execute(SQL["thin"], {"account_id": account_id, "today": records.today})
    insights = [_insight_row(insight, account_id) for insight in found]
    con.execute(SQL["put_insights"], key | {"rows": Jsonb(insights)})
    con.execute(SQL["end_insights"], key | {"found": [insight.id_for(account_id) for insight in found]})
    return written


def _choice_row(choice: Choice) -> dict[str, Any]:
    return {
        "category_id": choice.category,
        "method": choice.method,
        "is_model": choice.is_model,
        "baseline": choice.best_baseline,
        "known_days": choice.days,
        "model_loss": _number(choice.model_loss),
        "baseline_loss": _number(choice.baseline_loss),
        "codes": [{"code": choice.code, "tested": choice.tested}],
    }


def _skipped_row(category: str, code: str, known_days: int) -> dict[str, Any]:
    nothing = dict.fromkeys(("method", "baseline", "model_loss", "baseline_loss"))
    said = {"category_id": category, "is_model": False, "known_days": known_days, "codes": [{"code": code}]}
    return nothing | said


def _insight_row(insight: Insight, account_id: UUID) -> dict[str, Any]:
    return {
        "insight_id": str(insight.id_for(account_id)),
        "kind": insight.kind,
        "category_id": insight.category_id,
        "other_category_id": insight.other_category_id,
        "begins_on": insight.begins_on.isoformat(),
        "ends_on": insight.ends_on.isoformat() if insight.ends_on else None,
        "effect": round(insight.effect, 3),
        "details": dict(insight.details),
        "p_value": float(f"{insight.p_value:.3g}"),
    }


def _number(loss: float) -> float | None:
    return round(loss, 1) if math.isfinite(loss) else None
