"""`lifetracer what-if`: the predicted week with other blocks or other targets; nothing is written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifetracer.errors import UsageError

if TYPE_CHECKING:
    from lifetracer.jobs.what_if import Block

BLOCK = re.compile(r"(?P<category>.+):\s*(?P<days>[a-z,\s]+?)\s+(?P<length>\d\S*(\s*\d+\s*m)?)", re.IGNORECASE)
MOVE = re.compile(r"(?P<category>.+):\s*(?P<old>[a-z,]+)\s*>\s*(?P<new>[a-z,]+)\s+(?P<length>\d.*)", re.IGNORECASE)


def command(
    add: Annotated[
        list[str] | None, typer.Option(help="A block every week: “Learning: mon,wed 1h30m”. May be repeated.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Likewise, a block that falls away.")] = None,
    move: Annotated[list[str] | None, typer.Option(help="A block to other days: “Exercise: tue>thu 1h”.")] = None,
    target: Annotated[list[str] | None, typer.Option(help="A sentence: “Learning at least 10 h a week”.")] = None,
    week: Annotated[
        str | None, typer.Option(help="A day of the week to look at, YYYY-MM-DD; by default the next week.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Predict a week as it would be with other blocks or targets; nothing is written."""
    from lifetracer.cli.surroundings import chosen_account, day_of, opened, today_of
    from lifetracer.jobs.what_if import Block, Supposition, what_if

    blocks = [_block(text, 1) for text in add or ()] + [_block(text, -1) for text in drop or ()]
    for text in move or ():
        found = _read(MOVE, text, "Exercise: tue>thu 1h")
        seconds = _seconds(found["length"])
        blocks.append(Block(found["category"].strip(), _weekdays(found["old"]), -seconds))
        blocks.append(Block(found["category"].strip(), _weekdays(found["new"]), seconds))
    with opened() as (house, settings):
        account = chosen_account(house, settings)
        day = day_of(week, today_of(account)) if week else None
        answer = what_if(house, account.account_id, Supposition(tuple(blocks), tuple(target or ()), day))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _show(answer, account.language)


def _show(answer: dict[str, Any], language: str) -> None:
    from lifetracer.charts.wording import Words
    from lifetracer.cli.tables import show

    words = Words(language)

    def band(week: dict[str, int]) -> str:
        return f"{words.duration(week['p50'])} ({words.duration(week['p10'])} – {words.duration(week['p90'])})"

    typer.echo(f"The week of {answer['week']}: half of such weeks end below, eight of ten within the brackets.")
    concerned = [one for one in answer["categories"] if one["isConcerned"]]
    rows = ((one["category"], band(one["before"]), band(one["after"])) for one in concerned)
    show(("category", "as it stands", "as supposed"), rows)
    for name in answer["skipped"]:
        typer.echo(f"{name} is not estimated, so its week cannot be predicted.")
    for one in answer["targets"]:
        odds = f"{one['chanceBefore']:.0%} → {one['chanceAfter']:.0%}"
        bounds = [
            words.duration(round(one[name])) for name in ("achievableLow", "achievableHigh") if one[name] is not None
        ]
        typer.echo(f"{one['name']}: {odds}; with {one['achievableWith']:.0%} achievable: {' – '.join(bounds)}")


def _block(text: str, sign: int) -> Block:
    from lifetracer.jobs.what_if import Block

    found = _read(BLOCK, text, "Learning: mon,wed 1h30m")
    return Block(found["category"].strip(), _weekdays(found["days"]), sign * _seconds(found["length"]))


def _read(pattern: re.Pattern[str], text: str, example: str) -> re.Match[str]:
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"“{text}” is no block.", remedy=f"Write it like “{example}”.")
    return found


def _seconds(text: str) -> int:
    from lifetracer.warehouse.measures import read

    return int(read(text, "duration"))


def _weekdays(text: str) -> tuple[int, ...]:
    from lifetracer.warehouse.targets import WEEKDAYS

    days = [day.strip().lower()[:3] for day in text.split(",") if day.strip()]
    for day in days:
        if day not in WEEKDAYS:
            raise UsageError(f"“{day}” is no weekday.", remedy=f"Choose one of {', '.join(WEEKDAYS)}.")
    return tuple(sorted({WEEKDAYS.index(day) + 1 for day in days}))
