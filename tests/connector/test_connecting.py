"""Connections are made, tested, renewed and given up; the credential of another person never takes one over."""

import json
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from lifetracer.connector import connecting
from lifetracer.connector.registry import raw_streams, source_named
from lifetracer.connector.source import Checked
from lifetracer.errors import CredentialError, NotFoundError, UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.lending import lend
from lifetracer.warehouse.migrate import migrate

TOGGL = source_named("toggl")
GCAL = source_named("gcal")
ANN = Checked("1", "ann@example.com", {"time_zone": "Asia/Tokyo"})
BOB = Checked("2", "bob@example.com")


def token(number: int) -> dict[str, str]:
    return {"api_token": f"{number:032x}"}


def credential(warehouse: Warehouse, account: Account, row: connecting.Connected) -> dict[str, str] | None:
    with warehouse.transaction() as connection:
        return warehouse.vault.read(connection, account.account_id, row.connection_id)


def test_a_new_connection_is_named_after_its_source_and_encrypted(warehouse: Warehouse, account: Account) -> None:
    made = connecting.keep(warehouse, account.account_id, TOGGL, token(1), ANN)
    assert (made.name, made.source, made.status, made.external_user) == ("toggl", "toggl_track", "active", "1")
    assert made.settings == {"time_zone": "Asia/Tokyo", "user_id": "1"}
    assert credential(warehouse, account, made) == token(1)
    with warehouse.transaction() as connection:
        (secret,) = connection.execute("select secret from app.credential").fetchone()
    assert token(1)["api_token"] not in secret


def test_the_same_user_renews_the_credential_and_wakes_the_connection(warehouse: Warehouse, account: Account) -> None:
    made = connecting.keep(warehouse, account.account_id, TOGGL, token(1), ANN)
    with warehouse.transaction() as connection:
        connection.execute("""update app.connection set status = 'needs_user', problem = '{"message": "expired"}'""")
    again = connecting.keep(warehouse, account.account_id, TOGGL, token(2), ANN, chosen={"calendar_ids": ["a"]})
    assert again.connection_id == made.connection_id
    assert (again.status, again.problem, again.settings["calendar_ids"]) == ("active", None, ["a"])
    assert credential(warehouse, account, again) == token(2)


def test_another_users_token_is_refused_unless_it_gets_a_connection_of_its_own(
    warehouse: Warehouse, account: Account
) -> None:
    made = connecting.keep(warehouse, account.account_id, TOGGL, token(1), ANN)
    with pytest.raises(CredentialError, match="another user") as raised:
        connecting.keep(warehouse, account.account_id, TOGGL, token(2), BOB)
    assert "--name" in raised.value.remedy
    assert credential(warehouse, account, made) == token(1)
    second = connecting.keep(warehouse, account.account_id, TOGGL, token(2), BOB, name="work")
    assert second.connection_id != made.connection_id
    assert connecting.keep(warehouse, account.account_id, TOGGL, token(3), BOB).name == "work", "recognised by its user"


def settings_with(warehouse: Warehouse, **given: Any) -> Settings:
    return Settings(database_url=warehouse.dsn, **given)


def test_the_environment_makes_connections_once(warehouse: Warehouse, account: Account) -> None:
    settings = settings_with(
        warehouse,
        toggl_api_token="a" * 32,
        google_client_id="id",
        google_client_secret="secret",
        google_refresh_token="refresh",
    )
    for _ in range(2):
        made = connecting.connections_from_settings(warehouse, settings, account.account_id)
        assert sorted(row.name for row in made) == ["gcal", "toggl"]
    assert len(connecting.connections(warehouse, account.account_id)) == 2


def test_a_half_given_credential_makes_no_connection(warehouse: Warehouse, account: Account) -> None:
    settings = settings_with(warehouse, google_client_id="id", google_client_secret="secret")
    assert connecting.connections_from_settings(warehouse, settings, account.account_id) == []
    assert connecting.connections(warehouse, account.account_id) == []


def test_a_new_token_in_the_environment_wakes_the_connection_but_a_replaced_one_is_kept(
    warehouse: Warehouse, account: Account
) -> None:
    given = {"google_client_id": "id", "google_client_secret": "secret"}
    first = settings_with(warehouse, google_refresh_token="first", **given)
    (made,) = connecting.connections_from_settings(warehouse, first, account.account_id)
    with lend(warehouse, account.account_id, made.connection_id) as lent:
        lent["refresh_token"] = "replaced by Google"
    connecting.connections_from_settings(warehouse, first, account.account_id)
    stored = credential(warehouse, account, made)
    assert stored is not None
    assert stored["refresh_token"] == "replaced by Google"
    with warehouse.transaction() as connection:
        connection.execute("update app.connection set status = 'needs_user'")
    second = settings_with(warehouse, google_refresh_token="second", **given)
    (renewed,) = connecting.connections_from_settings(warehouse, second, account.account_id)
    assert renewed.status == "active"
    stored = credential(warehouse, account, made)
    assert stored is not None
    assert stored["refresh_token"] == "second"


def test_the_environment_leaves_alone_what_a_person_made_or_gave_up(warehouse: Warehouse, account: Account) -> None:
    settings = settings_with(warehouse, toggl_api_token="a" * 32)
    made = connecting.keep(warehouse, account.account_id, TOGGL, token(1), ANN)
    assert connecting.connections_from_settings(warehouse, settings, account.account_id) == []
    assert credential(warehouse, account, made) == token(1)
    connecting.disconnect(warehouse, account.account_id, "toggl")
    assert connecting.connections_from_settings(warehouse, settings, account.account_id) == []
    assert connecting.connections(warehouse, account.account_id)[0].state == "disconnected"


def test_the_environment_serves_one_person_only(
    warehouse: Warehouse, account: Account, new_account: Callable[[str], Account]
) -> None:
    settings = settings_with(warehouse, toggl_api_token="a" * 32)
    connecting.connections_from_settings(warehouse, settings, account.account_id)
    other = new_account("Berta")
    assert connecting.connections_from_settings(warehouse, settings, other.account_id) == []
    assert len(connecting.connections_from_settings(warehouse, settings, account.account_id)) == 1


def test_a_service_account_from_the_environment_is_enough(warehouse: Warehouse, account: Account) -> None:
    settings = settings_with(warehouse, google_service_account=SecretStr(json.dumps({"client_email": "a@b"})))
    (made,) = connecting.connections_from_settings(warehouse, settings, account.account_id)
    assert made.source == "google_calendar"


def test_a_lent_credential_has_one_borrower_and_is_stored_on_return(warehouse: Warehouse, account: Account) -> None:
    made = connecting.keep(warehouse, account.account_id, GCAL, {"refresh_token": "old"}, ANN)
    inside, done = threading.Event(), threading.Event()
    order: list[str] = []

    def second() -> None:
        inside.wait(10)
        with lend(warehouse, account.account_id, made.connection_id) as lent:
            order.append(lent["refresh_token"])
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    with lend(warehouse, account.account_id, made.connection_id) as lent:
        inside.set()
        assert not done.wait(0.3)
        lent["refresh_token"] = "new"
    assert done.wait(10)
    thread.join()
    assert order == ["new"]
    connecting.disconnect(warehouse, account.account_id, "gcal")
    with pytest.raises(CredentialError), lend(warehouse, account.account_id, made.connection_id):
        pass


def test_a_failed_borrower_changes_nothing(warehouse: Warehouse, account: Account) -> None:
    made = connecting.keep(warehouse, account.account_id, GCAL, {"refresh_token": "old"}, ANN)

    def fail() -> None:
        with lend(warehouse, account.account_id, made.connection_id) as lent:
            lent["refresh_token"] = "half"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert credential(warehouse, account, made) == {"refresh_token": "old"}


def add_rows(warehouse: Warehouse, account: Account, connection_id: UUID, name: str) -> None:
    with warehouse.transaction() as connection:
        for version in ("first", "second"):
            connection.execute(
                "select raw.ingest('toggl_track__time_entries', %s, %s, %s, 'v9')",
                (account.account_id, connection_id, json.dumps([{"id": name, "description": version}])),
            )


def test_disconnecting_keeps_the_data_unless_it_shall_go(warehouse: Warehouse, account: Account) -> None:
    migrate(warehouse, raw_streams())
    mine = connecting.keep(warehouse, account.account_id, TOGGL, token(1), ANN)
    other = connecting.keep(warehouse, account.account_id, TOGGL, token(2), BOB, name="work")
    for row, name in ((mine, "10"), (other, "20")):
        add_rows(warehouse, account, row.connection_id, name)

    def counts() -> tuple[int, int]:
        with warehouse.transaction() as connection:
            return connection.execute(
                "select (select count(*) from raw.toggl_track__time_entries), (select count(*) from raw.revision)"
            ).fetchone()

    connecting.disconnect(warehouse, account.account_id, "work")
    assert credential(warehouse, account, other) is None
    assert counts() == (2, 2)
    connecting.disconnect(warehouse, account.account_id, "work", delete_data=True)
    assert counts() == (1, 1)
    assert [row.name for row in connecting.connections(warehouse, account.account_id)] == ["toggl"]


def test_a_connection_is_found_by_name_or_source_but_never_guessed(warehouse: Warehouse, account: Account) -> None:
    connecting.keep(warehouse, account.account_id, TOGGL, token(1), ANN, name="home")
    connecting.keep(warehouse, account.account_id, TOGGL, token(2), BOB, name="work")
    with pytest.raises(UsageError, match=r"home .* work"):
        connecting.disconnect(warehouse, account.account_id, "toggl")
    with pytest.raises(NotFoundError, match="nothing"):
        connecting.disconnect(warehouse, account.account_id, "nothing")
    assert connecting.disconnect(warehouse, account.account_id, "home").name == "home"
