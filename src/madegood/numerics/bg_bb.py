"""Customers who may come back in each of many periods, once at most: BG/BB, for active weeks, months or years.

While alive a customer is active in a period with a chance from Beta(alpha, beta); before each period the customer
leaves for good with a chance from Beta(gamma, delta). Bounded at one a period, so that heavy users, who are active
in nearly every one, do not break it. Fader, Hardie and Shang 2010 (Marketing Science 29:1086, eq. 5, 7, 11 and 13).

Rows are grouped customers: x active periods after the first, t the last of them, age periods until now, n customers;
whole numbers, x <= t <= age. One recursion backward over periods for each x serves every row, so that the cost grows
with periods and not with customers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln

from madegood.numerics.newton import Fit, Floats, by_gradient, climb

Whole = NDArray[np.int64]


def fit(x: Floats, t: Floats, age: Floats, n: Floats) -> Fit:
    """Parameters alpha, beta, gamma, delta by maximum likelihood."""
    many = float(n.sum())
    times, which = np.unique(x, return_inverse=True)
    last, now = t.astype(np.int64), age.astype(np.int64)

    def gradient(at: Floats) -> tuple[float, Floats]:
        params = np.exp(at)
        height, slope = _rows(params, times, which, last, now, slopes=True)
        alpha, beta, gamma, delta = params
        whole = np.repeat(digamma([alpha + beta, gamma + delta]), 2) - digamma(params)
        total = float(n @ height) - many * float(betaln(alpha, beta) + betaln(gamma, delta))
        return total, (n @ slope + many * whole) * params

    length = float(n @ age) / many
    often = min(max(2 * float(n @ x) / many / length, 0.01), 0.9)
    return climb(by_gradient(gradient), np.array([1.0, 1 / often - 1, 0.5, max(0.4 * length, 1.0)]), many)


def logs(params: Floats, x: Floats, t: Floats, age: Floats) -> Floats:
    """Log-likelihood (rows,) of one customer of each row, but for what depends on the parameters alone."""
    times, which = np.unique(x, return_inverse=True)
    return _rows(params, times, which, t.astype(np.int64), age.astype(np.int64), slopes=False)[0]


def alive(params: Floats, x: Floats, t: Floats, age: Floats) -> Floats:
    """Chance (rows,) that a customer of each row had not left in the newest period."""
    alpha, beta, gamma, delta = params
    stayed = betaln(alpha + x, beta + age - x) + betaln(gamma, delta + age)
    return np.asarray(np.exp(stayed - logs(params, x, t, age)))


def expected(params: Floats, x: Floats, t: Floats, age: Floats, ahead: int) -> Floats:
    """Active periods (rows,) to be expected of a customer of each row among the `ahead` next ones (eq. 13, summed)."""
    alpha, beta, gamma, delta = params
    ages, which = np.unique(age, return_inverse=True)
    later = ages[:, None] + np.arange(1, ahead + 1)
    staying = np.exp(betaln(gamma, delta + later) - betaln(gamma, delta + ages)[:, None]).sum(axis=1)
    return np.asarray((alpha + x) / (alpha + beta + age) * staying[which] * alive(params, x, t, age))


def _rows(params: Floats, times: Floats, which: Whole, last: Whole, now: Whole, slopes: bool) -> tuple[Floats, Floats]:
    """Log of the sum of all ways to have lived, and its slopes by the parameters (rows, 4), without B(.,.) B(.,.).

    A customer left after period j = last .. now - 1, or stayed: with f_j the weight of the former, the sum over j is
    that from `last` on less that from `now` on, each relative to its own first weight.
    """
    gone, gone_slopes = _weights(params, times, int(now.max()), 1)
    stay, stay_slopes = _weights(params, times, int(now.max()), 0)
    sums = _from_here_on(gone, gone_slopes if slopes else gone_slopes[..., :0])
    later = np.exp(gone[which, now] - gone[which, last])[:, None]
    left = sums[which, last] - later * sums[which, now]
    stayed = np.exp(stay[which, now] - gone[which, last])
    whole = stayed + left[:, 0]
    height = np.log(whole) + gone[which, last]
    if not slopes:
        return height, np.zeros((len(now), 0))
    return height, (left[:, 1:] + stayed[:, None] * stay_slopes[which, now]) / whole[:, None]


def _weights(params: Floats, times: Floats, whole: int, left: int) -> tuple[Floats, Floats]:
    """Log weight (times, periods + 1) of having been through j periods, x of them active, and its slopes (.., 4).

    left  1: and then left; 0: and still there
    """
    alpha, beta, gamma, delta = params
    j = np.arange(whole + 1)
    idle = np.maximum(j - times.astype(np.int64)[:, None], 0)
    lengths, active, staying = j.astype(np.float64), alpha + times, gamma + delta + left + j
    weight = gammaln(active)[:, None] + gammaln(beta + lengths)[idle] - gammaln(alpha + beta + lengths)
    weight += betaln(gamma + left, delta + lengths)
    both = digamma(alpha + beta + lengths)
    slopes = np.empty((*idle.shape, 4))
    slopes[..., 0] = digamma(active)[:, None] - both
    slopes[..., 1] = digamma(beta + lengths)[idle] - both
    slopes[..., 2] = digamma(gamma + left) - digamma(staying)
    slopes[..., 3] = digamma(delta + lengths) - digamma(staying)
    return weight, slopes


def _from_here_on(weight: Floats, slopes: Floats) -> Floats:
    """(times, periods + 1, 1 + k): sum over later periods of weights and of weighted slopes, relative to this one's."""
    each = np.concatenate((np.ones((*weight.shape, 1)), slopes), axis=-1)
    sums = np.zeros_like(each)
    sums[:, -1] = each[:, -1]
    for j in range(weight.shape[1] - 2, -1, -1):
        sums[:, j] = each[:, j] + np.exp(weight[:, j + 1] - weight[:, j])[:, None] * sums[:, j + 1]
    return sums
