"""How Google says no: the error envelope of the Calendar API."""

from __future__ import annotations

from typing import Any

from lifetracer.sandbox.wire import Refusal, Reply, dump

JSON = "application/json; charset=UTF-8"


def google_error(
    status: int, reason: str, message: str, *, domain: str = "global", location_type: str = "", location: str = ""
) -> Reply:
    """Answer with Google's error envelope."""
    error: dict[str, Any] = {"domain": domain, "reason": reason, "message": message}
    if location:
        error |= {"locationType": location_type or "parameter", "location": location}
    body = {"error": {"errors": [error], "code": status, "message": message}}
    if status == 401:
        body["error"]["status"] = "UNAUTHENTICATED"
    return Reply(status, dump(body), {"content-type": JSON})


def refuse(status: int, reason: str, message: str, **more: str) -> Refusal:
    """Build the exception that ends a handler with this answer."""
    return Refusal(google_error(status, reason, message, **more))


def invalid(message: str, location: str = "") -> Refusal:
    """Refuse a bad value: 400 ``invalid``."""
    return refuse(400, "invalid", message, location=location)


NOT_FOUND = ("notFound", "Not Found")
GONE = ("fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
