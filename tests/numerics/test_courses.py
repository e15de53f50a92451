"""Courses of months: steps do not soak them up, and a random walk does not need them."""

from __future__ import annotations

import numpy as np

from madegood.numerics.courses import SLOPES, SLOPES_PRIOR, courses
from madegood.numerics.joint import fit, quantile

DAYS = 400
AT = np.arange(18, DAYS - 12, 11)  # a release every eleven days
STEPS = (np.arange(DAYS)[:, None] >= AT[None, :]).astype(float)
HELD = 0.88  # share of intervals of 95 %: over 24 such series .908, without courses .863


def company(seed: int) -> np.ndarray:
    """A level that wanders 0.2 % a day, grows by 0.07 % a day and turns by 3 % with the year; noise of 1.3 %."""
    rng, t = np.random.default_rng(seed), np.arange(DAYS)
    walk = np.cumsum(rng.normal(0, 0.002, DAYS))
    return walk + 0.0007 * t + 0.03 * np.cos(2 * np.pi * t / 365.25) + 0.013 * rng.normal(size=DAYS)


def held(with_courses: bool, seeds: int = 10) -> float:
    """Share of intervals that hold nothing, which is the truth."""
    inside = []
    for seed in range(seeds):
        curves = courses(DAYS) if with_courses else None
        found = fit(company(seed), np.ones((DAYS, 1)), STEPS, curves)
        inside.append(np.abs(found.beta) < quantile(0.95) * found.se)
    return float(np.mean(inside))


def test_the_slope_has_a_variance_of_one() -> None:
    """On average over the stretch: that is what kappa is a multiple of."""
    slopes = np.diff(courses(365), axis=0)
    assert abs((slopes**2).sum(axis=1).mean() - 1) < 0.01


def test_weeks_bend_as_days_do() -> None:
    assert courses(52, every=7).shape[1] == courses(364).shape[1] == 7


def test_every_size_of_slope_is_as_likely_before_anything_is_seen() -> None:
    assert np.allclose(np.exp(SLOPES_PRIOR).sum(), 1) and SLOPES[0] < 1e-3


def test_steps_do_not_soak_up_a_course_that_goes_on_under_them() -> None:
    assert held(True) >= HELD > held(False)


def test_a_pure_walk_is_read_as_well_with_courses() -> None:
    """Standard errors of one step are within a tenth of those without."""
    z = np.cumsum(np.random.default_rng(3).normal(0, 0.012, 300)) + 0.05 * np.random.default_rng(4).normal(size=300)
    x = (np.arange(300)[:, None] >= 150).astype(float)
    plain, bent = fit(z, np.ones((300, 1)), x), fit(z, np.ones((300, 1)), x, courses(300))
    assert abs(bent.se[0] / plain.se[0] - 1) < 0.1
