"""`lifetracer insights`: what was noticed about one's time."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(
    category: Annotated[str | None, typer.Option(help="Only about this category (name or id).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Tell unusual weeks, lasting changes, what goes together, and plans that are too short."""
    from lifetracer.analyzer import shown
    from lifetracer.charts.insight_words import insight_sentence
    from lifetracer.charts.wording import Words
    from lifetracer.cli.surroundings import acting

    with acting() as (con, account):
        rows = shown.insights(con, account.account_id, category)
    words = Words(account.language)
    if as_json:
        told = [row | {"sentence": insight_sentence(row, words)} for row in rows]
        typer.echo(json.dumps(told, ensure_ascii=False, default=shown.plain))
        return
    for row in rows:
        typer.echo(insight_sentence(row, words))
    if not rows:
        typer.echo("Nothing stands out.")
