"""The hand-made week of docs/reference/matching.md: each of its blocks has the verdict that the page tells."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform.run import transform

from .life import begin

pytestmark = pytest.mark.db

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matching", ROOT / "scripts" / "matching.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


matching = _script()
WEEK = matching.read()
BLOCKS = [block for day in WEEK.days for block in day.blocks]
ENTRIES = [entry for day in WEEK.days for entry in day.entries]


@pytest.fixture(scope="module")
def lived(server: Server) -> Iterator[dict[str, dict[str, Any]]]:
    """What the marts say about the week, by number of the block or the entry."""
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        life = begin(house, "Eva", WEEK.zone.key)
        categories = sorted({item.category for item in (*ENTRIES, *BLOCKS)})
        for number, name in enumerate(categories):
            life.project(number, name)
        for entry in ENTRIES:
            stop = entry.ends_at.isoformat() if entry.ends_at else None
            life.entry(entry.number, entry.starts_at.isoformat(), stop, categories.index(entry.category))
        for block in BLOCKS:
            life.event(f"{block.number:02}", block.category, (block.first, block.last), **block.more)
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        summary = transform(house, settings, as_of=WEEK.present)
        assert summary.findings == ()
        with psycopg.connect(house.dsn, row_factory=dict_row) as con:
            yield {
                "plan": {
                    int(row["occurrence_id"].split("/")[1]): row for row in con.execute("table marts.plan_verdict")
                },
                "actual": {int(row["entry_id"].split("/")[1]): row for row in con.execute("table marts.entry_verdict")},
            }


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.number:02}-{block.category}-{block.verdict}")
def test_block(lived: dict[str, dict[str, Any]], block: Any) -> None:
    row = lived["plan"].get(block.number)
    if block.verdict is None:
        assert row is None, "nobody's time, or not over"
        return
    assert row is not None
    found = (row["verdict"], row["planned_seconds"] // 60, row["lived_seconds"] // 60, row["replaced_by_category"])
    assert found == (block.verdict, block.planned, block.lived, block.by), block.why
    assert row["overrun_seconds"] == row["lived_seconds"] - row["planned_seconds"]
    late = row["start_delay_seconds"]
    assert (late if late is None else late // 60) == block.late
    served = {int(entry_id.split("/")[1]) for entry_id in row["entry_ids"]}
    assert served == {entry.number for entry in ENTRIES if block.number in entry.belongs}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.letter}-{entry.category}-{entry.verdict}")
def test_entry(lived: dict[str, dict[str, Any]], entry: Any) -> None:
    row = lived["actual"][entry.number]
    assert row["verdict"] == entry.verdict
    assert 0 <= row["planned_seconds"] <= row["seconds"]
    plan = row["occurrence_id"]
    assert (int(plan.split("/")[1]) in entry.belongs) if plan else not entry.belongs


def test_the_week_has_every_verdict_and_forty_blocks() -> None:
    assert len(BLOCKS) >= 40
    assert {block.verdict for block in BLOCKS} == {*matching.MARKS, None} - {"planned", "unplanned"}


def test_the_page_shows_this_week() -> None:
    for path, text in matching.pages(WEEK).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is not current: python scripts/matching.py"
