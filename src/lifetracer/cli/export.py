"""`lifetracer export`: marts as CSV or Parquet, or everything as an archive that can be imported again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, Annotated, TypeVar

import typer

app = typer.Typer(
    add_completion=False,
    help="Take your data along: marts as CSV or Parquet, or everything as an archive.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

T = TypeVar("T")

MartName = Annotated[str, typer.Argument(metavar="MART", help="Which, such as day_category; `list` shows them.")]
First = Annotated[str, typer.Option("--from", help="First day, as 2026-11-01.")]
Last = Annotated[str, typer.Option("--to", help="Last day.")]
Output = Annotated[
    Path | None, typer.Option("--output", "--out", help="The file; by default named after what it is. - is stdout.")
]
Json = Annotated[bool, typer.Option("--json", help="Print a summary for machines.")]


@app.command("list")
def marts() -> None:
    """List the marts that can be exported."""
    from lifetracer.transform.marts import all_marts

    for mart in all_marts().values():
        typer.echo(f"{mart.name:24}  {mart.description.split('. ')[0].rstrip('.')}.")


@app.command("csv")
def as_csv(mart: MartName, first: First = "", last: Last = "", output: Output = None, as_json: Json = False) -> None:
    """Export a mart as CSV."""
    _export(mart, "csv", first, last, output, as_json)


@app.command("parquet")
def as_parquet(
    mart: MartName, first: First = "", last: Last = "", output: Output = None, as_json: Json = False
) -> None:
    """Export a mart as Parquet, which keeps the types."""
    _export(mart, "parquet", first, last, output, as_json)


@app.command("archive")
def archive(output: Output = None, as_json: Json = False) -> None:
    """Export everything that is yours as one file; `lifetracer import archive` takes it in again."""
    from lifetracer.cli.surroundings import chosen_account, opened, today_of
    from lifetracer.warehouse import archive as archives

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        target = output or Path(f"lifetracer-{today_of(account)}.zip")
        contents = _written(target, lambda file: archives.write(house, account, file))
    if as_json:
        typer.echo(json.dumps({**contents.as_json(), "path": str(target)}, ensure_ascii=False))
    elif str(target) != "-":
        rows = sum(contents.tables.values())
        typer.echo(f"{target}: {rows:,} rows of {len(contents.tables)} tables. It holds no secrets, but all your time.")


def _export(mart: str, form: str, first: str, last: str, output: Path | None, as_json: bool) -> None:
    from lifetracer.cli.surroundings import acting
    from lifetracer.transform import export

    days = [date.fromisoformat(text) if text else None for text in (_day(first), _day(last))]
    with acting(timeout="30min") as (connection, _):
        chosen = export.mart_of(connection, mart)
        target = output or Path(f"{mart}.{form}")
        rows = _written(target, lambda file: export.write(connection, chosen, form, file, first=days[0], last=days[1]))
    if as_json:
        typer.echo(json.dumps({"path": str(target), "mart": mart, "rows": rows}), err=str(target) == "-")
    elif str(target) != "-":
        typer.echo(f"{target}: {rows:,} rows.")


def _day(text: str) -> str:
    from lifetracer.errors import UsageError

    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError(f"“{text}” is no day.", remedy="Write it like 2026-11-21.") from None


def _written(target: Path, write: Callable[[IO[bytes]], T]) -> T:
    """Write a file that appears whole or not at all."""
    from lifetracer.errors import FixByHandError
    from lifetracer.whole import whole_file

    if str(target) == "-":
        return write(sys.stdout.buffer)
    try:
        with whole_file(target) as file:
            return write(file)
    except OSError as failure:
        raise FixByHandError(
            f"{target} cannot be written ({failure.strerror}).", remedy="Choose another file with --output."
        ) from None
