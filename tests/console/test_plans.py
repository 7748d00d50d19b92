"""The page of plan proposals: blocks against the calendar, why, what stood in the way, what to do in each state."""

import re
from datetime import date

from psycopg.types.json import Jsonb

import marts
import wished_rows
from lifetracer.adjuster import plan_proposals
from page_words import words
from wished_rows import SCRIPT


def test_a_proposal_is_drawn_against_the_calendar_and_listed_with_its_reasons(desk):
    page = desk.browser.get("/plans").text
    assert 'class="block plan ' in page, "events that are there already"
    for kind in ("add", "move", "from", "remove"):
        assert f'class="block proposed {kind} is-' in page, kind
    assert page.count('class="block proposed add is-') == 3, "one of two goes over midnight"
    said = words(page)
    for sentence in (
        "Missing for your targets 4 h 00 m",
        "2 new, 1 moved, 1 taken away",
        "Fri 20 Nov 9:00–10:30 1 h 30 m",
        "an hour at which you usually do it",
        "an unusual hour for it",
        "Sun 22 Nov 15:00–16:00 1 h 00 m before: Sun 22 Nov 12:00–13:00",
        "another event has come in between: “<script>",
        "no target needs it any more",
        "30 m: there is no free time for it",
    ):
        assert sentence in said, sentence
    assert "Google Calendar is not connected." in said


def test_blocks_are_chosen_and_sent_to_the_api(desk):
    page = desk.browser.get("/plans").text
    assert len(re.findall(r'name="blocks" value="[0-9a-f-]{36}" data-kind="list"', page)) == 3, "a conflict is decided"
    assert f'data-send="POST /api/plan-proposals/{desk.proposal_id}/approve"' in page
    assert f'data-send="POST /api/plan-proposals/{desk.proposal_id}/reject"' in page


def test_names_never_become_markup(desk):
    for address in ("/plans", "/targets", f"/what-if?target={SCRIPT}&category1={SCRIPT}&length1=1"):
        page = desk.browser.get(address).text
        assert "<script>alert" not in page, address
        assert "&lt;script&gt;" in page, address


def test_nobody_else_sees_any_of_it(desk):
    for address in ("/plans", "/targets", "/what-if"):
        page = desk.other.get(address)
        assert page.status_code == 200
        assert "script&gt;" not in page.text, address
    assert desk.other.get(f"/plans/{desk.proposal_id}").status_code == 404
    assert desk.other.get("/plans/never").status_code == 404


def test_each_state_says_what_to_do(client, warehouse, person):
    """Without proposals, found to be needless, written, half written, taken back."""
    assert "Nothing was proposed yet." in words(client.get("/plans").text)
    with warehouse.transaction() as con:
        con.execute(
            "insert into ops.job (account_id, stage, subject, status, summary, finished_at)"
            " values (%s, 'plan', 'propose', 'succeeded', %s, '2026-11-19 05:00Z')",
            (person.account_id, Jsonb({"proposalId": None, "missingSeconds": 0, "unplaced": []})),
        )
    assert "is lived or planned already" in words(client.get("/plans").text)
    proposal_id = wished_rows.fill(warehouse, person.account_id, "Deep work", date(2026, 11, 19))
    marts.connect(warehouse, person.account_id, "google_calendar")
    page = words(client.get("/plans").text)
    assert "not connected" not in page
    for status, sentence in (
        ("approved", "Not finished: 0 of 4 blocks are written."),
        ("written", "Written into the calendar"),
        ("undone", "This proposal: taken back."),
        ("rejected", "This proposal: rejected."),
    ):
        with warehouse.transaction() as con:
            con.execute("update core.plan_proposal set status = %s, decided_at = now()", (status,))
        assert sentence in words(client.get(f"/plans/{proposal_id}").text), status
    with warehouse.transaction(account_id=person.account_id) as con:
        assert plan_proposals.find(con, proposal_id).status == "rejected"


def test_the_list_of_planned_events_is_still_found(client):
    answer = client.get("/plans?from=2026-11-16&to=2026-11-22", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/planned?from=2026-11-16&to=2026-11-22")
