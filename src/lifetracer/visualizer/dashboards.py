"""The six dashboards, put together: panels in reading order, pickers, ways to the console and to each other.

Law: dates are the person's local days. Grafana is told UTC so that it leaves them as they are, whatever zone a
browser is in: midnight on a dashboard is midnight of that person, and the hours are those of their wall clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grafana_foundation_sdk.builders import dashboard as sdk
from grafana_foundation_sdk.builders.dashboard import Row
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableHide,
)

from lifetracer.charts import LANGUAGES, keep
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.visualizer import adherence, data_quality, operations, overview, plan_actual, targets
from lifetracer.visualizer.panels import Board, Part, picker
from lifetracer.visualizer.wording import Words
from lifetracer.warehouse.queries import beside

CONSOLE = "http://localhost:3000"
"""Where the links lead unless told otherwise: the console of this machine."""
TOGGL = "https://track.toggl.com/timer"


@dataclass(frozen=True)
class Kind:
    """One dashboard: its words (English, to be translated), its range at first sight, its panels."""

    title: str
    description: str
    since: str
    panels: Callable[[Board], Iterator[Part]]
    clock: str = "utc"

    @property
    def name(self) -> str:
        """The module's name, which is that of its ``.sql`` file too."""
        return self.panels.__module__.rpartition(".")[2]


KINDS = (
    Kind(
        keep("Overview"),
        keep("Where the time went, how much of it was planned, and how the days were built."),
        "now-3w/w",
        overview.panels,
    ),
    Kind(
        keep("Plan × actual"),
        keep("What was planned beside what was lived, block by block."),
        "now/w",
        plan_actual.panels,
    ),
    Kind(keep("Adherence"), keep("How well plans hold, week by week."), "now-12w/w", adherence.panels),
    Kind(keep("Targets"), keep("What was committed to, and how far it is."), "now-8w/w", targets.panels),
    Kind(
        keep("Data quality"),
        keep("What in the records cannot be right, and what to do about it."),
        "now-8w/w",
        data_quality.panels,
    ),
    Kind(
        keep("Operations"),
        keep("Whether the sources still deliver, and how much they may still be asked."),
        "now-24h",
        operations.panels,
        clock="browser",
    ),
)
"""The dashboards in the order in which a person meets them."""

NO_COLORS: Mapping[str, str] = MappingProxyType({})


def query(dashboard: str, panel: str) -> str:
    """Give a panel's SQL as Grafana has it, with its macros: ``query("overview", "planned")``.

    Raises:
        NotFoundError: there is no such dashboard or panel.
    """
    known = beside(__file__, f"{dashboard}.sql") if dashboard in {kind.name for kind in KINDS} else {}
    if panel not in known:
        raise NotFoundError(f"There is no panel {panel} on a dashboard {dashboard}.")
    return known[panel]


def documents(language: str, *, console: str = CONSOLE, colors: Mapping[str, str] = NO_COLORS) -> dict[str, str]:
    """Make the dashboards of one language as JSON documents, by file name.

    Args:
        language: ``en`` or ``ja``.
        console: address of the console, for links.
        colors: ``#rrggbb`` by name of category, for stacked bars and lines; states and gauges ask the warehouse.

    Raises:
        UsageError: there are no dashboards in that language.
    """
    if language not in LANGUAGES:
        raise UsageError(f"There are no dashboards in {language}.", remedy=f"Choose one of: {', '.join(LANGUAGES)}.")
    made = {}
    for kind in KINDS:
        model = _dashboard(kind, Board(kind.name, Words(language), colors), console.rstrip("/"))
        text = json.dumps(model, cls=JSONEncoder, sort_keys=True, indent=2, ensure_ascii=False)
        made[f"{kind.name.replace('_', '-')}.json"] = text + "\n"
    return made


def _dashboard(kind: Kind, board: Board, console: str) -> object:
    _ = board.words
    slug = kind.name.replace("_", "-")
    made = sdk.Dashboard(_(kind.title)).uid(f"lifetracer-{slug}-{_.language}").description(_(kind.description))
    made.tags(["lifetracer", f"lifetracer-{_.language}"]).timezone(kind.clock).week_start("monday").refresh("5m")
    made.time(kind.since, "now/w").tooltip(DashboardCursorSync.CROSSHAIR)
    if kind.clock == "browser":  # it shows the state now
        made.time(kind.since, "now").timepicker(sdk.TimePicker().hidden(True))
    parts = list(kind.panels(board))
    for part in parts:
        if isinstance(part, Row):
            made.with_row(part)
        else:
            made.with_panel(part)
    if any("${category:" in text for text in beside(__file__, f"{kind.name}.sql").values()):
        made.with_variable(picker("category", _("Category"), _("Panels that say so show only these categories.")))
    made.with_variable(_console(console))
    for link in _links(_):
        made.link(link)
    model = made.build()
    for number, panel in enumerate(model.panels or (), start=1):
        panel.id_val = number
    return model


def _console(address: str) -> sdk.ConstantVariable:
    variable = sdk.ConstantVariable("console").value(address)
    variable.build().hide = VariableHide.HIDE_VARIABLE  # the builder has no way to say it
    return variable


def _links(_: Words) -> Iterator[sdk.DashboardLink]:
    others = sdk.DashboardLink(_("Dashboards")).type(DashboardLinkType.DASHBOARDS)
    yield others.tags([f"lifetracer-{_.language}"]).as_dropdown(True).include_vars(True).keep_time(False)
    for title, address in ((_("Console"), "${console}/week"), ("Toggl Track", TOGGL)):
        way = sdk.DashboardLink(title).type(DashboardLinkType.LINK).url(address)
        yield way.icon("external link").target_blank(True)
