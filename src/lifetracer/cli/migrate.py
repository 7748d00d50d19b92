"""`lifetracer migrate`: bring the database's tables up to date."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False) -> None:
    """Bring the database's tables up to date, and make a new one's account; does nothing when they are."""
    from lifetracer import warehouse
    from lifetracer.connector.registry import raw_streams
    from lifetracer.settings import load
    from lifetracer.warehouse import accounts
    from lifetracer.warehouse.embedded import terminable
    from lifetracer.warehouse.migrate import migrate

    settings = load()
    with terminable(), warehouse.open(settings) as house:
        outcome = migrate(house, raw_streams())
        with house.transaction() as connection:
            # Whoever asks next may be unable to make it (a function), or in another time zone (a machine of GitHub's).
            made = accounts.first(connection, settings)
    if as_json:
        typer.echo(json.dumps(asdict(outcome) | {"account": made.name if made else None}))
    elif outcome.changed or made:
        for name in outcome.migrations:
            typer.echo(name)
        for name in outcome.raw_tables:
            typer.echo(f"raw.{name}")
        if made:
            typer.echo(f"account {made.name} ({made.time_zone}, {made.language})")
    else:
        typer.echo("The database is up to date.")
