"""Proposals are reached about as often as was chosen: the demo person's year, and the real logs where they are.

Those made of estimates are counted by the benchmark (`python -m benchmarks.targets`), which takes minutes.
"""

from __future__ import annotations

import importlib
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from lifetracer.analyzer.forecast import History
from lifetracer.sandbox.person.life import Life

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT.parent / "shared/data/timelogs/normalized"
CLOSE = 0.07
FIRST, DAYS = date(2025, 1, 6), 420

sys.path.insert(0, str(ROOT))
targets = importlib.import_module("benchmarks.targets")


@pytest.fixture(scope="module")
def demo() -> History:
    """Days of the demo person: seconds of the eight topics with most time; entries belong to the day they begin on."""
    life = Life("demo", "en", ZoneInfo("Europe/Berlin"), FIRST, 0, "demo@example.com")
    seconds: dict[tuple[int, str], float] = defaultdict(float)
    for place in range(DAYS):
        day = FIRST + timedelta(days=place)
        for doing in life.liver.day(day, life.diary.plan(day)).doings:
            seconds[place, doing.topic] += 60 * (doing.end - doing.start)
    totals: dict[str, float] = defaultdict(float)
    for (_, topic), spent in seconds.items():
        totals[topic] += spent
    topics = sorted(totals, key=lambda topic: (-totals[topic], topic))[:8]
    actual = np.array([[seconds[place, topic] for topic in topics] for place in range(DAYS)])
    return History(FIRST, topics, actual)


def shares(counted: dict[tuple[str, float], list[bool]], word: str) -> dict[float, float]:
    """How often proposals were reached, by the chance that was chosen; over all ways whose name holds a word."""
    return {
        chance: float(
            np.mean([truth for key, many in counted.items() if word in key[0] and key[1] == chance for truth in many])
        )
        for chance in targets.CHANCES
    }


def test_the_demo_person_reaches_weeks_as_often_as_was_chosen(demo: History) -> None:
    counted = targets.simulate(demo, estimates=False, weeks=0.5, days=0.15)
    for way in ("history, Monday", "history, Thursday", "history, day"):
        for chance, share in shares(counted, way).items():
            assert share == pytest.approx(chance, abs=CLOSE), (way, chance)


@pytest.mark.skipif(not LOGS.is_dir(), reason="no real logs in ../shared/data")
def test_real_people_reach_weeks_as_often_as_was_chosen() -> None:
    counted: dict[tuple[str, float], list[bool]] = defaultdict(list)
    for path in sorted(LOGS.glob("*.csv")):
        for key, truths in targets.simulate(targets.read(path), estimates=False).items():
            counted[key] += truths
    for way in ("history, Monday", "history, Thursday"):
        for chance, share in shares(counted, way).items():
            assert share == pytest.approx(chance, abs=CLOSE), (way, chance)
