"""When the analyzer's estimate answers for a wish, and when former periods do; pure."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lifetracer.adjuster.asked import Asked
from lifetracer.adjuster.facts import Estimate, Facts
from lifetracer.adjuster.history import Lived
from lifetracer.adjuster.likely import Likely
from lifetracer.adjuster.run import _likely
from lifetracer.warehouse.intents import Intent

MONDAY = date(2026, 11, 16)
HOUR = 3600.0
STUDY = Intent(
    name="Study", subject="category", subject_value="study", measure="duration", period="week", comparison="at_least",
    low=Decimal(36000), high=None, valid_from=MONDAY,
)  # fmt: skip
WEEK = Asked(STUDY, MONDAY, MONDAY + timedelta(7), tuple(MONDAY + timedelta(n) for n in range(7)), 36000.0, None)


def known(*busy: str) -> Facts:
    """Study, with maths and drawing beneath it: two hours a day; maths alone is estimated, at seven a week."""
    first = MONDAY - timedelta(weeks=10)
    days = {first + timedelta(n): Lived(2 * HOUR, 1, tracked=2 * HOUR) for n in range(70)}
    maths = Estimate(Likely.of_quantiles([7 * HOUR] * 5), 0.0, "rule")
    return Facts(
        today=MONDAY, now=0.0, left=86400.0, first_day=first, lived={"category:study": days}, tracked={},
        beneath={"study": frozenset({"study", "maths", "drawing"})}, sleeps=frozenset(), sleep=None, planned={},
        lengths={}, estimates={("maths", "week", MONDAY): maths}, busy=frozenset(busy),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("busy", "source", "usual"),
    [(("maths", "chess"), "estimate", 7), (("maths", "drawing"), "history", 14), (("study", "maths"), "history", 14)],
)
def test_an_estimate_of_one_part_never_stands_for_the_whole(busy, source, usual):
    found = _likely(known(*busy), WEEK)
    assert found is not None
    assert (found[1]["from"], found[0].quantile(0.5)) == (source, usual * HOUR)
