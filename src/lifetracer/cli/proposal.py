"""`lifetracer proposal`: accept, edit or reject proposed targets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.adjuster.proposals import Proposal

app = typer.Typer(
    help="Accept, edit or reject proposed targets.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Which = Annotated[str, typer.Argument(help="Id of the proposal, or how it begins.", metavar="ID")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
AtLeast = Annotated[str | None, typer.Option(help="Amount to reach: 10h, 3, 06:00, 25%.")]
AtMost = Annotated[str | None, typer.Option(help="Amount not to exceed.")]
Between = Annotated[tuple[str, str] | None, typer.Option(help="Smallest and greatest amount.", metavar="LOW HIGH")]
Exactly = Annotated[str | None, typer.Option(help="Amount to hit.")]


@app.command("list")
def every(
    everything: Annotated[bool, typer.Option("--all", help="Also decided and former ones, the latest first.")] = False,
    as_json: Json = False,
) -> None:
    """List what is proposed and not decided."""
    from lifetracer.adjuster import proposals
    from lifetracer.cli.surroundings import acting, today_of

    with acting() as (connection, account):
        found = proposals.every(connection, today_of(account), everything=everything)
    if as_json:
        language = "ja" if account.language == "ja" else "en"
        typer.echo(json.dumps([proposal.as_json(language) for proposal in found], ensure_ascii=False))
        return
    for proposal in found:
        show(proposal, account.language)


@app.command()
def accept(proposal: Which) -> None:
    """Agree: it becomes the target of its period."""
    from lifetracer.adjuster import proposals
    from lifetracer.cli.surroundings import acting, today_of

    with acting() as (connection, account):
        agreed = proposals.accept(connection, proposal, today_of(account))
    _tell(agreed, account.language)


@app.command()
def edit(
    proposal: Which,
    at_least: AtLeast = None,
    at_most: AtMost = None,
    between: Between = None,
    exactly: Exactly = None,
) -> None:
    """Agree to another amount than was proposed."""
    from lifetracer.adjuster import proposals
    from lifetracer.cli.surroundings import acting, today_of
    from lifetracer.cli.target import bounds_of

    with acting() as (connection, account):
        found = proposals.find(connection, proposal)
        bounds = bounds_of(found.measure, at_least, at_most, between, exactly)
        agreed = proposals.edit(connection, str(found.proposal_id), bounds, today_of(account))
    _tell(agreed, account.language)


@app.command()
def reject(proposal: Which) -> None:
    """Decline: nothing is proposed for this period again."""
    from lifetracer.adjuster import proposals
    from lifetracer.cli.surroundings import acting

    with acting() as (connection, _):
        declined = proposals.reject(connection, proposal)
    typer.echo(f"{declined.name}: the {declined.period} of {declined.period_start} stays without a target.")


def show(proposal: Proposal, language: str) -> None:
    """Print a proposal with its reasons."""
    spoken = "ja" if language == "ja" else "en"
    state = "" if proposal.status == "proposed" else f"  [{proposal.status}]"
    when = f"{proposal.period} of {proposal.period_start}"
    odds = f"{proposal.probability:.0%}"
    typer.echo(f"{str(proposal.proposal_id)[:8]}  {proposal.sentence(spoken)}  ({when}, {odds}){state}")
    for reason in proposal.why(spoken):
        typer.echo(f"          {reason}")


def _tell(agreed: Proposal, language: str) -> None:
    from lifetracer.adjuster.reasons import bounds

    low, high = (None if each is None else float(each) for each in (agreed.decided_low, agreed.decided_high))
    comparison = "between" if low is not None and high is not None else "at_least" if high is None else "at_most"
    if low == high:
        comparison = "exactly"
    said = bounds(comparison, low, high, agreed.measure, "ja" if language == "ja" else "en")
    typer.echo(f"{agreed.name}: {said}, the {agreed.period} of {agreed.period_start}. The next transform measures it.")
