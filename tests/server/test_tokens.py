"""Tokens: what they may do, for whom, until when; and who did what."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.server.callers import EVERYTHING, Register
from lifetracer.warehouse import audit, tokens

from .conftest import TOKEN
from .test_api import is_problem

pytestmark = pytest.mark.db
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def token(warehouse, account):
    """Make a token with these scopes; gives the header that shows it."""

    def make(*scopes, ends=None, of=account):
        with warehouse.transaction(account_id=of.account_id) as con:
            made, plain = tokens.create(con, "test", scopes, ends)
        return made, {"Authorization": f"Bearer {plain}"}

    return make


def test_a_token_may_do_what_its_scopes_say(guarded, token):
    allowed = {
        "jobs:read": [("GET", "/api/jobs"), ("GET", "/api/schedules")],
        "jobs:write": [("POST", "/api/transform")],
        "data:read": [("GET", "/api/marts"), ("GET", "/api/targets"), ("GET", "/api/account"), ("GET", "/api/rules")],
        "data:write": [("PUT", "/api/day-types/2026-11-20")],
        "admin": [("GET", "/api/tokens"), ("GET", "/api/audit")],
    }
    for scope in allowed:
        _, shown = token(scope)
        for needed, doors in allowed.items():
            for method, path in doors:
                body = {"dayType": "rest"} if method == "PUT" else None
                answer = guarded.request(method, path, json=body, headers=shown)
                if needed == scope:
                    assert answer.is_success, (scope, path, answer.text)
                else:
                    assert needed in is_problem(answer, 403, "scope")["detail"]
    assert set(allowed) == EVERYTHING


def test_a_token_without_the_scopes_sees_no_page(guarded, token):
    page = {"Accept": "text/html"}
    _, half = token("jobs:read")
    assert guarded.get("/data", headers=half | page).status_code == 403
    _, whole = token("jobs:read", "data:read")
    assert guarded.get("/data", headers=whole | page).status_code == 200
    assert guarded.get("/api/docs", headers=half).status_code == 200


def test_a_token_acts_for_its_account_only(guarded, token, account, new_account):
    other = new_account("Other")
    _, mine = token("data:read", "data:write", "jobs:read", "jobs:write")
    _, theirs = token("data:read", "data:write", "jobs:read", "jobs:write", of=other)
    assert guarded.get("/api/account", headers=mine).json()["name"] == account.name
    assert guarded.get("/api/account", headers=theirs).json()["name"] == "Other"
    job = guarded.post("/api/transform", headers=theirs).headers["location"]
    assert guarded.get(job, headers=theirs).status_code == 200
    is_problem(guarded.get(job, headers=mine), 404, "not_found")
    guarded.post("/api/rates", json={"hourlyAmount": 95, "currency": "EUR"}, headers=theirs).raise_for_status()
    assert guarded.get("/api/rates", headers=mine).json() == {"rates": []}


def test_expired_and_revoked_tokens_are_refused(guarded, token, warehouse, account):
    soon = datetime.now(UTC) + timedelta(seconds=1)
    made, shown = token("data:read", ends=soon)
    assert guarded.get("/api/account", headers=shown).status_code == 200
    while datetime.now(UTC) < soon:
        pass
    refused = guarded.get("/api/account", headers=shown)
    is_problem(refused, 401, "token")
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    made, shown = token("data:read")
    answer = guarded.delete(f"/api/tokens/{made.token_id}", headers=BEARER)
    assert answer.status_code == 200
    is_problem(guarded.get("/api/account", headers=shown), 401, "token")


def test_a_wrong_token_is_refused_at_home_too(client, token):
    is_problem(client.get("/api/account", headers={"Authorization": "Bearer lt_x"}), 401, "token")
    _, shown = token("jobs:read")
    is_problem(client.get("/api/account", headers=shown), 403, "scope")
    assert client.get("/api/account").status_code == 200


async def _find(register, plain):
    return await register.find(plain)


def test_servers_notice_a_revocation_within_five_seconds(warehouse, account, token):
    import asyncio

    now = [0.0]
    register = Register(warehouse, clock=lambda: now[0])
    made, shown = token("data:read")
    plain = shown["Authorization"].removeprefix("Bearer ")
    assert asyncio.run(_find(register, plain)).token_id == made.token_id
    with warehouse.transaction(account_id=account.account_id) as con:
        tokens.revoke(con, str(made.token_id))
    now[0] = 5.1
    assert asyncio.run(_find(register, plain)) is None


def test_the_time_of_use_is_written_once_a_minute(warehouse, account, token):
    _, shown = token("data:read")
    plain = shown["Authorization"].removeprefix("Bearer ")

    def used():
        with warehouse.transaction() as con:
            tokens.find(con, plain)
        with warehouse.transaction() as con:
            return con.execute("select last_used_at, xmin from app.api_token").fetchone()

    first, again = used(), used()
    assert first[0] is not None
    assert first == again
    with warehouse.transaction() as con:
        con.execute("update app.api_token set last_used_at = now() - interval '61 seconds'")
    assert used()[0] >= first[0]


def test_only_the_hash_is_kept(warehouse, account, token):
    _, shown = token("data:read")
    plain = shown["Authorization"].removeprefix("Bearer ")
    assert plain.startswith("lt_")
    with warehouse.transaction() as con:
        rows = con.execute("select t::text, token_hash from app.api_token as t").fetchall()
    assert all(plain not in row[0] for row in rows)
    assert bytes(rows[0][1]) == tokens.hash_of(plain)


def test_tokens_are_made_by_the_api_and_shown_once(guarded):
    made = guarded.post("/api/tokens", json={"name": "phone", "scopes": ["data:read"]}, headers=BEARER)
    assert made.status_code == 201
    assert guarded.get("/api/account", headers={"Authorization": f"Bearer {made.json()['token']}"}).status_code == 200
    (listed,) = guarded.get("/api/tokens", headers=BEARER).json()["tokens"]
    assert "token" not in listed
    assert (listed["name"], listed["state"]) == ("phone", "active")
    life = datetime.fromisoformat(listed["expiresAt"]) - datetime.fromisoformat(listed["createdAt"])
    assert life.days in {89, 90}
    endless = {"name": "ever", "scopes": ["data:read"], "expiresAt": None}
    assert guarded.post("/api/tokens", json=endless, headers=BEARER).json()["expiresAt"] is None
    past = {"name": "late", "scopes": ["data:read"], "expiresAt": "2020-01-01T00:00:00Z"}
    is_problem(guarded.post("/api/tokens", json=past, headers=BEARER), 422, "usage")
    is_problem(guarded.delete("/api/tokens/nobody", headers=BEARER), 404, "not_found")


def test_a_repeated_request_does_not_show_the_token_again(guarded, warehouse):
    words = {"headers": BEARER | {"Idempotency-Key": "one"}, "json": {"name": "phone", "scopes": ["data:read"]}}
    first, again = guarded.post("/api/tokens", **words), guarded.post("/api/tokens", **words)
    assert first.json()["token"].startswith("lt_")
    assert again.json() == first.json() | {"token": None}
    with warehouse.transaction() as con:
        kept = con.execute("select i::text from ops.idempotency as i").fetchall()
    assert len(kept) == 1
    assert first.json()["token"] not in kept[0][0]


def test_every_change_is_in_the_audit_log(guarded, token, warehouse):
    _, shown = token("jobs:write", "data:write")
    job = guarded.post("/api/transform", headers=shown | {"X-Request-Id": "abc-1"})
    assert job.headers["x-request-id"] == "abc-1"
    guarded.put("/api/day-types/2026-11-20", json={"dayType": "rest"}, headers=BEARER).raise_for_status()
    is_problem(guarded.delete("/api/rates/none", headers=BEARER), 404, "not_found")
    lines = guarded.get("/api/audit", headers=BEARER).json()["lines"]
    assert [(line["who"], line["action"]) for line in lines] == [
        ("access token", "day_type.put"),
        ("token test", "transform.start"),
    ]
    assert lines[1]["details"] == {"requestId": "abc-1"}
    assert lines[0]["ip"] == "127.0.0.1"
    page = guarded.get("/api/audit?limit=1", headers=BEARER).json()
    rest = guarded.get(f"/api/audit?limit=1&cursor={page['next']}", headers=BEARER).json()
    assert [rest["lines"][0]["auditId"], page["lines"][0]["auditId"]] == [lines[1]["auditId"], lines[0]["auditId"]]
    assert "is no cursor" in guarded.get("/api/audit?cursor=e30", headers=BEARER).json()["detail"]


def test_old_lines_and_answers_are_forgotten(warehouse, account):
    from lifetracer.server.upkeep import Upkeep
    from lifetracer.settings import Settings

    with warehouse.transaction(account_id=account.account_id) as con:
        audit.note(con, "me", "old")
        audit.note(con, "me", "new")
    with warehouse.transaction() as con:
        con.execute("update ops.audit set at = now() - interval '11 days' where action = 'old'")
        row = (
            "insert into ops.idempotency (account_id, key, request_hash, status, created_at)"
            " values (%s, %s, '', 200, %s)"
        )
        for hours in (25, 1):
            con.execute(row, [account.account_id, str(hours), datetime.now(UTC) - timedelta(hours=hours)])
    upkeep = Upkeep(warehouse, Settings(audit_days=10))
    upkeep.tidy()
    upkeep.close()
    with warehouse.transaction() as con:
        assert con.execute("select action from ops.audit").fetchall() == [("new",)]
        assert con.execute("select key from ops.idempotency").fetchall() == [("1",)]


@pytest.mark.parametrize("text", ["", "90", "d", "0d", "1y", "soon", "2026-13-01"])
def test_ends_that_are_none(text):
    with pytest.raises(UsageError):
        tokens.end_of(text, datetime.now(UTC))


def test_ends_of_tokens():
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert tokens.end_of("90d", now) == now + timedelta(days=90)
    assert tokens.end_of("12h", now) == now + timedelta(hours=12)
    assert tokens.end_of("2027-01-31", now) == datetime(2027, 1, 31, tzinfo=UTC)
    assert tokens.end_of("never", now) is None


def test_a_name_that_fits_several_is_not_guessed(warehouse, account, token):
    token("data:read")
    token("data:read")
    with warehouse.transaction(account_id=account.account_id) as con:
        with pytest.raises(UsageError, match="Several"):
            tokens.revoke(con, "test")
        with pytest.raises(NotFoundError):
            tokens.revoke(con, "nobody")
        with pytest.raises(UsageError, match="no scope"):
            tokens.create(con, "x", ["data:everything"], None)


def test_the_command_line_makes_lists_and_revokes(environ, account, visit):
    from .test_up import lifetracer

    made = lifetracer("token", "add", "cron", "--scope", "jobs:write,jobs:read", "--json", environ=environ)
    plain = json.loads(made.stdout)["token"]
    server = visit(host="0.0.0.0", access_token=SecretStr(TOKEN))
    assert server.post("/api/transform", headers={"Authorization": f"Bearer {plain}"}).status_code == 202
    (listed,) = json.loads(lifetracer("token", "list", "--json", environ=environ).stdout)
    assert (listed["name"], listed["scopes"]) == ("cron", ["jobs:read", "jobs:write"])
    assert listed["lastUsedAt"] is not None
    assert lifetracer("token", "revoke", "cron", environ=environ).returncode == 0
    assert lifetracer("token", "add", "x", "--scope", "all", environ=environ).returncode == 2
    assert lifetracer("token", "add", "x", "--scope", "admin", "--expires", "x", environ=environ).returncode == 2
    actions = [line["action"] for line in server.get("/api/audit", headers=BEARER).json()["lines"]]
    assert actions == ["token.revoke", "transform.start", "token.add"]
