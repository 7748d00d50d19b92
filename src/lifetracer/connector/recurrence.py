"""Recurrence rules (RFC 5545 section 3.3.10, SKIP of RFC 7529) as lazy, ordered streams of wall-clock times.

Law: nothing here knows a time zone; a rule says what the clock on the wall shows, `occurrences` says when that is.

    FREQ decides the period, the BY parts expand it into days and clock times or limit it:

    YEARLY    year, or week-year when BYWEEKNO is there      ┐
    MONTHLY   month                                          │ days × clock times, then BYSETPOS
    WEEKLY    week that begins on WKST                       │
    DAILY     day                                            ┘
    HOURLY…   one step of the clock; days, hours and minutes that cannot match are jumped over
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Literal

PATIENCE = 100_000
"""Periods in a row without any match after which a rule counts as one that never matches again."""

WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
CLOCK_STEPS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
Freq = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
FREQS: tuple[Freq, ...] = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
DAY = timedelta(days=1)


class RuleError(ValueError):
    """A recurrence rule that cannot be understood; the message says which part."""


@dataclass(frozen=True, slots=True)
class Until:
    """The end of a rule as it was written: a day, a wall-clock time, or an instant in UTC."""

    at: datetime
    is_date: bool
    is_utc: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed recurrence rule; lists are sorted and without duplicates."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    second: tuple[int, ...] = ()
    minute: tuple[int, ...] = ()
    hour: tuple[int, ...] = ()
    day: tuple[tuple[int, int], ...] = ()
    """(n-th, weekday): 0 = every; weekday 0 is Monday."""
    monthday: tuple[int, ...] = ()
    yearday: tuple[int, ...] = ()
    weekno: tuple[int, ...] = ()
    month: tuple[int, ...] = ()
    setpos: tuple[int, ...] = ()
    week_start: int = 0
    skip: Literal["OMIT", "BACKWARD", "FORWARD"] = "OMIT"
    """What becomes of a day that the month does not have (RFC 7529)."""


_LISTS = {
    # part: (field, least, most, signed)
    "BYSECOND": ("second", 0, 60, False),
    "BYMINUTE": ("minute", 0, 59, False),
    "BYHOUR": ("hour", 0, 23, False),
    "BYMONTHDAY": ("monthday", 1, 31, True),
    "BYYEARDAY": ("yearday", 1, 366, True),
    "BYWEEKNO": ("weekno", 1, 53, True),
    "BYMONTH": ("month", 1, 12, False),
    "BYSETPOS": ("setpos", 1, 10**9, True),
}
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")


def parse_rule(text: str) -> Rule:
    """Read the value of an RRULE, e.g. ``FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261224T000000Z``.

    Raises:
        RuleError: a part is missing, unknown or out of range. ``X-…`` parts are passed over (RFC 5545 allows them).
    """
    parts: dict[str, str] = {}
    for piece in text.strip().rstrip(";").split(";"):
        name, sign, value = piece.partition("=")
        name = name.strip().upper()
        if not sign:
            raise RuleError(f"“{piece}” is not of the form NAME=VALUE")
        if name in parts:
            raise RuleError(f"{name} stands there twice")
        parts[name] = value.strip().upper()
    fields: dict[str, object] = {}
    freq = parts.pop("FREQ", "")
    if freq not in FREQS:
        raise RuleError(f"FREQ={freq} is not a frequency" if freq else "FREQ is missing")
    for name, value in parts.items():
        if name in _LISTS:
            field, least, most, signed = _LISTS[name]
            fields[field] = tuple(sorted({_number(name, v, least, most, signed) for v in value.split(",")}))
        elif name in ("INTERVAL", "COUNT"):
            fields[name.lower()] = _number(name, value, 1, 10**9, signed=False)
        elif name == "UNTIL":
            fields["until"] = parse_until(value)
        elif name == "BYDAY":
            fields["day"] = tuple(sorted({_weekday(v) for v in value.split(",")}))
        elif name == "WKST" and value in WEEKDAYS:
            fields["week_start"] = WEEKDAYS[value]
        elif name == "RSCALE" and value == "GREGORIAN":
            pass
        elif name == "SKIP" and value in ("OMIT", "BACKWARD", "FORWARD"):
            fields["skip"] = value
        elif not name.startswith("X-"):
            raise RuleError(f"{name}={value} is not understood")
    return Rule(freq=freq, **fields)  # type: ignore[arg-type]


def parse_until(value: str) -> Until:
    """Read a DATE or DATE-TIME value."""
    match = _STAMP.fullmatch(value)
    if not match:
        raise RuleError(f"UNTIL={value} is not a date")
    year, month, day, *clock = match.groups()
    try:
        at = datetime(int(year), int(month), int(day), *(int(c or 0) for c in clock[:3]))  # noqa: DTZ001
    except ValueError:
        raise RuleError(f"UNTIL={value} does not exist in the calendar") from None
    return Until(at, is_date=clock[0] is None, is_utc=clock[3] == "Z")


def _number(name: str, text: str, least: int, most: int, signed: bool) -> int:
    try:
        number = int(text)
    except ValueError:
        raise RuleError(f"{name}={text} is not a number") from None
    if not least <= (abs(number) if signed else number) <= most:
        raise RuleError(f"{name}={text} is out of range")
    return number


def _weekday(text: str) -> tuple[int, int]:
    match = _WEEKDAY.fullmatch(text)
    if not match or (match[1] and not 1 <= abs(int(match[1])) <= 53):
        raise RuleError(f"BYDAY={text} is not a weekday")
    return int(match[1] or 0), WEEKDAYS[match[2]]


def wall_times(
    rule: Rule,
    start: datetime,
    *,
    all_day: bool = False,
    after: datetime | None = None,
    patience: int = PATIENCE,
) -> Iterator[datetime]:
    """Yield, in order, the wall-clock times that ``rule`` makes of a series beginning at naive ``start``.

    ``start`` itself is yielded only when it fits the rule (`occurrences.expand` adds it, as RFC 5545 says).
    ``all_day`` ignores parts about the clock. ``after`` passes over earlier times without counting up to them,
    where no COUNT forces it to. UNTIL is obeyed for dates and local times; one in UTC needs a zone, so the caller
    cuts there. The stream ends at the year 9999, or when ``patience`` periods in a row had no match.
    """
    until = rule.until.at if rule.until and not rule.until.is_utc else datetime.max  # noqa: DTZ901
    if rule.until and (all_day or (rule.until.is_date and not rule.until.is_utc)):
        until = datetime.combine(rule.until.at.date(), time.max)
    if all_day:
        if rule.freq in CLOCK_STEPS:
            raise RuleError(f"FREQ={rule.freq} makes no sense for whole days")
        start = datetime.combine(start.date(), time.min)
    begin = max(after, start) if after and rule.count is None else start
    left = rule.count if rule.count is not None else -1
    stream = (
        _by_clock(rule, start, begin, patience)
        if rule.freq in CLOCK_STEPS
        else _by_days(rule, start, begin, all_day, patience)
    )
    for moment in stream:
        if moment > until or left == 0:
            return
        if moment < start:
            continue
        left -= 1
        if after is None or moment >= after:
            yield moment


# ---- YEARLY … DAILY: periods of days -------------------------------------------------------------------------


def _by_days(rule: Rule, start: datetime, begin: datetime, all_day: bool, patience: int) -> Iterator[datetime]:
    clock = [start.time()] if all_day else _clock_times(rule, start)
    periods = _periods(rule, start, begin.date())
    idle = 0
    for days in periods:
        idle += 1
        if idle > patience:
            return
        for moment in _chosen(rule, days, clock):
            idle = 0
            yield moment


def _clock_times(rule: Rule, start: datetime) -> list[time]:
    hours = rule.hour or (start.hour,)
    minutes = rule.minute or (start.minute,)
    seconds = tuple(s for s in rule.second if s < 60) or (start.second,)
    return [time(h, m, s) for h, m, s in product(hours, minutes, seconds)]


def _chosen(rule: Rule, days: Sequence[date], clock: Sequence[time]) -> Iterator[datetime]:
    """All times of a period, or those that BYSETPOS picks; the product is never written out."""
    if not rule.setpos:
        for day in days:
            for at in clock:
                yield datetime.combine(day, at)
        return
    size = len(days) * len(clock)
    places = {p - 1 if p > 0 else size + p for p in rule.setpos}
    for place in sorted(p for p in places if 0 <= p < size):
        yield datetime.combine(days[place // len(clock)], clock[place % len(clock)])


def _periods(rule: Rule, start: datetime, begin: date) -> Iterator[Sequence[date]]:
    """The days of each period from the one that holds ``begin``; filters applied, in order."""
    origin = start.date()
    if rule.freq == "YEARLY" and rule.weekno:
        first = _base_week_year(rule, origin)
        make: Callable[[int], list[date]] = lambda n: _week_year_days(rule, origin, n)  # noqa: E731
        position, last = _week_year(begin, rule.week_start), 9999
    elif rule.freq == "YEARLY":
        first, position, last = origin.year, begin.year, 9999
        make = lambda n: _year_days(rule, origin, n)  # noqa: E731
    elif rule.freq == "MONTHLY":
        first, position, last = _month_index(origin), _month_index(begin), 9999 * 12 + 11
        make = lambda n: _month_days(rule, origin, n // 12, n % 12 + 1)  # noqa: E731
    elif rule.freq == "WEEKLY":
        first, position = _week_index(origin, rule.week_start), _week_index(begin, rule.week_start)
        last = _week_index(date.max, rule.week_start) - 1
        make = lambda n: _week_days(rule, origin, n)  # noqa: E731
    else:
        first, position, last = origin.toordinal(), begin.toordinal(), date.max.toordinal()
        make = lambda n: [d for d in [date.fromordinal(n)] if _fits(rule, d)]  # noqa: E731
    # SKIP=FORWARD can carry a day into the next period, so the period before `begin` counts too.
    behind = max(0, (position - first) // rule.interval - 1)
    for n in range(first + behind * rule.interval, last + 1, rule.interval):
        yield make(n)


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _week_index(day: date, week_start: int) -> int:
    return (day.toordinal() - 1 - week_start) // 7  # ordinal 1 is a Monday


def _week_days(rule: Rule, origin: date, index: int) -> list[date]:
    first = index * 7 + rule.week_start + 1
    wanted = {weekday for _, weekday in rule.day} or {origin.weekday()}
    days = (date.fromordinal(first + n) for n in range(7) if first + n > 0)
    return [d for d in days if d.weekday() in wanted and _fits(rule, d)]


def _fits(rule: Rule, day: date) -> bool:
    """True when no BY part about days excludes ``day`` (the parts as limits)."""
    if rule.month and day.month not in rule.month:
        return False
    if rule.day and not any(weekday == day.weekday() for _, weekday in rule.day):
        return False
    if rule.monthday and not _in_month(rule, day):
        return False
    return not rule.yearday or _in_year(rule, day)


def _in_month(rule: Rule, day: date) -> bool:
    return day.day in rule.monthday or day.day - _month_length(day.year, day.month) - 1 in rule.monthday


def _in_year(rule: Rule, day: date) -> bool:
    place = day.timetuple().tm_yday
    return place in rule.yearday or place - _year_length(day.year) - 1 in rule.yearday


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _year_length(year: int) -> int:
    return 366 if _is_leap(year) else 365


def _month_length(year: int, month: int) -> int:
    return 29 if month == 2 and _is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _days_of_month(rule: Rule, year: int, month: int, numbers: Sequence[int]) -> set[date]:
    """The numbered days of a month; one that does not exist is left out or moved as SKIP says."""
    length = _month_length(year, month)
    days = set()
    for number in numbers:
        place = number if number > 0 else length + number + 1
        if 1 <= place <= length:
            days.add(date(year, month, place))
        elif place > length and rule.skip == "BACKWARD":
            days.add(date(year, month, length))
        elif place > length and rule.skip == "FORWARD" and (year, month) != (9999, 12):
            days.add(date(year, month, length) + DAY)
    return days


def _nth_weekdays(rule: Rule, first: date, length: int) -> set[date]:
    """Weekdays of BYDAY inside a stretch of days; 2TU is its second Tuesday, -1FR its last Friday."""
    days = set()
    for nth, weekday in rule.day:
        ahead = (weekday - first.weekday()) % 7
        places = range(ahead, length, 7)
        if nth == 0:
            days.update(first + timedelta(days=p) for p in places)
        elif abs(nth) <= len(places):
            days.add(first + timedelta(days=places[nth - 1 if nth > 0 else nth]))
    return days


def _month_days(rule: Rule, origin: date, year: int, month: int) -> list[date]:
    if rule.month and month not in rule.month:
        return []
    weekdays = {weekday for _, weekday in rule.day}
    if rule.monthday or not rule.day:
        days = _days_of_month(rule, year, month, rule.monthday or (origin.day,))
        days = {d for d in days if not weekdays or d.weekday() in weekdays}
    else:
        days = _nth_weekdays(rule, date(year, month, 1), _month_length(year, month))
    return sorted(d for d in days if not rule.yearday or _in_year(rule, d))


def _year_days(rule: Rule, origin: date, year: int) -> list[date]:
    weekdays = {weekday for _, weekday in rule.day}
    if rule.yearday:
        length = _year_length(year)
        places = {n if n > 0 else length + n + 1 for n in rule.yearday}
        days = {date(year, 1, 1) + timedelta(days=p - 1) for p in places if 1 <= p <= length}
        days = {d for d in days if _fits(rule, d)}
    elif rule.monthday:
        # Without BYMONTH the month is DTSTART's; with BYDAY it is any ("every Friday the 13th").
        months = rule.month or (tuple(range(1, 13)) if rule.day else (origin.month,))
        days = set().union(*(_days_of_month(rule, year, m, rule.monthday) for m in months))
        days = {d for d in days if not weekdays or d.weekday() in weekdays}
    elif rule.day and rule.month:
        days = set().union(*(_nth_weekdays(rule, date(year, m, 1), _month_length(year, m)) for m in rule.month))
    elif rule.day:
        days = _nth_weekdays(rule, date(year, 1, 1), _year_length(year))
    else:
        days = set().union(*(_days_of_month(rule, year, m, (origin.day,)) for m in rule.month or (origin.month,)))
    return sorted(days)


# ---- weeks and week-years (a week belongs to the year in which at least four of its days lie) ------------------


def _first_week(year: int, week_start: int) -> int:
    """Ordinal of the first day of week 1; may lie in the year before."""
    fourth = date(year, 1, 4)
    return fourth.toordinal() - (fourth.weekday() - week_start) % 7


def _week_year(day: date, week_start: int) -> int:
    if day.year < 9999 and day.toordinal() >= _first_week(day.year + 1, week_start):
        return day.year + 1
    return day.year if day.toordinal() >= _first_week(day.year, week_start) else day.year - 1


def _week_year_days(rule: Rule, origin: date, year: int) -> list[date]:
    if not 1 < year < 9999:
        return []
    first, following = _first_week(year, rule.week_start), _first_week(year + 1, rule.week_start)
    weeks = (following - first) // 7
    numbers = {n if n > 0 else weeks + n + 1 for n in rule.weekno}
    weekdays = {weekday for _, weekday in rule.day} or (
        set(range(7)) if rule.monthday or rule.yearday else {origin.weekday()}
    )
    days = (
        date.fromordinal(first + (number - 1) * 7 + n)
        for number in sorted(numbers)
        if 1 <= number <= weeks
        for n in range(7)
    )
    return [d for d in days if d.weekday() in weekdays and _fits(rule, d)]


def _base_week_year(rule: Rule, origin: date) -> int:
    """The week-year from which INTERVAL counts: that of DTSTART when DTSTART fits the rule.

    Otherwise RFC 5545 leaves the set undefined; then the calendar year counts, as libical has it. With INTERVAL=1
    nothing may be lost between the two.
    """
    own = _week_year(origin, rule.week_start)
    if rule.interval == 1 or origin in _week_year_days(rule, origin, own):
        return own
    return origin.year


# ---- HOURLY, MINUTELY, SECONDLY: steps of the clock -----------------------------------------------------------


def _by_clock(rule: Rule, start: datetime, begin: datetime, patience: int) -> Iterator[datetime]:
    """Step by ``interval`` units; jump over days, hours and minutes that cannot match."""
    unit = CLOCK_STEPS[rule.freq]
    step = unit * rule.interval
    origin = start.replace(minute=0 if unit == 3600 else start.minute, second=0 if unit > 1 else start.second)
    behind = max(0, int((begin - origin).total_seconds()) // step)
    try:
        moment = origin + timedelta(seconds=behind * step)
        idle = 0
        while idle <= patience:
            idle += 1
            jump = _next_possible(rule, moment)
            if jump is not None:
                steps = -((moment - jump) // timedelta(seconds=step))
                moment += timedelta(seconds=steps * step)
                continue
            for found in _chosen(rule, [moment.date()], _clock_of_step(rule, start, moment)):
                idle = 0
                yield found
            moment += timedelta(seconds=step)
    except OverflowError:
        return


def _next_possible(rule: Rule, moment: datetime) -> datetime | None:
    """The next time that could match when ``moment`` does not; ``None`` when it does."""
    if not _fits(rule, moment.date()):
        return datetime.combine(moment.date() + DAY, time.min)
    if rule.hour and moment.hour not in rule.hour:
        return _later(
            moment, rule.hour, moment.hour, timedelta(hours=1), datetime.combine(moment.date(), time.min), DAY
        )
    if rule.minute and rule.freq != "HOURLY" and moment.minute not in rule.minute:
        hour = moment.replace(minute=0, second=0)
        return _later(moment, rule.minute, moment.minute, timedelta(minutes=1), hour, timedelta(hours=1))
    if rule.second and rule.freq == "SECONDLY" and moment.second not in rule.second:
        minute = moment.replace(second=0)
        return _later(moment, rule.second, moment.second, timedelta(seconds=1), minute, timedelta(minutes=1))
    return None


def _later(
    moment: datetime, wanted: tuple[int, ...], now: int, unit: timedelta, whole: datetime, span: timedelta
) -> datetime:
    """The next wanted value on one hand of the clock, or the beginning of its next round."""
    place = bisect_left(wanted, now)
    target = whole + (unit * wanted[place] if place < len(wanted) else span)
    return target if target > moment else whole + span


def _clock_of_step(rule: Rule, start: datetime, moment: datetime) -> list[time]:
    minutes = (rule.minute or (start.minute,)) if rule.freq == "HOURLY" else (moment.minute,)
    seconds: tuple[int, ...] = (moment.second,)
    if rule.freq != "SECONDLY":
        seconds = tuple(s for s in rule.second if s < 60) or (start.second,)
    return [time(moment.hour, m, s) for m in minutes for s in seconds]
