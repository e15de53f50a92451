"""Shares by month and their trend."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.share_trends import share, trend


def test_wilson_intervals_are_those_published() -> None:
    assert share(15, 148) == pytest.approx((15 / 148, 0.0624, 0.1605), abs=1e-4)  # Newcombe 1998, table I, method 3
    assert share(0, 20)[1] == 0.0 and share(0, 20)[2] == pytest.approx(0.1611, abs=1e-4)


@pytest.mark.parametrize("unrest", [0.0, 0.4])
def test_intervals_hold_the_trend(unrest: float) -> None:
    """400 years of 12 months of 200 texts, months unquiet by so much of log odds: held in 92 of 100 or more."""
    rng, at, held = np.random.default_rng(1), np.arange(12.0), 0
    for _ in range(400):
        odds = -2.0 + 0.05 * at + rng.normal(0, unrest, 12)
        _, low, high = trend(at, rng.binomial(200, 1 / (1 + np.exp(-odds))).astype(float), np.full(12, 200.0))
        held += low <= 0.05 <= high
    assert 0.92 <= held / 400 <= 0.99


def test_all_at_once_ends_somewhere() -> None:
    slope, low, high = trend(np.arange(6.0), np.array([0.0, 0, 0, 40, 40, 40]), np.full(6, 40.0))
    assert slope > 0 and np.isfinite([low, high]).all()
