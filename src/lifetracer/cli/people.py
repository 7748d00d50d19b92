"""`lifetracer people`: who can sign in to the console; on this machine, where nobody has to prove who they are."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from lifetracer.settings import Settings
    from lifetracer.warehouse import Connection

app = typer.Typer(
    add_completion=False,
    help="List, invite and remove people who sign in; lead somebody back whose password is lost.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]
Name = Annotated[str, typer.Argument(help="The name they sign in with, or the account's id.")]
WHO = "command line"


@app.command("list")
def every(as_json: AsJson = False) -> None:
    """List who can sign in."""
    from lifetracer.cli.surroundings import opened
    from lifetracer.cli.tables import show
    from lifetracer.warehouse import people

    with opened() as (house, _), house.transaction() as connection:
        known = people.listed(connection)
    if as_json:
        typer.echo(json.dumps([asdict(person) for person in known], default=str, ensure_ascii=False))
        return
    if not known:
        typer.echo("Nobody has to sign in yet: whoever sits at this machine is at home.")
        return
    show(
        ("Signs in as", "Account", "Operator", "Second factor", "Last seen"),
        [
            (
                person.sign_in_name,
                person.name,
                "yes" if person.is_operator else "",
                "on" if person.has_second_factor else "off",
                f"{person.last_seen_at:%Y-%m-%d %H:%M}" if person.last_seen_at else "",
            )
            for person in known
        ],
    )


@app.command()
def invite(name: Annotated[str, typer.Argument(help="Who is invited.")], as_json: AsJson = False) -> None:
    """Invite somebody to an account of their own; prints the link, which counts once, for seven days."""
    from lifetracer.cli.surroundings import opened
    from lifetracer.errors import UsageError
    from lifetracer.warehouse import audit, invitations, people

    with opened() as (house, settings):
        with house.transaction() as connection:
            operator = next((person for person in people.listed(connection) if person.is_operator), None)
        if operator is None:
            raise UsageError("Nobody signs in here yet.", remedy="Open the console and set the owner's password first.")
        with house.transaction(account_id=operator.account_id) as connection:
            token = invitations.invite(connection, operator.account_id, name)
            audit.note(connection, WHO, "person.invite", name)
    _tell(settings, token, as_json=as_json)


@app.command()
def reset(
    name: Annotated[str | None, typer.Argument(help="The name they sign in with; the only person by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lead somebody back whose password or second factor is lost; prints a link, which counts once, for a day."""
    from lifetracer.cli.surroundings import opened
    from lifetracer.errors import UsageError
    from lifetracer.warehouse import audit, invitations, people

    with opened() as (house, settings):
        with house.transaction() as connection:
            known = people.listed(connection)
            if not name and len(known) != 1:
                raise UsageError("Say whom to lead back.", remedy="`lifetracer people list` shows who is there.")
            person = people.named(connection, name) if name else known[0]
            token = invitations.lead_back(connection, person.account_id, person.sign_in_name)
        with house.transaction(account_id=person.account_id) as connection:
            audit.note(connection, WHO, "person.reset", person.sign_in_name)
    _tell(settings, token, as_json=as_json)


@app.command()
def remove(name: Name) -> None:
    """Remove somebody: they can no longer come in, and nothing runs for them; their data stays."""

    def work(connection: Connection, account_id: UUID) -> None:
        from lifetracer.warehouse import people

        people.banish(connection, account_id)

    _change(name, "person.remove", work)
    typer.echo(f"{name} can no longer come in. The data of the account stays.")


@app.command()
def operator(
    name: Name,
    no_more: Annotated[bool, typer.Option("--no-more", help="They shall be one no longer.")] = False,
) -> None:
    """Let somebody invite and remove people, or no longer; it shows them nobody's time."""

    def work(connection: Connection, account_id: UUID) -> None:
        from lifetracer.warehouse import people

        people.appoint(connection, account_id, is_operator=not no_more)

    _change(name, "person.appoint", work)
    typer.echo(f"{name} is {'no longer ' if no_more else ''}an operator.")


def _change(name: str, action: str, work: Callable[[Connection, UUID], None]) -> None:
    from lifetracer.cli.surroundings import opened
    from lifetracer.warehouse import audit, people

    with opened() as (house, _):
        with house.transaction() as connection:
            person = people.named(connection, name)
            work(connection, person.account_id)
        with house.transaction(account_id=person.account_id) as connection:
            audit.note(connection, WHO, action, person.sign_in_name)


def _tell(settings: Settings, token: str, *, as_json: bool) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    host = "localhost" if host in {"127.0.0.1", "0.0.0.0", "[::]", "[::1]"} else host  # noqa: S104
    address = f"{settings.public_url or f'http://{host}:{settings.port}'}/invitation/{token}"
    typer.echo(json.dumps({"address": address}) if as_json else address)
