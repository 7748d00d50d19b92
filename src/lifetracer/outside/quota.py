"""Request allowances as the services report them; kept in ``ops.quota`` so that all workers share them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lifetracer.errors import QuotaError

UNKNOWN_WAIT = timedelta(hours=1)
"""Allowances are sliding hours: after one hour without a request there is room again."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left in one bucket, as last observed."""

    remaining: int | None = None
    resets_at: datetime | None = None
    total: int | None = None
    observed_at: datetime | None = None


@dataclass
class Budget:
    """The allowances of one connection during one sync."""

    allowances: dict[str, Allowance] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    """Buckets to be written back."""

    def require(self, bucket: str, title: str) -> None:
        """Refuse a request that is known to exceed the allowance.

        Raises:
            QuotaError: nothing is left and the reset lies ahead.
        """
        known = self.allowances.get(bucket)
        if known and known.remaining is not None and known.remaining <= 0 and known.resets_at:
            now = datetime.now(UTC)
            if known.resets_at > now:
                raise _used_up(title, known.resets_at)

    def observe(self, bucket: str, *, remaining: int | None, resets_in: int | None, total: int | None = None) -> None:
        """Note what an answer said about the allowance; ``None`` keeps what was known."""
        now = datetime.now(UTC)
        known = self.allowances.get(bucket, Allowance())
        self.allowances[bucket] = Allowance(
            remaining=remaining if remaining is not None else known.remaining,
            resets_at=now + timedelta(seconds=resets_in) if resets_in is not None else known.resets_at,
            total=total if total is not None else known.total,
            observed_at=now,
        )
        self.changed.add(bucket)

    def used_up(self, bucket: str, title: str, resets_in: int | None) -> QuotaError:
        """Note that the service refused for lack of allowance; returns the error to raise."""
        now = datetime.now(UTC)
        known = self.allowances.get(bucket, Allowance())
        if resets_in is None:
            ahead = known.resets_at if known.resets_at and known.resets_at > now else now + UNKNOWN_WAIT
            resets_in = int((ahead - now).total_seconds()) + 1
        self.observe(bucket, remaining=0, resets_in=max(resets_in, 1))
        resets_at = self.allowances[bucket].resets_at
        assert resets_at
        return _used_up(title, resets_at)

    def leaves(self, bucket: str, requests: int) -> bool:
        """Tell whether the bucket may hold so many requests before its reset."""
        known = self.allowances.get(bucket)
        if not known or known.remaining is None:
            return True
        if known.resets_at and known.resets_at <= datetime.now(UTC):
            return True
        return known.remaining >= requests


def _used_up(title: str, resets_at: datetime) -> QuotaError:
    minutes = max(1, round((resets_at - datetime.now(UTC)).total_seconds() / 60))
    return QuotaError(
        f"The request allowance of {title} is used up.",
        remedy=f"It goes on at {resets_at:%Y-%m-%d %H:%M} UTC (in {minutes} min) where it stopped; nothing is lost.",
        after=resets_at,
    )
