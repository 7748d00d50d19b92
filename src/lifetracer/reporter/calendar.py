"""What happened as a calendar that other programs show: iCalendar (RFC 5545, RFC 7986).

Law: an entry keeps its UID for ever, takes nobody's time (transparent), and carries our mark, so that it is never
read back as a plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone
from psycopg.rows import dict_row

from lifetracer.charts import Words
from lifetracer.charts.week import VERDICTS
from lifetracer.errors import NotFoundError
from lifetracer.warehouse import Connection
from lifetracer.warehouse.feeds import MARK, Feed
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

PRODUCT = "-//lifetracer//What happened//EN"
REFRESH = timedelta(hours=1)

COLOURS = {
    "black": 0x000000, "blue": 0x0000FF, "brown": 0xA52A2A, "cadetblue": 0x5F9EA0, "chocolate": 0xD2691E,
    "cornflowerblue": 0x6495ED, "crimson": 0xDC143C, "darkcyan": 0x008B8B, "darkgoldenrod": 0xB8860B,
    "darkgreen": 0x006400, "darkmagenta": 0x8B008B, "darkolivegreen": 0x556B2F, "darkorange": 0xFF8C00,
    "darkred": 0x8B0000, "darkslateblue": 0x483D8B, "deeppink": 0xFF1493, "deepskyblue": 0x00BFFF,
    "dodgerblue": 0x1E90FF, "firebrick": 0xB22222, "forestgreen": 0x228B22, "gold": 0xFFD700, "goldenrod": 0xDAA520,
    "gray": 0x808080, "green": 0x008000, "hotpink": 0xFF69B4, "indianred": 0xCD5C5C, "indigo": 0x4B0082,
    "limegreen": 0x32CD32, "mediumorchid": 0xBA55D3, "mediumpurple": 0x9370DB, "mediumseagreen": 0x3CB371,
    "midnightblue": 0x191970, "navy": 0x000080, "olive": 0x808000, "olivedrab": 0x6B8E23, "orange": 0xFFA500,
    "orangered": 0xFF4500, "orchid": 0xDA70D6, "palevioletred": 0xDB7093, "peru": 0xCD853F, "plum": 0xDDA0DD,
    "purple": 0x800080, "red": 0xFF0000, "rosybrown": 0xBC8F8F, "royalblue": 0x4169E1, "salmon": 0xFA8072,
    "sandybrown": 0xF4A460, "seagreen": 0x2E8B57, "sienna": 0xA0522D, "silver": 0xC0C0C0, "skyblue": 0x87CEEB,
    "slateblue": 0x6A5ACD, "slategray": 0x708090, "steelblue": 0x4682B4, "tan": 0xD2B48C, "teal": 0x008080,
    "tomato": 0xFF6347, "turquoise": 0x40E0D0, "violet": 0xEE82EE, "yellowgreen": 0x9ACD32,
}  # fmt: skip
"""Names that ``COLOR`` may have (RFC 7986 5.9: CSS3 colour names), those that can be told apart."""


def read(connection: Connection, feed: Feed, days: int | None = None) -> tuple[bytes, str, datetime]:
    """Read what happened and write it as a calendar (in the account's transaction).

    Args:
        connection: the transaction of the feed's account.
        feed: what may be shown, and how far back.
        days: fewer days than the feed has.

    Returns:
        The calendar, a tag that changes when an entry does, and as of when it is.

    Raises:
        NotFoundError: nothing was transformed yet.
    """
    cursor = connection.cursor(row_factory=dict_row)
    account = cursor.execute(SQL["account"].encode()).fetchone()
    if account is None or not account["made"]:
        raise NotFoundError("There is nothing to show yet.", remedy="The first transform makes it.")
    (told,) = cursor.execute(SQL["as_of"].encode(), {"account_id": feed.account_id}).fetchall() or [{"as_of": None}]
    as_of: datetime = told["as_of"] or datetime.fromtimestamp(0, UTC)
    zone = ZoneInfo(account["time_zone"])
    first = as_of.astimezone(zone).date() - timedelta(days=min(days or feed.days, feed.days) - 1)
    asked = {"account_id": feed.account_id, "first": first}
    entries = cursor.execute(SQL["entries"].encode(), asked).fetchall()
    said = repr((feed.name, feed.shows, account["time_zone"], account["language"], first, entries))
    tag = hashlib.sha256(said.encode()).hexdigest()[:32]
    return write(entries, feed, zone, Words(account["language"]), as_of, first), tag, as_of


def write(
    entries: Iterable[Mapping[str, Any]], feed: Feed, zone: ZoneInfo, words: Words, as_of: datetime, first: date
) -> bytes:
    """Write entries as a calendar."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", feed.name)
    calendar.add("x-wr-calname", feed.name)
    calendar.add("x-wr-timezone", str(zone))
    calendar.add("last-modified", as_of)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add("x-lifetracer-layer", "actual")
    if str(zone) != "UTC":
        # A year more on both sides, because a day's offset may have been decided long before it.
        span = (first - timedelta(days=366), as_of.date() + timedelta(days=366))
        calendar.add_component(Timezone.from_tzinfo(zone, str(zone), *span))
    for entry in entries:
        calendar.add_component(_event(entry, feed, zone, words, as_of))
    body: bytes = calendar.to_ical()
    return body


def _event(entry: Mapping[str, Any], feed: Feed, zone: ZoneInfo, words: Words, as_of: datetime) -> Event:
    category = words.named(entry["category"])
    event = Event()
    event.add("uid", uid_of(feed.account_id, entry["entry_id"]))
    event.add("dtstamp", as_of)
    for name, instant in zip(("dtstart", "dtend"), _times(entry, zone), strict=True):
        event.add(name, instant)
    whole = feed.shows == "everything"
    event.add("summary", (entry["description"] or entry["project"] or category) if whole else category)
    event.add("categories", [category])
    if whole and (about := _about(entry, words)):
        event.add("description", about)
    event.add("color", nearest(entry["category_color"]))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED")
    event.add("x-lifetracer-layer", "actual")
    return event


def _times(entry: Mapping[str, Any], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give start and end on the zone's clock; in UTC when that clock shows one of them twice (RFC 5545, 3.3.5)."""
    start, end = (entry[name].astimezone(zone) for name in ("starts_at", "ends_at"))
    twice = any(one.utcoffset() != one.replace(fold=1 - one.fold).utcoffset() for one in (start, end))
    return (start.astimezone(UTC), end.astimezone(UTC)) if twice or str(zone) == "UTC" else (start, end)


def _about(entry: Mapping[str, Any], words: Words) -> str:
    verdict = VERDICTS.get(entry["verdict"] or "")
    parts = (entry["project"] if entry["description"] else None, words(verdict) if verdict else None)
    return " · ".join(part for part in parts if part)


def uid_of(account_id: UUID, entry_id: str) -> str:
    """Give an entry's UID, the same for ever; it tells nothing of the account or the service."""
    return hashlib.sha256(f"{account_id} {entry_id}".encode()).hexdigest()[:32] + MARK


def nearest(colour: str) -> str:
    """Name the CSS colour that is nearest to ``#rrggbb``."""
    value = int(colour.removeprefix("#"), 16)
    parts = [value >> shift & 0xFF for shift in (16, 8, 0)]

    def distance(name: str) -> int:
        other = [COLOURS[name] >> shift & 0xFF for shift in (16, 8, 0)]
        return sum((a - b) ** 2 for a, b in zip(parts, other, strict=True))

    return min(COLOURS, key=distance)
