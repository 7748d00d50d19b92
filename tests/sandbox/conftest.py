"""A sandbox inside the test process: blank people for single quirks, one demo person for the whole picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lifetracer.sandbox import create_app
from lifetracer.sandbox.app import Sandbox
from lifetracer.sandbox.world import Options

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Client:
    """Asks a sandbox over ASGI, as its person, without a network."""

    def __init__(self, app: Sandbox) -> None:
        self.app = app
        self.world = app.world
        self.person = app.world.people[0] if app.world.people else None
        self.bearer = ""

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", trust_env=False) as client:
                return await client.request(method, path, **more)

        # In a thread of its own: the browser of other tests keeps an event loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, send()).result()

    def toggl(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask Toggl with the person's token; the path begins below /api/v9 unless it names another API."""
        path = path if path.startswith(("/reports", "/webhooks")) else f"/api/v9{path}"
        return self.ask(method, path, auth=(self.person.toggl.token, "api_token"), **more)

    def google(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Ask Google Calendar with an access token that may do everything."""
        if not self.bearer:
            self.bearer = self.refresh().json()["access_token"]
        headers = {"authorization": f"Bearer {self.bearer}", **(headers or {})}
        return self.ask(method, f"/calendar/v3{path}", headers=headers, **more)

    def refresh(self, **changes: str) -> httpx.Response:
        """Exchange the person's standing refresh token."""
        grants = self.world.grants
        form = {
            "grant_type": "refresh_token",
            "refresh_token": grants.standing_token(self.person.index),
            "client_id": grants.client_id,
            "client_secret": grants.client_secret,
        }
        return self.ask("POST", "/token", data={**form, **changes})

    def admin(self, method: str, path: str, json: Any = None) -> Any:
        """Ask an admin route."""
        answer = self.ask(method, f"/__admin{path}", json=json)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, name: str, count: int | None = 1, **more: Any) -> Any:
        """Switch a fault on."""
        return self.admin("POST", "/faults", {"name": name, "count": count, **more})

    def report(self, **body: Any) -> httpx.Response:
        """Ask for a page of the detailed report."""
        path = f"/reports/api/v3/workspace/{self.person.toggl.workspace_id}/search/time_entries"
        return self.toggl("POST", path, json={"rounding": 0, "rounding_minutes": 0, **body})

    def entry(self, start: str, minutes: int | None = 60, **more: Any) -> dict[str, Any]:
        """Make an entry by hand."""
        duration = {} if minutes is None else {"duration": minutes * 60}
        row: dict[str, Any] = self.admin("POST", "/toggl/entries", {"start": start, **duration, **more})
        return row

    def event(self, start: str, end: str, **more: Any) -> dict[str, Any]:
        """Make an event by hand."""
        row: dict[str, Any] = self.admin("POST", "/google/events", {"start": start, "end": end, **more})
        return row

    def events(self, calendar: str = "primary", **params: Any) -> dict[str, Any]:
        """Ask for a page of events."""
        answer = self.google("GET", f"/calendars/{calendar}/events", params=params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page


@pytest.fixture
def blank() -> Client:
    """A sandbox whose only person has empty accounts."""
    app = create_app(Options(now=NOW, people=0))
    app.world.add_person(blank=True)
    return Client(app)


@pytest.fixture(scope="session")
def demo_app() -> Sandbox:
    """A sandbox with the demo person; nobody may change it."""
    return create_app(Options(now=NOW))


@pytest.fixture
def demo(demo_app: Sandbox) -> Client:
    """Ask the demo person's sandbox; reading only."""
    demo_app.world.modes["quota"] = False
    return Client(demo_app)


@pytest.fixture
def make() -> Callable[..., Client]:
    """Make a sandbox with options of its own."""
    return lambda **options: Client(create_app(Options(**{"now": NOW, **options})))
