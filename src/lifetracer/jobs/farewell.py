"""Saying good-bye: an account leaves with everything that belongs to it, rows and files.

Law: it happens on the word of the person alone, who writes the account's name; then nothing of it is left here.
"""

from __future__ import annotations

from lifetracer.errors import UsageError
from lifetracer.reporter import shelf
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, accounts
from lifetracer.warehouse.accounts import Account


def remove_account(warehouse: Warehouse, settings: Settings, account: Account, confirmed: str) -> None:
    """Remove an account for good: its time, its settings, its reports, its logins.

    Args:
        warehouse: an open warehouse.
        settings: for the place of the reports.
        account: who leaves.
        confirmed: the account's name, as the person wrote it.

    Raises:
        UsageError: that is not its name; nothing was removed.
    """
    if confirmed.strip() != account.name:
        raise UsageError(
            f"“{confirmed}” is not the name of this account; nothing was removed.",
            remedy="Write its name exactly, to say that you mean it.",
        )
    with warehouse.transaction() as connection:
        accounts.remove(connection, account)
        shelf.clear(settings, account.account_id)  # when this fails, the rows stay, too
