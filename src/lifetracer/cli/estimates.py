"""`lifetracer estimates`: what is likely, with its band and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lifetracer.charts.wording import Words


def command(
    grain: Annotated[str, typer.Option(help="day, week or month.")] = "week",
    start: Annotated[
        str | None, typer.Option("--from", help="A day of the first period, YYYY-MM-DD; by default today.")
    ] = None,
    periods: Annotated[int, typer.Option(min=1, max=28, help="How many periods.")] = 1,
    category: Annotated[str | None, typer.Option(help="Only this category (name or id).")] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Tell instead how good former estimates were, and who answers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Show what is likely, with its band and why; or how good former estimates were."""
    from lifetracer.analyzer import shown
    from lifetracer.charts.wording import Words
    from lifetracer.cli.surroundings import chosen_account, day_of, opened, today_of
    from lifetracer.errors import UsageError

    if grain not in shown.GRAINS:
        raise UsageError(f"There is no grain “{grain}”.", remedy="Known are: day, week, month.")
    with opened() as (house, settings):
        account = chosen_account(house, settings)
        today = today_of(account)
        first = day_of(start, today) if start else today
        with house.transaction(account_id=account.account_id) as con:
            if scores:
                rows = shown.scores(con, account.account_id, grain, category)
                choices = shown.choices(con, account.account_id, category)
            else:
                rows = shown.estimates(con, account.account_id, grain, first, periods, category)
    if as_json:
        told = {"scores": rows, "choices": choices} if scores else rows
        typer.echo(json.dumps(told, ensure_ascii=False, default=shown.plain))
    elif scores:
        _show_scores(rows, choices, Words(account.language))
    elif rows:
        _show_estimates(rows, Words(account.language))
    else:
        typer.echo("There are no estimates for that; `lifetracer analyze` makes them.")


def _show_estimates(rows: list[dict[str, Any]], words: Words) -> None:
    from lifetracer.charts.insight_words import reason_sentences
    from lifetracer.cli.tables import show

    titles = ("from", "category", "lived ", "likely ", "8 of 10 end between", "planned ", "why")
    show(
        titles,
        (
            (
                str(row["period_start"]),
                row["category"],
                words.duration(row["lived_seconds"]),
                words.duration(row["p50"]),
                f"{words.duration(row['p10'])} – {words.duration(row['p90'])}",
                words.duration(row["planned_seconds"]),
                ", ".join(reason_sentences(row["reasons"], words)),
            )
            for row in rows
        ),
    )


def _show_scores(rows: list[dict[str, Any]], choices: list[dict[str, Any]], words: Words) -> None:
    from lifetracer.charts.insight_words import choice_sentence
    from lifetracer.cli.tables import show

    titles = ("category", "ahead", "judged ", "loss ", "simple rule ", "gain ", "in band ", "bias ", "drift ")
    if rows:
        show(
            titles,
            (
                (
                    row["category"],
                    row["ahead"],
                    str(row["estimates"]),
                    words.duration(round(row["loss_seconds"])),
                    words.duration(round(row["baseline_loss_seconds"])),
                    _percent(row["gain"]),
                    _percent(row["coverage"]),
                    words.duration(round(row["bias_seconds"])),
                    _percent(row["drift"]),
                )
                for row in rows
            ),
        )
    else:
        typer.echo("No estimated period is over yet.")
    for row in choices:
        typer.echo(f"{row['category']}: {choice_sentence(row, words)}")


def _percent(part: Any) -> str:
    return "" if part is None else f"{float(part) * 100:.0f} %"
