"""Suggestions on a transformed warehouse: only for titles without a category, with reasons, and for one account."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conftest import SECRET_KEY, Server
from lifetracer.analyzer import suggest_categories
from lifetracer.errors import UsageError
from lifetracer.settings import Settings
from lifetracer.transform import categories, rules
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse
from transform.life import Life, begin

from .test_texts import history

pytestmark = pytest.mark.db

PROJECTS = {"study": 1, "body": 2, "work": 3}
SUNDAY = datetime(2026, 3, 1, 9, tzinfo=UTC)


def live(life: Life) -> None:
    for name, number in PROJECTS.items():
        life.project(number, name.title())
    for number, text in enumerate(history()):
        start = SUNDAY + timedelta(days=number)
        stop = start + timedelta(hours=1)
        life.entry(number, start.isoformat(), stop.isoformat(), PROJECTS[text.category_id], description=text.words)
    stay = [("2026-06-01T09:00:00Z", "2026-06-01T10:00:00Z"), ("2026-06-08T09:00:00Z", "2026-06-08T10:00:00Z")]
    life.event("run", "公園でランニング", *stay)
    life.event("client", "Lunch with the client", stay[0])
    life.event("work", "Work on slides", stay[0])
    life.event("odd", "ζζζ", stay[0])
    life.event("ruled", "Dentist", stay[0])


@pytest.fixture(scope="module")
def told(server: Server) -> Iterator[tuple[Warehouse, Life, Life]]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        ann, lee = begin(house, "Ann", "UTC"), begin(house, "Lee", "UTC")
        with pytest.raises(UsageError, match="no history"):
            suggest_categories(house, ann.account_id)
        live(ann)
        lee.event("run", "公園でランニング", ("2026-06-01T09:00:00Z", "2026-06-01T10:00:00Z"))
        with house.transaction(account_id=ann.account_id) as con:
            rules.add_rule(con, "title", "is", "dentist", categories.add_category(con, "Health").name)
        transform(house, settings, full=True, as_of=datetime(2026, 7, 1, tzinfo=UTC))
        yield house, ann, lee


def test_titles_without_a_category_get_one_suggested(told: tuple[Warehouse, Life, Life]) -> None:
    house, ann, _ = told
    found = suggest_categories(house, ann.account_id)
    by_title = {one.title: one for one in found.suggestions}
    running = by_title["公園でランニング"]
    assert (running.category, running.occurrences, running.seconds) == ("Body", 2, 7200)
    assert running.because
    assert 0.6 <= running.probability < 1
    assert by_title["Lunch with the client"].category == "Work"
    assert "ζζζ" not in by_title, "nothing is known of it"
    assert not {"Work on slides", "Dentist"} & by_title.keys(), "they have a category"
    assert found.accuracy
    assert found.accuracy.accuracy > found.accuracy.base_rate
    assert json.dumps(found.as_json(), ensure_ascii=False)
    assert suggest_categories(house, ann.account_id) == found


def test_a_higher_threshold_suggests_less(told: tuple[Warehouse, Life, Life]) -> None:
    house, ann, _ = told
    low, high = suggest_categories(house, ann.account_id, 0.5), suggest_categories(house, ann.account_id, 0.99)
    assert len(high.suggestions) <= len(low.suggestions)
    assert len(high.suggestions) + high.withheld == len(low.suggestions) + low.withheld == 3
    with pytest.raises(UsageError, match="threshold"):
        suggest_categories(house, ann.account_id, 1.5)


def test_nobody_learns_from_another(told: tuple[Warehouse, Life, Life]) -> None:
    house, _, lee = told
    found = suggest_categories(house, lee.account_id)
    assert (found.suggestions, found.withheld, found.accuracy) == ((), 1, None)
    assert "too few" in found.reason
