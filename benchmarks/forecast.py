"""Estimates against naive forecasts, on real logs: `python -m benchmarks.forecast FOLDER [--statsforecast]`.

The folder holds CSV files with the columns start, end and project (wall-clock times), or Toggl exports. Each file: days
are the local days from the first entry to the last one, categories the eight projects with most time; every evening of
the last 20 % of the days the next seven days are estimated, all that is learned being learned anew from what was known
by then.

*Gain* is measured against the baseline that turns out best for that log and horizon: a choice that nobody could have
made beforehand. *80 % band* is how often the truth lay between P10 and P90; where the truth is a day without and days
without reach into the band only in part, that part is counted (the randomised probability integral transform: Czado,
Gneiting and Held 2009). *Counted plainly* counts such days in full: there, a category that rests on two days of three
cannot come below 90 %, since P10 is 0 and only P90 can be missed.
"""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import table
from lifetracer.analyzer.forecast import QUANTILES, Backtest, History, backtest
from lifetracer.analyzer.forecast.empirical import BASELINES, pinball
from lifetracer.analyzer.forecast.history import FIRST_USE, Floats

TOP = 8
TESTED = 0.2
DAYS = 7
LOGS = Path(os.environ.get("BENCH_LOGS", Path(__file__).resolve().parents[2] / "shared/data/timelogs/normalized"))
HORIZONS = {"1 day": range(1), "2-7 days": range(1, DAYS)}


def _times(row: dict[str, str]) -> list[str]:
    """Start and end of a row, in our columns or in those of a Toggl export; nothing where one is missing."""
    if "start" in row:
        found = [row["start"], row["end"]]
    else:
        ending = "End" if "End date" in row else "Stop"
        found = [f"{row[f'{side} date']}T{row[f'{side} time']}".strip("T") for side in ("Start", ending)]
    return found if all(found) else []


def read(path: Path) -> History:
    """The days of a log: seconds per day and project, entries cut at midnight; running ones are left out.

    Raises:
        ValueError: it holds no entries, or no such columns.
    """
    seconds: dict[tuple[date, str], float] = defaultdict(float)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            try:
                times = [datetime.fromisoformat(words).replace(tzinfo=None) for words in _times(row)]
            except KeyError as error:
                raise ValueError(f"no column {error}") from error
            if not times:
                continue
            start, end = times
            project = row.get("project", row.get("Project", ""))
            while start < end:
                midnight = datetime.combine(start.date() + timedelta(days=1), time())
                until = min(end, midnight)
                seconds[start.date(), project] += (until - start).total_seconds()
                start = until
    if not seconds:
        raise ValueError("no entries")
    totals: dict[str, float] = defaultdict(float)
    for (_, project), spent in seconds.items():
        totals[project] += spent
    names = sorted(totals, key=lambda name: (-totals[name], name))[:TOP]
    first, last = min(day for day, _ in seconds), max(day for day, _ in seconds)
    actual = np.zeros(((last - first).days + 1, len(names)))
    for (day, project), spent in seconds.items():
        if project in names:
            actual[(day - first).days, names.index(project)] = spent
    return History(first, names, actual)


@dataclass
class Tally:
    """Losses and hits of one log and horizon."""

    ours: list[float]
    others: list[Floats]
    shared: list[float]
    plain: list[float]

    def add(self, said: Floats, nothing: Floats, others: Floats, seen: Floats) -> None:
        """Score quantiles [categories, 5] and those of the others [others, categories, 5] against what was seen."""
        self.ours.append(float(pinball(said, seen).mean()))
        self.others.append(pinball(others, seen[None, :]).mean(axis=(1, 2)))
        low, high = said[:, 0], said[:, -1]
        inside = (seen >= low) & (seen <= high)
        none = np.maximum(nothing, 1e-9)
        part = np.clip((np.minimum(none, QUANTILES[-1]) - QUANTILES[0]) / none, 0, 1)
        split = (seen == 0) & (low == 0) & (nothing > QUANTILES[0])
        self.plain.append(float(inside.mean()))
        self.shared.append(float(np.where(split, part, inside).mean()))


def score(history: History, said: Backtest, peers: dict[str, Floats]) -> dict[str, Tally]:
    """A tally per horizon; ``peers`` hold quantiles [origins, days ahead, categories, 5]."""
    found = {name: Tally([], [], [], []) for name in (*HORIZONS, "week total")}
    for i, origin in enumerate(said.origins):
        for name, ahead in HORIZONS.items():
            for h in ahead:
                if origin + h < history.days:
                    others = np.concatenate([said.baselines[i, h], *(peer[i, h][None] for peer in peers.values())])
                    found[name].add(said.model[i, h], said.nothing[i, h], others, history.actual[origin + h])
        if origin + DAYS <= history.days:
            total = history.actual[origin : origin + DAYS].sum(axis=0)
            found["week total"].add(said.week_model[i], said.week_nothing[i], said.week_baselines[i], total)
    return found


def statsforecast(history: History, origins: list[int]) -> dict[str, Floats]:
    """What AutoETS and Theta say, from an environment of their own (they bring numba)."""
    from benchmarks.first_load import peer

    question = {"actual": history.actual.tolist(), "origins": origins, "days": DAYS, "levels": QUANTILES.tolist()}
    program = Path(__file__).with_name("peers") / "statsforecast_days.py"
    done = subprocess.run(
        [peer("statsforecast"), program], input=json.dumps(question), stdout=subprocess.PIPE, text=True, check=True
    )
    return {name: np.array(quantiles) for name, quantiles in json.loads(done.stdout).items()}


def measure(path: Path, with_peers: bool = False) -> list[dict[str, Any]]:
    """One row per horizon."""
    try:
        history = read(path)
    except ValueError as error:
        return [_blank(path, str(error))]
    origins = list(range(max(FIRST_USE, math.ceil(history.days * (1 - TESTED))), history.days))
    if not origins:
        return [_blank(path, f"too short: {history.days} days")]
    said = backtest(history, origins)
    peers = statsforecast(history, origins) if with_peers else {}
    rows = []
    for horizon, tally in score(history, said, peers).items():
        if not tally.ours:  # no whole week within the tested days
            continue
        ours, others = np.mean(tally.ours), np.mean(tally.others, axis=0)
        names = [*BASELINES, *peers][: len(others)]
        best = float(others.min())
        rows.append(
            {
                "log": path.stem,
                "horizon": horizon,
                "loss, minutes": f"{ours / 60:.2f}",
                **{name: f"{loss / 60:.2f}" for name, loss in zip(names, others, strict=True)},
                **(dict.fromkeys(peers, "") if len(names) == len(BASELINES) else {}),
                "gain": f"{1 - ours / best:+.1%}" if best else "0.0%",
                "80 % band": f"{np.mean(tally.shared):.0%}",
                "counted plainly": f"{np.mean(tally.plain):.0%}",
            }
        )
    return rows


def _blank(path: Path, why: str) -> dict[str, Any]:
    """A row that says why there are no numbers."""
    names = ("loss, minutes", *BASELINES, "gain", "80 % band", "counted plainly")
    return {"log": path.stem, "horizon": why, **dict.fromkeys(names, "")}


def run(folder: Path = LOGS, with_peers: bool = False) -> list[dict[str, Any]]:
    """All logs of a folder, and the mean gain per horizon."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        return [{"log": f"no CSV files in {folder}"}]
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(2) as pool:
        rows = [row for found in pool.map(measure, files, [with_peers] * len(files)) for row in found]
    blank = dict.fromkeys(max(rows, key=len), "")
    rows = [{**blank, **row} for row in rows]
    for horizon in dict.fromkeys(row["horizon"] for row in rows if row["gain"]):
        gains = [float(row["gain"].rstrip("%")) for row in rows if row["horizon"] == horizon]
        rows.append({**blank, "log": "mean", "horizon": horizon, "gain": f"{np.mean(gains):+.1f}%"})
    return rows


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    print(table(run(Path(words[0]) if words else LOGS, "--statsforecast" in sys.argv)))
