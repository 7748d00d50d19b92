"""Google OAuth 2.0: consent, codes, PKCE, refresh, revocation, service accounts (APIS.md E)."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from sandbox.conftest import Client

READ = "https://www.googleapis.com/auth/calendar.events.readonly"
LIST = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
HERE = "http://127.0.0.1:8765/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def consent(client: Client, **changes: str) -> httpx.Response:
    asked = {
        "client_id": client.world.grants.client_id,
        "redirect_uri": HERE,
        "response_type": "code",
        "scope": f"{READ} {LIST}",
        "state": "s1",
        "access_type": "offline",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return client.ask("GET", "/o/oauth2/v2/auth", params={**asked, **changes})


def answered(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def exchange(client: Client, code: str, **changes: str) -> httpx.Response:
    grants = client.world.grants
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": grants.client_id,
        "client_secret": grants.client_secret,
        "redirect_uri": HERE,
        "code_verifier": VERIFIER,
    }
    return client.ask("POST", "/token", data={**form, **changes})


def test_a_code_becomes_tokens_once(blank: Client) -> None:
    redirected = answered(consent(blank))
    assert redirected["state"] == "s1"
    tokens = exchange(blank, redirected["code"]).json()
    assert tokens["expires_in"] == 3599
    assert tokens["refresh_token"].startswith("1//")
    assert tokens["scope"] == f"{READ} {LIST}"
    again = exchange(blank, redirected["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_verifier": "wrong"}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/other"}, 400, "redirect_uri_mismatch"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_code_is_checked(blank: Client, changes: dict[str, str], status: int, error: str) -> None:
    answer = exchange(blank, answered(consent(blank))["code"], **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_code_lives_ten_minutes(blank: Client) -> None:
    code = answered(consent(blank))["code"]
    blank.admin("POST", "/clock", {"advance": 601})
    assert exchange(blank, code).json()["error"] == "invalid_grant"


def test_redirects_must_be_known_or_loopback(blank: Client) -> None:
    assert consent(blank, redirect_uri="https://evil.example/cb").status_code == 400
    blank.admin("POST", "/google/consent", {"redirect_uris": ["https://mine.example/cb"]})
    assert consent(blank, redirect_uri="https://mine.example/cb").status_code == 302
    assert consent(blank).status_code == 400
    assert consent(blank, client_id="nobody").status_code == 401


def test_the_person_may_say_no_or_untick_scopes(blank: Client) -> None:
    blank.fault("oauth_denied")
    assert answered(consent(blank))["error"] == "access_denied"
    blank.admin("POST", "/google/consent", {"scopes": [READ]})
    assert exchange(blank, answered(consent(blank))["code"]).json()["scope"] == READ
    blank.admin("POST", "/google/consent", {"decision": "ask", "scopes": None})
    page = consent(blank)
    assert (page.status_code, "approve" in page.text) == (200, True)


def test_a_second_grant_brings_a_refresh_token_only_with_prompt_consent(blank: Client) -> None:
    exchange(blank, answered(consent(blank))["code"])
    assert "refresh_token" not in exchange(blank, answered(consent(blank))["code"]).json()
    assert "refresh_token" in exchange(blank, answered(consent(blank, prompt="consent"))["code"]).json()


def test_a_refresh_keeps_its_token_unless_a_new_one_comes(blank: Client) -> None:
    assert "refresh_token" not in blank.refresh().json()
    blank.fault("oauth_new_refresh_token")
    new = blank.refresh().json()["refresh_token"]
    assert blank.refresh().json()["error"] == "invalid_grant"
    assert blank.refresh(refresh_token=new).status_code == 200


def test_access_tokens_expire_and_die_with_their_consent(blank: Client) -> None:
    assert blank.google("GET", "/colors").status_code == 200
    blank.admin("POST", "/clock", {"advance": 3600})
    expired = blank.google("GET", "/colors")
    assert (expired.status_code, expired.json()["error"]["errors"][0]["reason"]) == (401, "authError")
    blank.bearer = ""
    assert blank.google("GET", "/colors").status_code == 200
    blank.fault("google_revoked")
    assert blank.google("GET", "/colors").status_code == 401
    answer = blank.refresh()
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
    )


def test_in_testing_a_refresh_token_lives_seven_days(blank: Client) -> None:
    blank.admin("POST", "/google/consent", {"testing": True})
    tokens = exchange(blank, answered(consent(blank))["code"]).json()
    assert tokens["refresh_token_expires_in"] == 604_800
    blank.admin("POST", "/clock", {"days": 6.9})
    assert blank.refresh(refresh_token=tokens["refresh_token"]).status_code == 200
    blank.admin("POST", "/clock", {"days": 0.2})
    assert blank.refresh(refresh_token=tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_revoking_ends_a_token(blank: Client) -> None:
    refresh = blank.world.grants.standing_token(0)
    assert blank.ask("POST", "/revoke", params={"token": refresh}).status_code == 200
    assert blank.refresh().status_code == 400
    assert blank.ask("POST", "/revoke", params={"token": refresh}).status_code == 400


def assertion(key: dict[str, Any], **changes: Any) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": key["client_email"],
        "scope": READ,
        "aud": key["token_uri"],
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    signed = jwt.encode(claims, key["private_key"], algorithm="RS256")
    return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}


def test_a_service_account_reads_what_was_shared_with_it(blank: Client) -> None:
    key = blank.admin("POST", "/google/service-accounts", {"calendars": ["primary"]})
    blank.event("2026-11-23T09:00:00+01:00", "2026-11-23T10:00:00+01:00", summary="shared")
    for audience in (key["token_uri"], "https://oauth2.googleapis.com/token"):
        answer = blank.ask("POST", "/token", data=assertion(key, aud=audience))
        assert answer.status_code == 200, answer.text
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    email = blank.person.email
    page = blank.ask("GET", f"/calendar/v3/calendars/{email}/events", headers=headers).json()
    assert ([item["summary"] for item in page["items"]], page["accessRole"]) == (["shared"], "reader")
    assert blank.ask("GET", "/calendar/v3/calendars/primary/events", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "changes", [{"iat": 1, "exp": 3601}, {"aud": "https://example.com"}, {"iss": "nobody@example.com"}]
)
def test_a_bad_assertion_is_invalid_grant(blank: Client, changes: dict[str, Any]) -> None:
    key = blank.admin("POST", "/google/service-accounts", {})
    assert blank.ask("POST", "/token", data=assertion(key, **changes)).json()["error"] == "invalid_grant"


def test_a_foreign_key_and_undelegated_acting_for_somebody_are_refused(blank: Client) -> None:
    mine = blank.admin("POST", "/google/service-accounts", {})
    other = blank.admin("POST", "/google/service-accounts", {"delegated": True})
    forged = {**mine, "private_key": other["private_key"]}
    assert blank.ask("POST", "/token", data=assertion(forged)).json()["error_description"] == "Invalid JWT Signature."
    email = blank.person.email
    assert blank.ask("POST", "/token", data=assertion(mine, sub=email)).status_code == 401
    assert blank.ask("POST", "/token", data=assertion(other, sub=email)).status_code == 200
