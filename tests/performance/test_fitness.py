"""Did tracking break before customers left? What is said of a series, and how rarely it is said wrongly."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.intent.model import Metric
from madegood.performance.fitness import unfit
from madegood.performance.measure import measure
from madegood.performance.model import Floats, Measured, Series

FIRST = date(2025, 1, 1)
DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[2] / ".." / "shared" / "data"))


def said(values: Floats, on: date | None = None, lag: int = 0) -> dict[str, list[str]]:
    """Kind -> what is said."""
    series = Series("m", FIRST, np.asarray(values, dtype=float))
    out: dict[str, list[str]] = {}
    for f in unfit(series, on or series.last, lag):
        out.setdefault(f.kind, []).append(f.says)
    return out


def flow(days: int, seed: int = 3) -> Floats:
    rng = np.random.default_rng(seed)
    week = 1 - 0.4 * (np.arange(days) % 7 > 4)
    return rng.poisson(400 * week * np.exp(rng.normal(0, 0.08, days))).astype(float)


def test_a_healthy_series_has_nothing_said_of_it() -> None:
    assert said(flow(300)) == {}


def test_a_series_of_a_few_days_is_short() -> None:
    assert set(said(flow(20))) == {"short"}
    assert set(said(np.array([5.0]))) == {"short"}


def test_a_series_without_a_value_has_nothing_to_say() -> None:
    assert said(np.full(30, np.nan)) == {}


def test_a_metric_that_stopped_coming_is_dead_and_says_since_when() -> None:
    found = said(flow(200), on=FIRST + timedelta(days=260))
    assert "61 days before" in found["dead"][0]
    assert "dead" not in said(flow(200), on=FIRST + timedelta(days=205))


def test_a_conversion_is_not_dead_while_its_window_is_open() -> None:
    assert "dead" not in said(flow(200), on=FIRST + timedelta(days=199 + 28), lag=28)


def test_a_metric_that_stands_still_is_dead_when_it_never_did_before() -> None:
    values = flow(300)
    values[270:] = 417
    assert "417 on every day" in said(values)["dead"][0]


def test_a_rating_that_stands_still_for_months_is_alive() -> None:
    rng = np.random.default_rng(5)
    values = np.repeat(4.4 + np.cumsum(rng.choice([-0.01, 0.01], 12)), 40)
    assert "dead" not in said(values)


def test_long_gaps_each_get_a_word_and_short_ones_share_one() -> None:
    values = flow(300)
    values[[20, 50]] = np.nan
    values[100:140] = np.nan
    words = said(values)["gap"]
    assert len(words) == 2 and any(w.startswith("40 days are missing") for w in words)


def test_a_metric_read_every_week_has_no_gaps() -> None:
    values = np.full(700, np.nan)
    values[::7] = flow(100)
    assert "gap" not in said(values)


def test_values_that_become_ratios_of_a_few_are_another_instrument() -> None:
    rng = np.random.default_rng(2)
    smooth = np.round(4.2 + np.cumsum(rng.normal(0, 0.002, 300)), 4)
    few = np.floor(1e4 * rng.integers(20, 45, 100) / rng.integers(8, 12, 100)) / 1e4
    found = said(np.concatenate((smooth, few)))["instrument"]
    assert "fewer than 20 cases" in found[0] and "28 Oct 2025" in found[0]


def test_shares_that_become_percent_are_another_unit() -> None:
    rng = np.random.default_rng(2)
    share = 0.4 + rng.normal(0, 0.02, 300)
    share[150:] *= 100
    assert "100 times larger" in said(share)["instrument"][0]


def test_a_rounding_that_ends_is_said_and_leaves_all_of_it_usable() -> None:
    values = flow(300) + 5000
    values[:150] = np.round(values[:150], -1)
    series = Series("m", FIRST, values)
    found = [f for f in unfit(series, series.last) if f.kind == "instrument"]
    assert "rounded finer" in found[0].says and found[0].usable_from is None


def test_events_that_fire_twice_make_even_counts() -> None:
    values = flow(300)
    values[150:] *= 2
    assert any("rounded coarser" in w for w in said(values)["instrument"])


@pytest.mark.parametrize("world", ["growth", "viral", "launch", "fading", "wander", "bursts"])
def test_what_people_do_is_not_another_instrument(world: str) -> None:
    rng = np.random.default_rng(11)
    t = np.arange(600)
    level = {
        "growth": np.exp(np.log(1e4) * t / 600),
        "viral": np.where(t < 300, 50.0, 2000.0),
        "launch": 100 * (1 + 20 * np.exp(-np.maximum(t - 300, 0) / 20) * (t >= 300)),
        "fading": np.where(t < 300, 800.0, 4.0),
        "wander": 300 * np.exp(np.cumsum(rng.normal(0, 0.03, 600))),
        "bursts": 100 * (1 + rng.pareto(1.5, 600)),
    }[world]
    values = rng.poisson(level * np.exp(rng.normal(0, 0.1, 600))).astype(float)
    assert "instrument" not in said(values)


def real(name: str) -> list[tuple[date, float]]:
    path = DATA / "activitywatch" / "metrics_daily.csv"
    if not path.exists():
        pytest.skip(f"no real data at {path}; set MADEGOOD_DATA")
    with path.open() as file:
        rows = [(date.fromisoformat(r["date"]), float(r["value"])) for r in csv.DictReader(file) if r["metric"] == name]
    return sorted(rows)


def test_a_real_rating_that_crashed_only_changed_its_instrument(store: Store) -> None:
    rows = real("android_rating")
    for day, value in rows:
        store.execute("insert into daily (metric, day, value) values ('rating', ?, ?)", (day, value))
    measured = measure(Metric("rating"), store, rows[-1][0])
    assert isinstance(measured, Measured) and measured.series.grain == "rate"
    found = [f for f in measured.fitness if f.kind == "instrument"]
    assert [f.usable_from for f in found] == [date(2026, 2, 1)]


@pytest.mark.parametrize(
    ("name", "grain", "missing"),
    [
        ("firefox_extension_daily_users", None, {158, 84}),
        ("downloads_cumulative", "flow", {7}),
        ("android_active_installs", "stock", set()),
    ],
)
def test_real_gaps_and_grains_are_seen(name: str, grain: str | None, missing: set[int], store: Store) -> None:
    rows = real(name)
    for day, value in rows:
        store.execute("insert into daily (metric, day, value) values (?, ?, ?)", (name, day, value))
    measured = measure(Metric(name), store, rows[-1][0])
    assert isinstance(measured, Measured)
    lengths = {(f.last - f.first).days + 1 for f in measured.fitness if f.kind == "gap"}
    assert missing <= lengths
    assert grain in (None, measured.series.grain)
    assert "instrument" not in {f.kind for f in measured.fitness}


def test_fitness_comes_newest_first(daily: Callable[..., Store]) -> None:
    values = [None if 50 <= i < 70 or 200 <= i < 230 else v for i, v in enumerate(flow(300))]
    measured = measure(Metric("m"), daily(values), FIRST + timedelta(days=299))
    assert isinstance(measured, Measured)
    days = [f.last for f in measured.fitness]
    assert days == sorted(days, reverse=True) and len(days) == 2
