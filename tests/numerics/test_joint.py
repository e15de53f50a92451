"""The joint fit on made-up series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.courses import SLOPES, courses
from madegood.numerics.joint import (
    MODELS,
    NEIGHBOURS,
    PRIOR,
    Joint,
    detectable,
    fit,
    fit_noise,
    instead,
    quantile,
    rises,
    step_error,
)
from madegood.numerics.statespace import covariance

COVERED = (0.86, 1.0)  # 120 steps: 95 % within three standard errors of 2 points, a little wide on purpose


def world(seed: int, days: int = 300, drift: float = 0.012) -> np.ndarray:
    """A wandering log level with daily noise of 5 %."""
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, drift, days)) + 0.05 * rng.standard_t(4, days)


def steps(days: int, at: list[int]) -> np.ndarray:
    return (np.arange(days)[:, None] >= np.array(at)[None, :]).astype(float)


def dense(found: Joint, z: np.ndarray, nuisance: np.ndarray, effects: np.ndarray, curves: np.ndarray) -> tuple:
    """Effects and covariance of a fit's own noise by full matrices: the mean over its kinds and slopes."""
    known = np.isfinite(z)
    x = np.column_stack([nuisance, effects, curves])[known]
    k, p, c = effects.shape[1], nuisance.shape[1], curves.shape[1]
    bs, vs = [], []
    for (q, va, phi), slope in zip(found.noise.models, found.noise.slopes, strict=True):
        s = covariance(q, va, phi, len(z))[np.ix_(known, known)] + np.diag(found.noise.r[known])
        inner = x.T @ np.linalg.solve(s, x) + np.diag([*[0.0] * (p + k), *[slope**-2] * c])
        moment = x.T @ np.linalg.solve(s, z[known])
        b = np.linalg.solve(inner, moment)
        s2 = (z[known] @ np.linalg.solve(s, z[known]) - b @ moment) / found.dof
        bs.append(b[p : p + k])
        vs.append(s2 * np.linalg.inv(inner)[p : p + k, p : p + k])
    w = found.noise.weights
    mean = w @ np.array(bs)
    return mean, sum(a * (v + np.outer(b - mean, b - mean)) for a, b, v in zip(w, bs, vs, strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_effects_are_those_of_full_matrices(seed: int) -> None:
    """Steps, which are no columns in the kernels, and ramps; gaps, and a step on a day that is missing."""
    z, curves = world(seed, 120), courses(120)
    z[[20, 21, 50, 90]] = np.nan
    x = np.column_stack([steps(120, [30, 31, 50, 100]), np.clip((np.arange(120) - 60) / 9, 0, 1)])[:, [4, 3, 0, 2, 1]]
    nuisance = np.column_stack([np.ones(120), np.sin(np.arange(120))])
    found = fit(z, nuisance, x, curves)
    beta, raw = dense(found, z, nuisance, x, curves)
    assert np.abs(found.beta - beta).max() < 1e-6 * found.se.min()
    assert np.abs(found.raw - raw).max() < 1e-6 * raw.max()


def test_the_noise_found_is_the_most_credible_of_all_kinds() -> None:
    """A search from a few kinds ends where looking at every one of them, by full matrices, does."""
    for seed in range(3):
        z, x, curves = world(seed, 100, 0.02 * seed), np.zeros((100, 0)), np.zeros((100, 0))
        found = fit_noise(z, np.ones((100, 1)), x, curves)
        scores = np.array([likelihood(m, found.r, z) for m in MODELS]) + PRIOR
        order = np.argsort(-scores)
        assert found.kinds[0] == order[0]
        by_kind = np.bincount(found.kinds, found.weights)
        assert by_kind[order[1]] / by_kind[order[0]] == pytest.approx(
            np.exp(scores[order[1]] - scores[order[0]]), rel=1e-4
        )


def likelihood(model: np.ndarray, r: np.ndarray, z: np.ndarray) -> float:
    s = covariance(*model, len(z)) + np.diag(r)
    ones = np.ones(len(z))
    inner = ones @ np.linalg.solve(s, ones)
    rss = z @ np.linalg.solve(s, z) - (ones @ np.linalg.solve(s, z)) ** 2 / inner
    return float(-0.5 * (np.linalg.slogdet(s)[1] + np.log(inner) + (len(z) - 1) * np.log(rss / (len(z) - 1))))


def test_every_kind_of_noise_has_a_prior_and_neighbours_that_are_its_neighbours() -> None:
    assert len(MODELS) == len(PRIOR) == len(NEIGHBOURS) and len(SLOPES) == 5
    assert all(k in NEIGHBOURS[j] for k, row in enumerate(NEIGHBOURS) for j in row if j >= 0)


def test_known_variances_of_days_count() -> None:
    """A week of thin days: with their variance known, an effect beside them is known better than without."""
    rng, x = np.random.default_rng(8), steps(300, [150])
    base = np.where(np.arange(300) % 7 < 3, 25.0, 1.0)
    z = 0.02 * np.sqrt(base) * rng.normal(size=300) + np.cumsum(rng.normal(0, 0.003, 300))
    plain, told = (fit(z, np.ones((300, 1)), x, base=b) for b in (None, base))
    assert told.se[0] < 0.95 * plain.se[0]
    assert fit(z, np.ones((300, 1)), x, base=np.ones(300)).se == pytest.approx(plain.se)


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
