"""The palette's choices: pages, days, categories and actions in the visitor's language."""

from lived_marts import LONG


def test_it_offers_pages_days_categories_and_actions(lived):
    answer = lived.get("/palette.json")
    assert answer.headers["cache-control"] == "private, no-store"
    offered = {choice["text"]: choice for choice in answer.json()}
    assert offered["Trends"]["href"] == "/trends"
    assert offered["Yesterday"]["href"] == "/day/2026-11-18"
    assert offered["Refresh"]["post"] == "/api/pipeline"
    assert offered["Sync Toggl Track"]["post"] == "/api/sync/toggl_track"
    assert offered["Week 46, 9 – 15 November 2026"]["href"] == "/week/2026-W46"
    assert offered[LONG]["href"].startswith("/trends?only=%E5")


def test_it_speaks_japanese_and_still_finds_english_names(lived):
    offered = lived.get("/palette.json?lang=ja").json()
    assert {"text": "推移", "kind": "ページ", "href": "/trends", "more": "trends"} in offered
    assert "プロジェクトなし" in {choice["text"] for choice in offered}


def test_without_an_account_it_has_pages_only(client):
    assert {"Week", "Trends"} <= {choice["text"] for choice in client.get("/palette.json").json()}
