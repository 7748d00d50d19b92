"""What if: the question is the address, its answer a job's; asked twice it is one job, and nothing else is written."""

import pytest
from psycopg.types.json import Jsonb
from starlette.datastructures import QueryParams

from lifetracer.console import what_if
from lifetracer.errors import UsageError
from lifetracer.jobs.what_if import Block
from page_words import words

QUESTION = "category1=Deep work&days1=1&days1=3&length1=1:30&way1=drop&target=Deep work 6 h a week&week=2026-11-23"
BAND = {"p10": 3600, "p25": 5400, "p50": 7200, "p75": 9000, "p90": 10800, "mean": 7200}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1:30", 5400), ("1.5", 5400), ("1h30m", 5400), ("90m", 5400), ("２時間", 7200), ("1時間30分", 5400), ("2", 7200)],
)
def test_a_length_is_read_as_people_write_it(text, seconds):
    assert what_if.seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "25", "-1", "1:75"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(UsageError):
        what_if.seconds_of(text)


def test_a_question_is_read_from_its_address():
    asked = what_if.read(QueryParams(QUESTION))
    supposed = asked.supposition()
    assert supposed.blocks == (Block("Deep work", (1, 3), -5400),)
    assert supposed.targets == ("Deep work 6 h a week",)
    assert what_if.read(QueryParams("")).is_empty
    assert what_if.read(QueryParams("category1=&days1=1&week=2026-11-23")).is_empty


def jobs_of(warehouse):
    with warehouse.transaction() as con:
        return con.execute("select stage, subject, status from ops.job where stage = 'what-if'").fetchall()


def answer(warehouse, **told):
    with warehouse.transaction() as con:
        con.execute(
            "update ops.job set status = %(status)s, summary = %(summary)s, error = %(error)s,"
            " finished_at = '2026-11-19 05:59Z' where stage = 'what-if'",
            {"summary": None, "error": None} | told,
        )


def test_a_question_is_one_job_and_its_answer_is_drawn(client, warehouse, person):
    page = client.get(f"/what-if?{QUESTION}").text
    assert "Being worked out" in page
    assert 'data-follow="' in page, "a script follows the job; without one there is a link"
    client.get(f"/what-if?{QUESTION}")
    assert len(jobs_of(warehouse)) == 1
    category = {"categoryId": "Deep wor", "category": "Deep work", "isConcerned": True, "isChanged": True}
    after = {name: seconds + 1800 for name, seconds in BAND.items()}
    other = {"categoryId": "x", "category": "Rest", "isConcerned": False, "isChanged": False}
    target = {
        "name": "“Deep work”: at least 6 h per week", "period": "week", "comparison": "at_least", "low": 21600.0,
        "high": None, "isSupposed": True, "chanceBefore": 0.2, "chanceAfter": 0.35, "achievableLow": 18000.0,
        "achievableHigh": None, "achievableWith": 0.65,
    }  # fmt: skip
    summary = {
        "week": "2026-11-23",
        "categories": [
            category | {"plannedChange": 5400, "before": BAND, "after": after},
            other | {"plannedChange": 0, "before": BAND, "after": BAND},
        ],
        "targets": [target],
        "skipped": [],
    }
    answer(warehouse, status="succeeded", summary=Jsonb(summary))
    said = words(client.get(f"/what-if?{QUESTION}").text)
    for sentence in (
        "+30 m",
        "2 h 00 m 1 h 00 m – 3 h 00 m",
        "2 h 30 m 1 h 30 m – 3 h 30 m",
        "20 % 35 %",
        "at least 5 h",
    ):
        assert sentence in said, sentence
    assert len(jobs_of(warehouse)) == 1


def test_too_little_history_is_said_in_words(client, warehouse, person):
    client.get(f"/what-if?{QUESTION}")
    answer(warehouse, status="failed", error=Jsonb({"kind": "usage", "message": what_if.TOO_LITTLE, "remedy": "x"}))
    assert "Too little history to predict from." in words(client.get(f"/what-if?{QUESTION}").text)
    assert "予測するには記録が足りません" in client.get(f"/what-if?{QUESTION}&lang=ja").text
    assert [row[2] for row in jobs_of(warehouse)] == ["failed"], "not asked again by itself"
    client.get(f"/what-if?{QUESTION}&again=1&lang=en")
    assert "queued" in [row[2] for row in jobs_of(warehouse)]


def test_what_cannot_be_read_is_said_and_asks_for_nothing(client, warehouse, person):
    page = words(client.get("/what-if?category1=Deep work&days1=1&length1=soon").text)
    assert "“soon” is no length of a block." in page
    assert "On which days" in words(client.get("/what-if?category1=Deep work&length1=1").text)
    assert jobs_of(warehouse) == []
    assert client.get("/what-if").status_code == 200
