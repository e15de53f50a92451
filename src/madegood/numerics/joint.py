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
from scipy.special import stdtrit

from madegood.numerics import kernels
from madegood.numerics.courses import SLOPES, SLOPES_PRIOR
from madegood.numerics.kernels import Bools, Floats, Ints
from madegood.numerics.statespace import gains, whiten

#: Rounds of (all models, two steps of robust weights at the best one).
ROUNDS = 3
#: Models this many nats below the best, one in a hundred beside it, are left out of the mixture.
KEPT = 4.6
#: The last search looks beyond models this many nats below the best, and begins again at each of the first ones that
#: was no further than that.
BEYOND, AGAIN = 4.6, 12.0
#: Kinds of noise less credible than this beside the best are not looked at again when fakes are fitted: half the time,
#: and the widening of 30 simulated series with 16 releases was .005 less on average, .055 at most.
LIKELY = 0.05
#: Days on either side of an effect whose unrest widens its interval, and how many calm days they are mixed with.
NEAR, CALM = 14, 10.0
#: Squared daily unrest counts no more than this.
MOST = 16.0
#: Interval = exp(SHIFT) * unrest ** POWER * standard error * t(FREEDOM), fitted to 1,000 placebo dates (tuning half).
SHIFT, POWER, FREEDOM = -0.116, 1.164, 5.5


#: Sizes (va) and memories (phi) of the slow disturbance: none, and four sizes with each of two memories.
SLOW = ((0.02, 0.65), *((va, phi) for phi in (0.65, 0.95) for va in (0.12, 0.5, 2.0, 6.0)))
#: Log of the drift q. Down to e^-8 alone, intervals of series without drift were 9 to 10 % wider (simulated, 120
#: placebo dates), those of real series (tuning half, 900 dates) no different. Steps of 1 gained nothing on those dates
#: (.003 nats a date worse), steps of 2 lost .007.
DRIFT = np.arange(-12.0, 3.1, 1.5)
#: Prior of log q, mean and standard deviation. Means of .03, .01, .003, .001 lost 0, .0012, .0034, .006 nats a date on
#: those real series, and made intervals of calm ones narrower each time: .01 is the most that cost nothing to speak of.
DRIFT_PRIOR = (np.log(0.01), 3.0)
#: Where a search begins: every second drift, each with no slow disturbance, a quick and a lasting one (rows of SLOW).
BEGIN = (0, 2, 6)


def _models() -> tuple[Floats, Floats]:
    """The kinds of noise (q, va, phi), and the log prior of each."""
    table = np.array([(np.exp(k), va, phi) for k in DRIFT for va, phi in SLOW])
    q, va, phi = table.T
    inner = (phi - 0.02) / 0.96
    prior = (((np.log(q) - DRIFT_PRIOR[0]) / DRIFT_PRIOR[1]) ** 2 + (np.log(va / 0.2) / 1.5) ** 2) + (
        np.log(inner / (1 - inner)) - 1.4
    ) ** 2
    return table, -0.5 * prior


def _neighbours() -> Ints:
    """Kinds beside each: a little more or less drift, a larger or smaller disturbance, another memory; -1 for none."""
    beside = {0: (1, 5, -1), 1: (0, 2, 5), 2: (1, 3, 6), 3: (2, 4, 7), 4: (3, 8, -1)}
    beside |= {5: (0, 6, 1), 6: (5, 7, 2), 7: (6, 8, 3), 8: (7, 4, -1)}
    size, wide = len(DRIFT) * len(SLOW), len(SLOW)
    rows = []
    for k in range(size):
        drift = [j if 0 <= j < size else -1 for j in (k - wide, k + wide)]
        rows.append(drift + [k - k % wide + j if j >= 0 else -1 for j in beside[k % wide]])
    return np.array(rows)


MODELS, PRIOR = _models()
NEIGHBOURS = _neighbours()
SEEDS = np.array([k * len(SLOW) + j for k in range(1, len(DRIFT), 2) for j in BEGIN])


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What the noise of a series is like.

    kinds    (kept,) rows of MODELS that are still believed, the best first
    slopes   (kept,) standard deviation of the slope of each, relative to s a reading
    weights  (kept,) posterior weight of each
    r        (days,) variance of each day's noise relative to s2; infinite where missing
    """

    kinds: Ints
    slopes: Floats
    weights: Floats
    r: Floats

    @property
    def models(self) -> Floats:
        """q, va, phi of each, (kept, 3)."""
        return np.asarray(MODELS[self.kinds])

    @property
    def mixture(self) -> tuple[Floats, Floats, Floats, int]:
        """Distinct kinds, the best first; weights of each with each slope; the slopes; the best kind's best slope."""
        first = np.sort(np.unique(self.kinds, return_index=True)[1])
        kinds, slopes = self.kinds[first], np.searchsorted(SLOPES, self.slopes)
        weights = np.zeros((len(kinds), len(SLOPES)))
        weights[(self.kinds[:, None] == kinds).argmax(axis=1), slopes] = self.weights
        return MODELS[kinds], weights, SLOPES, int(slopes[0])

    def likely(self) -> Noise:
        """Only the kinds of noise that are at least LIKELY times as credible as the best."""
        total = np.bincount(self.kinds, self.weights)
        good = total[self.kinds] >= LIKELY * total.max()
        weights = self.weights[good]
        return Noise(self.kinds[good], self.slopes[good], weights / weights.sum(), self.r)


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


def rises(effects: Floats) -> Ints:
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


def fit_noise(
    z: Floats, nuisance: Floats, effects: Floats, curves: Floats, among: Noise | None = None, base: Floats | None = None
) -> Noise:
    """What the noise is like, blind to the effects: the level is set free on the day of every step, and columns of
    any other shape stand among the nuisance ones, so that a true effect never counts as noise.

    among: only its kinds of noise are looked at, and its robust weights are where they begin.
    base (days,): variance of each day's noise beside the others', where it is known; robust weights multiply it.
    """
    step = rises(effects)
    free = np.zeros(len(z), bool)
    free[step[step >= 0]] = True
    known, columns = _columns(z, nuisance, effects[:, step < 0], curves)
    dof = max(int(known.sum()) - (columns.shape[1] - 1) + curves.shape[1] - int(free.sum()), 1)
    base = np.ones(len(z)) if base is None else np.where(known, base, 1.0)
    r = np.where(known, among.r, 1.0) if among else base.copy()
    found, prior = np.empty((len(MODELS), len(SLOPES))), PRIOR[:, None] + SLOPES_PRIOR
    allowed, queue = np.full(len(MODELS), among is None), np.zeros(len(MODELS), bool)
    queue[among.kinds if among else SEEDS] = True
    allowed |= queue
    c, turns, reach = curves.shape[1], 1 if among else ROUNDS, np.array([BEYOND, AGAIN])
    args = (float(dof), base, MODELS, prior, NEIGHBOURS, SLOPES, queue, allowed, turns, reach, r, found)
    kernels.search(columns, c, known, free, *args)
    order = np.argsort(-found, axis=None)[: int((found > found.max() - KEPT).sum())]
    kept, slopes = np.unravel_index(order, found.shape)
    weight = np.exp(found[kept, slopes] - found.max())
    return Noise(kept, SLOPES[slopes], weight / weight.sum(), np.where(known, r, np.inf))


def _columns(z: Floats, flat: Floats, others: Floats, curves: Floats) -> tuple[Bools, Floats]:
    """Which days are known, and the columns in the kernels' order, 0 on days that are not; (days,), (days, n)."""
    known = np.isfinite(z)
    columns = np.column_stack([flat, others, curves, z])
    columns[~known] = 0.0
    return known, np.ascontiguousarray(columns)


def fit(
    z: Floats,
    nuisance: Floats,
    effects: Floats,
    curves: Floats | None = None,
    near: int = NEAR,
    among: Noise | None = None,
    base: Floats | None = None,
) -> Joint:
    """Effects of all columns together, flat priors, averaged over the kinds of noise that are believed.

    z (days,), NaN where missing; nuisance (days, p), one of them constant; effects (days, k), each 0 to 1 and no two
    of them equal on the known days; curves (days, c): courses of months, if any;
    near: days around each whose unrest widens its interval; among, base: of `fit_noise`.
    The caller sees to it that p + k is well below the number of known days.
    """
    curves = np.zeros((len(z), 0)) if curves is None else curves
    noise = fit_noise(z, nuisance, effects, curves, among, base)
    step, k, c = rises(effects), effects.shape[1], curves.shape[1]
    rest = np.flatnonzero(step < 0)
    steps = np.flatnonzero(step >= 0)
    steps = steps[np.argsort(step[steps], kind="stable")]
    known, columns = _columns(z, nuisance, effects[:, rest], curves)
    dof = max(int(known.sum()) - nuisance.shape[1] - k, 1)
    beta, raw, b = np.zeros(k), np.zeros((k, k)), np.empty(nuisance.shape[1] + k + c)
    s2 = kernels.effects(
        columns,
        c,
        len(rest),
        step[steps],
        *noise.mixture,
        np.where(known, noise.r, 1.0),
        known,
        float(dof),
        beta,
        raw,
        b,
    )
    raw = np.tril(raw) + np.tril(raw, -1).T
    place = np.empty(k, int)
    place[np.concatenate([rest, steps])] = np.arange(k)
    beta, raw = beta[place], raw[np.ix_(place, place)]
    flat = nuisance.shape[1] + len(rest)
    left = columns[:, -1] - columns[:, :-1] @ np.delete(b, np.s_[flat : flat + len(steps)])
    left -= np.where(known, effects[:, steps] @ b[flat : flat + len(steps)], 0.0)
    unrest = _unrest(left, noise, s2, effects, near, base)
    s = np.exp(SHIFT) * unrest**POWER
    return Joint(beta, raw * np.outer(s, s), unrest, raw, noise, s2, dof)


def _unrest(left: Floats, noise: Noise, s2: float, effects: Floats, days: int, base: Floats | None) -> Floats:
    """Root mean square of the daily surprises around each effect's first day, mixed with CALM calm days.

    Surprises are standardised one-day-ahead errors of what the best model leaves, (days,), before the robust weights
    excuse them.
    """
    known = np.isfinite(noise.r)
    excused = np.where(known, noise.r, 0.0) if base is None else np.where(known, noise.r / base, 0.0)
    q, va, phi = noise.models[0].tolist()
    w = whiten(gains(q, va, phi, noise.r), left[:, None])[:, 0]
    surprise = np.concatenate([[0.0], np.cumsum(np.minimum(w**2 / s2 * excused, MOST))])
    count = np.concatenate([[0], np.cumsum(known)])
    day = np.argmax(effects > 0, axis=0)
    first, last = np.maximum(day - days, 0), np.minimum(day + days, len(left))
    return np.asarray(np.sqrt((surprise[last] - surprise[first] + CALM) / (count[last] - count[first] + CALM)))


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
    prior = np.zeros(columns.shape[1] - 1)
    prior[nuisance.shape[1] : nuisance.shape[1] + curves.shape[1]] = 1 / joint.noise.slopes[0] ** 2
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
