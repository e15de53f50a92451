"""A course that the level keeps for months (growth, a season's turn): a slope that changes slowly, around none.

    f(t) = integral of slope,  slope ~ Ornstein-Uhlenbeck, sd kappa s a reading, correlation exp(-lag / MONTHS)

A random walk alone takes every day's change for a new draw. Where a release comes every few days, the steps of all of
them then soak up a course that goes on under them. With the slope as one more random part, as in a local linear trend
(Harvey 1989, section 2.3.2), what goes on before, between and after releases is no release's. kappa is learnt with the
noise, blind to the releases, and may be nothing.
"""

from __future__ import annotations

import numpy as np

from madegood.numerics.statespace import Floats

#: Days over which a slope keeps its sign, and the shortest period that is drawn: as slow as a quarter.
MONTHS, SHORTEST = 60.0, 120.0
#: Sizes of the slope's standard deviation a reading, relative to the noise of a reading; the first is as good as none.
SLOPES = np.array([1e-4, 0.003, 0.01, 0.03, 0.1])
#: Log prior of each: all alike. With half of it on none, 95 % intervals held one point less on made-up companies that
#: grow and turn with the year (benchmarks/reveal.md); on real placebo dates nothing changed.
SLOPES_PRIOR = np.log(np.full(len(SLOPES), 1 / len(SLOPES)))


def courses(days: int, every: int = 1) -> Floats:
    """Columns whose independent sums, each times N(0, kappa^2), are such courses, (days, columns).

    The slope's spectrum in cosines over the stretch, each integrated: column 0 is straight. every: days in one reading.
    """
    count = int(2 * days * every / SHORTEST)
    t = np.arange(days) - (days - 1) / 2
    j = np.arange(1, count + 1)
    omega = np.pi * j / days
    memory = MONTHS / every
    shape = np.concatenate([[1.0], 2.0 / (1 + (omega * memory) ** 2)])
    # variance of the slope is 1 on average over the stretch: sum of shape * power = 1
    power = shape / (shape[0] + shape[1:].sum() / 2)
    waves = np.sin(np.outer(np.arange(days) + 0.5, omega)) / omega
    return np.asarray(np.column_stack([t, waves]) * np.sqrt(power))
