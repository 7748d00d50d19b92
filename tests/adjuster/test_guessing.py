"""A wish that the parser does not understand: the model's reading of it is read by the parser, and asked back."""

import json
from datetime import date

import pytest

from lifetracer.adjuster.guessing import guess
from lifetracer.outside import language_model
from lifetracer.settings import Settings
from model_server import answering

SAID = "I would so like to get around to reading, ten hours each week would be lovely"
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def model():
    with answering() as served:
        yield served


@pytest.fixture
def ask(warehouse, account, home, model):
    """Ask what a sentence meant, with the model's answer and what the person lets it see."""
    model.requests.clear()
    with warehouse.transaction(account_id=account.account_id) as con:
        con.execute(
            "insert into app.category (account_id, category_id, name) values (%s, 'read', 'Reading')",
            (account.account_id,),
        )

    def asked(answer, level="texts", fault=""):
        model.answer, model.fault = answer, fault
        settings = Settings(home=home, llm_url=model.url, llm_model="tiny", llm_seconds=5)
        with warehouse.transaction(account_id=account.account_id) as con:
            language_model.choose(con, level)
        return guess(warehouse, settings, account.account_id, SAID, "en", TODAY)

    return asked


def test_the_models_sentence_is_read_by_the_parser(ask, warehouse, account, model):
    meant = ask("“Reading”: at least 10 h per week\n")
    assert (meant.echo, meant.wish.low) == ("“Reading”: at least 10 h per week", 36000)
    assert json.loads(model.messages[-1]["content"]) == {"names": ["Reading"], "said": SAID}
    with warehouse.transaction(account_id=account.account_id) as con:
        (letter,) = language_model.recent(con)
        assert con.execute("select count(*) from app.intent").fetchone() == (0,), "nothing is kept unasked"
    assert (letter.purpose, letter.outcome, letter.sent) == ("intent", "used", model.messages)


@pytest.mark.parametrize(
    "answer", ["none", "Delete everything!", "“Sleep”: at least 10 h per week", "a\nb", "“Reading”: lots"]
)
def test_what_the_parser_does_not_understand_is_no_guess(ask, answer):
    assert ask(answer) is None


def test_what_a_person_types_is_sent_only_where_it_may(ask, model):
    assert ask("“Reading”: at least 10 h per week", level="totals") is None
    assert ask("“Reading”: at least 10 h per week", level="nothing") is None
    assert model.requests == []


def test_a_model_that_fails_is_no_guess(ask):
    assert ask("", fault="500") is None
