"""Signs of another way of counting, and what is no sign of it."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.changes import grid_of, noise_breaks, quantile, roundings, small_ratios, units

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("times", [10, 0.1])
def test_a_noise_that_changes_tenfold_is_dated_to_the_day(times: float) -> None:
    noise = RNG.normal(0, 0.02, 400)
    noise[170:] *= times
    (change,) = noise_breaks(4 + noise if times > 1 else 4 + 5 * noise)
    assert change.kind == "noise" and abs(change.at - 170) <= 2
    assert 0.5 < change.size / times < 2


def test_noise_of_one_person_stays_when_there_are_fewer() -> None:
    base = np.where(np.arange(400) < 200, 100_000, 50)
    share = RNG.binomial(base, 0.3) / base
    assert noise_breaks(share) != []
    assert noise_breaks(share, base.astype(float)) == []


def test_a_jump_of_the_level_is_no_change_of_unit_unless_it_is_a_power_of_ten() -> None:
    values = 50 + RNG.normal(0, 1, 100)
    assert units(np.where(np.arange(100) < 50, values, values * 40)) == []
    (change,) = units(np.where(np.arange(100) < 50, values, values / 1000))
    assert change.at == 50 and change.size == pytest.approx(1e-3)


def test_small_values_do_not_lie_on_large_grids() -> None:
    assert grid_of(np.array([3.0, 2.0, 7.0])) == 1.0
    assert roundings(np.concatenate((RNG.poisson(3, 100), RNG.poisson(80, 100))).astype(float)) == []


def test_ratios_of_few_cases_are_told_from_means_of_many() -> None:
    few = RNG.integers(1, 60, 500) / RNG.integers(1, 20, 500)
    assert small_ratios(np.floor(few * 1e4) / 1e4) > 0.95
    assert small_ratios(np.round(4 + 0.3 * RNG.random(500), 4)) < 0.1


def test_a_quantile_leaves_out_what_is_not_known() -> None:
    windows = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 5.0]])
    out = quantile(windows, 0.5, 2)
    assert out[0] == 2.0 and np.isnan(out[1])
