"""How Toggl lets one in and what its refusals mean (engineering.toggl.com/docs; quota in force since 2025-09-05)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError
from lifetracer.outside.http import Access, Refusal
from lifetracer.settings import Settings

USER_BUCKET = "user"
"""``/me…`` calls are counted per user, all others per user and organization."""

HOW_TO_CONNECT = (
    "Copy the API token from the end of https://track.toggl.com/profile and run `lifetracer connect toggl`."
)


def open_access(credential: Mapping[str, str], settings: Settings) -> Access:
    """Give basic authentication with the token as user name.

    Raises:
        CredentialError: the key is missing or belongs to Toggl 2.0.
    """
    token = credential.get("api_token", "").strip()
    if token.startswith("toggl_sk_"):
        raise CredentialError(
            "This key belongs to Toggl 2.0 (Focus); lifetracer reads Toggl Track, which has its own API token.",
            remedy=HOW_TO_CONNECT,
        )
    if not token or not token.isascii():
        raise CredentialError("There is no Toggl API token.", remedy=HOW_TO_CONNECT)
    return Access(
        title="Toggl Track",
        base_url=settings.toggl_url,
        url_setting="LIFETRACER_TOGGL_URL",
        auth=httpx.BasicAuth(token, "api_token"),
        pause_seconds=settings.toggl_pause_seconds,
        bucket=_bucket,
        remaining_header="x-toggl-quota-remaining",
        resets_header="x-toggl-quota-resets-in",
        explain=_explain,
    )


def organization_bucket(workspace: Mapping[str, object]) -> str:
    """Give the quota bucket of calls about a workspace."""
    return f"organization:{workspace.get('organization_id') or workspace['id']}"


def _bucket(path: str) -> str:
    return USER_BUCKET if path.startswith("/api/v9/me") else "organization"


def _explain(refusal: Refusal) -> LifetracerError | None:
    if refusal.code == 402:
        return _payment_required(refusal)
    if refusal.code == 401 or (refusal.code == 403 and refusal.path.startswith("/api/v9/me")):
        return CredentialError("Toggl does not accept the API token.", remedy=HOW_TO_CONNECT)
    if refusal.code == 410:
        return FixByHandError(
            f"Toggl has shut down {refusal.path}{': ' + refusal.said.rstrip('.') if refusal.said else ''}.",
            remedy="Update lifetracer; retrying cannot help.",
        )
    return None


def _payment_required(refusal: Refusal) -> LifetracerError | None:
    """402 is the hourly quota, unless quota is left or the text speaks of the plan only."""
    remaining = refusal.headers.get("x-toggl-quota-remaining")
    resets = refusal.headers.get("x-toggl-quota-resets-in") or _seconds_in(refusal.said)
    about_plan = re.search(r"\b(plan|feature|upgrade|subscription|premium)\b", refusal.said, re.I)
    about_quota = re.search(r"\b(quota|limit|hour)", refusal.said, re.I)
    if (remaining and remaining.lstrip("-").isdigit() and int(remaining) > 0) or (
        not resets and about_plan and not about_quota
    ):
        return None
    return refusal.budget.used_up(refusal.bucket, "Toggl Track", int(float(resets)) if resets else None)


def _seconds_in(text: str) -> str | None:
    found = re.search(r"(\d+)\s*sec", text)
    return found[1] if found else None
