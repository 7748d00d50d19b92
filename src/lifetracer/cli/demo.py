"""`lifetracer demo`: a demo person's weeks in a home of their own; nothing real is touched.

The person lives in the sandbox, which emulates the services; everything else is the program as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    import socket

FOREIGN = ("DATABASE_URL", "DIRECT_DATABASE_URL", "SUPABASE_", "NEXT_PUBLIC_", "TOGGL_", "GOOGLE_", "LIFETRACER_")
"""Beginnings of variables that lead to somebody's real data."""

HISTORY = timedelta(days=730)


def command(
    language: Annotated[
        str | None, typer.Option(help="Language of the demo person, en or ja; by default the system's.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the web pages; by default 3000 or LIFETRACER_PORT.")
    ] = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Look at a demo person's weeks, without any account; Ctrl-C ends it, the next time goes on there."""
    from lifetracer.errors import UsageError
    from lifetracer.jobs.supervise import Part, Program, start
    from lifetracer.server.listen import address_of, listen
    from lifetracer.settings import load
    from lifetracer.warehouse.accounts import system_language

    settings = load()
    language = language or settings.language or system_language()
    if language not in {"en", "ja"}:
        raise UsageError(f"The demo speaks en and ja, not “{language}”.", remedy="Choose one of them.")
    home = settings.home / "demo" / language
    is_first = not (home / "born").exists()
    door = listen("127.0.0.1", port or settings.port)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    life = ["--start", _first_day(home), "--language", language]
    sandbox = start(["sandbox", "--port", "0", "--no-quota", *life], environ=clean, stdout=subprocess.PIPE)
    try:
        typer.echo("A demo person is being born …" if is_first else "The demo person has gone on living …")
        environ = clean | _surroundings(home, language, _introduction(sandbox))
        parts = [
            Part("server", ["serve", "--fd", str(door.fileno())], environ, keep=(door.fileno(),)),
            Part("worker", ["worker"], environ),
        ]
        first, then = (partial(_wish, environ, language), partial(_intend, environ, language))
        told = _Told(address_of(door), home, browser=browser, first=first if is_first else None, then=then)
        raise typer.Exit(Program(parts, say=_say).run(told.story(door)))
    finally:
        sandbox.terminate()
        sandbox.wait(5)


def _first_day(home: Path) -> str:
    """Give the day on which the demo person's history begins: two years before the first look."""
    birth = home / "born"
    with contextlib.suppress(OSError):
        return birth.read_text(encoding="ascii").strip()
    from lifetracer.warehouse.premises import settle

    settle(home)  # makes the home, or says why it cannot be made
    day = (datetime.now(UTC) - HISTORY).date().isoformat()
    birth.write_text(day, encoding="ascii")
    return day


def _introduction(sandbox: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Read the address and the credentials that the sandbox tells first."""
    from lifetracer.errors import LifetracerError

    assert sandbox.stdout
    line = sandbox.stdout.readline()
    if not line:
        raise LifetracerError("The sandbox did not start.", remedy="`lifetracer sandbox` shows why.")
    told = json.loads(line)
    return {"url": told["url"], **told["people"][0]}


def _surroundings(home: Path, language: str, person: Mapping[str, Any]) -> dict[str, str]:
    """Give the environment in which the program belongs to the demo person."""
    return {
        "LIFETRACER_HOME": str(home),
        "LIFETRACER_ACCOUNT": person["name"],
        "LIFETRACER_TIME_ZONE": person["timeZone"],
        "LIFETRACER_LANGUAGE": language,
        "LIFETRACER_TOGGL_URL": person["url"],
        "LIFETRACER_TOGGL_PAUSE_SECONDS": "0",
        "LIFETRACER_GOOGLE_URL": person["url"],
        "LIFETRACER_GOOGLE_TOKEN_URL": f"{person['url']}/token",
        "TOGGL_API_TOKEN": person["togglToken"],
        "GOOGLE_CLIENT_ID": person["googleClientId"],
        "GOOGLE_CLIENT_SECRET": person["googleClientSecret"],
        "GOOGLE_REFRESH_TOKEN": person["googleRefreshToken"],
    }


def _wish(environ: Mapping[str, str], language: str) -> None:
    """Enter the targets and the rate that the demo person has from the beginning."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.sandbox.person.wishes import price, wishes
    from lifetracer.settings import load
    from lifetracer.warehouse import measures, rates, targets

    with opened(load(environ)) as (house, settings):
        born = date.fromisoformat((settings.home / "born").read_text(encoding="ascii").strip())
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as connection:
            if targets.every(connection):
                return
            for wish in wishes(language):
                amount = measures.read(wish.amount, wish.measure)
                targets.add(
                    connection,
                    targets.Target(
                        name=wish.name,
                        subject="category",
                        subject_value=wish.category,
                        measure=wish.measure,
                        period=wish.period,
                        comparison=wish.comparison,
                        low=amount if wish.comparison == "at_least" else None,
                        high=amount if wish.comparison == "at_most" else None,
                        weekdays=list(wish.weekdays) if wish.weekdays else None,
                        valid_from=born,
                    ),
                )
            hour = price(language)
            rates.put(connection, Decimal(hour.amount), hour.currency, client=hour.client)


def _intend(environ: Mapping[str, str], language: str) -> None:
    """Enter the demo person's intents; what they are about is known once their time was read."""
    from lifetracer.adjuster import wishing
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.sandbox.person.wishes import sentences
    from lifetracer.settings import load
    from lifetracer.warehouse import intents

    with opened(load(environ)) as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id) as connection:
            for sentence in () if intents.every(connection) else sentences(language):
                wishing.add(connection, sentence, language, datetime.now(UTC).date())


class _Told:
    """What the terminal hears: how far the work is, and where to look."""

    def __init__(
        self, address: str, home: Path, *, browser: bool, first: Callable[[], None] | None, then: Callable[[], None]
    ) -> None:
        self.address = address
        self.home = home
        self.browser = browser
        self.first = first
        """What is done once, before the first pipeline."""
        self.then = then
        """What is done after it."""
        self.begun = time.monotonic()

    def story(self, door: socket.socket) -> Iterator[float]:
        """Ask for the pipeline, tell how it goes, and where to look; yields seconds to wait."""
        from lifetracer.server.listen import answers

        while not answers(door):
            yield 0.05
        if self.first:
            self.first()
        asked = None
        while asked is None:
            asked = self._api("POST", "/api/pipeline")
            yield 0.2
        if not self.first:  # the pages show what there was; what is new comes while one looks
            self._invite()
        known: dict[str, str] = {}
        while True:
            job = self._api("GET", f"/api/jobs/{asked['jobId']}") or {}
            for step in job.get("progress", {}).get("steps", []):
                self._tell(step, known)
            if job.get("status") in {"succeeded", "failed", "needs_user", "cancelled"}:
                break
            yield 0.2
        if job["status"] != "succeeded":
            _say(f"{job['error']['message']} {((job['error'].get('step') or {}).get('message')) or ''}")
        if self.first:
            if job["status"] == "succeeded":
                self.then()
                for stage in ("transform", "adjust"):
                    self._api("POST", f"/api/{stage}")
            self._invite()
        while True:
            yield 0.5

    def _invite(self) -> None:
        seconds = time.monotonic() - self.begun
        typer.echo(f"\n  Look at the week:  {self.address}\n\n  (ready in {seconds:.1f} s; Ctrl-C ends it)")
        typer.echo(f"  Commands for this person:  LIFETRACER_HOME={self.home} lifetracer …\n")
        if self.browser:
            _open(self.address)

    def _tell(self, step: Mapping[str, Any], known: dict[str, str]) -> None:
        name = " ".join(filter(None, (step["stage"], step["subject"])))
        if step["status"] == "skipped" or known.get(name) == step["status"]:
            return
        known[name] = step["status"]
        if step["status"] in {"running", "succeeded", "failed", "needs_user", "waiting"}:
            word = {"running": "…", "succeeded": "done"}.get(step["status"], step["status"].replace("_", " "))
            typer.echo(f"  {TITLES.get(name, name)} {word}")

    def _api(self, method: str, path: str) -> dict[str, Any] | None:
        request = urllib.request.Request(self.address + path, method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own server
                return cast("dict[str, Any]", json.load(answer))
        except (urllib.error.URLError, OSError, ValueError):
            return None


TITLES = {
    "sync toggl_track": "Reading what happened (Toggl Track)",
    "sync google_calendar": "Reading what was planned (Google Calendar)",
    "transform": "Comparing plan and actual",
    "analyze": "Estimating what is likely",
    "adjust": "Proposing what is achievable",
    "report week": "Printing the week",
}


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _open(address: str) -> None:
    """Open the page where there is a screen; a text browser in this terminal would only disturb."""
    if (
        os.environ.get("DISPLAY")
        or os.environ.get("WAYLAND_DISPLAY")
        or os.name == "nt"
        or os.uname().sysname == "Darwin"
    ):
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)
