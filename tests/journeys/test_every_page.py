"""Every page in a browser: accessible, never wider than its window, small, and reached by keys alone."""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

import lived_marts
import marts
import wished_rows
from lifetracer.console import navigation
from lifetracer.server.app import built
from lifetracer.settings import Settings
from lifetracer.warehouse.accounts import create
from live import serving
from week_blocks import MONDAY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PAGES = (
    "/loop",
    "/loop?day=2026-11-16",
    "/loop?grain=month",
    "/estimates",
    f"/estimates?grain=day&category={lived_marts.LONG}",
    "/week/2026-W47",
    "/day/2026-11-16",
    "/trends?end=2026-11-16",
    f"/trends?end=2026-11-16&only={lived_marts.LONG}",
    "/trends?end=2026-11-16&grain=day&by=project",
    "/adherence/2026-W47",
    "/targets?sentence=all+tracked+time+40+h+a+week",
    "/plans",
    "/what-if",
    "/categories",
    "/data",
    "/jobs",
    "/entries?from=2026-11-16&to=2026-11-22",
    "/planned?from=2026-11-16&to=2026-11-22",
    "/review/2026-W47",
    "/settings",
    "/connections",
    "/connections/add",
    "/connections/add/google",
    "/connections/add/file",
    "/security",
    "/welcome",
)
ELSEWHERE = {"/reports", "/your-data"}
"""Pages that are held to the same in test_reports_page.py."""


@pytest.fixture(scope="module")
def site(server, tmp_path_factory):
    """The whole server with half a year of a person whose categories have long names."""
    home = tmp_path_factory.mktemp("home")
    with server.warehouse(home / "home") as house:
        with house.transaction() as con:
            account = create(con, "Aoi", "Asia/Tokyo", "ja")
        marts.make(house)
        wished_rows.fill(house, account.account_id, lived_marts.LONG, datetime.now(wished_rows.TOKYO).date())
        lived_marts.fill(house, account.account_id, today=datetime.now(UTC).date())
        seen = datetime.now(UTC) - timedelta(minutes=2)
        marts.connect(house, account.account_id, last_success_at=seen)
        trouble = '{"kind": "credential", "message": "Google refused the token.", "remedy": "Connect it again."}'
        marts.connect(house, account.account_id, "google_calendar", status="needs_user", problem=trouble)
        with house.transaction() as con:
            con.execute(
                "insert into ops.job (account_id, stage, subject, status, error, started_at, finished_at)"
                " values (%s, 'sync', 'google_calendar', 'failed', %s, now() - interval '3 s', now())",
                (account.account_id, trouble),
            )
        with built(house, Settings(home=home)) as app, serving(app) as address:
            yield address


@pytest.fixture(scope="module")
def axe():
    return Axe()


def test_no_page_of_the_navigation_is_left_out():
    seen = {page.split("?")[0].split("/")[1] for page in PAGES} | {page[1:] for page in ELSEWHERE}
    assert {page.address[1:] for page in navigation.PAGES} - seen == set()


@pytest.mark.parametrize(("width", "language", "scheme"), [(1440, "en", "light"), (390, "ja", "dark")])
def test_no_page_has_an_accessibility_violation(site, look, axe, width, language, scheme):
    page = look(width, 900, language, color_scheme=scheme)
    found = {}
    for address in PAGES:
        page.goto(site + address)
        page.evaluate("document.querySelectorAll('details').forEach((d) => d.id !== 'more' && (d.open = true))")
        violations = axe.run(page).response["violations"]
        if violations:
            found[address] = [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in violations]
    assert found == {}


@pytest.mark.parametrize(("language", "widths"), [("en", (320, 390, 768, 1024, 1440, 1920)), ("ja", (320, 1440))])
def test_no_page_is_wider_than_its_window(site, look, language, widths):
    """Also with names of forty characters that have no place to break, and with every table open."""
    page = look(1440, 800, language)
    wide = []
    for address in PAGES:
        page.goto(site + address)
        page.evaluate("document.querySelectorAll('details').forEach((d) => d.id !== 'more' && (d.open = true))")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((address, width))
    assert wide == []


def test_pages_are_light(site, look):
    page = look()
    for address in PAGES:
        answer = page.request.get(site + address)
        assert len(answer.body()) < 150_000, address
        assert answer.headers["cache-control"] == "private, no-store"


def test_the_palette_finds_pages_days_categories_and_actions(site, look):
    page = look(language="ja")
    page.goto(f"{site}/week/2026-W47")

    def find(words):
        page.keyboard.press("Control+k")
        page.wait_for_selector("#palette [role=option]")
        page.keyboard.type(words)
        page.wait_for_selector("#palette [aria-selected=true]")
        page.keyboard.press("Enter")

    find("trends")
    page.wait_for_url("**/trends")
    find("四十長い")
    page.wait_for_url("**/trends?only=*")
    find("11/16")
    page.wait_for_url(f"**/day/{datetime.now().year}-11-16")
    find("2026-w40")
    page.wait_for_url("**/week/2026-W40")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    assert page.inner_text("#palette .nothing")
    page.keyboard.press("Escape")
    assert page.locator("#palette").is_hidden()


def test_enter_that_ends_a_composition_chooses_nothing(site, look):
    page = look()
    page.goto(f"{site}/week/2026-W47")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette [role=option]")
    page.evaluate(
        "document.querySelector('#palette input').dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"
    )
    assert page.locator("#palette").is_visible()


def test_every_page_is_reached_by_keys_alone(site, look):
    page = look()
    page.goto(f"{site}/week/2026-W47")
    for one in navigation.PAGES:
        page.keyboard.press("g")
        page.keyboard.press(one.key)
        page.wait_for_url(f"**{one.address}**")
    page.goto(f"{site}/trends?end={MONDAY}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus(".plot a:last-of-type")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert "10 h" in page.inner_text("#tip"), "a column says what it stands for when it has the focus"
    page.keyboard.press("Enter")
    page.wait_for_url("**/week/2026-W47")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/day/**")
    page.keyboard.press("k")
    page.wait_for_selector("#previous")


def test_a_rule_is_looked_at_before_it_is_saved(site, look):
    """The preview needs what a real transform makes; here it says so in words."""
    page = look()
    page.goto(f"{site}/categories?field=title&operator=contains&pattern=x&category=Nobody")
    assert page.locator("[role=alert], .empty").count() >= 1


def test_a_phone_has_a_bar_with_more(site, look):
    page = look(390, 844, has_touch=True)
    page.goto(f"{site}/jobs")
    assert page.locator(".sheetlist").is_hidden()
    page.click(".more > summary")
    assert page.locator(".sheetlist .item").count() >= 5
    page.click(".sheetlist a[href='/adherence']")
    page.wait_for_url("**/adherence/**")


def test_the_largest_paint_comes_soon(site, look):
    page = look()
    page.goto(f"{site}/week/2026-W47")
    times = []
    for _ in range(3):
        page.goto(f"{site}/week/2026-W47")
        times.append(
            page.evaluate(
                "new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))"
                ".observe({ type: 'largest-contentful-paint', buffered: true }))"
            )
        )
    assert min(times) < 1000  # milliseconds
