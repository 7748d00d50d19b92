"""Public holidays of Germany and Japan, and the person's vacations; all computed, so any year works."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random

NAMES = {
    "en": ("New Year's Day", "Good Friday", "Easter Monday", "Labour Day", "Ascension Day", "Whit Monday",
           "German Unity Day", "Christmas Day", "Boxing Day"),
}  # fmt: skip

JAPAN_FIXED = {
    (1, 1): "元日", (2, 11): "建国記念の日", (2, 23): "天皇誕生日", (4, 29): "昭和の日", (5, 3): "憲法記念日",
    (5, 4): "みどりの日", (5, 5): "こどもの日", (8, 11): "山の日", (11, 3): "文化の日", (11, 23): "勤労感謝の日",
}  # fmt: skip
JAPAN_MONDAYS = {(1, 2): "成人の日", (7, 3): "海の日", (9, 3): "敬老の日", (10, 2): "スポーツの日"}


def easter(year: int) -> date:
    """Return Easter Sunday (Gregorian computus)."""
    golden, century = year % 19, year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    full = epact - (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + full + 2 - century + century // 4) % 7
    offset = full - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


@cache
def holidays(year: int, language: str) -> dict[date, str]:
    """Return the public holidays of a year: Germany's for ``en``, Japan's for ``ja``."""
    return _germany(year) if language == "en" else _japan(year)


def _germany(year: int) -> dict[date, str]:
    sunday = easter(year)
    days = (
        date(year, 1, 1), sunday - timedelta(2), sunday + timedelta(1), date(year, 5, 1), sunday + timedelta(39),
        sunday + timedelta(50), date(year, 10, 3), date(year, 12, 25), date(year, 12, 26),
    )  # fmt: skip
    return dict(zip(days, NAMES["en"], strict=True))


def _japan(year: int) -> dict[date, str]:
    found = {date(year, month, day): name for (month, day), name in JAPAN_FIXED.items()}
    for (month, week), name in JAPAN_MONDAYS.items():
        first = date(year, month, 1)
        found[first + timedelta((7 - first.weekday()) % 7 + 7 * (week - 1))] = name
    leap = (year - 1980) // 4
    found[date(year, 3, int(20.8431 + 0.242194 * (year - 1980) - leap))] = "春分の日"
    found[date(year, 9, int(23.2488 + 0.242194 * (year - 1980) - leap))] = "秋分の日"
    for day in sorted(found):
        if day.weekday() == 6:
            substitute = day
            while substitute in found:
                substitute += timedelta(1)
            found[substitute] = "振替休日"
    return found


@cache
def vacations(year: int, language: str, seed: str) -> tuple[tuple[date, date, int], ...]:
    """Return the vacations that begin in a year: first day, day after the last, number of the place."""
    rng = Random(f"{seed}/vacations/{year}")  # noqa: S311
    if language == "ja":
        spans = [(date(year, 4, 29), 7), (date(year, 8, 11), 6), (date(year, 12, 29), 6)]
    else:
        spring = easter(year) - timedelta(6)
        summer = date(year, 8, 1) + timedelta(rng.randrange(12))
        summer -= timedelta(summer.weekday())
        spans = [(spring, 7), (summer, 14), (date(year, 12, 24), 9)]
    return tuple((start, start + timedelta(days), rng.randrange(4)) for start, days in spans)


@cache
def on_vacation(day: date, language: str, seed: str) -> tuple[date, date, int] | None:
    """Return the vacation that a day belongs to."""
    spans = vacations(day.year, language, seed) + vacations(day.year - 1, language, seed)
    return next((span for span in spans if span[0] <= day < span[1]), None)
