"""Contracts: the two published survival tables."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.shifted_beta import fit, leaving, survival

# Fader and Hardie 2007, table 1 (customers of 1,000 still there after so many years) and section 3.
HIGH_END = np.array([1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394.0])
REGULAR = np.array([1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173.0])


@pytest.mark.parametrize(
    ("table", "params", "loglik", "off"),
    [(HIGH_END, (0.668, 3.806), -1611.2, 0.03), (REGULAR, (0.704, 1.182), -1680.3, 0.02)],
)
def test_the_published_optima_from_seven_years_and_five_held_out(
    table: np.ndarray, params: tuple[float, float], loglik: float, off: float
) -> None:
    found = fit(np.arange(1.0, 8), -np.diff(table[:8]), np.r_[np.zeros(6), table[7]])
    assert found.params == pytest.approx(params, abs=5e-4) and found.loglik == pytest.approx(loglik, abs=0.05)
    assert not found.weak
    later = 1000 * survival(found.params, np.arange(8.0, 13))
    assert np.abs(later / table[8:] - 1).mean() < off


def test_who_stayed_longer_is_less_likely_to_leave() -> None:
    chance = leaving(np.array([0.7, 1.2]), np.arange(10.0), 1)
    assert (np.diff(chance) < 0).all() and chance[0] == pytest.approx(0.7 / 1.9)
