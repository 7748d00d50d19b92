"""`lifetracer target`: what a person wants of each day, week or month."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from lifetracer.warehouse.targets import Bounds

app = typer.Typer(
    help="Set targets for each day, week or month.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(help="Name of the target.")]
AtLeast = Annotated[str | None, typer.Option(help="Amount to reach: 10h, 3, 06:00, 25%.")]
AtMost = Annotated[str | None, typer.Option(help="Amount not to exceed.")]
Between = Annotated[tuple[str, str] | None, typer.Option(help="Smallest and greatest amount.", metavar="LOW HIGH")]
Exactly = Annotated[str | None, typer.Option(help="Amount to hit, to the minute, the entry or the percent.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command("list")
def every(
    everything: Annotated[bool, typer.Option("--all", help="Also former versions and ended targets.")] = False,
    as_json: Json = False,
) -> None:
    """List the targets that are in force."""
    from lifetracer.cli.surroundings import acting, today_of
    from lifetracer.warehouse import targets

    with acting() as (connection, account):
        found = targets.every(connection, None if everything else today_of(account))
    if as_json:
        typer.echo(json.dumps([target.as_json() for target in found], ensure_ascii=False))
        return
    for target in found:
        until = f" until {target.valid_to}" if target.valid_to else ""
        typer.echo(f"{target.name}\n    {target.sentence()}, from {target.valid_from}{until}")


@app.command()
def add(
    name: Name,
    category: Annotated[str | None, typer.Option(help="Measure a category, with those beneath it.")] = None,
    project: Annotated[str | None, typer.Option(help="Measure a project.")] = None,
    tag: Annotated[str | None, typer.Option(help="Measure entries with a tag.")] = None,
    text: Annotated[str | None, typer.Option(help="Measure entries whose description contains this.")] = None,
    at_least: AtLeast = None,
    at_most: AtMost = None,
    between: Between = None,
    exactly: Exactly = None,
    measure: Annotated[
        str, typer.Option(help="duration, count (entries), start_time, end_time, or share (of tracked time).")
    ] = "duration",
    per: Annotated[str, typer.Option(help="day, week or month.")] = "week",
    on: Annotated[str | None, typer.Option(help="Weekdays that count, e.g. mon,tue,fri; by default all.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="First day, YYYY-MM-DD; by default that of the present period.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Day from which it is over.")] = None,
    priority: Annotated[int, typer.Option(help="The higher goes first where not all can be met.")] = 0,
    as_json: Json = False,
) -> None:
    """Add a target; without category, project, tag or text it is about all tracked time."""
    from lifetracer.cli.surroundings import chosen_account, day_of, opened, today_of
    from lifetracer.errors import UsageError
    from lifetracer.periods import start_of
    from lifetracer.warehouse import targets

    given = {"category": category, "project": project, "tag": tag, "text": text}
    chosen = [(subject, value) for subject, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise UsageError("A target is about one thing.", remedy="Give one of --category, --project, --tag, --text.")
    _check("measure", measure, ("duration", "count", "start_time", "end_time", "share"))
    _check("period", per, ("day", "week", "month"))
    bounds = bounds_of(measure, at_least, at_most, between, exactly)
    subject, value = chosen[0] if chosen else ("all", None)
    with opened() as (house, settings):
        account = chosen_account(house, settings)
        today = today_of(account)
        wanted = targets.Target(
            name=name,
            subject=subject,
            subject_value=value,
            measure=measure,
            period=per,
            comparison=bounds.comparison,
            low=bounds.low,
            high=bounds.high,
            weekdays=_weekdays(on),
            priority=priority,
            valid_from=day_of(since, today) if since else start_of(today, per),
            valid_to=day_of(until, today) if until else None,
        )
        with house.transaction(account_id=account.account_id) as connection:
            added = targets.add(connection, wanted)
    if as_json:
        typer.echo(json.dumps(added.as_json(), ensure_ascii=False))
        return
    typer.echo(
        f"{added.name}: {added.sentence()}, from {_first(per, added.valid_from)}. The next transform measures it."
    )


@app.command()
def change(
    name: Name,
    at_least: AtLeast = None,
    at_most: AtMost = None,
    between: Between = None,
    exactly: Exactly = None,
    since: Annotated[
        str | None, typer.Option("--from", help="First day, YYYY-MM-DD; by default that of the present period.")
    ] = None,
) -> None:
    """Want another amount from a day on; what was before keeps the former one."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.periods import start_of
    from lifetracer.warehouse import targets

    with acting() as (connection, account):
        today = today_of(account)
        former = targets.find(connection, name, today)
        bounds = bounds_of(former.measure, at_least, at_most, between, exactly)
        first_day = day_of(since, today) if since else start_of(today, former.period)
        changed = targets.change(connection, name, bounds, first_day)
    typer.echo(f"{changed.name}: {changed.sentence()}, from {_first(changed.period, changed.valid_from)}.")


@app.command()
def end(
    name: Name,
    on: Annotated[str | None, typer.Option(help="Day from which it is over, YYYY-MM-DD; by default today.")] = None,
) -> None:
    """End a target; the period that has begun still counts."""
    from lifetracer.cli.surroundings import acting, day_of, today_of
    from lifetracer.warehouse import targets

    with acting() as (connection, account):
        last = day_of(on, today_of(account)) if on else today_of(account)
        ended = targets.end(connection, name, last)
    typer.echo(f"{ended.name} is over: no {ended.period} that begins on {last} or later is measured.")


def bounds_of(
    measure: str, at_least: str | None, at_most: str | None, between: tuple[str, str] | None, exactly: str | None
) -> Bounds:
    """Read the one amount that was given.

    Raises:
        UsageError: none or several were given, or it is not written as the measure wants it.
    """
    from lifetracer.errors import UsageError
    from lifetracer.warehouse.measures import read
    from lifetracer.warehouse.targets import Bounds

    if [at_least, at_most, between, exactly].count(None) != 3:
        raise UsageError(
            "A target needs one amount.", remedy="Give one of --at-least, --at-most, --between LOW HIGH, --exactly."
        )
    if at_least is not None:
        return Bounds("at_least", low=read(at_least, measure))
    if at_most is not None:
        return Bounds("at_most", high=read(at_most, measure))
    low, high = between or (exactly or "", exactly or "")
    return Bounds("between" if between else "exactly", read(low, measure), read(high, measure))


def _weekdays(text: str | None) -> list[int] | None:
    from lifetracer.warehouse.targets import WEEKDAYS

    if text is None:
        return None
    days = [day.strip().lower()[:3] for day in text.split(",") if day.strip()]
    for day in days or [text]:
        _check("weekday", day, WEEKDAYS)
    return sorted({WEEKDAYS.index(day) + 1 for day in days})


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    from lifetracer.errors import UsageError

    if value not in known:
        raise UsageError(f"“{value}” is no {what}.", remedy=f"Choose one of {', '.join(known)}.")


def _first(period: str, since: date) -> str:
    """Name the first period that counts: the first that begins on that day or later."""
    from lifetracer.periods import start_of, step

    begins = start_of(since, period)
    if begins < since:
        begins = step(begins, period, 1)
    return f"{begins} on" if period == "day" else f"the {period} of {begins} on"
