"""Adherence: how well plans hold, week by week and category by category, and how far one over-plans.

Law: shares and medians come from the marts as they are; a panel never averages averages.
"""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders import common
from grafana_foundation_sdk.builders.dashboard import Row
from grafana_foundation_sdk.models import common as kinds

from lifetracer.visualizer.panels import (
    COUNT,
    DURATION,
    LIVED,
    SHARE,
    SIGNED,
    VERDICTS,
    Board,
    Column,
    Part,
    painted,
)
from lifetracer.visualizer.plan_actual import names


def panels(board: Board) -> Iterator[Part]:
    """Give the dashboard's panels in reading order."""
    _ = board.words
    for query, title, description, unit in (
        ("weeks", _("Adherence"), _("Share of the planned time that was lived as planned, in the latest week."), SHARE),
        (
            "bias",
            _("Planning bias"),
            _("How far the latest week was over-planned: planned ÷ lived − 1. Below zero, more was done than planned."),
            SHARE,
        ),
        ("delay", _("Start delay"), _("Half of the latest week's blocks began later than this."), SIGNED),
        ("unplanned", _("Unplanned"), _("Time of the latest week in entries that no plan foresaw."), DURATION),
    ):
        figure = board.figure(query, title, description, unit, size=(6, 5), good="high" if query == "weeks" else "")
        yield figure.graph_mode(kinds.BigValueGraphMode.AREA)

    weeks = board.series("weeks", _("Adherence by week"), _("Share of the planned time lived as planned."), SHARE)
    weeks.min(0).max(1)
    yield weeks.override_by_name("adherence", painted(_("Adherence"), LIVED))
    blocks = board.bars(
        "blocks", _("Blocks by verdict"), _("What became of each week's planned blocks."), COUNT, stacked=True
    )
    for verdict, name in names(_).items():
        if verdict != "unplanned":
            blocks.override_by_name(f"{verdict}_blocks", painted(name, VERDICTS[verdict]))
    yield blocks
    bias = board.series("bias", _("Planning bias by week"), _("Planned ÷ lived − 1; zero is a plan that fits."), SHARE)
    yield bias.override_by_name("planning_bias", painted(_("Planning bias"), VERDICTS["shifted"]))
    delay = board.series("delay", _("Start delay by week"), _("Median of entry's start minus plan's start."), SIGNED)
    yield delay.override_by_name("median_start_delay_seconds", painted(_("Start delay"), VERDICTS["missed"]))
    days = board.series("days", _("Adherence by day"), _("Share of each day's plan lived as planned."), SHARE)
    days.min(0).max(1).line_width(1).point_size(4)
    yield days.override_by_name("adherence", painted(_("Adherence"), LIVED))
    categories = board.series(
        "categories", _("Adherence by category"), _("One line per category. Obeys the category picker."), SHARE
    )
    categories.min(0).max(1).tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.SINGLE))
    yield board.by_category(categories)
    yield from _table(board)


def _table(board: Board) -> Iterator[Part]:
    _ = board.words
    yield Row(_("Week by week"))
    yield board.rows(
        "category_weeks",
        _("Weeks and categories"),
        _("The figures behind the lines. A click on the week opens it in the console. Obeys the category picker."),
        {
            "week": Column(_("Week"), "", 110, "${console}/week/${__data.fields.week}", _("Open the week")),
            "category": Column(_("Category")),
            "planned_blocks": Column(_("Blocks"), COUNT, 90),
            "done_blocks": Column(names(_)["done"], COUNT, 90),
            "missed_blocks": Column(names(_)["missed"], COUNT, 90),
            "planned_seconds": Column(_("Planned"), DURATION, 110),
            "lived_seconds": Column(_("Lived"), DURATION, 110),
            "unplanned_seconds": Column(_("Unplanned"), DURATION, 110),
            "adherence": Column(_("Adherence"), SHARE, 130, bar=True),
            "planning_bias": Column(_("Planning bias"), SHARE, 110),
            "median_start_delay_seconds": Column(_("Start delay"), SIGNED, 110),
        },
        size=(24, 11),
    )
