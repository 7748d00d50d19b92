"""`lifetracer connect`, `connections` and `disconnect` as a person or a script types them, against the sandbox."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from lifetracer.cli import app
from lifetracer.cli.connect_google import picked
from lifetracer.connector.sources.google_calendar.calendar_list import selection
from lifetracer.errors import UsageError
from sandbox_process import SandboxHandle, start_sandbox

PROGRAM = [sys.executable, "-m", "lifetracer"]


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxHandle]:
    with start_sandbox(start="2026-11-10", people=2, quota=False) as handle:
        yield handle


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    running.admin("/faults", method="DELETE")
    running.admin("/google/consent", {"decision": "approve", "scopes": None})
    return running


@pytest.fixture
def surroundings(environ: dict[str, str], account: object, sandbox: SandboxHandle) -> dict[str, str]:
    """The vendors' addresses are moved; no credential stands in the environment."""
    vendors = {name: value for name, value in sandbox.environment.items() if name.startswith("LIFETRACER_")}
    return environ | vendors | {"LIFETRACER_TOGGL_PAUSE_SECONDS": "0", "LIFETRACER_RETRY_SECONDS": "0.01"}


def run(surroundings: dict[str, str], *words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, words, env=surroundings, input=stdin)


def listed(surroundings: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(surroundings, "connections", "--json").stdout)
    return found


def test_toggl_by_a_token_on_standard_input(surroundings: dict[str, str], sandbox: SandboxHandle) -> None:
    done = run(surroundings, "connect", "toggl", "--token", "-", stdin=sandbox.person["togglToken"] + "\n")
    assert done.exit_code == 0, done.stderr
    assert "workspace" in done.stdout
    assert "days are cut by the account's" in done.stdout
    assert sandbox.person["togglToken"] not in done.stdout + done.stderr
    (row,) = listed(surroundings)
    assert (row["name"], row["status"]) == ("toggl", "active")


def test_a_wrong_token_is_refused_at_once_and_not_stored(surroundings: dict[str, str]) -> None:
    for token, words in (("0" * 32, "does not accept"), ("toggl_sk_" + "0" * 32, "Toggl 2.0")):
        done = run(surroundings, "connect", "toggl", "--token", token)
        assert done.exit_code == 3
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    assert listed(surroundings) == []


def test_another_persons_token_is_refused(surroundings: dict[str, str], sandbox: SandboxHandle) -> None:
    first, second = (person["togglToken"] for person in sandbox.people)
    assert run(surroundings, "connect", "toggl", "--token", first).exit_code == 0
    refused = run(surroundings, "connect", "toggl", "--token", second)
    assert refused.exit_code == 3
    assert "--name" in refused.stderr
    assert run(surroundings, "connect", "toggl", "--token", second, "--name", "work").exit_code == 0
    assert [row["name"] for row in listed(surroundings)] == ["toggl", "work"]


def google_words(sandbox: SandboxHandle) -> list[str]:
    person = sandbox.person
    return ["connect", "gcal", "--client-id", person["googleClientId"], "--client-secret", person["googleClientSecret"]]


def test_google_by_a_refresh_token(surroundings: dict[str, str], sandbox: SandboxHandle) -> None:
    words = [*google_words(sandbox), "--refresh-token", "-", "--calendars", sandbox.person["email"], "--json"]
    done = run(surroundings, *words, stdin=sandbox.person["googleRefreshToken"] + "\n")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["external_user"] == sandbox.person["email"]
    assert made["settings"]["calendar_ids"] == [sandbox.person["email"]]
    assert any("calendar(s)" in finding for finding in made["findings"])
    synced = run(surroundings, "sync", "gcal", "--json")
    assert synced.exit_code == 0, synced.stdout + synced.stderr
    assert json.loads(synced.stdout)["changed"] > 0


@contextmanager
def asking(surroundings: dict[str, str], sandbox: SandboxHandle) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`connect gcal --no-browser` as a child that waits for the browser, and the lines it printed until then."""
    command = [*PROGRAM, *google_words(sandbox), "--no-browser"]
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, env=surroundings, stdin=nothing, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            assert child.stderr is not None
            lines = []
            for line in child.stderr:
                lines.append(line.strip())
                if "paste it here" in line:
                    break
            yield child, lines
        finally:
            child.kill()


def address(lines: list[str]) -> str:
    return next((line for line in lines if line.startswith("http")), f"no address in {lines}")


def test_google_by_the_browser(surroundings: dict[str, str], sandbox: SandboxHandle) -> None:
    with asking(surroundings, sandbox) as (child, lines):
        assert any("ssh -L" in line for line in lines)
        assert "close this window" in httpx.get(address(lines), follow_redirects=True, trust_env=False).text
        out, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    assert "is connected as “gcal”" in out


def test_a_declined_consent_is_a_sentence(surroundings: dict[str, str], sandbox: SandboxHandle) -> None:
    sandbox.fault("oauth_denied")
    with asking(surroundings, sandbox) as (child, lines):
        httpx.get(address(lines), follow_redirects=True, trust_env=False)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == 3
    assert "declined" in errors
    assert "Traceback" not in errors


def test_google_by_a_service_account(surroundings: dict[str, str], sandbox: SandboxHandle, tmp_path: Path) -> None:
    key = sandbox.admin("/google/service-accounts", {"calendars": ["primary"]})
    file = tmp_path / "key.json"
    file.write_text(json.dumps(key))
    with_ids = surroundings | {"GOOGLE_CALENDAR_IDS": sandbox.person["email"]}
    done = run(with_ids, "connect", "gcal", "--service-account", str(file), "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["external_user"] == key["client_email"]
    without = run(surroundings, "connect", "gcal", "--service-account", str(file))
    assert without.exit_code == 3
    assert "Share the calendar" in without.stderr
    missing = run(surroundings, "connect", "gcal", "--service-account", str(tmp_path / "none.json"))
    assert missing.exit_code == 1
    assert "cannot be read" in missing.stderr


def test_nothing_to_ask_says_what_to_give(surroundings: dict[str, str]) -> None:
    for source, words in (("toggl", "track.toggl.com/profile"), ("gcal", "Desktop app")):
        done = run(surroundings, "connect", source)
        assert done.exit_code == 2
        assert words in done.stderr
    assert run(surroundings, "connect", "nothing").exit_code == 2


def test_an_expired_consent_shows_in_the_list_and_a_new_one_wakes_it(
    surroundings: dict[str, str], sandbox: SandboxHandle
) -> None:
    words = [*google_words(sandbox), "--refresh-token", sandbox.person["googleRefreshToken"]]
    assert run(surroundings, *words).exit_code == 0
    sandbox.fault("google_access_expired", count=None)
    assert run(surroundings, "sync", "gcal").exit_code == 3
    sandbox.admin("/faults", method="DELETE")
    assert listed(surroundings)[0]["status"] == "needs_user"
    assert "connect gcal" in run(surroundings, "connections").stdout
    assert run(surroundings, *words).exit_code == 0
    assert listed(surroundings)[0]["status"] == "active"


def test_disconnecting_asks_before_data_goes(surroundings: dict[str, str], sandbox: SandboxHandle) -> None:
    run(surroundings, "connect", "toggl", "--token", sandbox.person["togglToken"])
    assert run(surroundings, "disconnect", "toggl").exit_code == 0
    assert listed(surroundings)[0]["status"] == "disconnected"
    assert run(surroundings, "disconnect", "toggl", "--delete-data").exit_code == 2
    assert run(surroundings, "disconnect", "toggl", "--delete-data", "--yes").exit_code == 0
    assert "Nothing is connected" in run(surroundings, "connections").stdout


ROWS = [{"id": "me"}, {"id": "work"}, {"id": "ja#holiday@group.v.calendar.google.com"}]


def test_a_choice_of_calendars_lets_later_ones_in_unless_it_names_unusual_ones() -> None:
    assert selection(ROWS, picked("", 3)) == {"calendar_ids": [], "calendars_off": []}
    assert selection(ROWS, picked("1", 3)) == {"calendar_ids": [], "calendars_off": ["work"]}
    assert selection(ROWS, picked("1, 3", 3)) == {"calendar_ids": ["me", ROWS[2]["id"]], "calendars_off": []}
    for wrong in ("4", "0", "me"):
        with pytest.raises(UsageError):
            picked(wrong, 3)
