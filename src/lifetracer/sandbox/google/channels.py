"""Google's push channels: a notice has headers and no body; the first one says ``sync`` (APIS.md D.10)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from lifetracer.sandbox.deliveries import Parcel
from lifetracer.sandbox.google import access
from lifetracer.sandbox.google.refusals import refuse
from lifetracer.sandbox.wire import Call, Reply, reply_json

if TYPE_CHECKING:
    from lifetracer.sandbox.deliveries import PostOffice
    from lifetracer.sandbox.google.account import Calendar

ROUTER = access.ROUTER
DEFAULT_TTL_SECONDS = 604_800


@dataclass(slots=True)
class Channel:
    """A standing wish to be told about changes of one calendar."""

    id: str
    resource_id: str
    resource_uri: str
    calendar_id: str
    address: str
    token: str | None
    until: int
    """Seconds since 1970."""
    post: PostOffice
    number: int = 0

    def notify(self, calendar: Calendar, state: str, at: int) -> None:
        """Queue a notice, unless the channel has expired or is about another calendar."""
        if calendar.id != self.calendar_id or at // 1_000_000 >= self.until:
            return
        self.number += 1
        headers = {
            "X-Goog-Channel-ID": self.id,
            "X-Goog-Channel-Expiration": format_datetime(datetime.fromtimestamp(self.until, UTC), usegmt=True),
            "X-Goog-Resource-ID": self.resource_id,
            "X-Goog-Resource-URI": self.resource_uri,
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(self.number),
        }
        if self.token is not None:
            headers["X-Goog-Channel-Token"] = self.token
        self.post.add(Parcel(self.address, headers, b"", f"google {state}"))


@ROUTER.on("POST", "/calendars/{calendar}/events/watch")
def watch(call: Call) -> Reply:
    """Open a channel; its first notice follows at once."""
    access.need(call, access.READ_EVENTS)
    calendar, body, account = access.calendar_of(call), call.json(), call.person.google
    if body.get("type") != "web_hook" or not body.get("id"):
        raise refuse(400, "invalid", "Invalid channel.")
    if body["id"] in account.channels:
        raise refuse(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
    address = body.get("address", "")
    if not address.startswith("https://") and not address.startswith(("http://127.0.0.1", "http://localhost")):
        raise refuse(400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}")
    ttl = int((body.get("params") or {}).get("ttl") or DEFAULT_TTL_SECONDS)
    channel = Channel(
        id=body["id"],
        resource_id=hashlib.sha256(calendar.id.encode()).hexdigest()[:27],
        resource_uri=f"https://www.googleapis.com/calendar/v3/calendars/{calendar.id}/events?alt=json",
        calendar_id=calendar.id,
        address=address,
        token=body.get("token"),
        until=call.world.clock.seconds + ttl,
        post=call.world.post,
    )
    account.channels[channel.id] = channel
    channel.notify(calendar, "sync", call.world.clock.micros)
    answer = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        "expiration": str(channel.until * 1000),
    }
    return reply_json(answer | ({"token": channel.token} if channel.token is not None else {}))


@ROUTER.on("POST", "/channels/stop")
def stop(call: Call) -> Reply:
    """Close a channel."""
    body = call.json()
    channel = call.person.google.channels.get(body.get("id", ""))
    if channel is None or channel.resource_id != body.get("resourceId"):
        raise refuse(404, "notFound", f"Channel '{body.get('id')}' not found for project")
    del call.person.google.channels[channel.id]
    return Reply(204)
