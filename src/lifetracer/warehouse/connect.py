"""The only door to PostgreSQL: a pool of connections, and transactions that know for whom they act.

Law: a person's identity and role are set by the first statement of every transaction and end with it
(``set_config(…, true)``), never for a session, so a pooled connection carries nothing over.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import conninfo, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from lifetracer.errors import FixByHandError, LifetracerError, TryAgainError
from lifetracer.settings import Settings
from lifetracer.warehouse import embedded
from lifetracer.warehouse.vault import Vault

Connection = psycopg.Connection[tuple[Any, ...]]

APP_ROLE = "lifetracer_app"
"""The role of requests: row-level security shows it one account."""

OLDEST_VERSION = 15

POOL_SIZE = 10

POOL_SECONDS = 10.0
"""How long to wait for a free connection."""

REQUEST_TIMEOUT = "15s"
"""A page that asks longer than this is a bug."""

WORK_TIMEOUT = "30min"
"""The longest statement of a worker: a full rebuild of a large warehouse."""

_OPENING: LiteralString = """
select
    set_config('timezone', 'UTC', true),
    set_config('jit', 'off', true),
    set_config('random_page_cost', '1.1', true),
    set_config('statement_timeout', %s, true),
    set_config('lock_timeout', %s, true),
    set_config('idle_in_transaction_session_timeout', '10min', true),
    set_config('lifetracer.account_id', %s, true),
    set_config('role', %s, true)
"""

_FOREIGN_PARAMETERS = re.compile(r"(?<=[?&])(?:pgbouncer|connection_limit|pool_timeout|schema)=[^&]*&?")
"""Parameters that other tools (Prisma) write into a database URL and libpq refuses."""


class Warehouse:
    """An open warehouse: transactions, the vault, and, when embedded, our share in the running server.

    It may be carried across ``fork``: the child makes connections of its own.
    """

    def __init__(self, dsn: str, vault: Vault, *, held: embedded.Hold | None = None) -> None:
        self.vault = vault
        self._dsn = dsn
        self._held = held
        self._pools: dict[int, ConnectionPool[Connection]] = {}

    @property
    def dsn(self) -> str:
        """Address for the owner of the database, for child processes and dbt (holds a password)."""
        return self._dsn

    @property
    def is_embedded(self) -> bool:
        """Whether the server is the one in the home folder."""
        return self._held is not None

    @property
    def is_pooled(self) -> bool:
        """Whether a transaction pooler stands between, so that LISTEN and session state do not work."""
        return is_pooled(self._dsn)

    @contextlib.contextmanager
    def transaction(
        self, account_id: UUID | None = None, role: str | None = None, *, timeout: str | None = None
    ) -> Iterator[Connection]:
        """Open one transaction: committed at the end of the block, rolled back when it raises.

        Args:
            account_id: whose rows may be seen; implies the role ``lifetracer_app`` unless another is named.
            role: role to act as; without account and role it is the owner's transaction, which sees everything.
            timeout: longest statement, e.g. ``'2min'``; by default 15 s for a person, 30 min for the owner.

        Raises:
            FixByHandError: wrong password, unknown host, full disk …
            TryAgainError: database unreachable, connection lost, lock or statement timeout.
        """
        acting = role or (APP_ROLE if account_id else None)
        limit = timeout or (REQUEST_TIMEOUT if acting else WORK_TIMEOUT)
        opening = (limit, "5s" if acting else "60s", str(account_id or ""), acting or "none")
        with self._connection() as connection, connection.transaction():
            connection.execute(_OPENING, opening)
            yield connection

    @contextlib.contextmanager
    def session(self) -> Iterator[Connection]:
        """Lend the owner's connection outside any transaction (autocommit), for what cannot run inside one."""
        with self._connection() as connection:
            connection.autocommit = True
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.autocommit = False

    def close(self) -> None:
        """Close the pool and let go of the embedded server."""
        if pool := self._pools.pop(os.getpid(), None):
            pool.close()
        if self._held is not None:
            self._held.release()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Warehouse({place(self._dsn)})"

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Connection]:
        with explained(self._dsn):
            pool = self._own_pool()
            borrowed = pool.connection()
            try:
                connection = borrowed.__enter__()
            except PoolTimeout:
                if self._held is not None:
                    self._held.revive()  # someone may have killed the server, which is ours to start
                connect(self._dsn).close()  # raises what the pool met, and swallowed
                if self._pools.get(os.getpid()) is pool:  # it met a dead server and would wait ever longer
                    del self._pools[os.getpid()]
                    pool.close(timeout=0)
                borrowed = self._own_pool().connection()
                connection = borrowed.__enter__()
            try:
                yield connection
            except BaseException as failure:
                if not borrowed.__exit__(type(failure), failure, failure.__traceback__):
                    raise
            else:
                borrowed.__exit__(None, None, None)

    def _own_pool(self) -> ConnectionPool[Connection]:
        """Give this process's pool: a fork must not touch its parent's connections."""
        pool = self._pools.get(os.getpid())
        if pool is None:
            fresh = ConnectionPool[Connection](
                self._dsn,
                min_size=0,
                max_size=POOL_SIZE,
                timeout=POOL_SECONDS,
                max_idle=60,
                kwargs={"prepare_threshold": None if self.is_pooled else 5, **_KEEPALIVE},
                check=ConnectionPool.check_connection,
                name="warehouse",
                open=False,
            )
            pool = self._pools.setdefault(os.getpid(), fresh)  # of two threads that come at once, one is served
        pool.open()
        return pool


_KEEPALIVE: dict[str, Any] = {"connect_timeout": 10, "keepalives_idle": 30, "application_name": "lifetracer"}


def open_warehouse(settings: Settings, *, is_known: bool = False) -> Warehouse:
    """Open the warehouse that the settings name: ``DATABASE_URL``, or the embedded server in ``home``.

    Args:
        settings: the installation's settings.
        is_known: the process that started us has it open, so its version need not be looked at: one connection less.

    Raises:
        FixByHandError: ``SUPABASE_URL`` without ``DATABASE_URL``; a remote database without ``LIFETRACER_SECRET_KEY``;
            PostgreSQL older than 15, or one that keeps no UTF-8; wrong host or password; home not usable.
        TryAgainError: the database does not answer at the moment.
    """
    if settings.database_url is None:
        if settings.supabase_url is not None:
            raise FixByHandError(
                "SUPABASE_URL alone does not lead to the database: lifetracer speaks SQL, not Supabase's REST API.",
                remedy="Set DATABASE_URL to the connection string shown in Supabase under Connect (session pooler).",
            )
        vault = Vault.embedded(settings)
        held = embedded.hold(settings.home)
        return Warehouse(held.dsn, vault, held=held)
    vault = Vault.remote(settings)
    dsn = usable_dsn(settings.database_url.get_secret_value())
    if is_known:
        return Warehouse(dsn, vault)
    with explained(dsn), connect(dsn) as connection:
        version = connection.info.server_version // 10_000
        encoding = connection.info.parameter_status("server_encoding")  # a pooler may keep it to itself
    if version < OLDEST_VERSION:
        raise FixByHandError(
            f"The database at {place(dsn)} is PostgreSQL {version}; lifetracer needs {OLDEST_VERSION} or newer.",
            remedy="Upgrade it, or leave DATABASE_URL unset to use the embedded one.",
        )
    if encoding not in {"UTF8", None}:  # SQL_ASCII even hands text out as bytes
        raise FixByHandError(
            f"The database at {place(dsn)} keeps text as {encoding}; lifetracer needs UTF8.",
            remedy="Make a database for it: createdb --encoding=UTF8 --template=template0 lifetracer.",
        )
    return Warehouse(dsn, vault)


def connect(dsn: str, *, autocommit: bool = False) -> Connection:
    """Open one connection outside any pool (LISTEN, migrations).

    Raises:
        FixByHandError, TryAgainError: as :meth:`Warehouse.transaction`.
    """
    with explained(dsn):
        return psycopg.connect(
            dsn, autocommit=autocommit, prepare_threshold=None if is_pooled(dsn) else 5, **_KEEPALIVE
        )


def usable_dsn(url: str) -> str:
    """Turn a database URL as other tools write it into one that libpq reads.

    Raises:
        FixByHandError: it is no PostgreSQL address.
    """
    plain = re.sub(r"^postgres(?:ql)?(?:\+\w+)?://", "postgresql://", url.strip().strip("\"'"))
    plain = _FOREIGN_PARAMETERS.sub("", plain).rstrip("?&")
    try:
        found = conninfo.conninfo_to_dict(plain)
    except psycopg.Error:
        found = {}
    if not found or "[YOUR-PASSWORD]" in plain.upper():
        raise FixByHandError(
            "DATABASE_URL is not a PostgreSQL address.",
            remedy="It looks like postgresql://user:password@host:5432/database "
            "(write special characters in the password as %40 for @, %2F for /, %23 for #).",
        )
    return plain


def is_pooled(dsn: str) -> bool:
    """Tell whether a DSN leads to a transaction pooler: Supabase's (port 6543) or PgBouncer (6432)."""
    return str(conninfo.conninfo_to_dict(dsn).get("port", "")) in {"6543", "6432"}


def place(dsn: str) -> str:
    """Name host, port and database of a DSN, without its password, for people."""
    parts = conninfo.conninfo_to_dict(dsn)
    return f"{parts.get('host') or 'localhost'}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


@contextlib.contextmanager
def explained(dsn: str) -> Iterator[None]:
    """Turn failures of the database itself (not of our SQL) into sentences for a person."""
    try:
        yield
    except psycopg.Error as failure:
        if sentence := explanation(failure, dsn):
            raise sentence from failure
        raise


def explanation(failure: psycopg.Error, dsn: str) -> LifetracerError | None:
    """Say what a database error means and what to do; ``None`` for errors of our own making."""
    where, text = place(dsn), str(failure)
    for kinds, outcome, message, remedy in _BY_KIND:
        if isinstance(failure, kinds):
            return outcome(message.format(where=where), remedy=remedy)
    for pattern, outcome, message, remedy in _BY_TEXT:
        if isinstance(failure, psycopg.OperationalError) and re.search(pattern, text, re.IGNORECASE):
            return outcome(message.format(where=where), remedy=remedy)
    if isinstance(failure, psycopg.OperationalError) and failure.sqlstate is None:
        reason = text.strip().splitlines()[-1] if text.strip() else type(failure).__name__
        return TryAgainError(f"The database at {where} cannot be reached: {reason}", remedy="Try again in a while.")
    return None


_Outcome = type[FixByHandError] | type[TryAgainError]

_BY_KIND: tuple[tuple[type[psycopg.Error] | tuple[type[psycopg.Error], ...], _Outcome, str, str], ...] = (
    (
        errors.InvalidPassword,
        FixByHandError,
        "The database at {where} refuses the user or the password.",
        "Correct DATABASE_URL (write special characters in the password as %40 and the like).",
    ),
    (
        (errors.DiskFull, errors.OutOfMemory),
        FixByHandError,
        "The disk (or memory) of the database at {where} is full.",
        "Free some space there; nothing that was stored is lost.",
    ),
    (
        errors.ReadOnlySqlTransaction,
        FixByHandError,
        "The database at {where} is read-only.",
        "Point DATABASE_URL to the primary; a Supabase project is read-only when its disk quota is used up.",
    ),
    (
        (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected, errors.SerializationFailure),
        TryAgainError,
        "The database at {where} was too busy to answer in time.",
        "Try again; nothing was changed.",
    ),
    (errors.TooManyConnections, TryAgainError, "The database at {where} has no free connection.", "Try again later."),
    (PoolTimeout, TryAgainError, "Every connection to the database at {where} is in use.", "Try again in a moment."),
    (
        (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout),
        TryAgainError,
        "The database at {where} is restarting or ended the connection.",
        "Try again in a moment; nothing half done was kept.",
    ),
)

_BY_TEXT: tuple[tuple[str, _Outcome, str, str], ...] = (
    (
        "password authentication failed|no password supplied|Tenant or user not found|no pg_hba.conf entry",
        FixByHandError,
        "The database at {where} refuses the user or the password.",
        "Correct DATABASE_URL; a Supabase pooler wants the user as postgres.<project>.",
    ),
    (
        'database "[^"]*" does not exist',
        FixByHandError,
        "There is no such database at {where}.",
        "Create it (createdb), or correct the name at the end of DATABASE_URL.",
    ),
    (
        "temporary failure in name resolution|network is unreachable|no route to host|cannot assign requested address",
        TryAgainError,
        "There is no network way to the database at {where}.",
        "Check the network. Supabase's direct host (db.….supabase.co) speaks IPv6 only: use its session pooler.",
    ),
    (
        "name or service not known|nodename nor servname|no address associated|could not translate host|resolve host",
        FixByHandError,
        "The host of the database at {where} is not known.",
        "Correct the host in DATABASE_URL, or check the network.",
    ),
    (
        "connection refused|no such file or directory",
        TryAgainError,
        "Nothing answers at {where}.",
        "Start that database, or correct host and port in DATABASE_URL.",
    ),
    ("timeout expired|timed out", TryAgainError, "The database at {where} does not answer.", "Check host and network."),
    (
        "server does not support SSL|SSL error|certificate",
        FixByHandError,
        "The database at {where} and we do not agree on encryption.",
        "Set sslmode in DATABASE_URL as the provider says, e.g. ?sslmode=require.",
    ),
    (
        "too many clients|remaining connection slots|max clients",
        TryAgainError,
        "The database at {where} has no free connection.",
        "Try again later, or end other programs that use it.",
    ),
    (
        "server closed the connection|connection to server|connection (?:is|was) (?:lost|closed)|terminating conn",
        TryAgainError,
        "The connection to the database at {where} was lost.",
        "Try again in a moment; nothing half done was kept.",
    ),
)
"""What libpq says before there is an SQLSTATE, in the order of how much it tells."""
