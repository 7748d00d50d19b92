"""What people enter about targets, rates and days: versions, names, amounts, and sentences instead of tracebacks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import Warehouse, accounts, day_types, measures, rates, targets
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.targets import Bounds, Target


@pytest.mark.parametrize(
    ("text", "measure", "amount"),
    [
        ("10h", "duration", 36000), ("1h30m", "duration", 5400), ("45m", "duration", 2700), ("1.5h", "duration", 5400),
        ("90 min", "duration", 5400), ("3", "count", 3), ("06:00", "start_time", 21600), ("24:00", "end_time", 86400),
        ("7:05:30", "end_time", 25530), ("25%", "share", Decimal("0.25")), ("12.5 %", "share", Decimal("0.125")),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, measure: str, amount: object) -> None:
    assert measures.read(text, measure) == amount


@pytest.mark.parametrize(
    ("text", "measure"),
    [("", "duration"), ("ten", "duration"), ("10", "duration"), ("-1h", "duration"), ("3h", "count"), ("1.5", "count"),
     ("24:01", "end_time"), ("6", "start_time"), ("101%", "share"), ("0.3", "share")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_an_example(text: str, measure: str) -> None:
    with pytest.raises(UsageError) as refused:
        measures.read(text, measure)
    assert measures.EXAMPLES[measure] in refused.value.remedy


@given(st.integers(0, 10**7), st.sampled_from(["duration", "count", "start_time", "end_time", "share"]))
def test_what_is_written_is_read_again(amount: int, measure: str) -> None:
    limits = {"start_time": 86400, "end_time": 86400, "count": 10**6 - 1}
    value = Decimal(amount % 10001) / 10000 if measure == "share" else Decimal(min(amount, limits.get(measure, amount)))
    assert measures.read(measures.write(value, measure), measure) == value


def target(name: str, **given: object) -> Target:
    usual = {"subject": "category", "subject_value": "Study", "measure": "duration", "period": "week"}
    usual |= {"comparison": "at_least", "low": Decimal(36000), "high": None, "valid_from": date(2026, 1, 5)}
    return Target(name=name, **usual | given)  # type: ignore[arg-type]


@pytest.mark.db
def test_a_changed_target_keeps_its_past(warehouse: Warehouse, account: Account) -> None:
    with warehouse.transaction(account_id=account.account_id) as con:
        first = targets.add(con, target("study"))
        second = targets.change(con, "study", Bounds("at_most", high=Decimal(7200)), date(2026, 3, 2))
        assert second.target_id == first.target_id
        assert [found.low for found in targets.every(con, date(2026, 2, 1))] == [36000]
        assert [found.high for found in targets.every(con, date(2026, 3, 2))] == [7200]
        assert len(targets.every(con)) == 2
        targets.end(con, "study", date(2026, 5, 4))
        assert [found.high for found in targets.every(con, date(2026, 5, 3))] == [7200]
        assert targets.every(con, date(2026, 5, 4)) == []
        with pytest.raises(NotFoundError):
            targets.end(con, "study", date(2026, 6, 1))
        targets.add(con, target("study", valid_from=date(2026, 6, 1)))  # the name is free again
    with warehouse.transaction() as con:
        kept = con.execute("select count(*) from app.revision where entity = 'target'").fetchone()
        assert kept == (5,)  # three rows written, two of them ended


@pytest.mark.db
def test_mistakes_about_targets_are_told_in_sentences(warehouse: Warehouse, account: Account) -> None:
    with warehouse.transaction(account_id=account.account_id) as con:
        targets.add(con, target("study"))
        with pytest.raises(UsageError, match="named study already"):
            targets.add(con, target("study"))
        with pytest.raises(UsageError, match="makes no sense"):
            targets.add(con, target("other", comparison="between", low=Decimal(2), high=Decimal(1)))
        with pytest.raises(UsageError, match="makes no sense"):
            targets.add(con, target("other", valid_to=date(2020, 1, 1)))
        with pytest.raises(NotFoundError, match="no target stud") as missing:
            targets.end(con, "stud", date(2026, 2, 2))
        assert "study" in missing.value.remedy
        assert len(targets.every(con)) == 1


@pytest.mark.db
def test_targets_rates_and_days_of_accounts_are_apart(warehouse: Warehouse, account: Account, new_account) -> None:
    other = new_account("Other")
    with warehouse.transaction(account_id=account.account_id) as con:
        targets.add(con, target("study"))
        rates.put(con, Decimal(95), "eur")
        day_types.put(con, date(2026, 11, 21), "rest")
    with warehouse.transaction(account_id=other.account_id) as con:
        assert targets.every(con) == []
        assert rates.every(con) == []
        assert day_types.between(con, date(2026, 1, 1), date(2026, 12, 31)) == []
        with pytest.raises(NotFoundError):
            day_types.clear(con, date(2026, 11, 21))


@pytest.mark.db
def test_rates_are_replaced_listed_by_precedence_and_removed_by_a_part_of_the_id(
    warehouse: Warehouse, account: Account
) -> None:
    with warehouse.transaction(account_id=account.account_id) as con:
        anything = rates.put(con, Decimal(50), "eur")
        project = rates.put(con, Decimal(80), "EUR", project="Portal")
        both = rates.put(con, Decimal(90), "EUR", client="Nord", project="Portal")
        client = rates.put(con, Decimal(70), "EUR", client="Nord")
        assert rates.every(con) == [both, project, client, anything]
        again = rates.put(con, Decimal(55), "JPY")
        assert (again.rate_id, again.currency) == (anything.rate_id, "JPY")
        assert rates.remove(con, str(again.rate_id)[:12]) == again
        assert len(rates.every(con)) == 3
        for amount, currency in ((Decimal(-1), "EUR"), (Decimal(1), "EURO"), (Decimal(10) ** 12, "EUR")):
            with pytest.raises(UsageError, match="is no rate"):
                rates.put(con, amount, currency)
        with pytest.raises(NotFoundError):
            rates.remove(con, "x")


@pytest.mark.db
def test_a_day_is_corrected_and_given_back(warehouse: Warehouse, account: Account) -> None:
    day = date(2026, 11, 21)
    with warehouse.transaction(account_id=account.account_id) as con:
        day_types.put(con, day, "rest")
        day_types.put(con, day, "travel")
        (found,) = day_types.between(con, day, day)
        assert (found.day_type, found.is_corrected, found.is_pending) == ("travel", True, True)
        with pytest.raises(UsageError, match="no kind of day"):
            day_types.put(con, day, "party")
        day_types.clear(con, day)
        assert day_types.between(con, day, day) == []


@pytest.mark.db
def test_an_account_changes_its_country_zone_and_language(warehouse: Warehouse, account: Account) -> None:
    with warehouse.transaction() as con:
        accounts.change(con, account, country="de", time_zone="Europe/Berlin")
        found = accounts.find(con, "Hanako")
        assert (found.country, found.time_zone, found.language) == ("DE", "Europe/Berlin", "ja")
        accounts.change(con, found, country="auto", language="en")
        assert accounts.find(con, "Hanako").country is None
        for wrong in ({"country": "ZZ"}, {"country": "Germany"}, {"time_zone": "Mars/Base"}, {"language": "tlh"}):
            with pytest.raises(UsageError):
                accounts.change(con, account, **wrong)  # type: ignore[arg-type]
