"""A request that is sent twice changes something once, and is answered as it was at first."""

import threading
from datetime import timedelta

import pytest

from lifetracer.server.acting import SQL

from .test_api import is_problem

pytestmark = pytest.mark.db
RATE = {"hourlyAmount": 95, "currency": "EUR", "client": "Acme"}


def key(value):
    return {"Idempotency-Key": value}


def test_the_second_answer_is_the_first_one(client, warehouse):
    first = client.post("/api/categories", json={"name": "Reading"}, headers=key("one"))
    again = client.post("/api/categories", json={"name": "Reading"}, headers=key("one"))
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert client.post("/api/categories", json={"name": "Reading"}).status_code == 422, "without a key it is a new one"
    assert [line["action"] for line in client.get("/api/audit").json()["lines"]] == ["category.add"]


def test_a_job_is_started_once_even_when_it_is_over(client, warehouse):
    first = client.post("/api/transform", headers=key("job"))
    client.delete(first.headers["location"]).raise_for_status()
    again = client.post("/api/transform", headers=key("job"))
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert client.post("/api/transform").json() != first.json()


def test_the_same_key_for_another_request_is_refused(client):
    client.post("/api/rates", json=RATE, headers=key("one")).raise_for_status()
    is_problem(client.post("/api/rates", json=RATE | {"client": "B"}, headers=key("one")), 422, "other_request")
    is_problem(client.post("/api/transform", headers=key("one")), 422, "other_request")


def test_what_failed_is_not_remembered(client):
    body = {"field": "title", "operator": "is", "pattern": "x", "category": "Reading"}
    is_problem(client.post("/api/rules", json=body, headers=key("one")), 404, "not_found")
    client.post("/api/categories", json={"name": "Reading"}).raise_for_status()
    assert client.post("/api/rules", json=body, headers=key("one")).status_code == 201


def test_at_the_same_time_one_of_them_waits(client, warehouse, account):
    with warehouse.transaction(account_id=account.account_id) as con:
        con.execute(SQL["seize"], {"key": "busy"})
        is_problem(client.post("/api/rates", json=RATE, headers=key("busy")), 409, "in_progress")
    assert client.post("/api/rates", json=RATE, headers=key("busy")).status_code == 201


def test_of_many_at_once_exactly_one_takes_effect(client):
    answers = []

    def post():
        answers.append(client.post("/api/categories", json={"name": "Once"}, headers=key("many")))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len([a for a in answers if a.status_code == 201 and "idempotency-replayed" not in a.headers]) == 1


def test_after_a_day_a_key_is_free_again(client, warehouse):
    client.post("/api/rates", json=RATE, headers=key("old")).raise_for_status()
    with warehouse.transaction() as con:
        con.execute("update ops.idempotency set created_at = created_at - %s", [timedelta(hours=25)])
    assert client.post("/api/rates", json=RATE | {"client": "B"}, headers=key("old")).status_code == 201


@pytest.mark.parametrize("bad", ["", "x" * 201, "ключ"])
def test_what_is_no_key_is_refused(client, bad):
    is_problem(client.post("/api/rates", json=RATE, headers={"Idempotency-Key": bad.encode()}), 422, "usage")


def test_keys_of_one_account_are_nothing_to_another(visit, account, new_account):
    new_account("Other")
    mine, theirs = visit(account=account.name), visit(account="Other")
    for server in (mine, theirs):
        answer = server.post("/api/rates", json=RATE, headers=key("same"))
        assert "idempotency-replayed" not in answer.headers
        assert len(server.get("/api/rates").json()["rates"]) == 1
