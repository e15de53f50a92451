"""Effects that fade or build up, on made-up series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.courses import courses
from madegood.numerics.joint import MODELS, fit
from madegood.numerics.shapes import CHANCES, HALF, SIZES, WEEKS, free_shape, transients
from madegood.numerics.statespace import covariance

DAYS, AT = 240, [90, 150]


def world(seed: int, course: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A wandering log level, daily noise of 3 %, with the course added from AT[1] on: z, nuisance, effects, curves."""
    rng = np.random.default_rng(seed)
    z = np.cumsum(rng.normal(0, 0.004, DAYS)) + 0.03 * rng.standard_t(4, DAYS)
    if course is not None:
        z[AT[1] :] += course[: DAYS - AT[1]]
    steps = (np.arange(DAYS)[:, None] >= np.array(AT)).astype(float)
    return z, np.ones((DAYS, 1)), steps, courses(DAYS)


def test_what_is_new_fades_by_half_in_so_many_days() -> None:
    new = transients((np.arange(40)[:, None] >= 10).astype(float))[:, 0]
    assert not new[:10].any()
    np.testing.assert_allclose(new[10:], 0.5 ** (np.arange(30) / HALF))


def test_those_who_met_it_later_find_it_new_later() -> None:
    """Half met it on one day, half ten days on: what is new is the mean over both."""
    days = np.arange(40)
    shares = 0.5 * (days >= 5) + 0.5 * (days >= 15)
    each = [np.where(days >= d, 0.5 ** ((days - d) / HALF), 0.0) for d in (5, 15)]
    np.testing.assert_allclose(transients(shares[:, None])[:, 0], np.mean(each, axis=0), atol=1e-12)


def test_weeks_hold_the_mean_of_their_days() -> None:
    weekly = transients((np.arange(6)[:, None] >= 2).astype(float), every=7)[:, 0]
    daily = 0.5 ** (np.arange(28) / HALF)
    np.testing.assert_allclose(weekly[2:], daily.reshape(4, 7).mean(axis=1))


@pytest.mark.parametrize("seed", range(3))
def test_effects_are_those_of_full_matrices(seed: int) -> None:
    z, nuisance, effects, curves = world(seed)
    z[[40, 91, 151]] = np.nan
    joint = fit(z, nuisance, effects, curves)
    found = free_shape(joint, z, nuisance, effects, curves)
    known, noise = np.isfinite(z), joint.noise
    x = np.column_stack([nuisance, curves, effects, transients(effects)])[known]
    c, means = curves.shape[1], np.array([(0.5 ** (np.arange(WEEKS) / HALF)).mean()] * 2)
    logs, bs = [], []
    for kind, slope, weight in zip(noise.kinds, noise.slopes, noise.weights, strict=True):
        q, va, phi = MODELS[kind]
        s = covariance(q, va, phi, DAYS)[np.ix_(known, known)] + np.diag(noise.r[known])
        for tau, chance in zip(SIZES, CHANCES, strict=True):
            prior = np.concatenate([[0.0], [slope**-2] * c, [0.0] * 2, [joint.s2 / tau**2] * 2])
            inner = x.T @ np.linalg.solve(s, x) + np.diag(prior)
            moment = x.T @ np.linalg.solve(s, z[known])
            b = np.linalg.solve(inner, moment)
            rss = z[known] @ np.linalg.solve(s, z[known]) - b @ moment
            fits = np.log(chance) + np.log(joint.s2 / tau**2) - np.linalg.slogdet(inner)[1] / 2
            logs.append((np.log(weight), fits - joint.dof / 2 * np.log(rss)))
            bs.append(b[1 + c : 3 + c] + means * b[3 + c :])
    both = np.array(logs).reshape(len(noise.kinds), 2, 2)
    within = np.exp(both[:, :, 1] - both[:, :, 1].max(axis=1, keepdims=True))
    w = np.exp(both[:, :, 0]) * within / within.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.beta, w.ravel() @ np.array(bs), rtol=1e-5, atol=1e-7)


def test_a_novelty_and_a_ramp_are_held_more_often_than_a_step_would() -> None:
    """Forty of each: the truth is the mean of the first four weeks."""
    days = np.arange(DAYS)
    held = np.zeros((2, 2))
    for row, course in enumerate((0.2 * 0.5 ** (days / 5), 0.1 * np.minimum((days + 1) / 14, 1.0))):
        true = course[:WEEKS].mean()
        for seed in range(40):
            case = world(seed, course)
            step = fit(*case)
            for k, joint in enumerate((step, free_shape(step, *case))):
                held[row, k] += abs(joint.beta[1] - true) < 2.57 * joint.se[1]
    assert (held[:, 1] >= 36).all()
    assert (held[:, 1] > held[:, 0]).all()


def test_a_series_that_ends_soon_is_asked_for_what_it_has_seen() -> None:
    """Two weeks after the release: the mean is over those two weeks, and its interval is no narrower than a step's."""
    z, nuisance, effects, curves = world(5)
    part = slice(0, AT[1] + 14)
    step = fit(z[part], nuisance[part], effects[part], curves[part])
    found = free_shape(step, z[part], nuisance[part], effects[part], curves[part])
    assert np.isfinite(found.beta).all()
    assert found.se[1] > 0.8 * step.se[1]
