"""The same number everywhere: a week's figures by SQL, API, Grafana panel and in the PDF's text are equal."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from conftest import SECRET_KEY, Server
from lifetracer.reporter import render_week
from lifetracer.server.app import built
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.visualizer.ask import figures
from lifetracer.warehouse import Warehouse, readers
from modelled import modelled
from server.conftest import asked
from visualizer import seed

pytestmark = pytest.mark.db

MONDAY = date(2026, 10, 19)
"""The week in which the clock goes back: its Sunday has 25 hours."""
DURATION = r"(?:(\d+)\s*h\s*)?(\d+)\s*m"

Sums = dict[str, tuple[int, int]]
"""Planned and lived seconds, by day or by category."""


@dataclass
class Week:
    """One person's week, and the ways to ask for it."""

    house: Warehouse
    settings: Settings
    account: seed.Life
    reader: psycopg.Connection[tuple[object, ...]]

    def by_sql(self) -> tuple[Sums, Sums]:
        """What anybody reads who types SQL."""
        days = self.reader.execute(
            "select local_date::text, planned_seconds, actual_seconds from marts.day where week_start = %s", [MONDAY]
        )
        by_day = {str(day): (planned, lived) for day, planned, lived in days}
        categories = self.reader.execute(
            "select category, planned_seconds, actual_seconds from marts.week_category where week_start = %s", [MONDAY]
        )
        return by_day, {str(name): (planned, lived) for name, planned, lived in categories}  # type: ignore[misc]

    def by_api(self, form: str) -> tuple[Sums, Sums]:
        """What a program gets over HTTP, as JSON or as CSV."""
        wishes = Settings(home=self.settings.home, account=str(self.account.account_id))
        with built(self.house, wishes) as app, asked(app) as client:

            def rows(mart: str) -> list[dict[str, object]]:
                week = {"from": MONDAY.isoformat(), "to": (MONDAY + timedelta(days=6)).isoformat(), "format": form}
                answer = client.get(f"/api/marts/{mart}", params=week)
                return answer.json()["rows"] if form == "json" else [*csv.DictReader(io.StringIO(answer.text))]

            by_day = {str(row["local_date"]): _pair(row) for row in rows("day")}
            return by_day, {str(row["category"]): _pair(row) for row in rows("week_category")}

    def by_panel(self) -> tuple[Sums, Sums, tuple[int, int]]:
        """What Grafana's panels get when the picker shows this week."""
        since = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=UTC)
        until = since + timedelta(days=7, seconds=-1)

        def rows(dashboard: str, panel: str) -> list[dict[str, object]]:
            return figures(self.reader, dashboard, panel, since, until)

        by_day = {str(row["time"])[:10]: _pair(row) for row in rows("overview", "days")}
        by_category = {str(row["category"]): _pair(row) for row in rows("plan_actual", "categories")}
        (planned,), (lived,) = rows("overview", "planned"), rows("overview", "lived")
        return by_day, by_category, (int(str(planned["planned_seconds"])), int(str(lived["actual_seconds"])))

    def by_pdf(self) -> tuple[Sums, Sums]:
        """What is printed."""
        body = render_week(self.house, self.settings, self.account.account_id, MONDAY, "en")
        done = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True, timeout=30
        )
        text = done.stdout.decode()
        by_day = {}
        for offset in range(7):
            day = MONDAY + timedelta(days=offset)
            found = re.search(rf"\b{day:%a} {day.day}\s+{DURATION}\s+{DURATION}\s+(?:\d+ %|–)\s", text)
            assert found, f"{day:%a} {day.day} is not in the table of days:\n{text}"
            by_day[day.isoformat()] = (_seconds(*found.groups()[:2]), _seconds(*found.groups()[2:4]))
        by_category = {}
        for name in seed.PROJECTS:
            found = re.search(rf"\b{name}\s+{DURATION}\s+{DURATION}\s", text)
            assert found, f"{name} is not in the table of categories:\n{text}"
            by_category[name] = (_seconds(*found.groups()[:2]), _seconds(*found.groups()[2:4]))
        return by_day, by_category


def _pair(row: dict[str, object]) -> tuple[int, int]:
    return int(str(row["planned_seconds"])), int(str(row["actual_seconds"]))


def _seconds(hours: str | None, minutes: str) -> int:
    return int(hours or 0) * 3600 + int(minutes) * 60


@pytest.fixture(scope="module")
def week(server: Server) -> Iterator[Week]:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian: poppler-utils)")
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        anna = seed.anna(house)
        transform(house, settings, anna.account_id, as_of=seed.NOW)
        login = readers.create(house, anna.account_id, f"same_number_{id(house)}")
        with psycopg.connect(login.dsn, autocommit=True) as reader:
            yield Week(house, settings, anna, reader)
        readers.drop(house, anna.account_id, login.role_name)


def test_a_weeks_figures_are_the_same_everywhere(week: Week):
    days, categories = week.by_sql()
    panel_days, panel_categories, panel_total = week.by_panel()
    pdf_days, pdf_categories = week.by_pdf()
    assert len(days) == 7
    assert (days, categories) == week.by_api("json") == week.by_api("csv")
    assert days == panel_days == pdf_days
    assert categories == panel_categories == pdf_categories
    total = tuple(sum(pair[side] for pair in days.values()) for side in (0, 1))
    assert total == panel_total
    assert total == tuple(sum(pair[side] for pair in categories.values()) for side in (0, 1))
    assert total[0] == 5 * 7 * 3600  # it is not zero everywhere
