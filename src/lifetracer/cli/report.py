"""`lifetracer report`: a day, a week, a month or a client's hours as PDF."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from lifetracer.errors import UsageError


def command(
    kind: Annotated[str, typer.Argument(help="day, week, month, or client (billable time of a month).")] = "week",
    day: Annotated[str, typer.Option(help="Any day of the period, as 2026-11-21 or today; by default the last.")] = "",
    week: Annotated[str, typer.Option(help="The week, as 2026-W47, instead of --day.")] = "",
    month: Annotated[str, typer.Option(help="The month, as 2026-11, instead of --day.")] = "",
    language: Annotated[str | None, typer.Option(help="en or ja; by default the account's.")] = None,
    paper: Annotated[str, typer.Option(help="a4 or letter.")] = "a4",
    client: Annotated[str | None, typer.Option(help="With client: whose time; by default every client's.")] = None,
    rounding: Annotated[str, typer.Option(help="With client: none, up or nearest.")] = "none",
    minutes: Annotated[int, typer.Option(help="To what is rounded: 5, 6, 10, 15, 30 or 60 minutes.")] = 15,
    per: Annotated[str, typer.Option(help="What is rounded before it is added up: entry, day or project.")] = "entry",
    output: Annotated[
        Path | None, typer.Option("--output", "--out", help="A file to write instead of one that is kept and listed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Write a report as PDF: plan and actual of a day, a week or a month, or billable hours for a client."""
    from lifetracer.cli.surroundings import chosen_account, day_of, opened, today_of
    from lifetracer.reporter import Rounding, report

    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        chosen = monday_of(week) if week else first_of(month) if month else None
        summary = report(
            warehouse,
            settings,
            account.account_id,
            kind=kind,
            day=chosen or (day_of(day, today_of(account)) if day else None),
            language=language,
            output=output,
            paper=paper,
            client=client,
            rounding=Rounding(rounding, minutes, per),
        )
    print(json.dumps(summary.as_json(), ensure_ascii=False) if as_json else summary.place)  # noqa: T201


def monday_of(week: str) -> date:
    """Read an ISO week into its Monday.

    Raises:
        UsageError: that is no week.
    """
    found = re.fullmatch(r"(\d{4})-W(\d\d)", week)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else date.fromisoformat(week)
    except ValueError:
        raise UsageError(f"{week} is not a week.", remedy="Write it as 2026-W47.") from None


def first_of(month: str) -> date:
    """Read a month into its first day.

    Raises:
        UsageError: that is no month.
    """
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise UsageError(f"{month} is not a month.", remedy="Write it as 2026-11.") from None
