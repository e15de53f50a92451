"""All effects of one series together: noise fitted blind to them, robust weights, generalised least squares.

    z_t = n_t' g + sum_k beta_k x_k(t) + f_t + mu_t + a_t + e_t,    e_t ~ s Student-t(4)

f is a course of months with a prior (courses.py). No straight trend with a flat one: on real series it made intervals
worse (log score -.06), and a level that does not wander is the one fatal mistake (coverage of 95 % intervals 75 %).
Sources are cited beside each step. The constants were tuned on 61 public daily series, on the half whose sha256 is
even; benchmarks/joint_series.md measures the other half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from madegood.numerics.courses import SLOPES, SLOPES_PRIOR
from madegood.numerics.statespace import Floats, Gains, gains, innovations, smooth, whiten

#: Degrees of freedom of the daily noise. Gaussian noise cost .24 of log score; 2 to 4 are all alike.
TAIL = 4.0
#: Rounds of (all models, two steps of robust weights at the best one).
ROUNDS = 3
#: Models this many nats below the best are left out of later rounds, and out of the mixture.
HOPELESS, KEPT = 25.0, 6.0
#: Days on either side of an effect whose unrest widens its interval, and how many calm days they are mixed with.
NEAR, CALM = 14, 10.0
#: Squared daily unrest counts no more than this.
MOST = 16.0
#: Interval = exp(SHIFT) * unrest ** POWER * standard error * t(FREEDOM), fitted to 1,000 placebo dates (tuning half).
SHIFT, POWER, FREEDOM = -0.116, 1.164, 5.5


def _models() -> tuple[Floats, Floats]:
    """The 108 kinds of noise (q, va, phi), and the log prior of each."""
    slow = [(0.02, 0.65), *((va, phi) for phi in (0.65, 0.95) for va in (0.12, 0.5, 2.0, 6.0))]
    table = np.array([(np.exp(k), va, phi) for k in range(-8, 4) for va, phi in slow])
    q, va, phi = table.T
    inner = (phi - 0.02) / 0.96
    prior = ((np.log(q / 0.03) / 2.5) ** 2 + (np.log(va / 0.2) / 1.5) ** 2) + (np.log(inner / (1 - inner)) - 1.4) ** 2
    return table, -0.5 * prior


MODELS, PRIOR = _models()


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What the noise of a series is like.

    kinds    (kept,) rows of MODELS that are still believed, the best first
    slopes   (kept,) standard deviation of the slope of each, relative to s a reading
    weights  (kept,) posterior weight of each
    r        (days,) variance of each day's noise relative to s2; infinite where missing
    """

    kinds: NDArray[np.int_]
    slopes: Floats
    weights: Floats
    r: Floats

    @property
    def models(self) -> Floats:
        """q, va, phi of each, (kept, 3)."""
        return np.asarray(MODELS[self.kinds])


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Effects with their covariance, on the working scale of z.

    beta        (effects,)
    covariance  (effects, effects), calibrated
    unrest      (effects,) daily unrest around each effect relative to the whole series: 1 is as usual
    raw         (effects, effects), before calibration
    s2          variance of the best model's noise
    dof         days known less columns fitted
    wider       how much wider than the shipped calibration its own fakes asked for (own_null.py)
    """

    beta: Floats
    covariance: Floats
    unrest: Floats
    raw: Floats
    noise: Noise
    s2: float
    dof: int
    wider: float = 1.0

    @property
    def se(self) -> Floats:
        """Calibrated standard errors, (effects,)."""
        return np.sqrt(np.diag(self.covariance))

    def widened(self, times: float) -> Joint:
        """The same effects, known so many times less well."""
        return replace(self, covariance=self.covariance * times**2, wider=self.wider * times)


def quantile(level: float) -> float:
    """Half-width of a calibrated interval in standard errors: 0.95 gives the central 95 %."""
    return float(stdtrit(FREEDOM, 0.5 + level / 2))


def detectable(power: float = 0.8) -> float:
    """Standard errors between nothing and the smallest effect whose 95 % interval leaves zero out with this power."""
    return quantile(0.95) + float(stdtrit(FREEDOM, power))


def rises(effects: Floats) -> NDArray[np.int64]:
    """The day on which each column steps from 0 to 1 and stays, or -1 when it is no such step. (effects,)"""
    days = len(effects)
    first = np.argmax(effects > 0, axis=0)
    step = (np.arange(days)[:, None] >= first[None, :]).astype(float)
    plain = (effects == step).all(axis=0) & (first > 0) if days else np.zeros(0, bool)
    return np.asarray(np.where(plain, first, -1))


def solve(gram: Floats, precision: Floats | float = 0.0) -> tuple[Floats, Floats, Floats]:
    """Least squares from the Gram matrices of whitened [z, columns]: coefficients, inverse, residual sum of squares.

    gram (..., 1 + p, 1 + p); precision (..., p) of normal priors around nothing, relative to s2: 0 is a flat one, and
    the sum of squares then holds the priors' part. A ridge of 1e-9 keeps columns that say the same from breaking it.
    """
    inner = gram[..., 1:, 1:]
    diagonal = np.diagonal(inner, axis1=-2, axis2=-1) * 1e-9 + 1e-10 + precision
    inner = inner + diagonal[..., None] * np.eye(inner.shape[-1])
    inverse: Floats = np.asarray(np.linalg.inv(inner), float)
    moment = gram[..., 1:, 0]
    b = (inverse @ moment[..., None])[..., 0]
    rss: Floats = np.maximum(gram[..., 0, 0] - (b * moment).sum(-1), 1e-14)
    return b, inverse, rss


def _gram(g: Gains, columns: Floats) -> Floats:
    """Inner products of the whitened columns under each model, (models, columns, columns)."""
    w = np.ascontiguousarray(np.moveaxis(whiten(g, columns), 1, 0))
    return np.asarray(w.transpose(0, 2, 1) @ w)


def _prior(columns: int, first: int, curves: int, slope: Floats | float) -> Floats:
    """Precision of each column's coefficient, (..., columns): the curves, from `first` on, are N(0, slope^2)."""
    out = np.zeros((*np.shape(slope), columns))
    out[..., first : first + curves] = (1 / np.square(slope))[..., None]
    return out


def _evidence(columns: Floats, curves: int, models: Floats, r: Floats, free: NDArray[np.bool_], dof: int) -> Floats:
    """Restricted log likelihood of each model with each slope, its scale profiled out (Harville 1977).

    The last `curves` of the columns are the course; (models, slopes).
    """
    q, va, phi = models.T
    g = gains(q, va, phi, r, free)
    p = columns.shape[1] - 1
    _, inverse, rss = solve(_gram(g, columns)[:, None], _prior(p, p - curves, curves, SLOPES))
    _, size = np.linalg.slogdet(inverse)
    size = size - 2 * curves * np.log(SLOPES)
    return np.asarray(-0.5 * (g.logdet[:, None] - size + dof * np.log(rss / dof)))


def _weights(columns: Floats, precision: Floats, model: Floats, r: Floats, free: NDArray[np.bool_], dof: int) -> Floats:
    """One EM step for Student-t noise: the new variance of each day (Lange, Little and Taylor 1989), (days,)."""
    q, va, phi = model.tolist()
    g = gains(q, va, phi, r, free)
    errors = innovations(g, columns)
    errors[~np.isfinite(r)] = 0.0
    gram = errors.T @ (errors / g.variance[:, None])
    b, inverse, rss = solve(gram, precision)
    s2 = max(float(rss) / dof, 1e-14)
    u, diagonal = smooth(g, errors)
    rest = u[:, 0] - u[:, 1:] @ b
    known = np.isfinite(r)
    spread = diagonal - np.einsum("ti,ij,tj->t", u[:, 1:], inverse, u[:, 1:])
    noise = np.where(known, r, 1.0)
    left = np.maximum(noise - noise**2 * spread, 0.0)
    return np.where(known, (TAIL + (noise * rest) ** 2 / s2 + left) / (TAIL + 1), np.inf)


def fit_noise(z: Floats, nuisance: Floats, effects: Floats, curves: Floats, among: Noise | None = None) -> Noise:
    """What the noise is like, blind to the effects: the level is set free on the day of every step, and columns of
    any other shape stand among the nuisance ones, so that a true effect never counts as noise.

    among: only its kinds of noise are looked at, and its robust weights are where they begin.
    """
    step = rises(effects)
    free = np.zeros(len(z), bool)
    free[step[step >= 0]] = True
    columns = np.column_stack([z, nuisance, effects[:, step < 0], curves])
    known = np.isfinite(z)
    columns = np.where(known[:, None], columns, 0.0)
    p, c = columns.shape[1] - 1, curves.shape[1]
    dof = max(int(known.sum()) - p + c - int(free.sum()), 1)
    r = among.r if among else np.where(known, 1.0, np.inf)
    alive = np.unique(among.kinds) if among else np.arange(len(MODELS))
    for turn in range(ROUNDS - 1 if among else 0, ROUNDS + 1):
        score = _evidence(columns, c, MODELS[alive], r, free, dof) + PRIOR[alive, None] + SLOPES_PRIOR
        best, slope = np.unravel_index(np.argmax(score), score.shape)
        model, precision = MODELS[alive[best]], _prior(p, p - c, c, SLOPES[slope])
        if turn < ROUNDS:
            keep = score.max(axis=1) > score.max() - HOPELESS
            alive = alive[keep]
            for _ in range(2):
                r = _weights(columns, precision, model, r, free, dof)
    order = np.argsort(-score, axis=None)[: int((score > score.max() - KEPT).sum())]
    kept, slopes = np.unravel_index(order, score.shape)
    weight = np.exp(score[kept, slopes] - score.max())
    return Noise(alive[kept], SLOPES[slopes], weight / weight.sum(), r)


def fit(
    z: Floats,
    nuisance: Floats,
    effects: Floats,
    curves: Floats | None = None,
    near: int = NEAR,
    among: Noise | None = None,
) -> Joint:
    """Effects of all columns together, flat priors, averaged over the kinds of noise that are believed.

    z (days,), NaN where missing; nuisance (days, p), one of them constant; effects (days, k), each 0 to 1 and no two
    of them equal on the known days; curves (days, c): courses of months, if any;
    near: days around each whose unrest widens its interval; among: of `fit_noise`.
    The caller sees to it that p + k is well below the number of known days.
    """
    curves = np.zeros((len(z), 0)) if curves is None else curves
    noise = fit_noise(z, nuisance, effects, curves, among)
    known, k, c = np.isfinite(z), effects.shape[1], curves.shape[1]
    columns = np.where(known[:, None], np.column_stack([z, nuisance, curves, effects]), 0.0)
    p = columns.shape[1] - 1
    dof = max(int(known.sum()) - p + c, 1)
    kinds, which = np.unique(noise.kinds, return_inverse=True)
    q, va, phi = MODELS[kinds].T
    gram = _gram(gains(q, va, phi, noise.r), columns)[which]
    b, inverse, rss = solve(gram, _prior(p, p - k - c, c, noise.slopes))
    s2 = rss / dof
    here, each = b[:, p - k :], s2[:, None, None] * inverse[:, p - k :, p - k :]
    beta = noise.weights @ here
    off = here - beta
    raw = np.einsum("a,aij->ij", noise.weights, each + off[:, :, None] * off[:, None, :])
    unrest = _unrest(columns, noise, b[0], float(s2[0]), effects, near)
    s = np.exp(SHIFT) * unrest**POWER
    return Joint(beta, raw * np.outer(s, s), unrest, raw, noise, float(s2[0]), dof)


def _unrest(columns: Floats, noise: Noise, b: Floats, s2: float, effects: Floats, days: int) -> Floats:
    """Root mean square of the daily surprises around each effect's first day, mixed with CALM calm days.

    Surprises are standardised one-day-ahead errors of the best model, before the robust weights excuse them.
    """
    q, va, phi = noise.models[0].tolist()
    w = whiten(gains(q, va, phi, noise.r), columns)
    e2 = (w[:, 0] - w[:, 1:] @ b) ** 2 / s2
    known = np.isfinite(noise.r)
    u = np.where(known, np.minimum(e2 * np.where(known, noise.r, 0.0), MOST), 0.0)
    out = np.ones(effects.shape[1])
    for k, day in enumerate(np.argmax(effects > 0, axis=0)):
        near = slice(max(0, day - days), day + days)
        out[k] = np.sqrt((u[near].sum() + CALM) / (known[near].sum() + CALM))
    return out


def instead(
    joint: Joint, z: Floats, nuisance: Floats, effects: Floats, k: int, shape: Floats, curves: Floats | None = None
) -> tuple[float, float]:
    """Estimate and calibrated standard error of effect k if it had this shape, (days,), all others as fitted.

    Under the best kind of noise alone: a check on what the assumed shape hides, not an answer.
    """
    known, others = np.isfinite(z), np.delete(effects, k, axis=1)
    curves = np.zeros((len(z), 0)) if curves is None else curves
    columns = np.where(known[:, None], np.column_stack([z, nuisance, curves, others, shape]), 0.0)
    q, va, phi = joint.noise.models[0].tolist()
    w = whiten(gains(q, va, phi, joint.noise.r), columns)
    prior = _prior(columns.shape[1] - 1, nuisance.shape[1], curves.shape[1], joint.noise.slopes[0])
    b, inverse, rss = solve(w.T @ w, prior)
    scale = np.exp(SHIFT) * joint.unrest[k] ** POWER * joint.wider
    return float(b[-1]), float(scale * np.sqrt(rss / joint.dof * inverse[-1, -1]))


def step_error(model: Floats, before: int, after: int, every: int = 1) -> float:
    """Standard error of one step relative to s, with so many days on either side; `every`: days between readings.

    The best that this kind of noise allows; tends to 2 sd(noise) sd(daily drift) for long calm series.
    """
    days = before + after
    seen = np.arange(days) % every == 0
    columns = np.column_stack([np.ones(days), np.arange(days) >= before]).astype(float)
    q, va, phi = np.asarray(model).tolist()
    w = whiten(gains(q, va, phi, np.where(seen, 1.0, np.inf)), columns * seen[:, None])
    inner = w.T @ w
    return float(np.sqrt(np.linalg.inv(inner + 1e-12 * np.eye(2))[1, 1]))
