"""OpenID Connect: sign-in by Google or any other issuer, with discovery, PKCE, state and nonce.

    browser ──► issuer's page ──► /sign-in/oidc/back?code=…&state=… ──► we trade the code for an ID token and prove it

Law: an ID token counts only when the issuer's published key signed it for our client and for this very round trip.
Rules: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636, RFC 9207.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from lifetracer.errors import CredentialError, FixByHandError, TryAgainError
from lifetracer.outside.http import trusted
from lifetracer.settings import Settings

TIMEOUT = httpx.Timeout(15.0, connect=10.0)
SKEW_SECONDS = 60
DISCOVERY_SECONDS = 3600.0
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""By keys that only the issuer has; never ``none``, never HS256 by a secret that we hold, too."""


@dataclass(frozen=True, slots=True)
class Question:
    """A sign-in that was begun: where to send the browser, and what to keep until it comes back."""

    address: str
    verifier: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the issuer vouches for."""

    issuer: str
    subject: str
    label: str
    """E-mail address or name, to be recognised by; nothing is decided by it."""


def configured(settings: Settings) -> bool:
    """Tell whether people can sign in by an issuer."""
    return settings.oidc_issuer is not None and settings.oidc_client_id is not None


def name_of(settings: Settings) -> str:
    """Give what stands on the button."""
    host = urlsplit(settings.oidc_issuer or "").netloc
    return settings.oidc_name or ("Google" if host == "accounts.google.com" else host)


def begin(settings: Settings, redirect_uri: str, state: str, *, again: bool = False) -> Question:
    """Begin a sign-in.

    Args:
        settings: the installation's.
        redirect_uri: where the issuer sends the browser back to.
        state: by which we know it again.
        again: ask for the password there even if the browser is signed in.

    Raises:
        FixByHandError: the issuer's address leads to no issuer.
        TryAgainError: it cannot be reached.
    """
    verifier, nonce = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    address = prepare_grant_uri(
        str(_discovered(settings)["authorization_endpoint"]),
        settings.oidc_client_id,
        "code",
        redirect_uri=redirect_uri,
        scope="openid email profile",
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        prompt="login" if again else None,
    )
    return Question(str(address), verifier, nonce)


def end(settings: Settings, redirect_uri: str, answer: Mapping[str, str], verifier: str, nonce: str) -> Vouched:
    """Trade the code that came back for whom the issuer vouches for.

    Raises:
        CredentialError: the person or the issuer said no, or the answer does not hold.
        TryAgainError: the issuer cannot be reached.
    """
    about = _discovered(settings)
    if "error" in answer:
        said = "The sign-in was declined." if answer["error"] == "access_denied" else f"It said: {answer['error']}."
        raise CredentialError(said, remedy="Try again.")
    if answer.get("iss", about["issuer"]) != about["issuer"]:
        raise CredentialError("The answer comes from another issuer.", remedy="Try again.")
    secret = settings.oidc_client_secret
    form = {
        "grant_type": "authorization_code",
        "code": answer.get("code", ""),
        "redirect_uri": redirect_uri,
        "client_id": settings.oidc_client_id or "",
        "code_verifier": verifier,
    }
    form |= {"client_secret": secret.get_secret_value()} if secret else {}
    try:
        response = httpx.post(
            str(about["token_endpoint"]),
            data=form,
            timeout=TIMEOUT,
            headers={"Accept": "application/json"},
            verify=trusted(),
        )
        token = response.json()
    except (httpx.HTTPError, ValueError) as failure:
        raise _unreachable(settings, failure) from None
    if response.status_code >= 500 or not isinstance(token, dict):
        raise _unreachable(settings, RuntimeError(f"it answered {response.status_code}"))
    if not response.is_success:
        reason = token.get("error", response.status_code)
        raise CredentialError(f"{name_of(settings)} did not accept the sign-in: {reason}.", remedy="Try again.")
    return _proven(settings, about, str(token.get("id_token", "")), nonce)


def _proven(settings: Settings, about: Mapping[str, Any], id_token: str, nonce: str) -> Vouched:
    client_id = settings.oidc_client_id
    try:
        key = _issuer(settings).keys(about).get_signing_key_from_jwt(id_token)
        claims = jwt.decode(
            id_token,
            key,
            algorithms=[name for name in ALGORITHMS if name == key.algorithm_name],
            audience=client_id,
            issuer=str(about["issuer"]),
            leeway=SKEW_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
    except jwt.PyJWKClientConnectionError as failure:
        raise _unreachable(settings, failure) from None
    except jwt.PyJWTError as problem:
        raise CredentialError(f"The issuer's word does not hold: {problem}.", remedy="Try again.") from None
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise CredentialError("The issuer's word was given for another sign-in.", remedy="Try again.")
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client_id:
        raise CredentialError("The issuer's word is for another client.", remedy="Try again.")
    label = str(claims.get("email") or claims.get("name") or claims["sub"])
    return Vouched(str(about["issuer"]), str(claims["sub"]), label)


class _Issuer:
    """What one issuer published, kept for an hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._about: dict[str, Any] | None = None
        self._until = -1e9
        self._keys: jwt.PyJWKClient | None = None

    def about(self, settings: Settings) -> Mapping[str, Any]:
        with self._lock:
            if self._about is None or self._until < time.monotonic():
                self._about = _discover(settings)
                self._until = time.monotonic() + DISCOVERY_SECONDS
                self._keys = None
            return self._about

    def keys(self, about: Mapping[str, Any]) -> jwt.PyJWKClient:
        with self._lock:
            if self._keys is None:
                self._keys = jwt.PyJWKClient(str(about["jwks_uri"]), lifespan=600, timeout=15)
            return self._keys


_known: dict[str, _Issuer] = {}


def _issuer(settings: Settings) -> _Issuer:
    return _known.setdefault(settings.oidc_issuer or "", _Issuer())


def _discovered(settings: Settings) -> Mapping[str, Any]:
    return _issuer(settings).about(settings)


def _discover(settings: Settings) -> dict[str, Any]:
    issuer = (settings.oidc_issuer or "").rstrip("/")
    address = f"{issuer}/.well-known/openid-configuration"
    try:
        response = httpx.get(address, timeout=TIMEOUT, follow_redirects=False, verify=trusted())
        about = response.json() if response.is_success else {}
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        about = {}
    except (httpx.HTTPError, ValueError) as failure:
        raise _unreachable(settings, failure) from None
    needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    if not isinstance(about, dict) or any(not about.get(name) for name in needed):
        raise FixByHandError(f"{address} describes no issuer.", remedy="Correct LIFETRACER_OIDC_ISSUER.")
    if str(about["issuer"]).rstrip("/") != issuer:
        raise FixByHandError(
            f"The issuer calls itself {about['issuer']}.", remedy="Set LIFETRACER_OIDC_ISSUER to exactly that."
        )
    return about


def _unreachable(settings: Settings, failure: Exception) -> TryAgainError:
    return TryAgainError(
        f"{name_of(settings)} cannot be reached: {failure or type(failure).__name__}.", remedy="Try again in a moment."
    )
