"""What the warehouse knows of an account, read for the analyzer in one go.

Law: only what a person's own transaction may see is read, and of plans only what was known before each day began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from lifetracer.analyzer.expected import still_to_plan
from lifetracer.analyzer.fallacy import Plan
from lifetracer.analyzer.forecast import History
from lifetracer.analyzer.lived import LONGEST, Flags, Lived, Seconds, choose, gather
from lifetracer.analyzer.periods import Today, horizon_of
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Warehouse

SQL = beside(__file__, "run.sql")
TIMEOUT = "5min"

Planned = Mapping[str, Mapping[date, int]]
"""category → day → seconds."""


@dataclass(frozen=True)
class Records:
    """An account's days up to the present that the warehouse's tables stand for."""

    as_of: datetime
    today: date
    """The day of that present: open."""
    time_zone: str
    lived: Lived | None
    """All categories on all complete days; ``None`` when nothing was tracked before today."""
    of_today: Mapping[str, int]
    """Seconds lived so far today."""
    planned: Planned
    """As it stood on the evening before each past day, and as it stands now."""
    planned_singly: Planned
    """The part of it that repeating events do not take."""
    day_types: Mapping[date, str]
    announced: frozenset[date]
    """Days whose type was known before they began: holidays, vacations, trips in the calendar."""
    day_seconds: Mapping[date, int]
    holidays: frozenset[date]
    still_to_come: Mapping[str, float]
    """Which part of a category's time usually lies after this time of day."""
    plans: Sequence[Plan]

    @property
    def known_days(self) -> int:
        """How many complete days can be counted on."""
        return int(self.lived.known.sum()) if self.lived else 0

    def chosen(self) -> tuple[list[str], dict[str, str]]:
        """Choose the categories that are estimated; gives also why the others are not."""
        if self.lived is None:
            return [], {}
        coming = {
            category: float(sum(seconds for day, seconds in days.items() if day >= self.today))
            for category, days in self.planned.items()
        }
        return choose(self.lived, coming)

    def history(self, categories: Sequence[str], horizon: int, changes: Planned | None = None) -> History:
        """Lay out what a forecast is made from; ``changes`` are added to what coming days have planned.

        A plan that is not finished is filled up with what usually is still put down.
        """
        assert self.lived is not None
        lived = self.lived.only(categories)
        days = [lived.first_day + timedelta(days=n) for n in range(lived.days + horizon)]
        return History(
            first_day=lived.first_day,
            categories=list(categories),
            actual=lived.seconds,
            known=lived.known,
            planned=self._expected(categories, days, changes or {}) if self.planned or changes else None,
            day_type=[self.day_types[day] if day in self.announced else "ordinary" for day in days],
            holiday=np.array([day in self.holidays for day in days]),
            day_seconds=np.array([self._length(day) for day in days], dtype=float),
        )

    def special(self) -> Flags:
        """Tell which days of the past are holidays or travel, on which everything is different."""
        assert self.lived is not None
        days = [self.lived.first_day + timedelta(days=n) for n in range(self.lived.days)]
        return np.array([day in self.holidays or self.day_types.get(day) in {"holiday", "travel"} for day in days])

    def open_day(self, categories: Sequence[str]) -> Today:
        """Tell what is special about today."""
        elapsed = self.as_of.astimezone(ZoneInfo(self.time_zone))
        share = 1 - (elapsed.hour * 60 + elapsed.minute) / 1440
        return Today(
            lived=np.array([float(self.of_today.get(category, 0)) for category in categories]),
            share_left=np.array([min(1.0, self.still_to_come.get(category, share)) for category in categories]),
        )

    def plan(self, categories: Sequence[str], days: Sequence[date]) -> Seconds:
        """Give the seconds that each day has planned for each category: days × categories."""
        rows = [[float(self.planned.get(category, {}).get(day, 0)) for category in categories] for day in days]
        return np.array(rows).reshape(len(days), len(categories))

    def _expected(self, categories: Sequence[str], days: Sequence[date], changes: Planned) -> Seconds:
        found = self.plan(categories, days)
        for place, category in enumerate(categories):
            single = self.planned_singly.get(category, {})
            for at, day in enumerate(days):
                if day > self.today:
                    found[at, place] += still_to_plan(single, day, self.today, days[0], self.announced)
            for day, seconds in changes.get(category, {}).items():
                at = (day - days[0]).days
                if self.today <= day <= days[-1]:
                    found[at, place] = min(float(self._length(day)), max(0.0, found[at, place] + seconds))
        return found

    def _length(self, day: date) -> int:
        return self.day_seconds.get(day) or length_of(day, ZoneInfo(self.time_zone))


def length_of(day: date, zone: ZoneInfo) -> int:
    """Give the seconds of a local day that the warehouse's calendar does not reach."""
    start, end = (datetime.combine(at, datetime.min.time(), zone) for at in (day, day + timedelta(days=1)))
    return round(end.timestamp() - start.timestamp())


def read(house: Warehouse, account_id: UUID) -> Records | None:
    """Read an account's records; ``None`` when nothing was ever transformed for it."""
    with house.transaction(account_id=account_id, timeout=TIMEOUT) as con:
        made = con.execute(SQL["is_made"]).fetchone()
        present = con.execute(SQL["present"], {"account_id": account_id}).fetchone() if made and made[0] else None
        if present is None:
            return None
        as_of, time_zone, today = present
        span = {
            "account_id": account_id,
            "as_of": as_of,
            "time_zone": time_zone,
            "today": today,
            "first": today - timedelta(days=LONGEST),
            "last": today + timedelta(days=horizon_of(today)),
        }
        days = con.execute(SQL["days"], span).fetchall()
        rows = con.execute(SQL["lived"], span).fetchall()
        planned = con.execute(SQL["planned"], span).fetchall()
        return Records(
            as_of=as_of,
            today=today,
            time_zone=time_zone,
            lived=gather(today, {day: tracked for day, _, tracked, *_ in days}, rows),
            of_today={category: seconds for day, category, seconds in rows if day == today},
            planned=_by_category((day, category, seconds) for day, category, seconds, _ in planned),
            planned_singly=_by_category((day, category, single) for day, category, _, single in planned if single),
            day_types={day: kind for day, _, _, kind, _ in days if kind},
            announced=frozenset(day for day, *_, is_known_before in days if is_known_before),
            day_seconds={day: seconds for day, seconds, *_ in days},
            holidays=frozenset(day for (day,) in con.execute(SQL["holidays"], span)),
            still_to_come=dict(con.execute(SQL["still_to_come"], span).fetchall()),
            plans=[Plan(*row) for row in con.execute(SQL["plans"], span)],
        )


def _by_category(rows: Iterable[tuple[date, str, int]]) -> Planned:
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for day, category, seconds in rows:
        found[category][day] = seconds
    return dict(found)
