"""The week page in a browser: reading, keys, pairs, phone, and without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

import marts
from lifetracer import console
from lifetracer.settings import Settings
from live import serving
from week_blocks import MONDAY, all_day, block, pair

pytestmark = pytest.mark.browser
NOW = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
WEEK = "/week/2026-W47"


@pytest.fixture
def site(warehouse, account, home):
    """A week of a person in Tokyo, on Thursday at 15:00."""
    marts.make(warehouse)
    marts.connect(warehouse, account.account_id, last_success_at=NOW - timedelta(minutes=2))
    blocks = [
        *pair(("9:00", "12:00"), ("9:15", "12:00"), title="Write"),
        *pair(("19:00", "20:30"), ("19:48", "21:06"), "shifted", title="Japanese", category="Learning"),
        block("plan", "18:00", "18:30", "Gym", verdict="missed"),
        *[block("actual", f"13:{n * 6:02}", f"13:{n * 6 + 5:02}", f"Mail {n}", verdict="unplanned") for n in range(4)],
        block("actual", "0:00", "7:00", "Sleep", 1),
        *pair(("10:00", "11:00"), ("10:00", "11:00"), title="Review", day=3),
        block("actual", "14:10", "15:00", "Build", 3, running=True, verdict="unplanned"),
        *all_day("Trip", 1, 3),
    ]
    marts.fill(warehouse, account.account_id, *blocks)
    app = FastAPI()
    app.router.routes += console.build(warehouse, Settings(home=home), clock=lambda: NOW)
    with serving(app) as address:
        yield address


def test_heights_are_true_to_time_and_nights_fold(site, look):
    page = look()
    page.goto(site + WEEK)

    def box(name):
        return page.locator(f".block.actual[aria-label^='{name}']").first.bounding_box()

    write, japanese = box("Write"), box("Japanese")
    assert write["height"] / japanese["height"] == pytest.approx(165 / 78, rel=0.03)
    assert box("Sleep")["height"] < write["height"]
    page.keyboard.press("n")
    page.wait_for_selector(".night-open")
    assert box("Sleep")["height"] / box("Write")["height"] == pytest.approx(420 / 165, rel=0.03)


def test_plan_stands_left_of_actual_and_the_spine_between(site, look):
    page = look()
    page.goto(site + WEEK)
    plan, spine, actual = (
        page.locator(f".day:nth-of-type(1) {name}").first.bounding_box()
        for name in (".block.plan", ".met.done", ".block.actual[aria-label^='Write']")
    )
    assert plan["x"] + plan["width"] <= spine["x"]
    assert spine["x"] + spine["width"] <= actual["x"]
    now, running = page.locator(".now").bounding_box(), page.locator(".block.running").bounding_box()
    assert now["y"] == pytest.approx(running["y"] + running["height"], abs=3)


def test_hover_lights_the_pair_and_says_the_difference(site, look):
    page = look()
    page.goto(site + WEEK)
    page.hover(".block.plan.shifted")
    assert page.locator(".block.lit").count() == 2
    assert "started 48 m late, 12 m shorter" in page.locator("#tip").inner_text()
    page.mouse.move(2, 500)
    assert page.locator("#tip").is_hidden()


def test_the_keyboard_reaches_everything(site, look):
    page = look()
    page.goto(site + WEEK)
    page.focus(".block.plan.shifted")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.locator(".block.lit").count() == 2, "focus lights the pair as the mouse does"
    page.keyboard.press("Enter")
    page.wait_for_selector("#details")
    assert "shifted" in page.inner_text("#details")
    assert page.evaluate("document.activeElement.id") == "details"
    page.keyboard.press("Escape")
    page.wait_for_selector("#details", state="detached")
    page.keyboard.press("d")
    page.wait_for_url("**only=differences")
    assert page.locator(".block.done").count() == 0
    page.keyboard.press("d")
    page.wait_for_selector(".block.done")
    page.keyboard.press("k")
    page.wait_for_url("**/2026-W46")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("2026-W47"))
    page.keyboard.press("j")
    page.wait_for_url("**/2026-W48")
    page.keyboard.press("t")
    page.wait_for_url("**/2026-W47")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.go_back()
    page.wait_for_url("**/2026-W48")
    page.wait_for_selector("text=Week 48")


def test_everything_can_be_read_without_javascript(site, look):
    page = look(java_script_enabled=False)
    page.goto(site + WEEK)
    assert page.locator(".block").count() > 8
    assert page.locator("#refresh").is_hidden()
    page.click(".block.plan.shifted")
    assert "started 48 m late" in page.inner_text("#details")
    page.click("#close-details")
    page.click("#only")
    assert page.locator(".block.done").count() == 0
    page.click("#night")
    assert page.locator(".night-open").count() == 1
    page.click("#previous")
    assert "Nothing in this week" in page.inner_text("main")


def test_a_phone_shows_one_day_and_leads_to_the_others(site, look):
    page = look(390, 844, has_touch=True)
    page.goto(site + WEEK)
    assert page.locator(".day:visible").count() == 1
    assert "Thu" in page.inner_text(".day:visible h2")
    page.click(".strip a:nth-child(1)")
    page.wait_for_url("**day=2026-11-16")
    page.wait_for_selector(".day:nth-of-type(1)", state="visible")
    bar = page.locator(".rail").bounding_box()
    assert bar["y"] + bar["height"] == pytest.approx(844)
    assert all(item.bounding_box()["height"] >= 44 for item in page.locator(".rail .item:visible").all())


@pytest.mark.parametrize("width", [360, 390, 768, 820, 1024, 1440, 1920])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_page_is_wider_than_its_window(site, look, width, language):
    page = look(width, 800, language)
    for path in (WEEK, "/data", "/jobs"):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_in_both_themes(site, look, scheme):
    """WCAG AA: 4.5 for every text against what lies behind it."""
    page = look(color_scheme=scheme)
    page.goto(f"{site}{WEEK}?block=nothing")
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    weak = page.evaluate((Path(__file__).parent / "contrast.js").read_text(encoding="utf-8"))
    assert weak == []


def test_a_chosen_theme_is_there_before_the_first_paint(site, look):
    page = look(color_scheme="light")
    page.goto(site + WEEK)
    for name in ("light", "dark"):
        page.click(".rail .theme")
        page.wait_for_url(f"**theme={name}")
    page.goto(site + "/data")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 16, 21)"


def test_japanese_is_one_click_away_and_stays(site, look):
    page = look()
    page.goto(site + WEEK)
    page.click("text=日本語")
    page.wait_for_selector("text=第47週")
    page.goto(site + WEEK)
    assert page.inner_text("h1") == "第47週"
    assert page.get_attribute("html", "lang") == "ja"
    page.hover(".block.plan.shifted")
    assert "開始が48分遅れ" in page.inner_text("#tip")


def test_every_block_has_a_name_and_landmarks_are_there(site, look):
    page = look()
    page.goto(site + WEEK)
    assert page.locator(".block:not([aria-label])").count() == 0
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("navigation", name="Pages").count() == 1
    said = "Write (Deep work), planned 9:00–12:00, lived 9:15–12:00, done, started 15 m late"
    assert page.get_by_role("link", name=said).count() == 2
    for n in range(7):
        name = f"{MONDAY + timedelta(days=n):%a %-d} November 2026"
        assert page.locator(".day").nth(n).get_by_role("heading", name=name).count() == 1
