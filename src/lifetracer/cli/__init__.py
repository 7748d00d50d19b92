"""The command line: one thin module per command, loaded only when it is called, so `--help` answers at once.

A module has either a function ``command`` or a :class:`typer.Typer` named ``app``.
Law: a user's mistake ends in a sentence and an exit code (0 done, 1 failed, 2 wrong usage, 3 needs you), never in a
traceback.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from lifetracer import __version__, garbage
from lifetracer.errors import LifetracerError, UsageError


class Command(NamedTuple):
    """What `--help` says about a command without loading it."""

    name: str
    help: str
    module: str = ""

    def load(self) -> Any:
        """Import the command's module and make it a command of the command line."""
        module = importlib.import_module(f"{__name__}.{self.module or self.name.replace('-', '_')}")
        app: typer.Typer | None = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
            app.command()(module.command)
        command = get_command(app)
        command.name = self.name
        return command


COMMANDS = (
    Command("up", "Start everything: database, server, worker and schedule."),
    Command("demo", "Look at a demo person's weeks, without any account."),
    Command("connect", "Give lifetracer access to Toggl Track or Google Calendar."),
    Command("connections", "List what is connected, and how it is."),
    Command("disconnect", "Give up the access to a service."),
    Command("hooks", "Let services tell at once that something changed."),
    Command("sync", "Bring what changed at the services into the warehouse."),
    Command("import", "Read exported files (Toggl CSV, iCal) into the warehouse.", "import_files"),
    Command("transform", "Build the tables that are shown from what the services sent."),
    Command("analyze", "Estimate what is likely, and notice what is unusual."),
    Command("estimates", "Show what is likely, with its band and why."),
    Command("what-if", "Predict a week as it would be with other blocks or targets."),
    Command("insights", "Tell unusual weeks, lasting changes, what goes together, plans that are too short."),
    Command("category", "List, add, change and remove categories."),
    Command("rule", "Say which entries and events belong to which category; preview and suggestions."),
    Command("target", "Set targets for each day, week or month."),
    Command("plan", "Let lifetracer plan your missing hours: propose, look, approve, undo."),
    Command("intent", "Say what you wish of each day, week or month."),
    Command("adjust", "Make achievable targets of what you wish."),
    Command("proposal", "Accept, edit or reject proposed targets."),
    Command("vacation", "Note days away, and how bold proposals may be."),
    Command("rate", "Say what a billable hour costs."),
    Command("day-type", "Show and correct what kind of day it was."),
    Command("report", "Write a report as PDF."),
    Command("review", "Read what went as wished in a week, what did not, what changed."),
    Command("reports", "List, fetch and throw away reports."),
    Command("export", "Take your data along: CSV, Parquet, or everything as an archive."),
    Command("feed", "Let other calendars show what happened, at a secret address."),
    Command("language-model", "Say what a language model may see; read what was sent to it."),
    Command("doctor", "Look for what is wrong, and say what to do."),
    Command("accounts", "List, make and change accounts."),
    Command("people", "List, invite and remove people who sign in."),
    Command("jobs", "List, show and cancel jobs."),
    Command("schedule", "Show or change what runs by itself, and when."),
    Command("token", "Make, list and revoke tokens for programs that use the API."),
    Command("reader", "Make database logins for people who write SQL."),
    Command("grafana", "Write, try and upload the Grafana dashboards."),
    Command("serve", "Run the server alone."),
    Command("worker", "Run a worker alone."),
    Command("static", "Write the pages' style sheet and script for a bucket or CDN.", "static_files"),
    Command("migrate", "Bring the database's tables up to date."),
    Command("rotate-key", "Encrypt the stored credentials with a new key."),
    Command("sandbox", "Serve imitations of the services, for trying and testing."),
    Command("types", "Write the row types from the live database."),
)
"""Every command, in the order in which a person meets them."""


class LazyCommands(TyperGroup):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Name the commands in the order of the list."""
        return [command.name for command in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Load the command that was asked for."""
        return next((command.load() for command in COMMANDS if command.name == cmd_name), None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that was asked for; of a near miss say what was perhaps meant."""
        names = self.list_commands(ctx)
        if args[0] not in names:
            from difflib import get_close_matches

            if near := get_close_matches(args[0], names, n=1):
                ctx.fail(f"No such command '{args[0]}'. Did you mean '{near[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list for `--help` from what is known without loading."""
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.help) for command in COMMANDS])

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what a person can mend becomes a sentence and an exit code."""
        try:
            for word in sys.argv[1:]:
                _require_text(word)
            return super().invoke(ctx)
        except LifetracerError as failure:
            tell(failure, as_json="--json" in sys.argv)
            raise typer.Exit(failure.exit_code) from None


app = typer.Typer(
    cls=LazyCommands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lifetracer {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    account: Annotated[
        str | None, typer.Option(help="Account to act for (name or id), when there are several.")
    ] = None,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Tell the version.")
    ] = False,
) -> None:
    """What you planned, what you did, what is likely: your time in a warehouse that you own."""
    if account is not None:
        os.environ["LIFETRACER_ACCOUNT"] = account  # child processes act for the same one


def _require_text(word: str) -> None:
    """Refuse a word of the command line that no text can be made of: bytes of another encoding.

    Raises:
        UsageError: it is such a word.
    """
    if not word.isascii() and any("\ud800" <= letter <= "\udfff" for letter in word):
        shown = os.fsencode(word).decode(errors="replace")
        raise UsageError(
            f"“{shown}” is not text in UTF-8.", remedy="Rename the file, or set the terminal to UTF-8, and try again."
        )


def tell(failure: LifetracerError, *, as_json: bool = False) -> None:
    """Say what went wrong: a sentence on stderr, or one JSON object on stdout."""
    if not as_json:
        typer.echo(failure.sentence(), err=True)
        return
    after = getattr(failure, "after", None)
    error = {"kind": failure.kind, "message": str(failure), "remedy": failure.remedy}
    if after is not None:
        error["after"] = after.isoformat()
    typer.echo(json.dumps({"error": error}, ensure_ascii=False))


def main() -> None:
    """Run the command line of this process; what its output cannot show (“…” in Latin-1, say) becomes ``?``."""
    garbage.collect_seldom()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
