"""The scan for slow falls: weekly means, the wander, the range of the onset."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.erosion import falls, wander, weekly


def test_weekly_means_have_no_weekday_in_them() -> None:
    days = np.arange(7 * 40)
    means, errors = weekly(5.0 - 0.7 * (days % 7 > 4))
    assert np.ptp(means) < 1e-9 and np.nanmax(errors) < 1e-9


def test_a_week_with_fewer_than_four_days_is_a_gap() -> None:
    values = np.ones(70)
    values[-10:-3] = np.nan
    assert np.isnan(weekly(values)[0]).tolist()[-2:] == [False, True]


@pytest.mark.parametrize(("walk", "noise"), [(0.02, 0.0), (0.02, 0.03), (0.0, 0.03)])
def test_the_wander_is_read_apart_from_the_noise(walk: float, noise: float) -> None:
    """Mean of 60 readings of two years each: within a quarter of the truth, or of the noise where there is none."""
    rng = np.random.default_rng(8)
    read = [w.q for _ in range(60) if (w := wander(np.cumsum(rng.normal(0, walk, 105)) + rng.normal(0, noise, 105)))]
    assert np.mean(read) == pytest.approx(walk**2, abs=0.25 * max(walk**2, noise**2))


def test_a_few_weeks_say_nothing() -> None:
    assert wander(np.arange(20.0)) is None
    assert falls(-np.arange(20.0), np.ones(20)) == []


def test_the_range_holds_the_onset_of_planted_falls() -> None:
    """30 ramps of 1 % a week in levels that wander 0.4 % a week: the 95 % range holds the onset in 26 or more."""
    rng = np.random.default_rng(9)
    held = found = 0
    for _ in range(30):
        weeks = np.cumsum(rng.normal(0, 0.004, 150)) + rng.normal(0, 0.01, 150)
        weeks[100:] -= 0.01 * np.arange(50)
        for fall in falls(weeks, np.full(150, 0.01)):
            if fall.end > 110:
                found += 1
                held += fall.onset_low - 1 <= 100 <= fall.onset_high + 1
                break
    assert found >= 29 and held >= 26
