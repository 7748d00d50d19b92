"""The parts of a report about a day, a week or a month, worded and laid out as data for Typst.

Law: a part shows what the marts say and nothing else; what is not there yet is a dash, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lifetracer.charts import Block, Words, keep
from lifetracer.charts.week import DAY, VERDICTS, Week, pack
from lifetracer.reporter.facts import Facts, Row
from lifetracer.reporter.sheet import MARGIN, colours, label, mark
from lifetracer.reporter.wish import PAPERS, Wish

NONE = "–"
"""What stands where there is no number."""
TITLE_LENGTH = 80

DAY_TYPES = {
    "work": keep("work"),
    "study": keep("study"),
    "rest": keep("rest"),
    "travel": keep("travel"),
    "holiday": keep("holiday"),
}
COMPARISONS = {
    "at_least": keep("at least {bound}"),
    "at_most": keep("at most {bound}"),
    "between": keep("{low} to {high}"),
    "exactly": keep("exactly {bound}"),
}
SEVERITIES = {"problem": "#dc3a3a", "warning": "#d98a00", "info": "#2387d8"}
NODES = {"untracked": keep("Untracked"), "joined": keep("Short gaps"), "others": keep("Others")}
"""Sides of the flow that are no category."""

FLOW_HEIGHT, FLOW_GAP, FLOW_LINE = {"a4": 52.0, "letter": 38.0}, 0.8, 3.0
"""Millimetres of the flow's picture by paper, between its nodes, and of a line of text beside them."""


def figures(facts: Facts, _: Words) -> dict[str, Any]:
    """Word the key figures, with what they were the period before."""
    now, before, verdicts = facts.totals, facts.before, facts.verdicts

    def item(name: str, column: str) -> dict[str, str]:
        note = _("before: {value}", value=_.duration(before[column])) if before["days"] else ""
        return {"label": _(name), "value": _.duration(now[column]), "note": note}

    return {
        "kind": "figures",
        "items": [
            item(keep("Lived"), "actual_seconds"),
            item(keep("Planned"), "planned_seconds"),
            {
                "label": _("Adherence"),
                "value": share(verdicts["adherence"]),
                "note": _("{number} plans", number=verdicts["planned_blocks"]),
            },
            {"label": _("Unplanned"), "value": _.duration(verdicts["unplanned_seconds"]), "note": ""},
            item(keep("Untracked"), "untracked_seconds"),
        ],
        "verdicts": [
            {"label": f"{_(VERDICTS[name])} {verdicts[name]}", **mark(name)}
            for name in ("done", "shortened", "overrun", "shifted", "replaced", "missed")
        ],
    }


def strips(wish: Wish, facts: Facts, _: Words) -> dict[str, Any]:
    """Lay out each day as a strip from midnight to midnight: the plan above, what was lived below."""
    blocks: dict[date, list[Block]] = {}
    for week in facts.weeks:
        for block in week.blocks:
            blocks.setdefault(block.local_date, []).append(block)
    days = [wish.first + timedelta(days=n) for n in range((wish.last - wish.first).days + 1)]
    known = {row["local_date"]: row for row in facts.days}
    alone = len(days) == 1
    return {
        "kind": "strips",
        "title": _("Plan and actual"),
        "alone": alone,
        "height": 34.0 if alone else 4.9,
        "hours": [{"x": hour / 24, "label": str(hour)} for hour in range(0, 25, 2 if alone else 3)],
        "planned": _("planned"),
        "lived": _("lived"),
        "legend": [{"label": _(words), **mark(name)} for name, words in VERDICTS.items()],
        "banners": [label(b) for b in blocks.get(wish.first, []) if alone and b.all_day][:4],
        "rows": [_strip(day, blocks.get(day, []), known.get(day), _) for day in days],
    }


def _strip(day: date, blocks: Sequence[Block], sums: Row | None, _: Words) -> dict[str, Any]:
    timed = [block for block in blocks if not block.all_day]
    return {
        "label": f"{day.day} {_.weekday(day)}",
        "weekend": day.isoweekday() > 5,
        "value": _.hours(sums["actual_seconds"]) if sums else "",
        "plan": [_bar(p.block, p.lane, p.lanes) for p in pack(b for b in timed if b.layer == "plan")],
        "actual": [_bar(p.block, p.lane, p.lanes) for p in pack(b for b in timed if b.layer == "actual")],
        "spine": [
            {"x": b.start_second / DAY, "width": (b.end_second - b.start_second) / DAY, **mark(b.verdict)}
            for b in timed
            if b.verdict and (b.layer == "actual" or b.verdict in ("missed", "replaced"))
        ],
    }


def _bar(block: Block, lane: int, lanes: int) -> dict[str, Any]:
    return {
        "x": block.start_second / DAY,
        "width": max(block.end_second - block.start_second, 60) / DAY,
        "lane": lane,
        "lanes": lanes,
        "label": label(block),
        **colours(block.category_color),
    }


def loop(wish: Wish, facts: Facts, _: Words) -> dict[str, Any] | None:
    """Set out the loop by category: plan and actual, then target, estimate and plan of what comes next."""
    if not facts.categories:
        return None
    targets = {row["category_id"]: row for row in reversed(facts.targets) if row["measure"] == "duration"}
    following = {
        "day": keep("Estimate for the next day"),
        "week": keep("Estimate for next week"),
        "month": keep("Estimate for next month"),
    }[wish.kind]
    planned = {
        "day": keep("Planned for the next day"),
        "week": keep("Planned for next week"),
        "month": keep("Planned for next month"),
    }[wish.kind]
    rows = []
    for row in facts.categories:
        estimate, target = facts.estimates.get(row["category_id"]), targets.get(row["category_id"])
        rows.append(
            [
                {"label": _.named(row["category"])[:TITLE_LENGTH], **colours(row["category_color"])},
                _.duration(row["planned_seconds"]),
                _.duration(row["actual_seconds"]),
                difference(row["actual_seconds"] - row["planned_seconds"], _),
                wanted(target, _) if target else NONE,
                band(estimate, _) if estimate else NONE,
                _.duration(row["next_planned_seconds"]) if row["next_planned_seconds"] else NONE,
            ]
        )
    heads = [_("Category"), _("Planned"), _("Lived"), _("Difference"), _("Target"), _(following), _(planned)]
    return table(_("Loop: from what happened to what comes next"), heads, rows, align="lrrrrrr") | {
        "note": ""
        if facts.estimates
        else _("Nothing is estimated for the next period yet; the column fills when the analyzer has run.")
    }


def target_table(facts: Facts, _: Words) -> dict[str, Any] | None:
    """Set out the period's targets and what was reached."""
    if not facts.targets:
        return None
    rows = [
        [
            {"label": row["name"][:TITLE_LENGTH], **colours(row["category_color"] or "#9aa0a6")},
            wanted(row, _),
            measured(row["reached"], row["measure"], _) if row["reached"] is not None else NONE,
            NONE if row["is_met"] is None else _("met") if row["is_met"] else _("not met"),
        ]
        for row in facts.targets
    ]
    return table(_("Targets"), [_("Target"), _("Wanted"), _("Reached"), _("State")], rows, align="lrrl")


def trend(wish: Wish, facts: Facts, _: Words) -> dict[str, Any] | None:
    """Lay out how adherence went over this period and those before it."""
    points = [row for row in facts.trend if row["adherence"] is not None]
    if len(points) < 2:
        return None
    return {
        "kind": "trend",
        "title": _("Adherence over time"),
        "points": [
            {
                "label": _when(wish.kind, row["period_start"], _),
                "value": share(row["adherence"]),
                "share": float(row["adherence"]),
                "now": row["period_start"] == wish.first,
            }
            for row in points
        ],
    }


def _when(kind: str, first: date, _: Words) -> str:
    if kind == "month":
        return f"{first.month}月" if _.language == "ja" else f"{first:%b}"
    return f"{first.month}/{first.day}" if _.language == "ja" else f"{first.day} {first:%b}"


def flow(wish: Wish, facts: Facts, _: Words) -> dict[str, Any] | None:
    """Lay out where planned time went: what was planned on the left, what was lived on the right."""
    if not facts.flow:
        return None
    left = _nodes([(row["from_id"], row["from_name"], row["from_color"], row["from_seconds"]) for row in facts.flow])
    right = _nodes([(row["to_id"], row["to_name"], row["to_color"], row["to_seconds"]) for row in facts.flow])
    scale = min(_scale([node[3] for node in side.values()], FLOW_HEIGHT[wish.paper]) for side in (left, right))
    places = [_places(side, scale, _) for side in (left, right)]
    used = [dict.fromkeys(side, 0.0) for side in (left, right)]
    ways = []
    for row in facts.flow:
        begin, end = places[0][row["from_id"]], places[1][row["to_id"]]
        thick = float(row["seconds"]) * scale
        ways.append(
            {
                "y0": begin["y"] + used[0][row["from_id"]],
                "y1": end["y"] + used[1][row["to_id"]],
                "height": thick,
                "same": row["from_id"] == row["to_id"],
                **colours(row["from_color"]),
            }
        )
        used[0][row["from_id"]] += thick
        used[1][row["to_id"]] += thick
    return {
        "kind": "flow",
        "title": _("Where planned time went"),
        "width": PAPERS[wish.paper][1] - 2 * MARGIN,
        "height": max(node["y"] + node["slot"] for side in places for node in side.values()),
        "left": list(places[0].values()),
        "right": list(places[1].values()),
        "ways": ways,
        "heads": [_("planned"), _("lived")],
    }


Node = tuple[str, str, str, float]


def _nodes(rows: Sequence[Node]) -> dict[str, Node]:
    """List the nodes of a side by id, the largest first; what is none or the rest goes last."""
    found = {row[0]: (row[0], row[1], row[2], float(row[3])) for row in rows}
    return dict(sorted(found.items(), key=lambda item: (item[0] in NODES, -item[1][3], item[0])))


def _scale(seconds: Sequence[float], height: float) -> float:
    """Give the millimetres per second at which nodes of these lengths, each at least a line high, fill the height."""
    room = height - FLOW_GAP * (len(seconds) - 1)
    low, high = 0.0, room / max(sum(seconds), 1.0)
    for _step in range(40):
        middle = (low + high) / 2
        fits = sum(max(one * middle, FLOW_LINE) for one in seconds) <= room
        low, high = (middle, high) if fits else (low, middle)
    return low or high / 8


def _places(side: dict[str, Node], scale: float, _: Words) -> dict[str, dict[str, Any]]:
    y, found = 0.0, {}
    for name, (_id, title, colour, seconds) in side.items():
        tall = seconds * scale
        slot = max(tall, FLOW_LINE)
        found[name] = {
            "y": y + (slot - tall) / 2,
            "height": tall,
            "middle": y + slot / 2,
            "slot": slot,
            "label": (_(NODES[name]) if name in NODES else _.named(title))[:TITLE_LENGTH],
            "value": _.duration(round(seconds)),
            **colours(colour),
        }
        y += slot + FLOW_GAP
    return found


def day_table(facts: Facts, _: Words) -> dict[str, Any] | None:
    """Set out the days: what kind each was and why, and how the work went."""
    if not facts.days:
        return None
    heads = [_("Day"), _("Kind"), _("Why"), _("Work from"), _("until"), _("Work"), _("Longest focus"), _("Switches")]
    rows = [
        [
            f"{row['local_date'].day} {_.weekday(row['local_date'])}",
            _kind(row, _),
            _reason(row, _),
            _.clock(row["first_start_second"]) if row["work_seconds"] else NONE,
            _.clock(row["last_stop_second"]) if row["work_seconds"] else NONE,
            _.duration(row["work_seconds"]) if row["work_seconds"] else NONE,
            _.duration(row["longest_focus_seconds"]) if row["work_seconds"] else NONE,
            str(row["switches"]) if row["work_seconds"] else NONE,
        ]
        for row in facts.days
    ]
    return table(_("Kinds of days, and work"), heads, rows, align="lllrrrrr", wide=2)


def _reason(row: Row, _: Words) -> str:
    holiday = row["holiday"] if _.language == "ja" else row["holiday_en"]
    said = [holiday, row[f"reason_{_.language}"] if row["day_type"] != "holiday" else None]
    return " · ".join(part for part in said if part)


def entry_table(week: Week, day: date, _: Words) -> dict[str, Any] | None:
    """Set out what was lived on a day, in order."""
    found = [b for b in week.blocks if b.local_date == day and b.layer == "actual" and not b.all_day]
    if not found:
        return None
    rows = [
        [
            _.span(b.start_second, b.end_second),
            {"label": _.named(b.category)[:TITLE_LENGTH], **colours(b.category_color)},
            (b.title if b.title != b.category else b.detail)[: 2 * TITLE_LENGTH],
            _(VERDICTS[b.verdict]) if b.verdict else "",
            _.duration(b.seconds),
        ]
        for b in sorted(found, key=lambda b: (b.start_second, b.end_second, b.block_id))
    ]
    heads = [_("Time"), _("Category"), _("What"), _("State"), _("Length")]
    return table(_("Entries"), heads, rows, align="llllr", wide=2)


def findings(facts: Facts, _: Words) -> dict[str, Any]:
    """Say what is odd about the data, and what to do."""
    shown = [
        {"colour": SEVERITIES[row["severity"]], "text": f"{row[f'message_{_.language}']} {row[f'remedy_{_.language}']}"}
        for row in facts.findings
    ]
    rest = facts.findings[0]["number"] - len(shown) if facts.findings else 0
    return {
        "kind": "notes",
        "title": _("How good the data are"),
        "items": shown,
        "none": _("Nothing odd was found in these days."),
        "more": _("and {number} more on the page Data", number=rest) if rest else "",
    }


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], align: str, wide: int = 0) -> dict[str, Any]:
    """Give a table as data: ``align`` says ``l`` or ``r`` of each column, ``wide`` which one takes what is left."""
    return {
        "kind": "table",
        "title": title,
        "heads": list(heads),
        "rows": [list(row) for row in rows],
        "align": list(align),
        "wide": wide,
        "total": [],
        "note": "",
    }


def share(value: Decimal | None) -> str:
    """Word a share in whole percent."""
    return NONE if value is None else f"{round(value * 100)} %"


def difference(seconds: int, _: Words) -> str:
    """Word a difference of durations with its sign."""
    return ("+" if seconds >= 30 else "") + _.duration(seconds)


def band(estimate: Row, _: Words) -> str:
    """Word an estimate: the middle, and between what it lies eight times in ten."""
    return f"{_.duration(estimate['p50'])} ({_.hours(estimate['p10'])}–{_.hours(estimate['p90'])})"


def _kind(row: Row, _: Words) -> str:
    """Name the kind of a day."""
    name = DAY_TYPES.get(row["day_type"])
    return _(name) if name else NONE


def wanted(target: Row, _: Words) -> str:
    """Word what a target wants."""
    low, high = (measured(target[side], target["measure"], _) for side in ("low", "high"))
    wish = COMPARISONS[target["comparison"]]
    return _(wish, bound=low or high, low=low, high=high)


def measured(value: Any, measure: str, _: Words) -> str:
    """Word a value of what targets measure; nothing for none."""
    if value is None:
        return ""
    if measure == "duration":
        return _.duration(int(value))
    if measure in ("start_time", "end_time"):
        return _.clock(int(value))
    return share(value) if measure == "share" else str(int(value))


def of_period(wish: Wish, facts: Facts, _: Words) -> Iterator[dict[str, Any]]:
    """Give the parts of a report about a day, a week or a month, in the order of the paper."""
    yield figures(facts, _)
    if wish.kind != "week":
        yield strips(wish, facts, _)
    parts = [loop(wish, facts, _), target_table(facts, _)]
    if wish.kind == "day":
        parts.append(entry_table(facts.weeks[0], wish.first, _))
    parts += [trend(wish, facts, _), flow(wish, facts, _), day_table(facts, _), findings(facts, _)]
    yield from (part for part in parts if part)
