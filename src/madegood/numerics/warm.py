"""Every kernel compiled once, so that the first answer of a fresh process does not wait for it."""

from __future__ import annotations

import numpy as np

from madegood.numerics.courses import courses
from madegood.numerics.joint import fit
from madegood.numerics.own_null import widening
from madegood.numerics.statespace import gains, innovations, smooth
from madegood.numerics.track_record import shrink


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


if __name__ == "__main__":
    warm()
