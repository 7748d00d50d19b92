"""`lifetracer feed`: secret addresses under which other calendars read what happened."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    help="Let other calendars show what happened, at a secret address.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print it for machines.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Who reads it, such as “Google Calendar”.")],
    shows: Annotated[
        str, typer.Option(help="everything (descriptions, projects), or categories and nothing else.")
    ] = "everything",
    days: Annotated[int, typer.Option(help="How far back it reaches.")] = 90,
    as_json: Json = False,
) -> None:
    """Make a feed; its address is shown this once."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import feeds

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as con:
            made, path = feeds.create(con, name, shows, days)
        address = (settings.public_url or f"http://{settings.host}:{settings.port}") + path
    if as_json:
        typer.echo(json.dumps({**made.as_json(), "address": address}, ensure_ascii=False))
        return
    typer.echo(f"{address}\n\nWhoever knows this address can read it. It is shown this once; subscribe to it by URL.")


@app.command("list")
def every(as_json: Json = False) -> None:
    """List the feeds, with those that are revoked."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.warehouse import feeds

    with acting() as (con, _):
        found = feeds.every(con)
    if as_json:
        typer.echo(json.dumps([feed.as_json() for feed in found], ensure_ascii=False))
        return
    for feed in found:
        read = f"read {feed.last_read_at:%Y-%m-%d %H:%M} UTC" if feed.last_read_at else "never read"
        state = "revoked" if feed.revoked_at else read
        typer.echo(f"{feed.feed_id}  {feed.name}  {feed.shows}, {feed.days} days  {state}")


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="Its name or id.")]) -> None:
    """Revoke a feed; its address is dead at once."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.warehouse import feeds

    with acting() as (con, _):
        feed = feeds.revoke(con, name)
    typer.echo(f"{feed.name} is revoked.")
