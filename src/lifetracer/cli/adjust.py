"""`lifetracer adjust`: make achievable targets of what you wish."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

NOTES = {
    "too_little_data": "too little is known of it yet",
    "away": "you are away",
    "reached": "what can be reached of it is reached already",
}


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Propose a target for each intent that runs; you accept, edit or reject them."""
    from lifetracer.adjuster.proposals import every
    from lifetracer.adjuster.run import adjust
    from lifetracer.cli.proposal import show
    from lifetracer.cli.surroundings import chosen_account, opened, today_of

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        summary = adjust(house, settings, account.account_id)
        with house.transaction(account_id=account.account_id) as connection:
            found = every(connection, today_of(account))
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))  # noqa: T201
        return
    for proposal in found:
        show(proposal, account.language)
    for note in summary.notes:
        reason = NOTES.get(note["code"], note["code"])
        print(f"Nothing for {note['intent']} ({note['period']} of {note['periodStart']}): {reason}.", file=sys.stderr)  # noqa: T201
    if not found:
        print("There is nothing to propose. Say what you wish: lifetracer intent add “…”")  # noqa: T201
