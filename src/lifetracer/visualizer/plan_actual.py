"""Plan × actual: what was planned beside what was lived, block by block, and where planned time went.

Law: a verdict has one name and one colour, here as on the screen and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders.dashboard import Row

from lifetracer.visualizer.panels import (
    COUNT,
    DURATION,
    SIGNED,
    VERDICTS,
    Board,
    Column,
    Part,
    color_by_query,
    lived,
    painted,
    planned,
)
from lifetracer.visualizer.wording import Words

WEEK_LINK = "${console}/week/${__data.fields.week}"


def names(words: Words) -> dict[str, str]:
    """Name the verdicts in a language."""
    _ = words
    return {
        "done": _("done"),
        "shortened": _("shortened"),
        "overrun": _("overrun"),
        "shifted": _("shifted"),
        "replaced": _("replaced"),
        "missed": _("missed"),
        "unplanned": _("unplanned"),
    }


def panels(board: Board) -> Iterator[Part]:
    """Give the dashboard's panels in reading order."""
    _ = board.words
    verdicts = names(_)
    week = board.states(
        "timeline",
        _("Plan and actual, hour by hour"),
        _(
            "The upper band is the plan (outlined), the lower one what was lived (solid), in the colours of the "
            "categories and on your own wall clock; of a long range the last five weeks. Drag to look closer."
        ),
        size=(24, 8),
    )
    week.override_by_name("planned", planned(_("Plan"), "")).override_by_name("lived", lived(_("Actual"), ""))
    yield color_by_query(board, week, "colors", "category", "color")

    blocks = board.gauges(
        "verdicts",
        _("What became of the plan"),
        _("Planned blocks by verdict. Obeys the category picker."),
        COUNT,
        size=(8, 10),
    )
    for verdict in ("done", "shortened", "overrun", "shifted", "replaced", "missed"):
        blocks.override_by_name(verdict, painted(verdicts[verdict], VERDICTS[verdict]))
    yield blocks
    both = board.comparison(
        "categories",
        _("Planned and lived by category"),
        _("The outline is the plan, the solid bar what was lived. Obeys the category picker."),
        DURATION,
        "category",
        size=(8, 10),
    )
    both.override_by_name("planned_seconds", planned(_("Planned")))
    yield both.override_by_name("actual_seconds", lived(_("Lived")))
    yield board.rows(
        "flow",
        _("Where planned time went"),
        _("What gave way to what, day by day and in proportion: planned for one category, lived in another."),
        {
            "from_category": Column(_("Planned for")),
            "to_category": Column(
                _("Lived as"),
                values={"Untracked": (_("Untracked"), "text"), "Short gaps": (_("Short gaps"), "text")},
            ),
            "seconds": Column(_("Time"), DURATION, 130, bar=True),
        },
        size=(8, 10),
    )
    yield from _tables(board, verdicts)


def _tables(board: Board, verdicts: dict[str, str]) -> Iterator[Part]:
    _ = board.words
    day = Column(_("Day"), "time:YYYY-MM-DD", 110, WEEK_LINK, _("Open the week"))
    yield Row(_("Block by block"))
    yield board.rows(
        "blocks",
        _("Planned blocks"),
        _("Each planned block and its verdict. A click on the day opens its week in the console."),
        {
            "local_date": day,
            "title": Column(_("Title")),
            "category": Column(_("Category")),
            "verdict": Column(
                _("Verdict"), width=110, values={name: (text, VERDICTS[name]) for name, text in verdicts.items()}
            ),
            "planned_seconds": Column(_("Planned"), DURATION, 100),
            "lived_seconds": Column(_("Lived"), DURATION, 100),
            "start_delay_seconds": Column(_("Start delay"), SIGNED, 110),
            "overrun_seconds": Column(_("Longer by"), SIGNED, 110),
            "replaced_by_category": Column(_("Replaced by")),
            "calendar": Column(_("Calendar")),
            "week": Column(),
        },
    )
    yield from _strays(board)


def _strays(board: Board) -> Iterator[Part]:
    _ = board.words
    day = Column(_("Day"), "time:YYYY-MM-DD", 110, WEEK_LINK, _("Open the week"))
    yield board.rows(
        "unplanned",
        _("Unplanned entries"),
        _("What was done without a plan."),
        {
            "local_date": day,
            "category": Column(_("Category")),
            "project": Column(_("Project")),
            "description": Column(
                _("Description"), link="https://track.toggl.com/timer", link_title=_("Open Toggl Track")
            ),
            "seconds": Column(_("Time"), DURATION, 100),
            "week": Column(),
        },
        size=(12, 10),
    )
    yield board.rows(
        "changes",
        _("Plans that changed"),
        _("The plan as it was the evening before, against the plan in the end."),
        {
            "local_date": day,
            "title": Column(_("Title")),
            "category": Column(_("Category")),
            "change": Column(
                _("Change"),
                width=100,
                values={
                    "added": (_("added"), VERDICTS["done"]),
                    "removed": (_("removed"), VERDICTS["missed"]),
                    "moved": (_("put off or brought forward"), VERDICTS["shifted"]),
                    "resized": (_("resized"), VERDICTS["shortened"]),
                },
            ),
            "before_seconds": Column(_("Before"), DURATION, 100),
            "seconds": Column(_("In the end"), DURATION, 100),
            "moved_seconds": Column(_("Moved by"), SIGNED, 100),
            "week": Column(),
        },
        size=(12, 10),
    )
