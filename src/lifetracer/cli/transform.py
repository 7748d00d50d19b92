"""`lifetracer transform`: make what the marts show from what the services sent."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer


def command(
    full: Annotated[bool, typer.Option("--full", help="Make everything anew and check the laws of the data.")] = False,
    select: Annotated[
        list[str] | None, typer.Option("--select", help="Only these models, in dbt's selection syntax.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Build the tables that are shown from what the services sent."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.transform.run import transform

    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        summary = transform(warehouse, settings, account.account_id, full=full, select=tuple(select or ()))
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))  # noqa: T201
        return
    written = sum(summary.rows.values())
    how = "everything anew" if summary.full else "what changed"
    print(f"Made {how} in {summary.seconds:.1f} s: {written} rows in {len(summary.rows)} tables.")  # noqa: T201
    for finding in summary.findings:
        print(f"Attention: {finding}", file=sys.stderr)  # noqa: T201
