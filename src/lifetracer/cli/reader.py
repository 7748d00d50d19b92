"""`lifetracer reader`: database logins for people who write SQL, each bound to one account."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(
    help="Make database logins for people who write SQL.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the login.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it for machines.")] = False,
) -> None:
    """Make a login that sees one account's marts; prints its password, once."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import readers

    with opened() as (house, settings):
        reader = readers.create(house, chosen_account(house, settings).account_id, name)
    if as_json:
        typer.echo(json.dumps({"role": reader.role_name, "password": reader.password, "dsn": reader.dsn}))
    else:
        typer.echo(f"login     {reader.role_name}\npassword  {reader.password}   (shown this once)")
        typer.echo(f"dsn       {reader.dsn}")


@app.command("list")
def every() -> None:
    """List the logins of this account."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import readers

    with opened() as (house, settings):
        ours = chosen_account(house, settings).account_id
        with house.transaction() as connection:
            names = [name for name, account_id in readers.every(connection) if account_id == ours]
    for name in names:
        typer.echo(name)


@app.command()
def drop(name: Annotated[str, typer.Argument(help="Name of the login.")]) -> None:
    """Remove a login of this account."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import readers

    with opened() as (house, settings):
        readers.drop(house, chosen_account(house, settings).account_id, name)
    typer.echo(f"The login {name} is gone.")
