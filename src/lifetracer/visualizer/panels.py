"""The kinds of panels, dressed as the house dresses its pictures: planned is an outline, lived is solid.

Law: every panel has a title, a sentence that explains it, a unit and words for when there is nothing to show.
Grafana cannot hatch, so a plan is drawn as outline without fill; targets are lines; colour is category or verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import barchart, bargauge, common, heatmap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor, QueryVariable, Row, ThresholdsConfig
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
    VariableOption,
    VariableRefresh,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode, HeatmapColorOptions

from lifetracer.visualizer.macros import ALL
from lifetracer.visualizer.wording import Words
from lifetracer.warehouse.queries import beside

SOURCE = DataSourceRef(type_val="grafana-postgresql-datasource", uid="lifetracer")
"""The data source of every panel; provisioning and upload make it under this uid."""

DURATION = "dthms"
"""Seconds as 37:30:00. The other durations of Grafana round, or drop the hours above 99."""
SIGNED = "s"
"""Seconds that may be negative, in words: -5 min. (``dthms`` says "ago" of negative ones.)"""
SHARE, COUNT, TEXT = "percentunit", "short", "string"

PLAN, LIVED = "#8a93a3", "#1260bd"
VERDICTS = {
    "done": "#2f9e54",
    "shortened": "#efbf5c",
    "overrun": "#a66a00",
    "shifted": "#d98a00",
    "replaced": "#ea9191",
    "missed": "#dc3a3a",
    "unplanned": "#2387d8",
}
"""Colours of the verdicts, those of the screen: lived otherwise is amber, not lived red; patterns become shades."""
GOOD, FAIR, BAD = VERDICTS["done"], VERDICTS["shifted"], VERDICTS["missed"]


class Sql(variants.Dataquery):
    """A query of the PostgreSQL data source; the SDK has none."""

    def __init__(self, query: str, form: str, ref: str = "A") -> None:
        self.query, self.form, self.ref = query, form, ref

    def to_json(self) -> dict[str, Any]:
        """Give the target as Grafana stores it."""
        return {
            "datasource": SOURCE.to_json(),
            "editorMode": "code",
            "format": self.form,
            "rawQuery": True,
            "rawSql": self.query,
            "refId": self.ref,
        }


class _Ready(builder.Builder[variants.Dataquery]):
    """A query that needs no further building."""

    def __init__(self, query: Sql) -> None:
        self._query = query

    def build(self) -> Sql:
        return self._query


class _Dressable(Protocol):
    """What the SDK's builders of panels have in common."""

    def title(self, title: str) -> Self: ...
    def description(self, description: str) -> Self: ...
    def datasource(self, datasource: DataSourceRef) -> Self: ...
    def unit(self, unit: str) -> Self: ...
    def no_value(self, no_value: str) -> Self: ...
    def span(self, w: int) -> Self: ...
    def height(self, h: int) -> Self: ...
    def with_target(self, target: builder.Builder[variants.Dataquery]) -> Self: ...
    def with_transformation(self, transformation: DataTransformerConfig) -> Self: ...
    def override_by_name(self, name: str, properties: list[DynamicConfigValue]) -> Self: ...
    def mappings(self, mappings: list[ValueMapping]) -> Self: ...
    def thresholds(self, thresholds: builder.Builder[Any]) -> Self: ...
    def color_scheme(self, color: builder.Builder[Any]) -> Self: ...


Panel = TypeVar("Panel", bound=_Dressable)

Part = builder.Builder[dashboard.Panel] | Row
"""What a dashboard is made of, from top to bottom: panels, and headings between them."""


@dataclass(frozen=True)
class Board:
    """What the panels of one dashboard share: where their queries lie, the language, the categories' colours."""

    name: str
    words: Words
    colors: Mapping[str, str] = field(default_factory=dict)

    def query(self, name: str) -> str:
        """Give a query of the dashboard's ``.sql`` file."""
        return beside(__file__, f"{self.name}.sql")[name]

    def dress(
        self,
        panel: Panel,
        query: str,
        title: str,
        description: str,
        unit: str,
        size: tuple[int, int],
        *,
        form: str = "table",
    ) -> Panel:
        """Give a panel what every panel has; ``title`` and ``description`` come translated."""
        _ = self.words
        return (
            panel.title(title)
            .description(description)
            .datasource(SOURCE)
            .unit(unit)
            .no_value(_("Nothing in this time range."))
            .span(size[0])
            .height(size[1])
            .with_target(_Ready(Sql(self.query(query), form)))
        )

    def figure(
        self, query: str, title: str, description: str, unit: str, *, size: tuple[int, int] = (4, 4), good: str = ""
    ) -> stat.Panel:
        """One number; ``good`` colours it: ``high`` from 80 % on, ``zero`` when there is none."""
        panel = self.dress(stat.Panel(), query, title, description, unit, size)
        panel.graph_mode(kinds.BigValueGraphMode.NONE).color_mode(kinds.BigValueColorMode.VALUE)
        panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))
        if unit == SHARE:
            panel.decimals(0)
        steps: dict[str, list[tuple[float | None, str]]] = {
            "": [(None, "text")],
            "high": [(None, BAD), (0.5, FAIR), (0.8, GOOD)],
            "zero": [(None, GOOD), (1, BAD)],
        }
        return limits(panel, *steps[good])

    def series(
        self, query: str, title: str, description: str, unit: str, *, size: tuple[int, int] = (12, 9)
    ) -> timeseries.Panel:
        """Lines with points over days or weeks; a gap stays a gap."""
        panel = self.dress(timeseries.Panel(), query, title, description, unit, size, form="time_series")
        panel.draw_style(kinds.GraphDrawStyle.LINE).line_width(2).fill_opacity(0).span_nulls(False)
        panel.show_points(kinds.VisibilityMode.ALWAYS).point_size(6)
        panel.legend(_legend()).tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI))
        return panel

    def bars(
        self,
        query: str,
        title: str,
        description: str,
        unit: str,
        *,
        size: tuple[int, int] = (12, 9),
        stacked: bool = False,
    ) -> timeseries.Panel:
        """Bars over days or weeks; stacked ones are parts of one whole."""
        panel = self.series(query, title, description, unit, size=size)
        panel.draw_style(kinds.GraphDrawStyle.BARS).line_width(0).fill_opacity(85).min(0)
        panel.show_points(kinds.VisibilityMode.NEVER).bar_width_factor(0.8)
        if stacked:
            panel.stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL).group("A"))
        return panel

    def by_category(self, panel: timeseries.Panel) -> timeseries.Panel:
        """Colour each category's series: as in the warehouse where it is known, else one colour per name for good."""
        panel.color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        for category, color in sorted(self.colors.items()):
            panel.override_by_name(category, [_fixed(color)])
        return panel

    def comparison(
        self, query: str, title: str, description: str, unit: str, axis: str, *, size: tuple[int, int] = (12, 10)
    ) -> barchart.Panel:
        """Horizontal bars side by side, one group per value of ``axis``."""
        panel = self.dress(barchart.Panel(), query, title, description, unit, size)
        panel.x_field(axis).orientation(kinds.VizOrientation.HORIZONTAL).show_value(kinds.VisibilityMode.NEVER)
        panel.group_width(0.75).bar_width(0.9).line_width(0).fill_opacity(85).min(0)
        panel.legend(_legend()).tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI))
        return panel

    def gauges(
        self, query: str, title: str, description: str, unit: str, *, size: tuple[int, int] = (8, 9)
    ) -> bargauge.Panel:
        """One bar per column of a single row, or per row after :func:`rows_to_bars`."""
        panel = self.dress(bargauge.Panel(), query, title, description, unit, size)
        panel.orientation(kinds.VizOrientation.HORIZONTAL).display_mode(kinds.BarGaugeDisplayMode.BASIC).min(0)
        panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))
        return panel

    def states(
        self,
        query: str,
        title: str,
        description: str,
        *,
        size: tuple[int, int] = (24, 7),
        form: str = "table",
    ) -> statetimeline.Panel:
        """Which state held from when to when, one row per column."""
        panel = self.dress(statetimeline.Panel(), query, title, description, TEXT, size, form=form)
        panel.show_value(kinds.VisibilityMode.AUTO).align_value(kinds.TimelineValueAlignment.LEFT).row_height(0.85)
        panel.fill_opacity(85).line_width(0).merge_values(True)
        panel.legend(common.VizLegendOptions().show_legend(False).display_mode(kinds.LegendDisplayMode.HIDDEN))
        return panel

    def heat(
        self, query: str, title: str, description: str, unit: str, *, size: tuple[int, int] = (12, 10)
    ) -> heatmap.Panel:
        """Draw a cell per day and row, darker with more of it."""
        panel = self.dress(heatmap.Panel(), query, title, description, unit, size, form="time_series")
        panel.calculate(False).cell_gap(1).show_value(kinds.VisibilityMode.NEVER)
        panel.color(_Blues()).hide_legend()
        return panel

    def rows(
        self,
        query: str,
        title: str,
        description: str,
        columns: Mapping[str, Column],
        *,
        size: tuple[int, int] = (24, 10),
    ) -> table.Panel:
        """Draw a table; columns that are not named stay hidden, and serve links only."""
        panel = self.dress(table.Panel(), query, title, description, TEXT, size)
        panel.show_header(True).cell_height(kinds.TableCellHeight.SM)
        for name, column in columns.items():
            panel.override_by_name(name, column.properties())
        return panel


class _Blues(builder.Builder[HeatmapColorOptions]):
    """The heat map's scale: from nothing to the colour of what was lived."""

    def build(self) -> HeatmapColorOptions:
        return HeatmapColorOptions(mode=HeatmapColorMode.OPACITY, fill=LIVED, scheme="Blues", exponent=0.5, steps=64)


@dataclass(frozen=True)
class Column:
    """How a table's column looks; without a label it is hidden."""

    label: str = ""
    unit: str = ""
    width: int = 0
    link: str = ""
    """Address that a click opens; ``${__data.fields.week}`` takes another column's value of the row."""
    link_title: str = ""
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What a value is called, and its colour."""
    bar: bool = False
    """Draw a bar behind the number."""

    def properties(self) -> list[DynamicConfigValue]:
        """Give the column's settings as Grafana stores them."""
        if not self.label:
            return [DynamicConfigValue("custom.hidden", True)]
        found = [DynamicConfigValue("displayName", self.label)]
        if self.unit:
            found.append(DynamicConfigValue("unit", self.unit))
        if self.width:
            found.append(DynamicConfigValue("custom.width", self.width))
        if self.link:
            address = {"title": self.link_title, "url": self.link, "targetBlank": True}
            found.append(DynamicConfigValue("links", [address]))
        if self.values:
            found += [
                DynamicConfigValue("mappings", [mapping.to_json() for mapping in called(self.values)]),
                DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
            ]
        if self.bar:
            found.append(DynamicConfigValue("custom.cellOptions", {"type": "gauge", "mode": "basic"}))
        return found


def picker(name: str, label: str, description: str) -> QueryVariable:
    """Offer values to choose from at the top of a dashboard, by the query of that name; all of them at first."""
    everything = VariableOption(selected=True, text=["All"], value=["$__all"])
    variable = QueryVariable(name).label(label).description(description).datasource(SOURCE)
    variable.query(beside(__file__, "variables.sql")[name]).refresh(VariableRefresh.ON_DASHBOARD_LOAD)
    return variable.multi(True).include_all(True).all_value(ALL[name]).current(everything)


def planned(label: str, color: str = PLAN) -> list[DynamicConfigValue]:
    """Draw a series as plan: outlined, no fill; without a colour its states bring their own."""
    return _drawn(label, color, fill=0, line=2)


def lived(label: str, color: str = LIVED) -> list[DynamicConfigValue]:
    """Draw a series as lived: solid."""
    return _drawn(label, color, fill=85, line=0)


def painted(label: str, color: str) -> list[DynamicConfigValue]:
    """Name a series and give it a colour."""
    return [DynamicConfigValue("displayName", label), _fixed(color)]


def limits(panel: Panel, *steps: tuple[float | None, str]) -> Panel:
    """Colour values by the limit they have passed; the first limit is ``None``, the bottom."""
    found = [Threshold(value, color) for value, color in steps]
    panel.thresholds(ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found))
    return panel.color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))


def called(values: Mapping[str, tuple[str, str]]) -> list[ValueMapping]:
    """Map values to (what they are called, colour)."""
    results = {
        value: ValueMappingResult(text=text, color=color, index=index)
        for index, (value, (text, color)) in enumerate(values.items())
    }
    return [ValueMap(results)]


def rows_to_bars(panel: Panel, name: str, value: str, color: str = "") -> Panel:
    """Make each row a bar of its own: its name, its value and, from a column, its colour."""
    mapped = [{"fieldName": name, "handlerKey": "field.name"}, {"fieldName": value, "handlerKey": "field.value"}]
    if color:
        mapped.append({"fieldName": color, "handlerKey": "color"})
    return panel.with_transformation(DataTransformerConfig("rowsToFields", options={"mappings": mapped}))


def color_by_query(board: Board, panel: Panel, query: str, value: str, color: str) -> Panel:
    """Colour states by a second query that pairs values with colours."""
    mapped = [
        {"fieldName": value, "handlerKey": "mappings.value"},
        {"fieldName": color, "handlerKey": "mappings.color"},
    ]
    options = {"applyTo": {"id": "byType", "options": "string"}, "configRefId": "colors", "mappings": mapped}
    panel.with_target(_Ready(Sql(board.query(query), "table", "colors")))
    return panel.with_transformation(DataTransformerConfig("configFromData", options=options))


def _drawn(label: str, color: str, *, fill: int, line: int) -> list[DynamicConfigValue]:
    shape = [DynamicConfigValue("custom.fillOpacity", fill), DynamicConfigValue("custom.lineWidth", line)]
    return [DynamicConfigValue("displayName", label), *([_fixed(color)] if color else []), *shape]


def _fixed(color: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"fixedColor": color, "mode": "fixed"})


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(kinds.LegendDisplayMode.LIST)
        .placement(kinds.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs([])
    )
