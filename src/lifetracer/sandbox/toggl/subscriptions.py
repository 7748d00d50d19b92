"""Webhook subscriptions of one Toggl account: what is told to whom, signed; only enabled and validated ones fire."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lifetracer.sandbox.clock import iso_zulu
from lifetracer.sandbox.deliveries import Parcel
from lifetracer.sandbox.wire import dump

if TYPE_CHECKING:
    from lifetracer.sandbox.toggl.account import TimeEntry, TogglAccount

ENTITIES = ("client", "project", "tag", "task", "time_entry", "workspace")
ACTIONS = ("created", "updated", "deleted", "*")


@dataclass
class Subscriptions:
    """The subscriptions and the log of events."""

    account: TogglAccount
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: int = 7_000_000_000

    def tell(self, entity: str, action: str, at: int, what: TimeEntry | dict[str, Any]) -> None:
        """Queue an event for each subscription that wants it."""
        for row in self.rows.values():
            wanted = any(
                wish["entity"] in {entity, "*"} and wish["action"] in {action, "*"} for wish in row["event_filters"]
            )
            if wanted and row["enabled"] and row["validated_at"]:
                self._queue(row, entity, action, at, what)

    def _queue(self, row: dict[str, Any], entity: str, action: str, at: int, what: TimeEntry | dict[str, Any]) -> None:
        from lifetracer.sandbox.toggl.render import entry_json

        payload = what if isinstance(what, dict) else entry_json(self.account, what, written=True)
        self.events += 1
        account = self.account
        event = {
            "event_id": self.events,
            "created_at": iso_zulu(at // 1_000_000),
            "creator_id": account.user_id,
            "metadata": {
                "action": action,
                "event_user_id": str(account.user_id),
                "model": entity,
                "model_owner_id": str(account.user_id),
                "path": f"/api/v9/workspaces/{account.workspace_id}/{entity}s",
                "request_body": "",
                "request_type": {"created": "POST", "updated": "PUT", "deleted": "DELETE"}[action],
                f"{entity}_id": str(payload["id"]),
                "workspace_id": str(account.workspace_id),
            },
            "payload": payload,
            "subscription_id": row["subscription_id"],
            "timestamp": iso_zulu(at // 1_000_000),
            "url_callback": row["url_callback"],
        }
        account.post.add(self.parcel(row, event, action))

    def ping(self, row: dict[str, Any], at: int) -> Parcel:
        """Build the PING that opens a subscription; its validation code comes back, or is fetched by URL."""
        event = {
            "event_id": 0,
            "created_at": iso_zulu(at // 1_000_000),
            "creator_id": self.account.user_id,
            "metadata": {"request_type": "POST", "event_user_id": str(self.account.user_id)},
            "payload": "ping",
            "subscription_id": row["subscription_id"],
            "timestamp": iso_zulu(at // 1_000_000),
            "url_callback": row["url_callback"],
            "validation_code": self.code(row),
            "validation_code_url": f"https://track.toggl.com/webhooks/api/v1/validate/{self.account.workspace_id}"
            f"/{row['subscription_id']}/{self.code(row)}",
        }
        return self.parcel(row, event, "ping")

    def code(self, row: dict[str, Any]) -> str:
        """Return the validation code of a subscription."""
        return hashlib.sha256(f"{row['subscription_id']}/{row['secret']}".encode()).hexdigest()[:32]

    def parcel(self, row: dict[str, Any], event: dict[str, Any], kind: str) -> Parcel:
        """Wrap and sign an event."""
        body = dump(event)
        signature = hmac.new(row["secret"].encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-webhook-signature-256": f"sha256={signature}"}
        return Parcel(row["url_callback"], headers, body, f"toggl {kind}")

    def validated(self, row: dict[str, Any], answer: Any, at: int) -> None:
        """Accept the code that came back on a PING."""
        if isinstance(answer, str):
            try:
                answer = json.loads(answer)
            except ValueError:
                return
        if isinstance(answer, dict) and answer.get("validation_code") == self.code(row):
            row["validated_at"] = iso_zulu(at // 1_000_000)
