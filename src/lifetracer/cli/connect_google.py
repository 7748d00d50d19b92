"""The Google part of `lifetracer connect`: from an OAuth client to a refresh token, and which calendars to read."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lifetracer.cli.connect import ask, from_environment, read_file, read_secret
from lifetracer.errors import UsageError

if TYPE_CHECKING:
    from lifetracer.connector.source import Source
    from lifetracer.outside.google_consent import Consent
    from lifetracer.settings import Settings

HOW_TO_MAKE_A_CLIENT = """\
Google asks everyone for an OAuth client of their own (free, once, about five minutes):
  1. https://console.cloud.google.com → create a project.
  2. APIs & Services → Library → “Google Calendar API” → Enable.
  3. APIs & Services → OAuth consent screen → External; add your address; then “Publish app” (In production):
     in “Testing”, Google ends the access after 7 days. The warning about an unverified app is expected.
  4. APIs & Services → Credentials → Create credentials → OAuth client ID → Desktop app; copy id and secret."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was given on the command line."""

    client_id: str | None = None
    client_secret: str | None = None
    refresh_token: str | None = None
    service_account: Path | None = None
    subject: str | None = None
    no_browser: bool = False
    port: int = 0
    write: bool = False
    """Whether plans shall be written, too."""


def credential(source: Source, options: Options, settings: Settings) -> dict[str, str]:
    """Give a credential by service account, refresh token, or the person's consent in the browser.

    Raises:
        CredentialError: the consent was declined or is not enough.
        UsageError: something is missing and nobody is there to be asked.
    """
    if options.service_account:
        key = {"service_account": read_file(options.service_account)}
        return key | ({"subject": options.subject} if options.subject else {})
    environment = {
        name: from_environment(source, name, settings)
        for name in ("client_id", "client_secret", "refresh_token", "service_account")
    }
    if environment["service_account"] and not (options.client_id or options.refresh_token):
        return {"service_account": environment["service_account"]}
    client_id = read_secret(options.client_id or environment["client_id"]) or ask(
        "OAuth client id", HOW_TO_MAKE_A_CLIENT, option="--client-id", hidden=False
    )
    client_secret = read_secret(options.client_secret or environment["client_secret"]) or ask(
        "OAuth client secret", "It stands beside the client id.", option="--client-secret"
    )
    known = {"client_id": client_id, "client_secret": client_secret}
    refresh_token = options.refresh_token or ("" if sys.stdin.isatty() else environment["refresh_token"])
    if refresh_token:
        return known | {"refresh_token": read_secret(refresh_token)}
    return _consent(known, options, settings)


def choose_calendars(
    source: Source, credential: dict[str, str], settings: Settings, wanted: str | None
) -> dict[str, Any]:
    """Give settings that say which calendars are read: as given, as the person picks, or the default."""
    from lifetracer.connector import connecting
    from lifetracer.connector.sources.google_calendar import calendar_list, check

    if wanted and wanted != "default":
        return {"calendar_ids": [part.strip() for part in wanted.split(",") if part.strip()], "calendars_off": []}
    if wanted or not sys.stdin.isatty():
        return {"calendar_ids": [], "calendars_off": []} if wanted else {}
    with connecting.trial(source, credential, settings) as client:
        rows = check.listed(client)
    if not rows:
        return {}
    typer.echo("Calendars:")
    for number, row in enumerate(rows, 1):
        mark = " " if calendar_list.is_off_by_default(row) else "x"
        typer.echo(f"  [{mark}] {number}  {calendar_list.title_of(row)}")
    from rich.prompt import Prompt

    answer = Prompt.ask("Which ones? Numbers separated by commas; Enter takes the marked ones", default="")
    return calendar_list.selection(rows, picked(answer, len(rows)))


def picked(answer: str, count: int) -> list[int] | None:
    """Read numbers from 1 to ``count`` separated by commas; ``None`` when nothing was entered.

    Raises:
        UsageError: one of them is no such number.
    """
    parts = [part.strip() for part in answer.split(",") if part.strip()]
    if any(not part.isdigit() or not 1 <= int(part) <= count for part in parts):
        raise UsageError(f"“{answer}” is not a list of numbers from 1 to {count}.", remedy="Write it like 1,3.")
    return [int(part) for part in parts] or None


def _consent(known: Mapping[str, str], options: Options, settings: Settings) -> dict[str, str]:
    from lifetracer.outside.google_consent import Client, Consent
    from lifetracer.outside.google_oauth import READ_SCOPES, WRITE_SCOPES

    client = Client(known["client_id"], known["client_secret"], settings.google_auth_url, settings.google_token_url)
    with Consent(client, options.port, WRITE_SCOPES if options.write else READ_SCOPES) as consent:
        _show(consent, options)
        given = consent.trade()
    if not given.shows_list:
        typer.echo(
            "The box for the list of calendars was left unticked: name the calendars in GOOGLE_CALENDAR_IDS, or "
            "connect again and tick it. Until then only your own calendar is read.",
            err=True,
        )
    if options.write and not given.may_plan:
        typer.echo(
            "The box for a calendar of lifetracer's own was left unticked: plans can be proposed, and not written.",
            err=True,
        )
    return given.credential


def _show(consent: Consent, options: Options) -> None:
    if not options.no_browser and _has_screen() and webbrowser.open(consent.url):
        typer.echo("Your browser shows Google's question. If it does not, open this address:", err=True)
        typer.echo(consent.url, err=True)
        consent.wait()
        return
    typer.echo("Open this address in a browser:", err=True)
    typer.echo(consent.url, err=True)
    typer.echo(
        f"If the browser runs on another computer than this one, either open a tunnel there first\n"
        f"  ssh -L {consent.port}:127.0.0.1:{consent.port} THIS_MACHINE\n"
        "or go on without: after you allow it, the browser fails to open an address that begins with "
        f"{consent.redirect_uri}; copy that whole address and paste it here.",
        err=True,
    )
    if not sys.stdin.isatty():
        consent.wait()
        return
    while not consent.wait(0):
        pasted = input("Address (or Enter, when the browser said that you can close the window): ").strip()
        if pasted and not consent.take(pasted):
            typer.echo("That address does not answer this question; copy it whole.", err=True)


def _has_screen() -> bool:
    """Tell whether a browser can show itself here; a text browser in the terminal cannot sign in at Google."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
