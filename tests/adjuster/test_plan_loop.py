"""The whole way of a plan: targets, proposal, approval, calendar, sync; and round again, which adds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg.rows import dict_row

from adjuster.planned import NOW, Planner
from conftest import Server
from lifetracer.adjuster import plan_proposals
from lifetracer.connector import connecting
from lifetracer.connector.registry import raw_streams, source_named
from lifetracer.connector.source import Checked
from lifetracer.connector.sync import sync
from lifetracer.transform.run import transform
from lifetracer.warehouse import targets
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate
from modelled import modelled
from sandbox_process import start_sandbox

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = NOW.astimezone(BERLIN).date()


@dataclass
class Life:
    """A demo person's life with two targets, synced and transformed."""

    planner: Planner

    def turn(self) -> None:
        """Sync and transform."""
        here = self.planner
        summary = sync(here.house, here.settings, here.account_id)
        assert summary.error is None
        transform(here.house, here.settings, here.account_id, as_of=NOW)

    def propose(self) -> plan_proposals.PlanSummary:
        here = self.planner
        here.made_at += timedelta(seconds=1)
        return plan_proposals.propose_plan(here.house, here.settings, here.account_id, now=here.made_at)

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Ask the warehouse as the person."""
        with (
            self.planner.house.transaction(account_id=self.planner.account_id) as con,
            con.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def life(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    home: Path = tmp_path_factory.mktemp("home")
    with start_sandbox(people=1, start="2026-06-01") as google, server.warehouse(home, modelled) as house:
        migrate(house, raw_streams())
        with house.transaction() as con:
            account = create(con, "Anna", "Europe/Berlin", "en")
        settings = server.settings("unused", home).model_copy(
            update={
                "google_url": google.url,
                "google_token_url": f"{google.url}/token",
                "toggl_url": google.url,
                "toggl_pause_seconds": 0.0,
                "retry_seconds": 0.01,
                "database_url": house.dsn,
            }
        )
        planner = Planner(house, settings, account.account_id, google)
        planner.connect()
        toggl = source_named("toggl_track")
        token = {"api_token": google.person["togglToken"]}
        connecting.keep(house, account.account_id, toggl, token, Checked("", "Anna"))
        made = Life(planner)
        made.turn()
        usual = made.rows(
            """select category_id, category from marts.hour_category where actual_seconds > 0
            group by category_id, category order by sum(actual_seconds) desc"""
        )
        kinds = {
            row["category_id"]: row["kind"] for row in made.rows("select category_id, kind from core.dim_category")
        }
        names = [row for row in usual if kinds.get(row["category_id"]) != "sleep" and row["category"] != "No project"]
        with house.transaction(account_id=account.account_id) as con:
            for row, hours in zip(names[:2], (90, 14), strict=True):
                targets.add(con, _target(row["category"], hours))
            targets.add(con, _target(None, 50))
        made.turn()
        yield made


def _target(category: str | None, hours: int) -> targets.Target:
    return targets.Target(
        name=f"{category or 'All'} {hours} h",
        subject="category" if category else "all",
        subject_value=category,
        measure="duration",
        period="month" if hours == 90 else "week",
        comparison="at_least",
        low=Decimal(hours * 3600),
        high=None,
        valid_from=TODAY.replace(day=1) - timedelta(days=1),
    )


def test_a_plan_goes_into_the_calendar_comes_back_and_asks_for_nothing_more(life: Life) -> None:
    planner, before = life.planner, life.planner.foreign()
    summary = life.propose()
    assert summary.is_new
    assert summary.proposal_id
    assert summary.changes["add"] > 0
    assert 0 < summary.placed_seconds <= summary.missing_seconds
    assert "no_category" in {one["reason"] for one in summary.unplaced}
    again = life.propose()
    assert (again.proposal_id, again.is_new) == (summary.proposal_id, False), "the same is not proposed twice"

    clashes = life.rows(
        """select count(*) from marts.plan_proposal_block as block
        inner join core.fct_occurrence as event on event.starts_at < block.ends_at and event.ends_at > block.starts_at
        where block.place = 1 and event.is_busy"""
    )
    assert clashes == [{"count": 0}]
    written = planner.approve()
    assert (written.blocks, written.conflicts) == ({"written": summary.changes["add"]}, [])
    life.turn()

    ours = life.rows("select * from core.fct_occurrence where is_own_plan order by starts_at")
    blocks = life.rows("select * from marts.plan_proposal_block where place = 1 order by starts_at")
    assert [(row["starts_at"], row["ends_at"], row["category_id"], row["title"]) for row in ours] == [
        (row["starts_at"], row["ends_at"], row["category_id"], row["title"]) for row in blocks
    ]
    assert {row["proposal_status"] for row in blocks} == {"written"}
    assert all(row["target"] and row["category"] == row["title"] for row in blocks)
    counted = life.rows(
        """select sum(seconds)::int as seconds from core.fct_occurrence_day as day
        inner join core.fct_occurrence using (account_id, occurrence_id) where is_own_plan and day.is_planned"""
    )
    assert counted == [{"seconds": summary.placed_seconds}], "plans of ours are plans"

    rest = life.propose()
    assert rest.missing_seconds == summary.missing_seconds - summary.placed_seconds
    assert rest.changes["move"] == rest.changes["remove"] == 0
    assert planner.foreign() == before


def test_a_new_event_across_a_block_moves_it_and_nothing_else(life: Life) -> None:
    planner = life.planner
    (first,) = life.rows("select * from core.plan_block where state = 'standing' order by starts_at limit 1")
    event = {
        "calendar": "primary",
        "summary": "Dentist",
        "start": first["starts_at"].isoformat(),
        "end": first["ends_at"].isoformat(),
    }
    planner.sandbox.admin("/google/events", event)
    life.turn()
    before = planner.foreign()
    summary = life.propose()
    blocks = life.rows("select * from marts.plan_proposal_block where place = 1 and change <> 'add'")
    assert [row["block_id"] for row in blocks] == [first["block_id"]]
    assert planner.approve().conflicts == []
    assert summary.changes["move"] + summary.changes["remove"] == 1
    assert planner.foreign() == before
    life.turn()
    assert planner.undo().status == "undone"
    assert planner.foreign() == before


def test_what_was_cleared_by_hand_is_not_filled_again(life: Life) -> None:
    planner = life.planner
    life.turn()
    kept = life.rows("select * from core.plan_block where state = 'standing' order by starts_at desc limit 1")[0]
    planner.sandbox.admin(f"/google/events/{kept['event_id']}?calendar={kept['calendar_id']}", method="DELETE")
    life.turn()
    life.propose()
    (state,) = life.rows("select state from core.plan_block where block_id = %s", kept["block_id"])
    assert state == {"state": "deleted"}
    crossing = life.rows(
        """select count(*) from marts.plan_proposal_block
        where place = 1 and proposal_status = 'proposed' and category_id = %s and starts_at < %s and ends_at > %s""",
        kept["category_id"],
        kept["ends_at"],
        kept["starts_at"],
    )
    assert crossing == [{"count": 0}]
    assert kept["event_id"] not in planner.plan()


def test_an_event_across_a_proposed_block_is_a_conflict_when_it_is_written(life: Life) -> None:
    planner = life.planner
    summary = life.propose()
    if not summary.changes["add"]:
        with planner.house.transaction(account_id=planner.account_id) as con:
            name = con.execute("select name from app.target where period = 'week' and subject = 'category'").fetchone()
            assert name
            targets.change(con, name[0], targets.Bounds("at_least", low=Decimal(40 * 3600)), TODAY - timedelta(days=14))
        life.turn()
        summary = life.propose()
    assert summary.changes["add"] > 0
    (block,) = life.rows(
        "select * from marts.plan_proposal_block where place = 1 and change = 'add' order by starts_at limit 1"
    )
    event = {"summary": "Parents", "start": block["starts_at"].isoformat(), "end": block["ends_at"].isoformat()}
    planner.sandbox.admin("/google/events", {"calendar": "primary", **event})
    life.turn()
    written = planner.approve()
    assert [(one["kind"], one["title"]) for one in written.conflicts] == [("in_the_way", "Parents")]
    assert written.status == "written"
