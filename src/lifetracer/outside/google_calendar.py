"""How Google lets one in and what its refusals mean (developers.google.com/workspace/calendar/api/guides/errors)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, TryAgainError
from lifetracer.outside.google_oauth import (
    PLAN_SCOPE_MISSING,
    READ_SCOPES,
    RECONNECT,
    SCOPES_MISSING,
    WRITE_SCOPES,
    RefreshTokenAuth,
)
from lifetracer.outside.http import Access, Refusal, retry_after
from lifetracer.outside.service_account import ServiceAccountAuth
from lifetracer.settings import Settings

CALENDAR_LIST = "/calendar/v3/users/me/calendarList"

TOO_FAST = frozenset({"userRateLimitExceeded", "rateLimitExceeded"})
BRAKED_SECONDS = 3600
"""After ``quotaExceeded`` an account is braked for hours; asking once an hour does no harm."""


def open_access(credential: Mapping[str, str], settings: Settings) -> Access:
    """Give the way in for reading: bearer tokens from a service account key or from a refresh token.

    Raises:
        CredentialError: neither is complete.
    """
    return Access(
        title="Google Calendar",
        base_url=settings.google_url,
        url_setting="LIFETRACER_GOOGLE_URL",
        auth=_auth(credential, settings, READ_SCOPES),
        explain=_explain,
    )


def open_to_write(credential: Mapping[str, str], settings: Settings) -> Access:
    """Give the way in for reading and for writing into calendars that lifetracer made.

    Raises:
        CredentialError: the credential is not complete, or can never own a calendar that the person sees.
    """
    if credential.get("service_account") and not credential.get("subject"):
        raise CredentialError(
            "Google Calendar is connected by a service account: a calendar that it made would be seen by nobody.",
            remedy="Connect with your own consent: `lifetracer connect gcal --write`.",
        )
    return Access(
        title="Google Calendar",
        base_url=settings.google_url,
        url_setting="LIFETRACER_GOOGLE_URL",
        auth=_auth(credential, settings, WRITE_SCOPES),
        explain=_explain_writing,
    )


def _auth(
    credential: Mapping[str, str], settings: Settings, scopes: Sequence[str]
) -> RefreshTokenAuth | ServiceAccountAuth:
    known = {name: value.strip() for name, value in credential.items() if value}
    if "service_account" in known:
        return ServiceAccountAuth(known, settings.google_token_url, scopes)
    # Google's desktop clients have a secret that is none; a client without one is possible.
    missing = [name for name in ("client_id", "refresh_token") if name not in known]
    if missing:
        raise CredentialError(
            f"The Google credential lacks {' and '.join(missing)}.",
            remedy="Run `lifetracer connect gcal`, or set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and "
            "GOOGLE_REFRESH_TOKEN.",
        )
    return RefreshTokenAuth(known, settings.google_token_url)


def reason_of(payload: Any) -> str:
    """Give the machine's word for an error, e.g. ``rateLimitExceeded``; empty when the body has none."""
    error = payload.get("error") if isinstance(payload, dict) else None
    errors = error.get("errors") if isinstance(error, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def _explain_writing(refusal: Refusal) -> LifetracerError | None:
    if refusal.code == 403 and reason_of(refusal.payload) == "insufficientPermissions":
        return CredentialError(
            "The consent given to Google does not allow lifetracer to make a calendar and write into it.",
            remedy=PLAN_SCOPE_MISSING,
        )
    return _explain(refusal)


def _explain(refusal: Refusal) -> LifetracerError | None:
    if refusal.code == 401:
        return CredentialError("Google does not accept the access token, not even a fresh one.", remedy=RECONNECT)
    return _forbidden(refusal, reason_of(refusal.payload)) if refusal.code == 403 else None


def _forbidden(refusal: Refusal, reason: str) -> LifetracerError | None:
    if reason in TOO_FAST:
        return TryAgainError(
            "Google asks to slow down.",
            remedy="Nothing is lost; the next sync goes on there.",
            after=retry_after(refusal.headers),
        )
    if reason in {"quotaExceeded", "dailyLimitExceeded"}:
        return refusal.budget.used_up(refusal.bucket, "Google Calendar", BRAKED_SECONDS)
    if reason == "accessNotConfigured":
        return FixByHandError(
            "The Google Calendar API is switched off in the project of this OAuth client or service account.",
            remedy="Switch it on at https://console.cloud.google.com/apis/library/calendar-json.googleapis.com "
            "(choose that project), wait a minute, and sync again.",
        )
    if reason == "insufficientPermissions" and refusal.path != CALENDAR_LIST:
        return CredentialError("The consent given to Google does not allow reading events.", remedy=SCOPES_MISSING)
    return None
