"""`lifetracer reports`: the reports that are kept: list them, fetch one, throw one away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    help="List, fetch and throw away reports.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(help="Its name, as the list tells it.")]


@app.command("list")
def every(as_json: Annotated[bool, typer.Option("--json", help="Print them for machines.")] = False) -> None:
    """List the reports that are kept, the latest first."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.reporter import shelf

    with acting() as (connection, account):
        found = shelf.every(connection)
    if as_json:
        typer.echo(json.dumps([kept.as_json() for kept in found], ensure_ascii=False))
        return
    for kept in found:
        typer.echo(f"{kept.made_at.astimezone(account.zone):%Y-%m-%d %H:%M}  {kept.name}  {kept.size // 1024} KB")


@app.command("get")
def fetch(
    name: Name,
    output: Annotated[Path | None, typer.Option("--output", "--out", help="Where to; by default here.")] = None,
) -> None:
    """Fetch a report as a file."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.errors import FixByHandError
    from lifetracer.reporter import shelf

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as connection:
            kept = shelf.find(connection, name)
        target = output or Path(kept.name)
        try:
            target.write_bytes(shelf.read(settings, account.account_id, kept))
        except OSError as failure:
            raise FixByHandError(
                f"{target} cannot be written ({failure.strerror}).", remedy="Choose another file with --output."
            ) from None
    typer.echo(str(target))


@app.command("remove")
def remove(name: Name) -> None:
    """Throw a report away."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.reporter import shelf

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as connection:
            kept = shelf.remove(connection, name)
        shelf.discard(settings, account.account_id, name)
    typer.echo(f"{kept.name} is gone.")
