"""`lifetracer up`: everything in one command: database, server, worker and schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on (LIFETRACER_HOST, 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (LIFETRACER_PORT, 3000).")] = None,
    stages: Annotated[str | None, typer.Option(help="Only these stages in its worker, separated by commas.")] = None,
    reload: Annotated[bool, typer.Option("--reload", help="Start anew when the code changes (development).")] = False,
) -> None:
    """Start everything: database, server, worker and schedule; Ctrl-C ends it."""
    import os

    from lifetracer.jobs.supervise import Part, Program
    from lifetracer.server.listen import address_of, listen, refuse_weak_token, until_it_answers
    from lifetracer.settings import load

    settings = load()
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=changes)
    refuse_weak_token(settings)
    door = listen(settings.host, settings.port)
    environ = os.environ | {"LIFETRACER_HOST": settings.host, "LIFETRACER_PORT": str(settings.port)}
    program = Program(
        [
            Part("server", ["serve", "--fd", str(door.fileno())], environ, keep=(door.fileno(),)),
            Part("worker", ["worker", *(["--stages", stages] if stages else [])], environ),
        ],
        say=lambda text: typer.echo(text, err=True),
        reload=Path(__file__).parents[1] if reload else None,
    )
    address = address_of(door)
    code = program.run(until_it_answers(door, lambda: typer.echo(f"lifetracer is at {address}  (Ctrl-C ends it)")))
    raise typer.Exit(code)
