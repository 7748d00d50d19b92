"""What vendors send by themselves: Toggl's webhooks, Google's channel notices; queued, sent after the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from lifetracer.sandbox.world import World

TIMEOUT_SECONDS = 5.0


@dataclass(slots=True)
class Parcel:
    """One POST to somebody else's address."""

    url: str
    headers: dict[str, str]
    body: bytes
    kind: str
    settled: Callable[[int, Any], None] | None = None
    """Told the status (0 = nobody answered) and the JSON that came back."""


@dataclass
class PostOffice:
    """Holds parcels until the request that caused them has been answered."""

    world: World
    waiting: list[Parcel] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    busy: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, parcel: Parcel) -> None:
        """Queue a parcel."""
        self.waiting.append(parcel)

    def flush(self) -> None:
        """Send what waits, in the background and in order, unless a fault disorders it."""
        if not self.waiting:
            return
        parcels, self.waiting = self.waiting, []
        if self.world.faults.take("webhook_out_of_order") is not None:
            parcels.reverse()
        if self.world.faults.take("webhook_duplicate") is not None:
            parcels = [parcel for parcel in parcels for _ in range(2)]
        task = asyncio.get_running_loop().create_task(self._send_all(parcels))
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    async def _send_all(self, parcels: list[Parcel]) -> None:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            for parcel in parcels:
                status, answer = await self.send(client, parcel)
                if parcel.settled:
                    parcel.settled(status, answer)

    async def send(self, client: httpx.AsyncClient, parcel: Parcel) -> tuple[int, Any]:
        """Deliver one parcel at once; return the status (0 = nobody answered) and the JSON that came back."""
        try:
            response = await client.post(parcel.url, headers=parcel.headers, content=parcel.body)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            self.sent.append({"url": parcel.url, "kind": parcel.kind, "status": 0, "error": str(failure)})
            return 0, str(failure)
        self.sent.append({"url": parcel.url, "kind": parcel.kind, "status": response.status_code})
        try:
            return response.status_code, response.json()
        except ValueError:
            return response.status_code, None
