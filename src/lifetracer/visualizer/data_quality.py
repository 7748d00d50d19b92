"""Data quality: what in the records cannot be right, and what a person can do about it.

Law: every finding says its remedy, and leads to the place where it is put right.
"""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Row

from lifetracer.visualizer.panels import (
    BAD,
    COUNT,
    DURATION,
    FAIR,
    PLAN,
    SHARE,
    Board,
    Column,
    Part,
    painted,
)

HINT = "#2387d8"


def panels(board: Board) -> Iterator[Part]:
    """Give the dashboard's panels in reading order."""
    _ = board.words
    yield board.figure(
        "problems", _("Problems"), _("Findings that make figures wrong."), COUNT, size=(6, 4), good="zero"
    )
    yield board.figure("warnings", _("Warnings"), _("Findings that may make figures wrong."), COUNT, size=(6, 4))
    yield board.figure("hints", _("Hints"), _("Findings worth a look."), COUNT, size=(6, 4))
    yield board.figure(
        "tracked",
        _("Tracked share"),
        _("Share of the time that has passed which entries explain."),
        SHARE,
        size=(6, 4),
        good="high",
    )
    weeks = board.bars(
        "weeks", _("Findings by week"), _("How many findings each week has."), COUNT, size=(8, 9), stacked=True
    )
    for name, label, color in severities(board):
        weeks.override_by_name(name, painted(label, color))
    yield weeks
    gaps = board.bars(
        "untracked", _("Untracked by day"), _("Past time of each day without any entry."), DURATION, size=(8, 9)
    )
    yield gaps.override_by_name("untracked_seconds", painted(_("Untracked"), PLAN))
    twice = board.bars(
        "overlaps",
        _("Recorded twice"),
        _("Time that overlapping entries count more than once in sums made straight from the entries."),
        DURATION,
        size=(8, 9),
    )
    yield twice.override_by_name("overlapping_seconds", painted(_("Overlapping"), FAIR))
    yield from _table(board)


def _table(board: Board) -> Iterator[Part]:
    _ = board.words
    yield Row(_("What to do"))
    shown, hidden = (_.language, "en" if _.language == "ja" else "ja")
    yield board.rows(
        "findings",
        _("Findings"),
        _("Worst first. A click opens the place where it is put right."),
        {
            "severity": Column(
                _("Weight"),
                width=100,
                values={
                    "problem": (_("problem"), BAD),
                    "warning": (_("warning"), FAIR),
                    "info": (_("hint"), HINT),
                },
            ),
            "local_date": Column(_("Day"), "time:YYYY-MM-DD", 110),
            f"message_{shown}": Column(
                _("Finding"), link="${__data.fields.link:raw}", link_title=_("Open where it is put right")
            ),
            f"remedy_{shown}": Column(_("What to do")),
            "subject": Column(_("Concerns"), width=180),
            "seconds": Column(_("Time"), DURATION, 100),
            "link": Column(),
            f"message_{hidden}": Column(),
            f"remedy_{hidden}": Column(),
        },
        size=(24, 13),
    )


def severities(board: Board) -> tuple[tuple[str, str, str], ...]:
    """Name and colour the columns that count findings by weight, the worst first."""
    _ = board.words
    return ("problems", _("Problems"), BAD), ("warnings", _("Warnings"), FAIR), ("hints", _("Hints"), HINT)
