"""How fast and how heavy every page of the console is for a person with ten years of history, up to yesterday.

The pages are those of the navigation, and on each the ranges and filters that it offers as links. `lifetracer serve`
answers them in a process of its own; how long its queries take is read from the database's log. On a busy machine
judge by the processor's time (of the server and its database sessions), which waiting for others does not lengthen.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import psycopg
from psycopg import sql

from benchmarks import scale
from benchmarks.scale import Place
from lifetracer.adjuster import adjust, wishing
from lifetracer.analyzer import analyze
from lifetracer.console.navigation import PAGES
from lifetracer.transform.run import transform
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

TIMES = int(os.environ.get("BENCH_TIMES", "40"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WISHES = ("Reading at least 5 h a week", "Study at least 1 h a day", "Errands at most 3 h a week")
HEAVIEST, SLOWEST_MS, QUERY_MS, PAINT_MS = 150_000, 100, 50, 1000
"""Wished: bytes of a page, the 95th percentile of its answers, its slowest query, its largest paint."""
LINK = re.compile(r'href="(/[^"#]*)"')
DURATION = re.compile(r"\[(\d+)\] LOG:  duration: ([\d.]+) ms  (parse|bind|execute|statement)[^:]*: (.*)")
ARRIVED = "new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))"  # noqa: E501  one expression


@dataclass(frozen=True)
class Page:
    """What was measured of one address."""

    address: str
    milliseconds: list[float]
    processor: float
    weight: int
    query: float
    query_text: str
    paint: float | None

    @property
    def slowest(self) -> float:
        """The 95th percentile of its answers."""
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.95) - 1]

    def row(self) -> dict[str, Any]:
        """Give the table's row."""
        return {
            "page": f"`{self.address}`",
            "p95, ms": round(self.slowest),
            "median": round(statistics.median(self.milliseconds)),
            "least": round(min(self.milliseconds)),
            "processor, ms": round(self.processor),
            "slowest query, ms": round(self.query, 1),
            "kB": round(self.weight / 1000),
            "largest paint, ms": "" if self.paint is None else round(self.paint),
        }


def lived(place: Place) -> UUID:
    """Give a person ten years, estimates, wishes with proposals, a plan and ten years of nightly jobs."""
    last = datetime.now(UTC).date() - timedelta(days=1)
    account_id = place.make("Ann", scale.YEARS * 365, last)
    with open_warehouse(place.settings) as house:
        transform(house, place.settings, account_id, True, as_of=datetime.now(UTC))
        analyze(house, place.settings, account_id)
        with house.transaction(account_id=account_id) as con:
            for wish in WISHES:
                wishing.add(con, wish, "en", last)
        adjust(house, place.settings, account_id)
        with house.transaction() as con:
            con.execute(SQL["nights"], {"account": account_id, "last": last, "days": scale.YEARS * 365})
    with psycopg.connect(place.held.superuser_dsn, dbname=database_of(place), autocommit=True) as con:
        con.execute("vacuum analyze")
    return account_id


def database_of(place: Place) -> str:
    """Name the place's database."""
    assert place.settings.database_url
    return str(psycopg.conninfo.conninfo_to_dict(place.settings.database_url.get_secret_value())["dbname"])


@contextmanager
def serving(place: Place) -> Iterator[tuple[httpx.Client, int]]:
    """Run `lifetracer serve` on the place; gives a client of it and its process."""
    with socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    settings = place.settings
    assert settings.database_url
    assert settings.secret_key
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LIFETRACER_")} | {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "LIFETRACER_HOME": str(settings.home),
        "LIFETRACER_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "lifetracer", "serve", "--port", str(port)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Accept-Language": "en", "Accept": "text/html"},
            timeout=60,
            trust_env=False,
            follow_redirects=True,
        ) as client:
            end = time.monotonic() + 60
            while not _answers(client):
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.1)
            yield client, child.pid
    finally:
        child.terminate()
        child.wait(30)


def processor(place: Place, server: int) -> float:
    """Tell how many seconds the server and its database sessions have used the processor."""
    with psycopg.connect(place.held.superuser_dsn) as con:
        found = con.execute("select pid from pg_stat_activity where datname = %s", [database_of(place)]).fetchall()
    ticks = 0
    for process in (server, *(pid for (pid,) in found)):
        with suppress(OSError):
            used = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(used[11]) + int(used[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200 and client.get("/data").status_code == 200
    except httpx.TransportError:
        return False


def addresses(client: httpx.Client) -> list[str]:
    """List the pages of the navigation, and of each the views that it offers by words: ranges, groupings, filters."""
    found: dict[str, None] = {}
    for page in PAGES:
        answer = client.get(page.address)
        path = answer.url.path
        found[path] = None
        for link in (unescape(one) for one in LINK.findall(answer.text)):
            parts = urlsplit(link)
            words = parse_qsl(parts.query)
            same = parts.path.split("/")[1] == path.split("/")[1] and parts.path in {path, page.address}
            if same and words and all(v.isalpha() and k not in {"lang", "theme", "only"} for k, v in words):
                found[link] = None
    last = date.today() - timedelta(days=1)
    found[f"/entries?from={last - timedelta(days=91)}&to={last}"] = None
    found[f"/week/{last - timedelta(days=7):%G-W%V}"] = None
    found[f"/week/{last - timedelta(days=7):%G-W%V}?only=differences"] = None
    found[f"/day/{last - timedelta(days=7)}"] = None
    return list(found)


@contextmanager
def logged(place: Place) -> Iterator[Path]:
    """Let the database write down how long everything takes; gives its log."""
    with psycopg.connect(place.held.superuser_dsn, autocommit=True) as con:
        name = sql.Identifier(database_of(place))
        con.execute(sql.SQL("alter database {} set log_min_duration_statement = 0").format(name))
        yield place.held.log
        con.execute(sql.SQL("alter database {} reset log_min_duration_statement").format(name))


def slowest_query(log: Path, since: int) -> tuple[float, str]:
    """Find the slowest query in what was written to a log since then: parsing, planning and running it together."""
    sums: dict[str, tuple[float, str]] = {}
    worst = (0.0, "")
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(since)
        for process, milliseconds, step, text in DURATION.findall(file.read()):
            spent, before = sums.get(process, (0.0, ""))
            sums[process] = (float(milliseconds) + (spent if step != "parse" and before == text else 0.0), text)
            worst = max(worst, sums[process])
    return worst


@contextmanager
def looking() -> Iterator[Any]:
    """Open a browser window; gives nothing where there is no Chromium."""
    if not Path(CHROMIUM).exists():
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        browser.close()


def measure(place: Place, only: str = "") -> list[Page]:
    """Measure every page, or those whose address begins so."""
    with serving(place) as (client, server):
        asked = [address for address in addresses(client) if address.startswith(only)]
        weights = {address: len(client.get(address).content) for address in asked}
        times, busy, queries = {}, {}, {}
        for address in asked:
            _seconds(client, address)
            began = processor(place, server)
            times[address] = [_seconds(client, address) * 1000 for _ in range(TIMES)]
            busy[address] = (processor(place, server) - began) * 1000 / TIMES
    with logged(place) as log, serving(place) as (client, _):
        for address in asked:
            client.get(address)
            begins = log.stat().st_size
            seen = []
            for _ in range(4):
                client.get(address)
                seen.append(slowest_query(log, begins))
                begins = log.stat().st_size
            queries[address] = min(seen)
    paints: dict[str, float] = {}
    with serving(place) as (client, _), looking() as window:
        for address in asked if window else []:
            opened = []
            for _ in range(4):
                window.goto(str(client.base_url).rstrip("/") + address)
                opened.append(window.evaluate(ARRIVED))
            paints[address] = statistics.median(opened[1:])
    return [Page(one, times[one], busy[one], weights[one], *queries[one], paints.get(one)) for one in asked]


def _seconds(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    took = time.perf_counter() - began
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    return took


def run() -> list[dict[str, Any]]:
    """Give a row per page; wished: p95 ≤ 100 ms, each query ≤ 50 ms, ≤ 150 kB, largest paint < 1 s."""
    with scale.server() as make:
        place = make("pages")
        lived(place)
        return [page.row() for page in sorted(measure(place), key=lambda page: -page.slowest)]
