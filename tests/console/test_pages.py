"""The data page, the jobs page, the files and the PDF's address."""

import re
from datetime import UTC, datetime

import marts
from week_blocks import block

JOB = """
insert into ops.job (account_id, stage, subject, status, error, run_after, started_at, finished_at)
values (%s, %s, %s, %s, %s, %s, '2026-11-19 05:00Z', '2026-11-19 05:00:07Z')
"""


def test_the_data_page_counts_what_is_stored(client, warehouse, person):
    with warehouse.transaction() as connection:
        connection.execute("select raw.create_table('toggl_track', 'time_entries')")
        connection.execute(
            "insert into raw.toggl_track__time_entries"
            " (account_id, source_id, connection_id, data, api_version, deleted_at)"
            " select account_id, n::text, connection_id, '{}', 'v9', case when n > 1200 then now() end"
            " from app.connection, generate_series(1, 1250) as n"
        )
    page = client.get("/data").text
    assert re.search(r"<code>time_entries</code></a></td><td class=\"number\">1,200<", page)


def test_the_data_page_shows_what_is_left_of_the_allowance(client, warehouse, person):
    with warehouse.transaction() as connection:
        connection.execute(
            "insert into ops.quota (account_id, connection_id, bucket, total, remaining, resets_at)"
            " select account_id, connection_id, 'hour', 30, 27, '2026-11-19 06:40Z' from app.connection"
        )
    page = client.get("/data").text
    assert "27 of 30" in page
    assert "full again at 15:40" in page
    assert "Toggl 27 of 30 left" in client.get("/week/2026-W47").text


def test_the_jobs_page_says_what_failed_and_what_to_do(client, warehouse, person):
    error = '{"kind": "quota", "message": "The hourly allowance is used up.", "remedy": "It goes on by itself."}'
    with warehouse.transaction() as connection:
        connection.execute(
            JOB, (person.account_id, "sync", "toggl_track", "waiting", error, datetime(2026, 11, 19, 6, 40, tzinfo=UTC))
        )
        connection.execute(
            JOB, (person.account_id, "transform", "", "succeeded", None, datetime(2026, 11, 19, tzinfo=UTC))
        )
    page = client.get("/jobs").text
    for words in ("until 15:40", "The hourly allowance is used up. It goes on by itself.", "7.0 s", "Toggl Track"):
        assert words in page, words
    assert "再開待ち" in client.get("/jobs?lang=ja").text


def test_a_job_at_work_is_followed_by_the_week_page(client, warehouse, person):
    with warehouse.transaction() as connection:
        connection.execute(JOB, (person.account_id, "sync", "toggl_track", "running", None, datetime.now(UTC)))
    assert re.search(r'id="job"[^>]*data-follow="[0-9a-f-]{36}"', client.get("/week/2026-W47").text)


def test_pages_without_any_data_are_pages(client):
    for address in ("/data", "/jobs"):
        assert client.get(address).status_code == 200


def test_files_may_be_kept_for_a_year_under_their_hash(client):
    page = client.get("/jobs").text
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(addresses) == 5
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in client.get("/static/000000000000/lifetracer.css").headers["cache-control"]
    assert client.get("/static/000000000000/secrets.css").status_code == 404


def test_every_class_of_place_and_colour_has_its_rule(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("plan", "0:00", "23:59"), block("plan", "0:01", "24:00"))
    page = client.get("/week/2026-W47").text
    css = client.get(re.search(r'href="(/static/\w+/lifetracer.css)"', page)[1]).text
    used = set(re.findall(r"\b(?:[se]\d+[hm]|lane\d+|of\d+|hue\d+-\d|from\d+|to\d+|w\d+|row\d+|span\d+)\b", page))
    assert len(used) > 20
    assert {name for name in used if f".{name}{{" not in css} == set()


def test_the_week_comes_as_pdf(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "10:00"))
    answer = client.get("/report/week/2026-W47.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert client.get("/report/week/never.pdf").status_code == 404
