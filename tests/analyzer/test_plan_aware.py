"""What the calendar already says of a day makes its estimate better: the demo person's life, through the warehouse.

The same engine estimates the next day once with the calendar (plans, holidays, kinds of days) and once without it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from conftest import SECRET_KEY, Server
from lifetracer.analyzer.forecast import History, backtest
from lifetracer.analyzer.forecast.empirical import pinball
from lifetracer.analyzer.records import read
from lifetracer.connector.registry import raw_streams
from lifetracer.connector.sync import sync
from lifetracer.settings import load
from lifetracer.transform.run import transform
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate
from modelled import modelled
from sandbox_process import FROZEN, start_sandbox

pytestmark = [pytest.mark.db, pytest.mark.timeout(300)]

ORIGINS = 40
"""Evenings on which the next day is estimated."""
UNUSUAL = 3600
"""Seconds by which the plan of a category differs from what the last eight such weekdays had planned."""


@pytest.fixture(scope="module")
def history(server: Server) -> Iterator[History]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        migrate(house, raw_streams())
        with house.transaction() as con:
            account = create(con, "Demo", "Europe/Berlin", "en")
        with start_sandbox(start="2025-06-01", quota=False, throttle=False) as sandbox:
            given = {"LIFETRACER_HOME": folder, "LIFETRACER_SECRET_KEY": SECRET_KEY, "DATABASE_URL": house.dsn}
            settings = load({**given, **sandbox.environment, "LIFETRACER_TOGGL_PAUSE_SECONDS": "0"})
            assert not sync(house, settings, account.account_id).error
        transform(house, settings, account.account_id, as_of=datetime.fromisoformat(FROZEN).astimezone(UTC))
        records = read(house, account.account_id)
        assert records
        chosen, _ = records.chosen()
        yield records.history(chosen, 28)


def test_days_with_unusual_plans_are_estimated_a_quarter_better_with_the_calendar(history: History) -> None:
    planned = history.planned
    assert planned is not None
    last = history.days - ORIGINS
    usual = np.array(
        [np.median([planned[day - 7 * n] for n in range(1, 9)], axis=0) for day in range(last, history.days)]
    )
    unusual = (np.abs(planned[last : history.days] - usual) >= UNUSUAL).any(axis=1)
    assert unusual.sum() >= 8, "the demo person's life has such days"
    seen = history.actual[last:]
    origins = range(last, history.days)
    with_it = pinball(backtest(history, origins, 1).model[:, 0], seen).mean(axis=2)
    blind = replace(history, planned=None, holiday=None, day_type=None)
    without = pinball(backtest(blind, origins, 1).model[:, 0], seen).mean(axis=2)
    gain = 1 - with_it[unusual].sum() / without[unusual].sum()
    assert gain >= 0.25, f"{gain:.1%}"
    assert with_it.sum() < without.sum(), "and over all days it does no harm"
