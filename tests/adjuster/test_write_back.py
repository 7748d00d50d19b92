"""What was approved stands in the calendar once, whatever happens on the way; what is not ours is never touched."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

import httpx
import pytest

from adjuster.planned import Planner, away, block, blocks, elsewhere
from lifetracer.adjuster import block_writer
from lifetracer.adjuster.own_event import event_id_of
from lifetracer.adjuster.plan_calendar import PlanCalendarGoneError
from lifetracer.adjuster.plan_proposals import Proposal
from lifetracer.connector.registry import raw_streams
from lifetracer.errors import CredentialError, QuotaError, TryAgainError, UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.migrate import migrate
from moments import Moments, kills_itself
from sandbox_process import SandboxHandle, start_sandbox

WRITES = "* /calendar/v3/calendars/*/events*"
KILLS = int(os.environ.get("KILLS", "8"))


@pytest.fixture(scope="module")
def google() -> Iterator[SandboxHandle]:
    """Google for a person with a life: calendars, series, meetings."""
    with start_sandbox(people=1, start="2026-09-01") as sandbox:
        yield sandbox


@pytest.fixture
def planner(google: SandboxHandle, warehouse: Warehouse, account: Account) -> Iterator[Planner]:
    """A person of their own calendar of plans (the account is new, and so is its marker)."""
    migrate(warehouse, raw_streams())
    settings = Settings(
        google_url=google.url, google_token_url=f"{google.url}/token", retry_seconds=0.01, retry_attempts=4
    )
    made = Planner(warehouse, settings, account.account_id, google)
    made.connect()
    before = made.foreign()
    yield made
    google.admin("/faults", method="DELETE")
    assert made.foreign() == before, "a calendar that is not ours was touched"


def edit(planner: Planner, event_id: str, **fields: object) -> None:
    """Let the person change an event in the calendar."""
    planner.sandbox.admin(f"/google/events/{event_id}", {"calendar": planner.plan_id(), **fields}, method="PATCH")


def delete(planner: Planner, event_id: str) -> None:
    """Let the person delete an event in the calendar."""
    planner.sandbox.admin(f"/google/events/{event_id}?calendar={quote(planner.plan_id())}", method="DELETE")


def test_approved_blocks_stand_in_one_calendar_of_our_own(planner: Planner) -> None:
    proposal = planner.propose([block(0, 9), block(1, 14, "運動", hours=1.5)])
    summary = planner.approve(proposal)
    assert (summary.status, summary.blocks, summary.conflicts) == ("written", {"written": 2}, [])
    assert planner.times() == [
        ("Learning", "2026-11-22T17:00:00+09:00", "2026-11-22T18:00:00+09:00"),
        ("運動", "2026-11-23T22:00:00+09:00", "2026-11-23T23:30:00+09:00"),
    ]
    for kept in planner.found(proposal).blocks:
        event = planner.plan()[event_id_of(kept.block_id)]
        assert event["etag"] == kept.etag
        assert event["extendedProperties"]["private"] == {
            "app": "lifetracer",
            "proposal": str(proposal.proposal_id),
            "block": str(kept.block_id),
            "category": kept.category_id,
            "revision": "1",
        }
    with planner.house.transaction(account_id=planner.account_id) as con:
        row = con.execute("select settings ->> 'plan_calendar_id' from app.connection").fetchone()
    assert row == (planner.plan_id(),), "the sync reads it whatever was chosen"


def test_approving_again_asks_google_nothing(planner: Planner) -> None:
    proposal = planner.propose(blocks(3))
    planner.approve(proposal)
    stood = planner.plan()
    again = planner.approve(proposal)
    assert (again.requests, again.status, planner.plan()) == (0, "written", stood)
    planner.propose([block(3, 18)])
    planner.approve()
    assert (len(planner.plan()), len(planner.made())) == (4, len({one["id"] for one in planner.made()}))
    assert [one["id"] for one in planner.made() if one["live"] == planner.plan()] == [planner.plan_id()]


def test_undo_takes_everything_back_and_twice_is_once(planner: Planner) -> None:
    proposal = planner.propose(blocks(3))
    planner.approve(proposal)
    undone = planner.undo()
    assert (undone.status, undone.blocks, planner.plan()) == ("undone", {"undone": 3}, {})
    assert (planner.undo().status, planner.undo(proposal).requests) == ("undone", 0)
    with pytest.raises(UsageError, match="undone"):
        planner.approve(proposal)
    with pytest.raises(UsageError, match="undone"):
        planner.approve()


def test_blocks_move_and_go_and_come_back(planner: Planner) -> None:
    first = planner.propose([block(0, 9), block(1, 9)])
    planner.approve(first)
    stood, (one, two) = planner.times(), planner.found(first).blocks
    second = planner.propose([elsewhere(one, 16), away(two), block(2, 9, "Guitar")])
    summary = planner.approve(second)
    assert (summary.status, summary.blocks) == ("written", {"written": 3})
    assert sorted(title for title, *_ in planner.times()) == ["Guitar", "Learning"]
    with pytest.raises(UsageError, match="later proposal"):
        planner.undo(first)
    assert planner.undo(second).blocks == {"undone": 3}
    assert planner.times() == stood
    assert planner.undo(first).blocks == {"undone": 2}
    assert planner.plan() == {}


@pytest.mark.parametrize("work", ["approve", "undo"])
def test_killed_at_any_moment_it_is_finished_by_asking_again(planner: Planner, work: str) -> None:
    """Children die by SIGKILL at many moments; the events are there once each, or all gone."""
    wanted = blocks(8)
    kills = 0
    moments = Moments(_length(planner, work, planner.propose(wanted)))
    for number in range(KILLS):
        proposal = planner.propose(wanted)
        if work == "undo":
            planner.approve(proposal)
        kills += moments.kill(partial(getattr(planner, work), proposal), (number + 0.5) / KILLS)
        stood = len(planner.plan()) if number or work == "undo" else 0
        assert stood <= len(wanted)
        assert planner.found(proposal).status in {"proposed", "approved", "partly", "written", "undone"}
        if work == "approve":
            summary = planner.approve(proposal)
            assert (summary.status, summary.conflicts) == ("written", [])
            assert sorted(planner.plan()) == sorted(event_id_of(kept.block_id) for kept in proposal.blocks)
        assert planner.undo(proposal).status == "undone"
        assert planner.plan() == {}
    assert kills >= KILLS // 3
    assert sum(one["live"] == {} and not one["deleted"] for one in planner.made()) >= 1


def _length(planner: Planner, work: str, proposal: Proposal) -> float:
    """Measure how long it takes to write a proposal, or to take it back; afterwards it is taken back."""
    began = time.monotonic()
    planner.approve(proposal)
    written = time.monotonic()
    planner.undo(proposal)
    return written - began if work == "approve" else time.monotonic() - written


def test_a_kill_while_blocks_move_and_go_loses_nothing(planner: Planner) -> None:
    first = planner.propose(blocks(6))
    planner.approve(first)
    stood = planner.times()
    kept = planner.found(first).blocks
    changes = [*(elsewhere(one, 20) for one in kept[:3]), *(away(one) for one in kept[3:])]
    writing, taking_back = (Moments(_length(planner, work, planner.propose(changes))) for work in ("approve", "undo"))
    kills = 0
    for number in range(KILLS // 2):
        second = planner.propose(changes)
        kills += writing.kill(partial(planner.approve, second), (2 * number + 1) / KILLS)
        if number % 2:
            assert planner.approve(second).blocks == {"written": 6}
            assert len(planner.plan()) == 3
        if planner.found(second).status == "proposed":
            continue
        kills += taking_back.kill(partial(planner.undo, second), (2 * number + 1) / KILLS)
        if planner.found(second).status != "undone":
            assert planner.undo(second).conflicts == []
        assert planner.times() == stood
    assert kills >= KILLS // 3


def test_a_move_and_taking_it_back_whose_answers_are_both_lost_are_no_edits(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planner.propose(blocks(1))
    planner.approve(first)
    stood = planner.times()
    (kept,) = planner.found(first).blocks
    second = planner.propose([elsewhere(kept, 20)])
    with monkeypatch.context() as patched:
        patched.setattr(block_writer, "settle", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        for work in (planner.approve, planner.undo):
            assert kills_itself(partial(work, second))
            assert planner.found(second).blocks[0].status != "undone"
    assert planner.times() == stood
    assert planner.undo(second).blocks == {"undone": 1}
    assert planner.times() == stood


def test_what_the_person_edited_is_shown_and_stays(planner: Planner) -> None:
    first = planner.propose([block(0, 9), block(1, 9), block(2, 9)])
    planner.approve(first)
    moved, renamed, plain = planner.found(first).blocks
    hour_later = {"dateTime": "2026-11-22T12:00:00+01:00", "timeZone": "Europe/Berlin"}
    edit(planner, moved.event_id, end=hour_later)
    edit(planner, renamed.event_id, summary="Learning with Ann")
    edited = planner.plan()
    second = planner.propose([elsewhere(moved, 16), away(renamed), elsewhere(plain, 16)])
    summary = planner.approve(second)
    assert (summary.status, summary.blocks) == ("written", {"conflict": 2, "written": 1})
    assert [conflict["kind"] for conflict in summary.conflicts] == ["edited", "edited"]
    assert {c["title"] for c in summary.conflicts} == {"Learning", "Learning with Ann"}
    for kept in (moved, renamed):
        assert planner.plan()[kept.event_id] == edited[kept.event_id]
    undone = planner.undo(second)
    assert undone.status == "undone"
    left = planner.undo(first)
    assert left.blocks == {"conflict": 2, "undone": 1}
    assert planner.plan() == {kept.event_id: edited[kept.event_id] for kept in (moved, renamed)}


def test_what_the_person_deleted_is_respected(planner: Planner) -> None:
    first = planner.propose([block(0, 9), block(1, 9)])
    planner.approve(first)
    one, two = planner.found(first).blocks
    delete(planner, one.event_id)
    second = planner.propose([elsewhere(one, 16), elsewhere(two, 16)])
    summary = planner.approve(second)
    assert summary.blocks == {"gone": 1, "written": 1}
    assert list(planner.plan()) == [two.event_id]
    assert planner.approve(second).requests == 0
    assert planner.undo(second).status == "undone"
    assert planner.undo(first).status == "undone"
    assert planner.plan() == {}


def test_an_event_that_was_written_and_deleted_before_we_knew_is_not_revived(planner: Planner) -> None:
    proposal = planner.propose([block(0, 9)])
    planner.approve(proposal)
    (kept,) = planner.found(proposal).blocks
    with planner.house.transaction(account_id=planner.account_id) as con:  # as if killed before the answer was kept
        con.execute("update core.plan_proposal_block set status = 'writing', etag = null")
        con.execute("update core.plan_proposal set status = 'partly', ended_at = null")
    with planner.house.transaction() as con:
        con.execute("delete from core.plan_block")
    delete(planner, kept.event_id)
    assert planner.approve(proposal).blocks == {"gone": 1}
    assert planner.plan() == {}


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("connection_reset", {}),
        ("malformed_json", {}),
        ("html_page", {}),
        ("status_500", {}),
        ("status_503", {"retry_after": 0}),
        ("rate_limited", {}),
        ("google_rate_limited", {}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_lost_answer_is_never_written_twice(
    planner: Planner, fault: str, options: dict[str, int], method: str
) -> None:
    first = planner.propose([block(0, 9), block(1, 9)])
    planner.sandbox.fault(fault, route=f"POST {WRITES[2:]}", **options)
    assert planner.approve(first).blocks == {"written": 2}
    one, two = planner.found(first).blocks
    second = planner.propose([elsewhere(one, 16), away(two)])
    if method != "POST":
        planner.sandbox.fault(fault, route=f"{method} {WRITES[2:]}", **options)
    assert planner.approve(second).blocks == {"written": 2}
    assert list(planner.plan()) == [one.event_id]
    if method != "POST":
        planner.sandbox.fault(fault, route=f"{method} {WRITES[2:]}", **options)
    assert planner.undo(second).blocks == {"undone": 2}
    assert len(planner.plan()) == 2
    assert planner.undo(first).blocks == {"undone": 2}
    assert planner.plan() == {}


@pytest.mark.parametrize("fault", ["connection_reset", "malformed_json", "status_502", "html_page"])
def test_a_lost_answer_makes_no_second_calendar(planner: Planner, fault: str) -> None:
    before = len(planner.made())
    planner.sandbox.fault(fault, route="POST /calendar/v3/calendars")
    proposal = planner.propose(blocks(2))
    if fault == "status_502":  # not made: asking again makes it
        with pytest.raises(TryAgainError):
            planner.approve(proposal)
    assert planner.approve(proposal).blocks == {"written": 2}
    assert len(planner.made()) == before + 1


def test_a_lost_record_of_the_calendar_is_found_again(planner: Planner) -> None:
    planner.approve(planner.propose(blocks(1)))
    known, count = planner.plan_id(), len(planner.made())
    with planner.house.transaction(account_id=planner.account_id) as con:
        con.execute("delete from app.plan_calendar")
    planner.approve(planner.propose([block(2, 9)]))
    assert (planner.plan_id(), len(planner.made()), len(planner.plan())) == (known, count, 2)


def test_a_deleted_calendar_is_made_again_only_when_asked_for(planner: Planner) -> None:
    first = planner.propose(blocks(2))
    planner.approve(first)
    lost = planner.plan_id()
    planner.sandbox.admin(f"/google/calendars/{lost}", {"deleted": True}, method="PATCH")
    second = planner.propose([block(3, 9)])
    with pytest.raises(PlanCalendarGoneError, match="deleted") as told:
        planner.approve(second)
    assert "--new-calendar" in told.value.remedy
    assert planner.approve(second, new_calendar=True).blocks == {"written": 1}
    assert planner.plan_id() != lost
    assert len(planner.plan()) == 1
    assert planner.undo(second).status == "undone"
    assert planner.undo(first).blocks == {"undone": 2}, "with the calendar its blocks were gone"


def test_what_went_with_its_calendar_is_neither_moved_nor_brought_back(planner: Planner) -> None:
    first = planner.propose([block(0, 9), block(1, 9)])
    planner.approve(first)
    one, two = planner.found(first).blocks
    removal = planner.propose([away(two)])
    planner.approve(removal)
    planner.sandbox.admin(f"/google/calendars/{planner.plan_id()}", {"deleted": True}, method="PATCH")
    late = planner.propose([elsewhere(one, 16), block(3, 9)])
    assert planner.approve(late, new_calendar=True).blocks == {"gone": 1, "written": 1}
    assert planner.undo(removal).blocks == {"undone": 1}
    assert len(planner.plan()) == 1


def test_undo_after_the_calendar_was_deleted_is_done(planner: Planner) -> None:
    proposal = planner.propose(blocks(2))
    planner.approve(proposal)
    planner.sandbox.admin(f"/google/calendars/{planner.plan_id()}", {"deleted": True}, method="PATCH")
    count = len(planner.made())
    assert planner.undo(proposal).blocks == {"undone": 2}
    assert len(planner.made()) == count


def test_when_the_calendar_vanishes_midway_the_rest_waits(planner: Planner) -> None:
    planner.approve(planner.propose([block(5, 20)]))
    proposal = planner.propose(blocks(3))
    calls = []

    def vanish(progress: object) -> None:
        calls.append(progress)
        planner.sandbox.admin(f"/google/calendars/{planner.plan_id()}", {"deleted": True}, method="PATCH")

    with pytest.raises(PlanCalendarGoneError):
        planner.approve(proposal, progress=vanish)
    assert planner.found(proposal).status == "partly"
    assert len(calls) == 1
    assert planner.approve(proposal, new_calendar=True).status == "written"


def test_a_revoked_consent_needs_the_person_and_then_goes_on(planner: Planner) -> None:
    proposal = planner.propose(blocks(2))
    planner.sandbox.fault("oauth_invalid_grant")
    with pytest.raises(CredentialError, match="no longer accepts") as told:
        planner.approve(proposal)
    assert told.value.exit_code == 3
    planner.connect()
    assert planner.approve(proposal).blocks == {"written": 2}


def test_a_consent_to_read_is_not_enough(planner: Planner) -> None:
    planner.connect(**consented(planner, "calendar.events.readonly calendar.calendarlist.readonly"))
    proposal = planner.propose(blocks(1))
    with pytest.raises(CredentialError, match="does not allow") as told:
        planner.approve(proposal)
    assert "connect gcal --write" in told.value.remedy
    narrow = "calendar.events.readonly calendar.calendarlist.readonly calendar.settings.readonly calendar.app.created"
    planner.connect(**consented(planner, narrow))
    assert planner.approve(proposal).blocks == {"written": 1}


def consented(planner: Planner, scopes: str) -> dict[str, str]:
    """Let the person consent to just these scopes in the browser."""
    person = planner.sandbox.people[0]
    client = {"client_id": person["googleClientId"], "client_secret": person["googleClientSecret"]}
    back = "http://127.0.0.1:9/"
    asked = {
        "client_id": client["client_id"],
        "redirect_uri": back,
        "response_type": "code",
        "access_type": "offline",
        "prompt": "consent",
        "scope": " ".join(f"https://www.googleapis.com/auth/{name}" for name in scopes.split()),
    }
    with httpx.Client(base_url=planner.sandbox.url, trust_env=False) as browser:
        there = browser.get("/o/oauth2/v2/auth", params=asked).headers["location"]
        code = httpx.URL(there).params["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, **client}
        token = browser.post("/token", data=form).json()
    return client | {"refresh_token": token["refresh_token"]}


def test_a_service_account_and_an_ical_address_are_told_what_to_do(planner: Planner) -> None:
    key = planner.sandbox.admin("/google/service-accounts", {"calendars": ["primary"]})
    planner.connect(service_account=json.dumps(key))
    proposal = planner.propose(blocks(1))
    with pytest.raises(CredentialError, match="service account"):
        planner.approve(proposal)
    with planner.house.transaction() as con:
        con.execute("update app.connection set source = 'ical', name = 'ical'")
        con.execute("delete from app.plan_calendar")
    with pytest.raises(CredentialError, match="iCal address"):
        planner.approve(proposal)
    with planner.house.transaction() as con:
        con.execute("delete from app.connection")
    with pytest.raises(CredentialError, match="not connected"):
        planner.approve(proposal)
    planner.connect()
    assert planner.approve(proposal).blocks == {"written": 1}


def test_a_quota_that_is_used_up_ends_the_writing_and_is_not_retried(planner: Planner) -> None:
    planner.approve(planner.propose([block(5, 20)]))
    proposal = planner.propose(blocks(2))
    planner.sandbox.fault("google_quota_exceeded", route=f"POST {WRITES[2:]}", count=1)
    with pytest.raises(QuotaError):
        planner.approve(proposal)
    assert planner.approve(proposal).blocks == {"written": 2}


def test_two_writers_at_once_write_once(planner: Planner) -> None:
    proposal = planner.propose(blocks(6))
    child = os.fork()
    if child == 0:
        try:
            planner.approve(proposal)
        finally:
            os._exit(0)
    try:
        planner.approve(proposal)
    except TryAgainError as refused:
        assert "at this moment" in str(refused)  # noqa: PT017
    os.waitpid(child, 0)
    assert planner.approve(proposal).status == "written"
    assert len(planner.plan()) == 6


def test_what_has_begun_meanwhile_is_not_written(planner: Planner) -> None:
    late = block(-1, 10)
    summary = planner.approve(planner.propose([late, block(0, 9)]))
    assert summary.blocks == {"conflict": 1, "written": 1}
    assert summary.conflicts[0]["kind"] == "too_late"
