"""Operations: whether the sources still deliver, and how much they may still be asked.

Law: it shows the state now; the range of the picker changes nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lifetracer.charts.wording import SOURCES
from lifetracer.visualizer.panels import (
    BAD,
    COUNT,
    FAIR,
    GOOD,
    SHARE,
    SIGNED,
    Board,
    Column,
    Part,
    limits,
    rows_to_bars,
)
from lifetracer.visualizer.wording import Words

DAY = 86400


def panels(board: Board) -> Iterator[Part]:
    """Give the dashboard's panels in reading order."""
    _ = board.words
    yield board.figure(
        "stale", _("Stale sources"), _("Sources without news for longer than usual."), COUNT, size=(6, 5), good="zero"
    )
    age = board.figure(
        "age", _("Oldest sync"), _("Time since the source that was read longest ago was read."), SIGNED, size=(6, 5)
    )
    yield limits(age.decimals(1), (None, GOOD), (1.5 * DAY, FAIR), (3 * DAY, BAD))
    left = board.figure(
        "quota_left", _("Least quota left"), _("Share of the requests a service still allows."), SHARE, size=(6, 5)
    )
    yield limits(left, (None, BAD), (0.1, FAIR), (0.3, GOOD))
    last = board.figure(
        "last_day", _("Since the last entry"), _("Time since the last day with an entry began."), SIGNED, size=(6, 5)
    )
    yield limits(last.decimals(1), (None, GOOD), (3 * DAY, FAIR), (7 * DAY, BAD))
    yield board.rows(
        "sources",
        _("Sources"),
        _("Each connection: when it was last read, when it last brought something new, and its quota."),
        {
            "source": Column(_("Source"), width=150, values={name: (title, "text") for name, title in SOURCES.items()}),
            "connection": Column(_("Connection")),
            "status": Column(
                _("State"),
                width=120,
                values={
                    "active": (_("active"), GOOD),
                    "paused": (_("paused"), FAIR),
                    "needs_user": (_("needs you"), BAD),
                },
            ),
            "problem": Column(_("Problem")),
            "is_stale": Column(_("Fresh"), width=90, values={"0": (_("yes"), GOOD), "1": (_("no"), BAD)}),
            "last_success_at": Column(_("Last read"), "dateTimeFromNow", 140),
            "last_change_at": Column(_("Last news"), "dateTimeFromNow", 140),
            "quota_remaining": Column(_("Requests left"), COUNT, 110),
            "quota_total": Column(_("Allowed"), COUNT, 90),
            "quota_resets_at": Column(_("Renewed"), "dateTimeFromNow", 140),
        },
        size=(24, 9),
    )
    quotas = board.gauges(
        "quotas", _("Quota left"), _("Share of the requests that each service still allows."), SHARE, size=(10, 9)
    )
    yield limits(rows_to_bars(quotas.max(1), "name", "quota_left"), (None, BAD), (0.1, FAIR), (0.3, GOOD))
    yield board.rows(
        "findings",
        _("Findings by kind"),
        _("Findings on the records of the last four weeks, counted by kind."),
        {
            "kind": Column(_("Kind"), values={kind: (text, "text") for kind, text in kinds(_).items()}),
            "severity": Column(
                _("Weight"),
                width=120,
                values={
                    "problem": (_("problem"), BAD),
                    "warning": (_("warning"), FAIR),
                    "info": (_("hint"), GOOD),
                },
            ),
            "findings": Column(_("Findings"), COUNT, 120, bar=True),
        },
        size=(14, 9),
    )


def kinds(words: Words) -> dict[str, str]:
    """Name the kinds of findings in a language."""
    _ = words
    return {
        "untracked": _("little tracked"),
        "no_project": _("without a project"),
        "overlap": _("overlapping"),
        "duplicate": _("twice the same"),
        "long": _("longer than 12 hours"),
        "running": _("running for over 12 hours"),
        "over_31_days": _("longer than 31 days"),
        "negative": _("ends before it starts"),
        "zero": _("without length"),
        "no_start": _("without a start"),
        "no_stop": _("without an end"),
        "odd_year": _("in an impossible year"),
        "half_running": _("running and ended at once"),
        "calendar": _("a calendar without events"),
        "stale": _("a source that is not read"),
        "needs_user": _("a source that needs you"),
    }
