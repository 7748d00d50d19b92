"""`lifetracer accounts`: list, make and change accounts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    help="List, make and change accounts.",
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
        place = f"  {account.country}" if account.country else ""
        typer.echo(f"{account.account_id}  {account.name}  {account.time_zone}  {account.language}{place}")


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


@app.command("set")
def put(
    country: Annotated[
        str | None, typer.Option(help="Whose public holidays apply, e.g. JP; auto: that of the time zone.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA zone that decides where a day begins.")] = None,
    language: Annotated[str | None, typer.Option(help="en or ja.")] = None,
) -> None:
    """Change the account that `--account` names, or the only one."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.errors import UsageError
    from lifetracer.warehouse import accounts

    if country is None and time_zone is None and language is None:
        raise UsageError("Nothing to change.", remedy="Give --country, --time-zone or --language.")
    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction() as connection:
            accounts.change(connection, account, country=country, time_zone=time_zone, language=language)
    typer.echo(f"{account.name} is changed; the next transform counts so.")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="Its name or id.")],
    confirm: Annotated[str, typer.Option(help="Its name once more; without it you are asked.")] = "",
) -> None:
    """Remove an account with everything that belongs to it: time, settings, reports, logins. There is no way back."""
    from lifetracer.cli.surroundings import opened
    from lifetracer.jobs.farewell import remove_account
    from lifetracer.warehouse import accounts

    with opened() as (house, settings):
        with house.transaction() as connection:
            account = accounts.find(connection, name)
        said = confirm or typer.prompt(f"Everything of {account.name} will be gone for good. Write its name to go on")
        remove_account(house, settings, account, said)
    typer.echo(f"{account.name} is gone, with everything that belonged to it.")
