"""Share the free hours of real days among claims: by priority, and within one priority as evenly as possible.

Law: what is granted fits, all of it together, into the days that it may be done on; a claim that grows never gets less.

    days      Mon 5 h   Tue 2 h   Wed 0 h          solved by HiGHS: first the claims of the highest priority (as much
    claims    ├── read 3 h ───┤   ├ run 2 h ┤      as possible of each, the same part of each where not all fit),
              └────── learn 10 h ───────────┘      then, with these kept, the next
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HOUR = 3600.0
CLOSE = 1e-7


@dataclass(frozen=True, slots=True)
class Claim:
    """Time that something wants."""

    seconds: float
    days: tuple[int, ...]
    """Numbers of the days on which it may be done."""
    parts: frozenset[str] | None
    """What counts for it, e.g. a category and those beneath; ``None``: everything does."""
    priority: float = 0.0


def share(claims: Sequence[Claim], room: Sequence[float]) -> list[float]:
    """Grant each claim as many seconds as fit.

    Time of one claim counts for another as well when the other's parts include its own.

    Args:
        claims: what is wanted.
        room: free seconds per day.
    """
    granted = [0.0] * len(claims)
    if not claims:
        return granted
    problem = _Problem(claims, room)
    for priority in sorted({claim.priority for claim in claims}, reverse=True):
        problem.fill([n for n, claim in enumerate(claims) if claim.priority == priority])
    for n, hours in problem.granted.items():
        granted[n] = max(0.0, min(claims[n].seconds, hours * HOUR))
    return granted


class _Problem:
    """A linear programme: hours per group of parts and day, and one more variable for the part that all get."""

    def __init__(self, claims: Sequence[Claim], room: Sequence[float]) -> None:
        import numpy as np

        self.claims = claims
        self.granted: dict[int, float] = {}
        groups = list(dict.fromkeys(claim.parts for claim in claims))
        self._slots = [
            (group, day)
            for group in groups
            for day in sorted({day for claim in claims if _includes(claim.parts, group) for day in claim.days})
        ]
        size = len(self._slots) + 1
        used = sorted({day for _, day in self._slots})
        self._capacity = np.zeros((len(used), size))
        for place, (_, day) in enumerate(self._slots):
            self._capacity[used.index(day), place] = 1
        self._room = np.array([max(0.0, room[day]) / HOUR for day in used])
        self._gets = np.zeros((len(claims), size))
        for n, claim in enumerate(claims):
            days = set(claim.days)
            for place, (group, day) in enumerate(self._slots):
                self._gets[n, place] = float(day in days and _includes(claim.parts, group))

    def fill(self, members: Sequence[int]) -> None:
        """Grant the claims of one priority: raise all evenly, keep those that can rise no more, go on with the rest."""
        rising = [n for n in members if self.claims[n].seconds > 0]
        self.granted |= dict.fromkeys((n for n in members if n not in rising), 0.0)
        while rising:
            part = self._most(rising, None, 0.0)
            if part >= 1 - CLOSE:
                self.granted |= {n: self._wanted(n) for n in rising}
                return
            stuck = [n for n in rising if self._most(rising, n, part) <= part * self._wanted(n) + 1e-6]
            for n in stuck or rising:
                self.granted[n] = part * self._wanted(n)
            rising = [n for n in rising if n not in self.granted]

    def _wanted(self, n: int) -> float:
        return self.claims[n].seconds / HOUR

    def _most(self, rising: Sequence[int], one: int | None, part: float) -> float:
        """Give the greatest part that all rising claims can get, or the most hours of one while all keep a part."""
        import numpy as np
        from scipy.optimize import linprog  # type: ignore[import-untyped]

        size = self._gets.shape[1]
        kept = list(self.granted)
        floors = [-self._gets[n] for n in kept]
        limits = [-max(0.0, self.granted[n] - CLOSE) for n in kept]
        for n in rising:
            row = -self._gets[n].copy()
            if one is None:
                row[-1] = self._wanted(n)
            floors.append(row)
            limits.append(0.0 if one is None else -max(0.0, part * self._wanted(n) - CLOSE))
        aim = np.zeros(size)
        if one is None:
            aim[-1] = -1
        else:
            aim = -self._gets[one]
        answer = linprog(
            aim,
            A_ub=np.vstack([self._capacity, *floors]),
            b_ub=np.concatenate([self._room, limits]),
            bounds=[(0, None)] * (size - 1) + [(0, 1)],
            method="highs",
        )
        if answer.status != 0:  # only rounding can make it so: nothing more is to be had
            return part if one is None else part * self._wanted(one)
        return float(-answer.fun)


def _includes(parts: frozenset[str] | None, group: frozenset[str] | None) -> bool:
    return parts is None or (group is not None and group <= parts)
