"""Billable hours for a client: every way to round, sums of what is printed, money in whole units of its currency."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import marts
from lifetracer.charts import Words
from lifetracer.errors import UsageError
from lifetracer.reporter import Rounding, Wish, render
from lifetracer.reporter.bill import Bill, hours, money
from lifetracer.settings import Settings
from marts import _insert as insert
from reporter.test_periods import text_of

pytestmark = pytest.mark.db

FIRST = date(2026, 11, 1)


@pytest.fixture
def billed(warehouse, account):
    """Nord: 50 minutes and 5 minutes on Monday, 61 minutes over midnight; Süd without a rate; yen without cents."""
    marts.make(warehouse, marts.REPORTED)
    entry(warehouse, account, "a", 2, 9, 50)
    entry(warehouse, account, "b", 2, 14, 5)
    entry(warehouse, account, "c", 3, 23, 60, description="夜間の作業")
    entry(warehouse, account, "c", 4, 0, 1, description="夜間の作業")
    entry(warehouse, account, "d", 5, 9, 7, client="Süd", hourly_amount=None, currency="")
    entry(warehouse, account, "e", 5, 10, 7, client="東", project="窓口", hourly_amount=Decimal(9999), currency="JPY")
    return account


def entry(warehouse, account, entry_id, day, hour, minutes, client="Nord", project="Portal", **given):
    starts_at = datetime(2026, 11, day, hour, tzinfo=UTC)
    row = {
        "account_id": account.account_id,
        "local_date": starts_at.date(),
        "entry_id": entry_id,
        "client_project_key": f"{client}/{project}",
        "client": client,
        "project": project,
        "description": "Work",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "billable_seconds": minutes * 60,
        "hourly_amount": Decimal(90),
        "currency": "EUR",
    }
    with warehouse.transaction() as connection:
        insert(connection, "billable_entry", row | given)


def bill(warehouse, account, rounding, client=None):
    wish = Wish("client", FIRST, "en", client=client, rounding=rounding)
    with warehouse.transaction(account_id=account.account_id) as connection:
        return Bill(connection, account.account_id, wish)


@pytest.mark.parametrize(
    ("rounding", "minutes", "amount"),
    [
        (Rounding(), 116, "174.00"),
        (Rounding("up", 15, "entry"), 60 + 15 + 75, "225.00"),
        (Rounding("up", 15, "day"), 60 + 60 + 15, "202.50"),
        (Rounding("up", 15, "project"), 120, "180.00"),
        (Rounding("nearest", 15, "entry"), 45 + 0 + 60, "157.50"),
        (Rounding("nearest", 15, "day"), 60 + 60 + 0, "180.00"),
        (Rounding("nearest", 6, "entry"), 48 + 6 + 60, "171.00"),
        (Rounding("up", 6, "project"), 120, "180.00"),
        (Rounding("up", 5, "entry"), 50 + 5 + 65, "180.00"),
        (Rounding("up", 30, "day"), 60 + 60 + 30, "225.00"),
    ],
)
def test_every_rule_rounds_its_items_and_then_adds_up(warehouse, billed, rounding, minutes, amount):
    found = bill(warehouse, billed, rounding, "nord")
    (line,) = found.lines
    assert (line["recorded_seconds"], line["billed_seconds"], str(line["amount"])) == (116 * 60, minutes * 60, amount)
    (total,) = found.totals
    assert (total["billed_seconds"], total["amount"]) == (line["billed_seconds"], line["amount"])
    if rounding.per != "project":
        assert sum(day["billed_seconds"] for day in found.days) == line["billed_seconds"]
    assert sum(day["recorded_seconds"] for day in found.days) == 116 * 60
    assert sum(one["billable_seconds"] for one in found.entries) == 116 * 60


def test_each_currency_has_its_own_total_and_its_own_smallest_unit(warehouse, billed):
    found = bill(warehouse, billed, Rounding())
    assert [(one["currency"], one["amount"]) for one in found.totals] == [
        ("EUR", Decimal("174.00")),
        ("JPY", Decimal(1167)),  # 7 minutes at 9999 an hour are 1166.55
        ("", None),
    ]
    assert {one["all_billed_seconds"] for one in found.totals} == {(116 + 14) * 60}
    assert money(Decimal(1167), "JPY", Words("ja")) == "￥1,167"
    assert money(Decimal("174.00"), "EUR", Words("en")) == "€174.00"
    assert money(None, "", Words("en")) == "–"
    assert (hours(3661, Words("en")), hours(3661, Words("ja")), hours(3600, Words("en"))) == (
        "1 h 01 m 01 s",
        "1時間1分1秒",
        "1 h 00 m",
    )


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_what_is_printed_is_what_was_added_up(warehouse, home, billed, paper):
    text = text_of(
        render(
            warehouse, Settings(home=home), billed.account_id, "client", date(2026, 11, 20), language="en", paper=paper,
            client="Nord", rounding=Rounding("up", 15, "day"),
        ),
        "-layout",
    )  # fmt: skip
    assert "Time report: Nord" in text
    assert re.search(r"Nord +Portal +1 h 56 m +2 h 15 m +€90\.00 +€202\.50", text)
    assert re.search(r"Total +1 h 56 m +2 h 15 m +€202\.50", text)
    assert re.search(r"Mon 2 November 2026 +Nord · Portal +55 m +1 h 00 m", text)
    assert text.count("The time of each day and project is rounded up to 15 minutes.") == 2
    assert "夜間の作業" in text
    assert "Süd" not in text


def test_a_month_without_billable_time_says_so(warehouse, home, billed):
    body = render(warehouse, Settings(home=home), billed.account_id, "client", date(2026, 1, 1), language="ja")
    assert "請求対象の時間は記録されていません。" in text_of(body)


def test_reports_that_were_asked_for_differently_have_different_names():
    one = Wish("client", FIRST, "en", client="Nord")
    others = [
        Wish("client", FIRST, "en"),
        Wish("client", FIRST, "en", client="Süd"),
        Wish("client", FIRST, "en", client="Nord", rounding=Rounding("up")),
        Wish("client", FIRST, "en", "letter", "Nord"),
        Wish("month", FIRST, "en"),
    ]
    assert len({one.name, *(wish.name for wish in others)}) == 6
    assert one.name == Wish("client", FIRST, "en", client="Nord").name
    with pytest.raises(UsageError):
        Wish("week", FIRST, "en", client="Nord")
