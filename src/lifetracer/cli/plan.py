"""`lifetracer plan`: where the missing hours could go; looked at, approved into a calendar of its own, and undone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from lifetracer.adjuster.plan_proposals import Proposal, ProposedBlock
    from lifetracer.adjuster.write_back import WriteSummary

app = typer.Typer(
    help="Let lifetracer plan your missing hours: propose, look, approve, undo.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Which = Annotated[str | None, typer.Argument(help="Id of the proposal; by default the latest.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]

SIGNS = {"add": "+", "move": "→", "remove": "-"}
CONFLICTS = {
    "edited": "you changed it in the calendar; it stays as it is",
    "gone": "you deleted it in the calendar; it is not written again",
    "in_the_way": "another event has come in between",
    "too_late": "its time has come already",
    "foreign": "another event has its id; it was not touched",
    "left_out": "left out",
}


@app.command()
def propose(as_json: Json = False) -> None:
    """Propose where the missing hours of the coming days could go; nothing is written into any calendar."""
    from lifetracer.adjuster import plan_proposals
    from lifetracer.cli.surroundings import chosen_account, opened

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        summary = plan_proposals.propose_plan(house, settings, account.account_id)
        if as_json:
            typer.echo(json.dumps(summary.as_json(), ensure_ascii=False))
            return
        if summary.proposal_id is None:
            typer.echo("There is nothing to change in the plan.")
            _say_unplaced(summary.unplaced)
            return
        with house.transaction(account_id=account.account_id) as con:
            _show(plan_proposals.find(con, summary.proposal_id), account.zone)


@app.command()
def show(proposal: Which = None, as_json: Json = False) -> None:
    """Show a proposal, block by block, and what became of it."""
    from lifetracer.adjuster import plan_proposals
    from lifetracer.cli.surroundings import acting

    with acting() as (con, account):
        found = plan_proposals.find(con, proposal)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found, account.zone)


@app.command("list")
def every(as_json: Json = False) -> None:
    """List the proposals, the latest first."""
    from lifetracer.adjuster import plan_proposals
    from lifetracer.cli.surroundings import acting

    with acting() as (con, account):
        found = plan_proposals.every(con)
    if as_json:
        typer.echo(json.dumps([one.as_json(with_blocks=False) for one in found], ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{one.proposal_id}  {one.made_at.astimezone(account.zone):%Y-%m-%d %H:%M}  {one.status}")


@app.command()
def approve(
    proposal: Which = None,
    only: Annotated[
        str | None, typer.Option(help="Write these blocks only, by their numbers in `plan show`: 1,3.")
    ] = None,
    without: Annotated[str | None, typer.Option(help="Leave these blocks out, by their numbers.")] = None,
    new_calendar: Annotated[
        bool, typer.Option("--new-calendar", help="Make a new calendar, where you deleted the former one.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a proposal into the calendar that lifetracer makes for it; again, it goes on where it was interrupted."""
    from lifetracer.adjuster import plan_proposals, write_back
    from lifetracer.cli.surroundings import chosen_account, opened

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        if only is not None or without is not None:
            with house.transaction(account_id=account.account_id) as con:
                found = plan_proposals.find(con, proposal)
                plan_proposals.decide(con, found.proposal_id, _chosen(found, only, without))
            proposal = str(found.proposal_id)
        summary = write_back.approve(house, settings, account.account_id, proposal, new_calendar=new_calendar)
    _tell(summary, as_json=as_json)


@app.command()
def undo(proposal: Which = None, as_json: Json = False) -> None:
    """Take back what a proposal wrote; by default the latest one that was written."""
    from lifetracer.adjuster import write_back
    from lifetracer.cli.surroundings import chosen_account, opened

    with opened() as (house, settings):
        account = chosen_account(house, settings)
        summary = write_back.undo(house, settings, account.account_id, proposal)
    _tell(summary, as_json=as_json)


@app.command()
def reject(proposal: Which = None, as_json: Json = False) -> None:
    """Decide against a proposal."""
    from lifetracer.adjuster import plan_proposals
    from lifetracer.cli.surroundings import acting

    with acting() as (con, _):
        found = plan_proposals.reject(con, proposal)
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else f"{found.proposal_id} is rejected.")


@app.command()
def settings(
    days: Annotated[int | None, typer.Option(help="How many days ahead, today included.")] = None,
    shortest: Annotated[int | None, typer.Option(help="Minutes of the shortest block.")] = None,
    longest: Annotated[int | None, typer.Option(help="Minutes of the longest block.")] = None,
    pause: Annotated[int | None, typer.Option(help="Minutes between two blocks.")] = None,
    buffer: Annotated[int | None, typer.Option(help="Minutes before and after other events.")] = None,
    most_per_day: Annotated[int | None, typer.Option(help="Minutes of one target on one day at most.")] = None,
    quiet: Annotated[
        str | None, typer.Option(help="When nothing is placed, as 22:00-07:00; “learned”: from how your days are.")
    ] = None,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Whether `lifetracer adjust` ends with a plan proposal.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or change how you want to be planned for."""
    from dataclasses import replace

    from lifetracer.adjuster import plan_facts
    from lifetracer.cli.surroundings import chosen_account, opened

    given: dict[str, Any] = {
        "is_on": on,
        "horizon_days": days,
        "shortest_minutes": shortest,
        "longest_minutes": longest,
        "pause_minutes": pause,
        "buffer_minutes": buffer,
        "day_minutes": most_per_day,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if quiet is not None:
        changes |= _quiet(quiet)
    with opened() as (house, here):
        account = chosen_account(house, here)
        with house.transaction(account_id=account.account_id) as con:
            found = plan_facts.setting_of(con)
            if changes:
                found = plan_facts.change_setting(con, replace(found, **changes))
    if as_json:
        typer.echo(json.dumps(found.as_json()))
        return
    hours = (
        f"{found.quiet_from:%H:%M}-{found.quiet_until:%H:%M}" if found.quiet_from and found.quiet_until else "learned"
    )
    typer.echo(
        f"{found.horizon_days} days ahead; blocks of {found.shortest_minutes} to {found.longest_minutes} min, "
        f"{found.pause_minutes} min between them, {found.buffer_minutes} min around other events, "
        f"at most {found.day_minutes} min of one target a day; quiet hours: {hours}; "
        f"{'a proposal after every adjust' if found.is_on else 'proposals only when asked for'}."
    )


def _chosen(found: Proposal, only: str | None, without: str | None) -> set[UUID]:
    from lifetracer.errors import UsageError

    if only is not None and without is not None:
        raise UsageError("Blocks are either chosen or left out.", remedy="Give one of --only and --without.")
    blocks = {str(number): block.block_id for number, block in enumerate(found.blocks, 1)}
    named = [number.strip() for number in (only or without or "").split(",")]
    unknown = next((number for number in named if number not in blocks), None)
    if unknown is not None:
        raise UsageError(
            f"The proposal has no block number “{unknown}”.",
            remedy=f"It has {len(blocks)}: `lifetracer plan show {found.proposal_id}`.",
        )
    chosen = {blocks[number] for number in named}
    return chosen if only is not None else set(blocks.values()) - chosen


def _quiet(text: str) -> dict[str, Any]:
    from datetime import time

    from lifetracer.errors import UsageError

    if text == "learned":
        return {"quiet_from": None, "quiet_until": None}
    begin, _, end = text.partition("-")
    try:
        return {"quiet_from": time.fromisoformat(begin.strip()), "quiet_until": time.fromisoformat(end.strip())}
    except ValueError:
        raise UsageError(f"“{text}” are no hours.", remedy="Write them like 22:00-07:00, or learned.") from None


def _show(found: Proposal, zone: ZoneInfo) -> None:
    typer.echo(f"Plan proposal {found.proposal_id}: {found.status}")
    for number, block in enumerate(found.blocks, 1):
        typer.echo(f"{number:4}  {_line(block, zone)}")
    _say_unplaced(found.unplaced)
    if found.status == "proposed":
        typer.echo("Write it into the calendar: lifetracer plan approve   (take it back: lifetracer plan undo)")
        typer.echo("Or only some blocks: lifetracer plan approve --without 2")
    elif found.status in {"approved", "partly"}:
        typer.echo(f"It is not finished: lifetracer plan approve {found.proposal_id}")


def _line(block: ProposedBlock, zone: ZoneInfo) -> str:
    start, end = block.starts_at.astimezone(zone), block.ends_at.astimezone(zone)
    line = f"{SIGNS[block.change]} {start:%a %Y-%m-%d %H:%M}-{end:%H:%M}  {block.title}"
    if block.former_starts_at:
        line += f" (was {block.former_starts_at.astimezone(zone):%a %H:%M})"
    if block.conflict:
        return f"{line}: {CONFLICTS.get(block.conflict['kind'], block.conflict['kind'])}"
    return line if block.status == "proposed" else f"{line}: {CONFLICTS.get(block.status, block.status)}"


def _say_unplaced(unplaced: Iterable[Mapping[str, Any]]) -> None:
    from lifetracer.adjuster.plan_proposals import REASONS
    from lifetracer.warehouse.measures import write

    for one in unplaced:
        amount = f"{write(one['seconds'], 'duration')} of " if one["seconds"] else ""
        typer.echo(f"  Not placed: {amount}{one['target']}: {REASONS.get(one['reason'], one['reason'])}.")


def _tell(summary: WriteSummary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summary.as_json(), ensure_ascii=False))
        return
    counts = ", ".join(f"{count} {status}" for status, count in sorted(summary.blocks.items()))
    typer.echo(f"Plan proposal {summary.proposal_id} is {summary.status}: {counts or 'nothing to do'}.")
    for one in summary.conflicts:
        typer.echo(f"  {one['title']} ({one['startsAt']}): {CONFLICTS.get(one['kind'], one['kind'])}.")
    if summary.status == "written":
        typer.echo("Take it back: lifetracer plan undo")
