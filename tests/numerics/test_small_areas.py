"""Many small groups together."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.small_areas import together


@pytest.mark.parametrize("spread", [0.0, 3.0, 10.0])
def test_intervals_of_groups_hold_their_own_deviation(spread: float) -> None:
    """200 worlds of 50 groups, errors from 2 to 12: 95 % intervals hold 93 to 98.5 %."""
    rng, held = np.random.default_rng(1), []
    for _ in range(200):
        errors = rng.uniform(2, 12, 50)
        truth = rng.normal(0, spread, 50)
        middle, error, _ = together(truth + rng.normal(0, errors), errors**2)
        held.append(np.abs(middle - truth) < 1.96 * error)
    assert 0.93 <= np.mean(held) <= (0.985 if spread else 1.0)


def test_a_group_nobody_answered_from_is_as_unsure_as_groups_differ() -> None:
    rng = np.random.default_rng(2)
    seen = np.append(rng.normal(0, 5, 40), np.nan)
    middle, error, spread = together(seen, np.append(np.full(40, 1.0), np.nan))
    assert abs(middle[-1]) < 2 and error[-1] == pytest.approx(np.sqrt(spread), rel=0.1) and error[0] < 1.1


def test_two_groups_are_no_many() -> None:
    with pytest.raises(ValueError, match="fewer than three"):
        together(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
