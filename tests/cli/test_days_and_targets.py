"""`lifetracer target`, `rate`, `day-type` and `accounts set`: from the command line to the marts and back."""

from __future__ import annotations

import json

import pytest

from spoken import Says

pytestmark = pytest.mark.db


def test_targets_are_added_changed_listed_and_ended(says: Says) -> None:
    told = says(
        "target", "add", "Learn", "--category", "Study", "--at-least", "10h", "--per", "week", "--from", "2026-11-04"
    )
    assert "category Study: at least 10 h per week, from the week of 2026-11-09 on" in told
    says("target", "add", "Early", "--measure", "start_time", "--at-most", "06:00", "--per", "day", "--on", "mon,fri")
    says("target", "change", "Learn", "--between", "8h", "12h")
    found = {target["name"]: target for target in json.loads(says("target", "list", "--json"))}
    assert (found["Learn"]["low"], found["Learn"]["high"]) == (28800, 43200)
    assert (found["Early"]["subject"], found["Early"]["weekdays"]) == ("all", [1, 5])
    assert "all tracked time: at most 06:00, first start per day on mon, fri" in says("target", "list")
    says("target", "end", "Learn")
    assert len(json.loads(says("target", "list", "--all", "--json"))) == 3
    assert "needs one amount" in says("target", "add", "x", "--tag", "a", code=2)
    assert "about one thing" in says("target", "add", "x", "--tag", "a", "--text", "b", "--at-least", "1h", code=2)
    assert "Write it like 10h" in says("target", "add", "x", "--at-least", "much", code=2)
    assert "no weekday" in says("target", "add", "x", "--at-least", "1h", "--on", "someday", code=2)


def test_rates_are_set_and_removed(says: Says) -> None:
    rate = json.loads(says("rate", "add", "95.50", "eur", "--client", "Nord", "--from", "2026-01-01", "--json"))
    assert (rate["hourlyAmount"], rate["currency"], rate["client"]) == (95.5, "EUR", "Nord")
    assert "95.50 EUR an hour  Nord, from 2026-01-01" in says("rate", "list")
    says("rate", "remove", rate["rateId"][:8])
    assert json.loads(says("rate", "list", "--json")) == []
    assert "is no amount" in says("rate", "add", "much", "EUR", code=2)


def test_a_day_is_corrected_shown_and_given_back_through_a_transform(says: Says) -> None:
    says("accounts", "set", "--country", "jp")
    says("day-type", "set", "2026-11-22", "travel")
    (day,) = json.loads(says("day-type", "show", "--from", "2026-11-22", "--to", "2026-11-22", "--json"))
    assert (day["dayType"], day["isPending"]) == ("travel", True)
    says("transform")
    (day,) = json.loads(says("day-type", "show", "--from", "2026-11-22", "--to", "2026-11-22", "--json"))
    assert (day["dayType"], day["isPending"], day["isCorrected"]) == ("travel", False, True)
    says("day-type", "clear", "2026-11-22")
    shown = says("day-type", "show", "--from", "2026-11-22", "--to", "2026-11-22")
    assert shown.startswith("Sun 2026-11-22  rest")
    assert "until the next transform" in shown
    assert "Write it like" in says("day-type", "set", "someday", "rest", code=2)
    assert "is no country" in says("accounts", "set", "--country", "ZZ", code=2)
