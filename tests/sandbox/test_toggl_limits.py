"""Toggl's limits: two hourly allowances, 402 and its headers, 429 above one request a second (APIS.md A.3, A.4)."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.conftest import Client


def test_thirty_requests_an_hour_on_me_then_402_until_the_hour_slides(blank: Client) -> None:
    answers = [blank.toggl("GET", "/me/id") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [402]
    assert answers[0].headers["x-toggl-quota-remaining"] == "29"
    assert answers[30].headers["x-toggl-quota-remaining"] == "0"
    wait = int(answers[30].headers["x-toggl-quota-resets-in"])
    assert isinstance(answers[30].json(), str)
    blank.admin("POST", "/clock", {"advance": wait})
    assert blank.toggl("GET", "/me/id").status_code == 200


def test_the_organization_has_a_bucket_of_its_own(blank: Client) -> None:
    for _ in range(30):
        blank.toggl("GET", "/me/id")
    assert blank.toggl("GET", "/me/id").status_code == 402
    answer = blank.report(start_date="2026-11-01", end_date="2026-11-02")
    assert (answer.status_code, answer.headers["x-toggl-quota-remaining"]) == (200, "599")


def test_me_quota_names_both_buckets(blank: Client) -> None:
    user, organization = blank.toggl("GET", "/me/quota").json()
    assert user == {"organization_id": None, "remaining": 29, "resets_in_secs": 3600, "total": 30}
    assert (organization["organization_id"], organization["total"]) == (blank.person.toggl.organization_id, 600)


def test_the_free_plan_allows_30_reports(blank: Client) -> None:
    blank.admin("PATCH", "/toggl/me", {"plan": "free"})
    codes = [blank.report(start_date="2026-11-01").status_code for _ in range(31)]
    assert codes == [200] * 30 + [402]


def test_quota_can_be_switched_off(blank: Client) -> None:
    blank.admin("POST", "/modes", {"quota": False})
    answers = [blank.toggl("GET", "/me/id") for _ in range(40)]
    assert {answer.status_code for answer in answers} == {200}
    assert "x-toggl-quota-remaining" not in answers[-1].headers


def test_the_throttle_answers_429_above_one_request_a_second(make: Callable[..., Client]) -> None:
    client = make(throttle=True, people=0)
    client.world.add_person(blank=True)
    client.person = client.world.people[0]
    codes = [client.toggl("GET", "/me/id").status_code for _ in range(4)]
    assert codes[0] == 200
    assert 429 in codes
