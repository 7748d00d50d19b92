"""Real logs, imported and transformed, against sums made straight from the files with csv and zoneinfo.

Law: what is expected here never saw the importer, the database or a model.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conftest import SECRET_KEY, Server
from lifetracer.connector.importing import import_files
from lifetracer.connector.registry import raw_streams
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate

LOGS = Path(__file__).parents[2].parent / "shared/data/timelogs"
pytestmark = [
    pytest.mark.db,
    pytest.mark.skipif(not LOGS.is_dir(), reason="the real logs in ../shared/data/timelogs are not here"),
]

Totals = Counter[tuple[str, str, date]]
"""Seconds by client, project and first day of the month."""

ZONES = {
    "newton": "America/New_York",
    "stefan": "Europe/Berlin",
    "ifry": "America/Denver",
    "flores": "Europe/Madrid",
    "vasilescur": "America/New_York",
    "mantey": "Europe/Berlin",
    "vadym": "Europe/Kyiv",
}
"""Where each person is thought to have been, by the first word of the file's name."""

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def zone_of(path: Path) -> str:
    return ZONES[path.stem.split("_")[0]]


def instants(start: datetime, end: datetime, seconds: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What two wall clocks mean: of an hour that comes twice, the one that makes the length right, else the first."""
    readings = [
        (start.replace(tzinfo=zone, fold=a).astimezone(UTC), end.replace(tzinfo=zone, fold=b).astimezone(UTC))
        for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))
    ]
    return next((pair for pair in readings if (pair[1] - pair[0]).total_seconds() == seconds), readings[0])


def rows(path: Path) -> Iterator[tuple[str, str, datetime, datetime, int]]:
    """Client, project, start, end and length of every row, in either form."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if "start" in row:
                start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
                seconds = int(row["seconds"])
            else:
                days = ((row[f"{name} date"], row[f"{name} time"]) for name in ("Start", "End"))
                start, end = (datetime.fromisoformat(f"{day}T{clock}") for day, clock in days)
                hours, minutes, rest = map(int, row["Duration"].split(":"))
                seconds = 3600 * hours + 60 * minutes + rest
            told = {name.lower(): (value or "").strip() for name, value in row.items() if name}
            yield told["client"], told["project"], start, end, seconds


def expected(path: Path, zone: ZoneInfo) -> Totals:
    """Sum a file: each row cut where its zone's clock shows midnight before the first of a month."""
    totals: Totals = Counter()
    for client, project, start, end, seconds in rows(path):
        here, until = instants(start, end, seconds, zone)
        while here < until:
            month = here.astimezone(zone).date().replace(day=1)
            after = (month + timedelta(days=32)).replace(day=1)
            border = datetime(after.year, after.month, 1, tzinfo=zone).astimezone(UTC)
            stop = min(until, border)
            totals[client, project, month] += round((stop - here).total_seconds())
            here = stop
    return totals


FILES = sorted([*LOGS.glob("normalized/*.csv"), *LOGS.glob("toggl/*.csv")])


@pytest.fixture(scope="module")
def told(server: Server) -> Iterator[dict[tuple[str, str], Totals]]:
    """What the models say, by file and zone: each file is the whole history of an account at home and of one in UTC."""
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        migrate(house, raw_streams())
        accounts = {}
        for path in FILES:
            for zone in (zone_of(path), "UTC"):
                with house.transaction() as con:
                    account = create(con, f"{path.name} in {zone}", zone, "en")
                assert import_files(house, settings, account, [str(path)]).is_whole
                accounts[account.account_id] = (path.name, zone)
        summary = transform(house, settings, full=True, as_of=NOW)
        assert summary.findings == ()
        found: dict[tuple[str, str], Totals] = {key: Counter() for key in accounts.values()}
        for account_id, *key, seconds in ask(house):
            client, project, month = key
            found[accounts[account_id]][client, project or "", month] += seconds
        yield found


def ask(house: Warehouse) -> list[tuple]:
    with house.transaction() as con:
        return con.execute(
            "select account_id, coalesce(client, ''), nullif(project, 'No project'), month_start, recorded_seconds"
            " from marts.month_project"
        ).fetchall()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_totals_by_project_and_month_are_those_of_the_file(told: dict[tuple[str, str], Totals], path: Path) -> None:
    zone = zone_of(path)
    wanted = expected(path, ZoneInfo(zone))
    assert sum(wanted.values()) > 100_000
    assert told[path.name, zone] == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_where_clocks_never_change_they_are_too(told: dict[tuple[str, str], Totals], path: Path) -> None:
    assert told[path.name, "UTC"] == expected(path, ZoneInfo("UTC"))


@pytest.mark.parametrize("path", sorted(LOGS.glob("normalized/*.csv")), ids=lambda path: path.name)
def test_no_second_of_the_column_is_lost(told: dict[tuple[str, str], Totals], path: Path) -> None:
    """Exports of Toggl round their column now and then by one second; these logs' is exact."""
    wanted: Counter[tuple[str, str]] = Counter()
    for client, project, _, _, seconds in rows(path):
        wanted[client, project] += seconds
    found: Counter[tuple[str, str]] = Counter()
    for (client, project, _), seconds in told[path.name, "UTC"].items():
        found[client, project] += seconds
    assert found == wanted
