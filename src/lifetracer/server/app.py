"""The application: API, console, sign-in and health in one; built around an open warehouse."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from uuid import UUID

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp

from lifetracer import __version__, console
from lifetracer.errors import LifetracerError
from lifetracer.server import doors, openapi, routes, sign_in
from lifetracer.server.callers import NeedsOnPages, Pass, Register, needs
from lifetracer.server.follow import Switchboard
from lifetracer.server.limits import Limiter
from lifetracer.server.listen import require_token_beyond_this_machine
from lifetracer.server.problem import explain
from lifetracer.server.routes import stages
from lifetracer.server.shapes import Health, Readiness, shows
from lifetracer.server.upkeep import Upkeep
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, accounts, migrate


@contextlib.contextmanager
def built(warehouse: Warehouse, settings: Settings) -> Iterator[ASGIApp]:
    """Make the application for the length of a block; its end ends what is still being followed.

    Raises:
        FixByHandError: it would listen beyond this machine without an access token; a setting is not usable.
    """
    require_token_beyond_this_machine(settings)
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

    not_ready = shows(Readiness, "Not yet.", 503)
    ready_answers = shows(Readiness, "Ready.") | not_ready

    @app.get("/ready", tags=["operation"], responses=ready_answers, dependencies=[needs()])
    def ready() -> Response:
        """Tell whether requests can be served: database reachable, tables current."""
        checks = _checks(warehouse)
        good = all(value == "ok" for value in checks.values())
        return JSONResponse({"status": "ready" if good else "not_ready", "checks": checks}, 200 if good else 503)

    for router in (*routes.every(switchboard), stages.later):
        app.include_router(router)
    app.include_router(sign_in.routes(permit, limiter, settings.rate_limit_wrong))
    app.include_router(
        console.build(warehouse, settings), dependencies=[Depends(NeedsOnPages("data:read", "jobs:read"))]
    )
    find = _finder(warehouse, settings)
    try:
        yield doors.Doors(app, settings, permit, Register(warehouse), limiter, find)
    finally:
        switchboard.close()
        limiter.close()
        upkeep.close()


def _checks(warehouse: Warehouse) -> dict[str, str]:
    try:
        waiting = migrate.pending(warehouse)
    except LifetracerError as failure:
        return {"database": str(failure)}
    return {"database": "ok", "migrations": f"{len(waiting)} pending: run `lifetracer migrate`" if waiting else "ok"}


def _finder(warehouse: Warehouse, settings: Settings) -> Callable[[], UUID | None]:
    """Find the account that the installation's one token stands for, once: an account's id never changes."""
    known: list[UUID] = []

    def find() -> UUID | None:
        if not known:
            with warehouse.transaction() as con:
                if settings.account is None and not accounts.every(con):
                    return None
                wanted = settings.account or str(accounts.every(con)[0].account_id)
                known.append(accounts.find(con, wanted).account_id)
        return known[0]

    return find
