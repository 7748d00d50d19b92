"""`lifetracer sandbox`: serves the vendors' APIs, emulated, with a demo person in them."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 lets the system choose.")] = 3900,
    seed: Annotated[int, typer.Option(help="Another number makes another life.")] = 1,
    language: Annotated[str, typer.Option(help="Language of the demo person: en or ja.")] = "en",
    zone: Annotated[
        str | None, typer.Option(help="Time zone of the demo person; by default one of the language.")
    ] = None,
    people: Annotated[int, typer.Option(min=1, help="How many people live there.")] = 1,
    start: Annotated[str | None, typer.Option(help="First day of the history, YYYY-MM-DD (two years ago).")] = None,
    now: Annotated[str | None, typer.Option(help="Freeze the clock at this instant (RFC 3339).")] = None,
    faults: Annotated[
        list[str] | None, typer.Option(help="Fault that is on from the start: NAME or NAME:COUNT.")
    ] = None,
    throttle: Annotated[bool, typer.Option(help="Answer 429 above one Toggl request a second.")] = False,
    quota: Annotated[bool, typer.Option(help="Count Toggl's hourly allowances.")] = True,
) -> None:
    """Serve the web APIs of Toggl and Google, emulated, with a demo person in them."""
    from datetime import date

    from lifetracer.errors import UsageError
    from lifetracer.sandbox import Options, run
    from lifetracer.sandbox.clock import parse_instant

    try:
        first = date.fromisoformat(start) if start else None
    except ValueError:
        raise UsageError(f"“{start}” is not a day.", remedy="Write it like 2024-11-21.") from None
    options = Options(
        seed=seed,
        language=language,
        zone=zone,
        now=parse_instant(now) if now else None,
        start=first,
        people=people,
        throttle=throttle,
        quota=quota,
    )
    run(host, port, options=options, faults=tuple(faults or ()))
