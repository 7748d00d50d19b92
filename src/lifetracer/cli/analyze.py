"""`lifetracer analyze`: estimate what is likely and notice what is unusual."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False) -> None:
    """Estimate what is likely, and notice what is unusual."""
    from lifetracer.analyzer import analyze
    from lifetracer.cli.surroundings import chosen_account, opened

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        summary = analyze(house, settings, account.account_id)
    if as_json:
        typer.echo(json.dumps(summary.as_json(), ensure_ascii=False))
        return
    if summary.reason:
        typer.echo(summary.reason)
    else:
        model = f"{summary.by_model} of {summary.categories} categories"
        told = f"{summary.known_days} days known; {summary.written} new estimates; the model answers for {model}."
        typer.echo(f"{told} ({summary.seconds:.1f} s)")
    if noticed := sum(summary.insights.values()):
        typer.echo(f"Noticed: {noticed}; `lifetracer insights` tells them.")
