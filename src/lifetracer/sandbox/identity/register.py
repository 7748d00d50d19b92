"""Who can sign in at the sandbox's services, with what, and which keys sign for it; tokens live by the real clock."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if TYPE_CHECKING:
    from lifetracer.sandbox.world import Person, World

ACCESS_SECONDS = 3600
REUSE_SECONDS = 10
"""A refresh token that was used may be shown once more so soon after (a lost answer); later it ends its family."""


@dataclass(slots=True)
class Code:
    """An authorization code of the issuer."""

    person: int
    redirect_uri: str
    challenge: str
    nonce: str
    until: float


@dataclass(slots=True)
class Refresh:
    """A refresh token of Supabase Auth, which works once."""

    person: int
    session: str
    used_at: float | None = None
    successor: str = ""


@dataclass
class Register:
    """All state of both services in one sandbox."""

    world: World
    codes: dict[str, Code] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    """Sessions that were signed out or whose token was shown twice."""

    def subject(self, person: Person) -> str:
        """Return the id of a person, the same at both services."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox:{self.world.options.seed}:{person.index}"))

    def password(self, person: Person) -> str:
        """Return a person's password."""
        return f"a password of {person.index} {self.world.secret('password', person.index)[:8]}"

    @property
    def client_id(self) -> str:
        """The client that the issuer knows."""
        return f"client-{self._digest('oidc')[:12]}"

    @property
    def client_secret(self) -> str:
        """Its secret."""
        return self._digest("oidc secret")[:32]

    @property
    def anon_key(self) -> str:
        """The project's publishable key."""
        return f"sb_publishable_{self._digest('anon')[:24]}"

    @property
    def jwt_secret(self) -> str:
        """The project's legacy secret."""
        return self._digest("jwt secret")

    @cached_property
    def rsa(self) -> rsa.RSAPrivateKey:
        """The issuer's key."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def ec(self) -> ec.EllipticCurvePrivateKey:
        """The project's key."""
        return ec.generate_private_key(ec.SECP256R1())

    def issuer_keys(self) -> dict[str, Any]:
        """Return what the issuer publishes."""
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.rsa.public_key()))
        return {"keys": [{**key, "kid": "issuer-1", "use": "sig", "alg": "RS256"}]}

    def project_keys(self) -> dict[str, Any]:
        """Return what the project publishes; a legacy project, which signs by its secret, publishes nothing."""
        if self.world.modes.get("supabase_signs", "ES256") == "HS256":
            return {"keys": []}
        key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.ec.public_key()))
        return {"keys": [{**key, "kid": "project-1", "use": "sig", "alg": "ES256", "key_ops": ["verify"]}]}

    def sign_access(self, url: str, person: Person, session: str) -> tuple[str, int]:
        """Sign an access token of the project; gives it and when it ends."""
        now = int(time.time())
        until = now + ACCESS_SECONDS
        claims = {
            "iss": f"{url}/auth/v1",
            "aud": "authenticated",
            "sub": self.subject(person),
            "email": person.email,
            "phone": "",
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": session,
            "is_anonymous": False,
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {"sub": "nobody", "email": "somebody.else@example.com"},
            "iat": now,
            "exp": until,
        }
        if self.world.modes.get("supabase_signs", "ES256") == "HS256":
            return jwt.encode(claims, self.jwt_secret, "HS256"), until
        return jwt.encode(claims, self.ec, "ES256", headers={"kid": "project-1"}), until

    def new_refresh(self, person: int, session: str) -> str:
        """Give out a refresh token."""
        token = secrets.token_urlsafe(9)
        self.refresh[token] = Refresh(person, session)
        return token

    def _digest(self, what: str) -> str:
        return hashlib.sha256(f"{self.world.options.seed}/{what}".encode()).hexdigest()
