"""The application: API, console, sign-in and health in one; built around an open warehouse."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from uuid import UUID

from fastapi import FastAPI
from starlette.types import ASGIApp

from lifetracer import __version__, console
from lifetracer.server import doors, feeds, hooks, metrics, openapi, ready, routes, vitals
from lifetracer.server.callers import Pass, Register, needs
from lifetracer.server.follow import Switchboard
from lifetracer.server.limits import Limiter
from lifetracer.server.listen import refuse_weak_token
from lifetracer.server.problem import explain
from lifetracer.server.readable import Readable
from lifetracer.server.shapes import Health, shows
from lifetracer.server.upkeep import Upkeep
from lifetracer.server.visitors import Visitors
from lifetracer.server.watching import Inside, Observer
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, accounts

OWNER_SECONDS = 30.0
"""For so long the installation's account is taken for granted."""


@contextlib.contextmanager
def built(warehouse: Warehouse, settings: Settings) -> Iterator[ASGIApp]:
    """Make the application for the length of a block; its end ends what is still being followed.

    Raises:
        FixByHandError: the access token is weak; a setting is not usable.
    """
    refuse_weak_token(settings)
    permit = Pass(settings.access_token.get_secret_value() if settings.access_token else None)
    switchboard = Switchboard(warehouse)
    limiter = Limiter(warehouse)
    upkeep = Upkeep(warehouse, settings)
    app = FastAPI(
        title="lifetracer",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.warehouse, app.state.settings = warehouse, settings
    explain(app)
    openapi.describe(app)

    @app.get("/health", tags=["operation"], responses=shows(Health, "Alive."))
    async def health() -> dict[str, str]:
        """Tell that the process is alive; asks nobody else."""
        return {"status": "ok"}

    counts = metrics.Metrics(warehouse)
    routers = (
        ready.routes(warehouse, settings),
        metrics.routes(counts, settings),
        hooks.routes(warehouse, settings, counts),
        vitals.routes(counts, settings),
        feeds.routes(warehouse),
        *routes.every(switchboard),
    )
    # Taken over as they are: `include_router` would look at each function anew, which took half the time of a start.
    app.router.routes += [route for router in routers for route in router.routes]
    app.router.routes += console.entrance(warehouse, settings)
    app.router.routes += console.build(warehouse, settings, needs=[needs("data:read", "jobs:read")])
    app.state.owner = find = Owner(warehouse, settings)
    visitors = Visitors(warehouse, settings, permit)
    try:
        guarded = doors.Doors(Inside(app), settings, permit, Register(warehouse), visitors, limiter, find)
        yield Observer(Readable(guarded, console.refusals(warehouse, settings)), counts)
    finally:
        switchboard.close()
        limiter.close()
        upkeep.close()


class Owner:
    """Finds the account that the installation's one token stands for; asks again now and then, for it may leave."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        self._warehouse = warehouse
        self._settings = settings
        self._known: tuple[UUID, float] | None = None

    def __call__(self) -> UUID | None:
        """Give the account's id; ``None`` when there is no account."""
        if self._known is None or self._known[1] < time.monotonic():
            with self._warehouse.transaction() as con:
                if self._settings.account is None and not accounts.every(con):
                    return None
                wanted = self._settings.account or str(accounts.every(con)[0].account_id)
                self._known = accounts.find(con, wanted).account_id, time.monotonic() + OWNER_SECONDS
        return self._known[0]

    def forget(self) -> None:
        """Ask at once, because an account has left."""
        self._known = None
