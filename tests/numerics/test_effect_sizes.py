"""Many effects in the light of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.numerics.effect_sizes import PSEUDO, logs, posterior, weights


def world(seed: int, n: int = 2_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Effects (log), of which half are none, with estimates of unequal error."""
    rng = np.random.default_rng(seed)
    truth = np.where(rng.random(n) < 0.5, 0.0, rng.normal(0, 0.06, n))
    se = rng.uniform(0.02, 0.1, n)
    return truth, truth + se * rng.standard_normal(n), se


def test_intervals_hold_and_chances_come_true() -> None:
    truth, seen, se = world(1)
    told = posterior(seen, se, weights(seen, se), 0.01)
    assert ((told.low <= np.expm1(truth)) & (np.expm1(truth) <= told.high)).mean() == pytest.approx(0.95, abs=0.02)
    sure = told.up > 0.9
    assert (np.expm1(truth) > 0.01)[sure].mean() > 0.88
    assert told.up.mean() == pytest.approx((np.expm1(truth) > 0.01).mean(), abs=0.03)


def test_the_curse_of_the_winner_is_undone() -> None:
    """The best hundred of 2,000, in six worlds: estimated at thrice what they are, shrunk to what they are."""
    means = []
    for seed in range(6):
        truth, seen, se = world(seed)
        told, best = posterior(seen, se, weights(seen, se)), np.argsort(-seen)[:100]
        means.append([truth[best].mean(), seen[best].mean(), np.log1p(told.mean[best]).mean()])
    true, raw, shrunk = np.mean(means, axis=0)
    assert raw > 2.5 * true
    assert shrunk == pytest.approx(true, rel=0.1)


@given(st.floats(-0.5, 0.5), st.floats(0.01, 0.5))
def test_one_alone_is_drawn_toward_nothing_and_never_beyond(share: float, se: float) -> None:
    mean, error = logs(np.array([share]), np.array([se]))
    told = posterior(mean, error, PSEUDO / PSEUDO.sum(), 0.01)
    assert told.low[0] <= told.high[0]
    assert told.up[0] + told.down[0] <= 1 + 1e-9
    middle = np.log1p(told.mean[0])
    assert min(0, mean[0]) - error[0] ** 2 - 1e-9 <= middle <= max(0, mean[0]) + error[0] ** 2 + 1e-9


def test_with_nothing_known_nothing_is_claimed() -> None:
    told = posterior(np.array([0.2]), np.array([0.2]), PSEUDO / PSEUDO.sum(), 0.01)
    assert told.up[0] < 0.5
    assert told.low[0] <= 0 <= told.high[0]
