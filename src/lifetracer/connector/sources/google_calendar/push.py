"""Google's push channels: one per calendar, for a week at most; a notice says only that something changed.

developers.google.com/workspace/calendar/api/guides/push
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from lifetracer.connector.source import Cursor, Opened, Wish
from lifetracer.connector.sources.google_calendar.calendar_list import chosen
from lifetracer.errors import FixByHandError
from lifetracer.outside.google_calendar import reason_of
from lifetracer.outside.http import Client, HttpStatusError

LIFE_SECONDS = 7 * 24 * 3600
"""What is asked for; Google may give less. A channel is not prolonged: another is opened before it ends."""

UNREACHABLE = frozenset({"push.webhookUrlNotHttps", "push.webhookUrlUnauthorized", "push.webhookUrlHostOrPathInvalid"})


def topics(cursor: Cursor) -> Sequence[str]:
    """Ids of the calendars that are read."""
    return chosen(cursor.rows("calendars"), cursor.settings, cursor.options.google_calendar_ids)


def open_channel(api: Client, calendar_id: str, wish: Wish) -> Opened:
    """Watch a calendar's events.

    Raises:
        FixByHandError: Google does not take the address.
    """
    body = {
        "id": wish.channel_id,
        "type": "web_hook",
        "address": wish.address,
        "token": wish.secret,
        "params": {"ttl": str(LIFE_SECONDS)},
    }
    try:
        made = api.post(f"/calendar/v3/calendars/{quote(calendar_id, safe='')}/events/watch", json=body).json()
    except HttpStatusError as refused:
        if reason_of(refused.payload) not in UNREACHABLE:
            raise
        raise FixByHandError(
            f"Google does not push to {wish.address}: {refused.said}.",
            remedy="It must be an https address with a valid certificate that leads to this server.",
        ) from None
    return Opened(str(made["resourceId"]), datetime.fromtimestamp(int(made["expiration"]) / 1000, UTC))


def close_channel(api: Client, _calendar: str, channel_id: str, resource_id: str) -> None:
    """Stop a channel."""
    try:
        api.post("/calendar/v3/channels/stop", json={"id": channel_id, "resourceId": resource_id})
    except HttpStatusError as refused:
        if refused.code != 404:
            raise
