"""The algebra of half-open spans: pictures by hand, laws by Hypothesis."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timespan import Span, intersect, local_day, split_at_midnight, subtract, total_seconds, union

BERLIN, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"))
ZONES = [
    BERLIN,
    NEW_YORK,
    LORD_HOWE,
    *map(ZoneInfo, ("Asia/Tokyo", "America/Havana", "America/Sao_Paulo", "Pacific/Apia")),
]
EPOCH = datetime(2018, 1, 1, tzinfo=UTC)

zones = st.sampled_from(ZONES)
instants = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=UTC)
)
spans = st.builds(
    lambda start, seconds: Span(start, start + timedelta(seconds=seconds)), instants, st.integers(0, 10 * 86_400)
)
# Close together, so that overlaps, touches and equal bounds are the rule.
crowds = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: at(pair[0], pair[0] + pair[1])))


def at(start: int, end: int) -> Span:
    return Span(EPOCH + timedelta(minutes=start), EPOCH + timedelta(minutes=end))


def minutes(found: list[Span]) -> set[int]:
    return {
        minute
        for span in found
        for minute in range((span.start - EPOCH) // timedelta(minutes=1), (span.end - EPOCH) // timedelta(minutes=1))
    }


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="needs a zone"):
        Span(datetime(2026, 1, 1), datetime(2026, 1, 2))


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="cannot end"):
        at(2, 1)


def test_length_counts_the_hour_that_the_clock_repeats():
    """02:00–03:00 comes twice in Berlin on 25 October 2026; wall clocks would say one hour."""
    span = Span(datetime(2026, 10, 25, 2, tzinfo=BERLIN), datetime(2026, 10, 25, 3, tzinfo=BERLIN))
    assert span.seconds == 7200


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (ZoneInfo("America/Havana"), date(2026, 11, 1), 25),
        (ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), 23),
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), 0),
        (ZoneInfo("Asia/Tokyo"), date(2024, 2, 29), 24),
    ],
    ids=lambda value: getattr(value, "key", str(value)),
)
def test_a_local_day_is_as_long_as_the_calendar_says(zone, day, hours):
    assert local_day(day, zone).seconds == hours * 3600


def test_an_entry_over_midnight_belongs_to_both_days():
    night = Span(datetime(2026, 11, 16, 23, tzinfo=BERLIN), datetime(2026, 11, 17, 7, tzinfo=BERLIN))
    assert [(day.isoformat(), part.seconds) for day, part in split_at_midnight(night, BERLIN)] == [
        ("2026-11-16", 3600),
        ("2026-11-17", 7 * 3600),
    ]


def test_an_entry_that_ends_at_midnight_belongs_to_one_day():
    evening = Span(datetime(2026, 11, 16, 23, tzinfo=BERLIN), datetime(2026, 11, 17, 0, tzinfo=BERLIN))
    assert [day for day, _ in split_at_midnight(evening, BERLIN)] == [date(2026, 11, 16)]


def test_an_empty_span_keeps_its_day():
    moment = datetime(2026, 11, 17, 0, tzinfo=BERLIN)
    assert list(split_at_midnight(Span(moment, moment), BERLIN)) == [(date(2026, 11, 17), Span(moment, moment))]


def test_union_joins_what_overlaps_or_touches():
    assert union([at(0, 5), at(3, 7), at(9, 12), at(12, 16), at(20, 20)]) == [at(0, 7), at(9, 16)]


def test_gaps_of_a_day_are_the_day_without_its_entries():
    assert subtract([at(0, 10)], [at(2, 4), at(4, 5), at(9, 12)]) == [at(0, 2), at(5, 9)]


def test_clipping_keeps_what_lies_inside():
    assert intersect([at(0, 4), at(6, 20)], [at(2, 8)]) == [at(2, 4), at(6, 8)]


@given(spans, zones)
def test_splitting_and_joining_again_is_the_identity(span, zone):
    parts = [part for _, part in split_at_midnight(span, zone)]
    assert union(parts) == ([span] if span else [])
    assert parts[0].start == span.start
    assert parts[-1].end == span.end


@given(spans, zones)
def test_every_part_lies_inside_its_day(span, zone):
    days = list(split_at_midnight(span, zone))
    assert all(local_day(day, zone).start <= part.start <= part.end <= local_day(day, zone).end for day, part in days)
    assert [day for day, _ in days] == sorted({day for day, _ in days})


@given(st.dates(date(1971, 1, 1), date(2099, 12, 31)), zones)
def test_days_follow_each_other_without_gap(day, zone):
    assert local_day(day, zone).end == local_day(day + timedelta(days=1), zone).start


@given(crowds)
def test_union_covers_the_same_minutes_without_overlap(crowd):
    joined = union(crowd)
    assert minutes(joined) == minutes(crowd)
    assert all(one.end < two.start for one, two in pairwise(joined))
    assert total_seconds(crowd) == 60 * len(minutes(crowd))


@given(crowds, crowds)
def test_both_and_only_left_are_the_left(left, right):
    both, only = intersect(left, right), subtract(left, right)
    assert minutes(both) == minutes(left) & minutes(right)
    assert minutes(only) == minutes(left) - minutes(right)
    assert union(both + only) == union(left)


@given(crowds, crowds)
def test_intersection_does_not_care_about_sides(left, right):
    assert intersect(left, right) == intersect(right, left)
