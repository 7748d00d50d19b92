"""The review and the settings page: plain without a model, worded and checked with one, nothing sent unasked."""

import json
import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import Client

import lived_marts
from lifetracer import console
from lifetracer.settings import Settings
from live import serving
from model_server import answering, parrot
from page_words import words

WEEK = "/review/2026-W46"


@pytest.fixture(scope="module")
def model():
    with answering() as served:
        served.answer = parrot
        yield served


@pytest.fixture
def modelled(warehouse, home, person, model):
    """A browser at a console with a language model."""
    model.answer, model.fault = parrot, ""
    model.requests.clear()
    lived_marts.fill(warehouse, person.account_id)
    app = FastAPI()
    settings = Settings(home=home, llm_url=model.url, llm_model="tiny", llm_seconds=5)
    app.router.routes += console.build(warehouse, settings, clock=lambda: datetime(2026, 11, 19, 6, tzinfo=UTC))
    with (
        serving(app) as address,
        Client(base_url=address, headers={"accept-language": "en"}, follow_redirects=True, timeout=30) as browser,
    ):
        yield browser


def test_the_review_leads_to_the_last_complete_week(lived):
    page = lived.get("/review")
    assert page.url.path == WEEK
    said = words(page.text)
    assert "Target “Study”: met, with 5 h 00 m (at least 8 h 00 m)." in said
    assert "None is set up, and none is needed" in said
    assert "What would be sent" in said
    assert "週の振り返り" in lived.get(f"{WEEK}?lang=ja").text
    assert "so far" in words(lived.get("/review/2026-W47?lang=en").text)
    assert lived.get("/review/never").status_code == 404


def test_a_model_is_asked_only_by_the_button_and_only_when_it_may_see_something(modelled, model):
    assert "It sees nothing of you" in words(modelled.get(WEEK).text)
    refused = modelled.post(f"{WEEK}/wording")
    assert refused.status_code == 409
    assert "may see nothing of you" in words(refused.text)
    saved = modelled.post("/settings/model", data={"level": "totals"})
    assert "Saved." in words(saved.text)
    assert "Let tiny word it" in words(modelled.get(WEEK).text)
    assert model.requests == []
    worded = words(modelled.post(f"{WEEK}/wording").text)
    assert "Worded by tiny; every number was checked." in worded
    assert "What it was sent" in worded
    assert len(model.requests) == 1
    assert "shown" in words(modelled.get("/settings").text)


def test_a_wrong_number_and_a_fault_leave_the_plain_sentences(modelled, model):
    modelled.post("/settings/model", data={"level": "texts"})
    model.answer = json.dumps({"sentences": [{"facts": ["f1"], "text": "You lived 77 h of <b>it</b>."}]})
    page = modelled.post(f"{WEEK}/wording").text
    assert "held more than plain sentences" in words(page)
    assert "<b>it</b>" not in page
    assert "Target “Study”: met" in words(page)
    model.fault = "429"
    assert "takes no more requests for now" in words(modelled.post(f"{WEEK}/wording").text)


def test_language_zone_and_country_are_kept_and_the_tables_made_anew(modelled, warehouse, person):
    page = modelled.post("/settings/account", data={"language": "en", "time_zone": "Europe/Berlin", "country": "DE"})
    assert "Saved." in words(page.text)
    assert re.search(r'<option value="DE" selected>', page.text)
    assert "<option selected>Europe/Berlin</option>" in page.text
    assert "data-browser-zone" not in page.text, "a browser elsewhere would change the zone unasked"
    with warehouse.transaction() as con:
        (row,) = con.execute("select time_zone, country, language from app.account").fetchall()
        (jobs,) = con.execute("select count(*) from ops.job where stage = 'transform'").fetchone()
    assert (row, jobs) == (("Europe/Berlin", "DE", "en"), 1)
    wrong = modelled.post("/settings/account", data={"time_zone": "Moon/Base", "country": "auto"})
    assert wrong.status_code == 422
    assert "Moon/Base is not a time zone" in words(wrong.text)
    japanese = modelled.post("/settings/account?lang=ja", data={"time_zone": "Moon/Base", "country": "auto"})
    assert "Moon/Base はタイムゾーンではありません。" in words(japanese.text)


def test_a_token_is_made_shown_once_and_revoked(modelled):
    made = modelled.post("/settings/token", data={"name": "Phone <b>", "scopes": ["data:read", "jobs:read"]}).text
    token = re.search(r'<code class="secret">([^<]+)</code>', made)[1]
    assert "Phone &lt;b&gt;" in made
    again = modelled.get("/settings").text
    assert token not in again
    named = re.search(r'name="token" value="([0-9a-f-]{36})"', again)[1]
    assert "Phone" not in modelled.post("/settings/token/revoke", data={"token": named}).text
    assert modelled.post("/settings/token", data={"name": ""}).status_code == 422
