"""The flow of time: both sides as high, ribbons inside their nodes, small ones together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifetracer.charts import Way, lay_flow

KEYS = st.sampled_from(["a", "b", "c", "d", "e", "no_plan", "untracked", "joined"])
WAYS = st.lists(
    st.builds(
        lambda a, b, seconds: Way(a, a, "#000000", b, b, "#000000", seconds), KEYS, KEYS, st.integers(1, 100_000)
    ),
    min_size=1,
    max_size=30,
)


@given(WAYS)
def test_nothing_is_lost_and_nothing_lies_outside(ways):
    flow = lay_flow(ways, "Other")
    total = sum(way.seconds for way in ways)
    for side in (flow.left, flow.right):
        assert sum(node.seconds for node in side) == pytest.approx(total)
        assert side[-1].top + side[-1].height == pytest.approx(1)
    assert sum(ribbon.seconds for ribbon in flow.ribbons) == pytest.approx(total)
    for ribbon in flow.ribbons:
        for top, node in ((ribbon.from_top, ribbon.source), (ribbon.to_top, ribbon.target)):
            assert node.top - 1e-9 <= top
            assert top + ribbon.height <= node.top + node.height + 1e-9


def test_small_ones_share_a_place():
    ways = [Way("big", "Big", "", "big", "Big", "", 9000)]
    ways += [Way(name, name, "", name, name, "", 50) for name in ("x", "y")]
    flow = lay_flow(ways, "Other")
    assert [node.name for node in flow.left] == ["Big", "Other"]
    assert flow.ribbons[0].stays


def test_no_time_is_no_picture():
    assert lay_flow([], "Other").ribbons == ()
