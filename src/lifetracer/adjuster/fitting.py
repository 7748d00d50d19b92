"""Make wishes achievable: of each the part that is reached with the chosen chance, of all together what fits the days.

Law: a proposal lies between what is wished and what is likely enough; it never falls when the wish or the ambition
rises; all proposals together fit into the free hours. docs/reference/achievable-targets.md says why it is so simple.

    chance to stay below   0 ──────┬──────────────┬─────── 1      misses of the wish: below low, above high
                                  low'           low              together more than allowed (1 - chance)?
    proposed                       └── at least ──▶               then both shrink in proportion
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lifetracer.adjuster.likely import Likely
from lifetracer.adjuster.room import Claim, share

BOLDEST = 0.10
"""The smallest chance that can be chosen; what could be reached at it is what claims room."""

STEPS: Mapping[tuple[str, str], float] = {
    ("duration", "day"): 300, ("duration", "week"): 900, ("duration", "month"): 1800,
    ("count", "day"): 1, ("count", "week"): 1, ("count", "month"): 1,
    ("start_time", "day"): 300, ("start_time", "week"): 300, ("start_time", "month"): 300,
    ("end_time", "day"): 300, ("end_time", "week"): 300, ("end_time", "month"): 300,
    ("share", "day"): 0.01, ("share", "week"): 0.01, ("share", "month"): 0.01,
}  # fmt: skip
"""Measure and period → in which steps proposals are made; rounding goes to the side that is easier to reach."""

MOST: Mapping[str, float] = {"start_time": 86400, "end_time": 86400, "share": 1}


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish for one period, and what is likely of it."""

    key: str
    measure: str
    period: str
    comparison: str
    low: float | None
    high: float | None
    likely: Likely
    lived: float = 0.0
    """Seconds lived already in the period (duration)."""
    days: tuple[int, ...] = ()
    """Numbers of the days that are left of it; today is the first of the room."""
    parts: frozenset[str] | None = None
    """What counts for it; ``None``: everything."""
    priority: float = 0.0


@dataclass(frozen=True, slots=True)
class Room:
    """The days ahead, without sleep, what has to be kept free, and events."""

    free: Sequence[float] = ()
    """Seconds per day, the first is what is left of today."""
    planned: Mapping[tuple[str, int], float] = field(default_factory=dict)
    """Part and day → seconds that the calendar holds for it; not in ``free``."""
    commitments: Sequence[Claim] = ()
    """What was promised before: it comes first."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A proposed target."""

    key: str
    comparison: str
    low: float | None
    high: float | None
    probability: float
    """Chance of reaching it, as things go."""
    probability_wished: float
    usual: float
    """Half of such periods end below."""
    is_wish: bool
    """The wish itself is proposed."""
    is_crowded: bool
    """There is less room than would be likely."""
    most: float | None
    """What the days have room for, lived time included; ``None``: it takes no room."""
    crowd: tuple[str, ...] = ()
    """Other wishes that want the same days."""


def fit(wishes: Sequence[Wished], room: Room, probability: float) -> list[Fitted]:
    """Propose a target for each wish.

    Args:
        wishes: one per intent and period.
        room: the days that they have to fit into.
        probability: chance with which each is to be reached, 0.10 (bold) to 0.90 (safe).
    """
    limits = _limits(wishes, room)
    return [_fit(wish, limit, probability, wishes) for wish, limit in zip(wishes, limits, strict=True)]


def achievable(wish: Wished, probability: float) -> tuple[float | None, float | None]:
    """Give the bounds that are kept with a chance: the wish's, or the part of it that is likely enough.

    What would be missed is allowed to be ``1 - probability``; where the wish would be missed more often, below its low
    and above its high, both misses shrink in proportion.
    """
    below = 0.0 if wish.low is None else wish.likely.below(wish.low)
    above = 0.0 if wish.high is None else 1 - wish.likely.upto(wish.high)
    allowed = 1 - probability
    if below + above <= allowed:
        return wish.low, wish.high
    part = allowed / (below + above)
    step = STEPS[wish.measure, wish.period]
    low, high = wish.low, wish.high
    if low is not None and below > 0:
        low = min(low, max(0.0, _down(wish.likely.quantile(part * below), step)))
    if high is not None and above > 0:
        high = max(high, min(MOST.get(wish.measure, math.inf), _up(wish.likely.quantile(1 - part * above), step)))
    return low, high


def _fit(wish: Wished, most: float | None, probability: float, wishes: Sequence[Wished]) -> Fitted:
    low, high = achievable(wish, probability)
    crowded = most is not None and low is not None and low > most
    if crowded and most is not None:
        low = max(0.0, _down(most, STEPS[wish.measure, wish.period]))
    comparison = wish.comparison
    if comparison == "exactly" and low != high:
        comparison = "between"
    crowd = tuple(
        other.key
        for other in wishes
        if other.key != wish.key
        and _claims(other)
        and set(other.days) & set(wish.days)
        and other.priority >= wish.priority
    )
    return Fitted(
        key=wish.key,
        comparison=comparison,
        low=low,
        high=high,
        probability=wish.likely.within(low, high),
        probability_wished=wish.likely.within(wish.low, wish.high),
        usual=wish.likely.quantile(0.5),
        is_wish=(low, high) == (wish.low, wish.high),
        is_crowded=crowded,
        most=most,
        crowd=crowd if crowded else (),
    )


def _claims(wish: Wished) -> bool:
    return wish.measure == "duration" and bool(wish.low)


def _limits(wishes: Sequence[Wished], room: Room) -> list[float | None]:
    """Give the seconds that the days have room for, by wish.

    Room is shared by what each could reach at the boldest, whatever was chosen: so a bolder choice raises proposals
    and never takes from one to give to another.
    """
    claims = list(room.commitments)
    places: dict[int, int] = {}
    already: dict[int, float] = {}
    for n, wish in enumerate(wishes):
        if not _claims(wish):
            continue
        best, _ = achievable(wish, BOLDEST)
        already[n] = wish.lived + sum(
            seconds
            for (part, day), seconds in room.planned.items()
            if day in wish.days and (wish.parts is None or part in wish.parts)
        )
        places[n] = len(claims)
        claims.append(Claim(max(0.0, (best or 0.0) - already[n]), wish.days, wish.parts, wish.priority))
    granted = share(claims, room.free)
    limits: list[float | None] = [None] * len(wishes)
    for n, place in places.items():
        is_whole = granted[place] >= claims[place].seconds - 1e-3
        limits[n] = math.inf if is_whole else already[n] + granted[place]
    return limits


def _down(amount: float, step: float) -> float:
    return round(math.floor(amount / step + 1e-9) * step, 6)


def _up(amount: float, step: float) -> float:
    return round(math.ceil(amount / step - 1e-9) * step, 6)
