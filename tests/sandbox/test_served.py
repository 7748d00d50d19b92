"""The sandbox as a child process on a real port: start, broken connections, webhooks, channels, iCal, speed."""

from __future__ import annotations

import hashlib
import hmac
import json
import resource
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import icalendar
import pytest
import recurring_ical_events

from sandbox_process import SandboxHandle, start_sandbox


@pytest.fixture(scope="module")
def served() -> Iterator[SandboxHandle]:
    with start_sandbox(quota=False) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def unharmed(served: SandboxHandle) -> Iterator[None]:
    yield
    served.admin("/faults", method="DELETE")


class Listener:
    """Somebody's server: keeps what is posted to it, answers what it is told."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.echo_code = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                outer.posts.append(({k.lower(): v for k, v in self.headers.items()}, body))
                code = json.loads(body).get("validation_code") if body else None
                answer = json.dumps({"validation_code": code} if outer.echo_code else {}).encode()
                self.send_response(outer.status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        """Wait until so many posts have come."""
        until = time.monotonic() + 60
        while len(self.posts) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.posts) >= count, f"only {len(self.posts)} of {count} deliveries came"
        return self.posts

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


def toggl(served: SandboxHandle, method: str, path: str, **more: Any) -> httpx.Response:
    auth = (served.person["togglToken"], "api_token")
    return httpx.request(method, f"{served.url}{path}", auth=auth, trust_env=False, timeout=30, **more)


def test_a_sandbox_starts_quickly_and_ends_when_told() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with start_sandbox() as sandbox:
        assert httpx.get(f"{sandbox.url}/__admin/people", trust_env=False).json()[0]["togglToken"]
    assert sandbox.process.returncode is not None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 4.0  # Seconds of work; a busy machine makes one wait longer for them.


def test_a_connection_breaks_in_the_middle_of_the_body(served: SandboxHandle) -> None:
    served.fault("connection_reset", route="GET /api/v9/me")
    with pytest.raises(httpx.RemoteProtocolError):
        toggl(served, "GET", "/api/v9/me")
    assert toggl(served, "GET", "/api/v9/me").status_code == 200


def test_requests_are_counted_by_route(served: SandboxHandle) -> None:
    served.forget_requests()
    toggl(served, "GET", "/api/v9/me/time_entries/5")
    toggl(served, "GET", "/api/v9/me/time_entries/6")
    assert served.requests() == {"GET /api/v9/me/time_entries/{id}": 2}


def test_a_webhook_is_validated_signed_and_repeated_on_wish(served: SandboxHandle, listener: Listener) -> None:
    workspace = served.person["workspaceId"]
    path = f"/webhooks/api/v1/subscriptions/{workspace}"
    body = {
        "description": "mine",
        "url_callback": listener.url,
        "event_filters": [{"entity": "time_entry", "action": "*"}],
    }
    row = toggl(served, "POST", path, json=body).json()
    assert row["validated_at"]
    assert json.loads(listener.posts[0][1])["payload"] == "ping"
    assert "already in use" in toggl(served, "POST", path, json=body).json()
    served.fault("webhook_duplicate", count=1)
    entry = served.admin("/toggl/entries", {"start": "2026-11-21T07:00:00Z", "duration": 60, "description": "told"})
    toggl(served, "GET", "/api/v9/me/id")
    events = [json.loads(raw) for _, raw in listener.wait(3)[1:]]
    assert events[0] == events[1]
    assert events[0]["payload"]["id"] == entry["id"]
    assert events[0]["metadata"]["action"] == "created"
    headers, raw = listener.posts[1]
    expected = hmac.new(row["secret"].encode(), raw, hashlib.sha256).hexdigest()
    assert headers["x-webhook-signature-256"] == f"sha256={expected}"
    toggl(served, "DELETE", f"{path}/{row['subscription_id']}")
    assert toggl(served, "GET", path).json() == []


def test_a_webhook_may_be_validated_later_by_its_address(served: SandboxHandle, listener: Listener) -> None:
    listener.echo_code = False
    workspace = served.person["workspaceId"]
    path = f"/webhooks/api/v1/subscriptions/{workspace}"
    body = {
        "description": "later",
        "url_callback": listener.url,
        "event_filters": [{"entity": "tag", "action": "created"}],
    }
    row = toggl(served, "POST", path, json=body).json()
    assert row["validated_at"] is None
    address = json.loads(listener.posts[0][1])["validation_code_url"].removeprefix("https://track.toggl.com")
    assert httpx.get(f"{served.url}{address}", trust_env=False).status_code == 200
    again = httpx.get(f"{served.url}{address}", trust_env=False)
    assert "has already been validated" in again.json()
    toggl(served, "DELETE", f"{path}/{row['subscription_id']}")


def test_an_address_that_fails_is_refused(served: SandboxHandle, listener: Listener) -> None:
    listener.status = 503
    path = f"/webhooks/api/v1/subscriptions/{served.person['workspaceId']}"
    body = {"description": "bad", "url_callback": listener.url, "event_filters": [{"entity": "tag", "action": "*"}]}
    answer = toggl(served, "POST", path, json=body)
    assert answer.json() == f"URL endpoint {listener.url} responded with status 503 instead of 200"


def bearer(served: SandboxHandle) -> dict[str, str]:
    person = served.person
    form = {
        "grant_type": "refresh_token",
        "refresh_token": person["googleRefreshToken"],
        "client_id": person["googleClientId"],
        "client_secret": person["googleClientSecret"],
    }
    token = httpx.post(f"{served.url}/token", data=form, trust_env=False).json()["access_token"]
    return {"authorization": f"Bearer {token}"}


def test_a_channel_says_sync_and_then_exists_with_no_body(served: SandboxHandle, listener: Listener) -> None:
    headers, base = bearer(served), f"{served.url}/calendar/v3"
    body = {"id": "channel-1", "type": "web_hook", "address": listener.url, "token": "opaque"}
    channel = httpx.post(f"{base}/calendars/primary/events/watch", json=body, headers=headers, trust_env=False).json()
    assert channel["expiration"].isdigit()
    served.admin("/google/events", {"start": "2026-11-30", "end": "2026-12-01", "summary": "new"})
    httpx.get(f"{base}/colors", headers=headers, trust_env=False)
    (first, nothing), (second, _) = listener.wait(2)[:2]
    assert (first["x-goog-resource-state"], second["x-goog-resource-state"], nothing) == ("sync", "exists", b"")
    assert (first["x-goog-channel-token"], second["x-goog-message-number"]) == ("opaque", "2")
    stop = {"id": channel["id"], "resourceId": channel["resourceId"]}
    assert httpx.post(f"{base}/channels/stop", json=stop, headers=headers, trust_env=False).status_code == 204


def test_the_secret_address_gives_the_same_week_as_the_api(served: SandboxHandle) -> None:
    text = httpx.get(served.person["icalUrl"], trust_env=False).text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    calendar = icalendar.Calendar.from_ical(text)
    window = {"timeMin": "2026-10-19T00:00:00+02:00", "timeMax": "2026-11-09T00:00:00+01:00", "singleEvents": "true"}
    url = f"{served.url}/calendar/v3/calendars/primary/events"
    items = httpx.get(url, params={**window, "maxResults": 2500}, headers=bearer(served), trust_env=False).json()[
        "items"
    ]
    there = {(item["iCalUID"], item["start"].get("dateTime", item["start"].get("date"))[:16]) for item in items}
    occurrences = recurring_ical_events.of(calendar).between((2026, 10, 19), (2026, 11, 9))
    here = {(str(e["UID"]), e["DTSTART"].dt.isoformat()[:16]) for e in occurrences}
    timed_here = {(uid, when) for uid, when in here if len(when) == 10}
    assert {pair for pair in there if len(pair[1]) == 10} == timed_here
    assert len(here) == len(there) > 80
    wrong = served.person["icalUrl"].replace("private-", "private-0")
    assert httpx.get(wrong, trust_env=False).status_code == 404


def test_a_hundred_thousand_entries_are_served_from_bytes() -> None:
    with start_sandbox(quota=False, people=1, start="2026-11-20") as sandbox:
        made = sandbox.admin("/toggl/bulk", {"count": 100_000, "minutes": 5, "prerender": True})
        assert made["total"] >= 100_000
        path = f"{sandbox.url}/reports/api/v3/workspace/{sandbox.person['workspaceId']}/search/time_entries"
        body = {
            "start_date": "2025-11-22",
            "end_date": "2026-11-21",
            "page_size": 1000,
            "rounding": 0,
            "enrich_response": True,
        }
        with httpx.Client(auth=(sandbox.person["togglToken"], "api_token"), trust_env=False, timeout=30) as client:
            began, size, rows, following = time.monotonic(), 0, 0, "1"
            while following:
                answer = client.post(path, json={**body, "first_row_number": int(following)})
                size, rows = size + len(answer.content), rows + answer.content.count(b'"row_number"')
                following = answer.headers.get("x-next-row-number", "")
        seconds = time.monotonic() - began
        assert rows > 99_000
        assert seconds < 30.0, f"{rows / seconds:.0f} rows/s"  # About 1 s on an idle machine.
