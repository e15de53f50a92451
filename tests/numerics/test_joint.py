"""The joint fit on made-up series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.joint import MODELS, PRIOR, detectable, fit, instead, quantile, rises, step_error

COVERED = (0.86, 1.0)  # 120 steps: 95 % within three standard errors of 2 points, a little wide on purpose


def world(seed: int, days: int = 300, drift: float = 0.012) -> np.ndarray:
    """A wandering log level with daily noise of 5 %."""
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, drift, days)) + 0.05 * rng.standard_t(4, days)


def steps(days: int, at: list[int]) -> np.ndarray:
    return (np.arange(days)[:, None] >= np.array(at)[None, :]).astype(float)


def test_there_are_108_kinds_of_noise() -> None:
    assert MODELS.shape == (108, 3) and PRIOR.shape == (108,)


def test_intervals_hold_the_truth_of_planted_steps() -> None:
    inside = []
    for seed in range(20):
        at = sorted(np.random.default_rng(seed).choice(np.arange(20, 280), 6, replace=False).tolist())
        truth = np.random.default_rng(seed).choice([0.0, 0.1, -0.2], 6)
        x = steps(300, at)
        found = fit(world(seed) + x @ truth, np.ones((300, 1)), x)
        inside += (np.abs(found.beta - truth) < quantile(0.95) * found.se).tolist()
    assert COVERED[0] <= np.mean(inside) <= COVERED[1]


def test_a_planted_step_moves_its_estimate_by_exactly_so_much() -> None:
    """The noise is fitted blind to steps, so a real one costs no precision."""
    x = steps(300, [150])
    before, after = (fit(world(1) + size * x[:, 0], np.ones((300, 1)), x) for size in (0.0, 0.8))
    assert after.beta[0] - before.beta[0] == pytest.approx(0.8, abs=0.01)
    assert after.se[0] == pytest.approx(before.se[0], rel=0.05)


def test_a_day_far_out_hardly_matters() -> None:
    x, z = steps(300, [150]), world(2)
    spoilt = z.copy()
    spoilt[153] += 3.0
    calm, rough = (fit(v, np.ones((300, 1)), x) for v in (z, spoilt))
    assert abs(calm.beta[0] - rough.beta[0]) < calm.se[0]


def test_what_stands_on_missing_days_does_not_matter() -> None:
    z, x = world(3), steps(300, [150])
    z[40:60] = np.nan
    nuisance = np.column_stack([np.ones(300), np.sin(np.arange(300))])
    other = nuisance.copy()
    other[40:60] = 1e6
    a, b = fit(z, nuisance, x), fit(z, other, x)
    assert a.beta == pytest.approx(b.beta) and a.se == pytest.approx(b.se)


def test_no_releases_at_all_is_a_fit_with_no_effects() -> None:
    found = fit(world(4), np.ones((300, 1)), np.zeros((300, 0)))
    assert found.beta.shape == (0,) and found.covariance.shape == (0, 0) and found.s2 > 0


def test_only_columns_that_go_from_none_to_all_and_stay_are_steps() -> None:
    x = np.column_stack([steps(6, [3])[:, 0], [0, 0, 0.5, 1, 1, 1], [0, 1, 1, 0, 0, 0], np.ones(6)])
    assert rises(x).tolist() == [3, -1, -1, -1]


def test_a_slow_shape_is_known_less_well_than_a_step_where_the_level_follows_every_day() -> None:
    rng = np.random.default_rng(6)
    z, x = np.cumsum(rng.normal(0, 0.01, 300)), steps(300, [150])
    nuisance = np.ones((300, 1))
    found = fit(z, nuisance, x)
    slow = np.clip((np.arange(300) - 149) / 28, 0, 1)
    _, se = instead(found, z, nuisance, x, 0, slow)
    assert se > 2 * found.se[0]


def test_more_days_after_a_release_soon_stop_helping() -> None:
    model = np.array([0.05, 0.02, 0.65])
    few, some, many = (step_error(model, 180, after) for after in (3, 28, 180))
    assert few > some > many > 0.95 * some
    assert detectable() == pytest.approx(quantile(0.95) + 0.9, abs=0.05)
