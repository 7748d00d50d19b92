"""What is known of a person's days: seconds by local day and category, and which days can be counted on.

Law: a day without any entry is a zero only where nothing suggests that tracking had paused; else it is unknown.

    tracked  ■■■□□■■■■■□□□□□□□□■■■■■□□|today
    known    ■■■■■■■■■■········■■■■■··|          □□ a weekend: zeros; 8 days: a pause; the last two: not entered yet
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import numpy.typing as npt

PAUSE = 7
"""Empty days in a row that are a pause of tracking …"""
DILIGENT = 0.98
"""… unless a person leaves hardly any day empty: for whom so large a part of the days is tracked, one is enough."""

LONGEST = 5 * 366
"""Days of history that are looked at."""

FEWEST_DAYS = 8
"""Complete days from which something can be said."""

LIVELY = 90
"""Days in which a category must have been lived or be planned to be estimated."""
RARE = 3
"""Days on which it must have been lived at all."""
MOST = 24
"""Categories that are estimated, those with most time first."""

Seconds = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lived:
    """Seconds of each category on each complete day."""

    first_day: date
    categories: tuple[str, ...]
    seconds: Seconds
    """days × categories."""
    known: Flags
    """Whether the day can be counted on."""

    @property
    def days(self) -> int:
        """Days from the first to the last complete one, known or not."""
        return len(self.known)

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.first_day + timedelta(days=self.days)

    def column(self, category: str) -> Seconds:
        """Give one category's days."""
        return np.asarray(self.seconds[:, self.categories.index(category)])

    def only(self, categories: Sequence[str]) -> Lived:
        """Give the same days with these categories alone, in this order."""
        places = [self.categories.index(category) for category in categories]
        return Lived(self.first_day, tuple(categories), self.seconds[:, places], self.known)


def gather(
    today: date, tracked: Mapping[date, bool], rows: Iterable[tuple[date, str, int]], longest: int = LONGEST
) -> Lived | None:
    """Lay rows out as a table of the days from the first tracked one to yesterday; ``None`` when there is none.

    Args:
        today: the open day, which is left out with all after it.
        tracked: of each day of the calendar, whether it has any entry.
        rows: (day, category, seconds).
        longest: days before which nothing is looked at.
    """
    first = min((day for day, is_so in tracked.items() if is_so and day < today), default=None)
    if first is None:
        return None
    first = max(first, today - timedelta(days=longest))
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    within = [(day, category, seconds) for day, category, seconds in rows if first <= day < today]
    categories = tuple(sorted({category for _, category, _ in within}))
    places = {category: place for place, category in enumerate(categories)}
    seconds_of = np.zeros((len(days), len(categories)))
    for day, category, seconds in within:
        seconds_of[(day - first).days, places[category]] += seconds
    return Lived(first, categories, seconds_of, known_days(np.array([tracked.get(day, False) for day in days])))


def known_days(tracked: Flags) -> Flags:
    """Tell which days can be counted on, given which have any entry."""
    runs = [(bool(is_so), len(list(days))) for is_so, days in groupby(tracked.tolist())]
    between_pauses = sum(length for is_so, length in runs if is_so or length < PAUSE)
    share = float(tracked.sum()) / between_pauses if between_pauses else 0.0
    pause = 1 if share >= DILIGENT else PAUSE
    known: list[bool] = []
    for number, (is_so, length) in enumerate(runs):
        is_last = number == len(runs) - 1  # nobody can tell yet a day off from entries that are still to be made
        known += [is_so or (length < pause and not is_last)] * length
    return np.array(known, dtype=bool)


def choose(lived: Lived, planned: Mapping[str, float]) -> tuple[list[str], dict[str, str]]:
    """Choose the categories that are estimated; gives them, weightiest first, and why the others are not.

    Args:
        lived: the past.
        planned: seconds that coming days have for a category.

    The reasons are codes: ``rare`` (lived on too few days), ``asleep`` (not lived for long and not planned),
    ``beyond`` (too many others have more time).
    """
    days_of = np.count_nonzero(lived.seconds[lived.known], axis=0)
    lately = lived.seconds[-LIVELY:].sum(axis=0) > 0
    weight = lived.seconds[-365:].sum(axis=0)
    reasons: dict[str, str] = {}
    lively: list[tuple[float, str]] = []
    for place, category in enumerate(lived.categories):
        if days_of[place] < RARE:
            reasons[category] = "rare"
        elif not lately[place] and not planned.get(category):
            reasons[category] = "asleep"
        else:
            lively.append((-float(weight[place]), category))
    ordered = [category for _, category in sorted(lively)]
    return ordered[:MOST], reasons | dict.fromkeys(ordered[MOST:], "beyond")
