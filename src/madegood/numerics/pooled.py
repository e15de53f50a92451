"""The same effects in several series whose noises run together: what they were in all of them.

    b_j = theta_j + e_j,   theta_j = beta + u_j,   u_j ~ N(0, tau^2),   cov(e_i, e_j) = rho_ij C_i^1/2 C_j^1/2

for segments j of effects b_j (k,). Wanted is sum of w_j theta_j: what happened to the whole, of which segment j is the
part w_j. tau = 0 gives the generalised least squares mean, which leans on the calm segments; a large one gives
sum of w_j b_j, in which each segment speaks for itself alone. tau is learnt over all effects, and is larger for one
that says so itself.

DerSimonian and Laird 1986 (tau by moments); Robinson 1991, Statistical Science 6, 15-32 (best linear prediction).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from madegood.numerics.joint import Joint, solve
from madegood.numerics.statespace import Floats, gains, innovations, smooth

#: Correlations of noise go this part of the way to their mean, as they come from a few hundred days.
TO_MEAN = 0.3
#: Segments are taken to differ by this many standard errors more than they seem to: what they do not show is not nil.
#: With none, 95 % intervals of segments that did differ held 90 % (benchmarks/columns.md, "segments").
CAUTION = 1.0
#: Scores beyond so many standard deviations count no more.
MOST = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Effects on the whole (k,), their covariance (k, k), and the standard deviation of each between segments (k,)."""

    beta: Floats
    covariance: Floats
    between: Floats


def scores(joint: Joint, z: Floats, nuisance: Floats, effects: Floats, curves: Floats) -> Floats:
    """What a step on each day would be made of, given all that is in the model: x_t' S^-1 (z - fit), (days,).

    From one pass of the smoother (de Jong and Penzer 1998, Diagnosing shocks in time series). Errors of estimated
    steps run together as these do; one-day-ahead errors do not, for they are the noise of single days.
    """
    known = np.isfinite(z)
    columns = np.where(known[:, None], np.column_stack([z, nuisance, effects, curves]), 0.0)
    q, va, phi = joint.noise.models[0].tolist()
    g = gains(q, va, phi, joint.noise.r)
    errors = np.where(known[:, None], innovations(g, columns), 0.0)
    precision = np.zeros(columns.shape[1] - 1)
    precision[len(precision) - curves.shape[1] :] = 1 / joint.noise.slopes[0] ** 2
    b, _, _ = solve(errors.T @ (errors / g.variance[:, None]), precision)
    u, _ = smooth(g, errors)
    score = np.cumsum((u[:, 0] - u[:, 1:] @ b)[::-1])[::-1]
    size = np.sqrt(np.mean(score**2))
    return np.asarray(np.clip(score / max(size, 1e-300), -MOST, MOST))


def correlations(errors: Floats) -> Floats:
    """How the `scores` of segments run together, (segments, segments); errors (days, segments)."""
    cross = errors.T @ errors
    scale = np.sqrt(np.outer(np.diag(cross), np.diag(cross)))
    rho = np.divide(cross, scale, out=np.zeros_like(cross), where=scale > 0)
    m = len(rho)
    mean = (rho.sum() - np.trace(rho)) / max(m * (m - 1), 1)
    rho = (1 - TO_MEAN) * rho + TO_MEAN * max(mean, 0.0)
    np.fill_diagonal(rho, 1.0)
    value, vector = np.linalg.eigh(rho)
    rho = (vector * np.maximum(value, 1e-6)) @ vector.T
    size = np.sqrt(np.diag(rho))
    return np.asarray(rho / np.outer(size, size))


def pooled(beta: Floats, covariance: Floats, rho: Floats, weights: Floats) -> Pooled:
    """Effects on the whole from those in its segments.

    beta (m, k), covariance (m, k, k), rho (m, m) of the segments' noises, weights (m,) adding up to 1.
    """
    m, k = beta.shape
    roots = np.array([_root(c) for c in covariance])
    v = np.einsum("ij,iab,jcb->iajc", rho, roots, roots).reshape(m * k, m * k)
    v += np.eye(m * k) * 1e-12 * np.trace(v) / (m * k)
    b, ones = beta.reshape(-1), np.tile(np.eye(k), (m, 1))
    whole = np.kron(weights[None, :], np.eye(k))
    common = _between(b, v, ones, CAUTION)
    each = [_between(beta[:, i], v[i::k, i::k], np.ones((m, 1)), 0.0) for i in range(k)]
    tau2 = np.tile(np.maximum(common, each), m)
    mean, p = _mean(v + np.diag(tau2), ones)
    h = mean + whole @ (tau2[:, None] * p)
    rest = h - whole
    return Pooled(h @ b, h @ v @ h.T + rest @ (tau2[:, None] * rest.T), np.sqrt(tau2[:k]))


def _between(b: Floats, v: Floats, ones: Floats, caution: float) -> float:
    """Variance between segments by moments, and so many standard errors more: effects b (n,), covariance v (n, n)."""
    _, p = _mean(v, ones)
    free = len(b) - ones.shape[1]
    return max(float((b @ p @ b - free + caution * np.sqrt(2 * free)) / np.trace(p)), 0.0)


def _mean(sigma: Floats, ones: Floats) -> tuple[Floats, Floats]:
    """The generalised least squares mean as a matrix (k, m k), and what takes it out, (m k, m k)."""
    inverse = np.linalg.inv(sigma)
    mean = np.linalg.solve(ones.T @ inverse @ ones, ones.T @ inverse)
    return np.asarray(mean, float), np.asarray(inverse - inverse @ ones @ mean, float)


def _root(c: Floats) -> Floats:
    """The symmetric square root of a covariance."""
    value, vector = np.linalg.eigh(c)
    return np.asarray((vector * np.sqrt(np.maximum(value, 0.0))) @ vector.T)
