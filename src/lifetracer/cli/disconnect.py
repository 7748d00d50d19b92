"""`lifetracer disconnect`: give up the access to a service, and on request everything that came over it."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from lifetracer.errors import UsageError


def command(
    name: Annotated[str, typer.Argument(help="Name of the connection, see `lifetracer connections`.")],
    delete_data: Annotated[bool, typer.Option("--delete-data", help="Delete what came over it too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Forget the credential of a connection; its data stays unless --delete-data is given."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector import connecting, hints

    with opened() as (warehouse, settings):
        if delete_data and not yes:
            if not sys.stdin.isatty():
                raise UsageError("Deleting data has to be confirmed.", remedy="Add --yes.")
            typer.confirm(f"Delete everything that came over {name}? This cannot be undone", abort=True)
        account_id = chosen_account(warehouse, settings).account_id
        hints.withdraw(warehouse, settings, account_id, connecting.named(warehouse, account_id, name))
        was = connecting.disconnect(warehouse, account_id, name, delete_data=delete_data)
    if as_json:
        typer.echo(json.dumps({"name": was.name, "source": was.source, "deletedData": delete_data}))
    elif delete_data:
        typer.echo(f"{was.name} is disconnected and its data deleted.")
    else:
        typer.echo(f"{was.name} is disconnected; its data stays. `lifetracer connect` brings it back.")
