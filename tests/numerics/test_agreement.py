"""Correlations of slow series."""

from __future__ import annotations

import numpy as np

from madegood.numerics.agreement import agreement


def walks(rng: np.random.Generator, weeks: int, memory: float) -> np.ndarray:
    out = np.zeros((2, weeks))
    for t in range(1, weeks):
        out[:, t] = memory * out[:, t - 1] + rng.standard_normal(2)
    return out


def test_unrelated_slow_series_are_called_related_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(1)
    out = []
    for _ in range(400):
        found = agreement(*walks(rng, 200, 0.9))
        if found is not None:
            out.append(not found.low <= 0 <= found.high)
    assert len(out) > 300
    assert np.mean(out) < 0.10


def test_a_series_and_its_noisy_image_agree() -> None:
    rng = np.random.default_rng(2)
    a = walks(rng, 200, 0.7)[0]
    found = agreement(a, a + rng.normal(0, 0.5, 200))
    assert found is not None
    assert 0.5 < found.low < found.mean < found.high <= 1


def test_few_or_constant_or_very_slow_weeks_say_nothing() -> None:
    assert agreement(np.arange(4.0), np.arange(4.0)) is None
    assert agreement(np.ones(50), np.arange(50.0)) is None
    assert agreement(np.arange(50.0), np.arange(50.0)) is None
    assert agreement(np.full(50, np.nan), np.arange(50.0)) is None
