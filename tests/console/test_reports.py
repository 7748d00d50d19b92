"""The reports page and the page of one's own data: what is kept is there, and only for who it belongs to."""

import re
from datetime import date

import pytest

from lifetracer.reporter import Rounding, Wish, shelf
from lifetracer.warehouse import accounts


@pytest.fixture
def kept(warehouse, settings, person):
    for wish in (
        Wish("week", date(2026, 11, 9), "ja"),
        Wish("client", date(2026, 10, 1), "en", "letter", '<script>alert("x")</script>', Rounding("up", 6, "day")),
    ):
        shelf.put(warehouse, settings, person.account_id, wish, b"%PDF" + bytes(3000))
    return person


def test_reports_are_listed_with_what_they_were_asked_for(client, kept):
    page = client.get("/reports").text
    assert "2026-W46" in page
    assert "9 – 15 November 2026" in page
    assert "rounded up (6 min, each day and project)" in page
    assert "<script>alert" not in page
    assert re.search(r'data-send="DELETE /api/reports/week-2026-W46-ja\.pdf"', page)
    assert 'name="minutes" value="6" data-kind="number"' in page
    assert "切り上げ" in client.get("/reports", headers={"accept-language": "ja"}).text


def test_without_reports_there_is_a_word(client, person):
    assert "No report was written yet" in client.get("/reports").text


def test_before_the_first_transform_there_is_nothing_to_write(client, account):
    assert "Nothing is connected yet." in client.get("/reports").text


def test_ones_data_can_be_taken_along_and_shown_elsewhere(client, kept):
    page = client.get("/your-data").text
    assert "/api/marts/day_category.parquet" in page
    answer = client.post("/your-data/archive")
    assert answer.content.startswith(b"PK")
    assert "lifetracer-" in answer.headers["content-disposition"]
    made = client.post("/your-data/feed", data={"name": "Phone <b>", "shows": "categories", "days": "30"}).text
    address = re.search(r"https?://[^<]+/feeds/[\w-]{43}\.ics", made)
    assert address
    assert "Phone &lt;b&gt;" in made
    again = client.get("/your-data").text
    assert address[0] not in again
    feed = re.search(r'name="feed" value="([0-9a-f-]{36})"', again)[1]
    assert "revoked" in client.post("/your-data/feed/revoke", data={"feed": feed}).text
    assert "cannot reach back 0 days" in client.post("/your-data/feed", data={"name": "x", "days": "many"}).text


def test_leaving_takes_the_name(client, kept, warehouse, settings):
    refused = client.post("/your-data/leave", data={"name": "hanako"})
    assert refused.status_code == 422
    assert "nothing was removed" in refused.text
    client.post("/your-data/leave", data={"name": kept.name})
    with warehouse.transaction() as con:
        assert accounts.every(con) == []
    assert list((settings.home / "reports").iterdir()) == []
