"""The ASGI application: finds the route, keeps the log, lets faults strike, sends the answer; it knows no vendor."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from lifetracer.errors import LifetracerError
from lifetracer.sandbox import admin, admin_google, admin_toggl
from lifetracer.sandbox.github import actions
from lifetracer.sandbox.google import calendars, channels, events, events_write, ical, oauth
from lifetracer.sandbox.identity import issuer, supabase
from lifetracer.sandbox.toggl import dimensions, entries, entries_write, reports, webhooks
from lifetracer.sandbox.wire import Call, Refusal, Reply, Router, reply_json
from lifetracer.sandbox.world import Options, World

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HOMES = (entries_write, dimensions, events_write, calendars, channels, admin_toggl, admin_google)
"""Modules whose routes are registered on the routers below when they are imported."""

ROUTERS: tuple[Router, ...] = (
    entries.ROUTER,
    reports.ROUTER,
    webhooks.ROUTER,
    events.ROUTER,
    ical.ROUTER,
    admin.ROUTER,
    actions.ROUTER,
    issuer.ROUTER,
    supabase.ROUTER,
    oauth.ROUTER,
)


class Sandbox:
    """The vendors' web APIs on one port, as an ASGI application."""

    def __init__(self, options: Options | None = None) -> None:
        self.world = World(options or Options())

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            call = Call(
                world=self.world,
                method=scope["method"],
                path=(scope.get("raw_path") or scope["path"].encode()).decode("latin-1").split("?")[0],
                query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
                headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
                body=await _read(receive),
            )
            await _send(send, call, await self.answer(call))
            self.world.post.flush()

    async def answer(self, call: Call) -> Reply:
        """Answer a call: settle the world, let faults strike, ask the vendor."""
        router = next(router for router in ROUTERS if call.path.startswith(router.prefix))
        found = router.find(call)
        if router is admin.ROUTER:
            return await _run(router, found[1] if found else None, call)
        self.world.settle()
        self.world.log(call.method, call.path, found[0] if found else call.path)
        early = self.world.faults.before(call)
        if early.delay:
            await asyncio.sleep(early.delay)
        reply = early.reply or await _run(router, found[1] if found else None, call)
        reply = self.world.faults.after(call, router.finish(call, reply))
        self.world.requests[-1]["status"] = reply.status
        return reply


async def _run(router: Router, handler: Callable[[Call], Reply | Awaitable[Reply]] | None, call: Call) -> Reply:
    try:
        router.guard(call)
        if handler is None:
            return router.lost(call)
        reply = handler(call)
        return await reply if inspect.isawaitable(reply) else reply
    except Refusal as refusal:
        return refusal.reply
    except LifetracerError as failure:
        return reply_json({"error": failure.sentence()}, failure.status)
    except (ValueError, KeyError, TypeError) as problem:
        # A body or parameter of the wrong shape; the same line as a bug, so it is told on stderr too.
        traceback.print_exc(limit=-2)
        return router.garbled(problem)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, call: Call, reply: Reply) -> None:
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    if reply.status in {204, 304}:
        headers.pop("content-length")
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if reply.cut is not None:
        # Returning before the announced length is sent makes the server close the connection.
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        await send({"type": "http.response.body", "body": reply.body[: reply.cut], "more_body": True})
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if call.method == "HEAD" else reply.body})
