"""A person wishes, is proposed what they can reach, decides, and sees how it came out; on a transformed warehouse."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.adjuster import adjust, proposals, wishing
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse, intents, targets, vacations
from lifetracer.warehouse.targets import Bounds
from modelled import modelled
from transform.life import Life, begin

pytestmark = pytest.mark.db

PRESENT = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday noon; the person lives in UTC."""
TODAY = PRESENT.date()
MONDAY, NEXT_MONDAY = date(2026, 11, 16), date(2026, 11, 23)
HOUR = 3600


class Person:
    """Somebody with twelve weeks of history: reads on most days, longer every other week, and starts at seven."""

    def __init__(self, house: Warehouse, settings: Settings) -> None:
        self.house, self.settings = house, settings
        self.life: Life = begin(house, "Ann", "UTC")
        self.life.project(1, "Reading")
        self.life.project(2, "Work")
        number = 0
        for back in range(84, -1, -1):
            day = TODAY - timedelta(days=back)
            week = (day - date(2026, 1, 5)).days // 7
            minutes = 40 + 10 * (week % 6) + 5 * day.weekday()
            for project, hour, length in ((1, 7, minutes), (2, 9, 300)):
                if project == 2 and day.weekday() > 4:
                    continue
                number += 1
                stop = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(minutes=length)
                start = f"{day}T{hour:02}:00:00+00:00"
                self.life.entry(number, start, stop.isoformat(), project, tags=["deep"] if project == 1 else None)
        self.transform()

    def transform(self, at: datetime = PRESENT) -> None:
        transform(self.house, self.settings, self.life.account_id, as_of=at)

    def adjust(self, at: datetime = PRESENT) -> Any:
        return adjust(self.house, self.settings, self.life.account_id, now=at)

    def do(self, work: Any) -> Any:
        with self.house.transaction(account_id=self.life.account_id) as con:
            return work(con)

    def wish(self, sentence: str, **more: Any) -> intents.Intent:
        def add(con: Any) -> intents.Intent:
            parsed = wishing.understand(con, sentence, "en", TODAY)
            intent = replace(wishing.intent_of(parsed, sentence, TODAY), **more)
            return intents.add(con, replace(intent, name=intents.free_name(con, intent.name, TODAY)))

        return self.do(add)

    def proposed(self, everything: bool = False) -> list[proposals.Proposal]:
        return self.do(lambda con: proposals.every(con, TODAY, everything=everything))

    def of(self, intent: intents.Intent, start: date = MONDAY) -> proposals.Proposal:
        found = [one for one in self.proposed() if (one.intent_id, one.period_start) == (intent.intent_id, start)]
        assert len(found) == 1
        return found[0]

    def mart(self, name: str) -> list[dict[str, Any]]:
        with (
            self.house.transaction(account_id=self.life.account_id) as con,
            con.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(f"select * from marts.{name}").fetchall()


@pytest.fixture(scope="module")
def ann(server: Server) -> Iterator[Person]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        yield Person(house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY))


@pytest.fixture(autouse=True)
def _fresh(ann: Person) -> None:
    """Every test begins without wishes."""
    with ann.house.transaction() as con:
        for table in ("app.intent", "app.target", "app.vacation", "app.adjuster_setting", "core.target_proposal"):
            con.execute(f"delete from {table} where account_id = %s", (ann.life.account_id,))


def test_a_wish_out_of_reach_becomes_what_is_likely_enough(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    summary = ann.adjust()
    assert (summary.proposed, summary.unchanged, summary.superseded) == (2, 0, 0)
    proposal = ann.of(reading)
    assert 5 * HOUR < proposal.low < 9 * HOUR
    assert 0.65 <= proposal.probability <= 0.8, "rounded to the easier side"
    assert proposal.probability_wished < 0.1
    assert (proposal.wished_low, proposal.lived) == (20 * HOUR, pytest.approx(Decimal(3 * HOUR), abs=3 * HOUR))
    said = " ".join(proposal.why("en"))
    assert "20 h" in said
    assert "days left" in said
    assert "残り" in " ".join(proposal.why("ja"))
    assert {"p10", "p50", "p90", "last", "free"} <= set(proposal.likely)


def test_once_more_changes_nothing_and_another_ambition_supersedes(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    ann.adjust()
    careful = ann.of(reading)
    again = ann.adjust()
    assert (again.proposed, again.unchanged, again.superseded) == (0, 2, 0)
    ann.do(lambda con: vacations.put_ambition(con, {"probability": 0.3}))
    bolder = ann.adjust()
    assert (bolder.proposed, bolder.superseded) == (2, 2)
    assert ann.of(reading).low > careful.low
    assert {one.status for one in ann.proposed(everything=True)} == {"proposed", "superseded"}


def test_a_likely_wish_is_proposed_as_it_is(ann: Person) -> None:
    reading = ann.wish("Reading at least 2 h a week")
    ann.adjust()
    proposal = ann.of(reading, NEXT_MONDAY)
    assert (proposal.low, proposal.reasons[0]["code"]) == (2 * HOUR, "wish_is_likely")


@pytest.mark.parametrize(
    ("sentence", "comparison", "start"),
    [
        ("Reading starts by 06:30", "at_most", TODAY),
        ("Reading ends by 07:30 every day", "at_most", TODAY),
        ("Reading 12 times a week", "at_least", MONDAY),
        ("Reading at least 50% of my time per week", "at_least", MONDAY),
        ("Work at most 10 h a week", "at_most", MONDAY),
        ("Work between 20 h and 21 h a week", "between", MONDAY),
        ("Reading exactly 3 h a week", "between", MONDAY),
        ("#deep at least 30 h a month", "at_least", date(2026, 11, 1)),
        ("project Work at least 200 h a month", "at_least", date(2026, 11, 1)),
        ("all tracked time at least 23 h per day", "at_least", TODAY),
    ],
)
def test_every_measure_is_made_achievable(ann: Person, sentence: str, comparison: str, start: date) -> None:
    wish = ann.wish(sentence)
    ann.adjust()
    proposal = ann.of(wish, start)
    assert proposal.comparison == comparison
    assert proposal.probability >= 0.6
    if proposal.wished_low is not None:
        assert proposal.low <= proposal.wished_low
    if proposal.wished_high is not None:
        assert proposal.high >= proposal.wished_high


def test_agreeing_makes_a_target_of_that_period_and_is_measured(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    ann.adjust()
    proposal = ann.of(reading)
    agreed = ann.do(lambda con: proposals.accept(con, str(proposal.proposal_id), TODAY, PRESENT))
    again = ann.do(lambda con: proposals.accept(con, str(proposal.proposal_id)[:8], TODAY, PRESENT))
    assert again == agreed
    (target,) = ann.do(targets.every)
    assert (target.target_id, target.low, target.made_by) == (agreed.target_id, proposal.low, "adjuster")
    assert (target.valid_from, target.valid_to) == (MONDAY, MONDAY + timedelta(days=7))
    assert ann.adjust().proposed == 0, "what is decided is not proposed again"
    ann.transform(PRESENT + timedelta(days=6))
    (row,) = [row for row in ann.mart("target_proposal") if row["proposal_id"] == proposal.proposal_id]
    assert (row["status"], row["is_over"], row["is_met"]) == ("accepted", True, False)
    assert row["score"] == pytest.approx(row["probability"] ** 2)
    progress = {row["period_start"]: row for row in ann.mart("intent_progress")}
    assert (progress[MONDAY]["low"], progress[MONDAY]["target_low"]) == (20 * HOUR, proposal.low)
    with pytest.raises(UsageError, match="accepted already"):
        ann.do(lambda con: proposals.reject(con, str(proposal.proposal_id)))
    ann.transform()


def test_each_period_is_a_version_of_one_target(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    ann.adjust()
    for start in (MONDAY, MONDAY + timedelta(days=7)):
        proposal = ann.of(reading, start)
        ann.do(lambda con, one=proposal: proposals.accept(con, str(one.proposal_id), TODAY))
    first, second = ann.do(targets.every)
    assert first.target_id == second.target_id
    assert first.valid_to == second.valid_from


def test_a_person_s_own_target_is_left_alone(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    mine = targets.Target(
        name="Reading", subject="category", subject_value="Reading", measure="duration", period="week",
        comparison="at_least", low=Decimal(4 * HOUR), high=None, valid_from=date(2026, 11, 2),
    )  # fmt: skip
    ann.do(lambda con: targets.add(con, mine))
    ann.adjust()
    proposal = ann.of(reading)
    assert "own_target" in {reason["code"] for reason in proposal.reasons}
    ann.do(lambda con: proposals.accept(con, str(proposal.proposal_id), TODAY))
    found = {target.name: target for target in ann.do(targets.every)}
    assert found["Reading"].low == 4 * HOUR
    assert found["Reading (agreed)"].low == proposal.low


def test_another_amount_is_agreed_to(ann: Person) -> None:
    ann.wish("Reading at least 20 h a week")
    ann.adjust()
    proposal = ann.proposed()[0]
    wanted = Bounds("at_least", Decimal(10 * HOUR))
    edited = ann.do(lambda con: proposals.edit(con, str(proposal.proposal_id), wanted, TODAY))
    assert (edited.status, edited.decided_low) == ("edited", 10 * HOUR)
    assert ann.do(targets.every)[0].low == 10 * HOUR
    with pytest.raises(UsageError, match="another amount"):
        ann.do(lambda con: proposals.edit(con, str(proposal.proposal_id), Bounds("at_least", Decimal(1)), TODAY))


def test_what_is_declined_is_not_proposed_again(ann: Person) -> None:
    ann.wish("Reading at least 20 h a week")
    ann.adjust()
    for proposal in ann.proposed():
        ann.do(lambda con, one=proposal: proposals.reject(con, str(one.proposal_id)))
    assert ann.adjust().proposed == 0
    assert ann.proposed() == []
    assert ann.do(targets.every) == []


def test_nothing_to_agree_to_is_refused(ann: Person) -> None:
    ann.wish("Work at least 3 h per day on Sunday")
    sunday = PRESENT + timedelta(days=4)
    ann.adjust(sunday)
    (proposal,) = [one for one in ann.proposed() if one.period_start == sunday.date()]
    assert (proposal.low, proposal.reasons[0]["code"]) == (0, "out_of_reach")
    with pytest.raises(UsageError, match="asks for nothing"):
        ann.do(lambda con: proposals.accept(con, str(proposal.proposal_id), sunday.date()))


def test_days_away_do_not_count(ann: Person) -> None:
    reading = ann.wish("Reading at least 14 h a week")
    daily = ann.wish("Reading at least 10 minutes a day")
    ann.do(lambda con: vacations.add(con, "Sea", TODAY, NEXT_MONDAY + timedelta(days=1)))
    summary = ann.adjust()
    proposal = ann.of(reading, NEXT_MONDAY)
    assert proposal.wished_low == 12 * HOUR
    assert proposal.reasons[2]["code"] == "vacation"
    assert all(one.intent_id != daily.intent_id for one in ann.proposed())
    assert {note["code"] for note in summary.notes if note["intent"] == daily.name} == {"away"}


def test_what_is_reached_already_is_not_proposed(ann: Person) -> None:
    """Neither a wish that came true nor what is left of one that cannot any more: nothing would be left to do."""
    small, great = ann.wish("Reading at least 2 h a week"), ann.wish("Reading at least 20 h a week")
    last_minute = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    summary = ann.adjust(last_minute)
    assert {(one.intent_id, one.period_start) for one in ann.proposed()} == {
        (small.intent_id, NEXT_MONDAY), (great.intent_id, NEXT_MONDAY)
    }  # fmt: skip
    assert [(note["periodStart"], note["code"]) for note in summary.notes] == [(MONDAY.isoformat(), "reached")] * 2


def test_what_fell_short_is_carried_over_when_wanted(ann: Person) -> None:
    reading = ann.wish("Reading at least 7 h a week", valid_from=MONDAY - timedelta(days=7))
    before = PRESENT - timedelta(days=7)
    ann.adjust(before)
    last = MONDAY - timedelta(days=7)
    (proposal,) = [one for one in ann.proposed(everything=True) if one.period_start == last]
    wanted = Bounds("at_least", Decimal(40 * HOUR))
    ann.do(lambda con: proposals.edit(con, str(proposal.proposal_id), wanted, before.date()))
    ann.adjust()
    assert ann.of(reading).wished_low == 7 * HOUR
    ann.do(lambda con: vacations.put_ambition(con, {"carry_over": True}))
    ann.adjust()
    assert ann.of(reading).wished_low == 10.5 * HOUR, "half of the wish at most"


def test_a_full_calendar_leaves_less_room_and_says_so(ann: Person) -> None:
    ann.wish("Reading at least 90 h a week", priority=0)
    ann.wish("Work at least 90 h a week", priority=5)
    ann.do(
        lambda con: vacations.put_ambition(
            con, {"probability": 0.1, "sleep_seconds": 16 * HOUR, "reserve_seconds": 8 * HOUR}
        )
    )
    ann.adjust()
    crowded = [one for one in ann.proposed() if one.reasons[0]["code"] == "crowded"]
    assert crowded
    assert all(one.low == 0 for one in crowded), "no hour of next week is free"
    assert {one.period_start for one in ann.proposed()} == {NEXT_MONDAY}, "nothing can be added to what is lived"


def test_an_ended_wish_is_proposed_no_more(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    ann.adjust()
    ann.do(lambda con: intents.end(con, reading.name, MONDAY))
    assert ann.adjust().superseded == 2
    assert ann.proposed() == []


def test_a_changed_wish_counts_from_its_day(ann: Person) -> None:
    reading = ann.wish("Reading at least 20 h a week")
    ann.do(lambda con: intents.change(con, reading.name, Bounds("at_least", Decimal(HOUR)), MONDAY + timedelta(days=7)))
    ann.adjust()
    assert ann.of(reading).wished_low == 20 * HOUR
    assert ann.of(reading, MONDAY + timedelta(days=7)).wished_low == HOUR


def test_a_stranger_is_told_that_too_little_is_known(ann: Person) -> None:
    stranger = begin(ann.house, "Bob", "UTC")
    with ann.house.transaction(account_id=stranger.account_id) as con:
        intents.add(con, intents.Intent(
            name="x", subject="all", subject_value=None, measure="duration", period="week", comparison="at_least",
            low=Decimal(HOUR), high=None, valid_from=MONDAY,
        ))  # fmt: skip
    summary = adjust(ann.house, ann.settings, stranger.account_id, now=PRESENT)
    assert {note["code"] for note in summary.notes} == {"too_little_data"}


def test_nobody_decides_for_somebody_else(ann: Person) -> None:
    ann.wish("Reading at least 20 h a week")
    ann.adjust()
    proposal = ann.proposed()[0]
    other = begin(ann.house, "Eve", "UTC")
    with ann.house.transaction(account_id=other.account_id) as con, pytest.raises(NotFoundError):
        proposals.accept(con, str(proposal.proposal_id), TODAY)
