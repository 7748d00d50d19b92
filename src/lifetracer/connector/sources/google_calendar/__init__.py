"""Google Calendar: what was planned. Series masters and exceptions by sync token; nothing is ever wiped and reread."""

from __future__ import annotations

from collections.abc import Iterator

from lifetracer.connector.source import Api, Cursor, Hinting, Page, Secret, Source
from lifetracer.connector.sources.google_calendar import calendar_list, check, event_list, push
from lifetracer.outside.google_calendar import open_access

source = Source(
    name="google_calendar",
    title="Google Calendar",
    alias="gcal",
    secrets=(
        Secret(
            "client_id",
            "OAuth client id",
            "In https://console.cloud.google.com → APIs & Services → Credentials, create an OAuth client of type "
            "“Desktop app” and copy its client id.",
            setting="google_client_id",
            optional=True,
        ),
        Secret(
            "client_secret",
            "OAuth client secret",
            "It stands beside the client id.",
            setting="google_client_secret",
            optional=True,
        ),
        Secret(
            "refresh_token",
            "Refresh token",
            "`lifetracer connect gcal` obtains it in the browser; paste one only if you already have it.",
            setting="google_refresh_token",
            optional=True,
        ),
        Secret(
            "service_account",
            "Service account key",
            "Instead of the three above: the JSON key of a service account with which the calendars are shared.",
            setting="google_service_account",
            optional=True,
        ),
    ),
    complete=(frozenset({"service_account"}), frozenset({"client_id", "refresh_token"})),
    open=open_access,
    check=check.check,
    expands="events",
    hinting=Hinting(path="/hooks/google", topics=push.topics, open=push.open_channel, close=push.close_channel),
)


@source.stream(deleted="$.deleted ? (@ == true)")
def calendars(api: Api, cursor: Cursor) -> Iterator[Page]:
    """The calendars in the person's list (and those named in the settings that are not in it)."""
    yield from calendar_list.read(api, cursor)


@source.stream(deleted=event_list.DELETED)
def events(api: Api, cursor: Cursor) -> Iterator[Page]:
    """What was planned: single events, series and their exceptions; ``source_id`` is ``{calendarId}/{eventId}``."""
    yield from event_list.read(api, cursor)
