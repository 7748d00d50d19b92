"""`lifetracer day-type`: what kind of day it was, and what the person says instead."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer

app = typer.Typer(
    help="Show and correct what kind of day it was.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Day = Annotated[str, typer.Argument(help="YYYY-MM-DD, today or yesterday.")]


@app.command()
def show(
    first: Annotated[str | None, typer.Option("--from", help="First day; by default Monday of this week.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day; by default six days later.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Show the kinds of days, and why."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.periods import start_of
    from lifetracer.warehouse import day_types

    with acting() as (connection, account):
        today = today_of(account)
        begin = day_of(first, today) if first else start_of(today, "week")
        end = day_of(last, today) if last else begin + timedelta(days=6)
        found = day_types.between(connection, begin, end)
    if as_json:
        typer.echo(json.dumps([day.as_json() for day in found], ensure_ascii=False))
        return
    for day in found:
        reason = (day.reason_ja if account.language == "ja" else day.reason_en) or "set by hand"
        pending = "  (until the next transform)" if day.is_pending else ""
        typer.echo(f"{day.local_date:%a} {day.local_date}  {day.day_type:<8} {reason}{pending}")


@app.command("set")
def put(
    day: Day, kind: Annotated[str, typer.Argument(help="work, study, rest, travel or holiday.", metavar="KIND")]
) -> None:
    """Say what kind of day it was; the next transform counts it so."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.warehouse import day_types

    with acting() as (connection, account):
        date = day_of(day, today_of(account))
        day_types.put(connection, date, kind)
    typer.echo(f"{date} is {kind}.")


@app.command()
def clear(day: Day) -> None:
    """Take a correction back."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.warehouse import day_types

    with acting() as (connection, account):
        date = day_of(day, today_of(account))
        day_types.clear(connection, date)
    typer.echo(f"{date} is what the rule says.")
