"""A plan beside the same plan at earlier days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics.shifted import Start, shifted

LOW, HIGH = 0.91, 0.99  # 300 runs of a 95 % interval, +- 3 standard errors


def start(y: np.ndarray, at: int = 150, dose: float = 1.0, size: float = 1.0, gap: int = 0) -> Start:
    return Start(y, at, gap, dose, size, np.zeros(len(y), bool))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1, 1), st.floats(0.1, 1))
def test_a_step_moves_the_effect_by_itself_and_no_placebo(seed: int, step: float, dose: float) -> None:
    y = np.random.default_rng(seed).normal(0, 0.01, 200)
    flat, moved = (shifted([start(y + s * (np.arange(200) >= 150), dose=dose)], 28, 28) for s in (0.0, step))
    assert flat is not None
    assert moved is not None
    assert moved.placebos == pytest.approx(flat.placebos)
    wanted = np.expm1(step) / dose
    if wanted > -0.9:
        assert np.expm1(moved.effect) == pytest.approx(wanted, abs=0.03 / dose * np.exp(max(step, 0)))


def test_intervals_hold_over_white_noise_and_over_a_random_walk() -> None:
    for walk in (False, True):
        held = []
        for seed in range(300):
            y = np.random.default_rng(seed).normal(0, 0.01, 240)
            told = shifted([start(np.cumsum(y) if walk else y, 200)], 28, 28)
            assert told is not None
            low, high = told.interval(0.95)
            held.append(low < 0 < high)
        assert LOW < np.mean(held) < HIGH, walk


def test_starts_that_share_their_controls_are_not_counted_twice() -> None:
    """The same series as two starts is no surer than once."""
    y = np.random.default_rng(5).normal(0, 0.01, 240)
    once, twice = shifted([start(y, 200)], 14, 14), shifted([start(y, 200), start(y, 200)], 14, 14)
    assert once is not None
    assert twice is not None
    assert twice.se == pytest.approx(once.se)


def test_larger_groups_count_more() -> None:
    rng = np.random.default_rng(1)
    ys = [rng.normal(0, 0.001, 200) + s * (np.arange(200) >= 150) for s in (0.0, 0.4)]
    told = shifted([start(ys[0], size=3.0), start(ys[1], size=1.0)], 14, 14)
    assert told is not None
    assert told.effect == pytest.approx(0.1, abs=0.01)


def test_windows_do_not_reach_across_marks() -> None:
    y = np.random.default_rng(1).normal(0, 0.01, 200)
    marks = np.zeros(200, bool)
    marks[145] = True
    assert shifted([Start(y, 150, 0, 1.0, 1.0, marks)], 14, 14) is None
    marks = np.zeros(200, bool)
    marks[60] = True
    told, free = (shifted([Start(y, 150, 0, 1.0, 1.0, m)], 14, 14) for m in (marks, np.zeros(200, bool)))
    assert told is not None
    assert free is not None
    assert len(told.placebos) == len(free.placebos) - 27


def test_too_few_placebos_and_no_noise_at_all_are_no_interval() -> None:
    rng = np.random.default_rng(1)
    assert shifted([start(rng.normal(size=60), 40)], 14, 14) is None
    assert shifted([start(np.zeros(200))], 14, 14) is None
    assert shifted([start(rng.normal(size=160))], 28, 28) is None
