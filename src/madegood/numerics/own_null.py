"""How wide a series' own intervals must be: steps are put where nothing was released, beside the real ones, and fitted.

Such a fake goes through all that a release goes through, so it is as far from nothing, in standard errors, as a release
that does nothing. Constants calibrated on other series may be too narrow for this one: releases every few days leave
only short stretches to learn the noise from, and a course of its own looks like steps. The scale is only ever widened.

Efron 2004 (an empirical null); Chernozhukov, Wuethrich and Zhu 2021 (fits with fakes in them).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.joint import FREEDOM, NEAR, Joint, Noise, fit
from madegood.numerics.kernels import Floats

#: Fits with other fakes in them each.
ROUNDS = 3
#: Days from one fake to the next and to the ends, and from a fake to a real release, at least.
APART, CLEAR = 21, 4
#: How many fakes as far out as the shipped constants say are believed before any is seen.
PSEUDO = 10.0
#: A squared distance counts no more than this: the metric's rare jumps are in the tails already.
MOST = 12.0


def widening(
    joint: Joint,
    z: Floats,
    nuisance: Floats,
    effects: Floats,
    curves: Floats,
    every: int = 1,
    near: int = NEAR,
    base: Floats | None = None,
) -> float:
    """By how much standard errors must be multiplied: 1 or more. Arguments as `fit` had them; every: days in a reading.

    Squared distances of fakes from nothing, over their variance if the shipped tails held, mixed with PSEUDO of them.
    """
    rng = np.random.default_rng(effects.shape[1])
    places = [_places(z, effects, every, rng) for _ in range(ROUNDS)]
    likely = joint.noise.likely()
    squares = [_squares(likely, z, nuisance, effects, curves, p, near, base) for p in places]
    total = np.concatenate(squares) * (FREEDOM - 2) / FREEDOM
    return float(np.sqrt(max(1.0, (total.sum() + PSEUDO) / (len(total) + PSEUDO))))


def _squares(
    noise: Noise,
    z: Floats,
    nuisance: Floats,
    effects: Floats,
    curves: Floats,
    places: NDArray[np.int_],
    near: int,
    base: Floats | None,
) -> Floats:
    """Squared distance of each fake from nothing in standard errors, (fakes,)."""
    if not len(places):
        return np.zeros(0)
    fakes = (np.arange(len(z))[:, None] >= places[None, :]).astype(float)
    found = fit(z, nuisance, np.column_stack([effects, fakes]), curves, near, noise, base)
    own = slice(effects.shape[1], None)
    return np.minimum((found.beta[own] / found.se[own]) ** 2, MOST)


def _places(z: Floats, effects: Floats, every: int, rng: np.random.Generator) -> NDArray[np.int_]:
    """Readings on which fakes stand, in order: distances are counted in known readings, so that none is another's."""
    apart, clear = max(APART // every, 3), max(CLEAR // every, 1)
    known = np.flatnonzero(np.isfinite(z))
    real = np.searchsorted(known, np.argmax(effects > 0, axis=0))
    free = np.ones(len(known) + apart, bool)
    for place in real.tolist():
        free[max(place - clear + 1, 0) : place + clear] = False
    taken: list[int] = []
    for place in rng.permutation(np.arange(apart, max(len(known) - apart, apart))).tolist():
        if free[place]:
            taken.append(place)
            free[max(place - apart + 1, 0) : place + apart] = False
    return np.asarray(known[np.sort(np.array(taken, int))])
