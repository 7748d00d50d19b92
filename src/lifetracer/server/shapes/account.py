"""What the API takes and gives about the account, its connections, tokens and changes.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from lifetracer.server.shapes import AT, JOB_ID, Body, Name, Shape, Text, like, plain


class AccountBody(Body):
    """What is to change of the account; what is not said stays."""

    model_config = like(timeZone="Asia/Tokyo", language="ja", country="JP")
    name: Name | None = None
    time_zone: Text | None = Field(None, description="IANA zone that decides where a day begins.")
    language: Literal["en", "ja"] | None = None
    country: Annotated[str, Field(pattern="^([A-Za-z]{2}|auto)$")] | None = Field(
        None, description="Whose public holidays apply; auto: that of the time zone."
    )


class Account(Shape):
    """The person for whom the token acts."""

    model_config = like(
        accountId=JOB_ID,
        name="Hanako",
        timeZone="Asia/Tokyo",
        language="ja",
        weekStart=1,
        country=None,
        createdAt=AT,
    )
    account_id: UUID
    name: str
    time_zone: str
    language: Literal["en", "ja"]
    week_start: int
    country: str | None
    created_at: datetime


class ConnectBody(Body):
    """A service to connect, by a token or a secret address."""

    model_config = like(source="toggl", token="0123456789abcdef0123456789abcdef")  # noqa: S106
    source: Name
    token: Name = Field(description="Toggl's API token, or the secret address of a calendar (ical).")
    name: Name | None = Field(None, description="Of the connection, when there are several of a kind.")


class ConnectionBody(Body):
    """Pause a connection, or go on with it."""

    model_config = like(status="paused")
    status: Literal["active", "paused"]


class Quota(Shape):
    """An allowance of the service."""

    model_config = like(bucket="user", total=30, remaining=12, resetsAt=AT, observedAt=AT)
    bucket: str
    total: int | None
    remaining: int | None
    resets_at: datetime | None
    observed_at: datetime


class Connection(Shape):
    """One access to one service."""

    model_config = like(
        connectionId=JOB_ID,
        source="toggl_track",
        name="toggl",
        status="active",
        externalUser="4711",
        problem=None,
        lastSuccessAt=AT,
        lastChangeAt=AT,
        quotas=[],
    )
    connection_id: UUID
    source: str
    name: str
    status: Literal["active", "paused", "needs_user", "disconnected"]
    external_user: str | None
    problem: dict[str, Any] | None = Field(description="kind, message and remedy, when a person has to act.")
    last_success_at: datetime | None
    last_change_at: datetime | None
    quotas: list[Quota]


class Connections(Shape):
    """Every connection of the account."""

    model_config = like(connections=[])
    connections: list[Connection]


class RemovalBody(Body):
    """The word by which an account leaves."""

    model_config = like(name="Hanako")
    name: Name = Field(description="The account's name, exactly.")


class TokenBody(Body):
    """A token to make."""

    model_config = like(name="phone", scopes=["data:read"], expiresAt="2027-02-19T00:00:00Z")
    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(plain)]
    scopes: Annotated[list[Literal["jobs:read", "jobs:write", "data:read", "data:write", "admin"]], Field(min_length=1)]
    expires_at: AwareDatetime | None = Field(
        None, description="From then on it is refused; null never; not said: in 90 days."
    )


class Token(Shape):
    """A token, without its secret."""

    model_config = like(
        tokenId=JOB_ID,
        name="phone",
        scopes=["data:read"],
        state="active",
        createdAt=AT,
        expiresAt=AT,
        lastUsedAt=None,
        revokedAt=None,
    )
    token_id: UUID
    name: str
    scopes: list[str]
    state: Literal["active", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None


class MadeToken(Token):
    """A token that was made just now, with its secret, which is shown this once."""

    model_config = like(
        tokenId=JOB_ID,
        name="phone",
        scopes=["data:read"],
        state="active",
        createdAt=AT,
        expiresAt=AT,
        lastUsedAt=None,
        revokedAt=None,
        token="lt_…",  # noqa: S106
    )
    token: str | None = Field(description="Null when the request was repeated: it is shown once.")


class Tokens(Shape):
    """The account's tokens, the oldest first."""

    model_config = like(tokens=[])
    tokens: list[Token]


class AuditLine(Shape):
    """One change."""

    model_config = like(
        auditId=42,
        at=AT,
        who="token phone",
        ip="203.0.113.9",
        action="target.add",
        subject="/api/targets",
        details={"requestId": "5d41402abc4b2a76b9719d911017c592"},
    )
    audit_id: int
    at: datetime
    who: str
    ip: str | None
    action: str
    subject: str
    details: dict[str, Any]


class AuditPage(Shape):
    """Who changed or started what, the latest first."""

    model_config = like(lines=[], next=None)
    lines: list[AuditLine]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")
