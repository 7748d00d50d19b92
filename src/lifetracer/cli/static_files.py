"""`lifetracer static`: write style sheet, script and logo to a folder, for a bucket that browsers fetch them from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(folder: Annotated[Path, typer.Argument(help="Where to write them; made when it is not there.")]) -> None:
    """Write the files that LIFETRACER_STATIC_URL may lead to; their addresses change with their content."""
    from lifetracer.console.assets import Assets

    for path in Assets().write(folder):
        typer.echo(path)
    typer.echo("Copy them to the bucket as they lie there, to be kept for good (Cache-Control: immutable).")
