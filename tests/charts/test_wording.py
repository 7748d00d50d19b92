from datetime import UTC, date, datetime, timedelta

import pytest

from lifetracer.charts import Words

EN, JA = Words("en"), Words("ja")


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (27_000, "7 h 30 m", "7時間30分"),
        (0, "0 m", "0分"),
        (29, "0 m", "0分"),
        (-29, "0 m", "0分"),
        (3_599, "1 h 00 m", "1時間0分"),
        (-5_400, "−1 h 30 m", "−1時間30分"),
        (360_000, "100 h 00 m", "100時間0分"),
    ],
)
def test_durations_read_naturally(seconds, english, japanese):
    assert (EN.duration(seconds), JA.duration(seconds)) == (english, japanese)


@pytest.mark.parametrize(
    ("first", "last", "english", "japanese"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "16 – 22 November 2026", "2026年11月16日 – 22日"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 November – 6 December 2026", "2026年11月30日 – 12月6日"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027", "2026年12月28日 – 2027年1月3日"),
    ],
)
def test_a_week_names_month_and_year_only_where_they_change(first, last, english, japanese):
    assert (EN.dates(first, last), JA.dates(first, last)) == (english, japanese)


def test_days_are_named_in_both_languages():
    assert (EN.weekday(date(2026, 11, 19)), JA.weekday(date(2026, 11, 19))) == ("Thu", "木")
    assert (EN.day(date(2026, 11, 19)), JA.day(date(2026, 11, 19))) == ("Thu 19 November 2026", "2026年11月19日(木)")


@pytest.mark.parametrize(
    ("past", "english", "japanese"),
    [
        (timedelta(seconds=-5), "just now", "たった今"),
        (timedelta(minutes=2), "2 min ago", "2分前"),
        (timedelta(hours=5), "5 h ago", "5時間前"),
        (timedelta(days=3), "3 days ago", "3日前"),
    ],
)
def test_the_past_is_told_roughly(past, english, japanese):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert (EN.ago(now - past, now), JA.ago(now - past, now)) == (english, japanese)


def test_midnight_at_the_end_of_a_day_is_24():
    assert EN.span(82_800, 86_400) == "23:00–24:00"
