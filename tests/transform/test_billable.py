"""Billable hours on hand-made entries: which rate applies when, what is billed without one, and sums to the cent."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from babel.core import get_global

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform.project import PROJECT
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse, rates
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

PRESENT = datetime(2026, 11, 26, 12, tzinfo=UTC)

Line = tuple[int, int, Decimal]
"""Billable seconds, unrated seconds, amount."""


class Bills:
    def __init__(self, house: Warehouse, settings: Settings) -> None:
        self.house, self.settings = house, settings
        self.ann = begin(house, "Ann", "Europe/Berlin")
        self.lee = begin(house, "Lee", "Europe/Berlin")
        self.number = 0

    def entry(self, life: Life, project: int | None, start: str, stop: str, *, billable: bool = True) -> None:
        self.number += 1
        life.entry(self.number, start, stop, project, billable=billable)

    def rate(self, life: Life, amount: str, currency: str = "EUR", **given: object) -> rates.Rate:
        with self.house.transaction(account_id=life.account_id) as con:
            return rates.put(con, Decimal(amount), currency, **given)  # type: ignore[arg-type]

    def run(self, life: Life | None = None) -> None:
        transform(self.house, self.settings, life.account_id if life else None, as_of=PRESENT)

    def lines(self, life: Life) -> dict[tuple[str, str | None, str, str], Line]:
        with psycopg.connect(self.house.dsn) as con:
            rows = con.execute(
                "select month_start, client, project, currency, billable_seconds, unrated_seconds, amount"
                " from marts.billable_client where account_id = %s",
                (life.account_id,),
            ).fetchall()
        return {(row[0].isoformat()[:7], *row[1:4]): row[4:] for row in rows}


@pytest.fixture
def bills(server: Server) -> Iterator[Bills]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        made = Bills(house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY))
        for life in (made.ann, made.lee):
            life.put("toggl_track", "workspaces", "1", {"id": 1, "name": "W", "default_currency": "USD"})
            for number, name in enumerate(("Nord", "Süd"), 1):
                life.put("toggl_track", "clients", str(number), {"id": number, "name": name})
            for number, (name, client) in enumerate((("Portal", 1), ("Shop", 1), ("Portal", 2), ("Own", None)), 1):
                project = {"id": number, "name": name, "client_id": client, "workspace_id": 1, "active": True}
                life.put("toggl_track", "projects", str(number), project)
        yield made


def test_the_most_specific_rate_applies_and_of_those_the_latest_valid_one(bills: Bills) -> None:
    ann = bills.ann
    for project in (1, 2, 3, 4):
        bills.entry(ann, project, f"2026-10-0{project}T08:00:00Z", f"2026-10-0{project}T10:00:00Z")
    bills.entry(ann, None, "2026-10-05T08:00:00Z", "2026-10-05T09:00:00Z")
    bills.entry(ann, 1, "2026-10-06T08:00:00Z", "2026-10-06T09:00:00Z", billable=False)
    bills.rate(ann, "50")
    bills.rate(ann, "1000", "JPY", project="Own")
    bills.rate(ann, "60.5", client="nord", project="shop", since=date(2026, 10, 8))
    bills.rate(ann, "60", client="nord")
    bills.rate(ann, "70", project="PORTAL")
    bills.rate(ann, "80", client="Nord", project="Portal")
    bills.rate(ann, "85", client="Nord", project="Portal", since=date(2026, 10, 2))
    bills.entry(ann, 1, "2026-10-07T08:00:00Z", "2026-10-07T09:00:00Z")
    for start, stop in (("07T08:00:00Z", "07T08:00:10Z"), ("08T08:00:00Z", "08T08:00:10Z")):
        bills.entry(ann, 2, f"2026-10-{start}", f"2026-10-{stop}")
    bills.entry(ann, 4, "2026-10-08T08:00:00Z", "2026-10-08T08:00:01Z")
    bills.run()
    assert bills.lines(ann) == {
        ("2026-10", "Nord", "Portal", "EUR"): (10800, 0, Decimal("245.00")),  # 2 h at 80, 1 h at 85
        ("2026-10", "Nord", "Shop", "EUR"): (7220, 0, Decimal("120.34")),  # 120.17 at 60, 0.17 at 60.5: each rounded
        ("2026-10", "Süd", "Portal", "EUR"): (7200, 0, Decimal("140.00")),
        ("2026-10", None, "Own", "JPY"): (7201, 0, Decimal("2000")),
        ("2026-10", None, "No project", "EUR"): (3600, 0, Decimal("50.00")),
    }
    assert bills.lines(bills.lee) == {}


def test_amounts_have_the_digits_of_their_currency_in_the_mart_as_on_the_page() -> None:
    macro = (PROJECT / "macros" / "currency_digits.sql").read_text("utf-8")
    told = {
        currency: int(digits)
        for currencies, digits in re.findall(r"in \(([^)]+)\) then (\d)", macro)
        for currency in re.findall(r"[A-Z]{3}", currencies)
    }
    exceptions = {currency: digits for currency, (digits, *_) in get_global("currency_fractions").items()}
    assert told == {currency: digits for currency, digits in exceptions.items() if digits != 2}


def test_what_the_service_knows_counts_where_nothing_was_said(bills: Bills) -> None:
    ann = bills.ann
    project = {"id": 1, "name": "Portal", "client_id": 1, "workspace_id": 1, "active": True}
    ann.put("toggl_track", "projects", "1", project | {"rate": 95.5, "currency": "EUR"})
    for number in (1, 2):
        bills.entry(ann, number, f"2026-10-0{number}T08:00:00Z", f"2026-10-0{number}T10:00:00Z")
    bills.entry(ann, None, "2026-10-03T08:00:00Z", "2026-10-03T09:00:00Z")
    bills.run()
    assert bills.lines(ann) == {
        ("2026-10", "Nord", "Portal", "EUR"): (7200, 0, Decimal("191.00")),
        ("2026-10", "Nord", "Shop", ""): (7200, 7200, Decimal("0.00")),
        ("2026-10", None, "No project", ""): (3600, 3600, Decimal("0.00")),
    }
    ann.put(
        "toggl_track", "workspaces", "1", {"id": 1, "name": "W", "default_currency": "USD", "default_hourly_rate": 40}
    )
    bills.rate(ann, "100", "CHF", since=date(2026, 10, 3))
    bills.run()
    assert bills.lines(ann) == {
        ("2026-10", "Nord", "Portal", "EUR"): (7200, 0, Decimal("191.00")),
        ("2026-10", "Nord", "Shop", "USD"): (7200, 0, Decimal("80.00")),
        ("2026-10", None, "No project", "CHF"): (3600, 0, Decimal("100.00")),
    }


def test_rounding_comes_last_and_a_price_changes_at_midnight(bills: Bills) -> None:
    ann, lee = bills.ann, bills.lee
    for minute in range(3):  # three times 20 s at 60 an hour: 0.333… each
        bills.entry(ann, 4, f"2026-11-02T08:0{minute}:00Z", f"2026-11-02T08:0{minute}:20Z")
    bills.rate(ann, "60")
    # Over the end of October and of its day of 25 hours: from 23:00 to 01:00, and the night with an hour twice.
    bills.entry(lee, 4, "2026-10-31T22:00:00Z", "2026-11-01T00:00:00Z")
    bills.entry(lee, 4, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
    bills.entry(lee, 4, "2026-10-25T10:00:00Z", "2026-10-25T11:00:00Z")  # an overlap is billed as well
    bills.rate(lee, "10")
    bills.rate(lee, "20", since=date(2026, 11, 1))
    bills.run()
    assert bills.lines(ann) == {("2026-11", None, "Own", "EUR"): (60, 0, Decimal("1.00"))}
    assert bills.lines(lee) == {
        ("2026-10", None, "Own", "EUR"): (27 * 3600, 0, Decimal("270.00")),
        ("2026-11", None, "Own", "EUR"): (3600, 0, Decimal("20.00")),
    }


def test_rates_that_go_or_change_reach_the_next_run(bills: Bills) -> None:
    ann = bills.ann
    bills.entry(ann, 4, "2026-11-02T08:00:00Z", "2026-11-02T09:30:00Z")
    kept = bills.rate(ann, "40")
    bills.run(ann)
    key = ("2026-11", None, "Own", "EUR")
    assert bills.lines(ann) == {key: (5400, 0, Decimal("60.00"))}
    assert bills.rate(ann, "44", "eur").rate_id == kept.rate_id
    bills.run(ann)
    assert bills.lines(ann) == {key: (5400, 0, Decimal("66.00"))}
    with bills.house.transaction(account_id=ann.account_id) as con:
        assert rates.remove(con, str(kept.rate_id)[:8]).hourly_amount == 44
        assert rates.every(con) == []
    bills.run(ann)
    assert bills.lines(ann) == {(*key[:3], ""): (5400, 5400, Decimal("0.00"))}
