"""Verdicts over midnight stay exact when little is made anew: each change gives the same as making everything."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform.run import TransformSummary, transform
from lifetracer.warehouse import Warehouse
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)


def at(day: int, clock: str) -> str:
    return f"2026-10-{day:02}T{clock}:00+00:00"


def live(life: Life) -> None:
    """A fortnight of nights; late evenings; timers and a plan that run for days."""
    for number, name in enumerate(("Sleep", "Study", "Gym", "Reading"), 1):
        life.project(number, name)
    for day in range(1, 15):
        life.event(f"n{day}", "Sleep", (at(day, "23:00"), at(day + 1, "07:00")))
        life.entry(day, at(day, "23:20"), at(day + 1, "06:50"), 1)
        life.event(f"g{day}", "Gym", (at(day, "18:00"), at(day, "19:00")))
        life.event(f"r{day}", "Reading", (at(day, "21:00"), at(day, "22:00")))
    life.entry(50, at(6, "01:00"), at(6, "02:00"), 4)
    life.entry(51, at(8, "00:30"), at(8, "01:30"), 3)
    life.entry(52, at(10, "03:30"), at(12, "09:00"), 2)
    life.event("s", "Study", (at(10, "22:00"), at(11, "10:00")), (at(12, "08:00"), at(12, "12:00")))
    life.event("w", "Study", (at(15, "22:00"), at(18, "02:00")))
    life.entry(53, at(17, "12:00"), at(18, "02:00"), 2)
    life.event("b", "Gym", (at(20, "01:00"), at(20, "05:00")))
    life.entry(54, at(18, "12:00"), at(20, "06:00"), 3)


def over_two_nights(life: Life) -> None:
    life.entry(60, at(2, "22:00"), at(4, "08:00"), 1)


CHANGES: dict[str, Callable[[Life], None]] = {
    "a night shifted into the next day": lambda life: life.event("n5", "Sleep", (at(6, "01:30"), at(6, "09:00"))),
    "a night removed": lambda life: life.event("n7", "Sleep"),
    "an entry after midnight is gone": lambda life: life.bury("toggl_track", "time_entries", "50"),
    "an entry moved over four in the morning": lambda life: life.entry(51, at(8, "04:10"), at(8, "05:10"), 3),
    "the long timer cut": lambda life: life.entry(52, at(10, "21:00"), at(11, "03:00"), 2),
    "a night renamed": lambda life: life.event("n11", "Study", (at(11, "23:00"), at(12, "07:00"))),
    "a plan before four in the morning": lambda life: life.event("late", "Reading", (at(6, "02:00"), at(6, "03:00"))),
    "the end of a plan of three days was not lived": lambda life: life.bury("toggl_track", "time_entries", "53"),
    "a plan that a timer of three days ends in is gone": lambda life: life.event("b", "Gym"),
    "an entry over two nights": over_two_nights,
    "an entry over two nights is gone": lambda life: life.bury("toggl_track", "time_entries", "60"),
}
BEFORE = {"an entry over two nights is gone": over_two_nights}
ALONE = ("a night shifted into the next day", "the long timer cut", "an entry over two nights is gone")
"""Whose change is transformed for them alone, as every command asks it, not for everybody."""


@dataclass
class Story:
    """A life for each change."""

    house: Warehouse
    settings: Settings
    lives: dict[str, Life]

    def make(self, life: Life | None = None, *, full: bool = False) -> TransformSummary:
        return transform(self.house, self.settings, life.account_id if life else None, full, as_of=NOW)

    def verdicts(self) -> dict[str, list[dict[str, Any]]]:
        with psycopg.connect(self.house.dsn, row_factory=dict_row) as con:
            query = "select * from core.fct_match where account_id = %s order by layer, block_id"
            return {change: con.execute(query, (life.account_id,)).fetchall() for change, life in self.lives.items()}


@pytest.fixture(scope="module")
def story(server: Server) -> Iterator[Story]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        told = Story(house, settings, {change: begin(house, change, "UTC") for change in CHANGES})
        for change, life in told.lives.items():
            live(life)
            if change in BEFORE:
                BEFORE[change](life)
        told.make()
        yield told


def test_a_night_has_one_verdict(story: Story) -> None:
    for verdicts in story.verdicts().values():
        nights = [row for row in verdicts if row["layer"] == "plan" and "/n13/" in row["block_id"]]
        assert [(row["verdict"], row["planned_seconds"], row["lived_seconds"]) for row in nights] == [
            ("shifted", 8 * 3600, 7.5 * 3600)
        ]


def test_each_change_gives_what_making_everything_gives(story: Story) -> None:
    before = story.verdicts()
    for change, life in story.lives.items():
        CHANGES[change](life)
    for change in ALONE:
        assert not story.make(story.lives[change]).full
    assert not story.make().full
    after = story.verdicts()
    assert [change for change in CHANGES if after[change] == before[change]] == []
    assert story.make(full=True).full
    assert story.verdicts() == after
