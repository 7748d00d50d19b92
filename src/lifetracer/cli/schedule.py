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

Stage = Annotated[str, typer.Argument(help="sync, transform, analyze, adjust, report or pipeline.")]
Subject = Annotated[str, typer.Argument(help="With sync: the source. With report: the kind.")]
Often = Annotated[bool, typer.Option("--often", help="The light syncs, not the one at a time of day.")]


@app.callback()
def show(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False
) -> None:
    """Show what runs by itself; times are those of the account's zone."""
    if ctx.invoked_subcommand:
        return
    from lifetracer.cli.surroundings import acting
    from lifetracer.jobs import schedule

    with acting() as (con, account):
        entries = schedule.every(con)
    if as_json:
        typer.echo(json.dumps([entry.as_json() for entry in entries]))
        return
    for entry in entries:
        when = entry.next_run_at.astimezone(account.zone) if entry.next_run_at else None
        upcoming = f"next {when:%Y-%m-%d %H:%M}" if when and entry.enabled else "" if entry.enabled else "off"
        at = f"{entry.local_time:%H:%M}" if entry.local_time else f"every {entry.every_minutes} min"
        typer.echo(f"{at:12}  {entry.stage} {entry.subject}".ljust(42) + upcoming)
    typer.echo(f"Time zone: {account.time_zone}")


@app.command("set")
def set_time(
    stage: Stage,
    subject: Subject = "",
    at: Annotated[str | None, typer.Option("--at", help="Local time, HH:MM.")] = None,
    every: Annotated[int | None, typer.Option("--every", help="With sync: also every so many minutes.")] = None,
) -> None:
    """Run something every day at a local time, or a light sync every few minutes."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.errors import UsageError
    from lifetracer.jobs import schedule

    if (at is None) == (every is None) or (every is not None and stage != "sync"):
        raise UsageError("Say --at HH:MM, or with sync --every MINUTES.")
    try:
        local_time = time.fromisoformat(at) if at else None
    except ValueError:
        raise UsageError(f"“{at}” is no time of day.", remedy="Write it like 01:05.") from None
    with acting() as (con, account):
        if local_time is not None:
            schedule.put(con, stage, subject, local_time)
        elif every is not None:
            schedule.put_often(con, subject, every)
    when = f"every day at {local_time:%H:%M} ({account.time_zone})" if local_time else f"every {every} minutes"
    typer.echo(f"{stage} {subject}".strip() + f" runs {when}.")


@app.command("on")
def switch_on(stage: Stage, subject: Subject = "", often: Often = False) -> None:
    """Let something run by itself again."""
    _switch(stage, subject, enabled=True, often=often)


@app.command("off")
def switch_off(stage: Stage, subject: Subject = "", often: Often = False) -> None:
    """Let something no longer run by itself."""
    _switch(stage, subject, enabled=False, often=often)


def _switch(stage: str, subject: str, *, enabled: bool, often: bool) -> None:
    from lifetracer.cli.surroundings import acting
    from lifetracer.jobs import schedule

    with acting() as (con, _):
        schedule.switch(con, stage, subject, enabled=enabled, often=often)
    typer.echo(f"{stage} {subject}".strip() + (" runs by itself." if enabled else " no longer runs by itself."))
