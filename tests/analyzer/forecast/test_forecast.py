"""A forecast knows no future, repeats itself, answers oddities plainly, and beats naive ones on real logs."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from lifetracer.analyzer.forecast import HORIZON, QUANTILES, Backtest, Forecast, History, backtest, forecast
from lifetracer.analyzer.forecast.empirical import pinball

MONDAY = date(2025, 1, 6)
LOGS = Path(__file__).resolve().parents[4] / "shared/data/timelogs/normalized"


def person(days: int, seed: int = 0, planned: bool = False) -> History:
    """Work on work days, sport on some, a drifting rest; nothing on every seventh day."""
    luck = np.random.default_rng(seed)
    weekday = np.arange(days) % 7
    work = np.where(weekday < 5, luck.normal(7, 1, days), 0).clip(0) * 3600
    sport = (luck.random(days) < np.where(weekday % 2 == 0, 0.7, 0.2)) * luck.uniform(1800, 5400, days)
    rest = luck.gamma(4, 1800, days) * np.linspace(1, 2, days)
    actual = np.column_stack([work, sport, rest])
    actual[weekday == 6] = 0
    plan = None
    if planned:
        plan = np.vstack([actual, actual[:HORIZON]]) if days >= HORIZON else None
    return History(MONDAY, ["Work", "Sport", "Rest"], actual, planned=plan)


def same(one: Forecast, other: Forecast) -> bool:
    """Bit for bit."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("days", "mean", "paths", "baseline")
    ) and (dict(one.reasons) == dict(other.reasons) and dict(one.choices) == dict(other.choices))


def test_equal_inputs_give_equal_bits_and_another_seed_other_paths_only() -> None:
    history = person(90)
    first = forecast(history)
    assert same(first, forecast(history))
    other = forecast(history, seed=1)
    assert np.array_equal(first.days, other.days)
    assert not np.array_equal(first.paths, other.paths)


def test_the_future_shuffled_changes_no_forecast() -> None:
    whole = person(120)
    luck = np.random.default_rng(5)
    shuffled = whole.actual.copy()
    shuffled[90:] = luck.permutation(shuffled[90:]) + luck.uniform(0, 9000, shuffled[90:].shape)
    changed = History(whole.first_day, whole.categories, shuffled)
    assert not np.array_equal(changed.actual, whole.actual)
    assert same(forecast(whole.before(90)), forecast(changed.before(90)))
    origins = [80, 88, 90]
    one, other = backtest(whole, origins), backtest(changed, origins)
    for name in Backtest.__dataclass_fields__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_the_back_test_says_what_the_forecast_of_that_evening_said() -> None:
    whole = person(100, planned=True)
    said = backtest(whole, [40, 99], horizon=HORIZON)
    for i, origin in enumerate(said.origins):
        then = forecast(whole.before(int(origin)))
        assert np.array_equal(then.days, said.model[i])
        assert np.array_equal(np.rint(then.total(0, 7)), said.week_model[i])


def test_quantiles_rise_and_stay_within_a_day() -> None:
    said = forecast(person(120))
    assert said.days.shape == (HORIZON, 3, len(QUANTILES))
    assert (np.diff(said.days, axis=2) >= 0).all()
    assert (said.days >= 0).all()
    assert (said.days <= 86400).all()
    assert (said.paths >= 0).all()
    assert (said.days == np.rint(said.days)).all()


def test_paths_keep_the_company_of_days_so_that_weeks_are_no_sum_of_quantiles() -> None:
    said = forecast(person(200))
    week = said.total(0, 7)
    assert (np.diff(week, axis=1) >= 0).all()
    assert (week[:, -1] < said.days[:7, :, -1].sum(axis=0)).all()
    assert week[0, 2] == pytest.approx(np.median(said.paths[:, :7, 0].sum(axis=1)))


def test_paths_follow_the_curves_of_each_day_and_the_week() -> None:
    said = forecast(person(200), paths=2000)
    apart = np.median(said.paths, axis=0) - said.days[:, :, 2]
    assert np.abs(apart[:, :2]).max() < 900
    assert (np.abs(apart[:, 2]) < 0.2 * said.days[:, 2, 2].max()).all()  # it grows: past weeks, moved, say a bit more


def test_days_that_lean_on_each_other_make_wider_weeks() -> None:
    luck = np.random.default_rng(3)
    mood = np.zeros(300)
    for i in range(1, 300):
        mood[i] = 0.9 * mood[i - 1] + luck.normal()
    clinging = (14400 + 3000 * mood + luck.normal(0, 1000, 300)).clip(0)
    mixed = luck.permutation(clinging)
    wide, narrow = (forecast(History(MONDAY, ["A"], values[:, None])).total(7, 14)[0] for values in (clinging, mixed))
    assert wide[-1] - wide[0] > 1.5 * (narrow[-1] - narrow[0])


@pytest.mark.parametrize("days", [0, 1, 6])
def test_too_little_history_is_said(days: int) -> None:
    said = forecast(person(days))
    assert said.status == "too_little_history"
    assert said.days.shape == (0, 3, 5)
    assert said.paths.shape[0] == 0
    assert not said.choices


@pytest.mark.parametrize("days", [7, 8, 9, 13, 15, 29])
def test_sensible_from_the_eighth_day_on(days: int) -> None:
    history = person(days)
    said = forecast(history)
    assert said.status == "ok"
    assert np.isfinite(said.days).all()
    assert np.isfinite(said.paths).all()
    most = history.actual.max(axis=0)
    assert (said.days[:, :, 2] <= most).all()
    assert all(choice.code == "too_early" or choice.tested > 0 for choice in said.choices.values())


def test_no_categories() -> None:
    said = forecast(History(MONDAY, [], np.empty((30, 0))))
    assert said.status == "no_categories"


def test_one_category() -> None:
    history = person(60)
    said = forecast(History(MONDAY, ["Work"], history.actual[:, :1]))
    assert said.status == "ok"
    weekend = [h for h in range(HORIZON) if (60 + h) % 7 >= 5]
    workday = [h for h in range(HORIZON) if (60 + h) % 7 < 5]
    assert said.days[weekend, 0, 2].max() < 1800
    assert said.days[workday, 0, 2].min() > 4 * 3600


def test_all_zeros() -> None:
    said = forecast(History(MONDAY, ["A", "B"], np.zeros((100, 2))))
    assert not said.days.any()
    assert not said.paths.any()
    assert {choice.code for choice in said.choices.values()} == {"only_zeros"}
    assert not any(choice.is_model for choice in said.choices.values())


def test_constant_days() -> None:
    said = forecast(History(MONDAY, ["A"], np.full((100, 1), 3600.0)))
    assert (said.days == 3600).all()
    assert (said.total(0, 7) == 7 * 3600).all()


@pytest.mark.parametrize("known", [True, False])
def test_a_year_of_gap(known: bool) -> None:
    before, after = person(98), person(30, seed=2)
    actual = np.vstack([before.actual, np.zeros((364, 3)), after.actual])
    complete = np.ones(len(actual), dtype=bool)
    complete[98:462] = known
    said = forecast(History(MONDAY, before.categories, actual, known=complete))
    assert said.status == "ok"
    assert np.isfinite(said.days).all()
    workday = [h for h in range(7) if (492 + h) % 7 < 5]
    assert said.days[workday, 0, 2].min() > 2 * 3600  # what came after the gap speaks


def test_only_a_gap_remains_when_no_recent_day_is_known() -> None:
    history = person(460)
    known = np.arange(460) < 30
    said = forecast(History(MONDAY, history.categories, history.actual, known=known))
    assert said.status == "ok"
    assert np.isfinite(said.days).all()


def odd_lives() -> dict[str, History]:
    """Lives of the shapes that other people's logs have, by name."""
    luck = np.random.default_rng(8)
    days, hour = 45, 3600.0
    weekday, some = np.arange(days) % 7, luck.gamma(2, 1800, (days, 2))
    nights = np.where(np.arange(days) % 4 < 3, 8 * hour, 0)  # cut at midnight: two hours before it, six after it
    started = np.zeros((days, 2))
    started[-1] = [hour, 14 * hour]
    missing = np.where(luck.random((days, 2)) < 0.1, np.nan, some)
    lengths = np.full(days + HORIZON, 24 * hour)
    lengths[[days + 1, days + 3]] = 23 * hour, 25 * hour
    unlike = np.zeros((days + HORIZON, 2))
    unlike[days + 2 :] = 200 * hour
    shapes = {
        "weekends only": np.where(weekday[:, None] > 4, some, 0),
        "night shifts": np.column_stack([nights * 0.25, np.roll(nights, 1) * 0.75]),
        "began yesterday": started,
        "one whole day": np.eye(days)[:, 20:21] * 24 * hour,
        "every other day whole": np.where(np.arange(days)[:, None] % 2, 24 * hour, 0),
        "forty categories in ten days": luck.gamma(1, 600, (10, 40)) * (luck.random((10, 40)) < 0.3),
        "eight days": some[:8],
        "some days missing": missing,
    }
    found = {name: History(MONDAY, [str(c) for c in range(one.shape[1])], one) for name, one in shapes.items()}
    found["clocks change"] = History(MONDAY, ["A"], np.full((days, 1), 24 * hour), day_seconds=lengths)
    found["a plan unlike all others"] = History(MONDAY, ["A", "B"], some, planned=unlike)
    return found


@pytest.mark.parametrize("name", odd_lives())
def test_odd_lives_are_answered_within_the_day(name: str) -> None:
    history = odd_lives()[name]
    said = forecast(history, horizon=7, paths=60)
    assert said.status == "ok"
    longest = np.full(7, 86400.0) if history.day_seconds is None else history.day_seconds[history.days :][:7]
    for many in (said.days, said.paths.transpose(1, 2, 0), said.baseline, said.mean[..., None]):
        assert np.isfinite(many).all()
        assert (many >= 0).all()
        assert (many <= longest[:, None, None] + 1e-6).all()
    assert (np.diff(said.days, axis=2) >= 0).all()
    assert (np.diff(said.total(0, 7), axis=1) >= 0).all()
    assert all(np.isfinite(part.seconds) for of_days in said.reasons.values() for parts in of_days for part in parts)


def test_entries_that_overlap_may_fill_more_than_the_day_once_they_did() -> None:
    actual = np.full((60, 2), 30 * 3600.0)
    actual[:50, 0] = actual[:, 1] = 20 * 3600
    said = backtest(History(MONDAY, ["Twice", "Once"], actual), [50, 60])
    assert said.model[0].max() <= 86400, "what is still to come is not known"
    assert said.model[1, 0, 0, -1] > 25 * 3600
    assert said.model[1, :, 1].max() <= 86400


def test_values_that_are_no_numbers_count_as_unknown() -> None:
    history = person(60)
    actual = history.actual.copy()
    actual[40] = np.nan
    assert np.isfinite(forecast(History(MONDAY, history.categories, actual)).days).all()


def loss_on_unusual_days(history: History, unusual: np.ndarray, origins: list[int]) -> float:
    said = backtest(history, origins)
    losses = [
        pinball(said.model[i, h], history.actual[origin + h]).mean()
        for i, origin in enumerate(origins)
        for h in range(7)
        if origin + h < history.days and unusual[origin + h]
    ]
    return float(np.mean(losses))


def test_unusual_plans_are_foreseen() -> None:
    luck = np.random.default_rng(1)
    days, rows = 240, 240 + HORIZON
    weekday = np.arange(rows) % 7
    plan = np.zeros((rows, 3))
    plan[weekday < 5, 0] = 8 * 3600
    plan[np.isin(weekday, [1, 3]), 1] = 5400
    unusual = luck.random(rows) < 0.15
    plan[unusual, 0], plan[unusual, 1] = luck.choice([0, 3 * 3600], unusual.sum()), 3 * 3600
    done = plan * luck.normal(0.9, 0.15, plan.shape) * (luck.random(plan.shape) > 0.1)
    done[:, 2] = (14 * 3600 - done[:, :2].sum(axis=1)).clip(0) * luck.beta(4, 4, rows)
    done = done.clip(0)
    origins = list(range(192, days, 3))
    names = ["Work", "Sport", "Rest"]
    blind = loss_on_unusual_days(History(MONDAY, names, done[:days]), unusual, origins)
    aware = loss_on_unusual_days(History(MONDAY, names, done[:days], planned=plan), unusual, origins)
    assert aware < 0.75 * blind
    trip = forecast(History(MONDAY, names, done[:days], planned=plan))
    day = next(h for h in range(HORIZON) if unusual[days + h] and weekday[days + h] < 5)
    codes = {reason.code for reason in trip.reasons["Work"][day]}
    assert "plan" in codes


def test_reasons_add_up_to_what_is_expected() -> None:
    said = forecast(person(150))
    assert {choice.is_model for choice in said.choices.values()} >= {True}
    for c, name in enumerate(said.categories):
        for h in range(HORIZON):
            parts = sum(reason.seconds for reason in said.reasons[name][h])
            assert parts == pytest.approx(said.mean[h, c], abs=1200)
    sunday = next(h for h in range(7) if (150 + h) % 7 == 6)
    effects = {reason.code: reason.seconds for reason in said.reasons["Rest"][sunday]}
    assert effects["weekday"] < -3600


def test_holidays_are_like_sundays() -> None:
    history = person(200)
    holiday = np.zeros(228, dtype=bool)
    holiday[203] = True  # a Wednesday after the last day
    holiday[[72, 114, 156]] = True
    actual = history.actual.copy()
    actual[[72, 114, 156]] = 0
    usual = forecast(History(MONDAY, history.categories, actual))
    free = forecast(History(MONDAY, history.categories, actual, holiday=holiday))
    wednesday = next(h for h in range(7) if (200 + h) % 7 == 203 % 7)
    assert wednesday == 3
    assert free.days[3, 0, 2] < 0.5 * usual.days[3, 0, 2]
    assert "holiday" in {reason.code for reason in free.reasons["Work"][3]}


def test_a_baseline_answers_where_it_is_better_by_more_than_chance() -> None:
    period = np.tile([0, 0, 0, 0, 0, 0, 36000.0], 30)[:, None]
    said = forecast(History(MONDAY, ["A"], period))
    choice = said.choices["A"]
    assert choice.code == "baseline_better"
    assert not choice.is_model
    assert choice.method == choice.best_baseline == "weekdays_4"
    assert np.array_equal(said.days, said.baseline)
    assert choice.baseline_loss < choice.model_loss


@pytest.mark.skipif(not LOGS.is_dir(), reason="no real logs in ../shared/data")
def test_a_real_log_is_foreseen_better_than_by_its_best_baseline() -> None:
    root = Path(__file__).resolve().parents[3]
    log = LOGS / "stefan_2021_2022.csv"
    program = f"from pathlib import Path; from benchmarks.forecast import measure; print(measure(Path({str(log)!r})))"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    rows = ast.literal_eval(done.stdout)
    gain = {row["horizon"]: float(row["gain"].rstrip("%")) for row in rows}
    assert gain["1 day"] >= 5
    assert gain["2-7 days"] >= 2
    assert gain["week total"] >= 2
    assert 76 <= int(rows[0]["80 % band"].rstrip("%")) <= 84
