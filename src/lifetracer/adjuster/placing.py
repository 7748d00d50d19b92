"""Placing missing hours into free time: which block goes where. Pure; solved by OR-Tools CP-SAT.

    demands (what is missing, until when) ─┐
    busy, quiet, habits ───────────────────┼─▶ candidates: every block that could be ─▶ the best set that fits
    shortest, longest, pause, buffer ──────┘

Law: no two blocks overlap (nor lie closer than the pause), each lies in free time, no demand gets more than it lacks;
the same request gives the same placement, and more free time never places less of what goes first.

Of what goes first as much as possible is placed, then of the next; only then it matters how usual the hours are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lifetracer.adjuster.free_time import STEP, Quiet, Span, free_quarters, quarters, widened

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

Habit = Mapping[tuple[int, int], float]
"""(ISO weekday, hour of the clock) → how usual something is there, 1 at its most usual hour."""

DETERMINISTIC_SECONDS = 3.0
"""How long each priority is thought about, in CP-SAT's own measure: the same work on any machine."""
NEAR_ENOUGH = 40
"""Who comes so near to the best is content: less than half a quarter hour at the most usual hour."""
BLOCK_COST, DAY_COST = 60, 2
"""Against a quarter hour at the most usual hour, which is worth 100: each further block, and each later day."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a person likes to be planned for."""

    shortest: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=2)
    pause: timedelta = timedelta(minutes=15)
    buffer: timedelta = timedelta(minutes=15)
    per_day: timedelta = timedelta(hours=4)
    """The most of one demand on one day."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is missing of one target in one of its periods."""

    key: str
    category_id: str
    seconds: int
    begins: datetime
    ends: datetime
    priority: int = 0
    """The higher goes first."""
    weekdays: frozenset[int] | None = None
    """ISO days that count; ``None``: all."""
    per_day: timedelta | None = None
    """The most on one day, where that is less than usual."""
    shuns: tuple[Span, ...] = ()
    """Times that the person cleared by hand of just this."""


@dataclass(frozen=True, slots=True)
class Request:
    """All that a placement depends on."""

    zone: ZoneInfo
    begins: datetime
    ends: datetime
    demands: Sequence[Demand]
    busy: Sequence[Span] = ()
    """Events: blocks keep the buffer to them."""
    own: Sequence[Span] = ()
    """Blocks that stand already: new ones keep the pause to them."""
    quiet: Sequence[Quiet] = ()
    habits: Mapping[str, Habit] = field(default_factory=dict)
    """By category."""
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of time for a demand."""

    key: str
    category_id: str
    starts_at: datetime
    ends_at: datetime
    habit: float
    """How usual it is there, from 0 to 1."""

    @property
    def seconds(self) -> int:
        """Its length."""
        return int((self.ends_at - self.starts_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Unplaced:
    """What found no place."""

    key: str
    seconds: int
    reason: str
    """no_free_time; others_first; day_is_full (the most on one day is reached); too_short (for a block)."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything goes."""

    blocks: tuple[Block, ...]
    unplaced: tuple[Unplaced, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    demand: int
    first: int
    length: int
    """In quarter hours."""
    day: date
    worth: int
    habit: float


def place(request: Request) -> Placement:
    """Place as much as fits: by priority, then at the most usual hours, in few blocks, rather early."""
    candidates = _candidates(request)
    chosen = _Choice(request, candidates).best() if candidates else []
    starts = quarters(request.begins, request.ends)
    blocks = [
        Block(
            request.demands[one.demand].key,
            request.demands[one.demand].category_id,
            starts[one.first],
            starts[one.first] + one.length * STEP,
            one.habit,
        )
        for one in chosen
    ]
    unplaced = [
        Unplaced(demand.key, left, _reason(request, number, left, candidates, chosen))
        for number, demand in enumerate(request.demands)
        if (left := demand.seconds - sum(b.seconds for b in blocks if b.key == demand.key)) > 0
    ]
    return Placement(tuple(sorted(blocks, key=lambda b: (b.starts_at, b.key))), tuple(unplaced))


def lengths(options: Options) -> list[int]:
    """List the lengths that blocks may have, in quarter hours; any longer need is a sum of them."""
    shortest, longest = options.shortest // STEP, options.longest // STEP
    return sorted({shortest, min(shortest + 1, longest), *(n for n in (4, 8) if shortest <= n <= longest), longest})


def _candidates(request: Request) -> list[_Candidate]:
    starts = quarters(request.begins, request.ends)
    taken = widened(request.busy, request.options.buffer) + widened(request.own, request.options.pause)
    free = free_quarters(request.begins, request.ends, request.zone, taken, request.quiet)
    local = [start.astimezone(request.zone) for start in starts]
    found: list[_Candidate] = []
    for number, demand in enumerate(request.demands):
        usable = [
            is_free and _serves(demand, start, here) for is_free, start, here in zip(free, starts, local, strict=True)
        ]
        room = _room(usable)
        habit = request.habits.get(demand.category_id, {})
        usual = [habit.get((here.isoweekday(), here.hour), 0.0) for here in local]
        for first in (place for place, length in enumerate(room) if length):
            for length in lengths(request.options):
                if length > room[first] or length * STEP.total_seconds() > demand.seconds:
                    break
                found.append(_candidate(number, first, length, local, usual, local[0].date()))
    return found


def _candidate(
    number: int, first: int, length: int, local: Sequence[datetime], usual: Sequence[float], today: date
) -> _Candidate:
    share = sum(usual[first : first + length]) / length
    day = local[first].date()
    worth = round(100 * share * length) - BLOCK_COST - DAY_COST * (day - today).days
    return _Candidate(number, first, length, day, worth, round(share, 3))


def _serves(demand: Demand, start: datetime, local: datetime) -> bool:
    return (
        demand.begins <= start
        and start + STEP <= demand.ends
        and (demand.weekdays is None or local.isoweekday() in demand.weekdays)
        and not any(first < start + STEP and last > start for first, last in demand.shuns)
    )


def _room(usable: Sequence[bool]) -> list[int]:
    """Count for each quarter hour how many usable ones begin there without a gap."""
    room = [0] * len(usable)
    for place in range(len(usable) - 1, -1, -1):
        if usable[place]:
            room[place] = 1 + (room[place + 1] if place + 1 < len(usable) else 0)
    return room


def _most_per_day(request: Request, demand: Demand) -> int:
    """Give the most quarter hours of a demand on one day."""
    most = min(request.options.per_day, demand.per_day or request.options.per_day)
    return max(0, most // STEP)


class _Choice:
    """The model: one yes or no per candidate."""

    def __init__(self, request: Request, candidates: Sequence[_Candidate]) -> None:
        from ortools.sat.python import cp_model

        self._request = request
        self._candidates = candidates
        self._model: CpModel = cp_model.CpModel()
        self._take: list[IntVar] = [self._model.new_bool_var("") for _ in candidates]
        self._limit()

    def _limit(self) -> None:
        pause = _pause(self._request)
        at: dict[int, list[int]] = defaultdict(list)
        of_demand: dict[int, list[int]] = defaultdict(list)
        on_day: dict[tuple[int, date], list[int]] = defaultdict(list)
        for number, one in enumerate(self._candidates):
            of_demand[one.demand].append(number)
            on_day[one.demand, one.day].append(number)
            for place in range(one.first, one.first + one.length + pause):
                at[place].append(number)
        for numbers in at.values():
            self._model.add_at_most_one(self._take[n] for n in numbers)
        for number, demand in enumerate(self._request.demands):
            if number in of_demand:
                self._model.add(self._length(of_demand[number]) <= _steps(demand.seconds))
        for (number, _), numbers in on_day.items():
            self._model.add(self._length(numbers) <= _most_per_day(self._request, self._request.demands[number]))

    def _length(self, numbers: Iterable[int]) -> LinearExpr:
        return self._weighted({n: self._candidates[n].length for n in numbers})

    def _weighted(self, weights: Mapping[int, int]) -> LinearExpr:
        from ortools.sat.python import cp_model

        return cp_model.LinearExpr.weighted_sum([self._take[n] for n in weights], list(weights.values()))

    def best(self) -> list[_Candidate]:
        """Choose: one priority after the other, what was reached before is kept; last, the most usual hours."""
        taken = self._greedy()
        demands = self._request.demands
        order = sorted(range(len(demands)), key=lambda n: -demands[n].priority)
        groups = [set(group) for _, group in groupby(order, key=lambda n: demands[n].priority)]
        worth = self._weighted({n: one.worth for n, one in enumerate(self._candidates)})
        # More than all the difference that usual hours can make.
        dear = 200 * (1 + sum(_steps(demand.seconds) for demand in demands))
        everything = self._length(range(len(self._candidates)))
        for place, group in enumerate(groups):
            numbers = [n for n, one in enumerate(self._candidates) if one.demand in group]
            amount = self._length(numbers)
            if place + 1 == len(groups):
                self._model.maximize(dear * everything + worth)
                taken = self._solve(self._greedy(taken))
            elif not self._is_full(group, taken):
                self._model.maximize(dear * dear * amount + dear * everything + worth)
                taken = self._solve(taken)
            if numbers:
                reached = sum(self._candidates[n].length for n in taken if self._candidates[n].demand in group)
                self._model.add(amount >= reached)
        return [self._candidates[n] for n in sorted(taken)]

    def _is_full(self, group: set[int], taken: Iterable[int]) -> bool:
        """Tell whether these demands already get all that blocks can give them."""
        left = {number: _steps(self._request.demands[number].seconds) for number in group}
        for n in taken:
            if self._candidates[n].demand in left:
                left[self._candidates[n].demand] -= self._candidates[n].length
        return not any(left.values())

    def _greedy(self, start: Iterable[int] = ()) -> list[int]:
        """Take what is best at the moment, again and again: an answer for the solver to better."""
        demands, pause = self._request.demands, _pause(self._request)
        order = sorted(
            range(len(self._candidates)),
            key=lambda n: (
                -demands[self._candidates[n].demand].priority,
                -self._candidates[n].worth / self._candidates[n].length,
                -self._candidates[n].length,
                n,
            ),
        )
        taken: list[int] = []
        blocked: set[int] = set()
        left = [_steps(demand.seconds) for demand in demands]
        day_left: dict[tuple[int, date], int] = {}
        for n in (*start, *order):
            one = self._candidates[n]
            here = day_left.get((one.demand, one.day), _most_per_day(self._request, demands[one.demand]))
            places = range(one.first, one.first + one.length + pause)
            if one.length <= min(left[one.demand], here) and blocked.isdisjoint(places):
                taken.append(n)
                blocked.update(places)
                left[one.demand] -= one.length
                day_left[one.demand, one.day] = here - one.length
        return taken

    def _solve(self, start: Iterable[int]) -> list[int]:
        from ortools.sat.python import cp_model

        known = set(start)
        self._model.clear_hints()  # type: ignore[no-untyped-call]
        for n, variable in enumerate(self._take):
            self._model.add_hint(variable, n in known)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.linearization_level = 2
        solver.parameters.symmetry_level = 0
        solver.parameters.max_deterministic_time = DETERMINISTIC_SECONDS
        solver.parameters.absolute_gap_limit = NEAR_ENOUGH
        if solver.solve(self._model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return sorted(known)  # no answer in that time
        return [n for n, variable in enumerate(self._take) if solver.boolean_value(variable)]


def _steps(seconds: int) -> int:
    return seconds // int(STEP.total_seconds())


def _pause(request: Request) -> int:
    return -(-request.options.pause // STEP)


def _reason(
    request: Request, number: int, left: int, candidates: Sequence[_Candidate], chosen: Sequence[_Candidate]
) -> str:
    """Say why something of a demand was not placed."""
    if left < request.options.shortest.total_seconds():
        return "too_short"
    mine = [one for one in candidates if one.demand == number]
    if not mine:
        return "no_free_time"
    pause = _pause(request)

    def clashes(one: _Candidate, other: _Candidate) -> bool:
        return one.first < other.first + other.length + pause and other.first < one.first + one.length + pause

    fits = [one for one in mine if not any(clashes(one, other) for other in chosen)]
    if fits:
        return "day_is_full"
    if any(not any(clashes(one, other) for other in chosen if other.demand == number) for one in mine):
        return "others_first"
    return "no_free_time"
