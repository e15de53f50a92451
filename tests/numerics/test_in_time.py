"""Placebos in time: laws of the changes, and how rare a change is where nothing happened."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from madegood.numerics.in_time import as_large, changes

SERIES = arrays(np.float64, st.integers(12, 60), elements=st.floats(-100, 100))


@given(SERIES, st.integers(1, 5), st.integers(1, 5), st.integers(0, 3))
def test_a_change_is_the_mean_after_less_the_mean_before(y: np.ndarray, before: int, after: int, gap: int) -> None:
    found = changes(y, before, after, gap)
    for at in range(len(y)):
        inside = at >= before and at + gap + after <= len(y)
        assert np.isfinite(found[at]) == inside
        if inside:
            plain = y[at + gap : at + gap + after].mean() - y[at - before : at].mean()
            assert found[at] == pytest.approx(plain, abs=1e-9)


@given(SERIES, st.floats(-5, 5))
def test_the_level_does_not_matter(y: np.ndarray, level: float) -> None:
    assert np.allclose(changes(y, 3, 3), changes(y + level, 3, 3), equal_nan=True)


def test_a_mean_with_too_few_known_is_not_known() -> None:
    y = np.arange(40.0)
    y[20:24] = np.nan
    found = changes(y, 7, 7)
    assert np.isnan(found[20]) and np.isfinite(found[30])
    assert as_large(found, 20, 7) == (1.0, 0) and as_large(found, 99, 7) == (1.0, 0)


def test_where_nothing_happened_a_change_is_rare_as_often_as_it_says() -> None:
    """In 600 wandering series a share of 5 % or less comes one time in twenty."""
    rare = []
    for seed in range(600):
        rng = np.random.default_rng(seed)
        y = np.cumsum(rng.normal(0, 0.01, 300)) + 0.05 * rng.standard_t(3, 300)
        share, dates = as_large(changes(y, 7, 7), int(rng.integers(20, 280)), 7)
        assert dates >= 260
        rare.append(share <= 0.05)
    assert 0.03 <= np.mean(rare) <= 0.07  # 600 draws of .05, two standard errors


def test_a_jump_is_larger_than_the_changes_of_all_other_dates() -> None:
    y = np.random.default_rng(1).normal(0, 0.1, 200)
    y[100:] += 1.0
    share, dates = as_large(changes(y, 7, 7), 100, 7)
    assert share == pytest.approx(1 / (1 + dates))
