"""Many experiments' effects, each with its own error: what such experiments usually do, and each in that light.

    log(1 + estimate) ~ N(log(1 + effect), se^2),   log(1 + effect) ~ sum_j pi_j N(0, size_j^2)

Adaptive shrinkage with a normal mixture around nothing (Stephens 2017): the largest of many estimates is large by luck
as well, and is taken back by as much as the others say. On the log scale an estimate that is large because its control
was low by luck does not look less sure for it: of 1,340 headline tests in halves the error of the other half was .21
by it and .29 by shares themselves (benchmarks/experiments.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

#: Sizes of effects and how many experiments' worth of belief in each before any is seen: those of releases
#: (numerics/track_record.py), and three larger ones that only data can make common.
SIZES = np.array([0.0, 0.01, 0.025, 0.06, 0.15, 0.25, 0.40, 1.0])
PSEUDO = np.array([6.0, 1.0, 1.0, 0.7, 0.3, 0.1, 0.05, 0.02])
LEAST = 0.02  # an arm that did less than this part of its control is taken to have done so much
STEPS = 300  # of EM; with 2,000 experiments no weight moves by more than 1e-3 after 200


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Effects as shares, (experiments,) each: mean, 95 % interval, and chances to lie beyond +-rope."""

    mean: Floats
    low: Floats
    high: Floats
    up: Floats
    down: Floats


def logs(share: Floats, se: Floats) -> tuple[Floats, Floats]:
    """Effects as shares with their standard errors, on the log scale (delta method)."""
    ratio = np.maximum(1 + share, LEAST)
    return np.log(ratio), se / ratio


def weights(estimate: Floats, se: Floats) -> Floats:
    """How common each of SIZES is, (sizes,): the most likely under PSEUDO, by EM; estimates on the log scale."""
    total = SIZES**2 + se[:, None] ** 2
    log = -0.5 * (np.log(total) + estimate[:, None] ** 2 / total)
    like = np.exp(log - log.max(axis=1, keepdims=True))
    pi = PSEUDO / PSEUDO.sum()
    for _ in range(STEPS):
        part = like * pi
        pi = (part / part.sum(axis=1, keepdims=True)).sum(axis=0) + PSEUDO
        pi /= pi.sum()
    return np.asarray(pi)


def posterior(estimate: Floats, se: Floats, pi: Floats, rope: Floats | float = 0.0) -> Posterior:
    """Every effect in the light of all; estimates on the log scale, `rope` a share."""
    total = SIZES**2 + se[:, None] ** 2
    log = np.log(pi) - 0.5 * (np.log(total) + estimate[:, None] ** 2 / total)
    part = np.exp(log - log.max(axis=1, keepdims=True))
    part /= part.sum(axis=1, keepdims=True)
    keep = SIZES**2 / total
    centre, sd = keep * estimate[:, None], np.sqrt(keep) * se[:, None]

    def below(x: Floats) -> Floats:
        z = np.divide(x[:, None] - centre, sd, out=np.where(x[:, None] >= centre, 40.0, -40.0), where=sd > 0)
        return np.asarray((part * ndtr(z)).sum(axis=1))

    edge = np.broadcast_to(np.asarray(rope, float), estimate.shape)
    up, down = np.log1p(edge), np.log1p(-edge)
    reach = np.abs(estimate) + 8 * se + 1e-12
    low, high = (np.expm1(_quantile(below, chance, reach)) for chance in (0.025, 0.975))
    mean = (part * np.expm1(centre + sd**2 / 2)).sum(axis=1)
    # an effect of exactly the rope, or none, is not beyond it
    return Posterior(mean, low, high, 1 - below(np.nextafter(up, np.inf)), below(np.nextafter(down, -np.inf)))


def _quantile(below: object, chance: float, reach: Floats) -> Floats:
    """Where the chance to lie below is that; bisection."""
    low, high = -reach, reach.copy()
    for _ in range(60):
        middle = (low + high) / 2
        under = below(middle) < chance  # type: ignore[operator]
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    middle = (low + high) / 2
    return np.asarray(np.where(np.abs(middle) < 1e-9, 0.0, middle))  # at the lump of effects that are none
