"""The laws of time, on lives that chance made, through the real run from raw rows to marts.

A story of one crowd: everybody is made at once; then syncs change things, some people move to another zone, time goes
on, and newcomers live the same final lives with their rows written in another order. Each law is a function from one
person in one state to the sentences about what breaks it, so `make drill-laws` can also take a broken life apart.
What a law expects is reckoned from the life itself with zoneinfo and `timespan`; no formula is the models'.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, seed
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from timespan import Span, intersect, local_day, split_at_midnight, subtract, total_seconds, union

from .crowd import PASSING, PERSONAL, REMEMBERING, Crowd, Law, Lived, Row, on_days
from .lives import LONGEST, NOW, PROJECTS, SECOND, ZONES, Life, later, lives, true_days

pytestmark = pytest.mark.db

LIVES = int(os.environ.get("LIVES", "2"))
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
        crowd.enter(accounts[::3])
        crowd.leave(accounts[5:9], "ical")
        crowd.leave(accounts[9:12], "toggl_csv")
        crowd.turn("evening", EVENING)
        crowd.turn("anew", EVENING, full=True)
        crowd.move(accounts[0], "Pacific/Apia")
        crowd.turn("moved", EVENING, who=accounts[0])
        twins = crowd.arrive([crowd.lives[who] for who in accounts], shuffled=1)
        crowd.enter(twins[::3])
        crowd.leave(twins[5:9], "ical")
        crowd.leave(twins[9:12], "toggl_csv")
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


# -- what the marts add up


def every_second_is_in_one_state(one: Lived) -> Iterator[str]:
    """A day is tracked, joined, untracked or still to come; a gap of up to five minutes between entries is joined."""
    covered = union(one.life.entry_spans(one.now).values())
    short = [Span(a.end, b.start) for a, b in pairwise(covered) if b.start - a.end <= timedelta(minutes=5)]
    for row in one.rows("day"):
        day = local_day(row["local_date"], ZoneInfo(one.life.zone))
        gaps = subtract([day], covered + short)
        wanted = {
            "day_seconds": day.seconds,
            "actual_seconds": total_seconds(intersect(covered, [day])),
            "joined_seconds": total_seconds(intersect(short, [day])),
            "untracked_seconds": total_seconds(intersect(gaps, [Span(datetime.min.replace(tzinfo=UTC), one.now)])),
            "future_seconds": total_seconds(intersect(gaps, [Span(one.now, datetime.max.replace(tzinfo=UTC))])),
            "planned_seconds": total_seconds(intersect(one.life.plan_spans().values(), [day])),
        }
        told = {name: row[name] for name in wanted}
        if told != wanted:
            yield f"{row['local_date']}: {told}, not {wanted}"
        if not 0 <= row["kept_seconds"] <= min(row["planned_seconds"], row["actual_seconds"]):
            yield f"{row['local_date']}: kept {row['kept_seconds']}"


def categories_add_up_to_the_day(one: Lived) -> Iterator[str]:
    """What the categories of a day say together, the day says; and weeks and months say what their days say."""
    for name in ("planned_seconds", "actual_seconds", "kept_seconds", "recorded_seconds"):
        days, categories = on_days(one.rows("day"), name), on_days(one.rows("day_category"), name)
        if +Counter(days) != +Counter(categories):
            yield f"{name}: {+Counter(days)} is not {+Counter(categories)}"
        yield from _adds_up(one, "day_category", "week_category", "week_start", ("category_id",), name)
        yield from _adds_up(one, "day_category", "month_category", "month_start", ("category_id",), name)


def projects_add_up_to_the_day(one: Lived) -> Iterator[str]:
    """What the projects of a day say together, the day says; and weeks and months say what their days say."""
    for name in ("actual_seconds", "recorded_seconds"):
        days, projects = on_days(one.rows("day"), name), on_days(one.rows("day_project"), name)
        if +Counter(days) != +Counter(projects):
            yield f"{name}: {+Counter(days)} is not {+Counter(projects)}"
    for name in ("actual_seconds", "recorded_seconds", "billable_seconds", "entries"):
        key = ("client", "project", "category_id")
        yield from _adds_up(one, "day_project", "week_project", "week_start", key, name)
        yield from _adds_up(one, "day_project", "month_project", "month_start", key, name)


def _adds_up(one: Lived, fine: str, coarse: str, start: str, key: tuple[str, ...], value: str) -> Iterator[str]:
    totals: list[Counter[tuple[object, ...]]] = []
    for name in (fine, coarse):
        totals.append(Counter())
        for row in one.rows(name):
            at = row["local_date"] if name == fine else row[start]
            first = at.replace(day=1) if start == "month_start" else at - timedelta(days=at.weekday())
            totals[-1][(first, *(row[column] for column in key))] += row[value]
    if +totals[0] != +totals[1]:
        yield f"{value} of {fine} and {coarse}: {totals[0] - totals[1]} and {totals[1] - totals[0]}"


def projects_have_what_their_entries_have(one: Lived) -> Iterator[str]:
    """A project's recorded and billable time of a month is that of its entries, by the name it has now."""
    recorded: Counter[tuple[str, date]] = Counter()
    billable: Counter[tuple[str, date]] = Counter()
    begun: Counter[str] = Counter()
    for entry in one.life.entries:
        names = PROJECTS if entry.form == "csv" else one.life.projects
        project = names[entry.project - 1] if entry.project else "No project"
        span = entry.span(one.now)
        for day, part in split_at_midnight(span, ZoneInfo(one.life.zone)) if span else ():
            recorded[project, day.replace(day=1)] += part.seconds
            billable[project, day.replace(day=1)] += part.seconds * entry.is_billable
        begun[project] += span is not None
    for name, wanted in (("recorded_seconds", recorded), ("billable_seconds", billable)):
        told: Counter[tuple[str, date]] = Counter()
        for row in one.rows("month_project"):
            told[row["project"], row["month_start"]] += row[name]
        if +told != +wanted:
            yield f"{name}: {+told}, not {+wanted}"
    told_entries: Counter[str] = Counter()
    for row in one.rows("month_project"):
        told_entries[row["project"]] += row["entries"]
    if +told_entries != +begun:
        yield f"entries: {told_entries}, not {begun}"


def hours_are_those_of_the_clock(one: Lived) -> Iterator[str]:
    """The time lived while the clock showed an hour of a date; the hour that comes twice is two hours long."""
    zone = ZoneInfo(one.life.zone)
    covered = union(one.life.entry_spans(one.now).values())
    wanted: Counter[tuple[date, int]] = Counter()
    quarter = timedelta(minutes=15)
    for span in covered:
        at = datetime.fromtimestamp(span.start.timestamp() // 900 * 900, UTC)
        while at < span.end:
            clock = at.astimezone(zone)
            wanted[clock.date(), clock.hour] += total_seconds(intersect([span], [Span(at, at + quarter)]))
            at += quarter
    told: Counter[tuple[date, int]] = Counter()
    for row in one.rows("hour_category"):
        told[row["local_date"], row["hour"]] += row["actual_seconds"]
    if +told != +wanted:
        yield f"{told - wanted} and {wanted - told}"
    for name in ("actual_seconds", "planned_seconds"):
        days, hours = on_days(one.rows("day"), name), on_days(one.rows("hour_category"), name)
        if +Counter(days) != +Counter(hours):
            yield f"{name}: {+Counter(days)} is not {+Counter(hours)}"


def time_flows_from_all_of_the_plan_to_all_of_the_day(one: Lived) -> Iterator[str]:
    """On each day that is over: what leaves a category is what was planned for it, what enters it what was lived."""
    wanted: dict[date, Counter[tuple[str, str]]] = {}
    for row in one.rows("day"):
        if local_day(row["local_date"], ZoneInfo(one.life.zone)).end <= one.now:
            wanted[row["local_date"]] = Counter(
                {
                    ("from", "no_plan"): row["day_seconds"] - row["planned_seconds"],
                    ("to", "untracked"): row["untracked_seconds"],
                    ("to", "joined"): row["joined_seconds"],
                }
            )
    for row in one.rows("day_category"):
        if row["local_date"] in wanted:
            wanted[row["local_date"]]["from", row["category_id"]] += row["planned_seconds"]
            wanted[row["local_date"]]["to", row["category_id"]] += row["actual_seconds"]
    told: dict[date, Counter[tuple[str, str]]] = {day: Counter() for day in wanted}
    for row in one.rows("time_flow"):
        if row["seconds"] < 0:
            yield f"{row['local_date']}: {row['seconds']} s flow"
        for side in ("from", "to"):
            told.setdefault(row["local_date"], Counter())[side, row[f"{side}_category_id"]] += row["seconds"]
    for day in wanted.keys() | told.keys():
        ours, theirs = wanted.get(day, Counter()), told.get(day, Counter())
        if any(abs(ours[key] - theirs[key]) > 0.01 for key in ours.keys() | theirs.keys()):
            yield f"{day}: {+theirs}, not {+ours}"


# -- plans and what became of them

VERDICTS = {"done", "shortened", "overrun", "shifted", "replaced", "missed"}


def every_due_plan_has_one_verdict(one: Lived) -> Iterator[str]:
    """A plan that is over, and no other, is judged, and once."""
    due = {key for key, span in one.life.plan_spans().items() if span.end <= one.now}
    told = [row["occurrence_id"] for row in one.rows("plan_verdict") if row["verdict"]]
    if sorted(told) != sorted(due):
        yield f"judged {sorted(told)}, due {sorted(due)}"
    for row in one.rows("plan_verdict"):
        if row["verdict"] and row["verdict"] not in VERDICTS:
            yield f"{row['occurrence_id']} is {row['verdict']}"


def every_finished_entry_is_planned_or_not(one: Lived) -> Iterator[str]:
    """An entry that is over, and no other, is planned or unplanned."""
    over = {e.id for e in one.life.entries if e.stop and (span := e.span(one.now)) and span.end <= one.now}
    told = [row["entry_id"] for row in one.rows("entry_verdict") if row["verdict"]]
    if sorted(told) != sorted(over):
        yield f"judged {sorted(told)}, over {sorted(over)}"
    if not {row["verdict"] for row in one.rows("entry_verdict")} <= {"planned", "unplanned", None}:
        yield "another verdict"


def no_second_serves_two_plans(one: Lived) -> Iterator[str]:
    """What all plans took of an entry is at most what the entry owns of the day; and so for all that share entries."""
    owned: Counter[str] = Counter()
    for piece in one.rows("fct_span"):
        if piece["entry_id"]:
            owned[piece["entry_id"]] += piece["seconds"]
    taken: Counter[str] = Counter()
    for row in one.rows("fct_match"):
        if row["layer"] == "plan":
            taken.update(dict(zip(row["entry_ids"], row["entry_seconds"], strict=True)))
            if row["lived_seconds"] != sum(row["entry_seconds"]):
                yield f"{row['block_id']} lived {row['lived_seconds']} s, its entries {row['entry_seconds']}"
    if too_much := taken - owned:
        yield f"taken more than once: {too_much}"
    groups: list[tuple[set[str], int]] = []
    for row in one.rows("plan_verdict"):
        ids, seconds = set(row["entry_ids"] or ()), row["lived_seconds"] or 0
        for group in [group for group in groups if group[0] & ids]:
            groups.remove(group)
            ids, seconds = ids | group[0], seconds + group[1]
        groups.append((ids, seconds))
    for ids, seconds in groups:
        if seconds > sum(owned[key] for key in ids):
            yield f"{ids} gave {seconds} s and have {sum(owned[key] for key in ids)} s"


def verdicts_fit_their_numbers(one: Lived) -> Iterator[str]:
    """Nothing was lived of what was missed or replaced, something of the rest; and no plan took another category."""
    plans = one.life.plan_spans()
    entries = {row["entry_id"]: row for row in one.rows("entry_verdict")}
    for row in one.rows("plan_verdict"):
        name, verdict, ids = row["occurrence_id"], row["verdict"], row["entry_ids"] or []
        if not verdict:
            continue
        if (verdict in ("missed", "replaced")) != (not row["lived_seconds"]) or bool(row["lived_seconds"]) != bool(ids):
            yield f"{name} is {verdict} with {row['lived_seconds']} s of {ids}"
        if (verdict == "replaced") != (row["replaced_by_category_id"] is not None):
            yield f"{name} is {verdict} by {row['replaced_by_category_id']}"
        if not 0 < row["planned_seconds"] <= plans[name].seconds:
            yield f"{name}: asked {row['planned_seconds']} s of {plans[name].seconds} s"
        if row["lived_seconds"] and row["overrun_seconds"] != row["lived_seconds"] - row["planned_seconds"]:
            yield f"{name} overran by {row['overrun_seconds']}"
        if any(entries[key]["category_id"] != row["category_id"] for key in ids):
            yield f"{name} took an entry of another category"
    for name, row in entries.items():
        if not 0 <= row["planned_seconds"] <= row["seconds"]:
            yield f"{name}: {row['planned_seconds']} s of {row['seconds']} s were planned"


def adherence_counts_what_became_of_plans(one: Lived) -> Iterator[str]:
    """A day's blocks by verdict are those of its plans; weeks and categories of weeks add up to the same."""
    wanted: dict[date, Counter[str]] = defaultdict(Counter)
    for row in one.rows("plan_verdict"):
        day = wanted[row["local_date"]]
        day.update({"planned_blocks": 1, f"{row['verdict']}_blocks": 1})
        day.update({"planned_seconds": row["planned_seconds"], "lived_seconds": row["lived_seconds"]})
        day["kept_seconds"] += min(row["planned_seconds"], row["lived_seconds"])
    for row in one.rows("entry_verdict"):
        if row["verdict"]:
            wanted[row["local_date"]]["unplanned_seconds"] += row["seconds"] - row["planned_seconds"]
    names = {f"{verdict}_blocks" for verdict in (*VERDICTS, "planned")}
    names |= {"planned_seconds", "lived_seconds", "kept_seconds", "unplanned_seconds"}
    for row in one.rows("day_adherence"):
        told, ours = Counter({name: row[name] for name in names}), wanted.pop(row["local_date"], Counter())
        if +told != +ours:
            yield f"{row['local_date']}: {+told}, not {+ours}"
        if (
            ours["planned_seconds"]
            and abs(float(row["adherence"]) - ours["kept_seconds"] / ours["planned_seconds"]) > 1e-4
        ):
            yield f"{row['local_date']}: adherence {row['adherence']} of {ours}"
        if ours["lived_seconds"]:
            bias = ours["planned_seconds"] / ours["lived_seconds"] - 1
            if abs(float(row["planning_bias"]) - bias) > 1e-4:
                yield f"{row['local_date']}: planning bias {row['planning_bias']}, not {bias}"
    if any(+day for day in wanted.values()):
        yield f"no row for {sorted(wanted)}"
    for name in names:
        weeks = [
            sum((Counter({row["week_start"]: row[name]}) for row in one.rows(mart)), Counter())
            for mart in ("day_adherence", "week_adherence", "week_category_adherence")
        ]
        if not weeks[0] == weeks[1] == weeks[2]:
            yield f"{name} of weeks: {weeks}"


def targets_reach_what_projects_have(one: Lived) -> Iterator[str]:
    """A target of a project's time has reached, in each period, the time that the project's days have by now."""
    days: Counter[date] = Counter()
    for row in one.rows("day_project"):
        if row["project"] == "Atlas":
            days[row["local_date"]] += row["actual_seconds"]
    atlas = {row["entry_id"] for row in one.rows("fct_entry") if row["project_name"] == "Atlas"}
    for row in one.rows("fct_span"):
        if row["entry_id"] in atlas and not row["is_past"]:  # somebody entered it beforehand
            days[row["local_date"]] -= row["seconds"]
    reached: Counter[str] = Counter()
    for row in one.rows("target_progress"):
        wanted = sum(seconds for day, seconds in days.items() if row["period_start"] <= day < row["period_end"])
        reached[row["period"]] += row["reached"]
        if row["reached"] != wanted:
            yield f"{row['period']} of {row['period_start']}: {row['reached']} s, not {wanted} s"
        if row["is_over"] and row["is_met"] != (wanted >= 3600):
            yield f"{row['period']} of {row['period_start']}: met: {row['is_met']} with {wanted} s"
    if any(seconds != sum(days.values()) for seconds in reached.values()):
        yield f"periods reached {reached}, the days {sum(days.values())}"


def billing_is_time_by_rate(one: Lived) -> Iterator[str]:
    """A project's billable time is its entries', and costs what its rate says; without a rate it costs nothing."""
    days: Counter[tuple[str, date]] = Counter()
    for row in one.rows("day_project"):
        days[row["project"], row["month_start"]] += row["billable_seconds"]
    told: Counter[tuple[str, date]] = Counter()
    for row in one.rows("billable_client"):
        told[row["project"], row["month_start"]] += row["billable_seconds"]
        rated = row["billable_seconds"] - row["unrated_seconds"]
        if rated and row["project"] != "Atlas":
            yield f"{row['project']} has no rate"
        if abs(float(row["amount"]) - rated * 80 / 3600) > 0.0051:
            yield f"{row['project']} of {row['month_start']}: {row['amount']} for {rated} s"
    if +told != +days:
        yield f"billable {+told}, not {+days}"


def every_day_is_of_one_kind(one: Lived) -> Iterator[str]:
    """Each day that there is has one kind, and so has one of which the person said it; what the person said counts."""
    zone = ZoneInfo(one.life.zone)
    kinds = {row["local_date"]: row for row in one.rows("day_type")}
    days = {row["local_date"] for row in one.rows("day")}
    more = {day for day in kinds.keys() - days if local_day(day, zone) and not kinds[day]["is_corrected"]}
    if more or days - kinds.keys():
        yield f"kinds, but no days: {more}; days, but no kinds: {days - kinds.keys()}"
    said = kinds.get(date(2012, 3, 1))
    if said and said["is_corrected"] and said["day_type"] != "travel":
        yield f"1 March is {said['day_type']}"
    for row in kinds.values():
        if not row["is_corrected"] and row["day_type"] != row["derived_type"]:
            yield f"{row['local_date']} is {row['day_type']}, though {row['derived_type']}"


def work_is_the_time_of_its_categories(one: Lived) -> Iterator[str]:
    """A day's work is the lived time of its categories of work, between its first start and its last stop."""
    work = {row["category_id"] for row in one.rows("dim_category") if row["kind"] == "work"}
    wanted = on_days([row for row in one.rows("day_category") if row["category_id"] in work], "actual_seconds")
    if +Counter(on_days(one.rows("work_life"), "work_seconds")) != +Counter(wanted):
        yield f"worked {on_days(one.rows('work_life'), 'work_seconds')}, not {wanted}"
    pieces = by_day([row for row in one.rows("fct_span") if row["lived_category_id"] in work])
    for row in one.rows("work_life"):
        day = pieces[row["local_date"]]
        if (row["first_start_at"], row["last_stop_at"]) != (day[0]["starts_at"], day[-1]["ends_at"]):
            yield f"{row['local_date']}: from {row['first_start_at']} to {row['last_stop_at']}"
        long = (row["last_stop_at"] - row["first_start_at"]).total_seconds()
        if not 0 < row["longest_focus_seconds"] <= long or not 0 <= row["fragmentation"] < 1:
            yield f"{row['local_date']}: focus {row['longest_focus_seconds']} s, fragmentation {row['fragmentation']}"


def what_cannot_be_right_is_told(one: Lived) -> Iterator[str]:
    """Forgotten timers and entries that end before they begin are found, each once, and nothing else is called so."""
    half_day = timedelta(hours=12)
    wanted: Counter[str] = Counter()
    for entry in one.life.entries:
        length = (entry.stop or max(one.now, entry.start)) - entry.start
        if entry.stop is None:
            wanted["running"] += half_day < length
        else:
            wanted["long"] += half_day < length <= LONGEST
            wanted["negative"] += length < timedelta()
            wanted["zero"] += length == timedelta()
    told = Counter(row["kind"] for row in one.rows("data_quality"))
    if any(told[kind] != wanted[kind] for kind in ("running", "long", "negative", "zero")):
        yield f"told {told}, wanted {wanted}"
    for row in one.rows("data_quality"):
        if not all(row[name] for name in ("message_en", "message_ja", "remedy_en", "remedy_ja", "link")):
            yield f"without words: {row}"


LAWS: dict[Law, tuple[str, ...]] = {
    days_are_whole: ("fct_span",),
    no_day_is_missing: ("fct_span",),
    entries_are_cut_at_midnight: ("fct_entry_day",),
    occurrences_are_cut_at_midnight: ("fct_occurrence_day",),
    all_day_events_lie_on_their_dates: ("fct_occurrence_day",),
    tracked_time_is_the_union_of_entries: ("fct_span",),
    planned_time_is_the_union_of_plans: ("fct_span",),
    the_timer_started_last_owns_the_second: ("fct_span",),
    the_plan_that_starts_last_owns_the_second: ("fct_span",),
    recorded_time_is_the_plain_sum: ("fct_entry_day",),
    every_second_is_in_one_state: ("day",),
    categories_add_up_to_the_day: ("day", "day_category", "week_category", "month_category"),
    projects_add_up_to_the_day: ("day", "day_project", "week_project", "month_project"),
    projects_have_what_their_entries_have: ("month_project",),
    hours_are_those_of_the_clock: ("hour_category",),
    time_flows_from_all_of_the_plan_to_all_of_the_day: ("time_flow",),
    every_due_plan_has_one_verdict: ("plan_verdict",),
    every_finished_entry_is_planned_or_not: ("entry_verdict",),
    no_second_serves_two_plans: ("plan_verdict",),
    verdicts_fit_their_numbers: ("plan_verdict", "entry_verdict"),
    adherence_counts_what_became_of_plans: ("day_adherence", "week_adherence", "week_category_adherence"),
    targets_reach_what_projects_have: ("target_progress",),
    billing_is_time_by_rate: ("billable_client",),
    every_day_is_of_one_kind: ("day_type",),
    work_is_the_time_of_its_categories: ("work_life",),
    what_cannot_be_right_is_told: ("data_quality",),
}
"""Each law, and the models it is about."""


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(story: Story, law: Law) -> None:
    assert set(LAWS[law]) <= story.crowd.columns("first").keys()
    judge(story, law)


# -- the way there does not matter


def test_what_changed_is_made_as_if_everything_was(story: Story) -> None:
    assert not story.crowd.summaries["evening"].full
    assert story.crowd.summaries["anew"].full
    assert not (found := story.crowd.differences("evening", "anew")), "\n".join(found)


def test_who_came_later_and_in_another_order_sees_the_same(story: Story) -> None:
    assert not story.crowd.summaries["tomorrow"].full
    found = story.crowd.differences("tomorrow", "tomorrow", story.twins, PERSONAL, REMEMBERING)
    assert not found, "\n".join(found)


def test_a_move_to_another_zone_changes_nobody_else(story: Story) -> None:
    stayed = {who: who for who in list(story.twins)[1:]}
    assert not (found := story.crowd.differences("anew", "moved", stayed, PASSING)), "\n".join(found)


def test_the_laws_within_the_data_hold_too(story: Story) -> None:
    assert {state: summary.findings for state, summary in story.crowd.summaries.items() if summary.findings} == {}
