"""What if: the predicted week with other blocks or targets, at every door, and nothing is written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analyzer.people import live
from conftest import SECRET_KEY, Server
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.jobs.what_if import Block, Supposition, what_if
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse, targets
from modelled import modelled
from spoken import speaker
from transform.life import Life, begin

pytestmark = pytest.mark.db

TODAY = date(2026, 6, 17)
NEXT_MONDAY = date(2026, 6, 22)
NOON = datetime(2026, 6, 17, 12, tzinfo=UTC)


def planned_hours(day: date) -> float:
    """Piano is played when it is planned, and only then: on days that no calendar pattern explains."""
    return float(day.toordinal() * 7919 % 5 < 2)


def hours(day: date) -> dict[str, float]:
    odd = (day.toordinal() * 104_729 % 11) / 30
    return {"Sleep": 7 + odd, "Piano": planned_hours(day) * (0.9 + odd / 2)}


@dataclass
class World:
    house: Warehouse
    ann: Life
    nobody: Life
    environ: dict[str, str]


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        ann, nobody = begin(house, "Ann", "UTC"), begin(house, "Nobody", "UTC")
        first = TODAY - timedelta(days=120)
        live(ann, first, TODAY, hours)
        times = []
        for day in (first + timedelta(days=n) for n in range(120)):
            if planned_hours(day):
                at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
                times.append((at.isoformat(), (at + timedelta(hours=1)).isoformat()))
        early = {"created": "2025-01-01T00:00:00Z", "updated": "2025-01-01T00:00:00Z"}
        ann.event("piano", "Piano", *times, **early)
        transform(house, settings, as_of=NOON)
        with house.transaction(account_id=ann.account_id) as con:
            wanted = targets.Target(
                name="Play", subject="category", subject_value="Piano", measure="duration", period="week",
                comparison="at_least", low=Decimal(3 * 3600), high=None, valid_from=date(2026, 1, 5),
            )  # fmt: skip
            targets.add(con, wanted)
        transform(house, settings, as_of=NOON)
        environ = os.environ | {"DATABASE_URL": house.dsn, "LIFETRACER_SECRET_KEY": SECRET_KEY}
        environ |= {"LIFETRACER_HOME": folder, "LIFETRACER_ACCOUNT": "Ann"}
        yield World(house, ann, nobody, environ)


def of(answer: dict[str, Any], category: str) -> dict[str, Any]:
    (found,) = (one for one in answer["categories"] if one["category"] == category)
    return dict(found)


def counts(world: World) -> list[tuple[Any, ...]]:
    with world.house.transaction() as con:
        return con.execute(
            "select (select count(*) from core.estimate), (select count(*) from app.target),"
            " (select count(*) from core.insight), (select count(*) from core.target_proposal),"
            " (select count(*) from core.plan_proposal)"
        ).fetchall()


def test_more_blocks_make_a_longer_week_and_better_odds(world: World) -> None:
    before = counts(world)
    supposed = Supposition((Block("Piano", (1, 2, 3, 4, 5), 3600),))
    answer = what_if(world.house, world.ann.account_id, supposed)
    assert answer["week"] == NEXT_MONDAY.isoformat()
    piano = of(answer, "Piano")
    assert piano["isChanged"]
    assert piano["plannedChange"] == 5 * 3600
    assert piano["after"]["p50"] > piano["before"]["p50"] + 3600
    for side in ("before", "after"):
        assert piano[side]["p10"] <= piano[side]["p50"] <= piano[side]["p90"]
    (play,) = answer["targets"]
    assert play["name"] == "Play"
    assert play["chanceAfter"] > play["chanceBefore"]
    assert not play["isSupposed"]
    assert play["achievableWith"] == 0.65
    assert counts(world) == before, "nothing was written"


def test_the_same_question_has_the_same_answer_and_no_change_is_no_difference(world: World) -> None:
    nothing = Supposition((Block("Piano", (1,), 3600), Block("Piano", (1,), -3600)), ("Piano at least 2 h a week",))
    answer = what_if(world.house, world.ann.account_id, nothing)
    assert answer == what_if(world.house, world.ann.account_id, nothing)
    piano = of(answer, "Piano")
    assert piano["before"] == piano["after"]
    (play,) = answer["targets"]
    assert play["isSupposed"], "it takes the place of the one in force"
    assert play["low"] == 7200
    assert play["chanceBefore"] == play["chanceAfter"]


def test_a_smaller_target_has_better_odds(world: World) -> None:
    def odds(*sentences: str) -> float:
        (one,) = what_if(world.house, world.ann.account_id, Supposition((), sentences))["targets"]
        return float(one["chanceAfter"])

    assert odds("Piano at least 1 h a week") >= odds("Piano at least 3 h a week") >= odds("Piano at least 9 h a week")


def test_what_cannot_be_answered_is_said(world: World) -> None:
    account_id = world.ann.account_id
    with pytest.raises(UsageError, match="Nothing is supposed"):
        what_if(world.house, account_id, Supposition())
    with pytest.raises(NotFoundError, match="Harp"):
        what_if(world.house, account_id, Supposition((Block("Harp", (1,), 3600),)))
    with pytest.raises(UsageError, match="out of reach"):
        what_if(world.house, account_id, Supposition((Block("Piano", (1,), 3600),), week=date(2027, 1, 1)))
    with pytest.raises(UsageError, match="weekdays"):
        what_if(world.house, account_id, Supposition((Block("Piano", (8,), 3600),)))
    with pytest.raises(UsageError, match="not about the time of a category"):
        what_if(world.house, account_id, Supposition((), ("up before 06:00",)))
    with pytest.raises(UsageError, match="too little history"):
        what_if(world.house, world.nobody.account_id, Supposition((Block("Piano", (1,), 3600),)))


def test_the_command_line_answers_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    says = speaker(world.environ, monkeypatch)
    told = says("what-if", "--add", "Piano: mon,tue 1h", "--move", "Piano: wed>thu 30m", "--json")
    blocks = (Block("Piano", (1, 2), 3600), Block("Piano", (3,), -1800), Block("Piano", (4,), 1800))
    assert json.loads(told) == what_if(world.house, world.ann.account_id, Supposition(blocks))


def test_a_question_is_one_job_that_reads_back_what_was_asked() -> None:
    asked = Supposition((Block("Piano", (1, 2), 3600),), ("Piano at least 1 h a week",), date(2026, 6, 24))
    assert Supposition.of(json.loads(json.dumps(asked.as_json()))) == asked
    assert asked.key() != Supposition(asked.blocks).key()
