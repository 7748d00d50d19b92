"""AutoETS and Theta on days, as statsforecast answers: histories in on standard input, quantiles out."""

import json
import sys

import numpy as np
from statsforecast.models import AutoETS, AutoTheta

REACH = 200  # days they are fitted on; with more, a log takes an hour


def quantiles(model, series, days, levels):
    """Quantiles [days, levels] of one series, none below zero."""
    if not np.any(series):
        return np.zeros((days, len(levels)))
    said = model.forecast(series, h=days, level=[50, 80])
    sides = {0.1: "lo-80", 0.25: "lo-50", 0.5: "mean", 0.75: "hi-50", 0.9: "hi-80"}
    return np.maximum(np.nan_to_num(np.stack([said[sides[level]] for level in levels], axis=1)), 0.0)


def main() -> None:
    """Answer one question."""
    question = json.load(sys.stdin)
    actual, days, levels = np.array(question["actual"]), question["days"], question["levels"]
    found = {}
    for name, make in {"AutoETS": AutoETS, "Theta": AutoTheta}.items():
        found[name] = [
            [
                quantiles(make(season_length=7), actual[max(0, origin - REACH) : origin, c], days, levels)
                for c in range(actual.shape[1])
            ]
            for origin in question["origins"]
        ]
    json.dump({name: np.array(said).swapaxes(1, 2).tolist() for name, said in found.items()}, sys.stdout)


main()
