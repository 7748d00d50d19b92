"""Wishes, proposals, vacations and ambition by the API."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from lifetracer.periods import start_of

from .test_api import is_problem

pytestmark = pytest.mark.db

SAID = "Reading at least 5 h a week"


def test_intents(client):
    client.post("/api/categories", json={"name": "Reading"}).raise_for_status()
    read = client.post("/api/intents/parse", json={"sentence": SAID}).json()
    assert (read["echo"], read["wish"]["low"], read["notUnderstood"]) == (
        "“Reading”: at least 5 h per week",
        18000,
        None,
    )
    missed = client.post("/api/intents/parse", json={"sentence": "Redaing at least 5 h a week"}).json()["notUnderstood"]
    assert (missed["code"], missed["rest"], missed["suggestions"]) == ("unknown_name", ["Redaing"], ["Reading"])
    assert missed["example"] == SAID
    assert read["guess"] is None
    assert client.get("/api/intents").json() == {"intents": []}, "reading keeps nothing"

    made = client.post("/api/intents", json={"sentence": SAID}).json()
    assert (made["name"], made["sentence"], made["subjectName"], made["low"]) == ("Reading", SAID, "Reading", 18000)
    assert made["validFrom"] >= start_of(date.today() - timedelta(days=1), "week").isoformat()
    twice = is_problem(client.post("/api/intents", json={"sentence": "read 5 h a week or more"}), 422, "already_wished")
    assert twice["detail"] == "You wish this already: Reading."
    more = is_problem(
        client.post("/api/intents", json={"sentence": "Reading at least 6 h a week"}), 422, "already_wished"
    )
    assert "“Reading”: at least 5 h per week" in more["detail"]
    early = client.post("/api/intents", json={"sentence": "up before 06:00"}).json()
    assert early["name"] == "Start of the day"
    client.delete(f"/api/intents/{early['intentId']}").raise_for_status()
    other = client.post("/api/intents", json={"comparison": "at_most", "high": 3600, "period": "day"}).json()
    assert (other["subject"], other["name"], other["sentence"]) == ("all", "All tracked time", None)
    changed = client.patch("/api/intents/Reading", json={"comparison": "between", "low": 1, "high": 2}).json()
    assert (changed["low"], changed["high"], changed["sentence"]) == (1, 2, None)
    assert len(client.get("/api/intents").json()["intents"]) == 2
    again = client.post("/api/intents", json={"sentence": SAID}).json()
    assert again["name"] == "Reading 2"
    assert client.delete(f"/api/intents/{again['intentId']}").status_code == 200
    said = client.patch("/api/intents/Reading", json={"sentence": "Reading at least 7 h a week"}).json()
    assert (said["low"], said["sentence"]) == (25200.0, "Reading at least 7 h a week")
    is_problem(client.patch("/api/intents/Reading", json={"sentence": "Reading 7 h a month at least"}), 422, "usage")
    is_problem(client.patch("/api/intents/Reading", json={"sentence": "Reading 7 h a week", "low": 1}), 422, "usage")
    is_problem(client.patch("/api/intents/Reading", json={}), 422, "usage")
    is_problem(client.patch("/api/intents/nothing", json={"comparison": "at_least", "low": 1}), 404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"sentence": "read more"},
        {"sentence": SAID, "low": 3},
        {"comparison": "at_least"},
        {"comparison": "between", "low": 2, "high": 1},
        {"comparison": "at_least", "low": 1, "subject": "category"},
        {"comparison": "at_least", "low": 1, "subjectValue": "x"},
        {"sentence": ""},
        {"sentence": "a\0b"},
        {"comparison": "at_least", "low": 1, "weekdays": [8]},
    ],
)
def test_wishes_without_sense_are_refused(client, wrong):
    answer = client.post("/api/intents", json=wrong)
    is_problem(answer, 422, answer.json()["type"].rpartition(":")[2])
    assert answer.json()["detail"]


def test_proposals(client):
    assert client.get("/api/proposals").json() == {"proposals": []}
    nobody = f"/api/proposals/{uuid4()}"
    is_problem(client.get(nobody), 404, "not_found")
    is_problem(client.post(f"{nobody}/accept"), 404, "not_found")
    is_problem(client.post(f"{nobody}/reject"), 404, "not_found")
    is_problem(client.post(f"{nobody}/edit", json={"comparison": "at_least", "low": 1}), 404, "not_found")
    is_problem(client.post(f"{nobody}/edit", json={"comparison": "at_least", "high": 1}), 422, "usage")


def test_vacations(client):
    made = client.post("/api/vacations", json={"name": "Sea", "firstDay": "2190-07-01", "lastDay": "2190-07-14"}).json()
    assert (made["beginsOn"], made["endsOn"]) == ("2190-07-01", "2190-07-15")
    assert client.get("/api/vacations").json()["vacations"] == [made]
    short = client.delete(f"/api/vacations/{made['vacationId']}?on=2190-07-03").json()
    assert short["endsOn"] == "2190-07-03"
    client.delete("/api/vacations/Sea").raise_for_status()
    assert client.get("/api/vacations?all=true").json()["vacations"] == []
    is_problem(client.delete("/api/vacations/Sea"), 404, "not_found")
    backwards = {"firstDay": "2190-07-02", "lastDay": "2190-07-01"}
    is_problem(client.post("/api/vacations", json=backwards), 422, "usage")


def test_ambition(client):
    assert client.get("/api/ambition").json()["probability"] == 0.65
    bolder = client.patch("/api/ambition", json={"probability": 0.5, "carryOver": True}).json()
    assert (bolder["probability"], bolder["carryOver"], bolder["sleepSeconds"]) == (0.5, True, 28800)
    is_problem(client.patch("/api/ambition", json={"probability": 0.95}), 422, "usage")
    client.patch("/api/ambition", json={"probability": 0.65, "carryOver": False}).raise_for_status()
