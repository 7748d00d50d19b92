"""Walk through what people meet around the pictures: first run, ways in, empty pages, refusals, sign-in, trouble.

Law: everything is asked of `lifetracer up` as a person would, in a home that is thrown away; the services are the
sandbox's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
from playwright.sync_api import Browser, Page

from lifetracer.console.navigation import PAGES

PASSWORD = "four words in a row"  # noqa: S105  of an installation that lives for minutes
ZONES = {"en": "Europe/Berlin", "ja": "Asia/Tokyo"}
NAMES = {"en": "Anna Weber", "ja": "佐藤 花"}
LONG = 300_000
"""Milliseconds for jobs on a busy machine."""

FORGET = """() => {
  document.querySelector("meta").insertAdjacentHTML("afterend", "<meta name=referrer content=no-referrer>");
  const form = document.querySelector("form.sheet-form");
  form.elements.form_token.value = "of another day";
  form.submit();
}"""
"""Sends a form as a page would that has been open for too long."""

Met = Iterator[tuple[str, Page]]
"""A name for the picture, and the page as it stands."""


def walk(browser: Browser, language: str) -> Met:
    """Go the way of a first evening; gives each page that is met."""
    with sandbox(language) as (vendors, person), installation(vendors) as address:
        window = browser.new_context(locale=language, timezone_id=ZONES[language], reduced_motion="reduce")
        owner = window.new_page()
        owner.set_default_timeout(30_000)
        yield from nothing_yet(owner, address)
        yield from welcome(owner, address, NAMES[language])
        yield from ways_in(owner, address, vendors, person)
        yield from refusals(owner, address)
        invitation = yield from security(owner, address, NAMES[language])
        stranger = browser.new_context(locale=language, timezone_id=ZONES[language], reduced_motion="reduce")
        yield from coming_in(stranger.new_page(), address, invitation)
        yield from trouble(owner, address, vendors, person)
        window.close()
        stranger.close()


def nothing_yet(page: Page, address: str) -> Met:
    """See every page before there is anything to see."""
    page.goto(address)
    yield "beginning", page
    for one in PAGES:
        page.goto(address + one.address)
        yield f"empty-{one.name}", page
    page.goto(address + "/what-if")
    yield "empty-what-if", page


def welcome(page: Page, address: str, name: str) -> Met:
    """Say who one is."""
    page.goto(address + "/welcome")
    yield "welcome", page
    page.fill("input[name=name]", name)
    page.fill("input[name=sign_in_name]", "anna@example.com")
    page.fill("input[name=password]", "aaaaaaaaaaaa")
    page.click("form button.main")
    page.wait_for_selector("[role=alert]")
    yield "welcome-refused", page
    page.fill("input[name=sign_in_name]", "anna@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("form button.main")
    page.wait_for_url(re.compile("/connections/add"))
    yield "ways", page


def ways_in(page: Page, address: str, vendors: str, person: dict[str, Any]) -> Met:
    """Look at every way in, and be refused there."""
    for way in ("demo", "file", "calendar", "toggl", "google"):
        page.goto(f"{address}/connections/add/{way}")
        yield f"way-{way}", page
    page.goto(address + "/connections/add/toggl")
    page.fill("input[name=token]", "0" * 32)
    yield from refused("toggl", page)
    page.goto(address + "/connections/add/calendar")
    page.fill("input[name=address]", "https://localhost:9/basic.ics")
    yield from refused("calendar", page)
    page.goto(address + "/connections/add/file")
    page.set_input_files("input[type=file]", {"name": "notes.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    yield from refused("file", page)
    page.goto(address + "/connections/add/google")
    page.fill("input[name=client_id]", "wrong")
    page.fill("input[name=client_secret]", "wrong")
    yield from refused("google", page)
    page.goto(address + "/connections/google/back?state=unknown&code=1")
    yield "google-unknown", page
    page.goto(address + "/connections/add/google")
    page.fill("input[name=client_id]", person["googleClientId"])
    page.fill("input[name=client_secret]", person["googleClientSecret"])
    page.click("form button.main")
    page.wait_for_selector("#to-google")
    yield "google-consent", page
    _tell(vendors, "google/consent", decision="deny")
    page.click("#to-google")
    page.wait_for_selector(".notice.bad")
    yield "google-declined", page


def refused(way: str, page: Page) -> Met:
    """Send the form, and be told why not."""
    page.click("form button.main")
    page.wait_for_selector(".notice.bad, [role=alert]")
    yield f"{way}-refused", page


def refusals(page: Page, address: str) -> Met:
    """Ask for what is not there, or not so."""
    page.goto(address + "/nowhere")
    yield "not-found", page
    page.goto(address + "/entries?from=never")
    yield "unreadable", page
    page.goto(address + "/connections/job/00000000-0000-0000-0000-000000000000")
    yield "no-such-job", page
    page.goto(address + "/sign-out")
    yield "wrong-method", page
    page.goto(address + "/connections/add/toggl")
    with page.expect_navigation():
        page.evaluate(FORGET)
    yield "old-form", page


def security(page: Page, address: str, name: str) -> Generator[tuple[str, Page], None, str]:
    """Invite somebody, and switch a second factor on; gives back the link."""
    page.goto(address + "/people")
    page.fill("input[name=name]", name)
    page.click("form.fields button.main")
    link = page.inner_text("#invitation-link")
    yield "people", page
    page.goto(address + "/security")
    yield "security", page
    page.goto(address + "/security/factor")
    yield "factor", page
    secret = page.locator("#secret").text_content() or ""
    secret = secret.replace(" ", "")
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("form.sheet-form button.main")
    page.wait_for_selector(".codes code")
    yield "recovery-codes", page
    page.goto(address + "/security/confirm?next=/security")
    yield "confirm", page
    return link


def coming_in(page: Page, address: str, invitation: str) -> Met:
    """Come to the door: with an invitation, with a wrong password, too often, and with the second factor."""
    page.goto(invitation)
    yield "invitation", page
    page.goto(address + "/invitation/unknown")
    yield "invitation-unknown", page
    page.goto(address + "/loop")
    yield "sign-in", page
    _sign_in(page, PASSWORD)
    page.wait_for_url(re.compile("/sign-in/second"))
    yield "second-factor", page
    page.fill("input[name=code]", "000000")
    page.click("form button.main")
    page.wait_for_selector("[role=alert]")
    yield "second-factor-refused", page
    for n in range(12):
        page.goto(address + "/sign-in")
        _sign_in(page, "a wrong guess")
        page.wait_for_selector("[role=alert]")
        if n == 0:
            yield "sign-in-refused", page
    yield "sign-in-wait", page


def _sign_in(page: Page, password: str) -> None:
    page.fill("#by-password input[name=name]", "anna@example.com")
    page.fill("#by-password input[name=password]", password)
    with page.expect_navigation():
        page.click("#by-password button.main")


def trouble(page: Page, address: str, vendors: str, person: dict[str, Any]) -> Met:
    """Bring time in, then have the service withdraw."""
    page.goto(address + "/connections/add/toggl")
    page.fill("input[name=token]", person["togglToken"])
    page.click("form button.main")
    page.wait_for_url(re.compile("/connections/job/"))
    yield "progress", page
    page.wait_for_selector("#to-week, p[role=alert]", timeout=LONG)
    yield "progress-done", page
    page.goto(page.url.split("/connections/")[0] + "/connections")
    one = page.locator("article h2 a, h2 a").first.get_attribute("href") or ""
    page.goto(address + one)
    yield "connection", page
    for path in ("what-if", "plans", "targets", "estimates", "review"):
        page.goto(f"{address}/{path}")
        yield f"young-{path}", page
    page.goto(f"{address}/what-if?target=5+h")
    yield "what-if-refused", page
    page.goto(f"{address}/what-if?way1=add&category1=x&length1=never&days1=1")
    yield "what-if-unreadable", page
    _tell(vendors, "faults", name="toggl_gone", route=None, count=None, skip=0, options={})
    page.goto(address + "/jobs")
    page.click(".card [data-post='/api/sync/toggl_track']")
    page.wait_for_selector("#job.bad", timeout=LONG)
    yield "trouble-now", page
    for path in ("week", "jobs", "connections", "data", "loop"):
        page.goto(f"{address}/{path}")
        yield f"trouble-{path}", page
    failed = page.request.get(f"{address}/api/jobs?limit=5").json()["jobs"]
    if sick := [job["jobId"] for job in failed if job["status"] in {"failed", "needs_user"}]:
        page.goto(f"{address}/jobs/{sick[0]}")
        yield "trouble-job", page
        page.goto(f"{address}/connections/job/{sick[0]}")
        yield "trouble-progress", page


def _tell(vendors: str, path: str, **said: Any) -> None:
    httpx.post(f"{vendors}/__admin/{path}?person=0", json=said, timeout=60, trust_env=False).raise_for_status()


@contextlib.contextmanager
def sandbox(language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run the emulated services; gives their address and a person."""
    start = (datetime.now(UTC) - timedelta(days=10)).date().isoformat()
    words = ["sandbox", "--port", "0", "--no-quota", "--start", start, "--language", language]
    child = subprocess.Popen([sys.executable, "-m", "lifetracer", *words], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout
        said = json.loads(child.stdout.readline())
        yield said["url"], said["people"][0]
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


@contextlib.contextmanager
def installation(vendors: str) -> Iterator[str]:
    """Run `lifetracer up` in a home of its own until it is ready; gives its address."""
    with tempfile.TemporaryDirectory(prefix="lifetracer-first-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the database's own user passes through
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("LIFETRACER_")} | {
            "LIFETRACER_HOME": f"{folder}/home",
            "LIFETRACER_TOGGL_URL": vendors,
            "LIFETRACER_GOOGLE_URL": vendors,
            "LIFETRACER_GOOGLE_TOKEN_URL": f"{vendors}/token",
            "LIFETRACER_GOOGLE_AUTH_URL": f"{vendors}/o/oauth2/v2/auth",
            "LIFETRACER_TOGGL_PAUSE_SECONDS": "0",
        }
        told = Path(folder) / "told"
        with told.open("w") as file:
            command = [sys.executable, "-m", "lifetracer", "up", "--port", str(port)]
            child = subprocess.Popen(command, env=environ, stdout=file, stderr=file)
        try:
            _wait(f"http://127.0.0.1:{port}/ready", child, told)
            yield f"http://localhost:{port}"
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(60)


def _wait(address: str, child: subprocess.Popen[bytes], told: Path) -> None:
    end = time.monotonic() + 300
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, timeout=10, trust_env=False).status_code == 200:
                return
        if child.poll() is not None or time.monotonic() > end:
            raise SystemExit(told.read_text())
        time.sleep(0.3)
