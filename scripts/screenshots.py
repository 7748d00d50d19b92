"""Photograph every page of the console: both languages, both themes, three sizes, with the demo person; then what a
newcomer meets before there is a picture, when something is refused, and when something fails.

Law: nothing is arranged for the picture; what is seen is what `lifetracer demo` and `lifetracer up` show. Pictures go
to ``build/screenshots``, the demo's home to ``build/screenshots-home``, where the next run goes on from.

    python scripts/screenshots.py [--only trends,week] [--part demo|beginnings] [--languages ja] [--chromium PATH]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import beginnings
from playwright.sync_api import Browser, Page, sync_playwright

from lifetracer.console.navigation import PAGES

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "screenshots"
HOME = ROOT / "build" / "screenshots-home"
READY = re.compile(r"Look at the week: +(\S+)")
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TALLEST = 2600
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def main() -> None:
    """Take all pictures, or those that are asked for; tell which pages are wider than their window."""
    wish = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wish.add_argument("--only", help="pages, by name, with commas")
    wish.add_argument("--part", choices=("demo", "beginnings"), help="only the demo person, or only what is around")
    wish.add_argument("--languages", default="ja,en")
    wish.add_argument("--chromium", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    asked = wish.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    taken = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=FLAGS)
        for language in asked.languages.split(","):
            if asked.part != "beginnings":
                with demo(language) as address:
                    taken += photograph(browser, address, language, asked.only)
            if asked.part == "beginnings" or (asked.part is None and not asked.only):
                for name, page in beginnings.walk(browser, language):
                    taken += (
                        as_it_stands(page, name, language) if not asked.only or name in asked.only.split(",") else 0
                    )
        browser.close()
    print(f"{taken} pictures in {OUT.relative_to(ROOT)}")


@contextlib.contextmanager
def demo(language: str) -> Iterator[str]:
    """Run the demo on a free port until it invites; gives its address."""
    HOME.mkdir(parents=True, exist_ok=True)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    told = HOME / f"told-{language}"
    command = [sys.executable, "-m", "lifetracer", "demo", "--no-open", "--port", str(port), "--language", language]
    with told.open("w") as file:
        child = subprocess.Popen(command, env=os.environ | {"LIFETRACER_HOME": str(HOME)}, stdout=file, stderr=file)
    try:
        end = time.monotonic() + 600
        while not (found := READY.search(told.read_text())):
            if child.poll() is not None or time.monotonic() > end:
                raise SystemExit(told.read_text())
            time.sleep(0.3)
        yield found[1]
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(60)


def photograph(browser: Browser, address: str, language: str, only: str | None) -> int:
    """Take the pictures of one language; gives how many."""
    taken = 0
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            window = browser.new_context(
                viewport={"width": width, "height": height},
                locale=language,
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = window.new_page()
            for name, path in addresses(page, address).items():
                if only and name not in only.split(","):
                    continue
                page.set_viewport_size({"width": width, "height": height})
                page.goto(address + path, wait_until="networkidle")
                if name == "what-if-answer":
                    page.wait_for_selector("#found, [role=alert]", timeout=120_000)
                picture(page, name, language, theme, size)
                taken += 1
            window.close()
    return taken


def as_it_stands(page: Page, name: str, language: str) -> int:
    """Take all pictures of a page without asking for it anew; gives how many."""
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            picture(page, name, language, theme, size)
    page.set_viewport_size({"width": 1280, "height": 860})
    return len(SIZES) * len(THEMES)


def picture(page: Page, name: str, language: str, theme: str, size: str) -> None:
    """Take one picture, as tall as the page; tell when the page is wider than its window."""
    width, height = SIZES[size]
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, min(tall, TALLEST))})
    page.screenshot(path=OUT / f"{name}-{language}-{theme}-{size}.png")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        print(f"{name} in {language} needs {wide} pixels on a {size}")


def addresses(page: Page, address: str) -> dict[str, str]:
    """List the pages by name: those of the navigation, and what they lead to."""
    found = {one.name: one.address for one in PAGES}
    found["last-week"] = time.strftime("/week/%G-W%V", time.localtime(time.time() - 7 * 86400))
    found["last-adherence"] = found["last-week"].replace("/week/", "/adherence/")
    found["differences"] = found["last-week"] + "?only=differences"
    found["yesterday"] = f"/day/{_days_ago(1)}"
    found["entries"] = f"/entries?from={_days_ago(7)}&to={_days_ago(1)}"
    found["planned"] = f"/planned?from={_days_ago(7)}&to={_days_ago(1)}"
    found["next-loop"] = f"/loop?day={_days_ago(-7)}"
    found["month-loop"] = "/loop?grain=month"
    found["daily-estimates"] = "/estimates?grain=day"
    if alone := re.search(r'href="(/estimates\?category=[^"]+)"', page.request.get(f"{address}/estimates").text()):
        found["estimate"] = alone[1].replace("&amp;", "&") + "&grain=day"
    found["what-if"] = "/what-if"
    if one := re.search(r'<option value="([0-9a-f-]{36})"', page.request.get(f"{address}/what-if").text()):
        found["what-if-answer"] = f"/what-if?way1=add&category1={one[1]}&length1=1:30&days1=1&days1=3"
    found["suggestions"] = "/categories/suggestions"
    found["problem"] = "/week/never"
    jobs = page.request.get(f"{address}/api/jobs?limit=20").json()["jobs"]
    if of_all := [job["jobId"] for job in jobs if job["stage"] == "pipeline"]:
        found["job"] = f"/jobs/{of_all[0]}"
    if row := re.search(r'href="(/data/row[^"]+)"', page.request.get(address + found["entries"]).text()):
        found["row"] = row[1].replace("&amp;", "&")
    return found


def _days_ago(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(time.time() - days * 86400))


if __name__ == "__main__":
    main()
