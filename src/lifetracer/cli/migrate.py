"""`lifetracer migrate`: bring the database's tables up to date."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False) -> None:
    """Bring the database's tables up to date; does nothing when they are."""
    from lifetracer import warehouse
    from lifetracer.connector.registry import raw_streams
    from lifetracer.settings import load
    from lifetracer.warehouse.embedded import terminable
    from lifetracer.warehouse.migrate import migrate

    with terminable(), warehouse.open(load()) as house:
        outcome = migrate(house, raw_streams())
    if as_json:
        typer.echo(json.dumps(asdict(outcome)))
    elif outcome.changed:
        for name in outcome.migrations:
            typer.echo(name)
        for name in outcome.raw_tables:
            typer.echo(f"raw.{name}")
    else:
        typer.echo("The database is up to date.")
