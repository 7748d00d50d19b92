"""Proposed targets on real logs: are they reached as often as was chosen? `python -m benchmarks.targets FOLDER`.

For each log and each week of the last 40 % of its weeks, on Monday morning and again on Thursday morning, somebody
wishes for far more of each of the top eight categories than is likely, and for far less. The proposal is made of what
was known by then: of the analyzer's estimate (quantiles of the forecast's joint paths, plus what is lived), and of the
category's own former weeks. Reached is counted over all proposals that ask for something. One day: the same every
morning of the last 20 % of the days, by former days. `--lightly` goes without estimates.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.forecast import LOGS, read
from benchmarks.table import table
from lifetracer.adjuster.fitting import Wished, achievable
from lifetracer.adjuster.history import Lived, look_back
from lifetracer.adjuster.likely import Likely
from lifetracer.analyzer.forecast import History, futures
from lifetracer.analyzer.forecast.history import FIRST_USE, QUANTILES, Floats

CHANCES = (0.5, 0.65, 0.8)
WEEKS, DAYS = 0.4, 0.2
FAR = 4.0
"""A wish is so many times what is likely, or that part of it."""
Counts = dict[tuple[str, float], list[bool]]


def simulate(history: History, *, estimates: bool = True, weeks: float = WEEKS, days: float = DAYS) -> Counts:
    """Whether proposals of a log were reached: (source, chance) → a truth per proposal."""
    reached: Counts = defaultdict(list)
    lived = _lived(history)
    start = history.first_day + timedelta(days=-history.first_day.weekday() % 7)
    mondays = [start + timedelta(days=7 * n) for n in range((history.next_day - start).days // 7)]
    tested = [
        (monday, offset, (monday - history.first_day).days + offset)
        for monday in mondays[round(len(mondays) * (1 - weeks)) :]
        for offset in (0, 3)
    ]
    coming = _rest_of_weeks(history, [place for *_, place in tested]) if estimates else {}
    for monday, offset, place in tested:
        truth = history.actual[place - offset : place - offset + 7].sum(axis=0)
        done = history.actual[place - offset : place].sum(axis=0)
        word = ("Monday", "", "", "Thursday")[offset]
        for n, usual in _by_history(history, lived, monday + timedelta(days=offset), monday, "week"):
            _judge(reached, f"history, {word}", usual, truth[n], "week", done[n])
            if place in coming:
                estimate = Likely.of_quantiles(list(coming[place][:, n] + done[n]), least=float(done[n]))
                _judge(reached, f"estimate, {word}", estimate, truth[n], "week", done[n])
    for place in range(round(history.days * (1 - days)), history.days):
        today = history.first_day + timedelta(days=place)
        for n, likely in _by_history(history, lived, today, today, "day"):
            _judge(reached, "history, day", likely, history.actual[place, n], "day", 0.0)
    return reached


def _rest_of_weeks(history: History, places: list[int]) -> dict[int, Floats]:
    """The estimate's quantiles [5, categories] of what is left of the week, from each Monday or Thursday on."""
    enough = [place for place in places if place >= FIRST_USE]
    left = {place: 7 - (history.first_day + timedelta(days=place)).weekday() for place in enough}
    drawn = zip(enough, futures(history, enough), strict=True)
    return {place: np.quantile(paths[:, : left[place]].sum(axis=1), QUANTILES, axis=0) for place, paths in drawn}


def _lived(history: History) -> list[dict[date, Lived]]:
    tracked = history.actual.sum(axis=1)
    return [
        {
            history.first_day + timedelta(days=place): Lived(float(seconds), tracked=float(tracked[place]))
            for place, seconds in enumerate(history.actual[:, n])
        }
        for n in range(len(history.categories))
    ]


def _by_history(
    history: History, lived: list[dict[date, Lived]], today: date, start: date, period: str
) -> Iterator[tuple[int, Likely]]:
    days = [start + timedelta(days=n) for n in range(7 if period == "week" else 1)]
    for n, seen in enumerate(lived):
        known = {day: one for day, one in seen.items() if day < today}
        past = look_back(known, history.first_day, today, 0.0, "duration", period, start, days)
        if past:
            yield n, past.likely


def _judge(reached: Counts, source: str, likely: Likely, truth: float, period: str, done: float) -> None:
    usual = max(likely.quantile(0.9), 3600.0)
    for chance in CHANCES:
        more = Wished("more", "duration", period, "at_least", FAR * usual, None, likely)
        low, _ = achievable(more, chance)
        if low and low > done:
            reached[f"{source}, at least", chance].append(bool(truth >= low - 1))
        less = Wished("less", "duration", period, "at_most", None, likely.quantile(0.1) / FAR, likely)
        _, high = achievable(less, chance)
        if high is not None and likely.upto(high) < 1 and high > 0:
            reached[f"{source}, at most", chance].append(bool(truth <= high + 1))


def run(folder: Path = LOGS, *, estimates: bool = True) -> list[dict[str, str]]:
    """One row per log and way, and over all logs; the share that was reached beside the chance that was chosen."""
    rows: list[dict[str, str]] = []
    whole: Counts = defaultdict(list)
    for path in sorted(folder.glob("*.csv")):
        try:
            history = read(path)
        except ValueError as error:
            chosen = {f"chosen {chance:.0%}": "" for chance in CHANCES}
            rows.append({"log": path.stem, "way": str(error), "proposals": "", **chosen})
            continue
        counted = simulate(history, estimates=estimates)
        for key, truths in counted.items():
            whole[key] += truths
        rows += _rows(path.stem, counted)
    return rows + _rows("all logs", whole) if rows else [{"log": f"no logs in {folder}"}]


def _rows(name: str, counted: Counts) -> list[dict[str, str]]:
    return [
        {
            "log": name,
            "way": source,
            "proposals": str(len(counted[source, CHANCES[1]])),
            **{f"chosen {chance:.0%}": f"{np.mean(counted[source, chance]):.1%}" for chance in CHANCES},
        }
        for source in dict.fromkeys(source for source, _ in counted)
        if all(counted[source, chance] for chance in CHANCES)
    ]


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    print(table(run(Path(words[0]) if words else LOGS, estimates="--lightly" not in sys.argv)))
