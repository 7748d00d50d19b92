"""Somebody who speaks to the command line."""

import pytest

from lifetracer.warehouse.accounts import Account
from spoken import Says, speaker


@pytest.fixture
def says(environ: dict[str, str], account: Account, monkeypatch: pytest.MonkeyPatch) -> Says:
    """Speak as the account's owner."""
    return speaker(environ | {"LIFETRACER_ACCOUNT": account.name}, monkeypatch)
