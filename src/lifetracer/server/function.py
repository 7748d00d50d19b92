"""The application for places that run functions instead of servers (Vercel): opened at the first request, then kept.

Law: a preview deployment never opens the production database; it says so instead, whatever is asked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack

from starlette.types import ASGIApp, Receive, Scope, Send

from lifetracer.errors import FixByHandError, LifetracerError
from lifetracer.server.problem import problem
from lifetracer.settings import Settings, load


def application(environ: Mapping[str, str] | None = None) -> ASGIApp:
    """Make the ASGI application of a function.

    The database is not migrated: many functions start at once and live for minutes; ``lifetracer migrate`` does it.
    """
    return _Function(dict(os.environ if environ is None else environ))


def refuse_production(environ: Mapping[str, str], settings: Settings) -> None:
    """Keep a preview deployment away from everything but a database that was given to previews.

    Vercel sets ``VERCEL_ENV`` to ``production``, ``preview`` or ``development``; variables can be set for each. Whoever
    sets one ``DATABASE_URL`` for all would let every pull request work on real data.

    Raises:
        FixByHandError: it is a preview, and nobody said that this database is for previews.
    """
    if environ.get("VERCEL_ENV", "production") == "production":
        return
    if settings.database_url is None or settings.database_url != settings.preview_database_url:
        raise FixByHandError(
            "This is a preview, and its database is not one for previews.",
            remedy="For the environment Preview, set DATABASE_URL and LIFETRACER_PREVIEW_DATABASE_URL to a database of"
            " its own (a Supabase branch, a sanitised copy), never to production's.",
        )


class _Function:
    """Opens the warehouse when first asked; a failure is told, and tried again at the next request."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._stack = ExitStack()
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _nothing_to_start(receive, send)
            return
        try:
            app = self._app or self._open()
        except LifetracerError as failure:
            await problem(503, "opening", str(failure), failure.remedy)(scope, receive, send)
            return
        await app(scope, receive, send)

    def _open(self) -> ASGIApp:
        from lifetracer import warehouse
        from lifetracer.server.app import built

        settings = load(self._environ).model_copy(update={"host": "0.0.0.0"})  # noqa: S104 - the world asks, so a token is due
        if settings.database_url is None:
            raise FixByHandError(
                "A function has no disk for a database of its own.", remedy="Set DATABASE_URL (Supabase: pooler)."
            )
        refuse_production(self._environ, settings)
        house = self._stack.enter_context(warehouse.open(settings))
        self._app = self._stack.enter_context(built(house, settings))
        return self._app


async def _nothing_to_start(receive: Receive, send: Send) -> None:
    """Answer the server's questions at its start and end."""
    while True:
        asked = (await receive())["type"]
        await send({"type": f"{asked}.complete"})
        if asked == "lifespan.shutdown":
            return
