"""What is wished and what is proposed for it, as the targets page shows them: the inbox, intents, their history.

Law: odds, amounts and verdicts are the adjuster's and the marts'; here they only get words and a place in a picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lifetracer.adjuster import proposals, wishing
from lifetracer.adjuster.proposals import Proposal
from lifetracer.adjuster.proposing import is_trivial
from lifetracer.adjuster.sentences import NotUnderstood, Parsed, parse
from lifetracer.charts import Words, keep
from lifetracer.warehouse import Connection, intents, vacations
from lifetracer.warehouse.intents import Intent
from lifetracer.warehouse.vacations import Ambition, Vacation

Row = Mapping[str, Any]

PERIODS_SHOWN = 12
"""Past periods in the history of a wish."""

STATUSES = {
    "proposed": keep("proposed"),
    "accepted": keep("accepted"),
    "edited": keep("agreed with another amount"),
    "rejected": keep("declined"),
}
"""What became of proposals."""

CLOCKS = frozenset({"start_time", "end_time"})
MARGIN = 1800.0
"""Seconds around times of day in their picture, which begins at no zero."""
LIKELY_PLACE = 3
"""Place of the category that the example is about: the largest ones are sleep and work."""
TOP = 1.08
"""How much wider a picture is than its largest amount."""


@dataclass(frozen=True)
class Picture:
    """A proposal drawn small, in percent of its width: a soft band, a line for what is proposed, ticks for the wish."""

    wide: tuple[float, float]
    """From P10 to P90."""
    narrow: tuple[float, float]
    """From P25 to P75."""
    lived: float | None
    wished: tuple[float, ...]
    proposed: tuple[float, ...]


@dataclass(frozen=True)
class Offer:
    """A proposed target that waits for a decision."""

    proposal: Proposal
    color: str
    sentence: str
    """The wish that it answers, as it would be understood again."""

    @property
    def asks_for_nothing(self) -> bool:
        """Whether there is nothing to agree to: nothing of the wish is likely enough."""
        one = self.proposal
        return is_trivial(one.comparison, _float(one.low), _float(one.high), one.measure)

    @property
    def picture(self) -> Picture | None:
        """Draw wished, likely and proposed on one scale; ``None`` where nothing is known of what is likely."""
        one = self.proposal
        likely = [one.likely.get(name) for name in ("p10", "p25", "p75", "p90")]
        if any(amount is None for amount in likely):
            return None
        band = [float(amount) for amount in likely if amount is not None]
        wished = [float(amount) for amount in (one.wished_low, one.wished_high) if amount is not None]
        proposed = [] if self.asks_for_nothing else [float(a) for a in (one.low, one.high) if a is not None]
        lived = None if one.lived is None or one.measure in CLOCKS else float(one.lived)
        known = [*band, *wished, *proposed, *([] if lived is None else [lived])]
        if one.measure in CLOCKS:
            first, last = min(known) - MARGIN, max(known) + MARGIN
        else:
            first, last = 0.0, max(known) * TOP or 1.0

        def at(amount: float) -> float:
            return round(max(0.0, min(100.0, 100 * (amount - first) / (last - first))), 2)

        p10, p25, p75, p90 = (at(amount) for amount in band)
        return Picture(
            wide=(p10, max(p90 - p10, 0.8)),
            narrow=(p25, max(p75 - p25, 0.8)),
            lived=None if lived is None else at(lived),
            wished=tuple(at(amount) for amount in dict.fromkeys(wished)),
            proposed=tuple(at(amount) for amount in dict.fromkeys(proposed)),
        )


@dataclass(frozen=True)
class Wish:
    """An intent with its versions and how its periods went."""

    latest: Intent
    versions: Sequence[Intent]
    """All of them, the latest first."""
    periods: Sequence[Row]
    color: str

    def is_over(self, today: date) -> bool:
        """Whether nothing is proposed for it any more."""
        return self.latest.valid_to is not None and self.latest.valid_to <= today

    def is_ahead(self, today: date) -> bool:
        """Whether it only begins later."""
        return self.latest.valid_from > today

    def sentence(self, _: Words) -> str:
        """Say it, as it would be understood again; since when is said elsewhere."""
        return wishing.say(self.latest, _.language, dates=False)


@dataclass(frozen=True)
class Asked:
    """A sentence in the address, and how it is understood."""

    sentence: str = ""
    parsed: Parsed | None = None
    missed: NotUnderstood | None = None


@dataclass(frozen=True)
class Desk:
    """What the person has entered, and what waits for them."""

    is_made: bool
    """Whether the marts were ever made."""
    offers: Sequence[Offer]
    running: Sequence[Wish]
    ended: Sequence[Wish]
    decided: Sequence[Row]
    away: Sequence[Vacation]
    ambition: Ambition
    asked: Asked
    subject: str | None
    """A category of theirs, for the example."""


def read(
    con: Connection, today: date, language: str, sentence: str, rows: Mapping[str, Sequence[Row]], *, is_made: bool
) -> Desk:
    """Read what was entered and proposed, beside what the marts say of it.

    Args:
        con: in the account's transaction.
        today: the account's local day.
        language: in which a sentence is read first.
        sentence: a wish that is tried; nothing of it is kept.
        rows: of the marts, by the names of the page's queries.
        is_made: whether the marts were ever made.
    """
    categories = rows["categories"]
    colors = {row["category_id"]: row["category_color"] or "" for row in categories}
    versions = intents.every(con)
    said = {version.intent_id: wishing.say(version, language, dates=False) for version in versions}
    offers = [Offer(one, _color(one, colors), said.get(one.intent_id, "")) for one in proposals.every(con, today)]
    known = _wishes(versions, rows["wished"], colors)
    asked = Asked()
    if sentence:
        answer = parse(sentence, "ja" if language == "ja" else "en", wishing.known(con, today))
        asked = Asked(sentence, parsed=answer) if isinstance(answer, Parsed) else Asked(sentence, missed=answer)
    return Desk(
        is_made=is_made,
        offers=offers,
        running=[wish for wish in known if not wish.is_over(today)],
        ended=[wish for wish in known if wish.is_over(today)],
        decided=rows["decided"],
        away=vacations.every(con, today),
        ambition=vacations.ambition(con),
        asked=asked,
        subject=categories[min(LIKELY_PLACE, len(categories) - 1)]["category"] if categories else None,
    )


def _wishes(versions: Sequence[Intent], periods: Sequence[Row], colors: Mapping[str, str]) -> list[Wish]:
    of_intent: dict[UUID | None, list[Intent]] = defaultdict(list)
    for version in versions:
        of_intent[version.intent_id].append(version)
    went: dict[UUID | None, list[Row]] = defaultdict(list)
    for row in periods:
        if len(went[row["intent_id"]]) < PERIODS_SHOWN:
            went[row["intent_id"]].append(row)
    found = []
    for intent_id, mine in of_intent.items():
        latest_first = sorted(mine, key=lambda version: version.valid_from, reverse=True)
        latest = latest_first[0]
        found.append(Wish(latest, latest_first, went[intent_id], _color(latest, colors)))
    return sorted(found, key=lambda wish: (-wish.latest.priority, wish.latest.name))


def _color(about: Intent | Proposal, colors: Mapping[str, str]) -> str:
    return colors.get(about.subject_value or "", "") if about.subject == "category" else ""


def _float(amount: Any) -> float | None:
    return None if amount is None else float(amount)
