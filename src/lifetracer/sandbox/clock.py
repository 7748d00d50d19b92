"""The sandbox's clock: frozen where it was set, or running on from there; nothing in the room asks the machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from lifetracer.errors import UsageError


class Clock:
    """Tells the sandbox's instant as integer microseconds since 1970 (UTC)."""

    def __init__(self, now: datetime | None = None, *, ticking: bool | None = None) -> None:
        """Start at ``now``, frozen, or, without it, at the machine's instant, ticking."""
        self._ticking = now is None if ticking is None else ticking
        self._set(now or datetime.now(UTC))

    def _set(self, now: datetime) -> None:
        self._base = int(now.timestamp()) * 1_000_000 + now.microsecond
        self._since = time.monotonic_ns()

    @property
    def micros(self) -> int:
        """Microseconds since 1970."""
        return self._base + ((time.monotonic_ns() - self._since) // 1000 if self._ticking else 0)

    @property
    def seconds(self) -> int:
        """Whole seconds since 1970."""
        return self.micros // 1_000_000

    @property
    def now(self) -> datetime:
        """The instant in UTC."""
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.micros)

    @property
    def ticking(self) -> bool:
        """Whether the clock runs on by itself."""
        return self._ticking

    def move(self, *, now: datetime | None = None, seconds: float = 0, ticking: bool | None = None) -> None:
        """Set the clock to ``now`` (default: where it is), then on by ``seconds``."""
        target = (now or self.now) + timedelta(seconds=seconds)
        self._ticking = self._ticking if ticking is None else ticking
        self._set(target)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant; an offset is demanded.

    Raises:
        UsageError: the text is no instant, or lacks an offset.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UsageError(f"“{text}” is not an instant.", remedy="Write it like 2026-11-21T09:00:00+01:00.")
    return instant


def iso_seconds(seconds: int) -> str:
    """Write an instant as v9 lists do: ``2024-12-16T02:18:20+00:00``."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat()


def iso_zulu(seconds: int) -> str:
    """Write an instant with a ``Z``: ``2024-12-16T02:18:20Z``."""
    return iso_seconds(seconds)[:-6] + "Z"


def iso_millis(micros: int) -> str:
    """Write an instant as Google does: ``2026-11-18T08:12:11.123Z``."""
    return (EPOCH + timedelta(microseconds=micros)).isoformat(timespec="milliseconds")[:-6] + "Z"


EPOCH = datetime.fromtimestamp(0, UTC)
