"""`lifetracer serve`: the server alone; jobs wait until a worker runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.settings import Settings
    from lifetracer.warehouse import Warehouse


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on (LIFETRACER_HOST, 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (LIFETRACER_PORT, 3000).")] = None,
    fd: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the server alone: web pages and API."""
    from lifetracer.cli import logs
    from lifetracer.cli.surroundings import opened
    from lifetracer.server.listen import address_of, listen, refuse_weak_token
    from lifetracer.server.run import serve
    from lifetracer.settings import load

    settings = load()
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=changes)
    logs.configure(settings, "server")
    refuse_weak_token(settings)
    door = socket.socket(fileno=fd) if fd is not None else listen(settings.host, settings.port)
    if fd is None:
        typer.echo(f"lifetracer listens on {address_of(door)}")

    @contextmanager
    def warehouse() -> Iterator[Warehouse]:
        with opened(settings) as (house, _):
            _tell_set_up_code(house, settings, address_of(door))
            yield house

    serve(settings, door, warehouse)


def _tell_set_up_code(house: Warehouse, settings: Settings, address: str) -> None:
    """Say how the first person comes in, where strangers could be quicker."""
    from lifetracer.server.listen import needs_set_up_code
    from lifetracer.warehouse import accounts, invitations, people

    if not needs_set_up_code(settings):
        return
    with house.transaction() as connection:
        if people.any_there(connection):
            return
        known = accounts.every(connection)
        owner = accounts.find(connection, settings.account or str(known[0].account_id))
        code = invitations.set_up_code(connection, owner.account_id)
    typer.echo(
        f"\n  Nobody can sign in yet. Open {address}/welcome and enter this set-up code (it counts once, for a day):"
    )
    typer.echo(f"\n      {code}\n")
