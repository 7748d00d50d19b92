"""Round trips: browsers that were sent to another service's sign-in or consent page and are expected back.

Law: only the browser that began a round trip can end it, once, within minutes; what it carries is encrypted.
"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection
from lifetracer.warehouse.sessions import hash_of
from lifetracer.warehouse.vault import Vault

_SQL = queries.beside(__file__)

LIFE = timedelta(minutes=15)


def new_state() -> str:
    """Make the state that is sent along and comes back."""
    return secrets.token_urlsafe(24)


def begin(connection: Connection, vault: Vault, browser: str, state: str, details: dict[str, Any]) -> None:
    """Note what is needed when the browser comes back (owner's transaction)."""
    sealed = vault.seal(json.dumps(details))
    values = {"state": hash_of(state), "browser": hash_of(browser), "details": sealed, "life": LIFE}
    connection.execute(_SQL["begin"], values)


def end(connection: Connection, vault: Vault, browser: str, state: str) -> dict[str, Any] | None:
    """Give what was noted and forget it (owner's transaction); ``None`` for a state that is not this browser's."""
    row = connection.execute(_SQL["end"], {"state": hash_of(state), "browser": hash_of(browser)}).fetchone()
    if row is None:
        return None
    details: dict[str, Any] = json.loads(vault.unseal(row[0]))
    return details
