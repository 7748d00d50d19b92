"""`lifetracer token`: tokens by which programs use the API."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    help="Make, list and revoke tokens for programs that use the API.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]
WHO = "command line"


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What will use it, e.g. phone or backup.")],
    scope: Annotated[
        list[str], typer.Option(help="jobs:read, jobs:write, data:read, data:write or admin; may be repeated.")
    ],
    expires: Annotated[str, typer.Option(help="When it ends: 90d, 12h, 2027-01-31 or never.")] = "90d",
    as_json: AsJson = False,
) -> None:
    """Make a token; it is shown now and never again."""
    from datetime import UTC, datetime

    from lifetracer.cli.surroundings import acting
    from lifetracer.warehouse import audit, tokens

    scopes = [part.strip() for given in scope for part in given.split(",") if part.strip()]
    end = tokens.end_of(expires, datetime.now(UTC))

    with acting() as (con, _):
        audit.note(con, WHO, "token.add", name)
        made, plain = tokens.create(con, name, scopes, end)
    if as_json:
        typer.echo(json.dumps({**made.as_json(), "token": plain}, ensure_ascii=False))
        return
    until = f"until {made.expires_at:%Y-%m-%d %H:%M} UTC" if made.expires_at else "without end"
    typer.echo(f"{made.name} may {', '.join(made.scopes)} {until}. Keep it; it is not shown again:")
    typer.echo(plain)


@app.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List the tokens, with those that are over."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.cli.tables import show
    from lifetracer.warehouse import tokens

    with acting() as (con, _):
        known = tokens.every(con)
    if as_json:
        typer.echo(json.dumps([token.as_json() for token in known], ensure_ascii=False))
        return
    if not known:
        typer.echo("There are no tokens. `lifetracer token add NAME --scope data:read` makes one.")
        return
    show(
        ("Name", "Scopes", "State", "Until", "Last used", "Id"),
        [
            (
                token.name,
                " ".join(token.scopes),
                token.state(),
                f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "never",
                f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "",
                str(token.token_id),
            )
            for token in known
        ],
    )


@app.command("revoke")
def revoke(token: Annotated[str, typer.Argument(help="Its name or id.")], as_json: AsJson = False) -> None:
    """Revoke a token; running servers refuse it within five seconds."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.warehouse import audit, tokens

    with acting() as (con, _):
        audit.note(con, WHO, "token.revoke", token)
        gone = tokens.revoke(con, token)
    typer.echo(json.dumps(gone.as_json(), ensure_ascii=False) if as_json else f"{gone.name} is revoked.")
