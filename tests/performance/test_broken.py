"""A step of one platform, two counters that part, a version switched off: found, and not where nothing broke."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from madegood.numerics.steps import overnight
from madegood.performance.broken import cutovers, one_alone, ratio_of
from madegood.performance.model import Measured, Series

FIRST = date(2025, 1, 1)
DAYS = 400


def counted(name: str, seed: int, level: float = 1000.0, metric: str = "visits") -> Measured:
    """A platform's visits: a season and weekday that all share, its own wander of .3 % a day, 3 % noise."""
    rng, t = np.random.default_rng(seed), np.arange(DAYS)
    logs = 0.2 * np.sin(2 * np.pi * t / 365) - 0.3 * (t % 7 > 4) + np.cumsum(rng.normal(0, 0.003, DAYS))
    return Measured(Series(metric, FIRST, level * np.exp(logs + rng.normal(0, 0.03, DAYS)), segment=name))


def stepped(measured: Measured, at: int, times: float) -> Measured:
    values = measured.series.values.copy()
    values[at:] *= times
    series = measured.series
    return Measured(Series(series.metric, series.first, values, segment=series.segment))


def test_a_step_of_one_platform_is_found_on_its_day() -> None:
    parts = [counted("ios", 1), stepped(counted("android", 2), 200, 0.6), counted("web", 3)]
    (found,) = one_alone(parts)
    assert abs((found.first - FIRST).days - 200) <= 1
    assert found.kind == "instrument" and found.usable_from == found.first
    assert "40 % less in android" in found.says.replace("39 %", "40 %").replace("41 %", "40 %")


def test_a_step_of_all_platforms_is_nobodys() -> None:
    assert one_alone([stepped(counted(n, i), 200, 0.6) for i, n in enumerate(["ios", "android", "web"])]) == ()


def test_a_slow_fall_of_one_platform_is_no_step() -> None:
    fall = np.exp(-0.01 / 7 * np.clip(np.arange(DAYS) - 150, 0, None))
    slow = counted("ios", 1)
    values = slow.series.values * fall
    assert one_alone([Measured(Series("visits", FIRST, values, segment="ios")), counted("web", 2)]) == ()


def test_platforms_that_wander_are_not_called_broken() -> None:
    """60 teams of three platforms, 197 series-years: one false step is borne."""
    assert sum(len(one_alone([counted(n, 10 * i + k) for k, n in enumerate("abc")])) for i in range(60)) <= 1


def test_the_counter_that_moved_is_named_when_two_part() -> None:
    tracker, payments = counted("", 4, metric="orders-tracked"), counted("", 4, metric="orders-paid")
    (found,) = ratio_of(stepped(tracker, 250, 0.7), payments)
    assert found.metric == "orders-tracked" and abs((found.first - FIRST).days - 250) <= 1
    assert "30 % less" in found.says and "orders-paid, which counts the same, went on" in found.says
    assert ratio_of(tracker, payments) == ()


def test_a_version_switched_off_is_a_cut_over_and_one_grown_out_of_is_not() -> None:
    t = np.arange(DAYS)
    off = np.where(t < 300, 500.0, 0.0)
    slow = 500.0 / (1 + np.exp((t - 250) / 15))
    versions = {"3.1": Series("v", FIRST, off), "3.0": Series("v", FIRST, slow), "4.0": Series("v", FIRST, 1000 - off)}
    (found,) = cutovers(versions)
    assert found.version == "3.1" and found.last == FIRST + timedelta(days=299)


@pytest.mark.parametrize("values", [np.zeros(200), np.full(200, np.nan), np.ones(3), np.array([])])
def test_nothing_is_found_where_there_is_nothing(values: np.ndarray) -> None:
    if len(values):
        part = Measured(Series("m", FIRST, values, segment="a"))
        assert one_alone([part, part]) == () and ratio_of(part, part) == () and cutovers({"a": part.series}) == ()
    assert overnight(values) == [] and one_alone([]) == ()
