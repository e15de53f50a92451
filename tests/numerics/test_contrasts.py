"""Groups that chose: how alike they are, what is left, and what would undo it."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.contrasts import adjusted, balance, e_value, partial, robustness


def sums(*groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n, means and covariances of groups of rows."""
    n = np.array([len(g) for g in groups], float)
    return n, np.array([g.mean(0) for g in groups]), np.array([np.cov(g.T) for g in groups])


def test_groups_of_one_kind_are_in_balance_and_unlike_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 3_000, 4))
    assert balance(*sums(*x)[1:]).holds
    x[1, :, 2] += 0.4
    told = balance(*sums(*x)[1:])
    assert not told.holds
    assert told.each[2] == pytest.approx(0.4, abs=0.06)
    assert told.apart == pytest.approx(0.4, abs=0.06)
    x[1, :, 2] = 2 * rng.standard_normal(3_000)
    assert not balance(*sums(*x)[1:]).holds  # four times the variance


def test_small_differences_that_add_up_are_found() -> None:
    """Six covariates each .15 apart: each alone is within the limits, together they are .37 apart."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((2, 5_000, 6))
    x[1] += 0.15
    told = balance(*sums(*x)[1:])
    assert (np.abs(told.each) < 0.25).all()
    assert told.apart == pytest.approx(0.15 * np.sqrt(6), abs=0.05)
    assert not told.holds


def test_a_covariate_that_never_varies_and_differs_is_no_balance() -> None:
    x = np.random.default_rng(3).standard_normal((2, 100, 2))
    x[:, :, 1] = [[0.0], [1.0]]
    assert not balance(*sums(*x)[1:]).holds


def test_the_adjusted_effect_is_that_of_a_regression_of_the_others() -> None:
    rng = np.random.default_rng(4)
    x = [rng.standard_normal((n, 2)) + 0.1 * i for i, n in enumerate((400, 150))]
    y = [2 + a @ np.array([0.7, -0.2]) + 0.5 * i + rng.standard_normal(len(a)) for i, a in enumerate(x)]
    told = adjusted(*sums(*(np.column_stack([b, a]) for a, b in zip(x, y, strict=True))))
    design = np.column_stack([np.ones(400), x[0]])
    slope = np.linalg.lstsq(design, y[0], rcond=None)[0]
    assert told.difference == pytest.approx(y[1].mean() - np.r_[1, x[1].mean(0)] @ slope, abs=1e-9)


def test_its_intervals_hold() -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        x = [rng.standard_normal((n, 2)) + 0.1 * i for i, n in enumerate((300, 200))]
        y = [2 + a @ np.array([0.7, -0.2]) + 0.5 * i + rng.standard_normal(len(a)) for i, a in enumerate(x)]
        told = adjusted(*sums(*(np.column_stack([b, a]) for a, b in zip(x, y, strict=True))))
        inside += abs(told.difference - 0.5) < 1.96 * told.se
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


def test_robustness_and_e_values_are_as_published() -> None:
    """Darfur, Cinelli and Hazlett 2020, table 1: t 4.184, 783: RV 13.9 %. VanderWeele and Ding 2017: 3.9 -> 7.26."""
    assert robustness(4.184, 783) == pytest.approx(0.139, abs=1e-3)
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(7.26, abs=0.005)


def test_the_strongest_covariate_is_named() -> None:
    rng = np.random.default_rng(6)
    x = rng.standard_normal((8_000, 3))
    met = rng.random(8_000) < 1 / (1 + np.exp(-x[:, 1]))
    y = x @ np.array([1.0, 0.8, 0.0]) + rng.standard_normal(8_000)
    rows = np.column_stack([y, x])
    part, name = partial(*sums(rows[~met], rows[met]), ("a", "b", "c"))
    assert name == "b"
    assert 0.1 < part < 0.3
