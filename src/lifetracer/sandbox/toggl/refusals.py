"""How Toggl says no: a bare JSON string, never an object."""

from __future__ import annotations

from lifetracer.sandbox.wire import JSON, Refusal, Reply, dump


def toggl_text(text: str, status: int) -> Reply:
    """Answer with a JSON string."""
    return Reply(status, dump(text), {"content-type": JSON})


def refuse(status: int, text: str) -> Refusal:
    """Build the exception that ends a handler with this answer."""
    return Refusal(toggl_text(text, status))
