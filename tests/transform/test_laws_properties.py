"""The laws of time, on lives that chance made, through the real run from raw rows to marts.

A story of one crowd: everybody is made at once; then syncs change things, some people move to another zone, time goes
on, and newcomers live the same final lives with their rows written in another order. Each law is a function from one
person in one state to the sentences about what breaks it, so `make drill-laws` can also take a broken life apart.
What a law expects is reckoned from the life itself with zoneinfo and `timespan`; no formula is the models'.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, seed
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from timespan import Span, intersect, local_day, split_at_midnight, total_seconds, union

from .crowd import PASSING, PERSONAL, Crowd, Law, Lived, Row, on_days
from .lives import NOW, SECOND, ZONES, Life, later, lives, true_days

pytestmark = pytest.mark.db

LIVES = int(os.environ.get("LIVES", "5"))
SEED = int(os.environ.get("SEED", "0"))
"""Lives per zone, and which. `make drill-laws` takes more, others every time, and makes a broken one small."""

EVENING = NOW + timedelta(hours=5)
TOMORROW = NOW + timedelta(days=1, hours=14)
STATES = ("first", "evening", "tomorrow")
"""Where the laws are asked: all made at once; what changed made anew; people moved, newcomers came, time went on."""


@dataclass
class Story:
    """The crowd, and who is whose twin in the last state."""

    crowd: Crowd
    twins: dict[object, object]


def people(count: int) -> list[tuple[Life, Life]]:
    """Draw so many lives of each zone, before and after some syncs."""
    found: list[tuple[Life, Life]] = []

    def take(pair: tuple[Life, Life]) -> None:
        found.append(pair)

    for number, zone in enumerate(ZONES):
        pairs = lives(zone).flatmap(lambda life: st.tuples(st.just(life), later(life)))
        profile = hypothesis(max_examples=count, database=None, phases=[Phase.generate], deadline=None)
        seed(1000 * SEED + number)(profile(given(pairs)(take)))()
    return found


@pytest.fixture(scope="module")
def story(server: Server) -> Iterator[Story]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        crowd = Crowd(house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY))
        drawn = people(LIVES)
        accounts = crowd.arrive(before for before, _ in drawn)
        crowd.turn("first", NOW, full=True)
        changes = dict(zip(accounts, (after for _, after in drawn), strict=True))
        crowd.sync(changes)
        crowd.turn("evening", EVENING)
        crowd.turn("anew", EVENING, full=True)
        for who, zone in zip(accounts[:2], ("Pacific/Apia", "America/New_York"), strict=True):
            crowd.move(who, zone)
            crowd.turn(f"moved_{zone[-4:]}", EVENING, who=who)
        crowd.keep("moved", EVENING)
        twins = crowd.arrive([crowd.lives[who] for who in accounts], shuffled=1)
        crowd.turn("tomorrow", TOMORROW)
        yield Story(crowd, dict(zip(accounts, twins, strict=True)))


def judge(story: Story, law: Law, states: tuple[str, ...] = STATES) -> None:
    """Ask everybody in these states; tell of the first lives that break the law."""
    seen = (one for state in states for one in story.crowd.lived(state))
    told = [(one, broken) for one in seen if (broken := list(law(one)))]
    if told and SEED:
        one, _ = told[0]
        small = story.crowd.smallest(one.life, law, one.now)
        told.insert(0, (Lived(story.crowd, one.state, one.account_id, small, one.now), ["the smallest that breaks it"]))
    text = [f"{one.state} at {one.now}: {one.life}\n  " + "\n  ".join(broken[:4]) for one, broken in told[:2]]
    assert not told, f"{len(told)} lives break it.\n" + "\n".join(text)


def by_day(rows: list[Row]) -> dict[date, list[Row]]:
    found: dict[date, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["starts_at"]):
        found[row["local_date"]].append(row)
    return found


def utc(row: Row) -> Span:
    return Span(row["starts_at"], row["ends_at"])


# -- days


def days_are_whole(one: Lived) -> Iterator[str]:
    """The pieces of a day follow each other from its first second to its last."""
    zone = ZoneInfo(one.life.zone)
    for day, pieces in by_day(one.rows("fct_span")).items():
        true = true_days(one.life.zone).get(day) or local_day(day, zone)
        borders = [true.start, *(at for piece in pieces for at in (piece["starts_at"], piece["ends_at"])), true.end]
        if any(a != b for a, b in zip(borders[::2], borders[1::2], strict=True)):
            yield f"{day}: the pieces do not follow each other: {borders}"
        if sum(piece["seconds"] for piece in pieces) != true.seconds:
            yield f"{day} is {true.seconds} s long, its pieces {sum(piece['seconds'] for piece in pieces)} s"
        if any(piece["seconds"] != utc(piece).seconds or piece["seconds"] <= 0 for piece in pieces):
            yield f"{day}: a piece is not as long as it says"


def no_day_is_missing(one: Lived) -> Iterator[str]:
    """From the week of the first block to the week of the last one and of today there is every day."""
    zone = ZoneInfo(one.life.zone)
    seen = set(by_day(one.rows("fct_span")))
    spans = [*one.life.entry_spans(one.now).values(), *one.life.plan_spans().values(), Span(one.now, one.now + SECOND)]
    touched = {day for span in spans for day, _ in split_at_midnight(span, zone)}
    first, last = min(touched), max(touched)
    first -= timedelta(days=first.weekday())
    last += timedelta(days=6 - last.weekday())
    wanted = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    wanted -= {day for day in wanted if not local_day(day, zone)}
    if wanted - seen:
        yield f"missing: {sorted(wanted - seen)}"


# -- blocks on days


def entries_are_cut_at_midnight(one: Lived) -> Iterator[str]:
    """Splitting an entry at midnight and joining it again gives the entry."""
    yield from _cut(one, one.life.entry_spans(one.now), one.rows("fct_entry_day"), "entry_id")


def occurrences_are_cut_at_midnight(one: Lived) -> Iterator[str]:
    """Splitting a planned time at midnight and joining it again gives the planned time."""
    rows = [row for row in one.rows("fct_occurrence_day") if row["is_planned"]]
    yield from _cut(one, one.life.plan_spans(), rows, "occurrence_id")


def _cut(one: Lived, spans: dict[str, Span], rows: list[Row], key: str) -> Iterator[str]:
    zone = ZoneInfo(one.life.zone)
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row[key]].append(row)
    if parts.keys() != spans.keys():
        yield f"on days but should not: {parts.keys() - spans.keys()}; the other way: {spans.keys() - parts.keys()}"
    for name, found in parts.items():
        if union(map(utc, found)) != [spans.get(name)]:
            yield f"{name} is {spans.get(name)}, its parts {sorted(map(utc, found))}"
        if sum(row["seconds"] for row in found) != total_seconds(map(utc, found)):
            yield f"{name}: the lengths of its parts do not add up"
        for row in found:
            days = {at.astimezone(zone).date() for at in (row["starts_at"], row["ends_at"] - SECOND)}
            if days != {row["local_date"]}:
                yield f"{name}: {utc(row)} lies on {days}, not on {row['local_date']}"
            if row["week_start"] != row["local_date"] - timedelta(days=row["local_date"].weekday()):
                yield f"{name}: {row['local_date']} is not in the week of {row['week_start']}"
            if not 0 <= row["start_second"] < row["end_second"] <= 86_400:
                yield f"{name} cannot be drawn: {row['start_second']} … {row['end_second']}"


def all_day_events_lie_on_their_dates(one: Lived) -> Iterator[str]:
    """An all-day event lies on each of its dates once, and takes no time."""
    wanted = []
    for plan in one.life.plans:
        for key, start, end in plan.occurrences():
            if not isinstance(start, datetime) and not isinstance(end, datetime):
                wanted += [(key, start + timedelta(days=n)) for n in range((end - start).days)]
    found = [row for row in one.rows("fct_occurrence_day") if row["is_all_day"]]
    if sorted(wanted) != sorted((row["occurrence_id"], row["local_date"]) for row in found):
        yield f"wanted {sorted(wanted)}"
    if any(row["seconds"] or row["is_planned"] for row in found):
        yield "an all-day event takes time"


# -- the same second never twice


def tracked_time_is_the_union_of_entries(one: Lived) -> Iterator[str]:
    """What is tracked on a day is the time that any entry covers."""
    pieces = [row for row in one.rows("fct_span") if row["entry_id"]]
    yield from _covered(one, pieces, one.life.entry_spans(one.now), "entry_id")


def planned_time_is_the_union_of_plans(one: Lived) -> Iterator[str]:
    """What is planned on a day is the time that any plan covers."""
    pieces = [row for row in one.rows("fct_span") if row["occurrence_id"]]
    yield from _covered(one, pieces, one.life.plan_spans(), "occurrence_id")


def _covered(one: Lived, pieces: list[Row], spans: dict[str, Span], key: str) -> Iterator[str]:
    if union(map(utc, pieces)) != union(spans.values()):
        yield f"covered {union(map(utc, pieces))}, not {union(spans.values())}"
    days = on_days(pieces, "seconds")
    for day, seconds in days.items():
        true = total_seconds(intersect(spans.values(), [local_day(day, ZoneInfo(one.life.zone))]))
        if seconds != true:
            yield f"{day}: {seconds} s, not {true} s"
    for piece in pieces:
        span = spans.get(piece[key])
        if span is None or not span.start <= utc(piece).start < utc(piece).end <= span.end:
            yield f"{piece[key]} owns {utc(piece)}, which it does not cover"


def the_timer_started_last_owns_the_second(one: Lived) -> Iterator[str]:
    """Where entries overlap, the one that started last goes on, as starting a timer stops the one before."""
    yield from _latest(one, one.life.entry_spans(one.now), "entry_id")


def the_plan_that_starts_last_owns_the_second(one: Lived) -> Iterator[str]:
    """Of parallel plans the one that starts last counts, unless another one's category was lived."""
    yield from _latest(one, one.life.plan_spans(), "occurrence_id")


def _latest(one: Lived, spans: dict[str, Span], key: str) -> Iterator[str]:
    for piece in one.rows("fct_span"):
        if not piece[key] or (key == "occurrence_id" and piece["is_kept"]):
            continue
        at = piece["starts_at"]
        if spans[piece[key]].start != max(span.start for span in spans.values() if span.start <= at < span.end):
            yield f"{utc(piece)} belongs to {piece[key]}"


def recorded_time_is_the_plain_sum(one: Lived) -> Iterator[str]:
    """The lengths of the entries themselves, cut at midnight and summed: overlaps count twice."""
    wanted: dict[date, int] = defaultdict(int)
    for span in one.life.entry_spans(one.now).values():
        for day, part in split_at_midnight(span, ZoneInfo(one.life.zone)):
            wanted[day] += part.seconds
    if on_days(one.rows("fct_entry_day"), "seconds") != wanted:
        yield f"wanted {dict(wanted)}"
    if one.has("day", "recorded_seconds"):
        told = {day: seconds for day, seconds in on_days(one.rows("day"), "recorded_seconds").items() if seconds}
        if told != wanted:
            yield f"the day says {told}, wanted {dict(wanted)}"


LAWS: list[Law] = [
    days_are_whole,
    no_day_is_missing,
    entries_are_cut_at_midnight,
    occurrences_are_cut_at_midnight,
    all_day_events_lie_on_their_dates,
    tracked_time_is_the_union_of_entries,
    planned_time_is_the_union_of_plans,
    the_timer_started_last_owns_the_second,
    the_plan_that_starts_last_owns_the_second,
    recorded_time_is_the_plain_sum,
]


AWAITED = {"the_timer_started_last_owns_the_second"}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(story: Story, law: Law) -> None:
    if law.__name__ in AWAITED:
        pytest.xfail("an entry cut at midnight loses its start")
    judge(story, law)


# -- the way there does not matter


def test_what_changed_is_made_as_if_everything_was(story: Story) -> None:
    assert not story.crowd.summaries["evening"].full
    assert story.crowd.summaries["anew"].full
    assert story.crowd.differences("evening", "anew") == {}


def test_who_came_later_and_in_another_order_sees_the_same(story: Story) -> None:
    assert not story.crowd.summaries["tomorrow"].full
    assert story.crowd.differences("tomorrow", "tomorrow", story.twins, PERSONAL) == {}


def test_a_move_to_another_zone_changes_nobody_else(story: Story) -> None:
    stayed = {who: who for who in list(story.twins)[2:]}
    assert story.crowd.differences("anew", "moved", stayed, PASSING) == {}


def test_the_laws_within_the_data_hold_too(story: Story) -> None:
    assert {state: summary.findings for state, summary in story.crowd.summaries.items() if summary.findings} == {}
