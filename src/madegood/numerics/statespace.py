"""A wandering level, a slow disturbance and noise: Kalman filter and smoother for many columns at once.

    c_t = mu_t + a_t + e_t                       relative to one variance s2
    mu_1 = 0,  mu_{t+1} = mu_t + N(0, q)         the level, a random walk
    a_{t+1} = phi a_t + N(0, va (1 - phi^2)),    a_1 ~ N(0, va)
    e_t ~ N(0, R_t)                              R_t infinite: the day is missing

The gains depend on (q, va, phi) and R alone, never on the columns, so they are made once and a further column costs
a few additions a day.

Harvey 1989, Forecasting, Structural Time Series Models; Durbin and Koopman 2012, Time Series Analysis by State Space
Methods, sections 4.3 (filter) and 4.5 (disturbance smoother). The loops are in kernels.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madegood.numerics import kernels

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """What the filter does on each day, whatever the column; all (days,).

    level, slow  gain of the level and of the slow disturbance
    precision    one over the variance of the innovation; 0 on missing days
    logdet       sum of the log innovation variances over the days that are known: log |S|
    """

    level: Floats
    slow: Floats
    precision: Floats
    phi: float
    logdet: float

    @property
    def variance(self) -> Floats:
        """Of the innovation; infinite on missing days."""
        with np.errstate(divide="ignore"):
            return np.asarray(1 / self.precision)


def gains(q: float, va: float, phi: float, noise: Floats, free: NDArray[np.bool_] | None = None) -> Gains:
    """Gains for every day; `noise` is R_t, (days,); on `free` days the level starts anew."""
    known, r = finite(noise)
    loose = np.zeros(len(r), bool) if free is None else np.array(free, bool)
    level, slow, precision = np.empty((3, len(r)))
    logdet = kernels.gains(float(q), float(va), float(phi), r, known, loose, level, slow, precision)
    return Gains(level, slow, precision, float(phi), logdet)


def finite(noise: Floats) -> tuple[Bools, Floats]:
    """Which days are known, and R_t with 1 on all others: kernels divide by it."""
    known = np.isfinite(noise)
    return known, np.where(known, noise, 1.0)


def innovations(g: Gains, columns: Floats) -> Floats:
    """One-day-ahead errors of each column, (days, columns); zero on missing days."""
    given = np.array(columns, float, order="C", ndmin=2)
    out = np.empty_like(given)
    kernels.innovations(given, g.level, g.slow, g.phi, g.precision > 0, out)
    return out


def whiten(g: Gains, columns: Floats) -> Floats:
    """Columns turned so that S becomes the identity: for u, v among them, whiten(u)' whiten(v) = u' S^-1 v.

    Missing days are zero. Shape as `innovations`.
    """
    return np.asarray(innovations(g, columns) * np.sqrt(g.precision)[:, None])


def smooth(g: Gains, errors: Floats) -> tuple[Floats, Floats]:
    """u = S^-1 c for every column, and the diagonal of S^-1: (days, columns), (days,).

    From the innovations of the same gains. On missing days both are zero.
    """
    given = np.array(errors, float, order="C")
    u, inside = np.empty_like(given), np.empty((3, len(given)))
    kernels.smoother(given, g.level, g.slow, g.precision, g.phi, u, inside)
    return u, inside[0]


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
