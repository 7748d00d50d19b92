"""A real browser measures how fast a page came up, and tells this server and nobody else."""

import json
import time

import pytest

import marts
from lifetracer.server.app import built
from lifetracer.server.bodies import read_body, replay
from lifetracer.settings import Settings
from live import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def told():
    """What arrived at /api/vitals: headers and body."""
    return []


@pytest.fixture
def site(warehouse, account, told):
    marts.make(warehouse)
    with built(warehouse, Settings(web_vitals=True)) as app:

        async def overheard(scope, receive, send):
            if scope["path"] == "/api/vitals":
                body = await read_body(receive)
                told.append((dict(scope["headers"]), json.loads(body)))
                receive = replay(body, receive)
            await app(scope, receive, send)

        with serving(overheard) as address:
            yield address


def test_four_numbers_and_a_page_are_told_once_and_nobody_else_is(site, look, told):
    page, elsewhere = look(), []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(site) else None)
    page.goto(f"{site}/data?lang=en")
    deadline = time.monotonic() + 10  # not by wait_for_function: what it asks again, the page's policy forbids
    while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)
    page.keyboard.press("?")  # an interaction
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    page.goto(f"{site}/jobs")  # leaves the page
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert elsewhere == []
    ((headers, said),) = told
    assert headers[b"content-type"] == b"application/json"
    assert (said["page"], set(said)) == ("/data", {"page", "measures"})
    found = {one["name"]: one["value"] for one in said["measures"]}
    assert {"TTFB", "LCP", "CLS"} <= set(found) <= {"TTFB", "LCP", "CLS", "INP"}
    assert 0 < found["TTFB"] <= found["LCP"] < 30
    figures = page.request.get(f"{site}/metrics").text()
    assert 'lifetracer_web_lcp_seconds_count{page="/data"} 1.0' in figures
