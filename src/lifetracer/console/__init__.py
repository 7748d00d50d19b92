"""The console: the web pages, rendered on the server, readable without JavaScript.

Law: a page shows what the marts and the records of the machine say; it computes places on the screen, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fastapi import Request, Response, params
from starlette.routing import BaseRoute

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
    warehouse: Warehouse,
    settings: Settings,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    needs: Sequence[params.Depends] = (),
) -> list[BaseRoute]:
    """Make the routes of all pages and their static files.

    Whose pages they are is told by ``request.state.account_of()`` when the server has set it; without a server it is
    the account that the settings name, or the only one. ``clock`` says what time it is, ``needs`` what a caller must
    have to see pages; static files hold nothing of anybody.
    """
    shell = Shell(warehouse, settings, clock, needs)
    pages = (
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
    )
    routers = (shell.assets.routes(), *(page.routes(shell) for page in pages), sign_in.leaving(shell))
    return [route for router in routers for route in router.routes]


def entrance(
    warehouse: Warehouse, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> list[BaseRoute]:
    """Make the routes of the pages by which people come in; they are for everybody, and guard themselves."""
    shell = Shell(warehouse, settings, clock)
    return [route for page in (sign_in, invitation, welcome) for route in page.routes(shell).routes]


def refusals(warehouse: Warehouse, settings: Settings) -> Callable[[Request, int, str, str], Response]:
    """Make the function that renders a refusal of the server as a page: request, status, what is wrong, what to do."""
    return Shell(warehouse, settings, lambda: datetime.now(UTC)).refusal


__all__ = ["build", "entrance", "refusals"]
