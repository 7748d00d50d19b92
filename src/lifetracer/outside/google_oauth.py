"""Google's OAuth 2.0 as far as calendars need it: scopes, the token address, refresh tokens.

Law: what no retry can mend (a dead grant, a wrong client) is never asked for twice.
Rules: developers.google.com/identity/protocols/oauth2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, TryAgainError
from lifetracer.outside.bearer import BearerAuth, Credential
from lifetracer.outside.http import retry_after, trusted

SCOPE = "https://www.googleapis.com/auth/"
EVENTS, LIST, SETTINGS = "calendar.events.readonly", "calendar.calendarlist.readonly", "calendar.settings.readonly"
READ_SCOPES = tuple(SCOPE + name for name in (EVENTS, LIST, SETTINGS))
"""What lifetracer asks for: the least that shows events, the list of calendars and the zone."""

PLAN = "calendar.app.created"
WRITE_SCOPES = (*READ_SCOPES, SCOPE + PLAN)
"""What is asked for besides when plans shall be written: a calendar of our own, and nothing in any other."""

ENOUGH: Mapping[str, frozenset[str]] = {
    "events": frozenset({"calendar", "calendar.readonly", "calendar.events", EVENTS}),
    "list": frozenset({"calendar", "calendar.readonly", "calendar.calendarlist", LIST}),
    "plan": frozenset({"calendar", PLAN}),
}
"""Wish → scopes of which one suffices (Calendar v3 discovery document)."""

CLOCK_TOLERANCE = timedelta(minutes=5)
TOKEN_TIMEOUT = httpx.Timeout(30.0, connect=15.0)

RECONNECT = (
    "Run `lifetracer connect gcal` again. Google ends a consent that was withdrawn or unused for six months, and "
    "after 7 days while the app's consent screen is in “Testing”: publish it (“In production”), then reconnect once."
)
WRONG_CLIENT = (
    "Compare GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET with the client in the Google Cloud console "
    "(APIs & Services → Credentials)."
)
SCOPES_MISSING = "Run `lifetracer connect gcal` again and leave every box ticked."
PLAN_SCOPE_MISSING = "Run `lifetracer connect gcal --write` and leave every box ticked, then approve the plan again."


def granted(scope: str, wish: str) -> bool:
    """Tell whether a token answer's ``scope`` covers the wish ``events``, ``list`` or ``plan``."""
    return any(name.removeprefix(SCOPE) in ENOUGH[wish] for name in scope.split())


class RefreshTokenAuth(BearerAuth):
    """Access tokens from a refresh token (``client_id``, ``client_secret``, ``refresh_token``)."""

    def __init__(self, credential: Credential, token_url: str) -> None:
        super().__init__(credential)
        self._token_url = token_url

    def obtain(self, credential: Credential) -> tuple[str, timedelta]:
        """Refresh; a refresh token in the answer replaces the old one."""
        answer = ask(
            self._token_url,
            grant_type="refresh_token",
            refresh_token=credential["refresh_token"],
            client_id=credential["client_id"],
            client_secret=credential.get("client_secret", ""),
        )
        if "scope" in answer and not granted(answer["scope"], "events"):
            raise CredentialError("The consent given to Google does not allow reading events.", remedy=SCOPES_MISSING)
        if answer.get("refresh_token"):
            credential["refresh_token"] = answer["refresh_token"]
        return access_token(answer)


def ask(token_url: str, **form: str) -> dict[str, Any]:
    """Send a form to Google's token address.

    Raises:
        CredentialError: ``invalid_grant`` (and everything else that only a new consent mends).
        FixByHandError: the client is wrong, the address is wrong, or this machine's clock is.
        TryAgainError: no network, or Google is not well.
    """
    host = urlsplit(token_url).netloc or token_url
    try:
        response = httpx.post(
            token_url, data=form, timeout=TOKEN_TIMEOUT, headers={"Accept": "application/json"}, verify=trusted()
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise FixByHandError(
            f"{token_url} is not an http address.", remedy="Correct LIFETRACER_GOOGLE_TOKEN_URL."
        ) from None
    except httpx.TransportError as failure:
        raise TryAgainError(
            f"Google's sign-in ({host}) cannot be reached: {failure or type(failure).__name__}.",
            remedy="Check the network and LIFETRACER_GOOGLE_TOKEN_URL; what was read so far is kept.",
        ) from None
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.is_success and isinstance(answer, dict) and answer.get("access_token"):
        return answer
    raise _refused(response, answer if isinstance(answer, dict) else {}, token_url)


def access_token(answer: Mapping[str, Any]) -> tuple[str, timedelta]:
    """Take the access token and its life out of a token answer."""
    return str(answer["access_token"]), timedelta(seconds=int(answer.get("expires_in", 3599)))


def clock_error_of(date_header: str | None) -> timedelta | None:
    """Tell how far this machine's clock is ahead (+) or behind (-) of a ``Date`` header.

    ``None`` when they agree, or when there is no usable header.
    """
    try:
        theirs = parsedate_to_datetime(date_header or "")
    except ValueError:
        return None
    error = datetime.now(UTC) - theirs
    return error if abs(error) > CLOCK_TOLERANCE else None


def clock_sentence(error: timedelta | None) -> str:
    """Say how wrong the clock is, as far as that is known."""
    if error is None:
        return "this computer's clock seems to be wrong."
    minutes = round(abs(error).total_seconds() / 60)
    amount = f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
    return f"this computer's clock is {amount} {'ahead' if error > timedelta(0) else 'behind'}."


def _refused(response: httpx.Response, answer: Mapping[str, Any], token_url: str) -> LifetracerError:
    reason, said = str(answer.get("error", "")), str(answer.get("error_description", ""))
    if response.is_success or response.status_code == 429 or response.status_code >= 500:
        strange = "with something that is not a token" if response.is_success else str(response.status_code)
        return TryAgainError(
            f"Google's sign-in answered {strange}.",
            remedy="This usually passes (a log-in page of the network may be in the way); nothing is lost.",
            after=retry_after({name.lower(): value for name, value in response.headers.items()}),
        )
    if reason == "invalid_grant" and ("timeframe" in said or "iat" in said.split()):
        error = clock_error_of(response.headers.get("date"))
        return FixByHandError(
            f"Google refuses the service account's signature: {clock_sentence(error)}",
            remedy="Set the clock (switch on network time), then sync again.",
        )
    if reason == "invalid_grant":
        return CredentialError(f"Google no longer accepts the credential ({said or reason}).", remedy=RECONNECT)
    if reason in {"invalid_client", "unauthorized_client", "deleted_client"}:
        return FixByHandError(f"Google does not know the OAuth client ({said or reason}).", remedy=WRONG_CLIENT)
    if reason:
        return CredentialError(f"Google's sign-in refused: {said or reason}.", remedy=RECONNECT)
    return FixByHandError(
        f"{token_url} answered {response.status_code}, which is not Google's sign-in.",
        remedy="Correct LIFETRACER_GOOGLE_TOKEN_URL.",
    )
