"""`lifetracer schedule`: what runs by itself, and when."""

from __future__ import annotations

import json
from datetime import time
from typing import Annotated

import typer

app = typer.Typer(
    help="Show or change what runs by itself, and when.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Stage = Annotated[str, typer.Argument(help="sync, transform, report or pipeline.")]
Subject = Annotated[str, typer.Argument(help="With sync: the source. With report: the kind.")]


@app.callback()
def show(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False
) -> None:
    """Show what runs by itself; times are those of the account's zone."""
    if ctx.invoked_subcommand:
        return
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.jobs import schedule

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as con:
            entries = schedule.every(con)
    if as_json:
        typer.echo(json.dumps([entry.as_json() for entry in entries]))
        return
    for entry in entries:
        when = entry.next_run_at.astimezone(account.zone) if entry.next_run_at else None
        upcoming = f"next {when:%Y-%m-%d %H:%M}" if when and entry.enabled else "" if entry.enabled else "off"
        typer.echo(f"{entry.local_time:%H:%M}  {entry.stage} {entry.subject}".ljust(34) + upcoming)
    typer.echo(f"Time zone: {account.time_zone}")


@app.command("set")
def set_time(
    stage: Stage, at: Annotated[str, typer.Option("--at", help="Local time, HH:MM.")], subject: Subject = ""
) -> None:
    """Run something every day at a local time."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.errors import UsageError
    from lifetracer.jobs import schedule

    try:
        local_time = time.fromisoformat(at)
    except ValueError:
        raise UsageError(f"“{at}” is no time of day.", remedy="Write it like 01:05.") from None
    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as con:
            schedule.put(con, stage, subject, local_time)
    typer.echo(f"{stage} {subject}".strip() + f" runs every day at {local_time:%H:%M} ({account.time_zone}).")


@app.command("on")
def switch_on(stage: Stage, subject: Subject = "") -> None:
    """Let something run by itself again."""
    _switch(stage, subject, enabled=True)


@app.command("off")
def switch_off(stage: Stage, subject: Subject = "") -> None:
    """Let something no longer run by itself."""
    _switch(stage, subject, enabled=False)


def _switch(stage: str, subject: str, *, enabled: bool) -> None:
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.jobs import schedule

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as con:
            schedule.switch(con, stage, subject, enabled=enabled)
    typer.echo(f"{stage} {subject}".strip() + (" runs by itself." if enabled else " no longer runs by itself."))
