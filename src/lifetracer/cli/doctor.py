"""`lifetracer doctor`: look for what is wrong, and say what to do.

Law: a check answers with findings and never raises; whatever goes wrong inside it is itself a finding.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from lifetracer.errors import LifetracerError

if TYPE_CHECKING:
    from lifetracer.settings import Settings
    from lifetracer.warehouse import Warehouse

LEAST_SPACE = 512 * 2**20
"""Bytes that a home should have left; a year of one person takes about 50 MB."""

GREATEST_SKEW = timedelta(seconds=30)
"""Google refuses signed requests from a clock that is off by minutes; half a minute is worth a word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a stable id, a sentence, and, when it is bad, what to do."""

    id: str
    sentence: str
    remedy: str = ""
    level: str = "ok"
    """``ok``, ``warning`` or ``problem``."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What checks may look at; ``house`` is ``None`` when the warehouse did not open."""

    settings: Settings
    house: Warehouse | None


def python(_: Patient) -> Iterator[Finding]:
    """Which interpreter and machine this is (an older one would not have come this far)."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python.version", f"Python {version}, {platform.system()} {platform.machine()}.")


def home(patient: Patient) -> Iterator[Finding]:
    """Check that the home can be written and has room."""
    place = patient.settings.home.expanduser().absolute()
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        remedy = "Give yourself write permission there, or point LIFETRACER_HOME to a folder of your own."
        yield Finding("home.writable", f"The home {place} is not writable.", remedy, "problem")
    else:
        yield Finding("home.writable", f"The home is {place}.")
    free = shutil.disk_usage(existing).free
    level = "ok" if free >= LEAST_SPACE else "warning"
    remedy = "" if level == "ok" else "Free some space before the disk is full."
    yield Finding("home.space", f"{free / 2**30:.1f} GB are free there.", remedy, level)


def database(patient: Patient) -> Iterator[Finding]:
    """Check that the database answers, is new enough and has our tables."""
    if patient.house is None:
        return
    from lifetracer.warehouse.migrate import pending

    with patient.house.transaction() as connection:
        version = connection.info.server_version
        kind = "embedded" if patient.house.is_embedded else "given by DATABASE_URL"
    yield Finding("database.version", f"PostgreSQL {version // 10_000}.{version % 10_000} ({kind}).")
    if missing := pending(patient.house):
        sentence = f"{len(missing)} migrations are missing, the first is {missing[0].version}_{missing[0].name}."
        remedy = "Run `lifetracer migrate`; any other command does it too."
        yield Finding("database.migrations", sentence, remedy, "warning")
    else:
        yield Finding("database.migrations", "Its tables are up to date.")


def clock(patient: Patient) -> Iterator[Finding]:
    """Check that this machine and the database agree on the time."""
    if patient.house is None:
        return
    with patient.house.transaction() as connection:
        before = datetime.now(UTC)
        row = connection.execute("select clock_timestamp()").fetchone()
        assert row is not None
        skew = abs(row[0] - (before + (datetime.now(UTC) - before) / 2))
    if skew > GREATEST_SKEW:
        sentence = f"This machine's clock and the database's differ by {skew.total_seconds():.0f} seconds."
        yield Finding("clock.skew", sentence, "Let the machine set its clock by the network (NTP).", "problem")
    else:
        yield Finding("clock.skew", "The clocks of this machine and of the database agree.")


def secret_key(patient: Patient) -> Iterator[Finding]:
    """Check that the key opens every stored credential."""
    if patient.house is None or _tables_missing(patient.house):
        return
    with patient.house.transaction() as connection:
        readable = patient.house.vault.readable(connection)
    if readable:
        yield Finding("secret.key", "The key opens every stored credential.")
    else:
        remedy = "Bring the former LIFETRACER_SECRET_KEY back (after the new one, separated by a comma)."
        yield Finding("secret.key", "Some credentials were encrypted with another key.", remedy, "problem")


def connections(patient: Patient) -> Iterator[Finding]:
    """Every connection works and was read lately."""
    if patient.house is None or _tables_missing(patient.house):
        return
    from lifetracer.warehouse.queries import beside

    with patient.house.transaction() as connection:
        rows = connection.execute(beside(__file__)["connections"]).fetchall()
    if not rows:
        yield Finding("connections.none", "No service is connected yet.", "Run `lifetracer connect toggl`.", "warning")
    for account, source, name, status, problem, last_success_at, waits_until in rows:
        label = f"{source} ({name}) of {account}"
        id_ = f"connection.{source}.{name}"
        if status == "needs_user":
            told = problem or {}
            yield Finding(id_, f"{label}: {told.get('message', 'needs you.')}", str(told.get("remedy", "")), "problem")
        elif status == "paused":
            yield Finding(id_, f"{label} is paused.")
        elif waits_until and waits_until > datetime.now(UTC):
            yield Finding(id_, f"{label} waits for its request allowance until {waits_until:%Y-%m-%d %H:%M} UTC.")
        elif last_success_at is None:
            yield Finding(id_, f"{label} was never read.", "Run `lifetracer sync`.", "warning")
        elif datetime.now(UTC) - last_success_at > timedelta(days=2):
            when = f"{last_success_at:%Y-%m-%d %H:%M} UTC"
            remedy = "Is the schedule running (`lifetracer up`)?"
            yield Finding(id_, f"{label} was last read on {when}.", remedy, "warning")
        else:
            yield Finding(id_, f"{label} was last read on {last_success_at:%Y-%m-%d %H:%M} UTC.")


CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (python, home, database, clock, secret_key, connections)
"""Every check, in the order in which a person would ask."""


def command(as_json: Annotated[bool, typer.Option("--json", help="Print the findings for machines.")] = False) -> None:
    """Look for what is wrong, and say what to do; exit code 3 when something needs you."""
    found = examine()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False))
    else:
        signs = {"ok": "✓", "warning": "!", "problem": "✗"}
        for finding in found:
            typer.echo(f"{signs[finding.level]} {finding.sentence}")
            if finding.remedy:
                typer.echo(f"  → {finding.remedy}  [{finding.id}]")
    if any(finding.level == "problem" for finding in found):
        raise typer.Exit(3)


def examine() -> list[Finding]:
    """Run every check; the warehouse is opened as it is, not migrated.

    Raises:
        FixByHandError: the settings themselves cannot be read.
    """
    from lifetracer import warehouse
    from lifetracer.settings import load
    from lifetracer.warehouse.embedded import terminable

    settings = load()
    with terminable():
        try:
            house = warehouse.open(settings)
        except LifetracerError as failure:
            found = [Finding("database.open", str(failure), failure.remedy, "problem")]
            return [finding for check in CHECKS for finding in _checked(check, Patient(settings, None))] + found
        with house:
            return [finding for check in CHECKS for finding in _checked(check, Patient(settings, house))]


def _checked(check: Callable[[Patient], Iterator[Finding]], patient: Patient) -> list[Finding]:
    try:
        return list(check(patient))
    except LifetracerError as failure:
        return [Finding(check.__name__, str(failure), failure.remedy, "problem")]


def _tables_missing(house: Warehouse) -> bool:
    from lifetracer.warehouse.migrate import pending

    return bool(pending(house))
