"""`lifetracer category` and `rule`: the whole way on a command line, and what they say to a mistake."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from lifetracer import cli
from lifetracer.settings import load
from lifetracer.transform.run import transform
from lifetracer.warehouse.accounts import Account
from transform.life import Life, begin

pytestmark = pytest.mark.db


@pytest.fixture
def say(environ, monkeypatch):
    """Run a command in this process (a child would import dbt for each); gives its output."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("lifetracer.cli.surroundings.load", lambda: load(environ))
    runner = CliRunner()

    def run(*words: str, code: int = 0) -> str:
        told = runner.invoke(cli.app, list(words))
        assert told.exit_code == code, told.output
        return told.output

    return run


@pytest.fixture
def life(warehouse) -> Life:
    life = begin(warehouse, "Ann", "UTC")
    life.project(1, "Atlas", "#0000aa")
    life.project(2, "Gym")
    life.entry(1, "2026-10-05T09:00:00Z", "2026-10-05T11:30:00Z", 1, description="Mails")
    life.entry(2, "2026-10-06T09:00:00Z", "2026-10-06T10:00:00Z", 1, description="Mails [to bob]")
    life.event("mails", "Mails", ("2026-10-07T09:00:00Z", "2026-10-07T10:00:00Z"))
    return life


def test_from_a_list_over_a_preview_to_a_rule(say, warehouse, life, environ) -> None:
    assert "There are no categories yet" in say("category", "list")
    assert "There are no rules" in say("rule", "list")
    transform(warehouse, load(environ))
    assert [one["name"] for one in json.loads(say("category", "list", "--json"))] == ["Atlas", "Gym"]

    assert "lifetracer transform" in say("category", "add", "Office", "--kind", "work", "--color", "#123456")
    say("category", "change", "atlas", "--parent", "Office")
    assert "  Atlas" in say("category", "list")

    rule = ("description", "contains", "mail", "Office")
    told = say("rule", "preview", *rule)
    assert "3 h 30 m" in told
    assert "Mails [to bob]" in told, "what people write is no markup"
    (moved,) = json.loads(say("rule", "add", *rule, "--preview", "--json"))
    assert (moved["entries"], moved["occurrences"], moved["entrySeconds"]) == (2, 1, 12600)
    assert json.loads(say("rule", "list", "--json")) == []

    assert "Rule 1: description contains “mail” → Office." in say("rule", "add", *rule)
    say("rule", "add", "title", "is", "x", "Gym", "--position", "1")
    assert [one["pattern"] for one in json.loads(say("rule", "list", "--json"))] == ["x", "mail"]
    say("rule", "move", "2", "1")
    say("rule", "change", "2", "--pattern", "y")
    assert "mail" in say("rule", "list")
    assert "no rules" in say("rule", "list", "--at", "2020-01-01")
    assert "Nothing would move." in say("rule", "remove", "2", "--preview")
    assert "Removed 2" in say("rule", "remove", "2")
    assert "Every title has a category." in say("rule", "suggest")

    assert "1 rules lead to it" in say("category", "remove", "Office", code=2)
    say("category", "change", "gym", "--archived")
    assert "Gym" not in say("category", "list")
    assert "archived" in say("category", "list", "--all")


def test_a_mistake_ends_in_a_sentence(say, account: Account) -> None:
    say("category", "add", "Work")
    assert "is no regular expression" in say("rule", "add", "title", "matches", "(", "Work", code=2)
    assert "no category Wrk" in say("rule", "add", "title", "is", "a", "Wrk", code=2)
    assert "Did you mean Work?" in say("rule", "add", "title", "is", "a", "Wrk", code=2)
    assert "There is no rule 7" in say("rule", "remove", "7", code=2)
    assert "Run `lifetracer transform` first" in say("rule", "preview", "title", "is", "a", "Work", code=2)
    assert "Run `lifetracer transform` first" in say("rule", "suggest", code=2)
    told = json.loads(say("rule", "list", "--json"))
    assert told == []
