"""Estimates on a transformed warehouse: kept, repeated, scored, and for people of whom little is known."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import SECRET_KEY, Server
from lifetracer.analyzer import AnalyzeSummary, analyze, estimate_paths, shown
from lifetracer.analyzer.records import read
from lifetracer.charts.insight_words import choice_sentence, insight_sentence, reason_sentences
from lifetracer.charts.wording import Words
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse
from transform.life import Life, begin

from .people import live

pytestmark = pytest.mark.db

TODAY = date(2026, 6, 17)
"""A Wednesday."""
NOON = datetime(2026, 6, 17, 12, tzinfo=UTC)
FIRST = TODAY - timedelta(days=150)
QUANTILES = {10: "p10", 25: "p25", 50: "p50", 75: "p75", 90: "p90"}


def of_ann(day: date) -> dict[str, float]:
    """Work on weekdays, a little more each Monday; sleep always; since May an hour of piano; twice the garden."""
    odd = (day.toordinal() * 7919 % 13) / 13
    work = 0.0 if day.weekday() > 4 else 6 + odd + (day.weekday() == 0)
    piano = 1 + odd / 4 if day >= date(2026, 4, 20) else 0.0
    return {"Sleep": 7 + odd / 2, "Work": work, "Piano": piano, "Garden": float(day in (FIRST, date(2026, 2, 1)))}


@dataclass
class World:
    house: Warehouse
    settings: Settings
    people: dict[str, Life]

    def analyze(self, name: str, now: datetime = NOON) -> AnalyzeSummary:
        return analyze(self.house, self.settings, self.people[name].account_id, now=now)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.house.transaction() as con:
            return con.execute(query, values).fetchall()

    def of(self, name: str, query: str) -> list[tuple[Any, ...]]:
        """As the person's own program sees it."""
        with self.house.transaction(account_id=self.people[name].account_id) as con:
            return con.execute(query).fetchall()


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    """Everybody lived before one transform; Ann had her first analysis."""
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        names = ("Ann", "Few", "One", "Gap", "Same", "Planner", "Zero", "Nobody")
        made = World(house, settings, {name: begin(house, name, "UTC") for name in names})
        people = made.people
        number = live(people["Ann"], FIRST, TODAY, of_ann)
        people["Ann"].entry(number, "2026-06-17T00:00:00Z", "2026-06-17T07:30:00Z", 1)
        monday = datetime(2026, 6, 22, 9, tzinfo=UTC)
        stays = [
            (at.isoformat(), (at + timedelta(hours=2)).isoformat()) for at in (monday, monday + timedelta(hours=1))
        ]
        people["Ann"].event("twice", "Piano", *stays)
        early = {"created": "2025-01-01T00:00:00Z", "updated": "2025-01-01T00:00:00Z"}
        night = ("2026-06-10T22:00:00Z", "2026-06-11T06:00:00Z")
        people["Ann"].event("night", "Sleep", night, **early)
        late = {"created": "2026-06-10T23:00:00Z", "updated": "2026-06-10T23:00:00Z"}
        people["Ann"].event("afterwards", "Work", ("2026-06-10T09:00:00Z", "2026-06-10T12:00:00Z"), **late)
        live(people["Few"], TODAY - timedelta(days=4), TODAY - timedelta(days=1), of_ann)
        live(people["One"], TODAY - timedelta(days=60), TODAY, lambda day: {"Sleep": 7 + day.day % 3})
        live(people["Gap"], TODAY - timedelta(days=465), TODAY - timedelta(days=400), of_ann)
        live(people["Gap"], TODAY - timedelta(days=35), TODAY, of_ann, number=10_000)
        live(people["Same"], TODAY - timedelta(days=50), TODAY, lambda _: {"Sleep": 8, "Work": 4})
        people["Planner"].event("plan", "Dentist", ("2026-06-19T09:00:00Z", "2026-06-19T10:00:00Z"))
        live(people["Zero"], TODAY - timedelta(days=50), TODAY, lambda d: {"Sleep": 8, "Odd": float(d.day == 1) / 60})
        transform(house, settings, full=True, as_of=NOON)
        made.analyze("Ann")
        yield made


def estimates_of(world: World, name: str, grain: str, periods: int = 40) -> list[dict[str, Any]]:
    account_id = world.people[name].account_id
    with world.house.transaction(account_id=account_id) as con:
        return shown.estimates(con, account_id, grain, TODAY, periods)


def test_every_period_of_every_category_is_estimated_once(world: World) -> None:
    counts = {
        grain: len({row["period_start"] for row in estimates_of(world, "Ann", grain)})
        for grain in ("day", "week", "month")
    }
    assert counts == {"day": 28, "week": 5, "month": 2}
    names = {row["category"] for row in estimates_of(world, "Ann", "day")}
    assert names == {"Sleep", "Work", "Piano"}
    for row in estimates_of(world, "Ann", "day"):
        assert 0 <= row["p10"] <= row["p25"] <= row["p50"] <= row["p75"] <= row["p90"] <= 86_400
        assert not row["is_over"]


def test_the_numbers_are_likely(world: World) -> None:
    by_day = {(row["category"], row["period_start"]): row for row in estimates_of(world, "Ann", "day")}
    saturday, monday = date(2026, 6, 27), date(2026, 6, 29)
    assert by_day["Work", saturday]["p90"] < 3600
    assert 5.5 * 3600 < by_day["Work", monday]["p50"] < 8.5 * 3600
    assert 7 * 3600 <= by_day["Sleep", saturday]["p50"] <= 7.6 * 3600
    assert reason_sentences(by_day["Sleep", saturday]["reasons"], Words("en"))


def test_what_is_lived_counts(world: World) -> None:
    (today,) = (row for row in estimates_of(world, "Ann", "day", 1) if row["category"] == "Sleep")
    assert (today["lived_seconds"], today["period_start"], today["horizon"]) == (7.5 * 3600, TODAY, 0)
    assert 7.5 * 3600 <= today["p10"] <= today["p90"] <= 8 * 3600, "she sleeps before noon only"
    (week,) = (row for row in estimates_of(world, "Ann", "week", 1) if row["category"] == "Sleep")
    lived = sum(of_ann(day)["Sleep"] * 3600 for day in (date(2026, 6, 15), date(2026, 6, 16))) + 7.5 * 3600
    assert week["lived_seconds"] == pytest.approx(lived, abs=3)
    assert week["horizon"] == -2
    assert week["p10"] > lived + 4 * 6.5 * 3600


def test_of_the_plan_only_what_was_known_before_counts(world: World) -> None:
    records = read(world.house, world.people["Ann"].account_id)
    assert records
    names = dict(world.of("Ann", "select category, category_id from core.dim_category"))
    planned = {name: records.planned.get(category, {}) for name, category in names.items()}
    assert planned["Piano"] == {date(2026, 6, 22): 3 * 3600}, "two that overlap count once"
    assert planned["Sleep"] == {date(2026, 6, 10): 2 * 3600, date(2026, 6, 11): 6 * 3600}
    assert planned["Work"] == {}, "it was entered when the day was over"
    monday = next(row for row in estimates_of(world, "Ann", "day") if row["planned_seconds"])
    assert (monday["period_start"], monday["planned_seconds"]) == (date(2026, 6, 22), 3 * 3600)


def test_a_run_that_comes_to_the_same_numbers_adds_nothing(world: World) -> None:
    def everything() -> list[object]:
        return [
            world.ask(f"select * from core.{table} as t order by t::text")
            for table in ("estimate", "estimate_choice", "insight")
        ]

    before = everything()
    summary = world.analyze("Ann", NOON + timedelta(hours=1))
    assert summary.written == 0
    assert (summary.categories, summary.known_days) == (3, 150)
    assert summary.skipped == {"rare": 1}
    assert json.dumps(summary.as_json())
    assert everything() == before


def test_who_answers_and_why_is_told(world: World) -> None:
    account_id = world.people["Ann"].account_id
    with world.house.transaction(account_id=account_id) as con:
        choices = {row["category"]: row for row in shown.choices(con, account_id)}
    assert choices["Garden"]["method"] is None
    assert "too few days" in choice_sentence(choices["Garden"], Words("en"))
    for name in ("Sleep", "Work", "Piano"):
        choice = choices[name]
        assert choice["known_days"] == 150
        assert choice["is_model"] == (choice["method"] == "model")
        if choice["codes"][0]["code"] == "model_better":
            assert choice["model_loss_seconds"] < choice["baseline_loss_seconds"]
        assert choice_sentence(choice, Words("ja")).endswith("。")


def test_a_lasting_change_is_noticed(world: World) -> None:
    account_id = world.people["Ann"].account_id
    with world.house.transaction(account_id=account_id) as con:
        found = [row for row in shown.insights(con, account_id) if row["kind"] == "change_point"]
    assert [(row["category"], row["begins_on"]) for row in found] == [("Piano", date(2026, 4, 20))]
    assert insight_sentence(found[0], Words("en")).startswith("Since 20 April 2026, Piano takes 1 h ")


def test_an_insight_that_is_no_longer_found_is_not_shown(world: World) -> None:
    account_id = world.people["Ann"].account_id
    with world.house.transaction() as con:
        con.execute(
            "insert into core.insight select account_id, gen_random_uuid(), 'anomaly', category_id, null, begins_on,"
            " null, 1, '{}', 0.01, made_at from core.insight where account_id = %s limit 1",
            (account_id,),
        )
    shown_before = world.of("Ann", "select count(*) from marts.insight")
    world.analyze("Ann", NOON + timedelta(hours=2))
    assert world.of("Ann", "select count(*) from marts.insight") == [(shown_before[0][0] - 1,)]
    assert world.ask("select ended_at from core.insight where account_id = %s and kind = 'anomaly'", account_id) == [
        (NOON + timedelta(hours=2),)
    ]


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("Nobody", 0, "Nothing was tracked in the 5 years"),
        ("Planner", 0, "Nothing was tracked in the 5 years"),
        ("Few", 3, "complete days; there are 3"),
    ],
)
def test_of_too_little_nothing_is_made_and_it_says_so(world: World, name: str, known: int, reason: str) -> None:
    summary = world.analyze(name)
    assert (summary.known_days, summary.written, summary.categories) == (known, 0, 0)
    assert reason in summary.reason
    assert estimates_of(world, name, "week") == []
    assert estimate_paths(world.house, world.people[name].account_id) is None


@pytest.mark.parametrize(("name", "categories"), [("One", {"Sleep"}), ("Same", {"Sleep", "Work"}), ("Zero", {"Sleep"})])
def test_one_category_constant_days_and_almost_only_zeros(world: World, name: str, categories: set[str]) -> None:
    summary = world.analyze(name)
    assert summary.reason == ""
    rows = estimates_of(world, name, "day")
    assert categories <= {row["category"] for row in rows}
    sleep = [row for row in rows if row["category"] == "Sleep" and row["horizon"] > 0]
    assert sleep
    assert all(6.9 * 3600 <= row["p10"] <= row["p90"] <= 9.1 * 3600 for row in sleep)
    if name == "Same":
        assert {row["p50"] for row in sleep} == {8 * 3600}
        assert {row["p10"] for row in sleep} == {row["p90"] for row in sleep}


def test_a_year_of_gap_is_no_year_of_zeros(world: World) -> None:
    summary = world.analyze("Gap")
    assert summary.known_days == 100
    sleep = [row for row in estimates_of(world, "Gap", "day") if row["category"] == "Sleep" and row["horizon"] > 0]
    assert sleep
    assert all(row["p10"] >= 6.5 * 3600 for row in sleep)


def test_before_the_first_transform_it_says_what_to_do(warehouse: Warehouse, home: Path) -> None:
    ann = begin(warehouse, "Ann", "UTC")
    settings = Settings(home=home, database_url=warehouse.dsn, secret_key=SECRET_KEY)
    summary = analyze(warehouse, settings, ann.account_id)
    assert (summary.as_of, summary.written) == (None, 0)
    assert "lifetracer transform" in summary.reason


def test_nobody_sees_anothers_estimates(world: World) -> None:
    world.analyze("One")
    for name in ("Ann", "One"):
        for table in (
            "core.estimate",
            "core.estimate_choice",
            "core.insight",
            "marts.estimate",
            "marts.estimate_choice",
        ):
            seen = {row[0] for row in world.of(name, f"select distinct account_id from {table}")}
            assert seen <= {world.people[name].account_id}, table
        assert world.of(name, "select count(*) from marts.estimate")[0][0] > 0


def test_paths_are_joint_and_follow_a_changed_plan(world: World) -> None:
    account_id = world.people["Ann"].account_id
    paths = estimate_paths(world.house, account_id, horizon=14)
    assert paths
    assert paths.seconds.shape[1:] == (14, 3)
    assert paths.first_day == TODAY
    assert set(paths.lived) == set(paths.categories)
    same = estimate_paths(world.house, account_id, horizon=14)
    assert same
    assert (same.seconds == paths.seconds).all()
    changed = estimate_paths(
        world.house, account_id, horizon=14, changes={paths.categories[0]: {TODAY + timedelta(days=3): 7200}}
    )
    assert changed
    assert changed.seconds.shape == paths.seconds.shape


def pinball(actual: float, quantiles: Sequence[float]) -> float:
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    misses = [actual - quantile for quantile in quantiles]
    return sum(max(q * miss, (q - 1) * miss) for q, miss in zip(levels, misses, strict=True)) / 5


def test_a_week_later_the_estimates_are_scored_and_none_was_rewritten(world: World) -> None:
    """Runs last: time goes on for everybody."""
    ann = world.people["Ann"]
    before = world.ask("select * from core.estimate order by account_id, category_id, grain, period_start, made_at")
    live(ann, TODAY + timedelta(days=1), TODAY + timedelta(days=7), of_ann, number=50_000)
    later = NOON + timedelta(days=7)
    transform(world.house, world.settings, as_of=later)
    summary = world.analyze("Ann", later)
    assert summary.written == 3 * 35
    after = world.ask("select * from core.estimate order by account_id, category_id, grain, period_start, made_at")
    assert set(map(repr, before)) <= set(map(repr, after))
    with world.house.transaction(account_id=ann.account_id) as con:
        scores = {(row["category"], row["ahead"]): row for row in shown.scores(con, ann.account_id, "day")}
    made = [
        (row[0], row[1:6], row[6:11])
        for row in world.of(
            "Ann",
            "select e.period_start, e.p10, e.p25, e.p50, e.p75, e.p90, e.baseline_p10, e.baseline_p25, e.baseline_p50,"
            " e.baseline_p75, e.baseline_p90 from core.estimate as e join core.dim_category as c using (category_id)"
            " where c.category = 'Sleep' and e.grain = 'day' and e.horizon between 2 and 6"
            f" and e.made_on = date '{TODAY}'",
        )
    ]
    actual = {day: round(of_ann(day)["Sleep"] * 3600) for day, _, _ in made}
    score = scores["Sleep", "soon"]
    assert score["estimates"] == 5
    assert float(score["loss_seconds"]) == pytest.approx(sum(pinball(actual[d], q) for d, q, _ in made) / 5, abs=2)
    base = sum(pinball(actual[d], q) for d, _, q in made) / 5
    assert float(score["baseline_loss_seconds"]) == pytest.approx(base, abs=2)
    inside = sum(q[0] <= actual[d] <= q[4] for d, q, _ in made) / 5
    assert float(score["coverage"]) == pytest.approx(inside)
    past = world.of(
        "Ann", f"select distinct is_over, actual_seconds is null from marts.estimate where period_start = '{TODAY}'"
    )
    assert (True, False) in past
    assert set(past) <= {(True, False), (False, True)}, "what is over has what was lived, what is not has not"
