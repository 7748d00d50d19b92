"""Stacked bars: heights in percent, small series together, round lines."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifetracer.charts import Amount, stack
from lifetracer.charts.bars import axis

DAY, NEXT = date(2026, 11, 16), date(2026, 11, 17)


def test_the_largest_series_lies_at_the_bottom_of_every_column():
    rows = [Amount(DAY, "a", "A", "", 100), Amount(NEXT, "a", "A", "", 3000), Amount(DAY, "b", "B", "", 900)]
    bars = stack(rows, [DAY, NEXT])
    assert [one.name for one in bars.series] == ["A", "B"]
    assert [(part.series.name, part.bottom) for part in bars.columns[0].parts] == [
        ("A", 0.0),
        ("B", pytest.approx(2.778)),
    ]


def test_the_smallest_share_one_place_and_nothing_is_lost():
    rows = [Amount(DAY, str(n), str(n), "", 100 * (n + 1)) for n in range(12)]
    bars = stack(rows, [DAY], most=4, rest="Other")
    assert [one.name for one in bars.series] == ["11", "10", "9", "Other"]
    assert bars.columns[0].seconds == sum(row.seconds for row in rows)


def test_nothing_is_a_picture_too():
    bars = stack([], [DAY, NEXT])
    assert (bars.series, bars.columns[0].parts, bars.lines) == ((), (), ((900, 100.0),))


@given(st.integers(0, 10_000_000))
def test_lines_are_few_round_and_reach_over_everything(highest):
    lines = axis(highest)
    assert 1 <= len(lines) <= 5
    assert lines[-1][0] >= highest
    assert lines[-1][1] == 100
    assert all(seconds % 900 == 0 for seconds, _ in lines)
