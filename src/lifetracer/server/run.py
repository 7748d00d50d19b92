"""One server process: listens at once, opens the warehouse meanwhile, ends within seconds when told."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import uvicorn
from starlette.types import ASGIApp

from lifetracer.errors import FixByHandError, LifetracerError
from lifetracer.server.doors import require_token_beyond_this_machine
from lifetracer.server.opening import Opening
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse


def listen(host: str, port: int) -> socket.socket:
    """Take a port.

    Raises:
        FixByHandError: it is taken, or may not be had; says what to do.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        door = socket.socket(family, kind)
    except OSError as failure:
        raise FixByHandError(f"{host} is no address of this machine ({failure.strerror}).") from None
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(address)
        door.listen(2048)
    except OSError as failure:
        door.close()
        if failure.errno == errno.EADDRINUSE:
            raise FixByHandError(
                f"Port {port} on {host} is in use by another program.",
                remedy=f"End that program, or choose another port: --port {port + 1 if port < 65535 else port - 1}.",
            ) from None
        raise FixByHandError(
            f"The server cannot listen on {host}, port {port} ({failure.strerror}).", remedy="Choose another --port."
        ) from None
    return door


def address_of(door: socket.socket) -> str:
    """Give the address to open in a browser."""
    host, port = door.getsockname()[:2]
    name = "localhost" if host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else host  # noqa: S104
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


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
    require_token_beyond_this_machine(settings)
    failures: list[LifetracerError] = []
    with ExitStack() as stack:
        inner = stack.enter_context(ExitStack())

        def build() -> ASGIApp:
            from lifetracer.server.app import built

            warehouse = stack.enter_context(open_warehouse())
            return inner.enter_context(built(warehouse, settings))

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
        with _quiet_interrupt():
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
def _quiet_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the server without a traceback: uvicorn raises the signal anew after a clean end."""
    with contextlib.suppress(KeyboardInterrupt):
        yield
