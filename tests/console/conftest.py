from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import Client

import lived_marts
import marts
import wished_rows
from conftest import Server
from lifetracer import console
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account, create
from lifetracer.warehouse.migrate import migrate
from live import serving

NOW = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
"""Thursday of week 47, 15:00 in Tokyo."""


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def warehouse(request: pytest.FixtureRequest, server: Server, home: Path) -> Iterator[Warehouse]:
    """A warehouse of its own, with marts where a person shall have them."""
    with server.warehouse(home, marts.make if "person" in request.fixturenames else migrate) as house:
        yield house


@pytest.fixture
def site(warehouse: Warehouse, settings: Settings) -> Iterator[str]:
    """Where the console answers."""
    app = FastAPI()
    app.router.routes += console.build(warehouse, settings, clock=lambda: NOW)
    with serving(app) as found:
        yield found


@pytest.fixture
def visit(site: str) -> Callable[..., Client]:
    """Open the console as a browser that speaks English, unless it is told otherwise."""

    def open_console(**headers: str) -> Client:
        return Client(base_url=site, headers={"accept-language": "en"} | headers, follow_redirects=True, timeout=30)

    return open_console


@pytest.fixture
def client(visit: Callable[..., Client]) -> Iterator[Client]:
    with visit() as browser:
        yield browser


@pytest.fixture
def person(warehouse: Warehouse, account: Account) -> Account:
    """A person in Tokyo with marts and a Toggl connection, synced two minutes ago."""
    marts.connect(warehouse, account.account_id, last_success_at=datetime(2026, 11, 19, 5, 58, tzinfo=UTC))
    return account


@dataclass(frozen=True)
class Desk:
    """A console with everything of `wished_rows`, as its owner sees it, and as somebody else does."""

    browser: Client
    other: Client
    proposal_id: UUID


@pytest.fixture(scope="package")
def desk(server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A person with half a year, wishes and proposals, and another one with nothing; nobody changes them."""
    home = tmp_path_factory.mktemp("home")
    with server.warehouse(home / "home") as house, ExitStack() as stack:
        with house.transaction() as con:
            account = create(con, "Aoi", "Asia/Tokyo", "en")
            create(con, "Ren", "Asia/Tokyo", "en")
        marts.make(house)
        lived_marts.fill(house, account.account_id)
        proposal_id = wished_rows.fill(house, account.account_id, lived_marts.LONG, NOW.date())

        def browse(name: str) -> Client:
            app = FastAPI()
            app.router.routes += console.build(house, Settings(home=home, account=name), clock=lambda: NOW)
            address = stack.enter_context(serving(app))
            given = {"headers": {"accept-language": "en"}, "follow_redirects": True, "timeout": 30}
            return stack.enter_context(Client(base_url=address, **given))

        yield Desk(browse("Aoi"), browse("Ren"), proposal_id)


@pytest.fixture(scope="package")
def lived(server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A browser at the console of a person with half a year in the marts (`lived_marts`); nobody changes it."""
    home = tmp_path_factory.mktemp("home")
    with server.warehouse(home / "home", marts.make) as house:
        with house.transaction() as con:
            account = create(con, "Aoi", "Asia/Tokyo", "en")
        lived_marts.fill(house, account.account_id)
        marts.connect(house, account.account_id, last_success_at=datetime(2026, 11, 19, 5, 58, tzinfo=UTC))
        app = FastAPI()
        app.router.routes += console.build(house, Settings(home=home), clock=lambda: NOW)
        with (
            serving(app) as found,
            Client(base_url=found, headers={"accept-language": "en"}, follow_redirects=True, timeout=30) as browser,
        ):
            yield browser
