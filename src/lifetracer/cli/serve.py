"""`lifetracer serve`: the server alone; jobs wait until a worker runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.warehouse import Warehouse


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on (LIFETRACER_HOST, 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (LIFETRACER_PORT, 3000).")] = None,
    fd: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the server alone: web pages and API."""
    from lifetracer.cli import logs
    from lifetracer.cli.surroundings import opened
    from lifetracer.server.listen import address_of, listen, require_token_beyond_this_machine
    from lifetracer.server.run import serve
    from lifetracer.settings import load

    settings = load()
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=changes)
    logs.configure(settings, "server")
    require_token_beyond_this_machine(settings)
    door = socket.socket(fileno=fd) if fd is not None else listen(settings.host, settings.port)
    if fd is None:
        typer.echo(f"lifetracer listens on {address_of(door)}")

    @contextmanager
    def warehouse() -> Iterator[Warehouse]:
        with opened(settings) as (house, _):
            yield house

    serve(settings, door, warehouse)
