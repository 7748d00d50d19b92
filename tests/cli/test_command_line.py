"""The command line: what is listed is there, mistakes end in a sentence and the right exit code, `--json` is JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psycopg
import pytest
from psycopg import conninfo

import lifetracer
from lifetracer.cli import COMMANDS


def lifetracer_says(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lifetracer", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)


def test_every_command_is_listed_once() -> None:
    names = [listed.name for listed in COMMANDS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("listed", COMMANDS, ids=lambda listed: listed.name)
def test_every_listed_command_explains_itself(listed) -> None:
    command = listed.load()
    assert command.name == listed.name
    assert command.help


def test_help_lists_every_command_and_version_tells_the_version() -> None:
    told = lifetracer_says(dict(os.environ), "--help")
    assert told.returncode == 0
    assert all(f"\n  {listed.name} " in told.stdout for listed in COMMANDS)
    assert lifetracer_says(dict(os.environ), "--version").stdout == f"lifetracer {lifetracer.__version__}\n"


def test_an_unknown_command_is_wrong_usage() -> None:
    told = lifetracer_says(dict(os.environ), "fly")
    assert told.returncode == 2
    assert "No such command 'fly'" in told.stderr
    assert "Did you mean 'category'?" in lifetracer_says(dict(os.environ), "catgory", "list").stderr


def test_a_word_that_is_no_text_and_a_terminal_that_cannot_show_all_end_in_a_sentence(home) -> None:
    environ = os.environ | {"LIFETRACER_HOME": str(home)}
    told = lifetracer_says(environ, "category", "add", os.fsdecode(b"caf\xe9"), "--json")
    assert told.returncode == 2
    assert json.loads(told.stdout)["error"]["message"] == "“caf�” is not text in UTF-8."
    told = lifetracer_says(environ | {"PYTHONIOENCODING": "ascii", "LIFETRACER_PORT": "x"}, "category", "list")
    assert told.returncode == 3
    assert told.stderr.startswith("The setting LIFETRACER_PORT is not usable")
    assert lifetracer_says(environ, "sandbox", "--zone", "Mars").stderr.startswith("Mars is not a time zone.")


def test_a_mistake_ends_in_a_sentence_and_an_exit_code(home) -> None:
    environ = os.environ | {"SUPABASE_URL": "https://abc.supabase.co", "LIFETRACER_HOME": str(home)}
    told = lifetracer_says(environ, "migrate")
    assert told.returncode == 3
    assert "DATABASE_URL" in told.stderr
    assert "Traceback" not in told.stderr
    told = lifetracer_says(environ, "migrate", "--json")
    assert told.returncode == 3
    error = json.loads(told.stdout)["error"]
    assert error["kind"] == "fix_by_hand"
    assert "SUPABASE_URL" in error["message"]
    assert "DATABASE_URL" in error["remedy"]


def test_migrate_tells_what_it_did_and_then_nothing(server, home) -> None:
    with server.database() as name:
        environ = os.environ | server.environ(name, home) | {"LIFETRACER_TIME_ZONE": "Asia/Tokyo"}
        first = json.loads(lifetracer_says(environ, "migrate", "--json").stdout)
        assert first["migrations"]
        assert "toggl_track__time_entries" in first["raw_tables"]
        (account,) = json.loads(lifetracer_says(environ, "accounts", "list", "--json").stdout)
        assert (account["name"], account["time_zone"]) == (first["account"], "Asia/Tokyo")
        assert lifetracer_says(environ, "migrate").stdout == "The database is up to date.\n"


def test_accounts_are_made_listed_and_chosen(environ) -> None:
    made = lifetracer_says(environ, "accounts", "create", "Hanako", "--time-zone", "Asia/Tokyo", "--language", "ja")
    assert made.returncode == 0, made.stderr
    known = json.loads(lifetracer_says(environ, "accounts", "list", "--json").stdout)
    assert {"Hanako"} < {account["name"] for account in known}  # besides the one of a new installation
    assert lifetracer_says(environ, "accounts", "create", "Hanako").returncode == 2
    told = lifetracer_says(environ, "--account", "Nobody", "reader", "list")
    assert told.returncode == 2
    assert "There is no account Nobody" in told.stderr


def test_a_reader_login_works_until_it_is_dropped(environ, account) -> None:
    name = f"reader_{os.getpid()}"
    told = lifetracer_says(environ, "reader", "create", name, "--json")
    assert told.returncode == 0, told.stderr
    dsn = json.loads(told.stdout)["dsn"]
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select session_user::text").fetchone() == (name,)
    assert lifetracer_says(environ, "reader", "list").stdout == f"{name}\n"
    assert lifetracer_says(environ, "reader", "create", name).returncode == 2
    assert lifetracer_says(environ, "reader", "create", "Bad Name").returncode == 2
    assert lifetracer_says(environ, "reader", "drop", name).returncode == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)


def test_the_embedded_key_is_rotated(home) -> None:
    environ = os.environ | {"LIFETRACER_HOME": str(home)}
    assert lifetracer_says(environ, "accounts", "list").returncode == 0
    before = (home / "secret.key").read_text()
    told = lifetracer_says(environ, "rotate-key")
    assert told.returncode == 0, told.stderr
    assert (home / "secret.key").read_text() != before
    assert len(lifetracer_says(environ, "rotate-key", "--print-new").stdout.strip()) == 44


def test_row_types_can_be_checked(environ) -> None:
    told = lifetracer_says(environ, "types", "--check")
    assert told.returncode == 0, told.stderr
    assert told.stdout == "The row types are current.\n"


def test_secrets_may_come_from_files(server, warehouse, home, tmp_path) -> None:
    given = server.environ(str(conninfo.conninfo_to_dict(warehouse.dsn)["dbname"]), home)
    (tmp_path / "url").write_text(given.pop("DATABASE_URL"))
    told = lifetracer_says(os.environ | given | {"DATABASE_URL_FILE": str(tmp_path / "url")}, "migrate")
    assert told.returncode == 0, told.stderr
