"""`lifetracer grafana`: the dashboards as files, tried without Grafana, or carried to a Grafana."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.settings import Settings

app = typer.Typer(
    help="Write, try and upload the Grafana dashboards.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Language = Annotated[str | None, typer.Option(help="en or ja; by default the account's.")]
Console = Annotated[str | None, typer.Option(help="Address of the console, for links; by default this machine's.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print a summary for machines.")]


@app.command()
def write(
    folder: Annotated[Path, typer.Argument(help="Where to write dashboards/ and provisioning/.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default both.")] = None,
    console: Console = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Leave out the colours of this account's categories; needs no database.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the dashboards and Grafana's provisioning as files; files that are current already stay untouched."""
    from lifetracer.charts import LANGUAGES
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.settings import load
    from lifetracer.visualizer import dashboards
    from lifetracer.visualizer import folder as files

    if plain:
        settings, colors = load(), {}
    else:
        from lifetracer.visualizer.ask import colors as colors_of

        with opened() as (house, settings):
            colors = colors_of(house, chosen_account(house, settings).account_id)
    languages = LANGUAGES if language is None else (language,)
    address = console or (dashboards.CONSOLE if plain else _here(settings))
    written = files.write(folder, files.files(languages, console=address, colors=colors))
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "written": [str(path) for path in written]}))
    else:
        typer.echo("\n".join(map(str, written)) or f"{folder} is current.")


@app.command()
def check(
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days back the tried range begins.")] = 28,
    as_json: AsJson = False,
) -> None:
    """Run the query of every panel once, on this account's warehouse, and tell rows and time."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.visualizer import ask

    now = datetime.now(UTC)
    with opened() as (house, settings):
        trials = ask.check(house, chosen_account(house, settings).account_id, now - timedelta(days=days), now)
    if as_json:
        typer.echo(json.dumps([asdict(trial) for trial in trials]))
        return
    for trial in trials:
        typer.echo(f"{trial.dashboard + '.' + trial.panel:32} {trial.rows:6} rows {trial.seconds * 1000:7.1f} ms")


@app.command()
def upload(
    url: Annotated[str | None, typer.Option(help="Grafana's address; or LIFETRACER_GRAFANA_URL.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Token of a service account; better LIFETRACER_GRAFANA_TOKEN.")
    ] = None,
    reader_dsn: Annotated[
        str | None,
        typer.Option(
            help="The reader login Grafana shall use; better LIFETRACER_GRAFANA_READER_DSN. Without it the data "
            "source that is there stays as it is."
        ),
    ] = None,
    tls: Annotated[
        str, typer.Option(help="How Grafana checks the database: verify-full, verify-ca, require, disable.")
    ] = "verify-full",
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) of the authority, when it is not a public one.")
    ] = None,
    language: Language = None,
    console: Console = None,
    as_json: AsJson = False,
) -> None:
    """Carry folder, data source and dashboards to a Grafana; it may be repeated at any time."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.visualizer import ask, dashboards
    from lifetracer.visualizer.upload import login_from
    from lifetracer.visualizer.upload import upload as carry

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        colors = ask.colors(house, account.account_id)
    address = url or settings.grafana_url
    secret = token or _shown(settings.grafana_token)
    dsn = reader_dsn or _shown(settings.grafana_reader_dsn)
    if not address or not secret:
        from lifetracer.errors import UsageError

        raise UsageError(
            "Where the dashboards go is not known: the address or the token is missing.",
            remedy="Give --url and --token, or set LIFETRACER_GRAFANA_URL and LIFETRACER_GRAFANA_TOKEN.",
        )
    login = login_from(dsn, tls=tls, certificate=_pem(ca), grafana=address) if dsn else None
    documents = dashboards.documents(
        language or settings.language or account.language, console=console or _here(settings), colors=colors
    )
    made = carry(settings, address, secret, {name: json.loads(text) for name, text in documents.items()}, login)
    if as_json:
        typer.echo(json.dumps({"folder": made.folder, "dashboards": made.dashboards, "dataSource": made.source}))
    else:
        typer.echo("\n".join((f"folder       {made.folder}", f"data source  {made.source}", *made.dashboards)))


def _here(settings: Settings) -> str:
    host = settings.host if settings.host not in {"127.0.0.1", "0.0.0.0", "::"} else "localhost"  # noqa: S104
    return f"http://{host}:{settings.port}"


def _shown(secret: object) -> str | None:
    return getattr(secret, "get_secret_value", lambda: None)()


def _pem(path: Path | None) -> str:
    from lifetracer.errors import BadFileError

    if path is None:
        return ""
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as failure:
        raise BadFileError(f"{path} cannot be read: {failure}.", remedy="Check its name and permissions.") from None
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise BadFileError(f"{path} is no certificate.", remedy="It begins with -----BEGIN CERTIFICATE-----.")
    return text
