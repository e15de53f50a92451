"""Effects that fade or build up: each as the mean of its first four weeks, whatever course it took through them.

    effect of release k, u days after a customer met it:  beta_k + gamma_k 0.5^(u / HALF),  gamma_k ~ N(0, tau^2)

A step is a strong assumption: on held-out series 95 % intervals of `joint.fit` held the mean of a ramp over two weeks
88 % of the time, of a passing novelty 84 %. With gamma > 0 an effect fades to beta, with gamma < 0 it builds up. What
the data cannot tell of gamma its prior says, little or much: tau is one of SIZES, which one is learnt from the series
(a mixture of normals, as spike and slab: George and McCulloch 1993). The noise is that of `joint.fit`, blind to them.

The constants were chosen on the tuning half of public daily series (2,250 dates, a third of them each with a step, ramp
or novelty planted) and on made-up ones; benchmarks/shapes.md measures the other half and has what else was tried.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from madegood.numerics.joint import Joint, solve
from madegood.numerics.kernels import Floats
from madegood.numerics.statespace import gains, whiten

#: Days in which half of what passes is gone. 3 days held ramps 2 to 6 points less, 8 days no more
#: (benchmarks/shapes.md, "What else was tried").
HALF = 5.0
#: Days that the mean is over.
WEEKS = 28
#: Standard deviations of gamma on the working scale, and how likely each is beforehand. With .10 alone all is held
#: as well, and intervals are a little wider; with .01 alone ramps and novelties are held no better than by a step.
SIZES, CHANCES = np.array([0.01, 0.10]), np.array([0.3, 0.7])
#: As in joint.py, fitted to the 1,050 placebo dates among these, with its FREEDOM.
SHIFT, POWER = -0.119, 1.035


def free_shape(joint: Joint, z: Floats, nuisance: Floats, effects: Floats, curves: Floats, every: int = 1) -> Joint:
    """The same effects as means over WEEKS (fewer where the series ends sooner), when each may fade or build up.

    joint: what `fit` found with the other arguments; every: days in one reading. All effects share one tau. Returned
    are means, raw and calibrated covariances; noise, unrest and what fakes asked for stay.
    """
    known, p, k, c = np.isfinite(z), nuisance.shape[1], effects.shape[1], curves.shape[1]
    columns = np.column_stack([z, nuisance, curves, effects, transients(effects, every)])
    columns = np.where(known[:, None], columns, 0.0)
    noise = joint.noise
    grams = {}
    for kind, (q, va, phi) in zip(noise.kinds.tolist(), noise.models.tolist(), strict=True):
        if kind not in grams:
            w = whiten(gains(q, va, phi, noise.r), columns)
            grams[kind] = w.T @ w
    gram = np.stack([grams[kind] for kind in noise.kinds.tolist()])[:, None]
    prior = np.zeros((len(noise.kinds), len(SIZES), p + c + 2 * k))
    prior[:, :, p : p + c] = 1 / noise.slopes[:, None, None] ** 2
    prior[:, :, p + c + k :] = (joint.s2 / SIZES**2)[:, None]
    b, inverse, rss = solve(gram, prior)
    likely = np.log(CHANCES) + k / 2 * np.log(joint.s2 / SIZES**2) + np.linalg.slogdet(inverse)[1] / 2
    likely = likely - joint.dof / 2 * np.log(rss)
    weights = np.exp(likely - likely.max(axis=1, keepdims=True))
    weights *= (noise.weights / weights.sum(axis=1))[:, None]
    to = np.concatenate([np.zeros((k, p + c)), np.eye(k), np.diag(_means(effects, every))], axis=1)
    each = b @ to.T
    beta = np.einsum("ij,ijk->k", weights, each)
    within = to @ np.einsum("ij,ijkl->kl", weights * rss / joint.dof, inverse) @ to.T
    raw = within + np.einsum("ij,ijk,ijl->kl", weights, each - beta, each - beta)
    s = np.exp(SHIFT) * joint.unrest**POWER * joint.wider
    return replace(joint, beta=beta, raw=raw, covariance=raw * np.outer(s, s))


def transients(effects: Floats, every: int = 1) -> Floats:
    """What is still new on each reading, for effects (readings, k): whoever met it u days ago counts 0.5^(u / HALF).

    Those who had met it before the first reading are taken to know it already.
    """
    met = np.diff(effects, axis=0, prepend=effects[:1])
    first = (0.5 ** (np.arange(every) / HALF)).mean()
    new, left = first * met, 0.5 ** (every / HALF)
    for t in range(1, len(new)):
        new[t] += left * new[t - 1]
    return np.asarray(new)


def _means(effects: Floats, every: int) -> Floats:
    """Mean of the transient over the first WEEKS of a customer who met it on the first reading, (k,)."""
    left = len(effects) - np.argmax(effects > 0, axis=0)
    days = np.minimum(left * every, max(WEEKS // every, 1) * every)
    return np.asarray((1 - 0.5 ** (days / HALF)) / (1 - 0.5 ** (1 / HALF)) / days)
