"""A wandering level, a slow disturbance and noise: Kalman filter and smoother for many columns at once.

    c_t = mu_t + a_t + e_t                       relative to one variance s2
    mu_1 = 0,  mu_{t+1} = mu_t + N(0, q)         the level, a random walk
    a_{t+1} = phi a_t + N(0, va (1 - phi^2)),    a_1 ~ N(0, va)
    e_t ~ N(0, R_t)                              R_t infinite: the day is missing

The gains depend on (q, va, phi) and R alone, never on the columns, so they are made once and a further column costs
a few additions a day. `q`, `va`, `phi` are floats, or arrays of one shape (models,): then every model is run at once.

Harvey 1989, Forecasting, Structural Time Series Models; Durbin and Koopman 2012, Time Series Analysis by State Space
Methods, sections 4.3 (filter) and 4.5 (disturbance smoother).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Prior variance given to a level that is set free; against R of 1 it is a flat prior to eight digits.
FREE = 1e8


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """What the filter does on each day, whatever the column; all (days,) or (days, models).

    level, slow  gain of the level and of the slow disturbance
    variance     of the innovation; infinite on missing days
    phi          of each model
    """

    level: Floats
    slow: Floats
    variance: Floats
    phi: Any

    @property
    def logdet(self) -> Floats:
        """Sum of the log innovation variances over the days that are known: log |S|, (models,)."""
        return np.asarray(np.log(np.where(np.isfinite(self.variance), self.variance, 1.0)).sum(axis=0))


def gains(q: Any, va: Any, phi: Any, noise: Floats, free: NDArray[np.bool_] | None = None) -> Gains:
    """Gains for every day; `noise` is R_t, (days,); on `free` days the level starts anew.

    Only sums, products and quotients, so that floats stay floats: one model runs without arrays at all.
    """
    p00: Any = 0.0 * q
    p01: Any = 0.0 * q
    p11: Any = 1.0 * va
    fresh, squared = va * (1 - phi * phi), phi * phi
    loose = np.zeros(len(noise), bool) if free is None else free
    level, slow, variance = [], [], []
    for r, anew in zip(noise.tolist(), loose.tolist(), strict=True):
        if anew:
            p00 = p00 + FREE
        m0 = p00 + p01
        m1 = p01 + p11
        f = m0 + m1 + r
        k0 = m0 / f
        k1 = m1 / f
        level.append(k0)
        slow.append(k1)
        variance.append(f)
        p00 = p00 - m0 * k0 + q
        p01 = phi * (p01 - m0 * k1)
        p11 = squared * (p11 - m1 * k1) + fresh
    return Gains(np.array(level), np.array(slow), np.array(variance), phi)


def innovations(g: Gains, columns: Floats) -> Floats:
    """One-day-ahead errors of each column, (days, columns) or (days, models, columns); missing days keep a value
    that nothing may use: divide by the infinite variance first."""
    days, width = columns.shape
    models = g.level.shape[1:]
    out = np.empty((days, *models, width))
    mu = np.zeros((*models, width))
    a = np.zeros((*models, width))
    k0 = g.level[..., None] if models else g.level
    k1 = g.slow[..., None] if models else g.slow
    phi = np.asarray(g.phi)[..., None] if models else g.phi
    step = np.empty_like(mu)
    for t in range(days):
        v = out[t]
        np.subtract(columns[t], mu, out=v)
        v -= a
        np.multiply(k0[t], v, out=step)
        mu += step
        np.multiply(k1[t], v, out=step)
        a += step
        a *= phi
    return out


def whiten(g: Gains, columns: Floats) -> Floats:
    """Columns turned so that S becomes the identity: for u, v among them, whiten(u)' whiten(v) = u' S^-1 v.

    Missing days are zero. Shape as `innovations`.
    """
    out = innovations(g, columns)
    out *= (1.0 / np.sqrt(g.variance))[..., None]
    return out


def smooth(g: Gains, errors: Floats) -> tuple[Floats, Floats]:
    """u = S^-1 c for every column, and the diagonal of S^-1, for one model: (days, columns), (days,).

    Backward pass of the disturbance smoother (de Jong 1989; Koopman 1993) over the innovations of the same gains.
    On missing days both are zero.
    """
    days, width = errors.shape
    phi = float(g.phi)
    u = np.zeros((days, width))
    diagonal = np.zeros(days)
    r0, r1 = np.zeros(width), np.zeros(width)
    n00 = n01 = n11 = 0.0
    k0s, k1s = g.level.tolist(), g.slow.tolist()
    precision = 1.0 / g.variance
    scaled = errors * precision[:, None]
    for t, f in zip(range(days - 1, -1, -1), precision[::-1].tolist(), strict=True):
        k0, k1 = k0s[t], k1s[t]
        r1 *= phi
        n01 *= phi
        n11 *= phi * phi
        if f == 0.0:  # missing: nothing is learnt
            continue
        here = u[t]
        here[:] = scaled[t] - k0 * r0 - k1 * r1
        r0 += here
        r1 += here
        nk0 = n00 * k0 + n01 * k1
        nk1 = n01 * k0 + n11 * k1
        knk = k0 * nk0 + k1 * nk1
        diagonal[t] = f + knk
        n00 += f + knk - 2 * nk0
        n01 += f + knk - nk0 - nk1
        n11 += f + knk - 2 * nk1
    return u, diagonal


def covariance(q: float, va: float, phi: float, days: int) -> Floats:
    """Covariance of mu + a over the days, relative to s2, (days, days): the model without its noise, spelled out."""
    t = np.arange(days)
    return np.asarray(q * np.minimum(t[:, None], t[None, :]) + va * phi ** np.abs(t[:, None] - t[None, :]))


def spread(q: float, va: float, phi: float, weights: Floats) -> Floats:
    """covariance(...) @ weights in a few sums over the days, (days,)."""
    n = len(weights)
    after = np.cumsum(weights[::-1])[::-1]  # sum of weights from each day on
    walk = np.concatenate([[0.0], np.cumsum(after[1:])])
    forward, backward = np.empty(n), np.empty(n)
    left = right = 0.0
    for t, w in enumerate(weights.tolist()):
        left = phi * left + w
        forward[t] = left
    for t, w in zip(range(n - 1, -1, -1), weights[::-1].tolist(), strict=True):
        right = phi * right + w
        backward[t] = right
    return np.asarray(q * walk + va * (forward + backward - weights))
