"""`lifetracer connections`: which services are connected, and how they are."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print them for machines.")] = False) -> None:
    """List the connections: name, source, status, last success, and what is wrong."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector import connecting
    from lifetracer.connector.registry import source_named

    with opened() as (warehouse, settings):
        account_id = chosen_account(warehouse, settings).account_id
        connecting.connections_from_settings(warehouse, settings, account_id)
        known = connecting.connections(warehouse, account_id)
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in known], ensure_ascii=False))
        return
    if not known:
        typer.echo("Nothing is connected. `lifetracer connect toggl` or `lifetracer connect gcal` does it.")
    for row in known:
        user = f", {row.external_user}" if row.external_user else ""
        last = f"last synced {row.last_success_at:%Y-%m-%d %H:%M} UTC" if row.last_success_at else "never synced"
        typer.echo(f"{row.name}: {source_named(row.source).title}{user}; {row.state}; {last}")
        if row.problem:
            typer.echo(f"  {row.problem.get('message', '')} {row.problem.get('remedy', '')}".rstrip())
