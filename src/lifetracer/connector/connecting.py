"""Connections: one access to one service each; made, tested, renewed and given up here.

Law: a credential is stored only encrypted, and only after the service accepted it (the environment's excepted:
the first sync tests those); the credential of another person never takes over a connection.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row

from lifetracer.connector.registry import all_sources, source_named
from lifetracer.connector.source import Checked, Source
from lifetracer.errors import CredentialError, NotFoundError, UsageError
from lifetracer.outside.bearer import BearerAuth
from lifetracer.outside.http import Access, Client
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, queries
from lifetracer.warehouse.lending import lend

SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Connected:
    """One access to one service, as a person may see it."""

    connection_id: UUID
    source: str
    name: str
    status: str
    external_user: str | None
    settings: dict[str, Any]
    problem: dict[str, str] | None
    """kind, message and remedy, when the person has to act."""
    last_success_at: datetime | None
    last_change_at: datetime | None
    has_credential: bool

    @property
    def state(self) -> str:
        """The status, or ``disconnected`` when only the data is left."""
        return self.status if self.has_credential else "disconnected"

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return (
            asdict(self)
            | {"connection_id": str(self.connection_id), "status": self.state}
            | {
                name: value.isoformat() if value else None
                for name, value in (("last_success_at", self.last_success_at), ("last_change_at", self.last_change_at))
            }
        )


def connections(warehouse: Warehouse, account_id: UUID) -> list[Connected]:
    """List the connections of an account, the oldest first."""
    with warehouse.transaction() as connection:
        return _every(connection, account_id)


def named(warehouse: Warehouse, account_id: UUID, name: str) -> Connected:
    """Find a connection by its name, its id, or its source when that has only one.

    Raises:
        NotFoundError: there is no such connection.
        UsageError: the name fits several.
    """
    return _named(connections(warehouse, account_id), name)


@contextlib.contextmanager
def trial(source: Source, credential: dict[str, str], settings: Settings) -> Iterator[Client]:
    """Talk to a service with a credential that is not stored yet; what the service replaces is put into it.

    Raises:
        CredentialError: it cannot be one.
    """
    assert source.open is not None, "a source that reads files needs no credential"
    access = source.open(credential, settings)
    if isinstance(access.auth, BearerAuth):
        access.auth.lend = lambda: contextlib.nullcontext(credential)
    with access.client(settings) as client:
        yield client


def check(source: Source, credential: dict[str, str], settings: Settings) -> Checked:
    """Ask the service whether it accepts the credential, and whose it is.

    Raises:
        CredentialError: it does not.
        TryAgainError: it cannot be asked.
    """
    assert source.check is not None, "a source with an API can test its credential"
    with trial(source, credential, settings) as client:
        return source.check(client, settings)


def keep(
    warehouse: Warehouse,
    account_id: UUID,
    source: Source,
    credential: Mapping[str, str],
    checked: Checked,
    *,
    name: str | None = None,
    chosen: Mapping[str, Any] | None = None,
) -> Connected:
    """Store an accepted credential: on the connection of the same user, else on a new one.

    Args:
        warehouse: an open warehouse.
        account_id: whose connection.
        source: the service.
        credential: what the service accepted.
        checked: what it said.
        name: of the connection; by default the source's alias.
        chosen: settings that the person chose, e.g. the calendars to read.

    Raises:
        CredentialError: the connection belongs to another user of the service.
    """
    user = checked.external_user or None
    values = {
        "account": account_id,
        "source": source.name,
        "user": user,
        "settings": json.dumps({**checked.settings, **({"user_id": user} if user else {}), **(chosen or {})}),
    }
    with warehouse.transaction() as connection:
        connection.execute(SQL["lock"], values)
        known = [row for row in _every(connection, account_id) if row.source == source.name]
        wanted = name or source.plain_name
        same = next((row for row in known if row.name == wanted), None)
        if name is None and user:
            same = next((row for row in known if row.external_user == user), same)
        if same is None:
            row = connection.execute(SQL["make"], values | {"name": wanted}).fetchone()
            assert row is not None
            connection_id: UUID = row[0]
        else:
            if same.external_user and same.external_user != user:
                raise CredentialError(
                    f"The connection {same.name} belongs to another user of {source.title} ({same.external_user}).",
                    remedy=f"To keep both: `lifetracer connect {source.plain_name} --name NAME`.",
                )
            connection_id = same.connection_id
            connection.execute(SQL["renew"], values | {"connection": connection_id})
        warehouse.vault.store(connection, account_id, connection_id, dict(credential))
        return _one(connection, account_id, connection_id)


def connections_from_settings(warehouse: Warehouse, settings: Settings, account_id: UUID) -> list[Connected]:
    """Make (or renew) the connections whose credentials stand in the environment; changes nothing the second time.

    Where several accounts live, the environment's credentials stay with the account that already has them. A connection
    that a person made or gave up is left as it is.

    Returns:
        The connections that come from the environment.
    """
    given = {name: found for name, source in all_sources().items() if (found := _from_settings(source, settings))}
    if not given:
        return []
    with warehouse.transaction() as connection:
        connection.execute(SQL["lock"], {"account": account_id})
        row = connection.execute(SQL["accounts"]).fetchone()
        alone = row is not None and row[0] == 1
        made = [
            _renew_from_settings(warehouse, connection, account_id, all_sources()[name], credential, alone)
            for name, credential in given.items()
        ]
    return [row for row in made if row]


def disconnect(warehouse: Warehouse, account_id: UUID, name: str, *, delete_data: bool = False) -> Connected:
    """Forget the credential of a connection; with ``delete_data`` everything that came over it too.

    Returns:
        The connection as it was.

    Raises:
        NotFoundError: there is no such connection.
        UsageError: the name fits several.
    """
    with warehouse.transaction() as connection:
        connection.execute(SQL["lock"], {"account": account_id})
        found = _named(_every(connection, account_id), name)
        values = {"account": account_id, "connection": found.connection_id}
        if delete_data:
            source = source_named(found.source)
            for table in map(source.raw_table, source.streams):
                query = sql.SQL(SQL["delete_revisions"]).format(table=sql.Identifier(table))
                connection.execute(query, values | {"stream": table})
            connection.execute(SQL["delete"], values)
        else:
            warehouse.vault.forget(connection, account_id, found.connection_id)
            connection.execute(SQL["pause"], values)
    return found


def open_access(warehouse: Warehouse, settings: Settings, account_id: UUID, row: tuple[UUID, Source]) -> Access:
    """Open the way to a service with the stored credential of a connection.

    Args:
        warehouse: an open warehouse.
        settings: the installation's settings.
        account_id: whose connection.
        row: the connection's id and its source.

    Raises:
        CredentialError: there is no credential, or it cannot be one.
    """
    connection_id, source = row
    assert source.open is not None, "only sources with an API are synced"
    with warehouse.transaction() as connection:
        credential = warehouse.vault.read(connection, account_id, connection_id)
    if credential is None:
        raise _missing(source)
    access = source.open(credential, settings)
    if isinstance(access.auth, BearerAuth):
        access.auth.lend = lambda: lend(warehouse, account_id, connection_id)
    return access


def _every(connection: Connection, account_id: UUID) -> list[Connected]:
    with connection.cursor(row_factory=class_row(Connected)) as cursor:
        return cursor.execute(SQL["every"], {"account": account_id}).fetchall()


def _one(connection: Connection, account_id: UUID, connection_id: UUID) -> Connected:
    return next(row for row in _every(connection, account_id) if row.connection_id == connection_id)


def _named(known: list[Connected], name: str) -> Connected:
    fitting = [row for row in known if name in (row.name, str(row.connection_id))]
    if not fitting:
        with contextlib.suppress(NotFoundError):
            fitting = [row for row in known if row.source == source_named(name).name]
    if len(fitting) > 1:
        raise UsageError(
            f"{name} fits several connections: {', '.join(f'{row.name} ({row.source})' for row in fitting)}.",
            remedy="Name one that is unique.",
        )
    if not fitting:
        raise NotFoundError(
            f"There is no connection called {name}.",
            remedy=f"Known are: {', '.join(row.name for row in known) or 'none'}.",
        )
    return fitting[0]


def _missing(source: Source) -> CredentialError:
    return CredentialError(
        f"The credential of {source.title} is missing.", remedy=f"Run `lifetracer connect {source.plain_name}`."
    )


def _from_settings(source: Source, settings: Settings) -> dict[str, str]:
    """Give the credential that the environment gives for a source; empty when it is not complete."""
    given: dict[str, str] = {}
    for secret in source.secrets:
        value = getattr(settings, secret.setting) if secret.setting else None
        if value:
            given[secret.name] = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
    return given if source.accepts(given) else {}


def _renew_from_settings(
    warehouse: Warehouse,
    connection: Connection,
    account_id: UUID,
    source: Source,
    credential: dict[str, str],
    alone: bool,
) -> Connected | None:
    # The service may replace a token that the environment goes on naming, so what was given is remembered by its hash.
    mark = hashlib.sha256(json.dumps(credential, sort_keys=True).encode()).hexdigest()
    name = source.plain_name
    known = next((row for row in _every(connection, account_id) if (row.source, row.name) == (source.name, name)), None)
    values = {"account": account_id, "source": source.name, "name": name, "settings": "{}", "user": None}
    if known is None:
        if not alone:
            return None
        row = connection.execute(SQL["make"], values).fetchone()
        assert row is not None
        connection_id: UUID = row[0]
    else:
        connection_id = known.connection_id
        stored = warehouse.vault.read(connection, account_id, connection_id)
        if stored is None or "environment" not in stored:
            return None
        if stored["environment"] == mark:
            return known
        connection.execute(SQL["renew"], values | {"connection": connection_id})
    warehouse.vault.store(connection, account_id, connection_id, credential | {"environment": mark})
    return _one(connection, account_id, connection_id)
