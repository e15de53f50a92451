"""Arms against a control, from sums alone: means, proportions, ratios, strata, earlier values (CUPED).

Everything is for many experiments at once. A table is (..., 1 + k + k(k+1)/2): how many units, the sum of each of
their k values, and the sum of each product of two, pairs in order (first with first, first with second, ...).
The values of a unit are what it did, then for ratios what that is a share of, then covariates known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """n (...), means (..., k), and the covariance of one unit's values (..., k, k)."""

    n: Floats
    means: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """Arms against their control, (comparisons,) each.

    share       effect as a share of the control's mean, and its standard error
    difference  the same in the metric's own unit
    freedom     Welch's degrees of freedom
    control, treated  the means, of ratios the ratios, as they were
    clear       the control's mean over its standard error: shares of a mean near 0 mean nothing
    kept        variance of the difference with covariates, over that without: 1 without covariates
    base_var    variance of the control's mean; `pull` its covariance with the difference
    """

    share: Floats
    share_se: Floats
    difference: Floats
    difference_se: Floats
    freedom: Floats
    control: Floats
    treated: Floats
    clear: Floats
    kept: Floats
    base_var: Floats
    pull: Floats


@cache
def pairs(k: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the products of k values: rows and columns, in order.

    >>> [(int(i), int(j)) for i, j in zip(*pairs(2))]
    [(0, 0), (0, 1), (1, 1)]
    """
    return np.triu_indices(k)


def values(columns: int) -> int:
    """k of a table with so many columns.

    >>> values(3), values(6), values(10)
    (1, 2, 3)
    """
    return int((np.sqrt(8 * columns + 1) - 3) // 2)


def moments(table: Floats, binomial: bool = False) -> Moments:
    """Means and covariances (divisor n - 1); `binomial`: of 0/1 values without products, p(1 - p)."""
    k = values(table.shape[-1])
    n = table[..., 0]
    some = np.maximum(n, 1.0)
    means = table[..., 1 : 1 + k] / some[..., None]
    rows, cols = pairs(k)
    flat = table[..., 1 + k :] - some[..., None] * means[..., rows] * means[..., cols]
    # what is left of products that cancel to the last digits is rounding, not variance
    flat = np.where(np.abs(flat) > 1e-12 * np.abs(table[..., 1 + k :]), flat, 0.0)
    covariance = np.zeros((*n.shape, k, k))
    covariance[..., rows, cols] = flat / np.maximum(n - 1, 1.0)[..., None]
    covariance[..., cols, rows] = covariance[..., rows, cols]
    if binomial:
        covariance[..., 0, 0] = means[..., 0] * (1 - means[..., 0])
    return Moments(n, means, covariance)


def lift(table: Floats, ratio: bool = False, binomial: bool = False) -> Lift:
    """Effects from tables (comparisons, strata, 2, columns), the control first; each cell of two units or more.

    Means, proportions and ratios with the delta method (Deng, Knoblich and Lu 2018, KDD); strata weigh by their units
    (Miratrix, Sekhon and Yu 2013); covariates by theta = S_xx^-1 S_xy over both arms and within strata (Deng et al.
    2013, WSDM, CUPED). The share is the adjusted difference over the control's own mean.
    """
    seen = moments(table, binomial)
    weight = seen.n.sum(axis=2) / seen.n.sum(axis=(1, 2))[:, None]
    means = (weight[:, :, None, None] * seen.means).sum(axis=1)
    spread = (seen.covariance / seen.n[..., None, None] * weight[:, :, None, None, None] ** 2).sum(axis=1)
    size = 2 if ratio else 1
    g, slope = measured(means, ratio)
    plain = np.einsum("eai,eaij,eaj->ea", slope, spread[..., :size, :size], slope)
    theta = _theta(seen, ratio)
    cross = np.einsum("eai,eaij->eaj", slope, spread[..., :size, size:])
    inner = np.einsum("ei,eaij,ej->ea", theta, spread[..., size:, size:], theta)
    var = np.maximum(plain - 2 * np.einsum("eaj,ej->ea", cross, theta) + inner, 0.0)
    shift = ((means[:, 1, size:] - means[:, 0, size:]) * theta).sum(axis=1)
    difference = g[:, 1] - g[:, 0] - shift
    n = seen.n.sum(axis=1)
    base = np.where(g[:, 0] == 0, np.nan, g[:, 0])
    total = plain.sum(axis=1)
    return Lift(
        share=difference / base,
        share_se=np.sqrt(var[:, 1] / base**2 + var[:, 0] * g[:, 1] ** 2 / base**4),
        difference=difference,
        difference_se=np.sqrt(var.sum(axis=1)),
        freedom=var.sum(axis=1) ** 2 / np.maximum((var**2 / np.maximum(n - 1, 1)).sum(axis=1), 1e-300),
        control=g[:, 0],
        treated=g[:, 1],
        clear=np.abs(g[:, 0]) / np.sqrt(np.maximum(plain[:, 0], 1e-300)),
        kept=np.divide(var.sum(axis=1), total, out=np.ones(len(total)), where=total > 0),
        base_var=plain[:, 0],
        pull=(theta * cross[:, 0]).sum(axis=1) - plain[:, 0],
    )


def fieller(seen: Lift, c: Floats | float) -> tuple[Floats, Floats]:
    """Ends of an interval of the share, (comparisons,), for any multiplier; NaN where the control's mean is not clear.

    All shares r at which |difference - r x control| is within c of its standard errors (Fieller 1954). Far out it is
    right where a symmetric interval is not: of 0/1 metrics with 50 successes, 4 standard errors are left 24 times as
    often as they should by difference over control +- c se, and .8 times as often by this.
    """
    a = seen.control**2 - c**2 * seen.base_var
    b = seen.difference * seen.control - c**2 * seen.pull
    root = np.sqrt(np.maximum(b**2 - a * (seen.difference**2 - c**2 * seen.difference_se**2), 0.0))
    bounded = a > 0
    safe = np.where(bounded, a, np.nan)
    return (b - root) / safe, (b + root) / safe


def softened(table: Floats) -> Floats:
    """0/1 tables (..., 3) with one success and one failure more in each arm (Agresti and Caffo 2000).

    With it, intervals of effects on rare things hold: of 5 against 50 successes, those of 2 standard errors are left
    .7 times as often as they should, without it 1.6 times.
    """
    return np.asarray(table + np.array([2.0, 1.0, 1.0]))


def measured(means: Floats, ratio: bool) -> tuple[Floats, Floats]:
    """The metric of a group and its slope by each mean: the mean itself, or one mean over another."""
    if not ratio:
        return means[..., 0], np.ones((*means.shape[:-1], 1))
    y, b = means[..., 0], np.where(means[..., 1] == 0, np.nan, means[..., 1])
    return y / b, np.stack([1 / b, -y / b**2], axis=-1)


def _theta(seen: Moments, ratio: bool) -> Floats:
    """Slopes of what units did on their covariates, (comparisons, covariates), all arms taken together in a stratum."""
    size = 2 if ratio else 1
    k = seen.means.shape[-1]
    if k == size:
        return np.zeros((len(seen.n), 0))
    n = seen.n.sum(axis=2)
    middle = (seen.n[..., None] * seen.means).sum(axis=2) / n[..., None]
    apart = seen.means - middle[:, :, None]
    scatter = (seen.covariance * (seen.n - 1)[..., None, None]).sum(axis=2)
    scatter = (scatter + np.einsum("esa,esai,esaj->esij", seen.n, apart, apart)).sum(axis=1)
    whole = (n[..., None] * middle).sum(axis=1) / n.sum(axis=1)[:, None]
    slope = measured(whole, ratio)[1]
    y = np.einsum("ei,eij->ej", slope, scatter[:, :size, size:])
    x = scatter[:, size:, size:]
    scale = np.sqrt(np.maximum(np.einsum("eii->ei", x), 0.0))
    safe = np.where(scale > 0, scale, 1.0)
    unit = x / (safe[:, :, None] * safe[:, None, :])  # correlations: units of covariates do not matter
    return np.asarray(np.einsum("eij,ej->ei", np.linalg.pinv(unit, rcond=1e-10, hermitian=True), y / safe) / safe)


def change(table: Floats, ratio: bool = False) -> tuple[Floats, Floats]:
    """Of units with an earlier and a later value (for ratios each with its base): later effect less earlier effect.

    Shares and standard errors, (comparisons,), from tables (comparisons, 2, columns), the control first; delta method.
    """
    seen = moments(table)
    size = 2 if ratio else 1
    g, slope = zip(*(measured(seen.means[..., i : i + size], ratio) for i in (0, size)), strict=True)
    grad = []
    for arm, sides in ((0, [-g[i][:, 1] / g[i][:, 0] ** 2 for i in (0, 1)]), (1, [1 / g[i][:, 0] for i in (0, 1)])):
        grad.append(np.concatenate([-sides[0][:, None] * slope[0][:, arm], sides[1][:, None] * slope[1][:, arm]], 1))
    by = np.stack(grad, axis=1)
    var = np.einsum("eai,eaij,eaj->e", by, seen.covariance / seen.n[..., None, None], by)
    late, early = g[1][:, 1] / g[1][:, 0], g[0][:, 1] / g[0][:, 0]
    return late - early, np.sqrt(np.maximum(var, 0.0))


def crossed(table: Floats, ratio: bool = False) -> tuple[Floats, Floats]:
    """Of two experiments met at once: the first one's effect among those of the second less that among the others.

    Shares and standard errors, (pairs,), from tables (pairs, 2, 2, columns): second's arm, then first's, control first.
    """
    among = [lift(table[:, None, i], ratio) for i in (0, 1)]
    se = np.sqrt(among[0].share_se ** 2 + among[1].share_se ** 2)
    return among[1].share - among[0].share, se


def dunnett(loads: Floats, alpha: float = 0.05) -> float:
    """Multiplier at which all of several arms' intervals hold at once with chance 1 - alpha (Dunnett 1955).

    loads  (arms,) sqrt of the control's part of each difference's variance: the correlation of two is their product
    """
    x, w = np.polynomial.hermite_e.hermegauss(64)
    w = w / w.sum()
    root = np.sqrt(np.maximum(1 - loads**2, 1e-12))

    def inside(c: float) -> float:
        part = ndtr((c - np.outer(x, loads)) / root) - ndtr((-c - np.outer(x, loads)) / root)
        return float(w @ part.prod(axis=1))

    low, high = float(ndtri(1 - alpha / 2)), float(ndtri(1 - alpha / (2 * len(loads)))) + 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if inside(middle) > 1 - alpha else (middle, high)
    return high


def holm(p: Floats) -> Floats:
    """p-values so adjusted that, of several arms, any false call has the chance of the smallest (Holm 1979)."""
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    out = np.empty(len(p))
    out[order] = np.minimum(steps, 1.0)
    return out


def welch(freedom: Floats, alpha: float | Floats = 0.05) -> Floats:
    """Multiplier for one look and few units: Student-t with Welch's degrees of freedom."""
    return np.asarray(stdtrit(np.maximum(freedom, 1.0), 1 - np.asarray(alpha) / 2))
