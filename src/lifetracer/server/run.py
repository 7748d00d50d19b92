"""One server process: listens at once, opens the warehouse meanwhile, ends within seconds when told."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import uvicorn
from starlette.types import ASGIApp

from lifetracer import garbage
from lifetracer.errors import LifetracerError
from lifetracer.server.listen import refuse_weak_token
from lifetracer.server.opening import Opening
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse


def serve(
    settings: Settings,
    door: socket.socket,
    open_warehouse: Callable[[], contextlib.AbstractContextManager[Warehouse]],
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: of the installation.
        door: a listening socket.
        open_warehouse: opens an up-to-date warehouse; is tried again while the failure is a passing one.

    Raises:
        FixByHandError: the configuration or the database needs a person.
    """
    refuse_weak_token(settings)
    failures: list[LifetracerError] = []
    with ExitStack() as stack:
        inner = stack.enter_context(ExitStack())

        def build() -> ASGIApp:
            from lifetracer.server.app import built

            warehouse = stack.enter_context(open_warehouse())
            app = inner.enter_context(built(warehouse, settings))
            garbage.set_aside()
            return app

        def give_up(failure: LifetracerError) -> None:
            failures.append(failure)
            server.should_exit = True

        app = Opening(build, give_up)
        server = _Server(
            inner.close,
            uvicorn.Config(
                app,
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=2,
                timeout_keep_alive=20,
                proxy_headers=False,
                h11_max_incomplete_event_size=64 * 1024,
            ),
        )
        app.start()
        with _ends_well():
            server.run(sockets=[door])
        app.stop()
    if failures:
        raise failures[0]


class _Server(uvicorn.Server):
    """Ends what is being followed as soon as it shuts down, not when patience with open answers is over."""

    def __init__(self, let_go: Callable[[], None], config: uvicorn.Config) -> None:
        super().__init__(config)
        self.let_go = let_go

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.let_go()
        await super().shutdown(sockets)


@contextlib.contextmanager
def _ends_well() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C be a good end: uvicorn, having ended cleanly, raises the signal anew."""
    former = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
