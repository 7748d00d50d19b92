"""Google Calendar against the sandbox: whatever goes wrong, the mirror ends equal to Google's truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from lifetracer.connector.registry import raw_streams
from lifetracer.connector.summary import SyncSummary
from lifetracer.connector.sync import sync
from lifetracer.errors import CredentialError, FixByHandError, QuotaError, TryAgainError
from lifetracer.settings import Settings, load
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.migrate import migrate
from sandbox_process import SandboxHandle, start_sandbox

LIST = "GET /calendar/v3/users/me/calendarList"
EVENTS = "GET /calendar/v3/calendars/{calendar}/events"
START = "2026-10-01"


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxHandle]:
    with start_sandbox(start=START, quota=False) as handle:
        yield handle


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    """A world as new."""
    running.admin("/seed", {})
    running.forget_requests()
    return running


class Mirror:
    """A warehouse that is kept in step with the sandbox's first person."""

    def __init__(self, warehouse: Warehouse, account: Account, settings: Settings, sandbox: SandboxHandle) -> None:
        self.warehouse = warehouse
        self.account = account
        self.settings = settings
        self.sandbox = sandbox

    def sync(self, **asked: Any) -> SyncSummary:
        return sync(self.warehouse, self.settings, self.account.account_id, ["gcal"], **asked)

    def synced(self, **asked: Any) -> SyncSummary:
        summary = self.sync(**asked)
        assert summary.error is None, summary.error.sentence()
        return summary

    def warnings(self, summary: SyncSummary) -> list[str]:
        return [warning["kind"] for warning in summary.connections[0].warnings]

    def rows(self, entity: str = "events", *, living: bool = True) -> dict[str, dict[str, Any]]:
        query = f"select source_id, data from raw.google_calendar__{entity} where (deleted_at is null) = %s"
        with self.warehouse.transaction() as connection:
            return dict(connection.execute(query, (living,)).fetchall())

    def revisions(self) -> int:
        with self.warehouse.transaction() as connection:
            row = connection.execute("select count(*) from raw.revision").fetchone()
        assert row is not None
        return int(row[0])

    def truth(self, *calendars: str) -> dict[str, dict[str, Any]]:
        """What must be stored: living events and cancelled instances of the calendars that are read."""
        found: dict[str, dict[str, Any]] = {}
        for calendar_id, calendar in self.sandbox.truth("google")["calendars"].items():
            read = calendar_id in calendars if calendars else not calendar_id.endswith("@group.v.calendar.google.com")
            if read and not calendar["deleted"]:
                for part in (calendar["live"], calendar["cancelled_instances"]):
                    found |= {f"{calendar_id}/{event_id}": body for event_id, body in part.items()}
        return found

    def check(self, *calendars: str) -> None:
        """The mirror equals the truth, to the last field."""
        stored, truth = self.rows(), self.truth(*calendars)
        assert sorted(truth.keys() - stored.keys()) == [], "missing"
        assert sorted(stored.keys() - truth.keys()) == [], "extra"
        assert [key for key in truth if stored[key] != truth[key]] == [], "stale"


@pytest.fixture
def mirror(warehouse: Warehouse, account: Account, environ: dict[str, str], sandbox: SandboxHandle) -> Mirror:
    migrate(warehouse, raw_streams())
    given = {name: value for name, value in sandbox.environment.items() if not name.startswith("TOGGL")}
    settings = load(environ | given | {"LIFETRACER_RETRY_SECONDS": "0.01"})
    return Mirror(warehouse, account, settings, sandbox)


def created(sandbox: SandboxHandle, summary: str, start: str = "2026-11-23T09:00:00+01:00", **fields: Any) -> str:
    event = sandbox.admin("/google/events", {"summary": summary, "start": start, **fields})
    return str(event["id"])


def removed(sandbox: SandboxHandle, event_id: str) -> None:
    sandbox.admin(f"/google/events/{event_id}", method="DELETE")


def test_first_sync_mirrors_every_event_and_a_second_changes_nothing(mirror: Mirror) -> None:
    mirror.synced()
    mirror.check()
    assert len(mirror.rows()) > 50
    again = mirror.synced()
    assert again.changed == 0
    assert mirror.revisions() == 0


def test_a_change_costs_one_request_per_calendar_and_one_for_the_list(mirror: Mirror) -> None:
    mirror.synced()
    read = {key.partition("/")[0] for key in mirror.rows()}
    mirror.sandbox.forget_requests()
    created(mirror.sandbox, "Dentist")
    assert mirror.synced().changed == 1
    counts = Counter(mirror.sandbox.requests())
    assert counts[LIST] == 1
    assert counts[EVENTS] == len(read)
    assert counts["POST /token"] == 0, "the access token of the first sync is still good"
    assert counts.total() == len(read) + 1
    mirror.check()


def test_every_kind_of_change_arrives(mirror: Mirror) -> None:
    sandbox = mirror.sandbox
    series = created(sandbox, "Standup", recurrence=["RRULE:FREQ=DAILY"])
    single, doomed = created(sandbox, "Lunch"), created(sandbox, "Cinema")
    mirror.synced()
    sandbox.admin(f"/google/events/{series}/cancel", {"original": "2026-11-24T09:00:00+01:00"})
    sandbox.admin(f"/google/events/{series}/change", {"original": "2026-11-25T09:00:00+01:00", "summary": "Later"})
    sandbox.admin(f"/google/events/{single}", {"start": "2026-11-23", "end": "2026-11-24"}, method="PATCH")
    removed(sandbox, doomed)
    mirror.synced()
    mirror.check()
    tombstone = next(data for key, data in mirror.rows(living=False).items() if key.endswith(doomed))
    assert tombstone["status"] == "cancelled"
    assert tombstone["summary"] == "Cinema", "a bare tombstone does not wipe what was known"


def test_deleting_a_series_takes_its_exceptions_with_it(mirror: Mirror) -> None:
    sandbox = mirror.sandbox
    series, other = (created(sandbox, name, recurrence=["RRULE:FREQ=DAILY"]) for name in ("Standup", "Walk"))
    for master in (series, other):
        sandbox.admin(f"/google/events/{master}/cancel", {"original": "2026-11-24T09:00:00+01:00"})
        sandbox.admin(f"/google/events/{master}/change", {"original": "2026-11-25T09:00:00+01:00", "summary": "Later"})
    mirror.synced()
    removed(sandbox, series)
    mirror.synced()
    mirror.check()
    assert sum(series in key for key in mirror.rows(living=False)) == 3


def test_a_deleted_series_takes_exceptions_along_that_come_on_a_later_page(mirror: Mirror) -> None:
    series = created(mirror.sandbox, "Standup", recurrence=["RRULE:FREQ=DAILY"])
    for day in range(24, 30):
        mirror.sandbox.admin(f"/google/events/{series}/cancel", {"original": f"2026-11-{day}T09:00:00+01:00"})
    mirror.synced()
    removed(mirror.sandbox, series)
    mirror.sandbox.fault("google_short_pages", count=None, size=3)
    mirror.sandbox.fault("status_500", route=EVENTS.replace("{calendar}", "*"), skip=1, count=6)
    mirror.sync()  # ends after the page that deletes the series
    mirror.synced()
    mirror.check()


def test_this_and_following_leaves_nothing_behind(mirror: Mirror) -> None:
    series = created(mirror.sandbox, "Standup", recurrence=["RRULE:FREQ=DAILY"])
    for day in (24, 27):
        mirror.sandbox.admin(
            f"/google/events/{series}/change", {"original": f"2026-11-{day}T09:00:00+01:00", "summary": "Later"}
        )
    mirror.synced()
    mirror.sandbox.admin(f"/google/events/{series}/split", {"original": "2026-11-26T09:00:00+01:00"})
    mirror.synced()
    mirror.check()


def test_an_event_that_moves_to_another_calendar_lives_once(mirror: Mirror) -> None:
    event = created(mirror.sandbox, "Lunch")
    mirror.synced()
    other = next(key.partition("/")[0] for key in mirror.rows() if "@group.calendar" in key)
    mirror.sandbox.admin(f"/google/events/{event}/move", {"to": other})
    mirror.synced()
    mirror.check()
    assert [key for key in mirror.rows() if key.endswith(f"/{event}")] == [f"{other}/{event}"]


def test_what_was_deleted_before_a_full_read_becomes_a_tombstone(mirror: Mirror) -> None:
    kept, doomed = created(mirror.sandbox, "Kept"), created(mirror.sandbox, "Doomed")
    series = created(mirror.sandbox, "Standup", recurrence=["RRULE:FREQ=DAILY"])
    mirror.sandbox.admin(f"/google/events/{series}/cancel", {"original": "2026-11-24T09:00:00+01:00"})
    mirror.synced()
    removed(mirror.sandbox, doomed)
    mirror.sandbox.fault("google_sync_tokens_invalidated")
    summary = mirror.synced()
    mirror.check()
    assert "token_refused" in mirror.warnings(summary)
    assert summary.changed == 1
    assert any(key.endswith(kept) for key in mirror.rows())


HEALING = [
    ("google_sync_token_gone", {"count": 9}),
    ("google_page_token_refused", {"count": 2}),
    ("google_empty_page", {"count": 5}),
    ("google_short_pages", {"count": None}),
    ("google_duplicate_items", {"count": None}),
    ("google_rate_limited", {"count": 2}),
    ("google_access_expired", {}),
    ("status_500", {"route": "* /calendar/v3/*", "count": 2}),
    ("status_502", {"route": "* /calendar/v3/*"}),
    ("status_503", {"route": "* /calendar/v3/*", "retry_after": 0}),
    ("rate_limited", {"route": "* /calendar/v3/*", "retry_after": 0}),
    ("malformed_json", {"route": EVENTS.replace("{calendar}", "*")}),
    ("truncated_page", {"route": EVENTS.replace("{calendar}", "*")}),
    ("html_page", {"route": EVENTS.replace("{calendar}", "*")}),
    ("connection_reset", {"route": EVENTS.replace("{calendar}", "*"), "after": 300}),
    ("latency", {"route": "* /calendar/v3/*", "seconds": 0.2}),
    ("oauth_unavailable", {}),
    ("oauth_new_refresh_token", {}),
    ("google_sync_tokens_invalidated", {}),
]


@pytest.mark.parametrize("moment", ["first", "later"])
@pytest.mark.parametrize(("fault", "options"), HEALING, ids=[name for name, _ in HEALING])
def test_a_passing_fault_costs_no_event(mirror: Mirror, fault: str, options: dict[str, Any], moment: str) -> None:
    if fault in {"google_page_token_refused", "google_empty_page"}:
        mirror.sandbox.fault("google_short_pages", count=None, size=40)
    if moment == "later":
        mirror.synced()
        created(mirror.sandbox, "New")
        doomed = created(mirror.sandbox, "Doomed")
        mirror.synced()
        removed(mirror.sandbox, doomed)
        for number in range(3):
            created(mirror.sandbox, f"New {number}")
    mirror.sandbox.fault(fault, **options)
    mirror.sync()
    mirror.sandbox.admin("/faults", method="DELETE")
    mirror.synced()
    mirror.check()
    assert mirror.synced().changed == 0


def test_bare_tombstones_of_instances_stay_exceptions(mirror: Mirror) -> None:
    series = created(mirror.sandbox, "Standup", recurrence=["RRULE:FREQ=DAILY"])
    mirror.synced()
    instance = mirror.sandbox.admin(f"/google/events/{series}/cancel", {"original": "2026-11-24T09:00:00+01:00"})["id"]
    mirror.sandbox.fault("google_bare_tombstones", count=None)
    mirror.synced()
    assert mirror.rows().keys() == mirror.truth().keys()
    bare = next(data for key, data in mirror.rows().items() if key.endswith(instance))
    assert "recurringEventId" not in bare
    removed(mirror.sandbox, series)
    mirror.synced()
    assert mirror.rows().keys() == mirror.truth().keys()


def test_a_missing_sync_token_is_an_error_once_and_a_full_read_next_time(mirror: Mirror) -> None:
    doomed = created(mirror.sandbox, "Doomed")
    mirror.synced()
    mirror.sandbox.fault("google_token_per_page", count=1)
    failed = mirror.sync()
    assert isinstance(failed.error, TryAgainError)
    assert "without a sync token" in str(failed.error)
    removed(mirror.sandbox, doomed)
    mirror.synced()
    mirror.check()
    mirror.sandbox.forget_requests()
    mirror.synced()
    assert mirror.sandbox.requests()[LIST] == 1


def test_a_full_read_that_was_interrupted_goes_on_after_its_last_page(mirror: Mirror) -> None:
    doomed = created(mirror.sandbox, "Doomed")
    mirror.synced()
    removed(mirror.sandbox, doomed)
    mirror.sandbox.fault("google_sync_tokens_invalidated")
    mirror.sandbox.fault("google_short_pages", count=None, size=20)
    mirror.sandbox.fault("status_500", route=EVENTS.replace("{calendar}", "*"), skip=4, count=None)
    assert isinstance(mirror.sync().error, TryAgainError)
    mirror.sandbox.admin("/faults", method="DELETE")
    with mirror.warehouse.transaction() as connection:
        states = connection.execute("select state from ops.cursor where state ? 'page_token'").fetchall()
    assert states, "the page token was committed with its page"
    mirror.synced()
    mirror.check()
    with mirror.warehouse.transaction() as connection:
        assert connection.execute("select count(*) from ops.sweep_seen").fetchone() == (0,)


def test_full_compares_and_changes_nothing(mirror: Mirror) -> None:
    mirror.synced()
    assert mirror.synced(full=True).changed == 0
    mirror.check()


def test_a_calendar_removed_at_google_takes_its_events_along_and_may_come_back(mirror: Mirror) -> None:
    mirror.synced()
    gone = next(key.partition("/")[0] for key in mirror.rows() if "@group.calendar" in key)
    mirror.sandbox.admin(f"/google/calendars/{gone}", {"deleted": True}, method="PATCH")
    summary = mirror.synced()
    mirror.check()
    assert "calendar_left" in mirror.warnings(summary)
    assert gone not in mirror.rows("calendars")
    assert not [key for key in mirror.rows() if key.startswith(gone)]
    assert mirror.synced().changed == 0


def test_a_refused_calendar_keeps_its_events_and_does_not_stop_the_others(mirror: Mirror) -> None:
    mirror.synced()
    before = mirror.rows().keys()
    for calendar in {key.partition("/")[0] for key in before}:
        created(mirror.sandbox, "New", calendar=calendar)
    mirror.sandbox.fault("google_not_found", count=1)
    summary = mirror.synced()
    assert mirror.warnings(summary) == ["calendar_refused"]
    assert mirror.rows().keys() > before
    assert len(mirror.truth().keys() - mirror.rows().keys()) == 1
    mirror.synced()
    mirror.check()


def test_only_chosen_calendars_are_read_and_primary_is_stored_under_its_own_id(mirror: Mirror) -> None:
    email = mirror.sandbox.person["email"]
    mirror.settings = mirror.settings.model_copy(update={"google_calendar_ids": ("primary", email)})
    mirror.synced()
    mirror.check(email)
    assert {key.partition("/")[0] for key in mirror.rows()} == {email}
    mirror.settings = mirror.settings.model_copy(update={"google_calendar_ids": ()})
    mirror.synced()
    mirror.check()


def test_deselected_and_google_made_calendars_are_not_read(mirror: Mirror) -> None:
    mirror.synced()
    off = next(key.partition("/")[0] for key in mirror.rows() if "@group.calendar" in key)
    with mirror.warehouse.transaction() as connection:
        connection.execute(
            "update app.connection set settings = settings || %s::jsonb", (f'{{"calendars_off": ["{off}"]}}',)
        )
    mirror.synced()
    read = {key.partition("/")[0] for key in mirror.rows()}
    assert off not in read
    assert not [name for name in read if name.endswith("@group.v.calendar.google.com")]
    assert off in mirror.rows("calendars"), "it is still in the list"


def test_a_new_title_of_a_calendar_is_noticed_without_another_request(mirror: Mirror) -> None:
    mirror.synced()
    calendar = next(key.partition("/")[0] for key in mirror.rows() if "@group.calendar" in key)
    mirror.sandbox.admin(f"/google/calendars/{calendar}", {"summary": "Renamed"}, method="PATCH")
    mirror.synced()
    assert mirror.rows("calendars")[calendar]["summary"] == "Renamed"
    assert mirror.synced().changed == 0


def test_hostile_texts_are_mended_and_nothing_is_lost(mirror: Mirror) -> None:
    mirror.synced()
    mirror.sandbox.fault("google_hostile_text")
    summary = mirror.synced()
    assert summary.connections[0].mended > 0
    assert mirror.rows().keys() == mirror.truth().keys()


NEEDS_A_PERSON = [
    ("oauth_invalid_grant", {}, CredentialError, "7 days"),
    ("google_revoked", {}, CredentialError, "connect gcal"),
    ("google_forbidden", {"count": None}, FixByHandError, "Switch it on"),
    ("google_access_expired", {"count": None}, CredentialError, "connect gcal"),
]


@pytest.mark.parametrize(("fault", "options", "kind", "remedy"), NEEDS_A_PERSON, ids=[row[0] for row in NEEDS_A_PERSON])
def test_what_only_a_person_can_mend_says_so(
    mirror: Mirror, fault: str, options: dict[str, Any], kind: type[Exception], remedy: str
) -> None:
    mirror.sandbox.fault(fault, **options)
    summary = mirror.sync()
    assert isinstance(summary.error, kind)
    assert remedy in summary.error.remedy
    assert summary.connections[0].status == "needs_user"


def test_a_braked_account_waits_and_goes_on(mirror: Mirror) -> None:
    mirror.synced()
    mirror.sandbox.fault("google_quota_exceeded")
    summary = mirror.sync()
    assert isinstance(summary.error, QuotaError)
    assert summary.connections[0].status == "waiting"
    mirror.sandbox.forget_requests()
    assert isinstance(mirror.sync().error, QuotaError)
    assert mirror.sandbox.requests() == {}, "nothing is asked before the reset"


def test_a_replaced_refresh_token_is_stored_at_once(mirror: Mirror) -> None:
    mirror.sandbox.fault("oauth_new_refresh_token", count=1)
    mirror.synced()
    with mirror.warehouse.transaction() as connection:
        row = connection.execute("select account_id, connection_id from app.connection").fetchone()
        assert row is not None
        credential = mirror.warehouse.vault.read(connection, *row)
    assert credential is not None
    assert credential["refresh_token"] != mirror.sandbox.person["googleRefreshToken"]
    mirror.sandbox.fault("google_access_expired")
    mirror.synced()


def test_another_persons_consent_does_not_mix_into_the_data(mirror: Mirror) -> None:
    mirror.synced()
    with mirror.warehouse.transaction() as connection:
        connection.execute("""update app.connection set settings = settings || '{"user_id": "else@example.com"}'""")
        connection.execute("delete from ops.cursor")
    summary = mirror.sync()
    assert isinstance(summary.error, CredentialError)
    assert "else@example.com" in str(summary.error)


def test_a_service_account_reads_the_calendars_named_in_the_settings(mirror: Mirror) -> None:
    key = mirror.sandbox.admin("/google/service-accounts", {"calendars": ["primary"]})
    email = mirror.sandbox.person["email"]
    mirror.settings = mirror.settings.model_copy(
        update={
            "google_refresh_token": None,
            "google_service_account": SecretStr(json.dumps(key)),
            "google_calendar_ids": (email, "nobody@example.com"),
        }
    )
    summary = mirror.synced()
    assert "calendar_refused" in mirror.warnings(summary)
    mirror.check(email)
    assert mirror.rows("calendars")[email]["timeZone"] == mirror.sandbox.person["timeZone"]
    assert mirror.synced().changed == 0
    assert mirror.synced(full=True).changed == 0
    mirror.settings = mirror.settings.model_copy(update={"google_calendar_ids": ("nobody@example.com",)})
    mirror.synced()
    assert mirror.rows() == {}
    assert mirror.rows("calendars") == {}


def test_a_clock_that_is_off_by_a_day_is_named(mirror: Mirror) -> None:
    key = mirror.sandbox.admin("/google/service-accounts", {"calendars": ["primary"]})
    mirror.sandbox.admin("/modes", {"google_clock_skew": 86_400})
    mirror.settings = mirror.settings.model_copy(
        update={"google_refresh_token": None, "google_service_account": SecretStr(json.dumps(key))}
    )
    summary = mirror.sync()
    mirror.sandbox.admin("/modes", {"google_clock_skew": 0})
    assert summary.error is not None
    assert "clock" in str(summary.error)
    assert "Set the clock" in summary.error.remedy
