"""`lifetracer import`: read exported files (Toggl CSV, plain CSV, iCal) into the warehouse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.connector.importing import FileImport


def command(
    files: Annotated[list[str], typer.Argument(help="Files, folders, patterns or zip archives: .csv and .ics.")],
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", help="Zone of times that name none, e.g. Asia/Tokyo; the account's by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Read exported files (Toggl CSV, iCal) into the warehouse. Importing again changes nothing."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector.importing import import_files

    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        summary = import_files(
            warehouse, settings, account, files, time_zone=time_zone, told=None if as_json else _tell
        )
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))  # noqa: T201
    if not summary.is_whole:
        raise typer.Exit(1)


def _tell(result: FileImport) -> None:
    """One line about the file, and a sentence about each thing that was not plain."""
    if result.error:
        typer.echo(result.error.sentence(), err=True)
        return
    what = "events" if result.kind == "ical" else "entries"
    when = f", {result.first_on} – {result.last_on}" if result.first_on else ""
    counts = f"{result.inserted:,} new, {result.updated:,} changed, {result.unchanged:,} unchanged"
    cancelled = f", {result.deleted:,} cancelled" if result.deleted else ""
    typer.echo(f"{result.file}: {result.items:,} {what}{when}: {counts}{cancelled}")
    for note in result.notes:
        typer.echo(f"  note: {note}")
    if result.mended:
        typer.echo(f"  note: {result.mended} texts had characters that cannot be stored; they became �.")
    for problem in result.problems:
        typer.echo(f"  {problem}", err=True)
