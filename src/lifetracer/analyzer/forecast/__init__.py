"""Estimates of the days to come, from plain arrays: quantiles, joint paths, who answers and why.

Law: numbers in, numbers out; no clock, no warehouse, no words.
"""

from lifetracer.analyzer.forecast.engine import backtest, forecast, futures
from lifetracer.analyzer.forecast.history import (
    HORIZON,
    QUANTILES,
    Backtest,
    Choice,
    Forecast,
    History,
    Reason,
)

__all__ = [
    "HORIZON",
    "QUANTILES",
    "Backtest",
    "Choice",
    "Forecast",
    "History",
    "Reason",
    "backtest",
    "forecast",
    "futures",
]
