"""The climb: to the top, from anywhere, and honest about tops that are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats

from madegood.numerics.newton import Fit, Floats, by_gradient, climb, count


def gamma_like(at: Floats) -> tuple[float, Floats]:
    """A hill with its top at the parameters 2 and 30."""
    off = at - np.log([2.0, 30.0])
    bend = np.array([[3.0, 1.0], [1.0, 2.0]])
    return float(-np.cosh(off).sum() - off @ bend @ off), np.asarray(-np.sinh(off) - 2 * bend @ off)


@given(floats(-4, 4), floats(-4, 8))
@settings(deadline=None)
def test_the_top_is_found_from_anywhere(a: float, b: float) -> None:
    found = climb(by_gradient(gamma_like), np.exp([a, b]), 1.0)
    assert found.params == pytest.approx([2.0, 30.0], rel=1e-5)
    assert found.covariance == pytest.approx(np.linalg.inv([[7.0, 2.0], [2.0, 5.0]]), rel=1e-4)
    assert not found.weak


def test_a_ridge_is_said_to_be_one() -> None:
    """Only the sum of the two logs matters."""

    def ridge(at: Floats) -> tuple[float, Floats]:
        return float(-((at.sum() - 1) ** 2)), np.full(2, -2 * (at.sum() - 1))

    assert "the data do not tell all parameters apart" in climb(by_gradient(ridge), np.ones(2), 1.0).weak


def test_a_parameter_without_a_top_runs_off_and_is_said_to() -> None:
    def slope(at: Floats) -> tuple[float, Floats]:
        return float(-np.exp(-at[0]) - at[1] ** 2), np.array([np.exp(-at[0]), -2 * at[1]])

    assert climb(by_gradient(slope), np.ones(2), 1.0).weak


def test_a_number_has_the_error_of_chance_and_of_its_parameter() -> None:
    """100 of chance 1/2: variance 25; the log of p known to .1: 100 x .5 x .1 = 5, variance 25."""
    fit = Fit(np.array([0.5]), 0.0, np.zeros(1), np.array([[0.01]]), 1)
    number, error = count(lambda p: np.full(1, p[0]), fit, np.array([100.0]))
    assert (number, error) == (pytest.approx(50), pytest.approx(np.sqrt(50), rel=1e-6))
