"""Marts over HTTP: the same rows as by SQL, page by page, as JSON and as CSV."""

import csv
import io
import json
import tempfile
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from conftest import SECRET_KEY
from lifetracer.server.app import built
from lifetracer.settings import Settings
from lifetracer.transform.marts import all_marts
from lifetracer.transform.run import transform
from marts import insert, make
from modelled import modelled
from visualizer import seed

from .conftest import asked
from .test_api import is_problem

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def life(server):
    """A person's weeks, transformed; with a server that shows them, and a neighbour who has none."""
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        anna = seed.anna(house)
        transform(house, settings, as_of=seed.NOW)
        wishes = Settings(home=Path(folder), account=str(anna.account_id))
        with built(house, wishes) as app, asked(app) as client:
            yield house, anna.account_id, client


@pytest.fixture
def marts(life):
    return life[2]


def by_sql(house, account_id, name):
    with house.transaction(account_id=account_id) as con:
        cursor = con.execute(f"select t::text, * from marts.{name} as t")
        names = [column.name for column in cursor.description][1:]
        return [dict(zip(names, row[1:], strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("name", all_marts())
def test_every_mart_is_shown_as_it_is(life, name):
    house, account_id, client = life
    rows = by_sql(house, account_id, name)
    whole = client.get(f"/api/marts/{name}.csv")
    assert whole.headers["content-type"] == "text/csv; charset=utf-8"
    listed = list(csv.DictReader(io.StringIO(whole.text)))
    assert len(listed) == len(rows)
    assert "account_id" not in whole.text.splitlines()[0]
    size = max(1, len(rows) // 3)
    paged, cursor = [], None
    while True:
        page = client.get(f"/api/marts/{name}", params={"limit": size} | ({"cursor": cursor} if cursor else {})).json()
        paged += page["rows"]
        cursor = page["next"]
        if cursor is None:
            break
    assert page["asOf"] == seed.NOW.replace(microsecond=0).isoformat()
    once = client.get(f"/api/marts/{name}?limit=100000").json()["rows"]
    for row in (*paged, *once):
        if row.get("kind") == "stale":  # which grows while one looks
            del row["seconds"]
    assert paged == once, "pages end where the next begins"
    key = [column for column in all_marts()[name].key if column != "account_id"]
    shown = {json.dumps([str(row[column]) for column in key]) for row in once}
    assert len(shown) == len(rows)
    if listed and key:
        assert [str(row[key[0]]) for row in once] == [row[key[0]].removeprefix("'") for row in listed]


def test_days_are_chosen_and_ordered(marts):
    rows = marts.get("/api/marts/day?from=2026-10-19&to=2026-10-25&columns=local_date,day_seconds").json()["rows"]
    assert [row["local_date"] for row in rows] == [f"2026-10-{day}" for day in range(19, 26)]
    assert rows[-1] == {"local_date": "2026-10-25", "day_seconds": 90_000}


def test_a_page_names_the_next_one(marts):
    answer = marts.get("/api/marts/day.csv?limit=2&columns=local_date")
    following = answer.links["next"]["url"]
    again = marts.get(following)
    days = [*answer.text.split()[1:], *again.text.split()[1:]]
    assert len(days) == 4
    assert days == sorted(days)


def test_the_answer_can_be_asked_for_as_csv(marts):
    wanted = marts.get("/api/marts/day", headers={"Accept": "text/csv"})
    assert wanted.headers["content-type"].startswith("text/csv")
    assert marts.get("/api/marts/day?format=csv").text == wanted.text
    assert marts.get("/api/marts/day", headers={"Accept": "*/*"}).headers["content-type"] == "application/json"


def test_until_the_next_transform_nothing_is_sent_twice(life):
    house, _, client = life
    first = client.get("/api/marts/day")
    again = client.get("/api/marts/day", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/marts/day?limit=1").headers["etag"] != first.headers["etag"]
    with house.transaction() as con:
        con.execute("update core.dim_account set as_of = as_of + interval '1 second'")
    try:
        assert client.get("/api/marts/day", headers={"If-None-Match": first.headers["etag"]}).status_code == 200
    finally:
        with house.transaction() as con:
            con.execute("update core.dim_account set as_of = as_of - interval '1 second'")


def test_what_changes_without_a_transform_is_sent_anew(warehouse, account, client):
    """Something is noticed, proposed, decided between transforms; whoever has the former answer must hear of it."""
    make(warehouse, ("insight",))
    first = client.get("/api/marts/insight")
    insert(warehouse, "insight", {"account_id": account.account_id, "insight_id": uuid4(), "kind": "anomaly"})
    again = client.get("/api/marts/insight", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert [row["kind"] for row in again.json()["rows"]] == ["anomaly"]


def test_wrong_wishes_say_what_there_is(marts):
    assert "day" in is_problem(marts.get("/api/marts/nothing"), 404, "not_found")["remedy"]
    assert "local_date" in is_problem(marts.get("/api/marts/day?columns=mood"), 422, "usage")["remedy"]
    for query in ("limit=0", "limit=x", "from=yesterday", "cursor=x", "cursor=e30", "format=xml", "columns=,"):
        is_problem(marts.get(f"/api/marts/day?{query}"), 422, "usage")
    timeless = next(name for name, mart in all_marts().items() if mart.date_column is None)
    is_problem(marts.get(f"/api/marts/{timeless}?from=2026-10-19"), 422, "usage")
    is_problem(marts.get("/api/marts/pg_class"), 404, "not_found")


def test_a_list_says_what_every_column_is(marts):
    listed = marts.get("/api/marts").json()["marts"]
    assert [mart["name"] for mart in listed] == list(all_marts())
    assert all(column["description"] and column["type"] for mart in listed for column in mart["columns"])


def test_before_the_first_transform_a_mart_says_so(client):
    assert client.get("/api/marts").json()["asOf"] is None
    assert "transform" in is_problem(client.get("/api/marts/day"), 404, "not_found")["remedy"]


def test_titles_that_a_spreadsheet_would_obey_are_disarmed():
    from lifetracer.transform.export import plain_text

    assert plain_text("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert plain_text("＝HYPERLINK(1)") == "'＝HYPERLINK(1)"
    assert [plain_text(value) for value in (-5, None, True, date(2026, 1, 2))] == ["-5", "", "true", "2026-01-02"]


def test_looking_ahead_and_suggesting_on_a_history(marts):
    marts.post("/api/categories", json={"name": "Elsewhere"}).raise_for_status()
    rule = {
        "field": "project",
        "operator": "contains",
        "pattern": next(iter(seed.PROJECTS))[:3],
        "category": "Elsewhere",
    }
    moves = marts.post("/api/rules/preview", json=rule).json()["moves"]
    assert {move["toCategory"] for move in moves} == {"Elsewhere"}
    assert sum(move["entries"] for move in moves) > 0
    assert marts.get("/api/rules").json() == {"rules": []}
    assert "reason" in marts.get("/api/rules/suggestions").json()
