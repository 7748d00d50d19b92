"""The wall-clock times that a recurrence rule means, as lazy, ordered streams.

Law: nothing here knows a time zone; a rule says what the clock on the wall shows, `occurrences` says when that is.

    FREQ decides the period, the BY parts expand it into days and clock times or limit it:

    YEARLY    year, or week-year when BYWEEKNO is there      ┐
    MONTHLY   month                                          │ days × clock times, then BYSETPOS
    WEEKLY    week that begins on WKST                       │
    DAILY     day                                            ┘
    HOURLY…   one step of the clock; days, hours and minutes that cannot match are jumped over
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import product

from lifetracer.connector.recurrence.rule import Rule, RuleError

PATIENCE = 100_000
"""Periods in a row without any match after which a rule counts as one that never matches again."""

CLOCK_STEPS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
DAY = timedelta(days=1)


def wall_times(
    rule: Rule,
    start: datetime,
    *,
    all_day: bool = False,
    after: datetime | None = None,
    before: datetime = datetime.max,  # noqa: DTZ901
    patience: int = PATIENCE,
) -> Iterator[datetime]:
    """Yield, in order, the wall-clock times that ``rule`` makes of a series beginning at naive ``start``.

    ``start`` itself is yielded only when it fits the rule (`occurrences.expand` adds it, as RFC 5545 says).
    ``all_day`` ignores parts about the clock. ``after`` passes over earlier times, without counting up to them where
    no COUNT forces it to; nothing at or past ``before`` is looked for. UNTIL is obeyed for dates and local times; one
    in UTC needs a zone, so the caller cuts there. The stream ends at the year 9999, or when ``patience`` periods in a
    row had no match.

    Raises:
        RuleError: the rule steps by hours or less, and the series consists of whole days.
    """
    if all_day:
        if rule.freq in CLOCK_STEPS:
            raise RuleError(f"FREQ={rule.freq} makes no sense for whole days")
        start = datetime.combine(start.date(), time.min)
    limit = before - timedelta(microseconds=1) if before < datetime.max else before  # noqa: DTZ901
    if rule.until and (all_day or (rule.until.is_date and not rule.until.is_utc)):
        limit = min(limit, datetime.combine(rule.until.at.date(), time.max))
    elif rule.until and not rule.until.is_utc:
        limit = min(limit, rule.until.at)
    begin = max(after, start) if after and rule.count is None else start
    if begin > limit:
        return
    if rule.freq in CLOCK_STEPS:
        stream = _by_clock(rule, start, (begin, limit), patience)
    else:
        stream = _by_days(
            rule, start, (begin, limit), [start.time()] if all_day else _clock_times(rule, start), patience
        )
    left = rule.count if rule.count is not None else -1
    for moment in stream:
        if moment > limit or left == 0:
            return
        if moment < start:
            continue
        left -= 1
        if after is None or moment >= after:
            yield moment


# ---- YEARLY … DAILY: periods of days -------------------------------------------------------------------------


Stretch = tuple[datetime, datetime]
"""From the first to the last moment of interest."""


def _by_days(rule: Rule, start: datetime, stretch: Stretch, clock: Sequence[time], patience: int) -> Iterator[datetime]:
    idle = 0
    for days in _periods(rule, start.date(), stretch[0].date(), stretch[1].date()):
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


def _periods(rule: Rule, origin: date, begin: date, end: date) -> Iterator[Sequence[date]]:
    """Give the days of each period from the one that holds ``begin`` to that of ``end``; limits applied, in order."""
    number: Callable[[date], int]
    days: Callable[[int], list[date]]
    if rule.freq == "YEARLY" and rule.weekno:
        number, days = lambda d: _week_year(d, rule.week_start), lambda n: _week_year_days(rule, origin, n)
    elif rule.freq == "YEARLY":
        number, days = lambda d: d.year, lambda n: _year_days(rule, origin, n)
    elif rule.freq == "MONTHLY":
        number, days = _month_index, lambda n: _month_days(rule, origin, n // 12, n % 12 + 1)
    elif rule.freq == "WEEKLY":
        number, days = lambda d: _week_index(d, rule.week_start), lambda n: _week_days(rule, origin, n)
    else:
        number, days = date.toordinal, lambda n: [d for d in [date.fromordinal(n)] if _fits(rule, d)]
    first = _base_week_year(rule, origin) if rule.freq == "YEARLY" and rule.weekno else number(origin)
    # SKIP=FORWARD can carry a day into the next period, so the period before `begin` counts too.
    behind = max(0, (number(begin) - first) // rule.interval - 1)
    for n in range(first + behind * rule.interval, number(end) + 1, rule.interval):
        yield days(n)


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _week_index(day: date, week_start: int) -> int:
    return (day.toordinal() - 1 - week_start) // 7  # ordinal 1 is a Monday


def _week_days(rule: Rule, origin: date, index: int) -> list[date]:
    first = index * 7 + rule.week_start + 1
    wanted = {weekday for _, weekday in rule.day} or {origin.weekday()}
    days = (date.fromordinal(first + n) for n in range(7) if 0 < first + n <= date.max.toordinal())
    return [d for d in days if d.weekday() in wanted and _fits(rule, d)]


def _fits(rule: Rule, day: date) -> bool:
    """Tell whether no BY part about days excludes ``day`` (the parts as limits)."""
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
    """Give the numbered days of a month; one that does not exist is left out or moved as SKIP says."""
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
    days: set[date] = set()
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
    days: set[date] = set()
    weekdays = {weekday for _, weekday in rule.day}
    if rule.yearday:
        length = _year_length(year)
        places = {n if n > 0 else length + n + 1 for n in rule.yearday}
        days = {date(year, 1, 1) + timedelta(days=p - 1) for p in places if 1 <= p <= length}
        days = {d for d in days if _fits(rule, d)}
    elif rule.monthday:
        # Without BYMONTH the month is DTSTART's; with BYDAY it is any ("every Friday the 13th").
        months = rule.month or (tuple(range(1, 13)) if rule.day else (origin.month,))
        days = days.union(*(_days_of_month(rule, year, m, rule.monthday) for m in months))
        days = {d for d in days if not weekdays or d.weekday() in weekdays}
    elif rule.day and rule.month:
        days = days.union(*(_nth_weekdays(rule, date(year, m, 1), _month_length(year, m)) for m in rule.month))
    elif rule.day:
        days = _nth_weekdays(rule, date(year, 1, 1), _year_length(year))
    else:
        days = days.union(*(_days_of_month(rule, year, m, (origin.day,)) for m in rule.month or (origin.month,)))
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
    """Give the week-year from which INTERVAL counts: that of DTSTART when DTSTART fits the rule.

    Otherwise RFC 5545 leaves the set undefined; then the calendar year counts, as libical has it. With INTERVAL=1
    nothing may be lost between the two.
    """
    own = _week_year(origin, rule.week_start)
    if rule.interval == 1 or origin in _week_year_days(rule, origin, own):
        return own
    return origin.year


# ---- HOURLY, MINUTELY, SECONDLY: steps of the clock -----------------------------------------------------------


def _by_clock(rule: Rule, start: datetime, stretch: Stretch, patience: int) -> Iterator[datetime]:
    """Step by ``interval`` units; jump over days, hours and minutes that cannot match."""
    begin, limit = stretch
    unit = CLOCK_STEPS[rule.freq]
    step = unit * rule.interval
    origin = start.replace(minute=0 if unit == 3600 else start.minute, second=0 if unit > 1 else start.second)
    behind = max(0, int((begin - origin).total_seconds()) // step)
    try:
        moment = origin + timedelta(seconds=behind * step)
        idle = 0
        while idle <= patience and moment <= limit:
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
    """Give the next time that could match when ``moment`` does not; ``None`` when it does."""
    if not _fits(rule, moment.date()):
        return datetime.combine(moment.date() + DAY, time.min)
    hands = (
        (rule.hour, moment.hour, timedelta(hours=1), moment.replace(hour=0, minute=0, second=0), "HOURLY"),
        (rule.minute, moment.minute, timedelta(minutes=1), moment.replace(minute=0, second=0), "MINUTELY"),
        (rule.second, moment.second, timedelta(seconds=1), moment.replace(second=0), "SECONDLY"),
    )
    for wanted, shown, unit, whole, freq in hands:
        if wanted and shown not in wanted:
            place = bisect_left(wanted, shown)
            return whole + unit * (wanted[place] if place < len(wanted) else 24 if freq == "HOURLY" else 60)
        if rule.freq == freq:
            return None
    return None


def _clock_of_step(rule: Rule, start: datetime, moment: datetime) -> list[time]:
    minutes = (rule.minute or (start.minute,)) if rule.freq == "HOURLY" else (moment.minute,)
    seconds: tuple[int, ...] = (moment.second,)
    if rule.freq != "SECONDLY":
        seconds = tuple(s for s in rule.second if s < 60) or (start.second,)
    return [time(moment.hour, m, s) for m in minutes for s in seconds]
