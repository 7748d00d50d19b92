"""From nothing to a week: the demo as a stranger starts it, looked at in a browser."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
READY = re.compile(r"Look at the week: +(\S+)")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The command in a home of its own; what it says is read until it names its address."""
    home = tmp_path_factory.mktemp("demo")
    for folder in (home, *home.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o111)  # the database's own user has to pass
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "lifetracer", "demo", "--no-open", "--port", str(port)]
    environ = os.environ | {"LIFETRACER_HOME": str(home / "home")}
    told = home / "told"
    with told.open("w") as file:
        child = subprocess.Popen(command, env=environ, stdout=file, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 240
        while not (found := READY.search(told.read_text())):
            assert child.poll() is None, told.read_text()
            assert time.monotonic() < end, told.read_text()
            time.sleep(0.2)
        yield found[1]
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            raise


def wait_for_the_job(page):
    """Wait until the page says how the job ended: well."""
    box = page.locator("#job")
    expect(box).to_have_class(re.compile("good|bad"), timeout=120_000)
    expect(box).to_have_text("Done")


def test_a_stranger_sees_a_week_and_brings_it_up_to_date(demo, look):
    page = look()
    page.goto(demo + "/week?lang=en")
    assert re.search(r"/week/\d{4}-W\d\d", page.url)
    page.keyboard.press("k")
    page.wait_for_selector(".block.done")
    for kind in (".block.plan", ".block.actual", ".met.missed, .met.replaced", ".met.unplanned", ".category"):
        assert page.locator(kind).count() > 3, kind
    page.keyboard.press("t")
    page.wait_for_selector(".day.today")
    page.evaluate("document.querySelector('#main').dataset.is = 'old'")
    page.click("#refresh")
    wait_for_the_job(page)
    page.wait_for_selector("#main:not([data-is=old])")
    wait_for_the_job(page)  # the page that was drawn anew still says so
    page.goto(demo + "/data")
    assert re.search(r"time_entries\s+[\d,]{5,}", page.inner_text("main"))
    page.goto(demo + "/jobs")
    assert page.locator(".state.succeeded").count() >= 3
    assert page.locator(".state.failed").count() == 0


def test_the_week_of_the_demo_is_drawn_in_time(demo, look):
    page = look()
    page.goto(demo + "/week")
    page.keyboard.press("k")
    page.wait_for_selector(".block.done")
    times = [page.goto(page.url).request.timing["responseStart"] for _ in range(5)]
    assert sorted(times)[0] < 500  # milliseconds on a busy machine; a quiet one needs about 50


def test_its_pdf_opens(demo, look):
    page = look()
    page.goto(demo + "/week")
    address = page.get_attribute("a[href$='.pdf']", "href")
    answer = page.request.get(demo + address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def test_a_rule_is_looked_at_saved_and_comes_true(demo, look):
    page = look()
    page.goto(f"{demo}/categories?lang=en")
    page.select_option("form[action='/categories'] [name=field]", "description")
    page.fill("form[action='/categories'] [name=pattern]", "a")
    page.select_option("form[action='/categories'] [name=category]", index=1)
    page.click("text=Preview")
    page.wait_for_selector("#ahead")
    assert re.search(r"[\d,]+ entries", page.inner_text("#ahead-card"))
    page.click("text=Save the rule")
    page.wait_for_selector("#ahead", state="detached")
    wait_for_the_job(page)
    page.goto(f"{demo}/categories")
    assert "contains “a”" in page.inner_text("[aria-labelledby=rules]")
    page.click("a[aria-label='Remove rule 1']")
    page.wait_for_selector("text=If rule 1 goes")


def test_a_jobs_own_page_tells_what_it_did(demo, look):
    page = look()
    page.goto(f"{demo}/jobs?lang=en")
    page.click("td a:has-text('Transform') >> nth=0")
    page.wait_for_url("**/jobs/*-*")
    assert "succeeded" in page.inner_text("main") or "running" in page.inner_text("main")
    page.click("text=Run again")
    page.wait_for_selector("#job:not([hidden])")


def test_every_number_opens_down_to_what_was_sent(demo, look):
    page = look()
    page.goto(f"{demo}/week?lang=en")
    page.keyboard.press("k")
    page.wait_for_selector(".block.done")
    page.click(".category b a >> nth=1")
    page.wait_for_url("**/entries?**")
    page.click("td:last-child a >> nth=0")
    page.wait_for_url("**/data/row?**")
    assert '"description"' in page.inner_text("pre.json")
