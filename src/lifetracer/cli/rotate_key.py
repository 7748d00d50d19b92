"""`lifetracer rotate-key`: encrypt the stored credentials with a new key."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    print_new: Annotated[bool, typer.Option("--print-new", help="Only make a key and print it.")] = False,
) -> None:
    """Encrypt the stored credentials with a new key.

    The embedded database keeps its key in HOME/secret.key: it is replaced. For any other database put the new key
    before the old one in LIFETRACER_SECRET_KEY (separated by a comma), run this, then drop the old one.
    """
    from lifetracer.warehouse.vault import new_key

    if print_new:
        typer.echo(new_key())
        return
    from lifetracer.cli.surroundings import opened

    with opened() as (house, _):
        vault = house.vault.with_new_key() if house.vault.key_file else house.vault
        with house.transaction() as connection:
            count = vault.rotate(connection)
        if vault.key_file:
            vault.drop_old_keys()
    typer.echo(f"{count} credentials are encrypted with the newest key.")
    if vault.key_file is None:
        typer.echo("Older keys can now be removed from LIFETRACER_SECRET_KEY.")
