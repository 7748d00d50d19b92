"""`lifetracer report`: a week on one page, as PDF."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from lifetracer.errors import UsageError


def command(
    week: Annotated[str, typer.Option(help="The week, as 2026-W47; by default the last complete one.")] = "",
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any day of the week, instead of --week.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="en or ja; by default the account's.")] = None,
    output: Annotated[Path | None, typer.Option(help="The file to write; by default one in the home folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Write the plan and the actual of a week as a PDF of one page."""
    from lifetracer.cli.surroundings import chosen_account, opened
    from lifetracer.reporter.run import report

    chosen = monday_of(week) if week else day.date() if day else None
    with opened() as (warehouse, settings):
        account = chosen_account(warehouse, settings)
        summary = report(warehouse, settings, account.account_id, day=chosen, language=language, output=output)
    print(json.dumps(summary.as_json(), ensure_ascii=False) if as_json else summary.path)  # noqa: T201


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
