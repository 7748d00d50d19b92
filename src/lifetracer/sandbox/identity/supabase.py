"""Supabase Auth (GoTrue) under ``/auth/v1``: password and refresh grants, users, sign-out, keys (APIS.md G.2)."""

from __future__ import annotations

import time
from typing import Any

import jwt

from lifetracer.sandbox.identity.register import ACCESS_SECONDS, REUSE_SECONDS
from lifetracer.sandbox.wire import Call, Refusal, Reply, Router, reply_json
from lifetracer.sandbox.world import Person


def _refuse(call: Call, status: int, code: str, message: str) -> Refusal:
    if call.headers.get("x-supabase-api-version", "") >= "2024-01-01":
        return Refusal(reply_json({"code": code, "message": message}, status))
    return Refusal(reply_json({"code": status, "error_code": code, "msg": message}, status))


def _guard(call: Call) -> None:
    open_to_all = call.path.endswith(("/.well-known/jwks.json", "/health"))
    if not open_to_all and call.headers.get("apikey") != call.world.register.anon_key:
        raise Refusal(reply_json({"message": "Invalid API key", "hint": "Double check your API key."}, 401))


ROUTER = Router("/auth/v1", guard=_guard)


def _url(call: Call) -> str:
    return f"http://{call.headers.get('host', '')}"


@ROUTER.on("POST", "/token")
def token(call: Call) -> Reply:
    """Sign in by password, or renew by a refresh token, which works once."""
    body, kind = call.json(), call.get("grant_type")
    register = call.world.register
    if kind == "password":
        person = next((p for p in call.world.people if p.email == body.get("email")), None)
        if person is None or register.password(person) != body.get("password"):
            raise _refuse(call, 400, "invalid_credentials", "Invalid login credentials")
        _refuse_banned(call, person)
        session = call.world.secret("session", len(register.refresh))
        return _given(call, person, session, register.new_refresh(person.index, session))
    if kind != "refresh_token":
        raise _refuse(call, 400, "validation_failed", "unsupported_grant_type")
    shown = str(body.get("refresh_token", ""))
    known = register.refresh.get(shown)
    if known is None or known.session in register.ended:
        raise _refuse(call, 400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
    person = call.world.people[known.person]
    _refuse_banned(call, person)
    if known.used_at is not None:
        if time.time() - known.used_at > REUSE_SECONDS:
            register.ended.add(known.session)
            raise _refuse(call, 400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
        return _given(call, person, known.session, known.successor)
    known.used_at, known.successor = time.time(), register.new_refresh(known.person, known.session)
    return _given(call, person, known.session, known.successor)


@ROUTER.on("GET", "/user")
def user(call: Call) -> Reply:
    """Show whose access token it is."""
    person, _ = _bearer(call)
    return reply_json(_user(call, person))


@ROUTER.on("POST", "/logout")
def logout(call: Call) -> Reply:
    """End the session of an access token; all of the person's by ``scope=global``, which is the default."""
    person, session = _bearer(call)
    register = call.world.register
    scope = call.get("scope") or "global"
    for known in register.refresh.values():
        mine = known.session == session
        if known.person == person.index and (scope == "global" or mine == (scope == "local")):
            register.ended.add(known.session)
    return Reply(204)


@ROUTER.on("GET", "/.well-known/jwks.json")
def keys(call: Call) -> Reply:
    """Publish the keys; a project that signs by its secret publishes none."""
    return reply_json(call.world.register.project_keys(), cache_control="public, max-age=600")


@ROUTER.on("GET", "/settings")
def settings(_call: Call) -> Reply:
    """Show what the project allows."""
    return reply_json(
        {"external": {"email": True, "phone": False}, "disable_signup": True, "mailer_autoconfirm": False}
    )


@ROUTER.on("GET", "/health")
def health(_call: Call) -> Reply:
    """Say that it is well."""
    return reply_json({"version": "v2.180.0", "name": "GoTrue", "description": "GoTrue is a user registration API"})


def _refuse_banned(call: Call, person: Person) -> None:
    if person.index in call.world.modes.get("supabase_banned", ()):
        raise _refuse(call, 400, "user_banned", "User is banned")


def _bearer(call: Call) -> tuple[Person, str]:
    """Find the person and the session of the access token."""
    register = call.world.register
    _, _, text = call.headers.get("authorization", "").partition(" ")
    for key, algorithm in ((register.jwt_secret, "HS256"), (register.ec.public_key(), "ES256")):
        try:
            claims = jwt.decode(text, key, algorithms=[algorithm], audience="authenticated")
        except jwt.PyJWTError:
            continue
        if claims["session_id"] in register.ended:
            raise _refuse(call, 403, "session_not_found", "Session from session_id claim in JWT does not exist")
        person = next(p for p in call.world.people if register.subject(p) == claims["sub"])
        return person, str(claims["session_id"])
    raise _refuse(call, 403, "bad_jwt", "invalid JWT")


def _given(call: Call, person: Person, session: str, refresh: str) -> Reply:
    access, until = call.world.register.sign_access(_url(call), person, session)
    return reply_json(
        {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": call.world.modes.get("supabase_seconds", ACCESS_SECONDS),
            "expires_at": until,
            "refresh_token": refresh,
            "user": _user(call, person),
        }
    )


def _user(call: Call, person: Person) -> dict[str, Any]:
    subject = call.world.register.subject(person)
    identity = {
        "identity_id": subject,
        "id": subject,
        "user_id": subject,
        "identity_data": {"email": person.email, "sub": subject},
        "provider": "email",
        "email": person.email,
    }
    return {
        "id": subject,
        "aud": "authenticated",
        "role": "authenticated",
        "email": person.email,
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
        "identities": [identity],
        "is_anonymous": False,
    }
