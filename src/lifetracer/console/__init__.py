"""The console: the web pages, rendered on the server, readable without JavaScript.

Law: a page shows what the marts and the records of the machine say; it computes places on the screen, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from lifetracer.console import (
    adherence,
    categories,
    connections,
    data,
    day,
    entries,
    estimates,
    invitation,
    jobs,
    loop,
    palette,
    people,
    plans,
    progress,
    reports,
    review,
    security,
    sign_in,
    targets,
    trends,
    ways_in,
    week,
    welcome,
    what_if,
    your_data,
)
from lifetracer.console import settings as settings_page
from lifetracer.console.shell import Shell
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse


def build(
    warehouse: Warehouse, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> APIRouter:
    """Make the routes of all pages and their static files.

    Whose pages they are is told by ``request.state.account_of()`` when the server has set it; without a server it is
    the account that the settings name, or the only one. ``clock`` says what time it is.
    """
    shell = Shell(warehouse, settings, clock)
    router = APIRouter(include_in_schema=False)
    router.include_router(shell.assets.routes())
    for page in (
        loop,
        week,
        day,
        trends,
        adherence,
        estimates,
        targets,
        plans,
        what_if,
        reports,
        review,
        entries,
        categories,
        data,
        jobs,
        ways_in,  # before the connections, whose addresses would take in /connections/add
        progress,
        connections,
        security,
        settings_page,
        people,
        your_data,
        palette,
    ):
        router.include_router(page.routes(shell))
    router.include_router(sign_in.leaving(shell))
    return router


def entrance(
    warehouse: Warehouse, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> APIRouter:
    """Make the routes of the pages by which people come in; they are for everybody, and guard themselves."""
    shell = Shell(warehouse, settings, clock)
    router = APIRouter(include_in_schema=False)
    for page in (sign_in, invitation, welcome):
        router.include_router(page.routes(shell))
    return router


def refusals(warehouse: Warehouse, settings: Settings) -> Callable[[Request, int, str, str], Response]:
    """Make the function that renders a refusal of the server as a page: request, status, what is wrong, what to do."""
    return Shell(warehouse, settings, lambda: datetime.now(UTC)).refusal


__all__ = ["build", "entrance", "refusals"]
