"""The macros, as Grafana's documentation describes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lifetracer.visualizer.macros import expand

SINCE = datetime(2026, 11, 16, 9, tzinfo=timezone(timedelta(hours=9)))
UNTIL = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)


def test_the_range_comes_as_literals_in_utc():
    text = expand("select $__timeFrom()::date, $__timeTo() where $__timeFilter(starts_at)", SINCE, UNTIL)
    assert text == (
        "select '2026-11-16T00:00:00Z'::date, '2026-11-22T23:59:59Z' "
        "where starts_at BETWEEN '2026-11-16T00:00:00Z' AND '2026-11-22T23:59:59Z'"
    )


def test_picked_values_are_quoted_and_all_of_them_restrict_nothing():
    query = "category_id in (${category:sqlstring})"
    assert expand(query, SINCE, UNTIL, {"category": ["a", "it's"]}) == "category_id in ('a','it''s')"
    assert expand(query, SINCE, UNTIL) == "category_id in (category_id)"


@pytest.mark.parametrize("query", ["$__timeGroup(at, '1h')", "${category}", "$category", "${console:raw}"])
def test_what_is_not_known_is_refused(query):
    with pytest.raises(ValueError, match="not among the macros"):
        expand(query, SINCE, UNTIL)
