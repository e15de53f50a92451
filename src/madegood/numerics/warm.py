"""Every kernel compiled once, so that the first answer of a fresh process does not wait for it."""

from __future__ import annotations

import numpy as np

from madegood.numerics import bg_nbd, pareto_nbd
from madegood.numerics.calendar_attrition import leaving
from madegood.numerics.calendar_likelihood import Rows
from madegood.numerics.courses import courses
from madegood.numerics.drift_past import past
from madegood.numerics.joint import fit
from madegood.numerics.own_null import widening
from madegood.numerics.statespace import gains, innovations, smooth
from madegood.numerics.track_record import shrink
from madegood.numerics.trust import factor


def warm() -> None:
    """Runs every kernel on a small made-up series, with the types that they are always called with."""
    days = 120
    z = np.random.default_rng(1).normal(size=days)
    ones, curves = np.ones((days, 1)), courses(days)
    steps = (np.arange(days)[:, None] >= np.array([40, 80])).astype(float)
    joint = fit(z, ones, steps, curves)
    widening(joint, z, ones, steps, curves)
    g = gains(0.1, 0.1, 0.5, joint.noise.r)
    smooth(g, innovations(g, z[:, None]))
    shrink([(joint.beta, joint.covariance)])
    past(z[:60], np.zeros((60, 4)), np.ones(60))
    x, t, age, n = np.array([0.0, 1, 3, 2]), np.array([0.0, 9, 20, 5]), np.full(4, 30.0), np.full(4, 50.0)
    pareto_nbd.fit(x, t / 7, age / 7, n)
    pareto_nbd.fit(*(np.repeat(v, 300) for v in (x, t, age, n)))
    bg_nbd.fit(x, t, age, n, early=True)
    leaving(Rows(np.zeros(4, np.int64), x.astype(np.int64), t.astype(np.int64), n, np.full(31, 5.0)))
    factor(np.random.default_rng(2).normal(size=(60, 4)), np.full((60, 4), 0.1))


if __name__ == "__main__":
    warm()
