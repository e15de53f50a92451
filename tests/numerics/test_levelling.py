"""Where curves of adoption level off."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.levelling import age_of_level, level_at


def curves(n: int, seed: int, days: int = 100) -> np.ndarray:
    rng = np.random.default_rng(seed)
    top = 1 / (1 + np.exp(-rng.normal(1.0, 0.3, n)))
    return np.asarray(top[:, None] * (1 - np.exp(-np.arange(days) / rng.normal(9, 1, n)[:, None])) + 1e-4)


def test_the_interval_of_a_young_curve_holds_where_curves_are_of_one_kind() -> None:
    held = []
    for seed in range(150):
        all_ = curves(9, seed)
        level = level_at(all_[-1, :10], all_[:-1], 60)
        assert level is not None and not level.seen
        held.append(level.low <= all_[-1, 60] <= level.high)
    assert 0.90 <= np.mean(held) <= 0.99


def test_curves_are_level_when_they_gain_less_than_a_point_a_week() -> None:
    age = age_of_level(curves(9, 1))
    assert age is not None and 25 < age < 60
    assert age_of_level(np.linspace(0, 1, 60)[None].repeat(4, axis=0)) is None


def test_an_old_curve_is_what_it_is_and_too_few_earlier_ones_say_nothing() -> None:
    all_ = curves(9, 2)
    level = level_at(all_[0], all_[1:], 60)
    assert level is not None and level.seen and level.mean == pytest.approx(all_[0, 60])
    assert level_at(all_[0, :10], all_[1:3], 60) is None
