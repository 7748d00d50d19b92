"""`lifetracer types`: write the row types from the live database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when a file is not current.")] = False,
) -> None:
    """Write the row types of the warehouse (rows.py, and mart_rows.py when there are marts)."""
    from lifetracer.cli.surroundings import opened
    from lifetracer.errors import FixByHandError
    from lifetracer.warehouse import catalog

    folder = Path(catalog.__file__).parent
    with opened() as (house, _), house.transaction() as connection:
        texts = catalog.modules(connection)
    stale = [name for name, text in texts.items() if not _holds(folder / name, text)]
    if check and stale:
        raise FixByHandError(f"Row types are not current: {', '.join(stale)}.", remedy="Run `lifetracer types`.")
    for name in stale:
        (folder / name).write_text(texts[name], encoding="utf-8")
        typer.echo(f"wrote {folder / name}")
    if not stale:
        typer.echo("The row types are current.")


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
