"""Accounts are found by id or name and never guessed; a new installation has one."""

from __future__ import annotations

import uuid

import pytest

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse import accounts


def test_a_new_installation_gets_one_account_once(warehouse, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    with warehouse.transaction() as connection:
        made = accounts.first(connection, Settings(account="Hanako"))
        assert made is not None
        assert (made.name, made.time_zone, made.language, made.week_start) == ("Hanako", "Asia/Tokyo", "ja", 1)
        assert accounts.first(connection, Settings()) is None
        assert accounts.find(connection) == made


def test_an_account_is_found_by_name_or_id_and_never_guessed(warehouse) -> None:
    with warehouse.transaction() as connection:
        with pytest.raises(NotFoundError, match="no account yet"):
            accounts.find(connection)
        one = accounts.create(connection, "One", "UTC", "en")
        wanted = uuid.uuid4()
        other = accounts.create(connection, "Other", "Asia/Tokyo", "ja", wanted)
        assert other.account_id == wanted
        assert accounts.find(connection, "One") == accounts.find(connection, str(one.account_id).upper()) == one
        with pytest.raises(UsageError, match="One, Other"):
            accounts.find(connection)
        with pytest.raises(NotFoundError, match="no account Nobody"):
            accounts.find(connection, "Nobody")


@pytest.mark.parametrize(
    ("name", "zone", "language"),
    [
        ("", "UTC", "en"),
        ("A", "Mars/Olympus", "en"),
        ("A", "../etc/passwd", "en"),
        ("A", "UTC", "fr"),
        ("Taken", "UTC", "en"),
    ],
)
def test_a_nonsensical_account_is_refused(warehouse, name: str, zone: str, language: str) -> None:
    with warehouse.transaction() as connection:
        accounts.create(connection, "Taken", "UTC", "en")
        with pytest.raises(UsageError):
            accounts.create(connection, name, zone, language)
        assert len(accounts.every(connection)) == 1


def test_a_zone_the_machine_does_not_tell_is_utc(monkeypatch) -> None:
    monkeypatch.setattr(accounts, "_text", lambda path: "No/Such")
    monkeypatch.setattr(accounts, "_link", lambda path: "/etc/localtime")
    monkeypatch.setenv("TZ", ":/nonsense")
    assert accounts.system_zone() == "UTC"
