"""Accounts: the persons whose time is kept here; every installation has at least one.

Law: an account is found by its id or its name, and a name that fits several is never guessed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from psycopg import errors, sql
from psycopg.rows import class_row

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection

_SQL = queries.beside(__file__)

MOST_NAMED = 8
"""Accounts that a sentence names at most."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person: whose zone decides where a day begins, and in whose language we speak."""

    account_id: UUID
    name: str
    time_zone: str
    language: str
    week_start: int
    created_at: datetime
    country: str | None
    """Whose public holidays apply; ``None``: that of the time zone."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone as Python knows it."""
        return ZoneInfo(self.time_zone)


def create(connection: Connection, name: str, time_zone: str, language: str, account_id: UUID | None = None) -> Account:
    """Make an account (owner's transaction).

    Args:
        connection: the owner's transaction.
        name: how people call it.
        time_zone: IANA zone.
        language: ``en`` or ``ja``.
        account_id: with Supabase Auth the user's id; otherwise a random one.

    Raises:
        UsageError: empty name, name taken, unknown zone or language.
    """
    _check(time_zone, language)
    name = _readable(name)
    if any(known.name == name for known in every(connection)):
        raise UsageError(f"There is an account named {name} already.", remedy="Choose another name.")
    given = {"id": account_id, "name": name, "time_zone": time_zone, "language": language}
    with connection.cursor(row_factory=class_row(Account)) as cursor:
        try:
            found = cursor.execute(_SQL["create"], given).fetchone()
        except errors.UniqueViolation:
            raise UsageError(f"There is an account with the id {account_id} already.") from None
    assert found is not None
    return found


def change(
    connection: Connection,
    account: Account,
    *,
    country: str | None = None,
    time_zone: str | None = None,
    language: str | None = None,
) -> None:
    """Change what is given of an account; the country ``auto`` is that of the time zone.

    Raises:
        UsageError: unknown zone, language or country.
    """
    _check(time_zone or account.time_zone, language or account.language)
    from babel.core import get_global

    if country is None:
        country = account.country
    elif country.lower() == "auto":
        country = None
    elif country.upper() in get_global("territory_languages").keys() - {"ZZ"}:
        country = country.upper()
    else:
        raise UsageError(f"{country} is no country.", remedy="Write its two letters, such as JP or DE, or auto.")
    given = {"id": account.account_id, "country": country}
    given |= {"time_zone": time_zone or account.time_zone, "language": language or account.language}
    connection.execute(_SQL["change"], given)


def rename(connection: Connection, account: Account, name: str) -> None:
    """Call an account otherwise.

    Raises:
        UsageError: empty name, or name taken.
    """
    name = _readable(name)
    if any(known.name == name and known.account_id != account.account_id for known in every(connection)):
        raise UsageError(f"There is an account named {name} already.", remedy="Choose another name.")
    connection.execute(_SQL["rename"], {"id": account.account_id, "name": name})


def remove(connection: Connection, account: Account) -> None:
    """Remove an account with everything that belongs to it, logins of the database included (owner's transaction)."""
    for (role,) in connection.execute(_SQL["logins"], {"id": account.account_id}).fetchall():
        connection.execute(_SQL["unbind"], {"role": role})
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))
    connection.execute(_SQL["remove"], {"id": account.account_id})
    for schema, table in connection.execute(_SQL["owned"]).fetchall():  # what no foreign key and no trigger took along
        name = sql.Identifier(schema, table)
        connection.execute(sql.SQL("delete from {} where account_id = %s").format(name), [account.account_id])


def _readable(name: str) -> str:
    """Give a name as it is kept; an empty or endless one is a UsageError."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise UsageError("An account needs a name.", remedy="Give it 1 to 200 letters.")
    return name


def _check(time_zone: str, language: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: too long a name
        raise UsageError(f"{time_zone} is not a time zone.", remedy="Name one such as Asia/Tokyo or UTC.") from None
    if language not in {"en", "ja"}:
        raise UsageError(f"The language {language} is not spoken here.", remedy="Choose en or ja.")


def every(connection: Connection) -> list[Account]:
    """List the accounts that this transaction may see, the oldest first."""
    with connection.cursor(row_factory=class_row(Account)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def find(connection: Connection, wanted: str | None = None) -> Account:
    """Find an account by id or name; without either, the only one there is.

    Raises:
        NotFoundError: there is none, or not that one.
        UsageError: none was named and there are several.
    """
    known = every(connection)
    names = ", ".join(account.name for account in known[:MOST_NAMED]) + (" …" if len(known) > MOST_NAMED else "")
    if wanted is None:
        if len(known) > 1:
            raise UsageError(f"There are several accounts: {names}.", remedy="Say which one with --account NAME.")
        if not known:
            raise NotFoundError("There is no account yet.", remedy="Make one with `lifetracer accounts create NAME`.")
        return known[0]
    for account in known:
        if wanted.lower() == str(account.account_id) or wanted == account.name:
            return account
    raise NotFoundError(f"There is no account {wanted}.", remedy=f"Known are: {names or 'none'}.")


def first(connection: Connection, settings: Settings) -> Account | None:
    """Make the account of a new installation, in the system's zone and language; ``None`` when there is one already."""
    connection.execute(_SQL["lock"])
    if every(connection):
        return None
    name = settings.account or os.environ.get("USER") or "me"
    return create(connection, name, settings.time_zone or system_zone(), settings.language or system_language())


def system_zone() -> str:
    """Name the machine's IANA zone, ``UTC`` when it does not tell."""
    for told in (os.environ.get("TZ", "").removeprefix(":"), _text("/etc/timezone"), _link("/etc/localtime")):
        if told and not told.startswith("/") and told in available_timezones():
            return told
    return "UTC"


def system_language() -> str:
    """Tell the system's language: ``ja`` or else ``en``."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if told := os.environ.get(name):
            return "ja" if told.startswith("ja") else "en"
    return "en"


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _link(path: str) -> str:
    """Read the zone's name off a link into a ``zoneinfo`` folder."""
    return os.path.realpath(path).rpartition("zoneinfo/")[2]
