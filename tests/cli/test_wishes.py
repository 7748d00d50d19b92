"""`lifetracer intent`, `adjust`, `proposal` and `vacation`: from a sentence to a target."""

from __future__ import annotations

import json

import pytest

from spoken import Says

pytestmark = pytest.mark.db


def test_a_wish_is_said_changed_listed_and_ended(says: Says) -> None:
    says("category", "add", "Reading")
    assert says("intent", "add", "read at least 5 h a week", "--try") == "“Reading”: at least 5 h per week\n"
    assert says("intent", "list") == ""
    made = json.loads(says("intent", "add", "read at least 5 h a week", "--json"))
    assert (made["intent"]["name"], made["intent"]["low"]) == ("Reading", 18000)
    assert "Reading 2: 「Reading」は1日に30分以上" in says("intent", "add", "Readingを毎日30分以上")
    assert "週に6時間以上" in says("intent", "change", "Reading", "read 6 h a week"), "in the account's language"
    assert "something else" in says("intent", "change", "Reading", "read 6 h a month", code=2)
    assert "週に6時間以上" in says("intent", "list")
    assert "is over" in says("intent", "end", "Reading 2")
    refused = says("intent", "add", "Redaing 5 h a week", code=2)
    assert "Did you mean Reading?" in refused
    assert "Reading 5 h a week" in refused
    asked = json.loads(says("intent", "add", "read more", "--json", code=2))["notUnderstood"]
    assert asked["code"] == "vague"


def test_without_a_history_nothing_is_proposed_and_it_says_why(says: Says) -> None:
    assert "lifetracer transform" in says("adjust", code=2)
    says("transform")
    says("intent", "add", "track at least 5 h a week")
    summary = json.loads(says("adjust", "--json"))
    assert {note["code"] for note in summary["notes"]} == {"too_little_data"}
    assert says("proposal", "list") == ""
    assert "no proposal" in says("proposal", "accept", "0000", code=2)
    assert "no proposal" in says("proposal", "reject", "0000", code=2)
    assert "no proposal" in says("proposal", "edit", "0000", "--at-least", "1h", code=2)


def test_days_away_and_ambition_are_kept(says: Says) -> None:
    assert "Sea: 2190-07-01 to 2190-07-14" in says("vacation", "add", "2190-07-01", "2190-07-14", "--name", "Sea")
    assert "Sea" in says("vacation", "list")
    says("vacation", "end", "Sea")
    assert json.loads(says("vacation", "list", "--all", "--json")) == []
    told = says("vacation", "settings", "--probability", "80%", "--carry-over", "--sleep", "7h", "--reserve", "90m")
    assert "a chance of 80%" in told
    assert "7 h of sleep" in told
    assert "between 10% and 90%" in says("vacation", "settings", "--probability", "95%", code=2)
