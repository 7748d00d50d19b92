"""The loop of one category in one period: lived, likely, wanted and planned; where each lies, and what is missing.

Law: every amount is a mart's; here is only told how far two of them lie apart, and where ink goes.

    ████████████▨▨▨▨▨▨▨▨          lived, then what is still planned
              ░░░▒▒▒▒░░░░         likely: 8 of 10 end in the band, half of them in its middle
                       │          target
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lifetracer.charts.wording import Words, keep

Tone = Literal["good", "warn", "bad", "open", "quiet"]
GRAVITY: tuple[Tone, ...] = ("bad", "warn", "open", "good", "quiet")
"""The gravest first."""

GAPS: dict[str, tuple[Tone, str]] = {
    "met": ("good", keep("met")),
    "kept": ("good", keep("kept")),
    "missed": ("bad", keep("missed by {amount}")),
    "over": ("bad", keep("{amount} over the limit")),
    "likely_over": ("warn", keep("likely {amount} over the limit")),
    "within": ("good", keep("likely within the limit")),
    "room": ("good", keep("within the limit, {amount} left")),
    "planned": ("good", keep("on the way: {amount} to go, all planned")),
    "likely": ("good", keep("on the way: {amount} to go, likely without a plan")),
    "unlikely": ("warn", keep("planned, but likely {amount} short")),
    "to_plan": ("bad", keep("{amount} still missing in the plan")),
    "proposed": ("open", keep("a target is proposed")),
    "wish_far": ("warn", keep("likely {amount} less than wished")),
    "wish_over": ("warn", keep("likely {amount} more than wished")),
    "wish_likely": ("good", keep("the wish is likely")),
    "more_planned": ("quiet", keep("{amount} more planned than likely")),
    "less_planned": ("quiet", keep("likely {amount} more than planned")),
    "as_planned": ("quiet", keep("likely as planned")),
    "as_expected": ("quiet", keep("within what was likely")),
    "above": ("quiet", keep("{amount} more than was likely")),
    "below": ("quiet", keep("{amount} less than was likely")),
    "nothing": ("quiet", ""),
}
"""What lies between two parts of the loop: how grave it is, and how it is said."""

CHANCES = (
    ("p10", keep("chance ≥ 90 %")),
    ("p25", keep("chance ≥ 75 %")),
    ("p50", keep("chance ≥ 50 %")),
    ("p75", keep("chance ≥ 25 %")),
    ("p90", keep("chance ≥ 10 %")),
)
"""How many periods end above a quantile."""

SLIM = keep("chance < 10 %")

WORTH = 900
"""Seconds; what differs by less is the same to a person."""


@dataclass(frozen=True)
class Band:
    """What is likely, in seconds of the whole period."""

    p10: int
    p25: int
    p50: int
    p75: int
    p90: int
    made_at: datetime
    lived_seconds: int
    """What was lived when it was estimated."""


@dataclass(frozen=True)
class Bounds:
    """A wish or a target in seconds: one bound or two."""

    comparison: str
    low: int | None
    high: int | None
    name: str = ""
    reached: int | None = None
    """By the target's own measure, which may count more or less than the category's own time."""
    is_met: bool | None = None
    probability: float | None = None
    """The chance that was told with it."""

    @property
    def line(self) -> int:
        """The bound that is drawn: the one to reach, else the one to stay below."""
        return (self.low if self.low is not None else self.high) or 0

    def sentence(self, _: Words) -> str:
        """Say it: ``at least 8 h 00 m``."""
        low, high = (None if bound is None else _.duration(bound) for bound in (self.low, self.high))
        if low and high and low != high:
            return _("{low} to {high}", low=low, high=high)
        if low and high:
            return _("exactly {low}", low=low)
        return _("at least {low}", low=low) if low else _("at most {high}", high=high)


@dataclass(frozen=True)
class Gap:
    """What is missing or too much, in a code of `GAPS`."""

    code: str
    seconds: int = 0

    @property
    def tone(self) -> Tone:
        """How grave it is."""
        return GAPS[self.code][0]

    def sentence(self, _: Words) -> str:
        """Say it in words."""
        text = GAPS[self.code][1]
        return _(text, amount=_.duration(self.seconds)) if "{amount}" in text else _(text) if text else ""


@dataclass(frozen=True)
class Row:
    """One category in one period."""

    category: str
    color: str
    lived: int
    planned: int
    """Of the whole period."""
    ahead: int
    """Of it, what is still to come."""
    band: Band | None = None
    target: Bounds | None = None
    proposal: Bounds | None = None
    wish: Bounds | None = None
    priority: int = 0
    is_over: bool = False

    @property
    def is_aimed_at(self) -> bool:
        """Whether somebody wants something of it."""
        return bool(self.target or self.proposal or self.wish)

    @property
    def likely(self) -> int:
        """What half of such periods reach, at least what is lived; without an estimate what is lived."""
        return max(self.band.p50, 0 if self.is_over else self.lived) if self.band else self.lived

    @property
    def gap(self) -> Gap:
        """What lies between what is wanted, likely and planned; the first that matters."""
        if self.target:
            return _target_gap(self, self.target)
        if self.is_over:
            return _hindsight(self)
        if self.wish and self.band:
            return _wish_gap(self.wish, self.likely)
        return Gap("proposed") if self.proposal else _plan_gap(self)

    @property
    def missing(self) -> int:
        """Seconds that the target lacks and that are not planned."""
        return self.gap.seconds if self.gap.code == "to_plan" else 0

    @property
    def is_comparable(self) -> bool:
        """Whether the target counts what the estimate does: not those beneath as well, nor some weekdays only."""
        return self.target is None or self.target.reached is None or abs(self.target.reached - self.lived) < 60

    def chance(self, _: Words) -> str:
        """Say how many such periods keep the target, as far as the band tells."""
        if not self.band or not self.target or self.is_over or not self.is_comparable or self.target.is_met is not None:
            return ""
        low, high = self.target.low, self.target.high
        if low is not None and high is None:
            return _(next((said for name, said in CHANCES if low <= getattr(self.band, name)), SLIM))
        if high is not None and low is None:
            quantiles = zip(reversed([name for name, _said in CHANCES]), [said for _name, said in CHANCES], strict=True)
            return _(next((said for name, said in quantiles if high >= getattr(self.band, name)), SLIM))
        return ""

    def edge(self, name: str) -> float:
        """Give where a quantile lies on the track, in percent; nothing that is to come lies before what is lived.

        Args:
            name: p10, p25, p50, p75 or p90.
        """
        assert self.band
        return self.place(max(getattr(self.band, name), 0 if self.is_over else self.lived))

    @property
    def top(self) -> int:
        """Seconds at the right end of the track: a little more than the greatest that is drawn."""
        lines = [one.line for one in (self.target, self.proposal, self.wish) if one]
        highest = max(self.lived + self.ahead, self.band.p90 if self.band else 0, *lines, 0)
        return max(round(highest * 1.04), 1)

    def place(self, seconds: int) -> float:
        """Give where an amount lies on the track, in percent.

        >>> Row("Study", "#000000", 1800, 3600, 0, target=Bounds("at_least", 3600, None)).place(1800)
        48.077
        """
        return round(100 * min(max(seconds, 0), self.top) / self.top, 3)


def _target_gap(row: Row, target: Bounds) -> Gap:
    reached = row.lived if target.reached is None else target.reached
    low, high = target.low, target.high
    if high is not None and reached > high and low != high:
        return Gap("over", reached - high)
    if target.is_met or (low is not None and reached >= low):
        return Gap("kept" if low is None else "met")
    if row.is_over or target.is_met is False:
        return Gap("missed", max(0, (low or 0) - reached))
    likely = row.likely if row.band and row.is_comparable else None
    if low is not None:
        return _gap_below(low, low - reached, row.ahead, likely)
    return _gap_under(high or 0, reached, likely)


def _gap_below(low: int, missing: int, ahead: int, likely: int | None) -> Gap:
    """Judge what is still to be reached."""
    is_likely = likely is not None and likely >= low
    if ahead >= missing:
        return Gap("planned", missing) if is_likely or likely is None else Gap("unlikely", low - likely)
    return Gap("likely", missing) if is_likely else Gap("to_plan", missing - ahead)


def _gap_under(high: int, reached: int, likely: int | None) -> Gap:
    """Judge a limit that is not reached yet."""
    if likely is not None and likely > high:
        return Gap("likely_over", likely - high)
    return Gap("room", high - reached) if reached or likely is None else Gap("within")


def _wish_gap(wish: Bounds, likely: int) -> Gap:
    if wish.low is not None and likely < wish.low:
        return Gap("wish_far", wish.low - likely)
    if wish.high is not None and likely > wish.high:
        return Gap("wish_over", likely - wish.high)
    return Gap("wish_likely")


def _plan_gap(row: Row) -> Gap:
    if not row.band or not row.planned:
        return Gap("nothing")
    more = row.planned - row.likely
    if abs(more) < max(WORTH, row.planned // 10):
        return Gap("as_planned")
    return Gap("more_planned", more) if more > 0 else Gap("less_planned", -more)


def _hindsight(row: Row) -> Gap:
    if not row.band:
        return Gap("nothing")
    if row.lived > row.band.p90:
        return Gap("above", row.lived - row.band.p90)
    return Gap("below", row.band.p10 - row.lived) if row.lived < row.band.p10 else Gap("as_expected")
