"""Toggl's hourly allowances: one bucket for ``/me``, one for the organization, each a sliding hour (APIS.md A.4)."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

HOUR = 3600
ORGANIZATION = {"free": 30, "starter": 240, "premium": 600, "enterprise": 100_000}
USER = {"enterprise": 100_000}


@dataclass
class Bucket:
    """Counts the requests of the last hour; a refused one is not counted."""

    total: int
    used: deque[int] = field(default_factory=deque)

    def _slide(self, now: int) -> None:
        while self.used and (self.used[0] <= now - HOUR or self.used[0] > now):
            self.used.popleft()

    def take(self, now: int) -> bool:
        """Count a request at ``now`` (seconds); say whether it was still allowed."""
        self._slide(now)
        if len(self.used) >= self.total:
            return False
        self.used.append(now)
        return True

    def remaining(self, now: int) -> int:
        """Return how many requests are left."""
        self._slide(now)
        return self.total - len(self.used)

    def resets_in(self, now: int) -> int:
        """Return the seconds until a used request leaves the hour."""
        self._slide(now)
        return max(1, self.used[0] + HOUR - now) if self.used else HOUR


@dataclass
class Allowances:
    """The buckets of one person, and the leaky bucket of one request a second."""

    plan: str

    def __post_init__(self) -> None:
        self.user = Bucket(USER.get(self.plan, 30))
        self.organization = Bucket(ORGANIZATION[self.plan])
        self.level = 0.0
        self.leaked_at = time.monotonic()

    def throttled(self, burst: float = 1.5) -> bool:
        """Pour one request into the leaky bucket; say whether it overflowed. It leaks one a real second."""
        now = time.monotonic()
        self.level = max(0.0, self.level - (now - self.leaked_at))
        self.leaked_at = now
        if self.level + 1 > burst:
            return True
        self.level += 1
        return False
