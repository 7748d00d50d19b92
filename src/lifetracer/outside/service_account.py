"""Google service accounts: a signed assertion instead of a person's consent, so nothing can expire unnoticed.

Law: the private key never leaves this process; only a signature made with it does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import jwt

from lifetracer.errors import CredentialError
from lifetracer.outside.bearer import BearerAuth, Credential
from lifetracer.outside.google_oauth import READ_SCOPES, access_token, ask

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE_SECONDS = 3600
"""The longest life Google accepts for an assertion."""

WHERE_A_KEY_IS_MADE = (
    "Make one in the Google Cloud console: IAM & Admin → Service Accounts → Keys → Add key → JSON, "
    "and give its whole text."
)


class ServiceAccountAuth(BearerAuth):
    """Access tokens for a service account key; ``subject`` acts for a person (domain-wide delegation)."""

    def __init__(self, credential: Credential, token_url: str, scopes: Sequence[str] = READ_SCOPES) -> None:
        super().__init__(credential)
        self._scopes = scopes
        self._token_url = token_url
        self.key = read_key(credential["service_account"])

    def obtain(self, credential: Credential) -> tuple[str, timedelta]:
        """Sign an assertion and trade it for a token."""
        return access_token(
            ask(
                self._token_url,
                grant_type=GRANT,
                assertion=assertion(
                    self.key, self._token_url, int(time.time()), credential.get("subject"), self._scopes
                ),
            )
        )


def read_key(text: str) -> dict[str, Any]:
    """Read the JSON text of a service account key.

    Raises:
        CredentialError: it is no such key.
    """
    try:
        key = json.loads(text)
    except ValueError:
        raise CredentialError("The service account key is not JSON.", remedy=WHERE_A_KEY_IS_MADE) from None
    missing = [
        name
        for name in ("client_email", "private_key")
        if not (isinstance(key, dict) and isinstance(key.get(name), str))
    ]
    if missing:
        raise CredentialError(
            f"This is no service account key: {' and '.join(missing)} missing"
            f"{' (it is an OAuth client)' if isinstance(key, dict) and {'installed', 'web'} & set(key) else ''}.",
            remedy=WHERE_A_KEY_IS_MADE,
        )
    assert isinstance(key, dict)
    return key


def assertion(
    key: Mapping[str, Any], audience: str, now: int, subject: str | None = None, scopes: Sequence[str] = READ_SCOPES
) -> str:
    """Sign the claims that ask for access to calendars, valid for an hour from ``now`` (seconds since 1970).

    Raises:
        CredentialError: the private key cannot sign.
    """
    claims = {
        "iss": key["client_email"],
        "scope": " ".join(scopes),
        "aud": audience,
        "iat": now,
        "exp": now + LIFE_SECONDS,
        **({"sub": subject} if subject else {}),
    }
    headers = {"kid": key["private_key_id"]} if key.get("private_key_id") else None
    try:
        return jwt.encode(claims, key["private_key"], algorithm="RS256", headers=headers)
    except (ValueError, TypeError, jwt.PyJWTError):
        raise CredentialError(
            "The private key in the service account key cannot be read.", remedy=WHERE_A_KEY_IS_MADE
        ) from None
