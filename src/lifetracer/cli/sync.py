"""`lifetracer sync`: bring what changed at the services into the warehouse."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.connector.summary import ConnectionSync, SyncSummary
    from lifetracer.connector.sync_run import Progress


def command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="toggl, gcal, ical or a connection's name; by default all that are not paused."),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Read again what lies on or after this day.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Read again what lies before this day.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again and compare.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Bring what changed at the services into the warehouse."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector.sync import sync

    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        with _showing(quiet=as_json) as progress:
            summary = sync(
                warehouse,
                settings,
                account.account_id,
                sources or (),
                since=since.date() if since else None,
                until=until.date() if until else None,
                full=full,
                progress=progress,
            )
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))  # noqa: T201
    else:
        _tell(summary)
    if summary.error:
        raise typer.Exit(summary.error.exit_code)


@contextmanager
def _showing(*, quiet: bool) -> Iterator[Progress | None]:
    """Show a moving line on a terminal, one plain line per stream elsewhere, nothing with ``--json``."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    with Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("…", total=None)
        yield lambda result: bar.update(task, description=_line(result))


def _plain_lines() -> Progress:
    told: set[tuple[str, str]] = set()

    def tell(result: ConnectionSync) -> None:
        if (result.name, result.stream) not in told:
            told.add((result.name, result.stream))
            typer.echo(f"{result.source}: reading {result.stream}", err=True)

    return tell


def _line(result: ConnectionSync) -> str:
    return f"{result.source} · {result.stream} · {result.items:,} items · {result.requests} requests{_left(result)}"


def _left(result: ConnectionSync) -> str:
    known = [
        f"{bucket.split(':')[0]} {q['remaining']}" + (f" of {q['total']}" if q["total"] else "")
        for bucket, q in result.quota.items()
        if q["remaining"] is not None
    ]
    return f" · left: {', '.join(known)}" if known else ""


def _tell(summary: SyncSummary) -> None:
    if not summary.connections:
        typer.echo("Only files were imported so far; there is no service to sync. See `lifetracer connect --help`.")
    for result in summary.connections:
        counts = f"{result.inserted:,} new, {result.updated:,} changed, {result.deleted:,} deleted"
        typer.echo(
            f"{result.source} ({result.name}): {result.status}; {counts}; {result.requests} requests{_left(result)}"
        )
        if result.mended:
            typer.echo(f"  {result.mended} texts had characters that cannot be stored; they became �.")
        for warning in result.warnings:
            typer.echo(f"  note: {warning.get('message') or _plain(warning)}")
        if result.error:
            typer.echo(f"  {result.error.sentence()}", err=True)


def _plain(warning: dict[str, object]) -> str:
    facts = ", ".join(f"{key} {value}" for key, value in warning.items() if key != "kind")
    return f"{str(warning['kind']).replace('_', ' ')} ({facts})" if facts else str(warning["kind"])
