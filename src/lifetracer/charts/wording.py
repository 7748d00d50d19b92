"""How times, durations and dates read in each language, and the catalogue of translated sentences.

Law: a sentence's English text is its key, and ``locale/`` has them all: screen and paper say the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.core import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po


def keep(text: str) -> str:
    """Mark a sentence for the catalogue where it is written, though it is translated elsewhere."""
    return text


LANGUAGES = ("en", "ja")
SOURCES = {
    "toggl_track": "Toggl Track",
    "google_calendar": "Google Calendar",
    "ical": "iCalendar",
    "toggl_csv": "Toggl CSV",
}
"""How sources are called; one that is missing here keeps its own name."""

OURS = frozenset((keep("No project"), keep("No plan"), keep("Untracked"), keep("Short gaps")))
"""Names in the marts that nobody gave but this program; on the screen they are translated."""

LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Read the translations into a language; English needs none."""
    if language == "en":
        return MappingProxyType({})
    with (LOCALE / f"{language}.po").open("rb") as file:
        return MappingProxyType({str(m.id): str(m.string) for m in read_po(file) if m.id and m.string})


@dataclass(frozen=True)
class Words:
    """One language: call it to translate, ask it to word a duration or a date."""

    language: str

    def __call__(self, text: str, **values: Any) -> str:
        """Translate an English sentence and fill in its ``{values}``."""
        sentence = catalogue(self.language).get(text, text)
        return sentence.format(**values) if values else sentence

    def named(self, name: str | None) -> str:
        """Give the name of a category or project; those that are ours are translated, no name is ``No project``."""
        name = name or "No project"
        return self(name) if name in OURS else name

    def duration(self, seconds: int) -> str:
        """Word a length of time, to the minute: ``7 h 30 m``, ``7時間30分``."""
        minutes = round(abs(seconds) / 60)
        hours, minutes = divmod(minutes, 60)
        sign = "−" if seconds < 0 and (hours or minutes) else ""
        if self.language == "ja":
            return sign + (f"{hours}時間{minutes}分" if hours else f"{minutes}分")
        return sign + (f"{hours} h {minutes:02} m" if hours else f"{minutes} m")

    def brief(self, seconds: float) -> str:
        """Word a short time exactly: ``0.4 s``, ``75 s``, then as a duration."""
        if seconds >= 120:
            return self.duration(round(seconds))
        number = f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
        return f"{number}秒" if self.language == "ja" else f"{number} s"

    def hours(self, seconds: int) -> str:
        """Give decimal hours for a narrow column: ``7.6``."""
        return f"{seconds / 3600:.1f}"

    def clock(self, second: int) -> str:
        """Word a time of day given in seconds since midnight: ``9:05``, ``24:00``."""
        minutes = second // 60
        return f"{minutes // 60}:{minutes % 60:02}"

    def span(self, start: int, end: int) -> str:
        """Word a stretch of the day: ``9:05–10:30``."""
        return f"{self.clock(start)}–{self.clock(end)}"

    def weekday(self, day: date, width: str = "EEE") -> str:
        """Name the day of the week: ``Mon``, ``月``; in full with ``EEEE``."""
        return format_date(day, width, locale=self._locale)

    def weekday_named(self, number: int) -> str:
        """Name a day of the week, 1 is Monday: ``Mon``, ``月``."""
        return self.weekday(date(2024, 1, number))  # which began on a Monday

    def period(self, start: date, grain: str) -> str:
        """Name the day, week or month that begins on a day: ``Week 47, 16 – 22 November 2026``."""
        if grain == "day":
            return self.day(start)
        if grain == "month":
            return self._date(start, "y年M月" if self.language == "ja" else "MMMM y")
        number, dates = start.isocalendar().week, self.dates(start, start + timedelta(days=6))
        return f"第{number}週（{dates}）" if self.language == "ja" else f"Week {number}, {dates}"

    def tick(self, start: date, grain: str) -> str:
        """Name a period under a picture, shortly; a year where one begins: ``16 Nov``, ``Nov``, ``2026``."""
        if grain == "month":
            if start.month == 1:
                return str(start.year)
            return self._date(start, "M月" if self.language == "ja" else "MMM")
        return self._date(start, "M/d" if self.language == "ja" else "d MMM")

    def short_hours(self, seconds: int) -> str:
        """Word a round number of hours on an axis: ``10 h``, ``0.5 h``."""
        return f"{seconds / 3600:,.10g}{'時間' if self.language == 'ja' else ' h'}"

    def day(self, day: date) -> str:
        """Word a date with its weekday."""
        return format_date(day, "y年M月d日(E)" if self.language == "ja" else "EEE d MMMM y", locale=self._locale)

    def dates(self, first: date, last: date) -> str:
        """Word a stretch of days, both included: ``16 – 22 November 2026``, ``2026年11月16日 – 22日``."""
        if self.language == "ja":
            tail = "d日" if first.month == last.month else "M月d日" if first.year == last.year else "y年M月d日"
            return f"{self._date(first, 'y年M月d日')} – {self._date(last, tail)}"
        head = "d" if first.month == last.month else "d MMMM" if first.year == last.year else "d MMMM y"
        return f"{self._date(first, head)} – {self._date(last, 'd MMMM y')}"

    def moment(self, instant: datetime, now: datetime) -> str:
        """Word an instant as seen from now: the time alone on the same day, else with its date."""
        time = f"{instant.hour}:{instant.minute:02}"
        if instant.date() == now.date():
            return time
        return f"{self._date(instant.date(), 'M月d日' if self.language == 'ja' else 'd MMM')} {time}"

    def ago(self, instant: datetime, now: datetime) -> str:
        """Word how long ago an instant was: ``2 min ago``, ``2分前``."""
        past = max(now - instant, timedelta())
        minutes = int(past.total_seconds() // 60)
        japanese = self.language == "ja"
        if minutes < 1:
            return "たった今" if japanese else "just now"
        if minutes < 60:
            return f"{minutes}分前" if japanese else f"{minutes} min ago"
        if minutes < 48 * 60:
            return f"{minutes // 60}時間前" if japanese else f"{minutes // 60} h ago"
        return f"{past.days}日前" if japanese else f"{past.days} days ago"

    @property
    def _locale(self) -> Locale:
        return Locale("ja") if self.language == "ja" else Locale("en", "GB")

    def _date(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=self._locale)
