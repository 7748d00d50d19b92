"""Reports and one's own data in a browser: written by a worker, fetched, taken along, shown elsewhere, left."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

import lived_marts
import marts
from lifetracer.server.app import built
from lifetracer.settings import Settings
from lifetracer.warehouse.accounts import create
from live import serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def site(server, home):
    """The whole server, with a worker that writes reports."""
    with server.warehouse(home) as house:
        with house.transaction() as con:
            account = create(con, "葵", "Asia/Tokyo", "ja")
        marts.make(house)
        lived_marts.fill(house, account.account_id)
        with house.transaction() as con:
            con.execute("create table core.dim_account (account_id uuid, as_of timestamptz)")
            con.execute("grant select on core.dim_account to lifetracer_app")
            con.execute("insert into core.dim_account values (%s, now())", [account.account_id])
        marts.connect(house, account.account_id, last_success_at=datetime.now(UTC) - timedelta(minutes=2))
        environ = server.environ(house.dsn.split("dbname=")[1].split()[0], home)
        command = [sys.executable, "-m", "lifetracer", "worker", "--stages", "report"]
        worker = subprocess.Popen(command, env={**_clean(), **environ}, stderr=subprocess.DEVNULL)
        try:
            with built(house, Settings(home=home)) as app, serving(app) as address:
                yield address
        finally:
            worker.terminate()
            worker.wait(30)


def _clean():
    return {name: value for name, value in os.environ.items() if not name.startswith("LIFETRACER_")}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_report_is_written_fetched_and_thrown_away(site, look, language, tmp_path):
    page = look(language=language)
    page.goto(f"{site}/reports")
    page.fill("input[name=day]", "2026-11-19")
    page.select_option("select[name=paper]", "letter")
    page.click("form[data-send='POST /api/report'] button.main")
    link = page.locator(f"a[href='/api/reports/week-2026-W47-letter-{language}.pdf']").first
    link.wait_for(timeout=60_000)
    with page.expect_download() as fetched:
        link.click()
    target = tmp_path / "week.pdf"
    fetched.value.save_as(target)
    assert target.read_bytes().startswith(b"%PDF")
    page.click("form[data-send^='DELETE'] button")
    page.wait_for_selector("a[href^='/api/reports/']", state="detached")


def test_a_feed_is_made_and_everything_can_be_taken_along_and_left(site, look, tmp_path):
    page = look()
    page.goto(f"{site}/your-data")
    page.fill("input[name=name][maxlength='100']", "Phone")
    page.click("text=Make an address")
    address = page.locator("code", has_text="/feeds/").inner_text()
    answer = page.request.get(address)
    assert answer.ok
    assert "BEGIN:VCALENDAR" in answer.text()
    with page.expect_download() as fetched:
        page.click("text=Download the archive")
    target = Path(tmp_path / "all.zip")
    fetched.value.save_as(target)
    assert target.read_bytes().startswith(b"PK")
    page.fill("input[name=name][spellcheck=false]", "葵")
    page.click("text=Delete everything")
    page.wait_for_load_state()
    assert page.request.get(address).status == 404


def test_the_pages_are_accessible_and_fit(site, look):
    axe = Axe()
    for width, language, scheme in ((1440, "en", "light"), (390, "ja", "dark"), (320, "en", "dark")):
        page = look(width, 900, language, color_scheme=scheme)
        for address in ("/reports", "/your-data"):
            page.goto(site + address)
            page.evaluate("document.querySelectorAll('details').forEach((d) => d.id !== 'more' && (d.open = true))")
            violations = axe.run(page).response["violations"]
            assert [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in violations] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
