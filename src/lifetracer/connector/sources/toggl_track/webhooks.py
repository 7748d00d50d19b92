"""Toggl's webhooks (API v1): a workspace tells of changes; a signed PING proves that we are reached.

Law: subscriptions are ours when they lead to our address; those of others are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lifetracer.connector.source import Cursor, Opened, Wish
from lifetracer.errors import FixByHandError
from lifetracer.outside.http import Client, HttpStatusError

ROOT = "/webhooks/api/v1"

ENTITIES = ("time_entry", "project", "client", "tag", "task", "workspace")
"""What matters to us, the most important first: a plan allows only so many (Free 3, Starter 6, Premium 12)."""


def topics(cursor: Cursor) -> Sequence[str]:
    """Ids of the person's workspaces."""
    return [str(row["id"]) for row in cursor.rows("workspaces")]


def open_subscription(api: Client, workspace: str, wish: Wish) -> Opened:
    """Subscribe to a workspace; Toggl calls the address before it answers.

    Raises:
        FixByHandError: Toggl does not reach the address, or the plan allows no further webhook.
    """
    _clear(api, workspace, wish)
    limits = api.get(f"{ROOT}/limits/{workspace}").json() or {}
    most = int(limits.get("max_events_per_webhook") or 3)
    body = {
        "description": f"lifetracer {wish.channel_id}",
        "enabled": True,
        "event_filters": [{"entity": entity, "action": "*"} for entity in ENTITIES[:most]],
        "url_callback": wish.address,
        "secret": wish.secret,
    }
    try:
        made = api.post(f"{ROOT}/subscriptions/{workspace}", json=body).json()
    except HttpStatusError as refused:
        if refused.code != 400:
            raise
        raise FixByHandError(
            f"Toggl does not open a webhook: {refused.said}.",
            remedy="The address must be reachable from the internet by https and lead to this server; a free plan "
            "allows one webhook a workspace (Toggl: Profile, Webhooks).",
        ) from None
    return Opened(str(made["subscription_id"]))


def close_subscription(api: Client, workspace: str, _channel: str, subscription: str) -> None:
    """Delete a subscription."""
    try:
        api.delete(f"{ROOT}/subscriptions/{workspace}/{subscription}")
    except HttpStatusError as refused:
        if refused.code != 404:
            raise


def look(api: Client, workspace: str, subscription: str) -> str:
    """Tell in a word how a subscription stands at Toggl."""
    row = next((row for row in _subscriptions(api, workspace) if str(row["subscription_id"]) == subscription), None)
    if row is None:
        return "gone"
    if not row.get("enabled"):
        return "disabled"
    return "active" if row.get("validated_at") else "not validated"


def wake(api: Client, workspace: str, subscription: str) -> None:
    """Switch a subscription on, and let Toggl call the address again."""
    api.patch(f"{ROOT}/subscriptions/{workspace}/{subscription}", json={"enabled": True})
    api.post(f"{ROOT}/ping/{workspace}/{subscription}", json={})


def _clear(api: Client, workspace: str, wish: Wish) -> None:
    """Delete what an earlier installation at this address left behind: it would count against the plan's limit."""
    home = wish.address.removesuffix(wish.channel_id)
    for row in _subscriptions(api, workspace):
        leads_to = str(row.get("url_callback") or "")
        if leads_to.startswith(home) and leads_to.removeprefix(home) not in wish.ours:
            close_subscription(api, workspace, "", str(row["subscription_id"]))


def _subscriptions(api: Client, workspace: str) -> list[dict[str, Any]]:
    return api.get(f"{ROOT}/subscriptions/{workspace}").json() or []
