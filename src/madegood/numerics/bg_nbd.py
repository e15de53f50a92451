"""Customers who may leave right after a purchase: BG/NBD, and MBG/NBD in which the first purchase may be the last too.

While alive a customer buys at a rate from Gamma(r, rate alpha); after each purchase the customer leaves with a chance
from Beta(a, b). Under BG/NBD one who never came back is alive for certain (P(alive) = 1 at every age), so it cannot
count who left: it is here for comparison. Fader, Hardie and Lee 2005 (Marketing Science 24:275, eq. 3, 6 and 10);
Batislam, Denizel and Filiztekin 2007 (Int. J. Research in Marketing 24:201).

With y = x for BG/NBD and y = x + 1 for MBG/NBD, both are one formula.
Rows are grouped customers: x repeats, t the age at the last of them, age now (one unit of time), n customers.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, hyp2f1, polygamma

from madegood.numerics.compiled import compiled
from madegood.numerics.newton import Fit, Floats, climb

HESSIAN = tuple(zip(*np.triu_indices(4), strict=True))


def fit(x: Floats, t: Floats, age: Floats, n: Floats, early: bool) -> Fit:
    """Parameters r, alpha, a, b by maximum likelihood. early: the first purchase may be the last (MBG/NBD)."""
    x, t, age, n = (np.ascontiguousarray(v, dtype=np.float64) for v in (x, t, age, n))
    times, which = np.unique(x, return_inverse=True)
    sizes = np.bincount(which, weights=n).astype(np.float64)
    many = float(n.sum())

    def value(at: Floats) -> tuple[float, Floats, Floats]:
        params = np.exp(at)
        sums = np.zeros(15)
        r, alpha, a, b = params
        _rows(x, t, age, n, float(early), r, alpha, a, b, sums)
        height, slope, bend = _by_times(times, sizes, many, params, early)
        height, slope = height + sums[0], slope + sums[1:5]
        for (i, j), amount in zip(HESSIAN, sums[5:], strict=True):
            bend[i, j] += amount
            if i != j:
                bend[j, i] += amount
        slope = slope * params
        return height, slope, bend * np.outer(params, params) + np.diag(slope)

    mean = max(float(n @ x) / many, 1e-3)
    return climb(value, np.array([0.5, 0.25 * float(n @ age) / many / mean, 1.0, 2.5]), many)


def logs(params: Floats, x: Floats, t: Floats, age: Floats, early: bool) -> Floats:
    """Log-likelihood (rows,) of one customer of each row, but for what depends on x alone."""
    r, alpha, a, b = params
    y = x + early
    stay = -(r + x) * np.log(alpha + age)
    left = np.where(y > 0, np.log(a / (b + np.maximum(y, 1) - 1)) - (r + x) * np.log(alpha + t), -np.inf)
    return np.asarray(np.logaddexp(stay, left))


def alive(params: Floats, x: Floats, t: Floats, age: Floats, early: bool) -> Floats:
    """Chance (rows,) that a customer of each row has not left."""
    r, alpha, _, _ = params
    return np.asarray(np.exp(-(r + x) * np.log(alpha + age) - logs(params, x, t, age, early)))


def expected(params: Floats, x: Floats, t: Floats, age: Floats, ahead: float, early: bool) -> Floats:
    """Repeats (rows,) to be expected of a customer of each row in the time ahead.

    Singular at a = 1: passed beside. Where nearly nobody ever leaves the formula overflows; the chance to leave is then
    taken at its mean.
    """
    r, alpha, a, b = params
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
    y = x + early
    part = ahead / (alpha + age + ahead)
    with np.errstate(all="ignore"):
        fewer = (1 - part) ** (r + x) * hyp2f1(r + x, b + y, a + b + y - 1, part)
        number = (a + b + y - 1) / (a - 1) * (1 - fewer)
    chance = a / (a + b + y)
    at_mean = -np.expm1(-(r + x) * np.log1p(chance * ahead / (alpha + age))) / chance
    sound = np.isfinite(number) & (number >= 0) & (a > 1e-3)
    return np.asarray(np.where(sound, number, at_mean) * alive(params, x, t, age, early))


def _by_times(times: Floats, sizes: Floats, many: float, params: Floats, early: bool) -> tuple[float, Floats, Floats]:
    """The part of the likelihood that depends on the number of repeats alone, by the parameters themselves."""
    r, alpha, a, b = params
    y = times + early
    height = float(sizes @ (gammaln(r + times) + gammaln(b + y) - gammaln(a + b + y)))
    height += many * float(-gammaln(r) + r * np.log(alpha) + gammaln(a + b) - gammaln(b))
    both, late = sizes @ digamma(a + b + y), sizes @ digamma(b + y)
    slope = np.array(
        [
            sizes @ digamma(r + times) + many * (np.log(alpha) - digamma(r)),
            many * r / alpha,
            many * digamma(a + b) - both,
            late - both + many * (digamma(a + b) - digamma(b)),
        ]
    )
    shared = many * polygamma(1, a + b) - sizes @ polygamma(1, a + b + y)
    bend = np.zeros((4, 4))
    bend[0, 0] = sizes @ polygamma(1, r + times) - many * polygamma(1, r)
    bend[0, 1] = bend[1, 0] = many / alpha
    bend[1, 1] = -many * r / alpha**2
    bend[2, 2] = bend[2, 3] = bend[3, 2] = shared
    bend[3, 3] = sizes @ polygamma(1, b + y) - many * polygamma(1, b) + shared
    return height, slope, bend


@compiled
def _rows(
    x: Floats,
    t: Floats,
    age: Floats,
    n: Floats,
    early: float,
    r: float,
    alpha: float,
    a: float,
    b: float,
    out: Floats,
) -> None:
    """Adds the log of (stayed + left) over rows to out (15,): value, 4 slopes, 10 bends.

    The log of a sum of two has the slope of the first plus q times their difference d, and the bend of each plus
    q (1 - q) d d', with q the share of the second: the chance that the customer left.
    """
    for i in range(len(x)):
        c = r + x[i]
        y = x[i] + early
        far = 1.0 / (alpha + age[i])
        log_far = np.log(alpha + age[i])
        stay = -c * log_far
        if y == 0.0:
            out[0] += n[i] * stay
            out[1] -= n[i] * log_far
            out[2] -= n[i] * c * far
            out[6] -= n[i] * far
            out[9] += n[i] * c * far * far
            continue
        near = 1.0 / (alpha + t[i])
        log_near = np.log(alpha + t[i])
        down = 1.0 / (b + y - 1.0)
        d = np.log(a * down) - c * log_near - stay
        if d > 0:
            rest = np.exp(-d)
            q = 1.0 / (1.0 + rest)
            out[0] += n[i] * (stay + d + np.log1p(rest))
        else:
            rest = np.exp(d)
            q = rest / (1.0 + rest)
            out[0] += n[i] * (stay + np.log1p(rest))
        d0 = log_far - log_near
        d1 = c * (far - near)
        d2 = 1.0 / a
        w = n[i] * q
        v = w * (1.0 - q)
        out[1] += w * d0 - n[i] * log_far
        out[2] += w * d1 - n[i] * c * far
        out[3] += w * d2
        out[4] -= w * down
        out[5] += v * d0 * d0
        out[6] += v * d0 * d1 - n[i] * ((1.0 - q) * far + q * near)
        out[7] += v * d0 * d2
        out[8] -= v * d0 * down
        out[9] += v * d1 * d1 + n[i] * c * ((1.0 - q) * far * far + q * near * near)
        out[10] += v * d1 * d2
        out[11] -= v * d1 * down
        out[12] += v * d2 * d2 - w * d2 * d2
        out[13] -= v * d2 * down
        out[14] += v * down * down + w * down * down
