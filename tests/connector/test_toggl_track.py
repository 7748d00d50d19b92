"""Toggl Track against the sandbox: whatever goes wrong, the mirror ends equal to Toggl's truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from toggl_mirror import ME, WINDOW, TogglMirror

from lifetracer.connector.sources.toggl_track import history
from lifetracer.connector.sync import sync
from lifetracer.errors import CredentialError, FixByHandError, QuotaError, TryAgainError
from lifetracer.sandbox.catalogue import CATALOGUE
from lifetracer.settings import load
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from sandbox_process import SandboxHandle, start_sandbox

REPORTS = "POST /reports/api/v3/*"


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxHandle]:
    with start_sandbox(start="2026-04-01", quota=False) as handle:
        yield handle


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    """A world as new."""
    running.admin("/seed", {})
    running.forget_requests()
    return running


@pytest.fixture
def mirror(warehouse: Warehouse, account: Account, environ: dict[str, str], sandbox: SandboxHandle) -> TogglMirror:
    return TogglMirror(warehouse, account, environ, sandbox)


@pytest.fixture(autouse=True)
def short_history(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two years back are enough where the test is not about the beginning of time."""
    if "1970_and_2100" not in request.node.name:
        for name in ("USUAL_BEGIN", "EARLIEST"):
            monkeypatch.setattr(history, name, date(2024, 11, 1))


def entry(sandbox: SandboxHandle, **fields: object) -> int:
    start = {"start": "2026-11-20T08:00:00Z", "duration": 600, "description": "made by hand"}
    return int(sandbox.admin("/toggl/entries", {**start, **fields})["id"])


def test_the_first_sync_mirrors_everything_and_a_second_changes_nothing(mirror: TogglMirror) -> None:
    mirror.synced()
    mirror.check()
    assert len(mirror.rows()) > 2000
    assert mirror.synced().changed == 0
    assert mirror.one("select count(*) from raw.revision") == 0


def test_no_secret_is_stored(mirror: TogglMirror) -> None:
    mirror.synced()
    for stream in ("users", "workspaces"):
        rows = mirror.rows(stream)
        assert rows
        assert not {"api_token", "intercom_hash", "ical_url"} & set().union(*rows.values())


def test_a_changed_entry_costs_two_requests_whatever_the_history(mirror: TogglMirror) -> None:
    mirror.synced()
    first = next(iter(mirror.rows()))
    mirror.sandbox.forget_requests()
    mirror.sandbox.admin(f"/toggl/entries/{first}", {"description": "edited months later"}, method="PATCH")
    result = mirror.synced()
    assert (result.inserted, result.updated, result.deleted) == (0, 1, 0)
    assert Counter(mirror.sandbox.requests()) == {ME: 1, WINDOW: 1}
    mirror.check()
    assert mirror.one("select count(*) from raw.revision") == 1


def test_life_goes_on_and_the_mirror_with_it(mirror: TogglMirror) -> None:
    mirror.synced()
    for _ in range(3):
        mirror.sandbox.advance(days=1)
        mirror.synced()
        mirror.check()


def test_after_four_months_offline_everything_is_compared(mirror: TogglMirror) -> None:
    mirror.synced()
    mirror.sandbox.admin(f"/toggl/entries/{sorted(mirror.rows())[0]}", method="DELETE")
    mirror.sandbox.advance(days=125)
    result = mirror.synced()
    assert "gap" in mirror.kinds(result)
    mirror.check()
    mirror.sandbox.forget_requests()
    assert mirror.synced().changed == 0
    assert sum(mirror.sandbox.requests().values()) == 2


def test_nothing_is_missed_should_toggl_look_back_only_a_month(mirror: TogglMirror) -> None:
    mirror.sandbox.admin("/modes", {"look_back_months": 1})
    mirror.synced()
    mirror.sandbox.advance(days=125)
    assert "gap" in mirror.kinds(mirror.synced())
    entry(mirror.sandbox)
    assert mirror.synced().inserted == 1, "the next `since` lies in the past"
    mirror.check()


def test_more_changes_than_one_answer_holds_are_all_found(mirror: TogglMirror) -> None:
    mirror.synced()
    mirror.sandbox.advance(days=1)
    many = [{"start": f"2026-{1 + n % 9:02}-{1 + n % 28:02}T0{n % 10}:00:00Z", "duration": n} for n in range(1300)]
    mirror.sandbox.admin("/toggl/entries", many)
    result = mirror.synced()
    assert "many_changes" in mirror.kinds(result)
    mirror.check()


def test_a_crowd_that_changed_in_one_moment_is_compared_once_only(mirror: TogglMirror) -> None:
    """As after an import into Toggl: ``since`` with its overlap meets the whole crowd every time."""
    mirror.synced()
    many = [{"start": f"2026-09-{1 + n % 28:02}T0{n % 10}:00:00Z", "duration": n} for n in range(1100)]
    mirror.sandbox.admin("/toggl/entries", [row | {"at": "2026-11-21T09:29:00Z"} for row in many])
    assert "many_changes" in mirror.kinds(mirror.synced())
    mirror.sandbox.forget_requests()
    assert "many_changes" not in mirror.kinds(mirror.synced())
    assert sum(mirror.sandbox.requests().values()) == 3
    mirror.check()
    mirror.sandbox.advance(60)
    entry(mirror.sandbox, description="later")
    mirror.synced()
    mirror.check()


def test_a_row_that_vanished_without_a_word_is_found_by_a_full_sync(mirror: TogglMirror) -> None:
    mirror.synced()
    ghost = "999999999"
    with mirror.warehouse.transaction() as connection:
        connection.execute(
            "insert into raw.toggl_track__time_entries"
            " (account_id, source_id, connection_id, data, api_version, synced_at)"
            " select account_id, %s, connection_id, data || %s, api_version, now() - interval '1 h'"
            " from raw.toggl_track__time_entries order by data ->> 'start' limit 1",
            (ghost, '{"id": 999999999}'),
        )
    mirror.synced(full=True)
    mirror.check()
    assert ghost in mirror.rows(living=False)
    assert (
        mirror.one(f"select deleted_reason from raw.toggl_track__time_entries where source_id = '{ghost}'") == "missing"
    )
    assert mirror.one(f"select count(*) from raw.revision where source_id = '{ghost}'") == 1


def test_a_range_is_read_again_on_request(mirror: TogglMirror) -> None:
    mirror.synced()
    mirror.sandbox.forget_requests()
    mirror.synced(since=date(2026, 5, 1), until=date(2026, 6, 1))
    mirror.check()
    assert mirror.sandbox.requests()["POST /reports/api/v3/workspace/{w}/search/time_entries"] == 1


def test_archived_deleted_and_renamed_projects(mirror: TogglMirror) -> None:
    mirror.synced()
    archived, deleted, renamed = [key for key, row in mirror.rows("projects").items() if row["active"]][:3]
    mirror.sandbox.admin(f"/toggl/projects/{archived}", {"active": False}, method="PATCH")
    mirror.sandbox.admin(f"/toggl/projects/{renamed}", {"name": "A new name"}, method="PATCH")
    mirror.synced()
    mirror.check()
    assert mirror.rows("projects")[archived]["active"] is False
    mirror.sandbox.admin(f"/toggl/projects/{deleted}", method="DELETE")
    mirror.synced()
    assert deleted not in mirror.rows("projects")
    assert deleted in mirror.rows("projects", living=False)
    mirror.sandbox.admin(f"/toggl/projects/{archived}", method="DELETE")
    mirror.synced(full=True)  # or within a day: short lists hide archived rows, so only a long one proves it
    assert archived not in mirror.rows("projects")
    mirror.check()


HEALING = sorted(
    name
    for name, fault in CATALOGUE.items()
    if fault.vendor in {"any", "toggl"} and fault.heals and "quota" not in name
)
LASTING = sorted(name for name, fault in CATALOGUE.items() if fault.vendor in {"any", "toggl"} and not fault.heals)


@pytest.mark.parametrize("name", [n for n in HEALING if not n.startswith("webhook")])
def test_a_passing_fault_leaves_no_trace(mirror: TogglMirror, name: str) -> None:
    """On the first sync, in the middle of it, and on a daily one."""
    options = {"seconds": 0.05} if name == "latency" else {}
    mirror.sandbox.fault(name, count=2, skip=4, **options)
    mirror.sync()
    mirror.synced()
    mirror.check()
    mirror.sandbox.advance(days=0.5)
    mirror.sandbox.fault(name, count=2, **options)
    mirror.sync()
    mirror.sandbox.admin("/faults", method="DELETE")
    mirror.synced()
    mirror.check()


def test_silence_after_daily_use_is_told_once_it_lasts_longer_than_a_week(
    mirror: TogglMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "stale" not in mirror.kinds(mirror.synced())
    starts = (datetime.fromisoformat(row["start"]) for row in mirror.rows().values())
    last = max(start for start in starts if start <= datetime.now(UTC)).astimezone(UTC)

    def kinds_after(days: int) -> list[str]:
        clock = type("Clock", (datetime,), {"now": classmethod(lambda cls, zone: last + timedelta(days=days))})
        monkeypatch.setattr("lifetracer.connector.sync.datetime", clock)
        return mirror.kinds(mirror.synced())

    assert "stale" not in kinds_after(7)
    assert "stale" in kinds_after(8)


def test_the_sessions_that_a_sync_borrowed_wait_for_the_disk_again(mirror: TogglMirror) -> None:
    mirror.synced()
    for _ in range(4):
        query = "select count(*) from pg_settings where source = 'session' and name ~ 'synchronous_commit|lock_timeout'"
        with mirror.warehouse.session() as connection:
            assert connection.execute(query).fetchone() == (0,)


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_ends_in_a_sentence_and_loses_nothing(mirror: TogglMirror, name: str) -> None:
    mirror.synced()
    before = mirror.rows()
    mirror.sandbox.advance(days=0.2)
    mirror.sandbox.fault(name, count=None, after="2026-06-01T00:00:00Z")
    result = mirror.sync(full=name in {"toggl_forbidden", "toggl_migrated"})
    if name == "toggl_migrated":
        assert {"stale", "deletions_spared"} & set(mirror.kinds(result))
    elif name == "toggl_forbidden":
        assert "history_refused" in mirror.kinds(result)
    else:
        assert isinstance(result.error, FixByHandError)
        assert result.error.remedy
        assert result.status == "needs_user"
        assert before.keys() <= mirror.rows().keys()


@pytest.mark.parametrize("silent", [False, True])
def test_a_used_up_quota_ends_the_sync_with_a_time_and_goes_on_there(mirror: TogglMirror, silent: bool) -> None:
    name = "toggl_quota_exhausted_silent" if silent else "toggl_quota_exhausted"
    mirror.sandbox.fault(name, route=REPORTS, count=1, skip=2, **({} if silent else {"resets_in": 600}))
    result = mirror.sync()
    assert isinstance(result.error, QuotaError)
    assert result.error.exit_code == 3
    assert result.error.after is not None
    assert result.status == "waiting"
    asked = sum(mirror.sandbox.requests().values())
    again = mirror.sync()
    assert isinstance(again.error, QuotaError)
    assert sum(mirror.sandbox.requests().values()) - asked <= 2, "the used-up bucket is not asked again before its time"
    if not silent:
        assert timedelta(minutes=8) < result.error.after - datetime.now(UTC) <= timedelta(minutes=10), "as was told"
    with mirror.warehouse.transaction() as connection:  # its time comes
        connection.execute("update ops.quota set resets_at = now() where remaining = 0")
    mirror.sandbox.forget_requests()
    mirror.synced()
    mirror.check()
    newest = mirror.sandbox.requests().get("GET /api/v9/me/projects", 0)
    assert newest == 0, "it went on where it stopped"


def test_the_real_quota_is_shown_as_toggl_counts_it(
    warehouse: Warehouse, account: Account, environ: dict[str, str]
) -> None:
    with start_sandbox(start="2026-10-15", quota=True, plan="premium") as sandbox:
        mirror = TogglMirror(warehouse, account, environ, sandbox)
        mirror.synced()
        told = _quota(mirror)
        assert told
        for bucket in told:
            name = "user" if bucket["organization_id"] is None else f"organization:{bucket['organization_id']}"
            known = mirror.one(f"select array[total, remaining] from ops.quota where bucket = '{name}'")
            assert known[0] == bucket["total"]
            assert abs(known[1] - bucket["remaining"]) <= 1, "asking for the quota is a request itself"


def _quota(mirror: TogglMirror) -> list[dict[str, int]]:
    import httpx

    token = mirror.sandbox.person["togglToken"]
    answer = httpx.get(f"{mirror.sandbox.url}/api/v9/me/quota", auth=(token, "api_token"), trust_env=False)
    return list(answer.json())


def test_another_persons_token_is_refused(mirror: TogglMirror, environ: dict[str, str]) -> None:
    mirror.synced()
    with mirror.warehouse.transaction() as connection:
        connection.execute("""update app.connection set settings = settings || '{"user_id": "1"}'""")
    result = mirror.sync()
    assert isinstance(result.error, CredentialError)
    assert "another Toggl user" in str(result.error)
    mirror.check()


def test_a_sync_of_everything_asks_again_unless_the_credential_was_refused(mirror: TogglMirror) -> None:
    mirror.synced()
    everything = (mirror.warehouse, mirror.settings, mirror.account.account_id)
    for kind, asked in (("fix_by_hand", 2), ("credential", 0)):
        with mirror.warehouse.transaction() as connection:
            connection.execute(
                "update app.connection set status = 'needs_user', problem = jsonb_build_object('kind', %s::text,"
                " 'message', 'Something was wrong.', 'remedy', 'Mend it.')",
                [kind],
            )
        mirror.sandbox.forget_requests()
        (result,) = sync(*everything).connections
        assert sum(mirror.sandbox.requests().values()) == asked
    assert isinstance(result.error, CredentialError)
    assert result.error.sentence() == "Something was wrong. Mend it."
    assert mirror.synced().error is None, "whoever names it has it tried"
    assert mirror.one("select status from app.connection") == "active"


def test_a_key_of_toggl_2_is_refused_before_anything_is_asked(mirror: TogglMirror) -> None:
    settings = load(mirror.environ | {"TOGGL_API_TOKEN": "toggl_sk_" + "0" * 32})
    (result,) = sync(mirror.warehouse, settings, mirror.account.account_id, ["toggl"]).connections
    assert isinstance(result.error, CredentialError)
    assert "Toggl 2.0" in str(result.error)
    assert result.requests == 0


def test_no_network_and_a_wrong_address_say_which_setting(mirror: TogglMirror) -> None:
    mirror.synced()
    for url in ("http://127.0.0.1:9", "http://nowhere.invalid", "ftp://x", f"{mirror.sandbox.url}/wrong"):
        settings = load(mirror.environ | {"LIFETRACER_TOGGL_URL": url, "LIFETRACER_RETRY_ATTEMPTS": "1"})
        (result,) = sync(mirror.warehouse, settings, mirror.account.account_id, ["toggl"]).connections
        assert isinstance(result.error, (TryAgainError, FixByHandError)), url
        assert "LIFETRACER_TOGGL_URL" in result.error.sentence(), url
    wrong = load(mirror.environ | {"LIFETRACER_TOGGL_URL": "127.0.0.1:99"})
    (result,) = sync(mirror.warehouse, wrong, mirror.account.account_id, ["toggl"]).connections
    assert result.status == "needs_user", "no retry mends an address that is none"
    assert result.requests == 1
    mirror.check()


def test_strange_entries_arrive_whole(mirror: TogglMirror) -> None:
    mirror.synced()
    for name in ("toggl_hostile_text", "toggl_zombie", "toggl_odd_times"):
        mirror.sandbox.fault(name)
    for start in ("1970-01-01T00:00:00Z", "2100-12-31T23:59:00Z"):
        entry(mirror.sandbox, start=start)
    entry(mirror.sandbox, duration=0)
    result = mirror.synced()
    assert result.mended > 0
    stored = {row["start"][:4] for row in mirror.rows().values()}
    assert {"1970", "2100"} <= stored
    assert any("\ufffd" in (row["description"] or "") for row in mirror.rows().values())
    assert any(len(row["description"] or "") > 60_000 for row in mirror.rows().values())


def test_entries_of_1970_and_2100_are_found_at_the_first_sync(mirror: TogglMirror) -> None:
    for start in ("1970-01-02T00:00:00Z", "2005-03-01T12:00:00Z", "2100-12-31T23:59:00Z"):
        entry(mirror.sandbox, start=start)
    mirror.synced()
    mirror.check()
