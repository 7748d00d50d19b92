"""A real server around a real warehouse, asked over the network as a browser or a program would."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from lifetracer.server.app import built
from lifetracer.server.listen import listen
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account

TOKEN = "a-token-that-is-long-enough"


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve an application in a thread; yields the port."""
    with listen("127.0.0.1", 0) as door:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_level="critical",
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def asked(app: ASGIApp) -> Iterator[httpx.Client]:
    """Serve an application and ask it."""
    with (
        served(app) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def visit(warehouse: Warehouse, account: Account) -> Iterator[Callable[..., httpx.Client]]:
    """Make a client of a server with these settings."""
    with ExitStack() as stack:

        def make(**settings: object) -> httpx.Client:
            app = stack.enter_context(built(warehouse, Settings(**settings)))
            return stack.enter_context(asked(app))

        yield make


@pytest.fixture
def client(visit: Callable[..., httpx.Client]) -> httpx.Client:
    """At home: on this machine, without a token."""
    return visit()


@pytest.fixture
def guarded(visit: Callable[..., httpx.Client]) -> httpx.Client:
    """Beyond this machine: with a token, which this client does not show by itself."""
    return visit(host="0.0.0.0", access_token=SecretStr(TOKEN), rate_limit_wrong=0)


def token_in(page: str) -> dict[str, str]:
    """The token of the forms of a page, as they send it."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found, page
    return {"form_token": found[1]}
