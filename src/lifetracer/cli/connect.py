"""`lifetracer connect`: guided access to a service; everything that is asked can also be given by options."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifetracer.errors import BadFileError, UsageError

if TYPE_CHECKING:
    from lifetracer.connector.source import Checked, Source
    from lifetracer.settings import Settings
    from lifetracer.warehouse.accounts import Account


def command(
    source: Annotated[str, typer.Argument(help="toggl, gcal or ical.")],
    token: Annotated[
        str | None,
        typer.Option(
            "--token", "--address", help="API token (toggl) or secret address (ical); - reads standard input."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the connection, when there are several of a kind.")] = None,
    client_id: Annotated[str | None, typer.Option(help="gcal: OAuth client of type “Desktop app”.")] = None,
    client_secret: Annotated[str | None, typer.Option(help="gcal: its secret; - reads standard input.")] = None,
    refresh_token: Annotated[
        str | None, typer.Option(help="gcal: a refresh token you already have; - reads standard input.")
    ] = None,
    service_account: Annotated[
        Path | None, typer.Option(help="gcal: key file of a service account, instead of a consent.")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="gcal: whom the service account acts for (Workspace).")] = None,
    calendars: Annotated[
        str | None, typer.Option(help="gcal: ids of the calendars to read, separated by commas; or: default.")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="gcal: only print the address (for machines reached by SSH).")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="gcal: also ask to write plans, into a calendar of lifetracer's own.")
    ] = False,
    port: Annotated[int, typer.Option(help="gcal: port on which the browser's answer is awaited.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Give lifetracer access to a service; the access is tested at once and stored encrypted."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.connector import connecting
    from lifetracer.connector.registry import source_named

    service = source_named(source)
    if service.open is None or service.check is None:
        raise UsageError(f"{service.title} comes as files.", remedy="Run `lifetracer import FILE …`.")
    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        chosen: dict[str, Any] = {}
        if service.name == "google_calendar":
            from lifetracer.cli import connect_google as google

            options = google.Options(
                client_id, client_secret, refresh_token, service_account, subject, no_browser, port, write
            )
            credential = google.credential(service, options, settings)
            checked = replace_user(connecting.check(service, credential, settings), credential)
            chosen = google.choose_calendars(service, credential, settings, calendars)
        else:
            credential = _ask(service, token, settings)
            checked = connecting.check(service, credential, settings)
        made = connecting.keep(
            warehouse, account.account_id, service, credential, checked, name=name, chosen=chosen
        )  # fmt: skip
    findings = [*checked.findings, *_compare_zones(checked, account)]
    if as_json:
        typer.echo(json.dumps(made.as_json() | {"findings": findings}, ensure_ascii=False))
        return
    for finding in findings:
        typer.echo(f"  {finding}")
    typer.echo(f"{service.title} is connected as “{made.name}” ({checked.name}). Next: lifetracer sync {made.name}")


def read_secret(given: str) -> str:
    """Take a secret as it was given; ``-`` means the first line of standard input."""
    return (sys.stdin.readline() if given == "-" else given).strip()


def read_file(path: Path) -> str:
    """Read a small text file that a person named.

    Raises:
        BadFileError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        reason = getattr(failure, "strerror", None) or "it is not text"
        raise BadFileError(f"{path} cannot be read: {reason}.", remedy="Correct the path or its permissions.") from None


def replace_user(checked: Checked, credential: dict[str, str]) -> Checked:
    """Name the service account as the user where Google shows none."""
    if checked.external_user or "service_account" not in credential:
        return checked
    return replace(checked, external_user=str(json.loads(credential["service_account"])["client_email"]))


def from_environment(source: Source, name: str, settings: Settings) -> str:
    """Give the value of one secret that the environment names; empty without one."""
    setting = next((secret.setting for secret in source.secrets if secret.name == name), None)
    value = getattr(settings, setting) if setting else None
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value) if value else ""


def ask(title: str, explanation: str, *, option: str, hidden: bool = True) -> str:
    """Explain where a secret is found and ask for it; input is not shown.

    Raises:
        UsageError: nobody is there to answer.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            f"{title} is missing.",
            remedy=f"{explanation} Then give it by option (`{option} -` reads it from standard input).",
        )
    from rich.prompt import Prompt

    typer.echo(explanation)
    return Prompt.ask(title, password=hidden).strip()


def _ask(source: Source, token: str | None, settings: Settings) -> dict[str, str]:
    """Give the credential of a source with one secret: from the option, the environment, or the person."""
    found: dict[str, str] = {}
    for secret in source.secrets:
        if token is not None and not found:
            found[secret.name] = read_secret(token)
            continue
        given = from_environment(source, secret.name, settings)
        if given or not secret.optional:
            found[secret.name] = given or ask(secret.title, secret.help, option="--token")
    return found


def _compare_zones(checked: Checked, account: Account) -> list[str]:
    zone = checked.settings.get("time_zone")
    if not zone:
        return []
    if zone == account.time_zone:
        return [f"The time zone {zone} is the account's own."]
    return [f"The time zone there is {zone}, the account's is {account.time_zone}: days are cut by the account's."]
