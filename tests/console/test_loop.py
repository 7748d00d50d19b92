"""The Loop page: home once anything was lived; what the marts say, the gaps, the next step, every number opens."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

import likely_marts
import lived_marts
import marts
from lifetracer import console
from live import serving
from lived_marts import LONG
from page_words import rows, words
from week_blocks import MONDAY, block

TABLE = 'id="loop-table"'
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


def test_home_is_the_loop_once_anything_was_lived(lived):
    answer = lived.get("/?lang=en")
    assert (answer.url.path, answer.url.query) == ("/loop", b"lang=en")


def test_before_that_home_shows_the_first_steps(client, account):
    assert 'id="begin" href="/welcome"' in client.get("/").text
    assert 'id="begin" href="/welcome"' in client.get("/loop").text


def test_the_figures_are_those_of_the_marts(lived):
    found = {row[0]: row[1:] for row in rows(lived.get("/loop").text, TABLE)}
    band = ["5 h 00 m", "7 h 30 m", "10 h 00 m", "12 h 30 m", "15 h 00 m"]
    assert found["Deep work"] == [
        *("10 h 00 m", "10 h 00 m", "2 h 00 m"),
        *band,
        *("–", "at least 9 h 30 m (66 %)", "at least 12 h 00 m (20 %)", "likely 2 h 00 m less than wished"),
    ]
    assert found[LONG][:8] == ["10 h 00 m", "10 h 00 m", "2 h 00 m", *band]
    assert found[LONG][8:] == ["at least 8 h 00 m", "–", "at least 11 h 00 m", "met"]
    assert found["Study"] == [
        *["0 m"] * 3,
        *["–"] * 5,
        "at least 8 h 00 m",
        "–",
        "–",
        "3 h 00 m still missing in the plan",
    ]
    assert found["No project"][8:] == ["–", "–", "–", "likely as planned"]


def test_what_is_missing_stands_on_top_and_what_nobody_aims_at_apart(lived):
    page = lived.get("/loop").text
    board = page[page.index('class="board') : page.index('class="loop-key"')]
    names = [words(heading) for heading in re.findall(r"<h[23].*?</h[23]>", board)]
    assert names == ["What you aim at", "Study", "Deep work", LONG, "Everything else", "No project"]
    page = words(page)
    for said in ("30 h 00 m", "6 h 00 m ahead", "1 / 2", "5.0–15.0 h", "9 h 30 m? proposed"):
        assert said in page, said


def test_every_number_opens(lived):
    page = unescape(lived.get("/loop").text)
    week = "from=2026-11-16&to=2026-11-22"
    for address in (
        f"/entries?category=Deep%20work&{week}",
        f"/planned?category={quote(LONG)}&{week}",
        f"/entries?{week}",
        f"/estimates?grain=week&category={quote(LONG)}",
        "/trends?only=Deep%20work",
        "/week?day=2026-11-16",
        "/targets",
    ):
        assert f'href="{address}"' in page, address


def test_the_next_step_is_said_first(lived):
    page = lived.get("/loop").text
    step = words(page[page.index('class="next-step') : page.index('class="numbers"')])
    assert "A target is proposed for Deep work: at least 9 h 30 m a week" in step
    assert "66 of 100" in step
    assert "「Deep work」の目標案：毎週 9時間30分以上" in lived.get("/loop?lang=ja").text
    lived.cookies.clear()


def test_the_next_week_and_the_month_have_their_own_loop(lived):
    coming = lived.get("/loop?day=2026-11-25").text
    assert '<a data-swap href="/loop?day=2026-11-23" aria-current="true">Next week</a>' in coming
    row = next(row for row in rows(coming, TABLE) if row[0] == LONG)
    assert row[1:8] == ["0 m"] * 3 + ["5 h 00 m", "7 h 30 m", "10 h 00 m", "12 h 30 m"]
    assert row[9] == "at least 8 h 00 m", "what is wanted at present is wanted next week as well"
    month = rows(lived.get("/loop?grain=month").text, TABLE)
    assert next(row for row in month if row[0] == "Deep work")[6] == "40 h 00 m"


def test_what_ends_with_this_week_is_not_wanted_in_the_next(client, warehouse, person):
    lived_marts.fill(warehouse, person.account_id)
    amounts = ("at least 8 h 00 m", "at least 12 h 00 m")

    def wanted() -> list[bool]:
        coming = client.get("/loop?day=2026-11-25").text
        return [amount in words(coming) for amount in amounts]

    assert wanted() == [True, True]
    with warehouse.transaction() as con:
        for kind, mart in (("target", "target_progress"), ("intent", "intent_progress")):
            con.execute(
                f"insert into app.{kind} (account_id, {kind}_id, name, subject, subject_value, measure, period,"
                f" comparison, low, valid_from, valid_to) select distinct account_id, {kind}_id, name, 'category',"
                f" subject_name, measure, period, comparison, 3600, '2026-11-16'::date, '2026-11-23'::date"
                f" from marts.{mart} where period = 'week' and subject = 'category'"
            )
    assert wanted() == [False, False]


def test_a_time_that_is_over_is_looked_back_at(lived):
    page = words(lived.get("/loop?day=2026-11-09").text)
    assert "Looking back 2 of 2 targets met" in page
    assert "Next step" not in page
    assert "No estimates of this time." in page


def test_an_empty_time_leads_to_the_present(lived):
    page = lived.get("/loop?day=2001-01-01").text
    assert "Nothing was lived, and nothing is planned or likely." in page
    assert 'href="/loop">Go to the present' in page


@pytest.mark.parametrize("address", ["/loop?day=yesterday", "/loop?day=9999-12-31", "/loop?day=0001-01-01"])
def test_a_wrong_day_is_answered_in_words(lived, address):
    answer = lived.get(address)
    assert answer.status_code == 422
    assert "is not a day" in answer.text


def test_a_strange_grain_is_a_week(lived):
    assert "Week 47" in lived.get("/loop?grain=year").text


def test_plans_of_today_count_from_now_on(client, warehouse, person):
    """It is Thursday 15:00 in Tokyo: of a plan from 14:00 to 17:00 two hours are to come; all of a past one is gone."""
    blocks = [
        block("plan", "14:00", "17:00", day=3),
        block("plan", "9:00", "10:00", day=3),
        block("actual", "9:00", "10:00", day=3),
    ]
    marts.fill(warehouse, person.account_id, *blocks)
    kind = {"account_id": person.account_id, "category": "Deep work", "category_id": "d"}
    day = {"local_date": MONDAY + timedelta(days=3), "week_start": MONDAY, "planned_seconds": 14400}
    marts.insert(warehouse, "day_category", kind | day | {"actual_seconds": 3600})
    assert rows(client.get("/loop").text, TABLE)[0][:4] == ["Deep work", "1 h 00 m", "4 h 00 m", "2 h 00 m"]


def test_a_person_without_estimates_is_told_when_they_come(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "10:00"))
    page = words(client.get("/loop").text)
    assert "No estimates of this time. They need eight days of entries" in page
    assert "What would you like more of, or less?" in page


def test_what_is_being_fetched_is_said_and_followed(client, warehouse, person):
    with warehouse.transaction() as con:
        con.execute(
            "insert into ops.job (account_id, stage, subject, status, started_at)"
            " values (%s, 'pipeline', '', 'running', now())",
            (person.account_id,),
        )
    page = client.get("/loop").text
    assert "Your time is being fetched" in page
    assert re.search(r'id="job"[^>]*data-follow="[0-9a-f-]{36}"', page)


def test_a_connection_without_a_picture_says_so(client, warehouse, account):
    marts.connect(warehouse, account.account_id)
    assert "No picture yet." in client.get("/loop").text


def test_old_data_and_refused_tokens_come_before_everything(client, warehouse, person):
    lived_marts.fill(warehouse, person.account_id)
    marts.connect(warehouse, person.account_id, "ical", datetime(2026, 11, 16, tzinfo=UTC))
    page = client.get("/loop").text
    assert "iCalendar was last synced 3 days ago" in words(page)
    assert 'data-post="/api/pipeline">Refresh' in page
    problem = '{"kind": "credential", "message": "Google refused the token.", "remedy": "Connect it again."}'
    marts.connect(warehouse, person.account_id, "google_calendar", status="needs_user", problem=problem)
    page = words(client.get("/loop").text)
    assert "Google Calendar needs you Google refused the token. Connect it again. Go to the connections" in page


def test_a_plan_proposal_that_waits_is_offered(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "10:00"))
    slot = {"account_id": person.account_id, "place": 1, "proposal_status": "proposed", "status": "proposed"}
    slot |= {"change": "add", "category": "Learning", "title": "Learning"}
    for day in (18, 20):
        starts_at = datetime(2026, 11, day, 10, tzinfo=UTC)
        when = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=90)}
        marts.insert(warehouse, "plan_proposal_block", slot | when)
    page = words(client.get("/loop").text)
    assert "1 h 30 m of Learning can go into your calendar" in page, "what was proposed for yesterday is past"
    assert "Fri 19:00–20:30" in page


def test_what_people_write_is_text_and_never_markup(client, warehouse, person):
    who = {"account_id": person.account_id}
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "10:00", EVIL, category_color=EVIL))
    likely_marts.fill(warehouse, who, {EVIL: EVIL, "b": "", "c": ""}, MONDAY + timedelta(days=3))
    for address in ("/loop", "/estimates", f"/estimates?category={quote(EVIL)}"):
        page = client.get(address).text
        assert page.count("<script") == 1, address
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert " style=" not in page


def test_nobody_sees_the_loop_of_another(client, warehouse, person, new_account, settings):
    lived_marts.fill(warehouse, person.account_id)
    other = new_account("Erika")
    app = FastAPI()
    app.router.routes += console.build(warehouse, settings.model_copy(update={"account": str(other.account_id)}))
    with serving(app) as site:
        for address in ("/loop", "/loop?day=2026-11-16", "/estimates", f"/estimates?category={quote(LONG)}"):
            page = httpx.get(site + address, follow_redirects=True).text
            assert "Deep work" not in page, address
            assert "10 h 00 m" not in page, address
        assert httpx.get(site + "/").headers["location"] == "/week"


def test_who_brings_an_old_history_is_led_to_where_it_ends(warehouse, person, settings):
    lived_marts.fill(warehouse, person.account_id)
    app = FastAPI()
    app.router.routes += console.build(warehouse, settings, clock=lambda: datetime(2032, 3, 4, 9, tzinfo=UTC))
    with serving(app) as site, httpx.Client(base_url=site, headers={"accept-language": "en"}) as browser:
        for page in ("/loop", "/trends", "/week/2032-W10"):
            text = browser.get(page).text
            (way,) = re.findall(r'href="([^"]+)"[^>]*>Go to the last week with entries', text)
            assert "2026-11-2" in way, page
            assert "Go to the" not in browser.get(way, follow_redirects=True).text, page
