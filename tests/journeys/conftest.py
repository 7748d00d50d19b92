"""A browser: Debian's Chromium, driven by Playwright; a page that complains in its console fails the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@pytest.fixture(scope="module")  # while Playwright runs, no other test of this process can have an event loop
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield running
        running.close()


@pytest.fixture
def look(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a window; at the end nothing may have been refused by the policy, thrown or logged as an error."""
    windows, complaints = [], []

    def open_window(width: int = 1440, height: int = 900, language: str = "en", **given: object) -> Page:
        window = browser.new_context(viewport={"width": width, "height": height}, locale=language, **given)
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda thrown: complaints.append(str(thrown)))
        return page

    yield open_window
    for window in windows:
        window.close()
    assert complaints == []
