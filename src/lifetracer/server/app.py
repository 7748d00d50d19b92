"""The application: API, console, sign-in and health in one; built around an open warehouse."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lifetracer import __version__, console
from lifetracer.errors import LifetracerError
from lifetracer.server import api, doors, sign_in
from lifetracer.server.follow import Switchboard
from lifetracer.server.listen import require_token_beyond_this_machine
from lifetracer.server.problem import explain
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, accounts, migrate


@contextlib.contextmanager
def built(warehouse: Warehouse, settings: Settings) -> Iterator[ASGIApp]:
    """Make the application for the length of a block; its end ends what is still being followed.

    Raises:
        FixByHandError: it would listen beyond this machine without an access token.
    """
    require_token_beyond_this_machine(settings)
    permit = doors.Pass(settings.access_token.get_secret_value() if settings.access_token else None)
    switchboard = Switchboard(warehouse)
    app = FastAPI(
        title="lifetracer",
        version=__version__,
        description="A personal time warehouse that its user owns.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    explain(app)

    @app.get("/health", tags=["operation"])
    async def health() -> dict[str, str]:
        """Tell that the process is alive; asks nobody else."""
        return {"status": "ok"}

    @app.get("/ready", tags=["operation"])
    def ready() -> Response:
        """Tell whether requests can be served: database reachable, tables current."""
        checks = _checks(warehouse)
        good = all(value == "ok" for value in checks.values())
        return JSONResponse({"status": "ready" if good else "not_ready", "checks": checks}, 200 if good else 503)

    app.include_router(api.stage_routes(warehouse))
    app.include_router(api.job_routes(warehouse, switchboard))
    app.include_router(sign_in.routes(permit))
    app.include_router(console.build(warehouse, settings))
    try:
        yield doors.Doors(_Identified(app, _finder(warehouse, settings)), permit)
    finally:
        switchboard.close()


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


class _Identified:
    """Tells the routes for whom a request acts: ``request.state.account_of()``, asked only when it matters."""

    def __init__(self, app: ASGIApp, find: Callable[[], UUID | None]) -> None:
        self.app = app
        self.find = find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state: dict[str, Any] = scope.setdefault("state", {})
            state["account_of"] = self.find
        await self.app(scope, receive, send)
