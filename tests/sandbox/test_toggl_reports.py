"""Toggl Reports v3: offsets, pages, spans, rounding, traps (APIS.md B)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sandbox.conftest import Client


def test_start_and_stop_carry_the_persons_offset(blank: Client) -> None:
    blank.entry("2026-07-01T10:00:00Z", description="deep work", tags=["t"])
    (row,) = blank.report(start_date="2026-07-01", end_date="2026-07-01", enrich_response=True).json()
    (entry,) = row["time_entries"]
    assert (entry["start"], entry["stop"], entry["seconds"]) == (
        "2026-07-01T12:00:00+02:00",
        "2026-07-01T13:00:00+02:00",
        3600,
    )
    assert entry["at"].endswith("+00:00")
    assert (row["row_number"], row["tag_names"], row["email"]) == (1, ["t"], blank.person.email)


def test_names_come_only_when_enriched(blank: Client) -> None:
    blank.entry("2026-07-01T10:00:00Z")
    (row,) = blank.report(start_date="2026-07-01", end_date="2026-07-01").json()
    assert "project_name" not in row


def test_days_are_the_persons_and_the_end_is_inclusive(blank: Client) -> None:
    blank.entry("2026-07-01T22:30:00Z")  # 00:30 on 2 July in Berlin
    assert blank.report(start_date="2026-07-01", end_date="2026-07-01").json() == []
    assert len(blank.report(start_date="2026-07-02", end_date="2026-07-02").json()) == 1


def test_neither_deleted_nor_running_entries_are_shown(blank: Client) -> None:
    gone = blank.entry("2026-11-21T06:00:00Z")
    blank.admin("DELETE", f"/toggl/entries/{gone['id']}")
    blank.entry("2026-11-21T09:00:00Z", None)
    assert blank.report(start_date="2026-11-21", end_date="2026-11-21").json() == []


def test_fifty_rows_a_page_until_the_header_is_absent(blank: Client) -> None:
    blank.admin("POST", "/toggl/bulk", {"count": 120})
    seen: list[int] = []
    following: str | None = "1"
    sizes = []
    while following:
        answer = blank.report(start_date="2026-11-01", end_date="2026-11-30", first_row_number=int(following))
        sizes.append(len(answer.json()))
        seen += [entry["id"] for row in answer.json() for entry in row["time_entries"]]
        following = answer.headers.get("x-next-row-number")
        assert answer.headers["x-range-start"] == "2026-11-01"
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == 120


def test_more_than_366_days_are_refused(blank: Client) -> None:
    first = date(2025, 1, 1)
    codes = [
        blank.report(start_date=str(first), end_date=str(first + timedelta(days=days))).status_code
        for days in (365, 366)
    ]
    assert codes == [200, 400]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "At least one parameter must be set"),
        ({"start_date": "2026-11-01", "order_by": "colour"}, "Invalid 'order_by' value"),
        ({"start_date": "2026-11-01", "rounding": 1, "rounding_minutes": 7}, "Invalid 'rounding_minutes' value"),
    ],
)
def test_bad_parameters_are_named(blank: Client, body: dict[str, object], text: str) -> None:
    answer = blank.report(**body)
    assert answer.status_code == 400
    assert answer.json().startswith(text)


def test_another_workspace_is_403_and_a_word_400(blank: Client) -> None:
    body = {"start_date": "2026-11-01"}
    assert blank.toggl("POST", "/reports/api/v3/workspace/1/search/time_entries", json=body).status_code == 403
    answer = blank.toggl("POST", "/reports/api/v3/workspace/x/search/time_entries", json=body)
    assert answer.json() == "Invalid workspace id"


def test_seconds_are_rounded_unless_rounding_is_zero(blank: Client) -> None:
    blank.entry("2026-11-20T10:00:00Z", 7)
    path = f"/reports/api/v3/workspace/{blank.person.toggl.workspace_id}/search/time_entries"
    body = {"start_date": "2026-11-20", "end_date": "2026-11-20"}
    rounded = blank.toggl("POST", path, json=body).json()[0]["time_entries"][0]["seconds"]
    exact = blank.report(**body).json()[0]["time_entries"][0]["seconds"]
    assert (rounded, exact) == (900, 420)


def test_totals_agree_with_the_rows(demo: Client) -> None:
    span = {"start_date": "2026-11-01", "end_date": "2026-11-15"}
    rows = demo.report(**span, page_size=1000).json()
    path = f"/reports/api/v3/workspace/{demo.person.toggl.workspace_id}/search/time_entries/totals"
    totals = demo.toggl("POST", path, json=span).json()
    assert totals["seconds"] == sum(row["time_entries"][0]["seconds"] for row in rows)
    assert totals["tracked_days"] == 15


def test_filters_narrow_and_null_means_without(blank: Client) -> None:
    project = blank.admin("POST", "/toggl/projects", {"name": "P"})
    blank.entry("2026-11-20T10:00:00Z", project_id=project["id"])
    blank.entry("2026-11-20T12:00:00Z", description="loose")
    for wanted, count in (([project["id"]], 1), ([None], 1), ([project["id"], None], 2), ([1], 0)):
        rows = blank.report(start_date="2026-11-20", end_date="2026-11-20", project_ids=wanted).json()
        assert len(rows) == count


def test_the_csv_has_wall_clock_times_and_no_ids(blank: Client) -> None:
    blank.entry("2026-07-01T10:00:00Z", description="a, b", tags=["x", "y"])
    path = f"/reports/api/v3/workspace/{blank.person.toggl.workspace_id}/search/time_entries.csv"
    text = blank.toggl("POST", path, json={"start_date": "2026-07-01"}).content.decode("utf-8-sig").splitlines()
    assert text[0].startswith("User,Email,Client,Project,Task,Description,Billable,Start date,Start time")
    assert '"a, b",No,2026-07-01,12:00:00,2026-07-01,13:00:00,01:00:00,"x, y"' in text[1]
