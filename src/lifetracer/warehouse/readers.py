"""Reader logins: database users for people and programs that write SQL (Grafana, assistants), each of one account.

Law: what a reader may see follows from the login alone (``app.reader_role``), never from a setting, which anyone who
writes SQL could change. Readers see ``marts`` and the ``core`` beneath, never ``raw``, ``staging``, ``app``, ``ops``.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import conninfo, errors, sql

from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection, Warehouse

_SQL = queries.beside(__file__)

_SETTINGS = (
    "statement_timeout = '60s'",
    "idle_in_transaction_session_timeout = '60s'",
    "timezone = 'UTC'",
    "jit = off",  # compiling a mart's query takes longer than answering it
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A login, shown once with its password."""

    role_name: str
    password: str = field(repr=False)
    dsn: str = field(repr=False)


def create(house: Warehouse, account_id: UUID, name: str) -> Reader:
    """Make a login that reads one account's marts; its password is random and is not kept here.

    Args:
        house: an open warehouse.
        account_id: whose rows it sees.
        name: the login; lower-case letters, digits and underscores.

    Raises:
        UsageError: not a usable name, or taken.
        FixByHandError: the database user may not make logins.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise UsageError(f"{name} cannot be the name of a login.", remedy="Use lower-case letters, digits and _.")
    password = secrets.token_urlsafe(24)
    role = sql.Identifier(name)
    with house.transaction() as connection:
        try:
            statement = "create role {} login nocreatedb nocreaterole inherit connection limit 20 password {}"
            connection.execute(sql.SQL(statement).format(role, sql.Literal(password)))
            connection.execute(sql.SQL("grant lifetracer_reader to {}").format(role))
        except errors.DuplicateObject:
            raise UsageError(f"There is a login named {name} already.", remedy="Choose another name.") from None
        except errors.InsufficientPrivilege as failure:
            raise FixByHandError(
                f"The database user may not make logins: {failure.diag.message_primary}.",
                remedy="Connect as a user with CREATEROLE (Supabase: postgres).",
            ) from failure
        for setting in _SETTINGS:
            connection.execute(sql.SQL("alter role {} set {}").format(role, sql.SQL(setting)))
        connection.execute(_SQL["bind"], {"role": name, "account": account_id})
    return Reader(name, password, conninfo.make_conninfo(house.dsn, user=user_at(house.dsn, name), password=password))


def every(connection: Connection) -> list[tuple[str, UUID]]:
    """List the logins with their accounts (owner's transaction)."""
    return [(name, account_id) for name, account_id in connection.execute(_SQL["every"])]


def drop(house: Warehouse, account_id: UUID, name: str) -> None:
    """Remove an account's login; connections that are still open see nothing from now on.

    Raises:
        NotFoundError: the account has no such login.
    """
    with house.transaction() as connection:
        if connection.execute(_SQL["unbind"], {"role": name, "account": account_id}).rowcount != 1:
            raise NotFoundError(
                f"This account has no login named {name}.", remedy="`lifetracer reader list` shows all."
            )
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def user_at(dsn: str, name: str) -> str:
    """Give the user name that a connection needs: Supabase's pooler tells projects apart by ``user.project``.

    >>> user_at("host=aws-0-eu.pooler.supabase.com user=postgres.abc", "grafana")
    'grafana.abc'
    """
    parts = conninfo.conninfo_to_dict(dsn)
    _, dot, project = str(parts.get("user") or "").partition(".")
    return f"{name}.{project}" if dot and str(parts.get("host") or "").endswith(".pooler.supabase.com") else name
