"""`lifetracer import`: read exported files (Toggl CSV, plain CSV, iCal), or an archive, into the warehouse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.connector.importing import FileImport


def command(
    files: Annotated[
        list[str],
        typer.Argument(help="Files, folders, patterns or zip archives: .csv and .ics; or `archive FILE` of an export."),
    ],
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", help="Zone of times that name none, e.g. Asia/Tokyo; the account's by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Read exported files (Toggl CSV, iCal) into the warehouse. Importing again changes nothing."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector.importing import import_files

    if files[0] == "archive" and not Path("archive").exists():
        _restore(files[1:], as_json=as_json)
        return
    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        summary = import_files(
            warehouse, settings, account, files, time_zone=time_zone, told=None if as_json else _tell
        )
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))  # noqa: T201
    if not summary.is_whole:
        raise typer.Exit(1)


def _restore(files: list[str], *, as_json: bool) -> None:
    """Take an archive into the account, which has to be empty."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.errors import UsageError
    from lifetracer.warehouse import archive

    if len(files) != 1:
        raise UsageError("One archive is taken in at a time.", remedy="`lifetracer import archive lifetracer.zip`")
    with opened() as (warehouse, settings):
        contents = archive.restore(warehouse, chosen_account(warehouse, settings), Path(files[0]))
    if as_json:
        print(json.dumps(contents.as_json(), ensure_ascii=False))  # noqa: T201
        return
    rows = sum(contents.tables.values())
    typer.echo(f"{contents.name} is here, as of {contents.made_at:%Y-%m-%d %H:%M} UTC: {rows:,} rows.")
    typer.echo("Run `lifetracer transform` to see it, and connect the services anew: an archive holds no secrets.")


def _tell(result: FileImport) -> None:
    """One line about the file, and a sentence about each thing that was not plain."""
    if result.error:
        typer.echo(result.error.sentence(), err=True)
        return
    one, many = ("event", "events") if result.kind == "ical" else ("entry", "entries")
    what = one if result.items == 1 else many
    when = f", {result.first_on} – {result.last_on}" if result.first_on else ""
    counts = f"{result.inserted:,} new, {result.updated:,} changed, {result.unchanged:,} unchanged"
    cancelled = f", {result.deleted:,} cancelled" if result.deleted else ""
    typer.echo(f"{result.file}: {result.items:,} {what}{when}: {counts}{cancelled}")
    for note in result.notes:
        typer.echo(f"  note: {note}")
    if result.mended:
        texts = "one text" if result.mended == 1 else f"{result.mended} texts"
        typer.echo(f"  note: {texts} had characters that cannot be stored; they became �.")
    for problem in result.problems:
        typer.echo(f"  {problem}", err=True)
