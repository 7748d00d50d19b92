"""Credentials are unreadable without the key, and keys can be exchanged without losing any."""

from __future__ import annotations

from uuid import UUID

import pytest
from pydantic import SecretStr

from lifetracer import warehouse as door
from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.vault import Vault, new_key

SECRET = {"api_token": "0123456789abcdef", "name": "花子"}


@pytest.fixture
def connection_id(warehouse: Warehouse, account: Account) -> UUID:
    with warehouse.transaction() as connection:
        row = connection.execute(
            "insert into app.connection (account_id, source, name) values (%s, 'toggl_track', 'mine')"
            " returning connection_id",
            [account.account_id],
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def test_what_is_stored_comes_back_and_is_not_readable_in_the_database(warehouse, account, connection_id) -> None:
    with warehouse.transaction() as connection:
        warehouse.vault.store(connection, account.account_id, connection_id, SECRET)
        stored = connection.execute("select secret from app.credential").fetchone()[0]
        assert warehouse.vault.read(connection, account.account_id, connection_id) == SECRET
        assert SECRET["api_token"] not in stored
        assert "token" not in stored
        warehouse.vault.store(connection, account.account_id, connection_id, {"api_token": "new"})
        assert warehouse.vault.read(connection, account.account_id, connection_id) == {"api_token": "new"}
        assert warehouse.vault.forget(connection, account.account_id, connection_id)
        assert not warehouse.vault.forget(connection, account.account_id, connection_id)
        assert warehouse.vault.read(connection, account.account_id, connection_id) is None


def test_another_key_is_told_in_a_sentence_without_the_secret(warehouse, account, connection_id) -> None:
    stranger = Vault([new_key()])
    with warehouse.transaction() as connection:
        warehouse.vault.store(connection, account.account_id, connection_id, SECRET)
        with pytest.raises(FixByHandError, match="another key") as refused:
            stranger.read(connection, account.account_id, connection_id)
        assert not stranger.readable(connection)
        with pytest.raises(FixByHandError, match="another key"):
            stranger.rotate(connection)
        assert warehouse.vault.readable(connection)
    assert SECRET["api_token"] not in refused.value.sentence()


def test_rotation_lets_the_old_key_go(warehouse, account, connection_id) -> None:
    old, new = new_key(), new_key()
    with warehouse.transaction() as connection:
        Vault([old]).store(connection, account.account_id, connection_id, SECRET)
        assert Vault([new, old]).rotate(connection) == 1
        assert Vault([new]).read(connection, account.account_id, connection_id) == SECRET
        assert not Vault([old]).readable(connection)


def test_the_embedded_key_is_made_once_private_and_can_be_exchanged(home) -> None:
    settings = Settings(home=home)
    first = Vault.embedded(settings)
    path = home / "secret.key"
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert Vault.embedded(settings)._keys == first._keys
    second = first.with_new_key()
    assert path.read_text().split()[1] == text.strip()
    second.drop_old_keys()
    assert path.read_text().split() == second._keys[:1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert text.strip() not in path.read_text()


def test_a_remote_database_without_a_key_is_refused(home, server) -> None:
    settings = Settings(home=home, database_url=server.owner_dsn)
    with pytest.raises(FixByHandError, match="LIFETRACER_SECRET_KEY is not set") as refused:
        door.open(settings)
    assert refused.value.exit_code == 3
    assert not (home / "secret.key").exists()


@pytest.mark.parametrize("given", ["short", "x" * 44, "schlüssel"])
def test_what_is_no_key_is_said_without_showing_it(home, server, given: str) -> None:
    settings = Settings(home=home, database_url=server.owner_dsn, secret_key=given)
    with pytest.raises(FixByHandError, match="is not a key") as refused:
        door.open(settings)
    assert given not in refused.value.sentence()


def test_nothing_shows_a_key_or_a_password(warehouse) -> None:
    assert warehouse.vault._keys[0] not in repr(warehouse.vault)
    assert "password" not in repr(warehouse)
    assert str(SecretStr(warehouse.dsn)) == "**********"
