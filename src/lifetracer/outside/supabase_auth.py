"""Supabase Auth (GoTrue): sign-in by password, renewal by single-use refresh tokens, and proof of its tokens.

Law: the algorithm is the key's, never the token's wish; nobody is anybody by e-mail or `user_metadata`, only by `sub`.
Rules: supabase.com/docs/guides/auth, as of 2026: legacy projects sign by HS256 and publish no key.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt

from lifetracer.errors import CredentialError, FixByHandError, TryAgainError
from lifetracer.outside.http import trusted
from lifetracer.settings import Settings

TIMEOUT = httpx.Timeout(15.0, connect=10.0)
SKEW_SECONDS = 60
AUDIENCE = "authenticated"
SIGN_IN_AGAIN = "Sign in again, with an account of your own."
KEYS_SECONDS = 600.0
"""For so long published keys are kept (Supabase's own Cache-Control)."""
UNKNOWN_KEY_SECONDS = 60.0
"""For a key that nobody knows the list is fetched so often at most."""
PUBLIC = ("ES256", "RS256", "EdDSA")
EARLY = timedelta(minutes=5)
"""A session is renewed so long before its access token ends."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a sign-in or a renewal gave."""

    subject: str
    email: str
    refresh_token: str
    renew_at: datetime


class RefusedError(CredentialError):
    """Supabase refused it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message or code, remedy="Sign in again.")
        self.code = code


def configured(settings: Settings) -> bool:
    """Tell whether people can sign in by Supabase Auth."""
    return settings.supabase_url is not None and settings.supabase_anon_key is not None


def issuer_of(settings: Settings) -> str:
    """Give the issuer of the project's tokens."""
    return f"{(settings.supabase_url or '').rstrip('/')}/auth/v1"


def sign_in(settings: Settings, email: str, password: str) -> Given:
    """Sign in by e-mail and password.

    Raises:
        RefusedError: the project does not let them in; ``code`` is its own.
        TryAgainError: it cannot be asked, or was asked too often.
    """
    return _given(_ask(settings, "POST", "/token?grant_type=password", {"email": email, "password": password}))


def renew(settings: Settings, refresh_token: str) -> Given:
    """Trade a refresh token, which works once, for the next one: keep the new one before anything else.

    Raises:
        RefusedError: the session is over there.
        TryAgainError: it cannot be asked.
    """
    return _given(_ask(settings, "POST", "/token?grant_type=refresh_token", {"refresh_token": refresh_token}))


def verify(settings: Settings, token: str) -> Mapping[str, Any]:
    """Prove an access token and give its claims: by the published key, by the shared secret, or by asking the project.

    Raises:
        CredentialError: it is forged, over, or not for us.
        TryAgainError: the project cannot be asked.
    """
    try:
        head = jwt.get_unverified_header(token)
        algorithm, key_id = str(head.get("alg", "")), str(head.get("kid", ""))
        if algorithm in PUBLIC:
            found = _keys_of(settings).find(key_id)
            if found is None or found.algorithm_name != algorithm:
                raise CredentialError(
                    "The token is signed with a key that the project does not publish.", remedy=SIGN_IN_AGAIN
                )
            return _claims(settings, token, found.key, algorithm)
        if algorithm == "HS256" and settings.supabase_jwt_secret is not None:
            return _claims(settings, token, settings.supabase_jwt_secret.get_secret_value(), algorithm)
        if algorithm != "HS256":
            raise CredentialError("The token is not signed as Supabase signs.", remedy=SIGN_IN_AGAIN)
        user = _ask(settings, "GET", "/user", bearer=token)
        claims = jwt.decode(token, options={"verify_signature": False})
        if user.get("id") != claims.get("sub"):
            raise CredentialError("The project names another person than the token.", remedy=SIGN_IN_AGAIN)
        return _claims(settings, token, None, algorithm)
    except jwt.PyJWTError as problem:
        raise CredentialError(f"The token does not hold: {problem}.", remedy=SIGN_IN_AGAIN) from None


def _claims(settings: Settings, token: str, key: Any, algorithm: str) -> Mapping[str, Any]:
    """Read the claims; without a key the project has vouched for the signature already."""
    options: Any = {"require": ["exp", "sub", "aud", "iss"], "verify_signature": key is not None}
    options |= {f"verify_{name}": True for name in ("exp", "aud", "iss", "nbf", "iat")}
    claims: Mapping[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=AUDIENCE,
        issuer=issuer_of(settings),
        leeway=SKEW_SECONDS,
        options=options,
    )
    if claims.get("is_anonymous"):
        raise CredentialError("Anonymous visitors have no account here.", remedy=SIGN_IN_AGAIN)
    return claims


class _Keys:
    """The published keys of one project."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = -1e9

    def find(self, key_id: str) -> jwt.PyJWK | None:
        with self._lock:
            age = time.monotonic() - self._fetched
            if age > KEYS_SECONDS or (key_id not in self._keys and age > UNKNOWN_KEY_SECONDS):
                body = _ask(self._settings, "GET", "/.well-known/jwks.json")
                found = [jwt.PyJWK(key) for key in body.get("keys", []) if key.get("kty") in {"EC", "RSA", "OKP"}]
                self._keys = {str(key.key_id): key for key in found}
                self._fetched = time.monotonic()
            return self._keys.get(key_id)


_known: dict[str, _Keys] = {}


def _keys_of(settings: Settings) -> _Keys:
    return _known.setdefault(issuer_of(settings), _Keys(settings))


def _given(body: Mapping[str, Any]) -> Given:
    user = body.get("user") or {}
    subject, refresh_token = user.get("id"), body.get("refresh_token")
    if not subject or not refresh_token:
        raise TryAgainError(
            "Supabase Auth did not say who signed in.",
            remedy="Try again; or see whether the e-mail is confirmed there.",
        )
    seconds = int(body.get("expires_in") or 3600)
    early = min(EARLY, timedelta(seconds=seconds) / 2)
    return Given(
        subject=str(subject),
        email=str(user.get("email") or user.get("phone") or ""),
        refresh_token=str(refresh_token),
        renew_at=datetime.now(UTC) + timedelta(seconds=seconds) - early,
    )


def _ask(
    settings: Settings, method: str, path: str, body: Mapping[str, str] | None = None, bearer: str | None = None
) -> dict[str, Any]:
    assert settings.supabase_anon_key is not None, "asked only when it is configured"
    headers = {"apikey": settings.supabase_anon_key.get_secret_value(), "X-Supabase-Api-Version": "2024-01-01"}
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    address = issuer_of(settings) + path
    try:
        response = httpx.request(method, address, json=body, headers=headers, timeout=TIMEOUT, verify=trusted())
        answer = response.json()
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise FixByHandError(f"{address} is no http address.", remedy="Correct SUPABASE_URL.") from None
    except httpx.TransportError as failure:
        raise TryAgainError(
            f"Supabase Auth cannot be reached: {failure or type(failure).__name__}.", remedy="Try again in a moment."
        ) from None
    except ValueError:
        raise TryAgainError(
            "Supabase Auth answered with something that is not JSON.", remedy="Try again; or correct SUPABASE_URL."
        ) from None
    if response.is_success and isinstance(answer, dict):
        return answer
    told = answer if isinstance(answer, dict) else {}
    code = str(told.get("error_code") or told.get("code") or response.status_code)
    if response.status_code == 429 or response.status_code >= 500:
        raise TryAgainError("Supabase Auth is too busy at the moment.", remedy="Try again in a minute.")
    raise RefusedError(code, str(told.get("message") or told.get("msg") or ""))
