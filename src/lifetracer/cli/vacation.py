"""`lifetracer vacation`: days away, on which intents rest; and how bold proposals may be."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Note days away, and how bold proposals may be.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
Name = Annotated[str, typer.Argument(help="Name of the vacation.")]


@app.command("list")
def every(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    as_json: Json = False,
) -> None:
    """List the vacations that are not over."""
    from lifetracer.cli.surroundings import acting, today_of
    from lifetracer.warehouse import vacations

    with acting() as (connection, account):
        found = vacations.every(connection, None if everything else today_of(account))
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False))
        return
    for one in found:
        typer.echo(one.sentence())


@app.command()
def add(
    first: Annotated[str, typer.Argument(help="First day away, YYYY-MM-DD.")],
    last: Annotated[str, typer.Argument(help="Last day away.")],
    name: Annotated[str, typer.Option(help="What to call it.")] = "Vacation",
) -> None:
    """Note days away: nothing is proposed for them, and wishes of weeks and months shrink by their part."""
    from datetime import timedelta

    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.warehouse import vacations

    with acting() as (connection, account):
        begin, end = (day_of(day, today_of(account)) for day in (first, last))
        added = vacations.add(connection, name, begin, end + timedelta(days=1))
    typer.echo(added.sentence())


@app.command()
def end(
    name: Name,
    on: Annotated[str | None, typer.Option(help="First day back, YYYY-MM-DD; by default today.")] = None,
) -> None:
    """End a vacation early; one that has not begun goes away."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.warehouse import vacations

    with acting() as (connection, account):
        back = day_of(on, today_of(account)) if on else today_of(account)
        ended = vacations.end(connection, name, back)
    typer.echo(f"{ended.name} is over.")


@app.command()
def settings(
    probability: Annotated[
        str | None, typer.Option(help="Chance with which a proposed target is to be reached, 10% to 90%.")
    ] = None,
    carry_over: Annotated[
        bool | None, typer.Option("--carry-over/--no-carry-over", help="Add what the last period fell short of.")
    ] = None,
    sleep: Annotated[str | None, typer.Option(help="Sleep to keep free while none is tracked, e.g. 8h.")] = None,
    reserve: Annotated[str | None, typer.Option(help="Time of a day that no target may take, e.g. 2h.")] = None,
    as_json: Json = False,
) -> None:
    """Show or change how proposals are made."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import vacations
    from lifetracer.warehouse.measures import read, write

    changes: dict[str, Any] = {}
    if probability is not None:
        changes["probability"] = float(read(probability, "share"))
    if carry_over is not None:
        changes["carry_over"] = carry_over
    if sleep is not None:
        changes["sleep_seconds"] = int(read(sleep, "duration"))
    if reserve is not None:
        changes["reserve_seconds"] = int(read(reserve, "duration"))
    with opened() as (house, installation):
        account = chosen_account(house, installation)
        with house.transaction(account_id=account.account_id) as connection:
            found = vacations.put_ambition(connection, changes) if changes else vacations.ambition(connection)
    if as_json:
        typer.echo(json.dumps(found.as_json()))
        return
    typer.echo(f"Targets are to be reached with a chance of {found.probability:.0%}.")
    typer.echo(f"What falls short is {'added to the next wish' if found.carry_over else 'not carried over'}.")
    typer.echo(
        f"Kept free of a day: {write(found.sleep_seconds, 'duration')} of sleep while none is tracked, and "
        f"{write(found.reserve_seconds, 'duration')}."
    )
