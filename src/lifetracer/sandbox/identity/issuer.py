"""An OpenID Connect issuer under ``/issuer``: discovery, a page that asks who one is, codes with PKCE, ID tokens."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import jwt

from lifetracer.sandbox.identity.register import ACCESS_SECONDS, Code
from lifetracer.sandbox.wire import Call, Refusal, Reply, Router, reply_json

ROUTER = Router("/issuer")

CODE_SECONDS = 60


def _url(call: Call) -> str:
    return f"http://{call.headers.get('host', '')}/issuer"


def _deny(error: str, description: str = "", status: int = 400) -> Refusal:
    return Refusal(reply_json({"error": error, "error_description": description}, status))


@ROUTER.on("GET", "/.well-known/openid-configuration")
def about(call: Call) -> Reply:
    """Describe the issuer (OpenID Connect Discovery 1.0)."""
    url = _url(call)
    return reply_json(
        {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "email", "profile"],
        }
    )


@ROUTER.on("GET", "/keys")
def keys(call: Call) -> Reply:
    """Publish the keys."""
    return reply_json(call.world.register.issuer_keys())


@ROUTER.on("GET", "/authorize")
def authorize(call: Call) -> Reply:
    """Ask who one is: one link for each person, and one to decline."""
    asked = dict(call.query)
    register = call.world.register
    if asked.get("client_id") != register.client_id:
        return _page("Unknown client", "")
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        return _page("Invalid request", "")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return _page("PKCE is required", "")
    chosen = asked.pop("person", None)
    if chosen is None:
        links = ""
        for choice, name in (*((p.index, p.email) for p in call.world.people), ("nobody", "Decline")):
            address = f"{call.path}?{urlencode({**asked, 'person': choice})}"
            links += f'<p><a href="{html.escape(address)}">{html.escape(name)}</a></p>'
        return _page("Sign in", links)
    said = {"state": asked.get("state", ""), "iss": _url(call)}
    if chosen == "nobody":
        return _lead(asked["redirect_uri"], said | {"error": "access_denied"})
    code = secrets.token_urlsafe(18)
    register.codes[code] = Code(
        int(chosen),
        asked["redirect_uri"],
        asked["code_challenge"],
        asked.get("nonce", ""),
        time.time() + CODE_SECONDS,
    )
    return _lead(asked["redirect_uri"], said | {"code": code})


@ROUTER.on("POST", "/token")
def token(call: Call) -> Reply:
    """Trade a code, once, for an ID token."""
    form, register = call.form(), call.world.register
    client, secret = form.get("client_id"), form.get("client_secret")
    basic = call.headers.get("authorization", "")
    if basic.lower().startswith("basic "):
        client, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
    if client != register.client_id or secret != register.client_secret:
        raise _deny("invalid_client", status=401)
    code = register.codes.pop(form.get("code", ""), None)
    if code is None or code.until < time.time() or form.get("redirect_uri") != code.redirect_uri:
        raise _deny("invalid_grant", "The code is not good any more.")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
        raise _deny("invalid_grant", "The verifier does not fit.")
    person, now = call.world.people[code.person], int(time.time())
    claims: dict[str, Any] = {
        "iss": _url(call),
        "aud": client,
        "sub": register.subject(person),
        "email": person.email,
        "email_verified": True,
        "name": person.name,
        "nonce": code.nonce,
        "iat": now,
        "exp": now + ACCESS_SECONDS,
    }
    claims |= call.world.modes.get("oidc_claims", {})  # a faulty issuer says something else
    id_token = jwt.encode(claims, register.rsa, "RS256", headers={"kid": "issuer-1"})
    access = secrets.token_urlsafe(18)
    return reply_json(
        {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS, "id_token": id_token}
    )


def _page(title: str, text: str) -> Reply:
    body = f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{text}"
    return Reply(200, body.encode(), {"content-type": "text/html; charset=utf-8"})


def _lead(target: str, values: dict[str, str]) -> Reply:
    return Reply(302, b"", {"location": f"{target}?{urlencode(values)}"})
