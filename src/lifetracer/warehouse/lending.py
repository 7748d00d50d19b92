"""Lending a stored credential to one borrower at a time, over all processes.

Law: what the borrower changes (a refreshed token) is stored on return; a credential that was given up is never lent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from uuid import UUID

from lifetracer.errors import CredentialError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Warehouse

_SQL = queries.beside(__file__)


@contextlib.contextmanager
def lend(warehouse: Warehouse, account_id: UUID, connection_id: UUID) -> Iterator[dict[str, str]]:
    """Lend the credential of a connection; others wait.

    Raises:
        CredentialError: the connection was given up.
    """
    with warehouse.transaction() as connection:
        connection.execute(_SQL["borrow"], {"account": account_id, "connection": connection_id})
        stored = warehouse.vault.read(connection, account_id, connection_id)
        if stored is None:
            raise CredentialError("The connection was given up meanwhile.", remedy="Run `lifetracer connect` again.")
        credential = dict(stored)
        yield credential
        if credential != stored:
            warehouse.vault.store(connection, account_id, connection_id, credential)
