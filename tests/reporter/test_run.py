"""Reports as files and from the command line."""

import json
import subprocess
import sys
from datetime import date

import pytest

import marts
from lifetracer.errors import FixByHandError, UsageError
from lifetracer.reporter import Rounding, report
from lifetracer.settings import Settings
from week_blocks import MONDAY, block


@pytest.fixture
def settings(home):
    return Settings(home=home)


@pytest.fixture
def person(warehouse, account):
    marts.make(warehouse, marts.REPORTED)
    marts.fill(warehouse, account.account_id, block("actual", "9:00", "12:00", "集中"))
    return account


def test_a_report_lies_in_the_home_under_a_name_that_says_what_it_is(warehouse, settings, person):
    made = report(warehouse, settings, person.account_id, day=date(2026, 11, 19))
    path = settings.home / "reports" / str(person.account_id) / "week-2026-W47-ja.pdf"
    assert made.place == str(path)
    assert path.read_bytes().startswith(b"%PDF")
    assert made.as_json() == {
        "name": "week-2026-W47-ja.pdf",
        "path": str(path),
        "kind": "week",
        "period": "2026-W47",
        "language": "ja",
        "paper": "a4",
        "size": path.stat().st_size,
    }


def test_the_same_rows_give_the_same_file(warehouse, settings, person, tmp_path):
    one, two = (
        report(warehouse, settings, person.account_id, day=MONDAY, language="en", output=tmp_path / name)
        for name in ("one.pdf", "two.pdf")
    )
    assert one.place != two.place
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.pdf", "two.pdf"]


def test_without_a_day_it_is_the_last_complete_week(warehouse, settings, person):
    with warehouse.transaction() as connection:
        (today,) = connection.execute("select (now() at time zone 'Asia/Tokyo')::date").fetchone()
    made = report(warehouse, settings, person.account_id)
    year, week = made.wish.period.split("-W")
    assert 1 <= (today - date.fromisocalendar(int(year), int(week), 7)).days <= 7


def test_what_cannot_be_made_is_said(warehouse, settings, person, tmp_path):
    with pytest.raises(UsageError, match="no report of the kind “century”"):
        report(warehouse, settings, person.account_id, kind="century")
    with pytest.raises(UsageError, match="no report in fr"):
        report(warehouse, settings, person.account_id, language="fr")
    with pytest.raises(UsageError, match="no report on a5"):
        report(warehouse, settings, person.account_id, paper="a5")
    with pytest.raises(UsageError, match="7 is no way to round"):
        Rounding("up", 7)
    with pytest.raises(UsageError, match="Only a report for a client"):
        report(warehouse, settings, person.account_id, client="Nord")
    (tmp_path / "file").touch()
    with pytest.raises(FixByHandError, match="cannot be written"):
        report(warehouse, settings, person.account_id, output=tmp_path / "file" / "week.pdf")


def test_before_the_first_transform_there_is_nothing_to_report(warehouse, settings, account):
    with pytest.raises(FixByHandError, match="nothing to report yet"):
        report(warehouse, settings, account.account_id)


def test_the_command_writes_a_file_and_says_where(environ, person, tmp_path):
    def run(*words):
        command = [sys.executable, "-m", "lifetracer", "report", *words]
        return subprocess.run(command, check=False, env=environ, capture_output=True, text=True, timeout=60)

    target = tmp_path / "week.pdf"
    answer = run("--week", "2026-W47", "--language", "en", "--output", str(target), "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["period"] == "2026-W47"
    assert target.read_bytes().startswith(b"%PDF")
    wrong = run("--week", "2026-W54")
    assert wrong.returncode == 2
    assert "2026-W54 is not a week" in wrong.stderr
