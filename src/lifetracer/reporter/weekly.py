"""The weekly review in plain sentences: what went as wished, what did not, what changed, and one suggestion.

Law: every number is a mart's, and every sentence knows what it names and where its number opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from psycopg.rows import dict_row

from lifetracer.charts import Words, keep
from lifetracer.charts.insight_words import insight_sentence
from lifetracer.periods import week_name
from lifetracer.reporter import facts, sections
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

Part = Literal["kept", "missed", "changed", "next"]
PARTS: Mapping[Part, str] = {
    "kept": keep("What went as wished"),
    "missed": keep("What did not"),
    "changed": keep("What changed"),
    "next": keep("A suggestion"),
}
"""The parts of a review, in order, and how they are called."""

AN_HOUR = 3600
KEPT_SHARE = 0.9
"""From here on a category's plans count as kept."""
GOOD_SHARE = 0.7
"""The same of the week as a whole."""
MOST = 3
"""Sentences about categories in each part."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One plain sentence of a review."""

    part: Part
    text: str
    address: str
    """Where its numbers open on the console."""
    names: tuple[str, ...] = ()
    """What it names, as it stands in the text."""
    is_private: bool = False
    """It repeats a title; a model sees it only when the person lets it."""


@dataclass(frozen=True)
class Week:
    """What the marts say of a week and what is proposed for the next."""

    first: date
    is_over: bool
    totals: facts.Row
    verdicts: facts.Row
    targets: Sequence[facts.Row]
    categories: Sequence[facts.Row]
    plans: Sequence[facts.Row]
    insights: Sequence[facts.Row]
    fallacy: facts.Row | None
    proposal: facts.Row | None

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)


def read(connection: Connection, account_id: UUID, first: date, today: date) -> Week:
    """Read a week from the marts (in the account's transaction)."""
    last = first + timedelta(days=6)
    asked = {"account_id": account_id, "first": first, "last": last, "kind": "week"}
    cursor = connection.cursor(row_factory=dict_row)

    def ask(query: str) -> list[dict[str, Any]]:
        return cursor.execute(query.encode(), asked).fetchall()

    deep = ask(SQL["is_made"])[0]["made"]
    return Week(
        first=first,
        is_over=last < today,
        totals=ask(facts.SQL["totals"])[0],
        verdicts=ask(facts.SQL["verdicts"])[0],
        targets=ask(facts.SQL["targets"]),
        categories=ask(SQL["categories"]),
        plans=ask(SQL["plans"]),
        insights=ask(SQL["insights"]) if deep else [],
        fallacy=next(iter(ask(SQL["fallacy"])), None) if deep else None,
        proposal=next(iter(ask(SQL["proposal"])), None) if deep else None,
    )


def sentences(week: Week, _: Words) -> list[Sentence]:
    """Say what the marts say; a week that holds nothing says so."""
    if not week.totals["actual_seconds"] and not week.totals["planned_seconds"]:
        return [Sentence("kept", _("Nothing was tracked or planned in this week."), _week(week))]
    said = [*_targets(week, _), *_plans(week, _), *_categories(week, _)]
    if week.is_over:
        said += _changes(week, _)
    said.append(_suggestion(week, _))
    order = list(PARTS)
    return sorted(said, key=lambda sentence: order.index(sentence.part))


def _targets(week: Week, _: Words) -> Iterator[Sentence]:
    for row in week.targets:
        if row["is_met"] is None or row["reached"] is None:
            continue
        text = keep("Target “{name}”: met, with {reached} ({wanted}).")
        if not row["is_met"]:
            text = keep("Target “{name}”: missed, with {reached} ({wanted}).")
        said = _(
            text,
            name=row["name"],
            reached=sections.measured(row["reached"], row["measure"], _),
            wanted=sections.wanted(row, _),
        )
        yield Sentence("kept" if row["is_met"] else "missed", said, "/targets", (row["name"],))


def _plans(week: Week, _: Words) -> Iterator[Sentence]:
    verdicts = week.verdicts
    if not verdicts["planned_blocks"] or verdicts["adherence"] is None:
        return
    good = verdicts["adherence"] >= GOOD_SHARE
    said = _(
        "{done} of {plans} plans went as planned; {share} of the planned time was lived as planned.",
        done=verdicts["done"],
        plans=verdicts["planned_blocks"],
        share=sections.share(verdicts["adherence"]),
    )
    yield Sentence("kept" if good else "missed", said, f"/adherence/{week_name(week.first)}")


def _categories(week: Week, _: Words) -> Iterator[Sentence]:
    planned = [row for row in week.categories if row["planned_seconds"] >= AN_HOUR]
    kept = sorted((r for r in planned if r["adherence"] >= KEPT_SHARE), key=lambda r: -r["kept_seconds"])
    for row in kept[:MOST]:
        yield _about(
            week, row, _, "kept", keep("“{category}”: {kept} of {planned} planned were lived at their time."),
            kept=_.duration(row["kept_seconds"]), planned=_.duration(row["planned_seconds"]),
        )  # fmt: skip
    short = sorted((r for r in planned if r["short_seconds"] >= AN_HOUR), key=lambda r: -r["short_seconds"])
    for row in short[:MOST] if week.is_over else []:
        yield _about(
            week, row, _, "missed", keep("“{category}”: {lived} lived of {planned} planned, {short} too little."),
            lived=_.duration(row["actual_seconds"]), planned=_.duration(row["planned_seconds"]),
            short=_.duration(row["short_seconds"]),
        )  # fmt: skip
    for row in week.plans:
        text = keep("“{title}” ({planned} planned) did not come about.")
        other = row["replaced_by_category"]
        if other:
            text = keep("“{title}” ({planned} planned) gave way to “{category}”.")
        said = _(text, title=row["title"], planned=_.duration(row["planned_seconds"]), category=_.named(other))
        names = (row["title"], _.named(other)) if other else (row["title"],)
        yield Sentence("missed", said, f"/plans?{_days(week)}", names, is_private=True)


def _changes(week: Week, _: Words) -> Iterator[Sentence]:
    changed = [row for row in week.categories if abs(row["more_seconds"]) >= AN_HOUR]
    for row in changed[:MOST]:
        text = keep("“{category}”: {lived}, {difference} more than the week before.")
        if row["more_seconds"] < 0:
            text = keep("“{category}”: {lived}, {difference} less than the week before.")
        yield _about(
            week, row, _, "changed", text,
            lived=_.duration(row["actual_seconds"]), difference=_.duration(abs(row["more_seconds"])),
        )  # fmt: skip
    for row in week.insights:
        yield Sentence("changed", insight_sentence(row, _), "/trends", (row["category"],))


def _suggestion(week: Week, _: Words) -> Sentence:
    """Suggest one thing: decide about a proposal, plan longer, plan what was missed, or less of what is not lived."""
    if row := week.proposal:
        text = keep(
            "Take “{name}”, {proposed}, as next week's target: as things go it is reached in {percent} of 100 such "
            "weeks."
        )
        wished = {side: row[f"wished_{side}"] for side in ("low", "high")}
        if wished != {"low": row["low"], "high": row["high"]}:
            text = keep(
                "Take “{name}”, {proposed}, as next week's target: as things go it is reached in {percent} of 100 such "
                "weeks, and your wish ({wished}) in {percent_wished}."
            )
        said = _(
            text,
            name=row["name"],
            proposed=sections.wanted(row, _),
            wished=sections.wanted({**row, "comparison": row["wished_comparison"], **wished}, _),
            percent=row["percent"],
            percent_wished=row["percent_wished"],
        )
        return Sentence("next", said, "/targets", (row["name"],))
    if week.fallacy:
        said = insight_sentence(week.fallacy, _)
        said += ("" if _.language == "ja" else " ") + _("Plan it longer.")
        return Sentence("next", said, "/trends", (week.fallacy["category"],))
    short = [r for r in week.categories if r["planned_seconds"] >= AN_HOUR and r["short_seconds"] >= AN_HOUR]
    if short and week.is_over:
        row = max(short, key=lambda r: r["short_seconds"])
        return _about(
            week, row, _, "next", keep("Plan as much “{category}” as you live: {lived} in this week, not {planned}."),
            lived=_.duration(row["actual_seconds"]), planned=_.duration(row["planned_seconds"]),
        )  # fmt: skip
    missed = next((row for row in week.targets if row["is_met"] is False), None)
    if missed:
        said = _("Give “{name}” a fixed place in next week's plan.", name=missed["name"])
        return Sentence("next", said, "/targets", (missed["name"],))
    return Sentence("next", _("Go on like this; nothing stands out."), _week(week))


def _about(week: Week, row: facts.Row, _: Words, part: Part, text: str, **values: Any) -> Sentence:
    name = _.named(row["category"])
    address = f"/entries?{_days(week)}&{urlencode({'category': row['category'] or ''})}"
    return Sentence(part, _(text, category=name, **values), address, (name,))


def _days(week: Week) -> str:
    return f"from={week.first}&to={week.last}"


def _week(week: Week) -> str:
    return f"/week/{week_name(week.first)}"
