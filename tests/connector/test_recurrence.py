"""The rule engine against 146 rules with known answers, and against rules that would never end."""

from datetime import datetime
from itertools import islice
from pathlib import Path
from time import process_time

import pytest

from lifetracer.connector.recurrence import RuleError, parse_rule, wall_times

TRUTH = Path(__file__).parents[2].parent / "shared/data/ics/truth/libical__icalrecur_test.txt"
UNDECIDED = {
    # libical answers "unimplemented"; by RFC 5545 it is every 30 December that lies in week 1.
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101": "20241230,20251230,20301230,20311230"
}


def stamp(text: str) -> datetime:
    return datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")


def cases() -> list[dict[str, str]]:
    if not TRUTH.exists():
        return []
    blocks = TRUTH.read_text().split("\n\n")
    parsed = [dict(line.split(":", 1) for line in b.splitlines() if line and line[0] != "#") for b in blocks]
    return [case for case in parsed if "RRULE" in case]


def answer(case: dict[str, str], after: str | None = None) -> list[datetime]:
    rule = parse_rule(case["RRULE"])
    start = stamp(case["DTSTART"])
    moments = wall_times(rule, start, all_day="T" not in case["DTSTART"], after=stamp(after) if after else None)
    found = []
    for moment in moments:
        if rule.until and rule.until.is_utc and moment > rule.until.at:
            break
        found.append(moment)
    return found


@pytest.mark.skipif(not TRUTH.exists(), reason="the truth file ../shared/data/ics/truth is not here")
def test_there_are_146_rules_with_known_instances():
    assert len(cases()) == 146


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c['RRULE']} from {c['DTSTART']}")
def test_rule_yields_exactly_its_known_instances(case):
    known = UNDECIDED.get(case["RRULE"]) if "UNIMPLEMENTED" in case["INSTANCES"] else case["INSTANCES"]
    expected = [stamp(t) for t in known.split(",")]
    assert answer(case) == expected
    for after in filter(None, [case.get("START-AT"), known.split(",")[len(expected) // 2]]):
        assert answer(case, after) == [t for t in expected if t >= stamp(after)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=MONTHLY;BYDAY=0TH",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=1E",
        "RRULE:AnythingRandom;FREQ=WEEKLY",
        "FREQ=DAILY;FREQ=WEEKLY",
        "RSCALE=HEBREW;FREQ=YEARLY",
        "FREQ=DAILY;BYEASTER=1",
    ],
)
def test_rule_that_makes_no_sense_is_refused_with_the_part_that_is_wrong(text):
    with pytest.raises(RuleError):
        parse_rule(text)


def test_private_parts_and_a_trailing_semicolon_are_passed_over():
    assert parse_rule("freq=weekly;X-NOTE=1;").freq == "WEEKLY"


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=4;BYMONTHDAY=31;BYDAY=MO",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=7",
        "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
    ],
)
def test_rule_that_never_matches_ends_quickly(text):
    began = process_time()
    assert list(wall_times(parse_rule(text), datetime(2026, 1, 1))) == []
    assert process_time() - began < 2


@pytest.mark.parametrize("freq", ["SECONDLY", "MINUTELY", "HOURLY"])
def test_flood_is_lazy_and_can_be_entered_anywhere(freq):
    began = process_time()
    rule = parse_rule(f"FREQ={freq};INTERVAL=7;UNTIL=99991231T235959Z")
    late = list(islice(wall_times(rule, datetime(1970, 1, 1), after=datetime(2026, 11, 21)), 3))
    seconds = {"SECONDLY": 7, "MINUTELY": 420, "HOURLY": 25200}[freq]
    assert late[0] >= datetime(2026, 11, 21)
    assert (late[0] - datetime(1970, 1, 1)).total_seconds() % seconds == 0
    assert (late[1] - late[0]).total_seconds() == seconds
    assert process_time() - began < 0.5


def test_series_ends_at_the_end_of_the_calendar():
    assert list(wall_times(parse_rule("FREQ=YEARLY"), datetime(9998, 5, 1)))[-1] == datetime(9999, 5, 1)
    assert list(wall_times(parse_rule("FREQ=HOURLY"), datetime(9999, 12, 31, 22)))[-1] == datetime(9999, 12, 31, 23)


@pytest.mark.parametrize(
    ("skip", "second"),
    [("OMIT", datetime(2026, 3, 31)), ("BACKWARD", datetime(2026, 2, 28)), ("FORWARD", datetime(2026, 3, 1))],
)
def test_skip_decides_where_a_missing_day_goes(skip, second):
    rule = parse_rule(f"RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP={skip};COUNT=4")
    assert list(wall_times(rule, datetime(2026, 1, 31)))[1] == second
