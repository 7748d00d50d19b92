"""`lifetracer hooks`: let services tell at once that something changed, instead of asking them now and then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from lifetracer.errors import UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from lifetracer.connector.hints import Channel


def command(
    name: Annotated[str, typer.Argument(help="toggl or gcal, or the name of a connection; none lists all.")] = "",
    url: Annotated[str | None, typer.Option(help="Address of this server as the internet sees it (https).")] = None,
    enable: Annotated[bool, typer.Option("--enable", help="Switch on again what the service switched off.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Give the hints up; the schedule goes on asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Open, list, wake or give up webhooks (Toggl) and push channels (Google)."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector import connecting, hints
    from lifetracer.connector.registry import source_named

    if (url is not None) + enable + off > 1:
        raise UsageError("--url, --enable and --off do not go together.", remedy="Give one of them.")
    if not name and (url or enable or off):
        raise UsageError("Which service?", remedy="`lifetracer hooks toggl …` or `lifetracer hooks gcal …`.")
    with opened() as (house, settings):
        account_id = chosen_account(house, settings).account_id
        if not name:
            known = [row for row in connecting.connections(house, account_id) if source_named(row.source).hinting]
        else:
            known = [connecting.named(house, account_id, name)]
        states: dict[UUID, str] = {}
        for row in known if name else ():
            if url is not None:
                hints.start(house, settings, account_id, row, url)
            elif enable:
                hints.wake(house, settings, account_id, row)
            elif off:
                hints.withdraw(house, settings, account_id, row)
            if not off:
                states |= hints.look(house, settings, account_id, row)
        channels = [one for row in known for one in hints.listed(house, account_id, row.connection_id)]
    if as_json:
        typer.echo(json.dumps([one.as_json() | {"state": states.get(one.channel_id)} for one in channels]))
        return
    for one in channels:
        typer.echo(_line(one, states.get(one.channel_id, "")))
    if not channels:
        typer.echo("No service sends hints; the schedule asks them.")


def _line(one: Channel, state: str) -> str:
    heard = f"last heard {one.last_heard_at:%Y-%m-%d %H:%M} UTC" if one.last_heard_at else "not heard yet"
    until = f", until {one.expires_at:%Y-%m-%d %H:%M} UTC" if one.expires_at else ""
    return f"{one.source} {one.topic} → {one.address}: {heard}{until}{f', {state}' if state else ''}"
