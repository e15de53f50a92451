"""The filter and smoother against the same algebra spelled out with dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics.statespace import covariance, gains, innovations, smooth, spread, whiten

EXACT = 1e-8  # float64 through a 60 x 60 solve


def world(seed: int, missing: float = 0.1) -> tuple[tuple[float, float, float], np.ndarray, np.ndarray, np.ndarray]:
    """Parameters, noise variances (infinite where missing), columns, and the dense covariance of the known days."""
    rng = np.random.default_rng(seed)
    theta = (float(np.exp(rng.uniform(-6, 2))), float(rng.uniform(0.02, 3)), float(rng.uniform(0.3, 0.95)))
    noise = rng.uniform(0.4, 3.0, 60)
    noise[rng.random(60) < missing] = np.inf
    known = np.isfinite(noise)
    columns = rng.normal(size=(60, 4)) * known[:, None]
    dense = covariance(*theta, 60)[np.ix_(known, known)] + np.diag(noise[known])
    return theta, noise, columns, dense


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_whitened_columns_have_the_inner_products_of_generalised_least_squares(seed: int) -> None:
    theta, noise, columns, dense = world(seed)
    known = np.isfinite(noise)
    w = whiten(gains(*theta, noise), columns)
    wanted = columns[known].T @ np.linalg.solve(dense, columns[known])
    assert np.abs(w.T @ w - wanted).max() < EXACT * np.abs(wanted).max()
    assert float(gains(*theta, noise).logdet) == pytest.approx(np.linalg.slogdet(dense)[1], abs=EXACT)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_smoother_gives_the_inverse_covariance_times_a_column_and_its_diagonal(seed: int) -> None:
    theta, noise, columns, dense = world(seed)
    known, g = np.isfinite(noise), gains(*theta, noise)
    u, diagonal = smooth(g, innovations(g, columns))
    assert np.abs(u[known] - np.linalg.solve(dense, columns[known])).max() < EXACT
    assert np.abs(diagonal[known] - np.diag(np.linalg.inv(dense))).max() < EXACT
    assert not u[~known].any()


def test_a_free_day_takes_up_any_step_there() -> None:
    theta, noise, columns, _ = world(5, missing=0.0)
    free = np.zeros(60, bool)
    free[30] = True
    step = (np.arange(60) >= 30).astype(float)
    g = gains(*theta, noise, free)
    w = whiten(g, np.column_stack([columns[:, 0], columns[:, 0] + 7 * step]))
    assert np.abs(w[:, 0] - w[:, 1]).max() < 1e-3  # FREE is large, not infinite


@given(st.integers(0, 10_000))
def test_spread_is_the_covariance_times_the_weights(seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=25)
    wanted = covariance(0.3, 0.7, 0.8, 25) @ weights
    assert np.abs(spread(0.3, 0.7, 0.8, weights) - wanted).max() < EXACT
