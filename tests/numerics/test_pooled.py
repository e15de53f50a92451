"""Effects on the whole from those in its segments."""

from __future__ import annotations

import numpy as np
from pytest import approx

from madegood.numerics.joint import fit
from madegood.numerics.pooled import correlations, pooled, scores

HALF = np.array([0.5, 0.5])


def test_segments_that_agree_over_many_releases_lean_on_the_calm_one() -> None:
    beta = np.array([[0.10] * 8, [0.10] * 8])
    covariance = np.array([np.eye(8) * 0.01**2, np.eye(8) * 0.1**2])
    found = pooled(beta, covariance, np.eye(2), HALF)
    assert (found.between == 0).all() and found.beta == approx(beta[0])
    assert np.diag(found.covariance) == approx(1 / (1 / 0.01**2 + 1 / 0.1**2), rel=1e-6)


def test_one_release_alone_cannot_show_that_segments_are_alike() -> None:
    found = pooled(np.array([[0.10], [0.10]]), np.array([[[0.01**2]], [[0.1**2]]]), np.eye(2), HALF)
    calm, plain = 0.01, np.sqrt(0.01**2 + 0.1**2) / 2
    assert calm < np.sqrt(found.covariance[0, 0]) < plain


def test_segments_that_differ_each_speak_for_their_part() -> None:
    quiet = np.zeros((2, 6))
    beta = np.column_stack([quiet, [0.5, -0.5]])
    found = pooled(beta, np.array([np.eye(7) * 0.01**2] * 2), np.eye(2), np.array([0.9, 0.1]))
    assert found.between[-1] > 0.5 > found.between[0]
    assert found.beta[-1] == approx(0.4, abs=0.01)
    assert found.covariance[-1, -1] == approx((0.9**2 + 0.1**2) * 0.01**2, rel=0.05)


def test_noise_that_is_all_one_does_not_become_less() -> None:
    rho = np.array([[1.0, 0.999], [0.999, 1.0]])
    found = pooled(np.array([[0.1], [0.1]]), np.full((2, 1, 1), 0.02**2), rho, HALF)
    assert found.covariance[0, 0] == approx(0.02**2, rel=0.01)


def test_the_unit_of_effects_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    beta, a = rng.normal(size=(3, 2)), rng.normal(size=(3, 2, 2))
    covariance = a @ a.transpose(0, 2, 1)
    weights = np.array([0.2, 0.3, 0.5])
    one, other = pooled(beta, covariance, np.eye(3), weights), pooled(beta * 10, covariance * 100, np.eye(3), weights)
    assert np.allclose(one.beta * 10, other.beta) and np.allclose(one.covariance * 100, other.covariance)


def test_pooled_intervals_hold_what_segments_of_different_effects_did() -> None:
    rng, inside = np.random.default_rng(5), []
    weights, rho = np.array([0.4, 0.3, 0.2, 0.1]), 0.7 * np.eye(4) + 0.3
    covariance = np.array([[[s**2]] for s in (0.05, 0.02, 0.02, 0.03)])
    root = np.linalg.cholesky(rho)
    for _ in range(600):
        true = 0.1 + 0.02 * rng.normal(size=4)
        errors = np.sqrt(covariance[:, 0, 0]) * (root @ rng.normal(size=4))
        found = pooled((true + errors)[:, None], covariance, rho, weights)
        inside.append(abs(found.beta[0] - weights @ true) <= 1.96 * np.sqrt(found.covariance[0, 0]))
    assert 0.91 <= np.mean(inside) <= 0.98  # normal errors; tau is learnt from four segments


def test_a_shared_drift_shows_in_the_scores_although_the_days_noises_are_apart() -> None:
    rng = np.random.default_rng(1)
    n, none = 400, np.zeros((400, 0))
    drift, ones = np.cumsum(rng.normal(0, 0.02, n)), np.ones((n, 1))
    step = (np.arange(n) >= 200).astype(float)[:, None]
    series = [drift + 0.05 * rng.normal(size=n) for _ in range(3)]
    series[2] = np.cumsum(rng.normal(0, 0.02, n)) + 0.05 * rng.normal(size=n)  # a drift of its own
    series[2][50:60] = np.nan
    errors = np.column_stack([scores(fit(z, ones, step, none), z, ones, step, none) for z in series])
    rho = correlations(errors)
    # half of a step's error is drift where the filter is at its best: .5, and .4 after 30 % toward the mean of .17
    assert 0.3 < rho[0, 1] < 0.6 and abs(rho[0, 2]) < 0.2
    assert np.allclose(np.diag(rho), 1) and np.linalg.eigvalsh(rho).min() > 0
