"""Loops of the trust factor's sampler: one sweep over the signals, one draw of the factor, repeated.

The model is said in numerics/trust.py. Given the factor each signal is a regression with AR(1) errors and known
noise: its level, season and loading are integrated out for the size and memory of the errors (Kalman filter on the
columns; Harvey 1989, section 3.4). Given these, factor and errors are drawn together from their banded precision
(Rue 2001, JRSS B 63; Chan and Jeliazkov 2009).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.compiled import compiled

Floats = NDArray[np.float64]

#: Priors of the signals' own errors, each of unit spread: sd log-normal around .37, a factor of e either way; the
#: logits of their memories so far apart from signal to signal, around a usual one that is learnt from all of them.
ALIKE = 0.5


@compiled
def draws(
    y: Floats,
    w: Floats,
    known: Floats,
    ridge: Floats,
    start: Floats,
    sweeps: int,
    seed: int,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Posterior draws: factor (sweeps, T), loadings (sweeps, J), errors' sd and memory (sweeps, J), factor's memory.

    y      (T, J) signals, each of unit spread, up is better; anything where unknown
    w      (T, J) one over the variance of each by sampling, 0 where unknown
    known  (T, q) columns that every signal may follow, the level first; ridge (q,) their prior precisions
    start  (T,) a first factor
    """
    np.random.seed(seed)
    weeks, signals = y.shape
    q = known.shape[1]
    f = start.copy()
    loading, sd, memory = np.full(signals, 0.5), np.full(signals, 0.4), np.full(signals, 0.6)
    coefficients = np.zeros((q, signals))
    phi, usual = 0.95, 1.0
    kept_f, kept_l = np.zeros((sweeps, weeks)), np.zeros((sweeps, signals))
    kept_s, kept_m, kept_p = np.zeros((sweeps, signals)), np.zeros((sweeps, signals)), np.zeros(sweeps)
    for sweep in range(sweeps):
        for j in range(signals):
            _signal(y[:, j], w[:, j], known, ridge, f, usual, j, loading, sd, memory, coefficients)
        _factor(y, w, known, coefficients, loading, sd, memory, phi, f, True)
        phi = _scale(f, loading, _phi(f, phi))
        usual = _usual(memory)
        kept_f[sweep], kept_l[sweep], kept_s[sweep], kept_m[sweep], kept_p[sweep] = f, loading, sd, memory, phi
    return kept_f, kept_l, kept_s, kept_m, kept_p


@compiled
def _signal(
    y: Floats,
    w: Floats,
    known: Floats,
    ridge: Floats,
    f: Floats,
    usual: float,
    j: int,
    loading: Floats,
    sd: Floats,
    memory: Floats,
    coefficients: Floats,
) -> None:
    """New errors (two Metropolis steps), then loading and coefficients, of one signal given the factor."""
    q = known.shape[1]
    cross, root = np.empty((q + 2, q + 2)), np.empty((q, q))
    s, r = sd[j], memory[j]
    here, b, a = _integrated(y, w, known, ridge, f, usual, s, r, cross, root)
    for _ in range(2):
        there_s = s * math.exp(0.4 * np.random.standard_normal())
        z = math.log(r / (1 - r)) + 0.8 * np.random.standard_normal()
        there_r = 1 / (1 + math.exp(-z))
        if not (0.02 < there_s < 3.0 and 0.001 < there_r < 0.995):
            continue
        there, b2, a2 = _integrated(y, w, known, ridge, f, usual, there_s, there_r, cross, root)
        if math.log(np.random.random()) < there - here:
            s, r, here, b, a = there_s, there_r, there, b2, a2
    _, b, a = _integrated(y, w, known, ridge, f, usual, s, r, cross, root)
    sd[j], memory[j] = s, r
    odds = _slab(b, a)
    loading[j] = 0.0
    if np.random.random() * (1 + math.exp(min(odds, 700.0))) > 1:
        loading[j] = _above_zero(b / a, 1 / math.sqrt(a))
    right = np.empty(q)
    for i in range(q):  # coefficients given the loading: root root' c = right + root z
        right[i] = cross[i + 1, 0] - loading[j] * cross[i + 1, q + 1]
    for i in range(q):
        for k in range(i):
            right[i] -= root[i, k] * right[k]
        right[i] /= root[i, i]
    for i in range(q):
        right[i] += np.random.standard_normal()
    for i in range(q - 1, -1, -1):
        for k in range(i + 1, q):
            right[i] -= root[k, i] * right[k]
        right[i] /= root[i, i]
        coefficients[i, j] = right[i]


@compiled
def _integrated(
    y: Floats,
    w: Floats,
    known: Floats,
    ridge: Floats,
    f: Floats,
    usual: float,
    s: float,
    r: float,
    cross: Floats,
    root: Floats,
) -> tuple[float, float, float]:
    """Log posterior of an error's size and memory, loading and coefficients integrated out; the loading's b and a.

    A loading's own likelihood is exp(b l - (a - 1) l^2 / 2). `cross` is filled with the products of the filtered
    columns y, known, f; `root` with the lower Cholesky factor of the known ones with their ridge.
    """
    q = known.shape[1]
    cross[:] = 0.0
    at, now = np.zeros(q + 2), np.empty(q + 2)
    p, fresh, logs = s * s, s * s * (1 - r * r), 0.0
    for t in range(len(y)):
        if t > 0:
            at *= r
            p = r * r * p + fresh
        if w[t] <= 0:
            continue
        now[0] = y[t] - at[0]
        for i in range(q):
            now[i + 1] = known[t, i] - at[i + 1]
        now[q + 1] = f[t] - at[q + 1]
        spread = p + 1 / w[t]
        logs += math.log(spread)
        gain = p / spread
        for i in range(q + 2):
            at[i] += gain * now[i]
            for k in range(i + 1):
                cross[i, k] += now[i] * now[k] / spread
        p -= gain * p
    for i in range(q + 2):
        for k in range(i):
            cross[k, i] = cross[i, k]
    for i in range(q):
        for k in range(i + 1):
            total = cross[i + 1, k + 1] + (ridge[i] if i == k else 0.0)
            for m in range(k):
                total -= root[i, m] * root[k, m]
            root[i, k] = math.sqrt(max(total, 1e-12)) if i == k else total / root[k, k]
    yy, yf, ff = cross[0, 0], cross[0, q + 1], cross[q + 1, q + 1]
    to_y, to_f = np.empty(q), np.empty(q)
    for i in range(q):
        to_y[i], to_f[i] = cross[i + 1, 0], cross[i + 1, q + 1]
        for k in range(i):
            to_y[i] -= root[i, k] * to_y[k]
            to_f[i] -= root[i, k] * to_f[k]
        to_y[i] /= root[i, i]
        to_f[i] /= root[i, i]
        yy -= to_y[i] * to_y[i]
        yf -= to_y[i] * to_f[i]
        ff -= to_f[i] * to_f[i]
        logs += 2 * math.log(root[i, i])
    odds = _slab(yf, ff + 1)
    mixed = math.log1p(math.exp(odds)) if odds < 30 else odds
    prior = -0.5 * (math.log(s) + 1.0) ** 2 - 0.5 * ((math.log(r / (1 - r)) - usual) / ALIKE) ** 2
    return -0.5 * (logs + yy) + mixed + prior, yf, ff + 1


@compiled
def _slab(b: float, a: float) -> float:
    """Log of the odds that a loading is not nothing: half-normal of unit spread against 0, even before the data."""
    z = b / math.sqrt(a)
    inside = 0.5 * math.erfc(-z / math.sqrt(2.0))
    if z < -8:  # tail of the normal, Abramowitz and Stegun 26.2.12
        return -0.5 * math.log(a) + math.log(2.0) - math.log(-z * math.sqrt(2 * math.pi))
    return math.log(2 * inside) - 0.5 * math.log(a) + 0.5 * z * z


@compiled
def _above_zero(mean: float, sd: float) -> float:
    """A normal draw given that it is above zero (Robert 1995, Statistics and Computing 5)."""
    low = -mean / sd
    if low < 0.5:
        while True:
            z = np.random.standard_normal()
            if z > low:
                return mean + sd * z
    rate = (low + math.sqrt(low * low + 4)) / 2
    while True:
        z = low - math.log(1 - np.random.random()) / rate
        if np.random.random() < math.exp(-0.5 * (z - rate) ** 2):
            return mean + sd * z


@compiled
def _factor(
    y: Floats,
    w: Floats,
    known: Floats,
    coefficients: Floats,
    loading: Floats,
    sd: Floats,
    memory: Floats,
    phi: float,
    f: Floats,
    chance: bool,
) -> None:
    """The factor drawn (or its mean) given everything else but the errors, which are drawn with it and forgotten.

    Unknowns by week, the factor first and then each signal's error: the precision has as many bands as these.
    """
    weeks, signals = y.shape
    m = signals + 1
    size = weeks * m
    band, right = np.zeros((size, m + 1)), np.zeros(size)
    for c in range(m):
        r = phi if c == 0 else memory[c - 1]
        fresh = 1 - r * r if c == 0 else sd[c - 1] ** 2 * (1 - r * r)
        for t in range(weeks):
            ends = t == 0 or t == weeks - 1
            band[t * m + c, 0] = (1.0 if ends else 1 + r * r) / fresh
            if t > 0:
                band[t * m + c, m] = -r / fresh
    for t in range(weeks):
        for j in range(signals):
            if w[t, j] <= 0:
                continue
            rest = y[t, j]
            for i in range(known.shape[1]):
                rest -= known[t, i] * coefficients[i, j]
            band[t * m, 0] += w[t, j] * loading[j] ** 2
            band[t * m + j + 1, 0] += w[t, j]
            band[t * m + j + 1, j + 1] += w[t, j] * loading[j]
            right[t * m] += w[t, j] * loading[j] * rest
            right[t * m + j + 1] += w[t, j] * rest
    for i in range(size):
        for k in range(min(i, m), -1, -1):
            total = band[i, k]
            for back in range(k + 1, min(i, m, m + k) + 1):
                if back - k <= m:
                    total -= band[i, back] * band[i - k, back - k]
            band[i, k] = math.sqrt(total) if k == 0 else total / band[i - k, 0]
    for i in range(size):
        for k in range(1, min(i, m) + 1):
            right[i] -= band[i, k] * right[i - k]
        right[i] /= band[i, 0]
    for i in range(size):
        if chance:
            right[i] += np.random.standard_normal()
    for i in range(size - 1, -1, -1):
        for k in range(1, min(size - 1 - i, m) + 1):
            right[i] -= band[i + k, k] * right[i + k]
        right[i] /= band[i, 0]
    for t in range(weeks):
        f[t] = right[t * m]


@compiled
def _phi(f: Floats, phi: float) -> float:
    """The factor's memory given the factor, of unit spread: Metropolis steps on its log half-life."""
    here = _memory(f, phi)
    for _ in range(3):
        there = 0.5 ** (1 / (math.log(0.5) / math.log(phi) * math.exp(0.7 * np.random.standard_normal())))
        if not 0.5 < there < 0.9999:
            continue
        score = _memory(f, there)
        if math.log(np.random.random()) < score - here:
            phi, here = there, score
    return phi


@compiled
def _scale(f: Floats, loading: Floats, phi: float) -> float:
    """Memory, factor and loadings moved together: a factor that wanders further has smaller loadings.

    The products of loading and factor stay, so the data have no say; weekly steps keep their prior. Without it chains
    creep along this line (Liu and Wu 1999, JASA 94: parameter expansion).
    """
    carrying = 0
    for size in loading:
        carrying += size > 0
    for _ in range(3):
        there = 0.5 ** (1 / (math.log(0.5) / math.log(phi) * math.exp(0.7 * np.random.standard_normal())))
        if not 0.5 < there < 0.9999:
            continue
        c = math.sqrt((1 - there * there) / (1 - phi * phi))
        score = _memory(f * c, there) - _memory(f, phi) + (len(f) - carrying) * math.log(c)
        for size in loading:
            score -= 0.5 * size * size * (1 / (c * c) - 1)
        if math.log(np.random.random()) < score:
            phi = there
            f *= c
            loading /= c
    return phi


@compiled
def _usual(memory: Floats) -> float:
    """The logit that the memories of all signals lie around; normal around 1 (.73 from week to week), sd 1."""
    total = 0.0
    for r in memory:
        total += math.log(r / (1 - r))
    sure = 1 + len(memory) / ALIKE**2
    return (1 + total / ALIKE**2) / sure + np.random.standard_normal() / math.sqrt(sure)


@compiled
def _memory(f: Floats, phi: float) -> float:
    """Log posterior of the memory: half-life log-normal around 20 weeks, a factor of e either way."""
    fresh = 1 - phi * phi
    total = -0.5 * f[0] ** 2
    for t in range(1, len(f)):
        total -= 0.5 * (f[t] - phi * f[t - 1]) ** 2 / fresh
    return float(total - 0.5 * (len(f) - 1) * math.log(fresh) - 0.5 * math.log(math.log(0.5) / math.log(phi) / 20) ** 2)
