"""The zone that a TZID means: an IANA name, whatever the program that wrote the file called it.

Law: a name decides before rules do (``Europe/Berlin`` is Berlin even when its VTIMEZONE is wrong); a zone that exists
only as a VTIMEZONE becomes the IANA zone whose clock shows the same through the year in which it is used.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from lifetracer.connector.recurrence import Rule, RuleError, parse_rule, wall_times
from lifetracer.connector.sources.ical.lines import Component

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?Z?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_FIXED = re.compile(r"(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d\d))?")


def zone_by_name(name: str) -> str | None:
    """Give the IANA zone that a name stands for: itself, a path that ends in it, a Windows name, or a city in it."""
    name = name.strip().strip('"')
    known = _iana()
    for candidate in (name, *("/".join(name.split("/")[-n:]) for n in (3, 2)), re.sub(r":\d{8}T.*", "", name)):
        if found := known.get(_compact(candidate)) or _windows().get(candidate.strip().lower()):
            return found
    if found := known.get(_compact(f"US/{name}")):  # "Eastern"
        return found
    bare = re.sub(r"\([^)]*\)", "", name).strip()  # "(UTC-05:00) Eastern Time (US & Canada)"
    if found := _windows().get(bare.lower()) or _windows().get(bare.lower().replace(" time", " standard time")):
        return found
    for city in re.split(r"[,;:/]", bare):
        if found := _cities().get(_compact(city)):
            return found
    fixed = _FIXED.search(name)
    if fixed and int(fixed[3] or 0) == 0 and int(fixed[2]) <= 12:
        hours = int(fixed[2])
        return f"Etc/GMT{'-' if fixed[1] == '+' else '+'}{hours}" if hours else "UTC"
    return None


def zone_by_rules(timezone: Component, year: int) -> tuple[str, bool] | None:
    """Give the IANA zone that agrees with a VTIMEZONE in a year, and whether it does so in every week.

    ``None`` when the VTIMEZONE says nothing that can be read.
    """
    observances = [o for o in map(_observance, timezone.components) if o]
    if not observances:
        return None
    weeks = [datetime(year, 1, 3, 12) + timedelta(weeks=n) for n in range(52)]  # noqa: DTZ001
    wanted = [_offset_at(observances, week) for week in weeks]
    best, most = None, -1
    for name in _candidates():
        zone = ZoneInfo(name)
        agreed = 0
        for missed, (week, offset) in enumerate(zip(weeks, wanted, strict=True), 1):
            agreed += week.replace(tzinfo=zone).utcoffset() == offset
            if agreed + 52 - missed <= most:
                break
        if agreed > most:
            best, most = name, agreed
            if most == len(weeks):
                break
    return (best, most == len(weeks)) if best else None


def is_offset(text: str) -> bool:
    """Whether a TZOFFSETFROM or TZOFFSETTO can be one."""
    match = _OFFSET.fullmatch(text.strip())
    return bool(match) and int(match[2]) < 24 and int(match[3]) < 60  # type: ignore[index]


Observance = tuple[datetime, Rule | None, list[datetime], timedelta]
"""Onset, its repetition, further onsets, offset from then on."""


def _observance(component: Component) -> Observance | None:
    match = _OFFSET.fullmatch(component.value("TZOFFSETTO"))
    onset = _wall(component.value("DTSTART"))
    if component.name not in ("STANDARD", "DAYLIGHT") or not match or not is_offset(match[0]) or onset is None:
        return None
    hours, minutes, seconds = (int(n or 0) for n in match.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    try:
        rule = parse_rule(component.value("RRULE")) if component.value("RRULE") else None
    except RuleError:
        rule = None
    more = [w for p in component.all("RDATE") for w in map(_wall, p.value.split(",")) if w]
    return onset, rule, more, -offset if match[1] == "-" else offset


def _offset_at(observances: list[Observance], wall: datetime) -> timedelta:
    onsets = []
    for first, rule, more, offset in observances:
        times = [first, *more]
        if rule and first <= wall:
            times += list(wall_times(rule, first, after=wall - timedelta(days=800), before=wall))
        onsets += [(t, offset) for t in times if t <= wall]
    return max(onsets, key=lambda o: o[0], default=(wall, observances[0][3]))[1]


def _wall(text: str) -> datetime | None:
    match = _STAMP.fullmatch(text.strip())
    try:
        return datetime(*(int(g or 0) for g in match.groups())) if match else None  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _compact(name: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", name.lower())


@functools.cache
def _iana() -> dict[str, str]:
    return {_compact(name): name for name in sorted(available_timezones(), key=lambda n: ("/" in n, n))}


_SHORT = {
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "edt": "America/New_York",
    "cest": "Europe/Berlin",
    "tzone://microsoft/utc": "UTC",
}
"""What means one place to everybody and is no zone of its own: abbreviations, Exchange's name of UTC."""


@functools.cache
def _windows() -> dict[str, str]:
    # Late: icalendar takes a tenth of a second to import and only Outlook's files need it.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()} | _SHORT


@functools.cache
def _cities() -> dict[str, str]:
    real = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return {_compact(n.rpartition("/")[2]): n for n in sorted(available_timezones()) if n.startswith(real)}


@functools.cache
def _candidates() -> tuple[str, ...]:
    """Zones in which people live, the best known first."""
    known = list(dict.fromkeys(_windows().values()))
    every = available_timezones()
    rest = sorted(n for n in every if "/" in n and not n.startswith(("posix/", "right/", "SystemV/")))
    names = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", *known, *rest]
    return tuple(n for n in dict.fromkeys(names) if n in every)
