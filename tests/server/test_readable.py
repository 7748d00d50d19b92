"""A browser that is refused gets a page in its language; a program gets the problem."""

import pytest

pytestmark = pytest.mark.db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "ja"}


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nowhere", 404, "そのページはありません。"),
        ("GET", "/sign-out", 405, "そのページはありません。"),
        ("GET", "/connections/job/never", 422, "読み取れません"),
        ("GET", "//nowhere", 400, "受け付けられません"),
        ("POST", "/security/password", 403, "このフォーム"),
    ],
)
def test_a_browser_gets_a_page_and_a_program_the_problem(visit, method, path, status, said):
    client = visit()
    address = str(client.base_url).rstrip("/") + path
    page = client.request(method, address, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in page.text
    assert page.headers["content-language"] == "ja"
    assert page.headers["x-request-id"]
    assert "default-src 'self'" in page.headers["content-security-policy"]
    problem = client.request(method, address, headers={"Accept": "*/*"})
    assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")


def test_addresses_for_programs_give_problems_to_browsers_too(visit):
    client = visit()
    assert client.get("/api/nowhere", headers=BROWSER).headers["content-type"] == "application/problem+json"
    assert client.head("/nowhere", headers=BROWSER).status_code == 404


def test_a_bug_is_told_without_a_trace(visit, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr("lifetracer.console.week.read", bug)
    page = visit().get("/week/2026-W47", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "予期しないことが起きました。" in page.text
    assert "secret of the house" not in page.text
