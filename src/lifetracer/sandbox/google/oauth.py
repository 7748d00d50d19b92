"""Google OAuth 2.0: consent page, codes with PKCE, refresh, revocation, service accounts (APIS.md E)."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from lifetracer.sandbox.google.grants import CODE_SECONDS, TESTING_SECONDS, Grant
from lifetracer.sandbox.wire import Call, Refusal, Reply, Router, reply_json

ROUTER = Router("", lost=lambda _call: Reply(404, b"Not Found", {"content-type": "text/plain"}))

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
SKEW_SECONDS = 300
LONGEST_JWT_SECONDS = 3600
NOT_SHORT_LIVED = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
NOT_DELEGATED = (
    "Client is unauthorized to retrieve access tokens using this method, "
    "or client not authorized for any of the scopes requested."
)
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1"}


def _deny(error: str, description: str, status: int = 400) -> Refusal:
    return Refusal(reply_json({"error": error, "error_description": description}, status))


def _page(title: str, text: str, status: int = 200) -> Reply:
    body = f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1>{text}"
    return Reply(status, body.encode(), {"content-type": "text/html; charset=utf-8"})


@ROUTER.on("GET", "/o/oauth2/v2/auth")
def consent(call: Call) -> Reply:
    """Ask for consent: approve at once, show a page, deny, or grant only some scopes, as the world is set."""
    asked = dict(call.query)
    target = asked.get("redirect_uri", "")
    if (refused := _refused(call, asked, target)) is not None:
        return refused
    decision = asked.get("sandbox_decision") or call.world.grants.consent["decision"]
    if call.fault("oauth_denied") is not None or decision == "deny":
        return _redirect(target, {"error": "access_denied"}, asked)
    if decision == "ask":
        links = ""
        for choice in ("approve", "deny"):
            address = f"{call.path}?{urlencode({**asked, 'sandbox_decision': choice})}"
            links += f'<p><a href="{html.escape(address)}">{choice}</a></p>'
        return _page("An app wants to see your calendars", links)
    return _redirect(target, {"code": _new_code(call, asked), "scope": _granted(call, asked)}, asked)


def _refused(call: Call, asked: dict[str, str], target: str) -> Reply | None:
    """Return Google's own error page for a request that must not be redirected back."""
    if asked.get("client_id") != call.world.grants.client_id:
        return _page("Error 401: invalid_client", "The OAuth client was not found.", 401)
    if not _may_redirect(call, target):
        return _page("Error 400: redirect_uri_mismatch", html.escape(target), 400)
    if asked.get("response_type") != "code" or not asked.get("scope"):
        return _page("Error 400: invalid_request", "response_type=code and scope are required.", 400)
    if asked.get("code_challenge_method", "S256") not in {"S256", "plain"}:
        return _page("Error 400: invalid_request", "code_challenge_method is S256 or plain.", 400)
    return None


def _may_redirect(call: Call, target: str) -> bool:
    parts = urlsplit(target)
    if target in call.world.grants.redirect_uris:
        return True
    desktop = not call.world.grants.redirect_uris
    return desktop and parts.scheme == "http" and parts.hostname in LOOPBACK


def _granted(call: Call, asked: dict[str, str]) -> str:
    partial = call.world.grants.consent["scopes"]
    for fault in call.world.faults.active:
        if fault.name == "oauth_partial_scopes":
            partial = fault.options.get("scopes", [])
    wanted = asked["scope"].split()
    return " ".join(wanted if partial is None else [scope for scope in wanted if scope in partial])


def _new_code(call: Call, asked: dict[str, str]) -> str:
    now, grants = call.world.clock.seconds, call.world.grants
    hint = asked.get("login_hint")
    person = next((p.index for p in call.world.people if hint in {p.email, str(p.index)}), 0)
    code = f"4/0{secrets.token_urlsafe(24)}"
    first = (person, asked["client_id"]) not in {(g.person, g.client_id) for g in grants.refresh.values()}
    grants.codes[code] = Grant(
        person,
        _granted(call, asked),
        asked["client_id"],
        now,
        now,
        redirect_uri=asked["redirect_uri"],
        challenge=asked.get("code_challenge", ""),
        challenge_method=asked.get("code_challenge_method", "S256" if "code_challenge" in asked else ""),
        offline=asked.get("access_type") == "offline" and (first or "consent" in asked.get("prompt", "")),
    )
    return code


def _redirect(target: str, values: dict[str, str], asked: dict[str, str]) -> Reply:
    if "state" in asked:
        values = {"state": asked["state"], **values}
    parts = urlsplit(target)
    query = urlencode([*parse_qsl(parts.query), *values.items()])
    return Reply(302, b"", {"location": parts._replace(query=query).geturl()})


@ROUTER.on("POST", "/token")
def token(call: Call) -> Reply:
    """Exchange a code, a refresh token or a signed assertion for an access token."""
    form = call.form()
    kind = form.get("grant_type")
    if kind == JWT_GRANT:
        return reply_json(_by_assertion(call, form))
    if kind not in {"authorization_code", "refresh_token"}:
        raise _deny("unsupported_grant_type", f"Invalid grant_type: {kind or ''}")
    grants = call.world.grants
    client, secret = form.get("client_id"), form.get("client_secret")
    basic = call.headers.get("authorization", "")
    if basic.lower().startswith("basic ") and client is None:
        client, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
    if client != grants.client_id:
        raise _deny("invalid_client", "The OAuth client was not found.", 401)
    if secret != grants.client_secret:
        raise _deny("invalid_client", "Unauthorized", 401)
    return reply_json(_by_code(call, form) if kind == "authorization_code" else _by_refresh(call, form))


def _by_code(call: Call, form: dict[str, str]) -> dict[str, Any]:
    grants, now = call.world.grants, call.world.clock.seconds
    grant = grants.codes.pop(form.get("code", ""), None)
    if grant is None or now - grant.made_at > CODE_SECONDS:
        raise _deny("invalid_grant", "Malformed auth code." if not form.get("code") else "Bad Request")
    if form.get("redirect_uri") != grant.redirect_uri:
        raise _deny("redirect_uri_mismatch", "Bad Request")
    if grant.challenge:
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if not verifier:
            raise _deny("invalid_grant", "Missing code verifier.")
        if grant.challenge != (digest if grant.challenge_method == "S256" else verifier):
            raise _deny("invalid_grant", "Invalid code verifier.")
    refresh = grants.new_refresh(grant) if grant.offline else ""
    answer = grants.new_access(grant.scope, person=grant.person, parent=refresh)
    if refresh:
        answer["refresh_token"] = refresh
        if grants.consent["testing"]:
            answer["refresh_token_expires_in"] = TESTING_SECONDS
    return answer


def _by_refresh(call: Call, form: dict[str, str]) -> dict[str, Any]:
    grants = call.world.grants
    refresh = form.get("refresh_token", "")
    grant = grants.alive(refresh)
    if grant is None:
        raise _deny("invalid_grant", "Token has been expired or revoked." if refresh else "Bad Request")
    grant.used_at = call.world.clock.seconds
    if call.fault("oauth_new_refresh_token") is not None:
        grants.revoke(refresh)
        refresh = grants.new_refresh(grant)
        return grants.new_access(grant.scope, person=grant.person, parent=refresh) | {"refresh_token": refresh}
    return grants.new_access(grant.scope, person=grant.person, parent=refresh)


def _by_assertion(call: Call, form: dict[str, str]) -> dict[str, Any]:
    """Check a service account's signed assertion: issuer, audience, at most an hour, the clock within five minutes."""
    text = form.get("assertion", "")
    grants = call.world.grants
    try:
        issuer = jwt.decode(text, options={"verify_signature": False}).get("iss", "")
        account = grants.service_accounts.get(issuer)
        if account is None:
            raise _deny("invalid_grant", "Invalid grant: account not found")
        claims = jwt.decode(
            text,
            account["public_key"],
            algorithms=["RS256"],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidSignatureError:
        raise _deny("invalid_grant", "Invalid JWT Signature.") from None
    except jwt.PyJWTError as problem:
        raise _deny("invalid_grant", f"Invalid JWT: {problem}") from None
    now = time.time() + call.world.modes.get("google_clock_skew", 0)
    issued, until = claims.get("iat", 0), claims.get("exp", 0)
    own = {GOOGLE_AUDIENCE, f"http://{call.headers.get('host', '')}/token"}
    if claims.get("aud") not in own:
        raise _deny("invalid_grant", "Invalid JWT: aud must be the address of the token endpoint.")
    if abs(now - issued) > SKEW_SECONDS or until < now or until - issued > LONGEST_JWT_SECONDS:
        raise _deny("invalid_grant", NOT_SHORT_LIVED)
    if subject := claims.get("sub"):
        person = next((p.index for p in call.world.people if p.email == subject), None)
        if person is None or issuer not in grants.delegated:
            raise _deny("unauthorized_client", NOT_DELEGATED, 401)
        return grants.new_access(claims.get("scope", ""), person=person)
    return grants.new_access(claims.get("scope", ""), person=account["person"], guest=issuer)


@ROUTER.on("POST", "/revoke")
def revoke(call: Call) -> Reply:
    """Revoke a token; the refresh token dies with its access tokens."""
    if not call.world.grants.revoke(call.form().get("token", "")):
        raise _deny("invalid_token", "Token expired or revoked")
    return reply_json({})
