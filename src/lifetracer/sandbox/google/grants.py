"""Who was allowed what at Google: OAuth clients, codes, refresh and access tokens, service accounts (APIS.md E)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifetracer.sandbox.world import World

DAY = 86_400
ACCESS_SECONDS = 3599
CODE_SECONDS = 600
TESTING_SECONDS = 7 * DAY
"""A refresh token lives so long while the consent screen is in “Testing”."""
UNUSED_SECONDS = 182 * DAY
MOST_REFRESH_TOKENS = 100

SCOPE = "https://www.googleapis.com/auth/"
READ_SCOPES = f"{SCOPE}calendar.events.readonly {SCOPE}calendar.calendarlist.readonly {SCOPE}calendar.settings.readonly"
ALL_SCOPES = f"{SCOPE}calendar {READ_SCOPES}"


@dataclass(slots=True)
class Grant:
    """One consent: a refresh token, or a code that turns into one."""

    person: int
    scope: str
    client_id: str
    made_at: int
    used_at: int
    redirect_uri: str = ""
    challenge: str = ""
    challenge_method: str = ""
    offline: bool = True


@dataclass(slots=True)
class Access:
    """What an access token stands for."""

    scope: str
    until: int
    person: int | None = None
    guest: str | None = None
    """E-mail address of a service account."""
    parent: str = ""
    """The refresh token it came from; it dies with it."""


@dataclass
class Grants:
    """All of Google's authorization state in one sandbox."""

    world: World
    codes: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    service_accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    delegated: set[str] = field(default_factory=set)
    """Service accounts with domain-wide delegation."""
    consented: set[tuple[int, str]] = field(default_factory=set)
    redirect_uris: set[str] = field(default_factory=set)
    consent: dict[str, Any] = field(default_factory=lambda: {"decision": "approve", "scopes": None, "testing": False})

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{self.world.options.seed}/client".encode()).hexdigest()
        self.client_id = f"{int(digest[:10], 16) % 10**12:012d}-{digest[10:42]}.apps.googleusercontent.com"
        self.client_secret = f"GOCSPX-{digest[:28]}"

    def standing_token(self, person: int) -> str:
        """Return the refresh token that a person's credentials name; it exists from the start."""
        token = f"1//0{self.world.secret('refresh', person)}"
        if token not in self.refresh and (person, token) not in self.consented:
            self.consented.add((person, token))
            now = self.world.clock.seconds
            self.refresh[token] = Grant(person, ALL_SCOPES, self.client_id, now, now)
        return token

    def new_refresh(self, grant: Grant) -> str:
        """Give out a refresh token; beyond the most, the oldest of this client and person is silently dropped."""
        token = f"1//0{secrets.token_urlsafe(32)}"
        self.refresh[token] = grant
        own = [t for t, g in self.refresh.items() if (g.person, g.client_id) == (grant.person, grant.client_id)]
        for old in own[:-MOST_REFRESH_TOKENS]:
            del self.refresh[old]
        return token

    def new_access(
        self, scope: str, *, person: int | None = None, guest: str | None = None, parent: str = ""
    ) -> dict[str, Any]:
        """Give out an access token, as the token address answers it."""
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self.access[token] = Access(scope, self.world.clock.seconds + ACCESS_SECONDS, person, guest, parent)
        return {"access_token": token, "expires_in": ACCESS_SECONDS, "scope": scope, "token_type": "Bearer"}

    def alive(self, token: str) -> Grant | None:
        """Return the grant of a refresh token that still works, and forget one that does not."""
        for person in self.world.people:
            self.standing_token(person.index)
        grant, now = self.refresh.get(token), self.world.clock.seconds
        if grant is None:
            return None
        limit = TESTING_SECONDS if self.consent["testing"] else UNUSED_SECONDS
        since = grant.made_at if self.consent["testing"] else grant.used_at
        if now - since > limit:
            self.revoke(token)
            return None
        return grant

    def revoke(self, token: str) -> bool:
        """End a refresh or access token; say whether it was known."""
        if token in self.access:
            parent = self.access.pop(token).parent
            return bool(self.revoke(parent)) or True
        known = self.refresh.pop(token, None) is not None
        for access in [name for name, access in self.access.items() if access.parent == token]:
            del self.access[access]
        return known

    def revoke_person(self, person: int) -> None:
        """Withdraw everything that a person granted."""
        self.standing_token(person)
        for token in [token for token, grant in self.refresh.items() if grant.person == person]:
            self.revoke(token)
        for token in [token for token, access in self.access.items() if access.person == person]:
            del self.access[token]
