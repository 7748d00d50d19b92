"""`lifetracer rule`: which entries and occurrences belong to which category."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifetracer.cli.category import NEXT, AsJson

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifetracer.analyzer import Suggestions
    from lifetracer.transform.preview import Move
    from lifetracer.warehouse import Connection

app = typer.Typer(
    add_completion=False,
    help="List, add, change, order, remove and preview the rules that lead to categories.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

FIELDS = (
    "Entries: client, project, task, tag, description, color. "
    "Occurrences: calendar, title, event_type, location, color."
)
Field = Annotated[str, typer.Argument(help=FIELDS)]
Operator = Annotated[str, typer.Argument(help="is, contains, starts_with, or matches (a regular expression).")]
Pattern = Annotated[str, typer.Argument(help="What to look for; case and full or half width never count.")]
ToCategory = Annotated[str, typer.Argument(help="The category: name, path or id.")]
Source = Annotated[str | None, typer.Option(help="Only toggl_track, toggl_csv, google_calendar or ical.")]
Position = Annotated[int | None, typer.Option(help="Where to put it, 1 is tried first; by default at the end.")]
Which = Annotated[str, typer.Argument(help="Its number in `rule list`, or its id.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only tell what it would move.")]


@app.command("list")
def list_rules(
    at: Annotated[
        datetime | None,
        typer.Option(help="As they were then, e.g. 2026-03-31 (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the rules in the order in which they are tried; the first that fits wins."""
    from datetime import UTC

    from lifetracer.cli.surroundings import acting
    from lifetracer.cli.tables import show
    from lifetracer.transform import rules

    with acting() as (con, _):
        known = rules.rules(con, at=at.replace(tzinfo=UTC) if at else None)
    if as_json:
        typer.echo(json.dumps([rule.as_json() for rule in known], ensure_ascii=False))
        return
    if not known:
        typer.echo("There are no rules: a project is a category, and titles find theirs by their words.")
        return
    show(
        ("No. ", "Field", "", "Pattern", "Source", "Category"),
        [
            (str(rule.position), rule.field, rule.operator, rule.pattern, rule.source or "any", rule.category)
            for rule in known
        ],
    )


@app.command("add")
def add(
    field: Field,
    operator: Operator,
    pattern: Pattern,
    category: ToCategory,
    source: Source = None,
    position: Position = None,
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Add a rule."""
    from lifetracer.transform import rules

    _do(
        lambda con: rules.add_rule(con, field, operator, pattern, category, source=source, position=position),
        preview,
        as_json,
    )


@app.command("preview")
def preview_rule(
    field: Field,
    operator: Operator,
    pattern: Pattern,
    category: ToCategory,
    source: Source = None,
    position: Position = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a new rule would move; nothing is changed."""
    add(field, operator, pattern, category, source, position, preview=True, as_json=as_json)


@app.command("change")
def change(
    rule: Which,
    field: Annotated[str | None, typer.Option(help=FIELDS)] = None,
    operator: Annotated[str | None, typer.Option(help="is, contains, starts_with or matches.")] = None,
    pattern: Annotated[str | None, typer.Option(help="What to look for.")] = None,
    category: Annotated[str | None, typer.Option(help="The category.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source; empty for any.")] = None,
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Change a rule."""
    from lifetracer.transform import rules

    _do(
        lambda con: rules.change_rule(
            con, rule, field=field, operator=operator, pattern=pattern, category=category, source=source
        ),
        preview,
        as_json,
    )


@app.command("move")
def move(
    rule: Which,
    position: Annotated[int, typer.Argument(help="Its new number, 1 is tried first.")],
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Let a rule be tried earlier or later."""
    from lifetracer.transform import rules

    _do(lambda con: rules.move_rule(con, rule, position), preview, as_json)


@app.command("remove")
def remove(rule: Which, preview: Preview = False, as_json: AsJson = False) -> None:
    """Remove a rule."""
    from lifetracer.transform import rules

    _do(lambda con: rules.remove_rule(con, rule), preview, as_json, done="Removed")


@app.command("suggest")
def suggest(
    threshold: Annotated[float, typer.Option(help="Least probability of a suggestion.")] = 0.6, as_json: AsJson = False
) -> None:
    """Suggest categories for titles that only have their calendar's name, learned from your history."""
    from lifetracer.analyzer import suggest_categories
    from lifetracer.cli.surroundings import chosen_account, opened

    with opened() as (house, settings):
        found = suggest_categories(house, chosen_account(house, settings).account_id, threshold)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    _show_suggestions(found)


def _do(work: Callable[[Connection], Any], preview: bool, as_json: bool, done: str = "Rule") -> None:
    """Make a change, or only tell what it would move."""
    from lifetracer.cli.surroundings import acting

    if preview:
        from lifetracer.transform import preview as ahead

        with acting(timeout="5min") as (con, _):
            moves = ahead.preview(con, work)
        if as_json:
            typer.echo(json.dumps([move.as_json() for move in moves], ensure_ascii=False))
        else:
            _show_moves(moves)
        return
    with acting() as (con, _):
        rule = work(con)
    if as_json:
        typer.echo(json.dumps(rule.as_json(), ensure_ascii=False))
        return
    typer.echo(f"{done} {rule.position}: {rule.sentence()}. {NEXT}")


def _show_moves(moves: list[Move]) -> None:
    from lifetracer.cli.tables import length, show

    if not moves:
        typer.echo("Nothing would move.")
        return
    show(
        ("From", "To", "Entries ", "Time ", "Occurrences ", "Planned ", "Months", "Such as"),
        [
            (
                move.from_category,
                move.to_category,
                str(move.entries),
                length(move.entry_seconds),
                str(move.occurrences),
                length(move.occurrence_seconds),
                _months(move),
                ", ".join(example["text"] for example in move.examples[:3]),
            )
            for move in moves
        ],
    )
    typer.echo("Nothing was changed.")


def _months(move: Move) -> str:
    months = [month["month"][:7] for month in move.months if month["month"]]
    return "" if not months else months[0] if len(months) == 1 else f"{months[0]} – {months[-1]}"


def _show_suggestions(found: Suggestions) -> None:
    from lifetracer.cli.tables import length, show

    if found.suggestions:
        show(
            ("Title", "Category", "Sure ", "Times ", "Planned ", "Because of"),
            [
                (
                    one.title,
                    one.category,
                    f"{one.probability:.0%}",
                    str(one.occurrences),
                    length(one.seconds),
                    ", ".join(one.because),
                )
                for one in found.suggestions
            ],
        )
        typer.echo("Take one over with: lifetracer rule add title is TITLE CATEGORY")
    if found.reason:
        typer.echo(found.reason)
    if found.withheld:
        typer.echo(f"{found.withheld} titles without a category are left out: no guess is {found.threshold:.0%} sure.")
    if accuracy := found.accuracy:
        reached = f"; of those {found.threshold:.0%} sure {accuracy.precision:.0%}" if accuracy.precision else ""
        typer.echo(
            f"Tried on {accuracy.examined} later texts never seen before: {accuracy.accuracy:.0%} right{reached}"
            f" (always naming the most frequent category: {accuracy.base_rate:.0%})."
        )
