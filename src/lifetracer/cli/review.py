"""`lifetracer review`: a week in plain sentences, or in a language model's words where that is wanted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.reporter.review import Review


def command(
    week: Annotated[str, typer.Argument(help="The week, as 2026-W47; by default the last complete one.")] = "",
    language: Annotated[str | None, typer.Option(help="en or ja; by default the account's.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Ask no language model, whatever is allowed.")] = False,
    show_sent: Annotated[
        bool, typer.Option("--show-sent", help="Show word by word what a language model is sent, and send nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything for machines.")] = False,
) -> None:
    """Say what went as wished in a week, what did not, what changed, and suggest one thing."""
    from lifetracer.cli.report import monday_of
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.outside.language_model import endpoint_of
    from lifetracer.reporter.review import review, tell

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        found = review(house, account.account_id, monday_of(week) if week else None, language)
        may_ask = endpoint_of(settings) is not None and found.level != "nothing" and found.letter is None
        if may_ask and not (plain or show_sent):
            found = tell(house, settings, account.account_id, found)
    if show_sent:
        for message in found.messages:
            typer.echo(f"--- {message['role']}\n{message['content']}")
        if found.level == "nothing":
            typer.echo("This is not sent: `lifetracer language-model allow totals` would allow it.", err=True)
    elif as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _print(found, plain=plain)


def _print(found: Review, *, plain: bool) -> None:
    from dataclasses import replace

    from lifetracer.charts import Words
    from lifetracer.reporter.review import PARTS

    _ = Words(found.language)
    shown = replace(found, told=()) if plain else found
    typer.echo(_.period(found.first, "week") + ("" if found.is_over else f" ({_('so far')})"))
    for part, title in PARTS.items():
        if lines := shown.lines(part):
            typer.echo(f"\n{_(title)}")
            for text, _sentences in lines:
                typer.echo(f"  {text}")
    if shown.told and found.letter:
        typer.echo(f"\n{_('Worded by {model}; every number was checked.', model=found.letter.model)}")
    elif found.note and not plain:
        typer.echo(f"\n{_('Plain wording:')} {found.note}")
