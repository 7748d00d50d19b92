"""What to do next: the one step that the Loop page offers.

Law: the first rule that has something to say wins: what keeps the picture from being true (a service that needs its
user, old data) goes before what waits for a yes or no (proposed targets, a proposed plan), that before what is missing
(a target at risk), and that before advice. The rules are pure: they see facts and make words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from lifetracer.charts import Words, keep
from lifetracer.charts.failures import said_in
from lifetracer.charts.loop import Row
from lifetracer.charts.wording import SOURCES

OLD = timedelta(hours=36)
"""Estimates that were not looked at again for so long missed a nightly run."""

AWAKE = 2 / 3
"""Part of the time without a plan that can be used: the rest is night."""

MORE, ONE_MORE = keep("{count} more proposals wait."), keep("One more proposal waits.")
BETWEEN = keep(", ")
"""What stands between the parts of a list."""


@dataclass(frozen=True)
class Proposed:
    """A target that waits for a decision."""

    name: str
    bounds: str
    """In words."""
    probability: float


@dataclass(frozen=True)
class Slot:
    """A block of the plan proposal that waits for a decision, in local wall-clock time."""

    title: str
    starts_at: datetime
    ends_at: datetime
    change: str

    def say(self, _: Words) -> str:
        """Say when it is: ``Thu 19:00–20:30``."""
        start, end = (instant.hour * 3600 + instant.minute * 60 for instant in (self.starts_at, self.ends_at))
        return f"{_.weekday(self.starts_at.date())} {_.span(start, end or 86400)}"


@dataclass(frozen=True)
class Facts:
    """What the rules look at."""

    now: datetime
    troubled: Sequence[Mapping[str, Any]] = ()
    """Connections that need their user."""
    stale: Sequence[Mapping[str, Any]] = ()
    """Connections that were not synced for too long."""
    estimated_at: datetime | None = None
    proposals: Sequence[Proposed] = ()
    slots: Sequence[Slot] = ()
    rows: Sequence[Row] = ()
    """Of the period that is looked at."""
    free_seconds: int = 0
    """What is left of the period without a plan."""
    has_wishes: bool = False


@dataclass(frozen=True)
class Step:
    """The next step in words, and where it is done."""

    kind: str
    tone: str
    title: str
    text: str
    href: str
    button: str
    post: str = ""
    """Where a browser with scripts can do it at once."""
    chance: float | None = None


Rule = Callable[[Facts, Words], Step | None]


def next_step(facts: Facts, words: Words) -> Step:
    """Choose the next step: the first that a rule proposes."""
    steps = (rule(facts, words) for rule in RULES)
    return next((step for step in steps if step), _all_well(facts, words))


def _needs_user(facts: Facts, _: Words) -> Step | None:
    if not facts.troubled:
        return None
    one = facts.troubled[0]
    problem = one.get("problem") or {}
    said = [problem[part] for part in ("message", "remedy") if problem.get(part)]
    text = " ".join(said_in(part, _) for part in said)
    title = _("{source} needs you", source=SOURCES.get(one["source"], one["source"]))
    text = text or _("It cannot be read any more.")
    return Step("needs_user", "bad", title, text, "/connections", _("Go to the connections"))


def _stale(facts: Facts, _: Words) -> Step | None:
    if facts.stale:
        one = facts.stale[0]
        title = _(
            "{source} was last synced {ago}",
            source=SOURCES.get(one["source"], one["source"]),
            ago=_.ago(one["last_success_at"], facts.now),
        )
        text = _("What is shown here may be old.")
        return Step("stale", "warn", title, text, "/jobs", _("Look at the jobs"), post="/api/pipeline")
    if facts.estimated_at and facts.now - facts.estimated_at > OLD:
        title = _("The estimates were made {ago}", ago=_.ago(facts.estimated_at, facts.now))
        text = _("What is likely is reckoned anew every night; lately it was not.")
        return Step("stale", "warn", title, text, "/jobs", _("Look at the jobs"), post="/api/pipeline")
    return None


def _proposals(facts: Facts, _: Words) -> Step | None:
    if not facts.proposals:
        return None
    one = facts.proposals[0]
    more = len(facts.proposals) - 1
    title = _("A target is proposed for {name}: {bounds}", name=_.named(one.name), bounds=one.bounds)
    text = _("It is made so that you reach it in {percent} of 100 such periods.", percent=round(one.probability * 100))
    if more:
        text += " " + _(MORE if more > 1 else ONE_MORE, count=more)
    return Step("proposals", "open", title, text, "/targets", _("Decide"), chance=one.probability)


def _plan_proposal(facts: Facts, _: Words) -> Step | None:
    added = [slot for slot in facts.slots if slot.change == "add"]
    if not facts.slots:
        return None
    seconds = sum(round((slot.ends_at - slot.starts_at).total_seconds()) for slot in added)
    names = list(dict.fromkeys(_.named(slot.title) for slot in added))
    if not added:
        title = _("Changes to your plan are proposed")
    elif len(names) == 1:
        title = _("{duration} of {name} can go into your calendar", duration=_.duration(seconds), name=names[0])
    else:
        title = _("{duration} can go into your calendar", duration=_.duration(seconds))
    shown = [slot.say(_) if len(names) == 1 else f"{slot.say(_)} {_.named(slot.title)}" for slot in added[:3]]
    when = _(BETWEEN).join(shown)
    text = _("Free, and usually a good time: {slots}", slots=when + (" …" if len(added) > 3 else "")) if shown else ""
    return Step("plan_proposal", "open", title, text, "/plans", _("Look at the proposal"))


def _at_risk(facts: Facts, _: Words) -> Step | None:
    lacking = sorted((row for row in facts.rows if row.missing), key=lambda row: (-row.priority, -row.missing))
    if not lacking:
        return None
    row = lacking[0]
    name = _.named(row.category)
    assert row.target
    if facts.free_seconds * AWAKE >= row.missing:
        title = _("{name} still lacks {duration} in the plan", name=name, duration=_.duration(row.missing))
        text = _("The target is {bounds}; there is enough free time for it.", bounds=row.target.sentence(_))
        return Step("at_risk", "warn", title, text, "/plans", _("Find a time for it"))
    title = _("{name} lacks {duration}, and hardly any time is free", name=name, duration=_.duration(row.missing))
    text = _("The target is {bounds}. A smaller one would be honest.", bounds=row.target.sentence(_))
    return Step("out_of_reach", "bad", title, text, "/targets", _("Change the target"))


def _unlikely(facts: Facts, _: Words) -> Step | None:
    row = next((row for row in facts.rows if row.gap.code in ("unlikely", "likely_over")), None)
    if row is None:
        return None
    name = _.named(row.category)
    title = f"{name}: {row.gap.sentence(_)}"
    text = _("As things usually go it comes to {likely}.", likely=_.duration(row.likely))
    return Step("unlikely", "warn", title, text, f"/estimates?category={quote(row.category)}", _("See why"))


def _no_wish(facts: Facts, _: Words) -> Step | None:
    if facts.has_wishes:
        return None
    title = _("What would you like more of, or less?")
    text = _("Say it in a sentence, as “Learning at least 5 h a week”; a target that you can reach is made of it.")
    return Step("no_wish", "open", title, text, "/targets", _("Say what you wish"))


def _all_well(facts: Facts, _: Words) -> Step:
    met = sum(row.gap.code in ("met", "kept") for row in facts.rows if row.target)
    wanted = sum(row.target is not None for row in facts.rows)
    text = _("{met} of {count} targets are met already; the others are on the way.", met=met, count=wanted)
    if met == wanted:
        text = _("All targets are met.")
    if not wanted:
        text = _("Nothing waits for you.")
    return Step("all_well", "good", _("All on the way"), text, "/week", _("Look at the week"))


RULES: tuple[Rule, ...] = (_needs_user, _stale, _proposals, _plan_proposal, _at_risk, _unlikely, _no_wish)
"""In order; without any of them all is on the way."""

__all__ = ["Facts", "Proposed", "Slot", "Step", "next_step"]
