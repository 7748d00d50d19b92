"""`lifetracer rate`: what a billable hour costs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(
    help="Say what a billable hour costs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command("list")
def every(as_json: Json = False) -> None:
    """List the rates, the most specific first: that is how they apply."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import rates

    with (
        opened() as (house, settings),
        house.transaction(account_id=chosen_account(house, settings).account_id) as connection,
    ):
        found = rates.every(connection)
    if as_json:
        typer.echo(json.dumps([rate.as_json() for rate in found], ensure_ascii=False))
        return
    for rate in found:
        about = " · ".join(filter(None, (rate.client_name, rate.project_name))) or "anything else"
        typer.echo(
            f"{str(rate.rate_id)[:8]}  {rate.hourly_amount} {rate.currency} an hour  {about}, from {rate.valid_from}"
        )


@app.command()
def add(
    amount: Annotated[str, typer.Argument(help="Amount for an hour, e.g. 95 or 95.50.")],
    currency: Annotated[str, typer.Argument(help="Three letters, e.g. EUR or JPY.")],
    client: Annotated[str | None, typer.Option(help="Only for this client.")] = None,
    project: Annotated[str | None, typer.Option(help="Only for projects of this name.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD; by default always.")] = None,
    as_json: Json = False,
) -> None:
    """Set a rate; one for the same from the same day is replaced."""
    from decimal import Decimal, InvalidOperation

    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.errors import UsageError
    from lifetracer.warehouse import rates

    try:
        hourly = Decimal(amount)
        if not hourly.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise UsageError(f"“{amount}” is no amount.", remedy="Write it like 95 or 95.50.") from None
    with acting() as (connection, account):
        first = day_of(since, today_of(account)) if since else None
        kept = rates.put(connection, hourly, currency, client=client, project=project, since=first)
    typer.echo(json.dumps(kept.as_json(), ensure_ascii=False) if as_json else f"{str(kept.rate_id)[:8]} is set.")


@app.command()
def remove(rate: Annotated[str, typer.Argument(help="Its id as listed, or the beginning of it.")]) -> None:
    """Remove a rate; former days are billed without it, too."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.warehouse import rates

    with (
        opened() as (house, settings),
        house.transaction(account_id=chosen_account(house, settings).account_id) as connection,
    ):
        gone = rates.remove(connection, rate)
    typer.echo(f"{gone.hourly_amount} {gone.currency} an hour is gone.")
