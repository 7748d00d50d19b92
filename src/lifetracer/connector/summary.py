"""What a sync did, for people and for machines; keys for machines are camelCase, instants ISO 8601."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from lifetracer.errors import FixByHandError, LifetracerError, QuotaError, TryAgainError
from lifetracer.outside.quota import Budget


@dataclass
class ConnectionSync:
    """What a sync of one connection did."""

    source: str
    name: str
    status: str = "running"
    stream: str = ""
    """The stream that is being read."""
    requests: int = 0
    items: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    mended: int = 0
    occurrences: int = 0
    """Occurrences that changed."""
    quota: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Per bucket: remaining, total, resetsAt (ISO 8601)."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    error: LifetracerError | None = None

    @property
    def changed(self) -> int:
        """Raw rows that are now different."""
        return self.inserted + self.updated + self.deleted

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return plain | {"error": error_json(self.error)}


@dataclass
class SyncSummary:
    """What a sync of several connections did."""

    connections: list[ConnectionSync] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Raw rows that are now different."""
        return sum(c.changed for c in self.connections)

    @property
    def error(self) -> LifetracerError | None:
        """The failure that asks most of the person: to act, to wait, to try again."""
        failures = [c.error for c in self.connections if c.error]
        failures.sort(key=lambda e: (not isinstance(e, FixByHandError), not isinstance(e, QuotaError)))
        return failures[0] if failures else None

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {"changed": self.changed, "connections": [c.as_json() for c in self.connections]}


def error_json(failure: LifetracerError | None) -> dict[str, Any] | None:
    """Say what a failure is, for the sync log and for machines."""
    if failure is None:
        return None
    after = failure.after if isinstance(failure, TryAgainError) else None
    return {"kind": failure.kind, "message": str(failure), "remedy": failure.remedy, "after": _text(after)}


def quota_json(budget: Budget) -> dict[str, dict[str, Any]]:
    """Give the allowances for a summary."""
    return {
        bucket: {"remaining": a.remaining, "total": a.total, "resetsAt": _text(a.resets_at)}
        for bucket, a in sorted(budget.allowances.items())
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
