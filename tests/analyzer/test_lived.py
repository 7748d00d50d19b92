"""Which days can be counted on, and which categories are estimated."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lifetracer.analyzer.lived import MOST, Lived, choose, gather, known_days


def flags(text: str) -> np.ndarray:
    return np.array([letter == "x" for letter in text], dtype=bool)


@pytest.mark.parametrize(
    ("tracked", "known"),
    [
        ("xxxxx..xxxxx..xxxxx..x", "1111111111111111111111"),  # weekends without entries are days off
        ("xx.......xx", "11.......11"),  # a week without any is a pause
        ("xx......xx", "1111111111"),
        ("xxxxxxx..", "1111111.."),  # not entered yet
        ("....", "...."),
        ("x" * 60 + "." + "x" * 39, "1" * 60 + "." + "1" * 39),  # who leaves no day empty forgot one
    ],
)
def test_an_empty_day_is_a_zero_unless_tracking_had_paused(tracked: str, known: str) -> None:
    assert known_days(flags(tracked)).tolist() == [letter == "1" for letter in known]


def test_days_before_the_first_entry_and_today_are_left_out() -> None:
    today = date(2026, 11, 21)
    tracked = {today - timedelta(days=n): n <= 3 for n in range(10)}
    rows = [(today - timedelta(days=2), "work", 60), (today, "work", 999), (today - timedelta(days=3), "rest", 5)]
    lived = gather(today, tracked, rows)
    assert lived
    assert (lived.first_day, lived.days, lived.after) == (today - timedelta(days=3), 3, today)
    assert lived.categories == ("rest", "work")
    assert lived.column("work").tolist() == [0, 60, 0]
    assert gather(today, {today: True}, [(today, "work", 5)]) is None


def test_the_longest_history_is_cut() -> None:
    today = date(2026, 11, 21)
    tracked = {today - timedelta(days=n): True for n in range(1, 50)}
    lived = gather(today, tracked, [], longest=30)
    assert lived
    assert (lived.days, lived.categories) == (30, ())


def test_every_category_is_estimated_or_told_why_not() -> None:
    names = [f"c{n:02}" for n in range(MOST + 4)]
    seconds = np.full((200, len(names)), 60.0) * np.arange(1, len(names) + 1)
    seconds[:, 0] = 0
    seconds[:2, 0] = 60  # rare
    seconds[50:, 1] = 0  # asleep
    seconds[50:, 2] = 0  # asleep, but planned
    lived = Lived(date(2026, 1, 1), tuple(names), seconds, np.ones(200, dtype=bool))
    chosen, skipped = choose(lived, {"c02": 3600.0})
    assert skipped["c00"] == "rare"
    assert skipped["c01"] == "asleep"
    assert sorted(skipped.values()) == ["asleep", "beyond", "beyond", "rare"]
    assert chosen[0] == names[-1], "the one with most time comes first"
    assert {*chosen, *skipped} == set(names)
    assert len(chosen) == MOST
