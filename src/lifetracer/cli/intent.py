"""`lifetracer intent`: say in a sentence what you wish of each day, week or month."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lifetracer.adjuster.sentences import Parsed
    from lifetracer.warehouse.intents import Intent

app = typer.Typer(
    help="Say what you wish of each day, week or month.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Sentence = Annotated[str, typer.Argument(help="Such as “Learning at least 10 h a week” or 「学習を週10時間以上」.")]
Name = Annotated[str, typer.Argument(help="Name of the intent.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command("list")
def every(
    everything: Annotated[bool, typer.Option("--all", help="Also former versions and ended intents.")] = False,
    as_json: Json = False,
) -> None:
    """List the intents that run or are to come."""
    from lifetracer.cli.surroundings import acting, today_of
    from lifetracer.warehouse import intents

    with acting() as (connection, account):
        found = intents.every(connection, None if everything else today_of(account))
    if as_json:
        typer.echo(json.dumps([intent.as_json() for intent in found], ensure_ascii=False))
        return
    for intent in found:
        typer.echo(f"{intent.name}\n    {_words(intent, account.language)}")


@app.command()
def add(
    sentence: Sentence,
    name: Annotated[str | None, typer.Option(help="What to call it; by default what it is about.")] = None,
    try_it: Annotated[bool, typer.Option("--try", help="Only say how it is understood; keep nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Add what you wish; the next adjustment proposes targets for it."""
    from lifetracer.adjuster import wishing
    from lifetracer.adjuster.guessing import guess
    from lifetracer.cli.surroundings import chosen_account, opened, today_of

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        today = today_of(account)
        try:
            with house.transaction(account_id=account.account_id) as connection:
                parsed = wishing.understand(connection, sentence, account.language, today)
        except wishing.NotUnderstoodError as failure:
            meant = guess(house, settings, account.account_id, sentence, account.language, today)
            if as_json:
                told = {"notUnderstood": failure.answer.as_json(), "guess": meant.echo if meant else None}
                typer.echo(json.dumps(told, ensure_ascii=False))
                raise typer.Exit(failure.exit_code) from None
            if meant is None:
                raise
            typer.echo(str(failure), err=True)
            if not sys.stdin.isatty():
                typer.echo(f"The language model reads it as: {meant.echo}\nIf that is meant, say it so.", err=True)
                raise typer.Exit(failure.exit_code) from None
            typer.confirm(f"Is this meant: {meant.echo}?", abort=True)
            parsed = meant
        with house.transaction(account_id=account.account_id) as connection:
            make = wishing.intent_of if try_it else partial(wishing.keep, connection)
            intent = make(parsed, sentence, today, name)
    if as_json:
        typer.echo(json.dumps(_json(intent, parsed), ensure_ascii=False))
        return
    typer.echo(f"{parsed.echo}" if try_it else f"{intent.name}: {parsed.echo}")


@app.command()
def change(
    name: Name,
    sentence: Sentence,
    since: Annotated[
        str | None, typer.Option("--from", help="First day, YYYY-MM-DD; by default that of the present period.")
    ] = None,
) -> None:
    """Wish for another amount from a day on; what was before keeps the former wish."""
    from lifetracer.adjuster import wishing
    from lifetracer.cli.surroundings import acting, day_of, today_of

    with acting() as (connection, account):
        today = today_of(account)
        first = day_of(since, today) if since else None
        changed, _ = wishing.change(connection, name, sentence, account.language, today, first)
    typer.echo(f"{changed.name}: {_words(changed, account.language)}")


@app.command()
def end(
    name: Name,
    on: Annotated[str | None, typer.Option(help="Day from which it is over, YYYY-MM-DD; by default today.")] = None,
) -> None:
    """End an intent; nothing is proposed for it from that day on."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.warehouse import intents

    with acting() as (connection, account):
        last = day_of(on, today_of(account)) if on else today_of(account)
        ended = intents.end(connection, name, last)
    typer.echo(f"{ended.name} is over: nothing is proposed for any {ended.period} that begins on {last} or later.")


def _words(intent: Intent, language: str) -> str:
    from lifetracer.adjuster.wishing import say

    return say(intent, language)


def _json(intent: Intent, parsed: Parsed) -> dict[str, Any]:
    return {"intent": intent.as_json(), "echo": parsed.echo, "language": parsed.language}
