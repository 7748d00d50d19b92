"""Who may come in: the doors are tried one by one, and every route of the application is walked."""

import re

import pytest
from pydantic import SecretStr

from lifetracer.console.browser import inside
from lifetracer.errors import FixByHandError
from lifetracer.server import doors
from lifetracer.server.doors import MOST_BODY
from lifetracer.server.listen import is_loopback, needs_set_up_code, refuse_weak_token
from lifetracer.settings import Settings

from .conftest import TOKEN, token_in

db = pytest.mark.db
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_a_token_that_can_be_guessed_is_refused():
    refuse_weak_token(Settings())
    refuse_weak_token(Settings(host="0.0.0.0", access_token=SecretStr(TOKEN)))
    with pytest.raises(FixByHandError, match="too short"):
        refuse_weak_token(Settings(access_token=SecretStr("short")))


def test_a_set_up_code_is_needed_where_strangers_could_be_quicker():
    assert needs_set_up_code(Settings(host="0.0.0.0"))
    assert not needs_set_up_code(Settings())
    assert not needs_set_up_code(Settings(host="0.0.0.0", access_token=SecretStr(TOKEN)))


@db
def test_beyond_this_machine_nobody_is_at_home(visit, account):
    client = visit(host="0.0.0.0")
    assert client.get("/api/jobs").status_code == 401
    asked = client.get("/week", headers={"Accept": "text/html"})
    assert asked.headers["location"] == "/sign-in?next=/week"
    assert client.get("/sign-in").headers["location"] == "/welcome"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "[::1]", "::1", "demo.localhost"])
def test_names_of_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "192.168.1.5", "localhost.evil.example", "127.0.0.1.nip.io", "evil"])
def test_names_of_others(host):
    assert not is_loopback(host)


@db
def test_a_strangers_name_for_this_machine_is_refused(client):
    """DNS rebinding: evil.example resolves to 127.0.0.1 in the victim's browser."""
    for host in ("evil.example", "evil.example:3000", "127.0.0.1.nip.io", ""):
        answer = client.get("/api/jobs", headers={"Host": host})
        assert answer.status_code == 421
        assert answer.json()["type"].endswith(":host")
    for host in ("localhost", "127.0.0.1:3000", "[::1]:3000"):
        assert client.get("/api/jobs", headers={"Host": host}).status_code == 200


@db
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:4000"},
    ],
)
def test_another_sites_page_cannot_ask_for_anything(client, headers):
    for method, path in (("POST", "/api/transform"), ("POST", "/sign-in"), ("DELETE", "/api/jobs/x")):
        assert client.request(method, path, headers=headers).status_code == 403
    assert client.get("/api/jobs").json()["jobs"] == []


@db
def test_our_own_pages_and_programs_may_ask(client):
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": str(client.base_url)}, {}):
        assert client.post("/api/transform", headers=headers).status_code == 202


@db
def test_every_route_but_the_listed_ones_needs_the_token(guarded):
    paths = guarded.get("/api/openapi.json", headers=BEARER).json()["paths"]
    walked = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    walked += [
        ("GET", path) for path in ("/", "/week", "/data", "/jobs", "/api/docs", "/api/docs/style.css", "/no/such")
    ]
    for method, path in walked:
        if path in doors.OPEN:
            continue
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Bearer lt_wrong"},
            {"Authorization": "Basic eDp5"},
            {"Cookie": "lifetracer_session=1.x"},
        ):
            answer = guarded.request(method, re.sub(r"{\w+}", "x", path), headers=headers)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert guarded.get("/health").json() == {"status": "ok"}


@db
def test_with_the_token_it_works(guarded):
    assert guarded.get("/api/jobs", headers=BEARER).status_code == 200
    assert guarded.post("/api/transform", headers=BEARER).status_code == 202
    assert guarded.get("/api/jobs", headers={**BEARER, "Host": "time.example.org"}).status_code == 200


@db
def test_a_browser_signs_in_once_by_the_access_token(guarded, account):
    page = {"Accept": "text/html", "Accept-Language": "ja"}
    asked = guarded.get("/data?x=1", headers=page)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/data%3Fx%3D1")
    form = guarded.get(asked.headers["location"], headers=page)
    assert "サインイン" in form.text
    assert 'value="/data?x=1"' in form.text
    token = token_in(form.text)
    assert guarded.post("/sign-in", data=token | {"by": "token", "token": "wrong"}).status_code == 403
    assert guarded.get("/api/jobs").status_code == 401
    signed = guarded.post("/sign-in", data=token | {"by": "token", "token": TOKEN, "next": "/data?x=1"})
    assert (signed.status_code, signed.headers["location"]) == (303, "/data?x=1")
    cookie = signed.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert TOKEN not in cookie
    assert guarded.get("/api/jobs").status_code == 200
    assert guarded.post("/api/transform", headers={"Origin": str(guarded.base_url)}).status_code == 202
    assert guarded.post("/api/transform", headers={"Origin": "https://evil.example"}).status_code == 403


@db
def test_a_session_of_the_access_token_ends_when_that_is_changed(guarded, visit, account):
    token = token_in(guarded.get("/sign-in").text)
    guarded.post("/sign-in", data=token | {"by": "token", "token": TOKEN})
    other = visit(access_token=SecretStr("another-token-altogether"))
    cookie = guarded.cookies["lifetracer_session"]
    assert guarded.get("/api/jobs").status_code == 200
    assert other.get("/api/jobs", headers={"Cookie": f"lifetracer_session={cookie}"}).status_code == 401


@db
def test_behind_https_the_cookies_stay_with_this_very_host(guarded, account):
    https = {"X-Forwarded-Proto": "https"}
    form = guarded.get("/sign-in", headers=https)
    cookie = form.headers["set-cookie"].partition(";")[0]
    sent = token_in(form.text) | {"by": "token", "token": TOKEN}
    signed = guarded.post("/sign-in", data=sent, headers=https | {"Cookie": cookie})
    assert signed.status_code == 303
    for one in signed.headers.get_list("set-cookie"):
        assert one.startswith("__Host-")
        assert "Secure" in one
        assert "Path=/" in one
        assert "Domain" not in one


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\t/evil.example",
        "///evil.example",
        "/%09\n/x",
        "http:evil",
        "//[",
        "https://evil.example",
        "/\\evil.example",
        "evil",
        "",
        "javascript:1",
    ],
)
def test_the_form_leads_to_no_stranger(address):
    assert inside(address) == "/"
    assert inside("/data?x=1") == "/data?x=1"


@db
def test_a_body_that_is_too_large_is_refused(client):
    def pieces():
        for _ in range(3):
            yield b" " * (MOST_BODY // 2)

    assert client.post("/api/transform", content=b" " * (MOST_BODY + 1)).status_code == 413
    assert client.post("/api/transform", content=pieces()).status_code == 413
    assert client.get("/api/jobs").json()["jobs"] == []


@db
def test_every_answer_carries_the_headers_that_protect(client, guarded):
    answers = [client.get(path) for path in ("/", "/health", "/api/jobs", "/no/such")] + [guarded.get("/api/jobs")]
    answers.append(client.get("/api/jobs", headers={"Host": "evil.example"}))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers


@db
def test_head_answers_like_get_without_the_body(client):
    for path in ("/health", "/api/jobs", "/", "/no/such"):
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers.get("content-type") == got.headers.get("content-type")
    events = client.post("/api/transform").headers["location"] + "/events"
    assert client.head(events).headers["content-type"].startswith("text/event-stream")


@db
def test_options_tells_what_is_allowed(client):
    answer = client.options("/api/transform")
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(answer.headers["allow"].split(", ")) >= {"POST", "OPTIONS"}
    assert client.options("/no/such").status_code == 404
