"""What every command stands on: settings, an open and current warehouse, the account to act for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lifetracer.settings import Settings, load

if TYPE_CHECKING:
    from datetime import date

    from lifetracer.warehouse import Connection, Warehouse
    from lifetracer.warehouse.accounts import Account


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[tuple[Warehouse, Settings]]:
    """Open the warehouse the environment names, current and with at least one account, for a ``with`` block.

    Raises:
        FixByHandError, TryAgainError: see :func:`lifetracer.warehouse.open`.
    """
    from lifetracer import warehouse
    from lifetracer.connector.registry import raw_streams
    from lifetracer.warehouse import accounts
    from lifetracer.warehouse.embedded import terminable
    from lifetracer.warehouse.migrate import migrate

    settings = settings or load()
    with terminable(), warehouse.open(settings) as house:
        migrate(house, raw_streams())
        with house.transaction() as connection:
            accounts.first(connection, settings)
        yield house, settings


def chosen_account(house: Warehouse, settings: Settings) -> Account:
    """Find the account that ``--account`` or ``LIFETRACER_ACCOUNT`` names, else the only one.

    Raises:
        UsageError: there are several and none was named.
        NotFoundError: there is no such account.
    """
    from lifetracer.warehouse import accounts

    with house.transaction() as connection:
        return accounts.find(connection, settings.account)


@contextmanager
def acting(*, timeout: str | None = None) -> Iterator[tuple[Connection, Account]]:
    """Open the warehouse, and in it a transaction for the chosen account, for a ``with`` block.

    Args:
        timeout: how long a statement may take, such as ``2min``.

    Raises:
        UsageError, NotFoundError: see `chosen_account`.
        FixByHandError, TryAgainError: see `opened`.
    """
    with opened() as (house, settings):
        account = chosen_account(house, settings)
        with house.transaction(account_id=account.account_id, timeout=timeout) as connection:
            yield connection, account


def today_of(account: Account) -> date:
    """Give the day that the account's calendar shows now."""
    from datetime import UTC, datetime

    return datetime.now(UTC).astimezone(account.zone).date()


def day_of(text: str, today: date) -> date:
    """Read a day: ``YYYY-MM-DD``, ``today`` or ``yesterday``.

    Raises:
        UsageError: it is none of these.
    """
    from datetime import date, timedelta

    from lifetracer.errors import UsageError

    near = {"today": today, "yesterday": today - timedelta(days=1), "tomorrow": today + timedelta(days=1)}
    if text.lower() in near:
        return near[text.lower()]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"“{text}” is no day.", remedy="Write it like 2026-11-21, or today.") from None
