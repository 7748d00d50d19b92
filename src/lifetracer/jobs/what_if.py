"""What if: the predicted week with other blocks in the calendar or other targets, beside the week as it stands.

This is the only place where estimates (analyzer) and what is achievable (adjuster) are asked together.
Law: nothing is written; both weeks are drawn with the same luck, so that their difference is due to the change alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.periods import start_of, step
from lifetracer.warehouse import targets
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.analyzer import Paths
    from lifetracer.jobs.stages import Outcome, Task
    from lifetracer.warehouse import Connection, Warehouse

SQL = beside(__file__)
LEVELS = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90}
FARTHEST = 5
"""Weeks that can be asked for, the present one included."""
REACH = 7 * FARTHEST + 31
"""Days that are predicted: to the end of the month in which the last of these weeks begins."""
LONGEST = 86_400


@dataclass(frozen=True, slots=True)
class Block:
    """Time that the calendar would hold on some weekdays, every week from now on; negative: that it would lose."""

    category: str
    """Name or id."""
    weekdays: tuple[int, ...]
    """ISO days: 1 is Monday."""
    seconds: int


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed."""

    blocks: tuple[Block, ...] = ()
    targets: tuple[str, ...] = ()
    """Sentences: “Learning at least 10 h a week”."""
    week: date | None = None
    """A day of the week to look at; by default the next one."""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Supposition:
        """Read what a request said."""
        blocks = (Block(one["category"], tuple(one["weekdays"]), int(one["seconds"])) for one in parameters["blocks"])
        week = parameters.get("week")
        return cls(tuple(blocks), tuple(parameters["targets"]), date.fromisoformat(week) if week else None)

    def as_json(self) -> dict[str, Any]:
        """Give it as the parameters of a job."""
        blocks = [{"category": b.category, "weekdays": list(b.weekdays), "seconds": b.seconds} for b in self.blocks]
        return {
            "blocks": blocks,
            "targets": list(self.targets),
            "week": self.week.isoformat() if self.week else None,
        }

    def key(self) -> str:
        """Name it, so that the same question asked twice is one job."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Aim:
    """A target whose chance can be told from paths: the time of a category with those beneath it."""

    name: str
    period: str
    comparison: str
    low: float | None
    high: float | None
    weekdays: frozenset[int]
    parts: frozenset[str]
    is_supposed: bool


def what_if(house: Warehouse, account_id: UUID, supposed: Supposition) -> dict[str, Any]:
    """Predict a week as it stands and as it would be, every category of it; gives plain JSON values.

    Raises:
        UsageError: nothing is supposed, the week is out of reach, or there is too little history to predict from.
        NotFoundError: there is no such category.
    """
    from lifetracer.analyzer import estimate_paths

    if not (supposed.blocks or supposed.targets):
        raise UsageError("Nothing is supposed.", remedy="Name a block or a target.")
    before = estimate_paths(house, account_id, horizon=REACH)
    if before is None:
        raise UsageError("There is too little history to predict from.", remedy="`lifetracer analyze` says how much.")
    today = before.first_day
    with house.transaction(account_id=account_id) as con:
        blocks = [(_category(con, account_id, block.category), block) for block in supposed.blocks]
        names = dict(con.execute(SQL["names"], {"account_id": account_id}).fetchall())
        aims, probability = _aims(con, account_id, supposed.targets, today)
    monday = _monday(supposed.week, today)
    changes = _changes(blocks, today, monday + timedelta(days=7))
    after = estimate_paths(house, account_id, changes=changes, horizon=REACH) if changes else before
    assert after is not None
    touched = {category for category, _ in blocks} | {part for aim in aims for part in aim.parts}
    return {
        "week": monday.isoformat(),
        "categories": [
            {
                "categoryId": category,
                "category": names.get(category, category),
                "isConcerned": category in touched,
                "isChanged": category in changes,
                "plannedChange": sum(s for day, s in changes.get(category, {}).items() if day >= monday),
                "before": _band(before, monday, category),
                "after": _band(after, monday, category),
            }
            for category in before.categories
        ],
        "targets": [_judged(aim, before, after, monday, probability) for aim in aims],
        "skipped": sorted(names.get(category, category) for category in changes if category not in before.categories),
    }


def run(task: Task) -> Outcome:
    """Answer a what-if as a job: its summary is the answer."""
    from lifetracer.jobs.stages import Outcome

    return Outcome(what_if(task.warehouse, task.account_id, Supposition.of(task.parameters)))


def _category(con: Connection, account_id: UUID, name: str) -> str:
    found = con.execute(SQL["category"], {"account_id": account_id, "name": name}).fetchone()
    if found is None:
        raise NotFoundError(f"There is no category “{name}”.", remedy="`lifetracer category list` shows them.")
    category: str = found[0]
    return category


def _monday(day: date | None, today: date) -> date:
    this = start_of(today, "week")
    wished = start_of(day, "week") if day else step(this, "week", 1)
    if not this <= wished < this + timedelta(weeks=FARTHEST):
        raise UsageError(f"The week of {wished} is out of reach.", remedy=f"Choose one of the next {FARTHEST} weeks.")
    return wished


def _changes(blocks: Sequence[tuple[str, Block]], first: date, last: date) -> dict[str, dict[date, int]]:
    """Lay the blocks on their weekdays of [first, last)."""
    found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for category, block in blocks:
        if not block.weekdays or not 0 < abs(block.seconds) <= LONGEST or not set(block.weekdays) <= set(range(1, 8)):
            raise UsageError(
                "A block needs weekdays and a length of up to a day.", remedy="Write it like “Learning: mon,wed 1h30m”."
            )
        for n in range((last - first).days):
            day = first + timedelta(days=n)
            if day.isoweekday() in block.weekdays:
                found[category][day] += block.seconds
    return {category: dict(days) for category, days in found.items()}


def _aims(con: Connection, account_id: UUID, sentences: Sequence[str], today: date) -> tuple[list[_Aim], float]:
    """Read the targets in force, and those that are supposed, which take the place of others about the same."""
    from lifetracer.adjuster.wishing import understand

    key = {"account_id": account_id}
    row = con.execute(SQL["account"], key).fetchone()
    assert row
    language, probability = row
    beneath = {top: frozenset(parts) for top, parts in con.execute(SQL["beneath"], key)}
    own = [
        _aim(one, one.name, beneath[one.subject_value], is_supposed=False)
        for one in targets.every(con, today)
        if one.subject == "category" and one.measure == "duration" and one.subject_value in beneath
    ]
    supposed = []
    for sentence in sentences:
        parsed = understand(con, sentence, language, today)
        wish = parsed.wish
        if wish.subject != "category" or wish.measure != "duration" or wish.subject_value not in beneath:
            raise UsageError(
                f"“{sentence}” is not about the time of a category.",
                remedy="A what-if can tell the odds of targets such as “Learning at least 10 h a week”.",
            )
        supposed.append(_aim(wish, parsed.echo, beneath[wish.subject_value], is_supposed=True))
    return _supposing(own, supposed), probability


def _supposing(own: Sequence[_Aim], supposed: Sequence[_Aim]) -> list[_Aim]:
    """Let what is supposed take the place of all targets of the same categories and period; the others stay."""
    replaced = {(aim.parts, aim.period) for aim in supposed}
    return [*(aim for aim in own if (aim.parts, aim.period) not in replaced), *supposed]


def _aim(said: Any, name: str, parts: frozenset[str], *, is_supposed: bool) -> _Aim:
    low, high = (None if bound is None else float(bound) for bound in (said.low, said.high))
    days = frozenset(said.weekdays or range(1, 8))
    return _Aim(name, said.period, said.comparison, low, high, days, parts, is_supposed)


def _band(paths: Paths, monday: date, category: str) -> dict[str, int]:
    """Give the quantiles and the mean of a category's week."""
    import numpy as np

    sums = _sums(paths, frozenset({category}), monday, monday + timedelta(days=7), frozenset(range(1, 8)))
    found = {name: round(float(np.quantile(sums, level))) for name, level in LEVELS.items()}
    return found | {"mean": round(float(sums.mean()))}


def _sums(paths: Paths, parts: frozenset[str], first: date, last: date, weekdays: frozenset[int]) -> Any:
    """Give on each path the seconds of some categories in [first, last), with what is lived of it."""
    places = [place for place, category in enumerate(paths.categories) if category in parts]
    reach = paths.seconds.shape[1]
    days = [
        n
        for n in range(max(0, (first - paths.first_day).days), min(reach, (last - paths.first_day).days))
        if (paths.first_day + timedelta(days=n)).isoweekday() in weekdays
    ]
    lived = sum(
        seconds
        for category, by_day in paths.lived.items()
        if category in parts
        for day, seconds in by_day.items()
        if first <= day < last and day.isoweekday() in weekdays
    )
    return paths.seconds[:, days][:, :, places].sum(axis=(1, 2)) + lived


def _judged(aim: _Aim, before: Paths, after: Paths, monday: date, probability: float) -> dict[str, Any]:
    """Tell the odds of a target, and what of it would be achievable with the chosen chance."""
    from lifetracer.adjuster.fitting import Wished, achievable
    from lifetracer.adjuster.likely import Likely

    samples = [_samples(aim, paths, monday) for paths in (before, after)]
    likely = Likely.of_samples(sorted(float(value) for value in samples[1]))
    wished = Wished(aim.name, "duration", aim.period, aim.comparison, aim.low, aim.high, likely)
    low, high = achievable(wished, probability)
    return {
        "name": aim.name,
        "period": aim.period,
        "comparison": aim.comparison,
        "low": aim.low,
        "high": aim.high,
        "isSupposed": aim.is_supposed,
        "chanceBefore": _chance(aim, samples[0]),
        "chanceAfter": _chance(aim, samples[1]),
        "achievableLow": low,
        "achievableHigh": high,
        "achievableWith": probability,
    }


def _samples(aim: _Aim, paths: Paths, monday: date) -> Any:
    """Give the target's amount on each path: of the week, of the month it begins in, or of its days one by one."""
    import numpy as np

    if aim.period == "day":
        days = [monday + timedelta(days=n) for n in range(7)]
        wanted = [day for day in days if day.isoweekday() in aim.weekdays]
        return np.concatenate([_sums(paths, aim.parts, day, day + timedelta(days=1), aim.weekdays) for day in wanted])
    first = start_of(monday, aim.period)
    return _sums(paths, aim.parts, first, step(first, aim.period, 1), aim.weekdays)


def _chance(aim: _Aim, samples: Any) -> float:
    kept = (samples >= (aim.low or 0)) & (samples <= (aim.high if aim.high is not None else float("inf")))
    return round(float(kept.mean()), 3)
