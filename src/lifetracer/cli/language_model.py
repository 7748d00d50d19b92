"""`lifetracer language-model`: what it may see of a person, and every letter that it got."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Say what a language model may see; read what was sent to it.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print it for machines.")]


@app.command()
def show(as_json: AsJson = False) -> None:
    """Tell which model is set up, and what it may see."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.outside.language_model import endpoint_of, level_of

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        endpoint = endpoint_of(settings)
        with house.transaction(account_id=account.account_id) as con:
            level = level_of(con)
    if as_json:
        state = {"endpoint": endpoint.url if endpoint else None, "model": endpoint.model if endpoint else None}
        typer.echo(json.dumps(state | {"level": level}))
        return
    if endpoint is None:
        typer.echo("No model is set up (LIFETRACER_LLM_URL and LIFETRACER_LLM_MODEL); everything works without.")
    else:
        typer.echo(f"{endpoint.model} at {endpoint.url}")
    typer.echo(f"It may see: {level}")


@app.command()
def allow(
    level: Annotated[str, typer.Argument(help="nothing, totals (categories and sums), or texts (also titles).")],
) -> None:
    """Say what the model may see from now on."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.outside.language_model import choose

    with acting() as (con, _):
        chosen = choose(con, level)
    typer.echo(f"It may see: {chosen}")


@app.command()
def letters(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, the latest first.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show what was sent, word by word, with the answers and what came of them."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.outside.language_model import recent

    with acting() as (con, _):
        found = recent(con, limit)
    if as_json:
        typer.echo(json.dumps({"letters": [letter.as_json() for letter in found]}, ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing was sent yet.")
    for letter in found:
        typer.echo(f"=== {letter.sent_at:%Y-%m-%d %H:%M} {letter.purpose} {letter.subject} to {letter.endpoint}")
        typer.echo(f"    {letter.outcome}{f': {letter.note}' if letter.note else ''}")
        for message in letter.sent:
            typer.echo(f"--- {message['role']}\n{message['content']}")
        typer.echo(f"--- answer\n{letter.answer or '(none)'}")
