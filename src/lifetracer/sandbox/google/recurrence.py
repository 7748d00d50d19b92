"""Which instances a series has: RRULE, RDATE, EXDATE as wall time in the series' zone, then instants (APIS.md F.24)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

Body = dict[str, Any]

MOST = 730
"""Most instances of one series in one answer, as without a time limit the vendor too ends somewhere."""


def is_all_day(moment: Body) -> bool:
    """Say whether a start or end is a date."""
    return "date" in moment


def instant(moment: Body, zone: ZoneInfo) -> datetime:
    """Return a start or end as an instant; a date begins at midnight in ``zone``."""
    if is_all_day(moment):
        day = date.fromisoformat(moment["date"])
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    value = datetime.fromisoformat(moment["dateTime"])
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(moment.get("timeZone") or str(zone)))


def moment_like(model: Body, wall: datetime) -> Body:
    """Return a start or end of the same kind as ``model`` at a wall time."""
    if is_all_day(model):
        return {"date": wall.date().isoformat()}
    zone = model.get("timeZone") or "UTC"
    return {"dateTime": spell(wall.replace(tzinfo=ZoneInfo(zone))), "timeZone": zone}


def spell(value: datetime) -> str:
    """Write an instant as Google does: an offset, ``Z`` for zero."""
    text = value.isoformat(timespec="seconds")
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def instance_id(master_id: str, original: Body) -> str:
    """Return ``{master}_{UTC original start}``, or with the date for an all-day series."""
    if is_all_day(original):
        return f"{master_id}_{original['date'].replace('-', '')}"
    return f"{master_id}_{datetime.fromisoformat(original['dateTime']).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def wall(moment: Body) -> datetime:
    """Return a start as naive wall time in its own zone."""
    if is_all_day(moment):
        return datetime.fromisoformat(moment["date"])
    value = datetime.fromisoformat(moment["dateTime"])
    zone = moment.get("timeZone")
    return (value.astimezone(ZoneInfo(zone)) if zone and value.tzinfo else value).replace(tzinfo=None)


def _values(line: str, zone: str | None) -> Iterator[datetime]:
    """Read the dates of an EXDATE or RDATE line as naive wall time in the series' zone."""
    head, _, tail = line.partition(":")
    named = re.search(r"TZID=([^;:]+)", head)
    for text in tail.split(","):
        if len(text) == 8:
            yield datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - wall time is naive here
        elif text.endswith("Z"):
            value = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            yield (value.astimezone(ZoneInfo(zone)) if zone else value).replace(tzinfo=None)
        else:
            value = datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007
            if named and zone and named[1] != zone:
                value = value.replace(tzinfo=ZoneInfo(named[1])).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            yield value


def rules(body: Body) -> rruleset:
    """Build the set of wall times of a series.

    Raises:
        ValueError: a line cannot be read.
    """
    start = body["start"]
    zone = None if is_all_day(start) else start.get("timeZone")
    first = wall(start)
    found = rruleset()
    has_rule = False
    for line in body["recurrence"]:
        name = re.split(r"[;:]", line, maxsplit=1)[0].upper()
        if name in {"RRULE", "EXRULE"}:
            rule = rrulestr(_wall_until(line, zone), dtstart=first)
            if isinstance(rule, rruleset):
                raise ValueError(f"Invalid recurrence rule: {line}")
            if name == "RRULE":
                found.rrule(rule)
                has_rule = True
            else:
                found.exrule(rule)
        elif name in {"RDATE", "EXDATE"}:
            for value in _values(line, zone):
                (found.rdate if name == "RDATE" else found.exdate)(value)
        else:
            raise ValueError(f"Invalid recurrence rule: {line}")
    if not has_rule:
        found.rdate(first)  # A series may have no rule at all, only dates.
    return found


def _wall_until(line: str, zone: str | None) -> str:
    match = re.search(r"UNTIL=(\d{8}T\d{6}Z)", line)
    if not match:
        return line
    until = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = until.astimezone(ZoneInfo(zone)) if zone else until
    return line.replace(match[1], f"{local:%Y%m%dT%H%M%S}")


def length(body: Body) -> timedelta:
    """Return how long each instance of a series is."""
    start, end = body["start"], body["end"]
    if is_all_day(start):
        return date.fromisoformat(end["date"]) - date.fromisoformat(start["date"])
    return instant(end, ZoneInfo("UTC")) - instant(start, ZoneInfo("UTC"))


def originals(body: Body, low: datetime | None, high: datetime | None, zone: ZoneInfo) -> Iterator[Body]:
    """Yield the original starts whose instance touches ``(low, high)``; at most :data:`MOST`."""
    span, start = length(body), body["start"]
    home = zone if is_all_day(start) else ZoneInfo(start.get("timeZone") or str(zone))
    series = rules(body)
    times: Iterator[datetime] = iter(series)
    if low is not None:
        times = series.xafter(low.astimezone(home).replace(tzinfo=None) - span - timedelta(days=1), inc=True)

    def touching() -> Iterator[Body]:
        for value in times:
            begins = value.replace(tzinfo=home)
            if high is not None and begins >= high:
                return
            if low is None or begins + span > low or (not span and begins >= low):
                yield moment_like(start, value)

    yield from islice(touching(), MOST)


def instance(master: Body, original: Body) -> Body:
    """Build the instance of a series at an original start."""
    span = length(master)
    begins = wall(original)
    body = {key: value for key, value in master.items() if key != "recurrence"}
    if is_all_day(original):
        end: Body = {"date": (begins + span).date().isoformat()}
    else:
        zone = ZoneInfo(original["timeZone"])
        ends = (begins.replace(tzinfo=zone).astimezone(UTC) + span).astimezone(zone)
        end = {"dateTime": spell(ends), "timeZone": original["timeZone"]}
    return body | {
        "id": instance_id(master["id"], original),
        "recurringEventId": master["id"],
        "originalStartTime": original,
        "start": original,
        "end": end,
    }
