"""Targets: what was committed to, how far it is, and how long it has held.

Law: whether a target is met is said by the mart; a panel only colours it.
"""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Row
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from lifetracer.visualizer.panels import (
    BAD,
    COUNT,
    DURATION,
    GOOD,
    SHARE,
    Board,
    Column,
    Part,
    called,
    rows_to_bars,
)

OPEN = "#2387d8"


def panels(board: Board) -> Iterator[Part]:
    """Give the dashboard's panels in reading order."""
    _ = board.words
    progress = board.gauges(
        "progress",
        _("Progress"),
        _("The latest period of each target: blue while it runs, green when met, red when it ended unmet."),
        SHARE,
        size=(16, 9),
    )
    yield rows_to_bars(progress.max(1), "name", "progress", "color")
    yield board.figure(
        "met", _("Periods met"), _("Share of the ended periods that were met."), SHARE, size=(4, 9), good="high"
    )
    yield board.figure(
        "streak", _("Longest running streak"), _("Periods in a row that were met, up to now."), COUNT, size=(4, 9)
    )
    history = board.states(
        "history",
        _("Period by period"),
        _("Each target's periods: met, not met, or still open."),
        size=(24, 8),
        form="time_series",
    )
    outcomes = _outcomes(board)
    history.mappings(called({str(value): outcomes[name] for value, name in ((1, "met"), (0, "missed"), (-1, "open"))}))
    yield history.override_by_field_type("number", [DynamicConfigValue("custom.spanNulls", True)])
    yield from _tables(board)
    yield from _likely(board)


def _outcomes(board: Board) -> dict[str, tuple[str, str]]:
    _ = board.words
    return {"met": (_("met"), GOOD), "missed": (_("not met"), BAD), "open": (_("still open"), OPEN)}


def _begins(board: Board) -> Column:
    _ = board.words
    link = "${console}/week/${__data.fields.week}"
    return Column(_("Period from"), "time:YYYY-MM-DD", 120, link, _("Open the week"))


def _each(board: Board) -> Column:
    _ = board.words
    each = {"day": (_("day"), "text"), "week": (_("week"), "text"), "month": (_("month"), "text")}
    return Column(_("Each"), width=80, values=each)


def _tables(board: Board) -> Iterator[Part]:
    _ = board.words
    yield Row(_("Figures"))
    yield board.rows(
        "periods",
        _("Periods"),
        _("What was reached, what was aimed at. A click on the period opens its week in the console."),
        {
            "period_start": _begins(board),
            "name": Column(_("Target")),
            "period": _each(board),
            "subject": Column(),
            "reached": Column(_("Reached"), width=100),
            "comparison": Column(
                _("Goal"),
                width=100,
                values={
                    "at_least": (_("at least"), "text"),
                    "at_most": (_("at most"), "text"),
                    "between": (_("between"), "text"),
                    "exactly": (_("exactly"), "text"),
                },
            ),
            "low": Column(_("Lower bound"), width=90),
            "high": Column(_("Upper bound"), width=90),
            "progress": Column(_("Progress"), SHARE, 140, bar=True),
            "outcome": Column(
                _("Outcome"),
                width=100,
                values=_outcomes(board),
            ),
            "week": Column(),
        },
        size=(14, 11),
    )
    yield board.rows(
        "streaks",
        _("Streaks"),
        _("How often in a row each target was met: now, and at best."),
        {
            "name": Column(_("Target")),
            "period": _each(board),
            "current_streak": Column(_("Now"), COUNT, 80),
            "longest_streak": Column(_("Best"), COUNT, 80),
            "met_periods": Column(_("Met"), COUNT, 80),
            "periods": Column(_("Of"), COUNT, 80),
            "last_met_start": Column(_("Last met"), "time:YYYY-MM-DD", 110),
        },
        size=(10, 11),
    )


def _likely(board: Board) -> Iterator[Part]:
    _ = board.words
    yield Row(_("What is likely"))
    yield board.rows(
        "likely",
        _("Estimates"),
        _("Per week and month: half end above the middle, eight in ten between low and high, and what it came to."),
        {
            "period_start": _begins(board),
            "category": Column(_("Category")),
            "grain": _each(board),
            "p10": Column(_("Low"), DURATION, 100),
            "p50": Column(_("Middle"), DURATION, 100),
            "p90": Column(_("High"), DURATION, 100),
            "planned_seconds": Column(_("Planned"), DURATION, 100),
            "actual_seconds": Column(_("Lived"), DURATION, 100),
            "outcome": Column(
                _("Outcome"),
                width=100,
                values={
                    "inside": (_("inside"), GOOD),
                    "outside": (_("outside"), BAD),
                    "open": (_("still open"), OPEN),
                },
            ),
            "week": Column(),
        },
        size=(14, 11),
    )
    yield board.rows(
        "scores",
        _("How good estimates are"),
        _("Mean loss, gain over the best simple rule, and how many ended between low and high (80 % are meant to)."),
        {
            "category": Column(_("Category")),
            "grain": _each(board),
            "ahead": Column(
                _("Ahead"), width=90, values={"next": (_("next"), "text"), "soon": (_("2–7 days"), "text")}
            ),
            "estimates": Column(_("Estimates"), COUNT, 90),
            "loss_seconds": Column(_("Loss"), DURATION, 80),
            "gain": Column(_("Gain"), SHARE, 80),
            "coverage": Column(_("Inside"), SHARE, 80),
        },
        size=(10, 11),
    )
