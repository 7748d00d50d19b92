"""`lifetracer doctor` finds what is wrong, says what to do, and never stumbles itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from lifetracer.cli import doctor
from lifetracer.settings import Settings
from lifetracer.warehouse.vault import Vault, new_key


@pytest.fixture
def patient(warehouse, home) -> doctor.Patient:
    home.mkdir(exist_ok=True)
    return doctor.Patient(Settings(home=home), warehouse)


def findings(patient: doctor.Patient) -> dict[str, doctor.Finding]:
    return {found.id: found for check in doctor.CHECKS for found in check(patient)}


def test_a_healthy_installation_has_no_problem(patient) -> None:
    found = findings(patient)
    assert {"python.version", "home.writable", "home.space", "database.version", "secret.key"} <= found.keys()
    assert {one.level for one in found.values()} <= {"ok", "warning"}
    assert "connections.none" in found
    assert all(one.remedy for one in found.values() if one.level != "ok")


def test_each_connection_is_judged_by_its_last_success(patient, account) -> None:
    now = datetime.now(UTC)
    rows = {
        "fresh": ("active", None, now),
        "stale": ("active", None, now - timedelta(days=3)),
        "new": ("active", None, None),
        "resting": ("paused", None, None),
        "broken": ("needs_user", {"kind": "credential", "message": "The token is wrong.", "remedy": "Renew it."}, None),
    }
    with patient.house.transaction() as connection:
        for name, (status, problem, last) in rows.items():
            connection.execute(
                "insert into app.connection (account_id, source, name, status, problem, last_success_at)"
                " values (%s, 'toggl_track', %s, %s, %s::jsonb, %s)",
                [account.account_id, name, status, json.dumps(problem) if problem else None, last],
            )
    found = findings(patient)
    levels = {name: found[f"connection.toggl_track.{name}"].level for name in rows}
    assert levels == {"fresh": "ok", "stale": "warning", "new": "warning", "resting": "ok", "broken": "problem"}
    broken = found["connection.toggl_track.broken"]
    assert "The token is wrong." in broken.sentence
    assert broken.remedy == "Renew it."


def test_a_connection_that_waits_for_its_quota_is_not_told_to_be_synced(patient, account) -> None:
    with patient.house.transaction() as connection:
        connection.execute(
            "with c as (insert into app.connection (account_id, source, name) values (%s, 'toggl_track', 'n')"
            " returning account_id, connection_id, source)"
            " insert into ops.sync_run (account_id, connection_id, source, status, error)"
            " select account_id, connection_id, source, 'waiting',"
            " jsonb_build_object('after', now() + interval '30 min') from c",
            [account.account_id],
        )
    found = findings(patient)["connection.toggl_track.n"]
    assert (found.level, found.remedy) == ("ok", "")
    assert "waits for its request allowance until" in found.sentence


def test_credentials_of_another_key_are_a_problem(patient, account) -> None:
    with patient.house.transaction() as connection:
        row = connection.execute(
            "insert into app.connection (account_id, source, name) values (%s, 's', 'n') returning connection_id",
            [account.account_id],
        ).fetchone()
        Vault([new_key()]).store(connection, account.account_id, row[0], {"a": "b"})
    assert findings(patient)["secret.key"].level == "problem"


def test_missing_migrations_are_named(server, home) -> None:
    from lifetracer import warehouse

    with server.database() as name, warehouse.open(server.settings(name, home)) as empty:
        found = {one.id: one for one in doctor.database(doctor.Patient(Settings(home=home), empty))}
    assert "20261121000001_foundation" in found["database.migrations"].sentence


def test_a_clock_that_is_off_by_a_day_is_said(patient, monkeypatch) -> None:
    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(doctor, "datetime", Tomorrow)
    (found,) = doctor.clock(patient)
    assert found.level == "problem"
    assert "differ by 86" in found.sentence
    assert "NTP" in found.remedy


def test_a_database_out_of_reach_is_a_finding_and_not_an_end(home, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/db")
    monkeypatch.setenv("LIFETRACER_SECRET_KEY", new_key())
    monkeypatch.setenv("LIFETRACER_HOME", str(home))
    found = {one.id: one for one in doctor.examine()}
    assert found["database.open"].level == "problem"
    assert "Nothing answers" in found["database.open"].sentence
    assert "python.version" in found
