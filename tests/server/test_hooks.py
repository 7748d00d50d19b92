"""Hints: a change at a service asks for a sync at once; nobody else can, and a hint can do nothing else.

A real server, a real sandbox that calls it, and, for the way of one change, a real worker.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lifetracer import jobs
from lifetracer.connector import connecting, hints
from lifetracer.connector.connecting import Connected
from lifetracer.connector.hints import Channel
from lifetracer.connector.registry import raw_streams
from lifetracer.connector.sync import sync
from lifetracer.errors import FixByHandError, UsageError
from lifetracer.settings import Settings, load
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.migrate import migrate
from sandbox_process import SandboxHandle, start_sandbox
from spoken import speaker

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUICK = {"LIFETRACER_TOGGL_PAUSE_SECONDS": "0", "LIFETRACER_RETRY_SECONDS": "0.01"}


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxHandle]:
    with start_sandbox(now=None, quota=False, start=str(datetime.now(UTC).date() - timedelta(days=20))) as handle:
        yield handle


@dataclass
class House:
    """A warehouse in step with the sandbox, behind a server that the sandbox can call."""

    warehouse: Warehouse
    account: Account
    settings: Settings
    sandbox: SandboxHandle
    client: httpx.Client

    @property
    def address(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def connected(self, name: str) -> Connected:
        return connecting.named(self.warehouse, self.account.account_id, name)

    def start(self, name: str, address: str | None = None) -> list[Channel]:
        place = (self.warehouse, self.settings, self.account.account_id)
        return hints.start(*place, self.connected(name), address or self.address)

    def channels(self, name: str) -> list[Channel]:
        return hints.listed(self.warehouse, self.account.account_id, self.connected(name).connection_id)

    def withdraw(self, name: str) -> int:
        return hints.withdraw(self.warehouse, self.settings, self.account.account_id, self.connected(name))

    def sync(self, name: str) -> Any:
        summary = sync(self.warehouse, self.settings, self.account.account_id, [name])
        assert summary.error is None, summary.error.sentence()
        return summary.connections[0]

    def jobs(self) -> list[jobs.Job]:
        with self.warehouse.transaction(account_id=self.account.account_id) as con:
            return jobs.recent(con, stage="sync")

    def wait_for_jobs(self, count: int, seconds: float = 60) -> list[jobs.Job]:
        deadline = time.monotonic() + seconds
        while len(found := self.jobs()) < count:
            assert time.monotonic() < deadline, f"{found}, {self.sandbox.admin('/deliveries')}"
            time.sleep(0.02)
        return found

    def secret(self, channel: Channel) -> str:
        with self.warehouse.transaction() as con:
            found = hints.find(con, self.warehouse, channel.source, channel.channel_id)
        assert found
        return found.secret

    def counted(self, source: str, outcome: str) -> float:
        wanted = f'lifetracer_hints_total{{outcome="{outcome}",source="{source}"}} '
        lines = self.client.get("/metrics").text.splitlines()
        return next((float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted)), 0.0)


@pytest.fixture
def house(warehouse: Warehouse, account: Account, running: SandboxHandle, visit: Callable[..., httpx.Client]) -> House:
    running.admin("/seed", {})
    migrate(warehouse, raw_streams())
    settings = load({**running.environment, **QUICK})
    made = House(warehouse, account, settings, running, visit(hint_pause_seconds=0))
    connecting.connections_from_settings(warehouse, settings, account.account_id)
    return made


@pytest.fixture
def toggl(house: House) -> House:
    house.sync("toggl")
    return house


@pytest.fixture
def gcal(house: House) -> House:
    house.sync("gcal")
    return house


def event(house: House, channel: Channel, body: bytes = b'{"payload": {}}', secret: str = "") -> httpx.Response:
    signature = hmac.new((secret or house.secret(channel)).encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Webhook-Signature-256": f"sha256={signature}"}
    return house.client.post(f"/hooks/toggl/{channel.channel_id}", content=body, headers=headers)


def notice(house: House, channel: Channel, state: str = "exists", **changed: str) -> httpx.Response:
    told = {
        "X-Goog-Channel-ID": str(channel.channel_id),
        "X-Goog-Channel-Token": house.secret(channel),
        "X-Goog-Resource-ID": channel.remote_id or "",
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": "7",
    }
    return house.client.post("/hooks/google", headers=told | changed)


# -- Toggl -----------------------------------------------------------------------------------------------------------


def test_a_toggl_webhook_is_opened_validated_and_asks_for_a_sync(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    assert channel.confirmed_at, "Toggl's PING was answered while it was being opened"
    row = toggl.connected("toggl")
    states = hints.look(toggl.warehouse, toggl.settings, toggl.account.account_id, row)
    assert states == {channel.channel_id: "active"}
    assert toggl.jobs() == []
    now = int(time.time())
    toggl.sandbox.admin("/toggl/entries", {"start": now - 3600, "stop": now, "description": "told at once"})
    (job,) = toggl.wait_for_jobs(1)
    assert (job.subject, job.status, job.requested_by, job.priority) == ("toggl_track", "queued", "hint", 0)
    (channel,) = toggl.channels("toggl")
    assert channel.last_heard_at


def test_a_change_at_toggl_is_in_the_warehouse_within_seconds(toggl: House, environ: dict[str, str]) -> None:
    toggl.start("toggl")
    command = [sys.executable, "-m", "lifetracer", "worker", "--stages", "sync", "--no-schedule"]
    with subprocess.Popen(command, env=environ | toggl.sandbox.environment | QUICK) as worker:
        try:
            now = int(time.time())
            toggl.sandbox.admin("/toggl/entries", {"start": now - 600, "stop": now, "description": "seen by itself"})
            query = "select count(*) from raw.toggl_track__time_entries where data ->> 'description' = 'seen by itself'"
            deadline = time.monotonic() + 40
            while True:
                with toggl.warehouse.transaction() as con:
                    row = con.execute(query).fetchone()
                if row == (1,):
                    break
                assert time.monotonic() < deadline, [job.as_json() for job in toggl.jobs()]
                time.sleep(0.1)
        finally:
            worker.terminate()
        assert worker.wait(15) == 0


def test_what_is_not_signed_is_refused_and_asks_for_nothing(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    body = b'{"event_id": 1, "payload": {"id": 1}}'
    assert event(toggl, channel, body, secret="wrong").status_code == 401
    address = f"/hooks/toggl/{channel.channel_id}"
    for signature in ("", "sha256=", "sha1=00", "x" * 5000, "sha256=" + "0" * 64):
        answer = toggl.client.post(address, content=body, headers={"X-Webhook-Signature-256": signature})
        assert answer.status_code == 401, signature
    assert toggl.client.post(address, content=body).status_code == 401
    right = hmac.new(toggl.secret(channel).encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Webhook-Signature-256": f"sha256={right}"}
    assert toggl.client.post(address, content=body + b" ", headers=headers).status_code == 401, "another body"
    assert toggl.jobs() == []
    assert toggl.counted("toggl_track", "refused") == 8
    assert toggl.client.post(address, content=body, headers=headers).status_code == 200
    assert len(toggl.jobs()) == 1


@pytest.mark.parametrize("path", ["5d0c2a0e-8f7b-4b53-9a55-0f6c2d8f1a37", "x", "%00", "0" * 36, "..%2f..%2fhealth"])
def test_an_unknown_channel_is_told_nothing(house: House, path: str) -> None:
    answer = house.client.post(f"/hooks/toggl/{path}", content=b"{}")
    assert answer.status_code in (400, 404)
    assert "channel" not in answer.text
    assert house.jobs() == []


def test_a_ping_is_answered_with_its_code(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    body = json.dumps({"payload": "ping", "validation_code": "abc", "event_id": 0}).encode()
    assert event(toggl, channel, body).json() == {"validation_code": "abc"}
    unsigned = toggl.client.post(f"/hooks/toggl/{channel.channel_id}", content=body)
    assert unsigned.status_code == 401, "only the very first may come unsigned"
    with toggl.warehouse.transaction() as con:
        con.execute("update ops.hint_channel set confirmed_at = null")
    assert toggl.client.post(f"/hooks/toggl/{channel.channel_id}", content=body).json() == {"validation_code": "abc"}
    assert toggl.jobs() == []


def test_a_storm_of_hints_again_and_again_is_one_job(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    assert {event(toggl, channel).status_code for _ in range(40)} == {200}
    assert len(toggl.jobs()) == 1
    with toggl.warehouse.transaction() as con:
        con.execute("update ops.job set status = 'running', started_at = now(), heartbeat_at = now()")
    event(toggl, channel)
    (job,) = toggl.jobs()
    assert job.again, "what came while it ran is read by one more run"
    assert toggl.counted("toggl_track", "sync") == 1
    assert toggl.counted("toggl_track", "joined") == 40


def test_syncs_by_hints_keep_a_distance_and_respect_the_pause_after_a_failure(toggl: House) -> None:
    from lifetracer.jobs.hint import ask_for_news

    account = toggl.account.account_id
    with toggl.warehouse.transaction() as con:
        ask_for_news(con, account, "toggl_track", 30)
    (job,) = toggl.jobs()
    assert job.run_after - job.queued_at == timedelta(seconds=2), "nothing ran lately: only what belongs together"
    with toggl.warehouse.transaction() as con:
        con.execute("delete from ops.job")
        con.execute(
            "insert into ops.job (account_id, stage, subject, status, started_at, finished_at)"
            " values (%s, 'sync', 'toggl_track', 'succeeded', now(), now())",
            [account],
        )
    with toggl.warehouse.transaction() as con:
        asked = ask_for_news(con, account, "toggl_track", 30)
    job = next(job for job in toggl.jobs() if job.job_id == asked.job_id)
    assert timedelta(seconds=25) < job.run_after - job.queued_at < timedelta(seconds=31)
    with toggl.warehouse.transaction() as con:
        con.execute("update ops.job set run_after = now() + interval '1 hour' where status = 'queued'")
        ask_for_news(con, account, "toggl_track", 0)
    job = next(job for job in toggl.jobs() if job.job_id == asked.job_id)
    assert job.run_after - job.queued_at > timedelta(minutes=59), "it waits for the quota, hint or not"
    with toggl.warehouse.transaction(account_id=account) as con:
        jobs.request(con, "sync", "toggl_track")
    job = next(job for job in toggl.jobs() if job.job_id == asked.job_id)
    assert job.run_after - datetime.now(UTC) < timedelta(seconds=1), "a person does not"


def test_a_hint_that_is_too_large_is_refused(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    assert event(toggl, channel, b"x" * (1 << 19)).status_code == 413


def test_hints_are_counted_by_address(toggl: House, visit: Callable[..., httpx.Client]) -> None:
    client = visit(host="0.0.0.0", access_token="a-token-that-is-long-enough", rate_limit=10)
    answers = [client.post(f"/hooks/toggl/{uuid4()}", content=b"{}").status_code for _ in range(15)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_an_address_that_toggl_does_not_reach_leaves_nothing_behind(toggl: House) -> None:
    with pytest.raises(FixByHandError, match="does not open a webhook"):
        toggl.start("toggl", "http://127.0.0.1:9")
    assert toggl.channels("toggl") == []


def test_a_webhook_moves_with_the_server_and_leftovers_are_cleared_away(toggl: House) -> None:
    (first,) = toggl.start("toggl")
    (second,) = toggl.start("toggl", toggl.address.replace("127.0.0.1", "localhost"))
    assert second.channel_id != first.channel_id
    with toggl.warehouse.transaction() as con:
        con.execute("delete from ops.hint_channel")  # the warehouse was lost
    (third,) = toggl.start("toggl", toggl.address.replace("127.0.0.1", "localhost"))
    workspace = third.topic
    listed = httpx.get(
        f"{toggl.sandbox.url}/webhooks/api/v1/subscriptions/{workspace}",
        auth=(toggl.sandbox.person["togglToken"], "api_token"),
        trust_env=False,
    ).json()
    assert [str(row["subscription_id"]) for row in listed] == [third.remote_id]


def test_a_webhook_that_was_switched_off_is_woken(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    httpx.patch(
        f"{toggl.sandbox.url}/webhooks/api/v1/subscriptions/{channel.topic}/{channel.remote_id}",
        json={"enabled": False},
        auth=(toggl.sandbox.person["togglToken"], "api_token"),
        trust_env=False,
    ).raise_for_status()
    place = (toggl.warehouse, toggl.settings, toggl.account.account_id, toggl.connected("toggl"))
    assert hints.look(*place) == {channel.channel_id: "disabled"}
    assert hints.wake(*place) == 1
    assert hints.look(*place) == {channel.channel_id: "active"}


def test_nothing_can_be_watched_before_it_was_read(house: House) -> None:
    with pytest.raises(FixByHandError, match="Nothing of toggl has been read"):
        house.start("toggl")


@pytest.mark.parametrize("text", ["", "life.example.org", "http://life.example.org", "https://", "https://a.org/?q=1"])
def test_only_https_addresses_are_taken(text: str) -> None:
    with pytest.raises(UsageError):
        hints.checked_address(text)


# -- Google ----------------------------------------------------------------------------------------------------------


def test_every_calendar_that_is_read_gets_a_channel_and_a_change_asks_for_a_sync(gcal: House) -> None:
    channels = gcal.start("gcal")
    with gcal.warehouse.transaction() as con:
        row = con.execute(
            "select count(*) from raw.google_calendar__calendars where data ->> 'id' not like '%@group.v.calendar%'"
        ).fetchone()
    assert row == (len(channels),)
    assert len(channels) > 1
    left = [one.expires_at - datetime.now(UTC) for one in channels if one.expires_at]
    assert len(left) == len(channels)
    assert all(timedelta(days=6) < one < timedelta(days=8) for one in left)
    deadline = time.monotonic() + 60
    while not all(one.confirmed_at for one in gcal.channels("gcal")):  # Google's greeting comes after its answer
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert gcal.jobs() == []
    start = datetime.now(UTC).replace(microsecond=0)
    times = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": (start + timedelta(hours=1)).isoformat()}}
    gcal.sandbox.admin("/google/events", {"calendar": "primary", "summary": "told at once", **times})
    (job,) = gcal.wait_for_jobs(1)
    assert (job.subject, job.requested_by) == ("google_calendar", "hint")


def test_a_notice_needs_the_channels_token_and_resource(gcal: House) -> None:
    channel = gcal.start("gcal")[0]
    assert notice(gcal, channel, **{"X-Goog-Channel-Token": "wrong"}).status_code == 401
    assert notice(gcal, channel, **{"X-Goog-Channel-Token": ""}).status_code == 401
    assert notice(gcal, channel, **{"X-Goog-Resource-ID": "another"}).status_code == 401
    assert notice(gcal, channel, **{"X-Goog-Channel-ID": str(uuid4())}).status_code == 404
    assert notice(gcal, channel, **{"X-Goog-Channel-ID": "x"}).status_code == 404
    assert gcal.client.post("/hooks/google").status_code == 404
    assert notice(gcal, channel, "sync").status_code == 200
    assert notice(gcal, channel, "something new").status_code == 200
    assert gcal.jobs() == []
    assert notice(gcal, channel, "not_exists").status_code == 200
    assert len(gcal.jobs()) == 1


def test_a_toggl_channel_is_no_google_channel(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    assert notice(toggl, channel).status_code == 404


def test_a_sync_renews_channels_before_they_end_and_stops_the_old_ones(gcal: House) -> None:
    before = gcal.start("gcal")
    gcal.sync("gcal")
    assert [one.channel_id for one in gcal.channels("gcal")] == [one.channel_id for one in before], "nothing to do yet"
    with gcal.warehouse.transaction() as con:
        con.execute("update ops.hint_channel set expires_at = now() + interval '1 day'")
    gcal.sandbox.forget_requests()
    gcal.sync("gcal")
    after = gcal.channels("gcal")
    assert [one.topic for one in after] == [one.topic for one in before]
    assert not {one.channel_id for one in after} & {one.channel_id for one in before}
    asked = gcal.sandbox.requests()
    assert asked["POST /calendar/v3/calendars/{calendar}/events/watch"] == len(before)
    assert asked["POST /calendar/v3/channels/stop"] == len(before)


def test_a_renewal_that_fails_is_a_warning_and_the_sync_succeeds(gcal: House) -> None:
    gcal.start("gcal")
    with gcal.warehouse.transaction() as con:
        con.execute("update ops.hint_channel set expires_at = now() + interval '1 day', address = 'http://example.org'")
    done = gcal.sync("gcal")
    assert done.status == "succeeded"
    assert [warning["kind"] for warning in done.warnings] == ["hints"]
    assert "HTTPS" in done.warnings[0]["message"]


def test_a_sync_without_channels_opens_none(gcal: House) -> None:
    gcal.sandbox.forget_requests()
    gcal.sync("gcal")
    assert "POST /calendar/v3/calendars/{calendar}/events/watch" not in gcal.sandbox.requests()


def test_giving_up_stops_the_channels_at_the_service(gcal: House) -> None:
    count = len(gcal.start("gcal"))
    gcal.sandbox.forget_requests()
    assert gcal.withdraw("gcal") == count
    assert gcal.channels("gcal") == []
    assert gcal.sandbox.requests()["POST /calendar/v3/channels/stop"] == count
    assert gcal.withdraw("gcal") == 0


def test_channels_are_forgotten_even_when_the_service_is_away(gcal: House) -> None:
    channel = gcal.start("gcal")[0]
    away = gcal.settings.model_copy(update={"google_url": "http://127.0.0.1:9"})
    hints.withdraw(gcal.warehouse, away, gcal.account.account_id, gcal.connected("gcal"))
    assert gcal.channels("gcal") == []
    headers = {"X-Goog-Channel-ID": str(channel.channel_id), "X-Goog-Resource-State": "exists"}
    assert gcal.client.post("/hooks/google", headers=headers).status_code == 404


def test_the_secrets_of_channels_are_encrypted_and_turned_with_the_key(toggl: House) -> None:
    (channel,) = toggl.start("toggl")
    secret = toggl.secret(channel)
    with toggl.warehouse.transaction() as con:
        row = con.execute("select secret from ops.hint_channel").fetchone()
        assert row
        assert secret not in str(row[0])
        toggl.warehouse.vault.rotate(con)
        fresh = con.execute("select secret from ops.hint_channel").fetchone()
    assert fresh != row
    assert toggl.secret(channel) == secret


# -- the command line --------------------------------------------------------------------------------------------------


def test_hooks_are_opened_listed_and_given_up_from_the_command_line(
    toggl: House, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    says = speaker(environ | toggl.sandbox.environment | QUICK, monkeypatch)
    opened = says("hooks", "toggl", "--url", toggl.address + "/", "--json")
    (one,) = json.loads(opened)
    assert (one["source"], one["state"], one["address"]) == ("toggl_track", "active", toggl.address)
    assert toggl.secret(toggl.channels("toggl")[0]) not in opened
    assert says("hooks").startswith("toggl_track ")
    says("hooks", "toggl", "--enable")
    says("hooks", "gcal", "--enable", code=2)  # Google switches nothing off
    says("hooks", "--off", code=2)
    says("hooks", "toggl", "--off", "--enable", code=2)
    says("hooks", "toggl", "--url", "http://life.example.org", code=2)
    assert "schedule" in says("hooks", "toggl", "--off")
    says("hooks", "toggl", "--url", toggl.address)
    says("disconnect", "toggl")
    assert toggl.channels("toggl") == []


# -- which channels there should be ------------------------------------------------------------------------------------


def channel(topic: str, days: float | None) -> Channel:
    until = None if days is None else NOW + timedelta(days=days)
    return Channel(uuid4(), UUID(int=0), "google_calendar", topic, "https://a.org", "r", NOW, until, None, None)


def test_the_plan_keeps_one_living_channel_a_topic() -> None:
    fresh, ending, ended, other = channel("a", 6), channel("a", 1), channel("a", -1), channel("b", 6)
    assert hints.plan(["a"], [fresh], NOW) == ([], [])
    assert hints.plan(["a"], [], NOW) == (["a"], [])
    assert hints.plan(["a"], [ending], NOW) == (["a"], []), "it stays until its successor is open"
    assert hints.plan(["a"], [ending, fresh], NOW) == ([], [ending])
    assert hints.plan(["a"], [ended], NOW) == (["a"], [ended])
    assert hints.plan(["a"], [fresh, other], NOW) == ([], [other]), "a calendar that is not read any more"
    assert hints.plan(["a"], [endless := channel("a", None)], NOW) == ([], [])
    assert endless.expires_at is None
