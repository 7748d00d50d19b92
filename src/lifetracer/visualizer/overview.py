"""The Overview: where the time went, how much of it was planned, and how the days were built.

Law: totals count every second once; only the panels by category obey the category picker, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Row

from lifetracer.visualizer.panels import (
    BAD,
    COUNT,
    DURATION,
    FAIR,
    GOOD,
    LIVED,
    SHARE,
    Board,
    Column,
    Part,
    called,
    lived,
    painted,
    planned,
    rows_to_bars,
)


def panels(board: Board) -> Iterator[Part]:
    """Give the dashboard's panels in reading order."""
    _ = board.words
    yield board.figure("planned", _("Planned"), _("Time with a plan; each second counts once."), DURATION)
    yield board.figure("lived", _("Lived"), _("Time with an entry; each second counts once."), DURATION)
    yield board.figure(
        "kept", _("Kept"), _("Share of the planned time in which the planned category was lived."), SHARE, good="high"
    )
    yield board.figure(
        "tracked", _("Tracked share"), _("Share of the time that has passed which entries explain."), SHARE, good="high"
    )
    yield board.figure("untracked", _("Untracked"), _("Past time without any entry."), DURATION)
    yield board.figure(
        "focus",
        _("Longest focus"),
        _("Longest stretch of focus: work in one category, with pauses of at most five minutes."),
        DURATION,
    )

    yield board.by_category(
        board.bars(
            "category_days",
            _("Lived by day and category"),
            _("How each day was spent. Obeys the category picker."),
            DURATION,
            size=(14, 10),
            stacked=True,
        )
    )
    yield rows_to_bars(
        board.gauges(
            "category_totals",
            _("Lived by category"),
            _("The range's sum of each category, in its colour. Obeys the category picker."),
            DURATION,
            size=(10, 10),
        ),
        "category",
        "actual_seconds",
        "color",
    )

    both = board.bars(
        "days",
        _("Planned and lived by day"),
        _("The outline is the plan, the solid bar what was lived."),
        DURATION,
        size=(14, 9),
    )
    both.override_by_name("planned_seconds", planned(_("Planned")))
    yield both.override_by_name("actual_seconds", lived(_("Lived")))
    yield board.heat(
        "hours",
        _("Hours of the day"),
        _("When entries lie: one column per day, one row per hour of it. Obeys the category picker."),
        DURATION,
        size=(10, 9),
    )
    yield from _days(board)
    yield from _projects(board)


def _days(board: Board) -> Iterator[Part]:
    _ = board.words
    yield Row(_("How the days were built"))
    kinds = board.states(
        "day_types",
        _("Kind of day"),
        _("Work, study, rest, travel or holiday, as the day was lived or as you corrected it."),
        size=(24, 4),
    )
    kinds.override_by_name("day_type", painted(_("Kind of day"), LIVED))
    yield kinds.mappings(
        called(
            {
                "work": (_("Work day"), LIVED),
                "study": (_("Study day"), "#a05fc9"),
                "rest": (_("Day of rest"), GOOD),
                "travel": (_("Travel"), FAIR),
                "holiday": (_("Holiday"), BAD),
            }
        )
    )
    hours = board.series(
        "working_day",
        _("First start and last stop"),
        _("When work began and ended, as time of day."),
        DURATION,
    )
    hours.min(0).max(86400)
    hours.override_by_name("first_start_second", painted(_("First start"), GOOD))
    yield hours.override_by_name("last_stop_second", painted(_("Last stop"), FAIR))
    focus = board.bars(
        "focus_days",
        _("Work and focus"),
        _("Time of work, and its longest stretch of focus in one category."),
        DURATION,
    )
    focus.override_by_name("work_seconds", planned(_("Work")))
    yield focus.override_by_name("longest_focus_seconds", lived(_("Longest focus")))


def _projects(board: Board) -> Iterator[Part]:
    _ = board.words
    yield Row(_("Projects and clients"))
    yield board.rows(
        "projects",
        _("Projects"),
        _("Time per project. A click on the last day opens its week in the console. Obeys the category picker."),
        {
            "client": Column(_("Client")),
            "project": Column(_("Project")),
            "category": Column(_("Category")),
            "entries": Column(_("Entries"), COUNT, 100),
            "actual_seconds": Column(_("Lived"), DURATION, 120, bar=True),
            "billable_seconds": Column(_("Billable"), DURATION, 120),
            "last_day": Column(
                _("Last day"), "time:YYYY-MM-DD", 130, "${console}/week/${__data.fields.week}", _("Open the week")
            ),
            "week": Column(),
        },
        size=(14, 10),
    )
    yield board.rows(
        "billing",
        _("Billable by month"),
        _("What the hours of each client come to, at the rates of the time. Time without a rate has no amount."),
        {
            "month": Column(_("Month"), width=90),
            "client": Column(_("Client")),
            "project": Column(_("Project")),
            "billable_seconds": Column(_("Billable"), DURATION, 110),
            "unrated_seconds": Column(_("Without a rate"), DURATION, 110),
            "amount": Column(_("Amount"), "locale", 110),
            "currency": Column(_("Currency"), width=90),
        },
        size=(10, 10),
    )
