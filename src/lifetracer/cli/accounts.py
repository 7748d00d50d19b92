"""`lifetracer accounts`: list and make accounts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    help="List and make accounts.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command("list")
def every(as_json: Annotated[bool, typer.Option("--json", help="Print them for machines.")] = False) -> None:
    """List the accounts."""
    from lifetracer.cli.surroundings import opened
    from lifetracer.warehouse import accounts

    with opened() as (house, _), house.transaction() as connection:
        known = accounts.every(connection)
    if as_json:
        typer.echo(json.dumps([asdict(account) for account in known], default=str, ensure_ascii=False))
        return
    for account in known:
        typer.echo(f"{account.account_id}  {account.name}  {account.time_zone}  {account.language}")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="How people call it.")],
    time_zone: Annotated[str | None, typer.Option(help="IANA zone that decides where a day begins.")] = None,
    language: Annotated[str | None, typer.Option(help="en or ja.")] = None,
) -> None:
    """Make an account; prints its id."""
    from uuid import UUID

    from lifetracer.cli.surroundings import opened
    from lifetracer.warehouse import accounts

    with opened() as (house, settings), house.transaction() as connection:
        zone = time_zone or settings.time_zone or accounts.system_zone()
        made: UUID = accounts.create(
            connection, name, zone, language or settings.language or accounts.system_language()
        ).account_id
    typer.echo(str(made))
