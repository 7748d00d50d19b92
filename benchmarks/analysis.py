"""How long an analysis takes, and how much memory: twenty categories, five years, read, estimated, noticed and kept.

The history is made by SQL in the raw tables and transformed; the analysis runs in a process of its own, as a worker's
child would, and again on the same day, when there is nothing new to keep.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from cryptography.fernet import Fernet

from benchmarks.first_load import postgres
from lifetracer.connector.registry import raw_streams
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)
SELF = "benchmarks.analysis"
DAYS = int(os.environ.get("BENCH_DAYS", "1826"))
LAST = date(2026, 10, 31)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make(settings: Settings) -> UUID:
    """Make a person with a history, and transform it."""
    with open_warehouse(settings) as house:
        migrate(house, raw_streams())
        with house.transaction() as con:
            account = create(con, "Bench", "UTC", "en").account_id
            given: dict[str, Any] = {"account": account, "last": LAST, "days": DAYS}
            for word, source in (("toggl", "toggl_track"), ("google", "google_calendar")):
                row = con.execute(SQL["connection"], given | {"source": source}).fetchone()
                assert row
                given[word] = row[0]
            for query in ("projects", "entries", "calendars", "events", "occurrences"):
                con.execute(SQL[query], given)
        transform(house, settings, full=True, as_of=NOW)
    return account


def analyzed(order: dict[str, str]) -> dict[str, Any]:
    """Analyze in a process of its own; gives its summary, its seconds and its memory."""
    child = subprocess.run(
        [sys.executable, "-m", SELF], input=json.dumps(order), capture_output=True, text=True, timeout=600, check=True
    )
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def _settings(order: dict[str, str]) -> Settings:
    return Settings(home=Path(order["home"]), database_url=order["dsn"], secret_key=order["key"])


def analyze_here() -> None:
    """Analyze in this process, as the order on standard input says."""
    from lifetracer.analyzer import analyze

    order = json.loads(sys.stdin.read())
    settings = _settings(order)
    with open_warehouse(settings, is_known=True) as house:
        began = time.perf_counter()
        summary = analyze(house, settings, UUID(order["account"])).as_json()
        seconds, processor = time.perf_counter() - began, time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"summary": summary, "seconds": seconds, "processor": processor, "memory_mb": memory}))


def run() -> list[dict[str, Any]]:
    """Measure; gives the table's rows."""
    with postgres() as server, TemporaryDirectory() as folder:
        dsn = psycopg.conninfo.make_conninfo(**server, dbname="postgres")
        order = {"dsn": dsn, "key": Fernet.generate_key().decode(), "home": folder}
        order["account"] = str(make(_settings(order)))
        first, again = analyzed(order), analyzed(order)
    summary = first["summary"]
    assert summary["categories"] == 20, summary
    assert again["summary"]["written"] == 0, again["summary"]
    return [
        _row(f"{summary['categories']} categories, {summary['knownDays']} days: s", round(first["seconds"], 1), "≤ 20"),
        _row("… of it this process's own processor time, start included: s", round(first["processor"], 1), ""),
        _row("… peak memory, MB", round(first["memory_mb"]), "< 1024"),
        _row("… estimates kept", summary["written"], "700"),
        _row("again, nothing new: s", round(again["seconds"], 1), ""),
    ]


def _row(what: str, value: object, limit: str) -> dict[str, Any]:
    return {"what": what, "measured": value, "limit": limit}


if __name__ == "__main__":
    analyze_here()
