"""Two groups that were not drawn by lot, from moments of their covariates: how alike they are, and what is left.

Balance comes before outcomes: where groups differ so much that a regression would have to reach from one to where the
other is, it is not done (Rubin 2001, Health Services and Outcomes Research Methodology 2, page 174).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Rubin's limits: the distance of the means along the index that parts the groups best, and of each covariate, in
#: standard deviations; the ratio of variances.
APART, EVEN = 0.25, (0.5, 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """How alike two groups are.

    apart, even        of the linear index that parts them best: B as a share, and R
    each, each_even    of every covariate: standardised difference, ratio of variances, (covariates,)
    """

    apart: float
    even: float
    each: Floats
    each_even: Floats

    @property
    def holds(self) -> bool:
        """Within Rubin's limits, the index and every covariate."""
        low, high = EVEN
        evens = np.append(self.each_even, self.even)
        return bool(self.apart < APART and (np.abs(self.each) < APART).all() and ((evens > low) & (evens < high)).all())


def balance(means: Floats, covariance: Floats) -> Balance:
    """Balance of two groups: means (2, covariates) and covariances (2, covariates, covariates), the comparison first.

    The index is Fisher's linear discriminant; its standard deviation is the root mean of both groups' variances.
    """
    gap = means[1] - means[0]
    pooled = covariance.mean(axis=0)
    own = np.einsum("gii->gi", covariance)
    sd = np.sqrt(np.maximum(own.mean(axis=0), 0.0))
    safe = np.where(sd > 0, sd, 1.0)
    unit = pooled / np.outer(safe, safe)
    index = np.linalg.pinv(unit, rcond=1e-10, hermitian=True) @ (gap / safe) / safe
    between, within = np.einsum("i,gij,j->g", index, covariance, index), float(index @ pooled @ index)
    constant = (sd == 0) & (gap != 0)  # a covariate in which the groups differ and nobody varies
    apart = np.inf if constant.any() else float(index @ gap) / np.sqrt(within) if within > 0 else 0.0
    even = float(between[1] / between[0]) if within > 0 and between[0] > 0 else (1.0 if within <= 0 else np.inf)
    ratios = np.divide(own[1], own[0], out=np.where(own[1] > 0, np.inf, 1.0), where=own[0] > 0)
    return Balance(apart, even, np.where(constant, np.inf, gap / safe), ratios)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What those who met it did, over what they would have done by the others' regression.

    without    the mean they would have had
    freedom    residual degrees of freedom of that regression
    """

    difference: float
    se: float
    without: float
    without_se: float
    freedom: float


def adjusted(n: Floats, means: Floats, covariance: Floats) -> Adjusted:
    """Effect on those who met it: n (2,), means (2, 1 + covariates), the outcome first, covariances; comparison first.

    The others' regression on the covariates, read at the means of those who met it (Oaxaca 1973; Blinder 1973; doubly
    robust for this effect, Kline 2011). Variances of both arms are their own.
    """
    x0, xy = covariance[0, 1:, 1:], covariance[0, 1:, 0]
    inverse = np.linalg.pinv(x0, rcond=1e-12, hermitian=True)
    slope = inverse @ xy
    gap = means[1, 1:] - means[0, 1:]
    freedom = float(n[0] - 1 - len(gap))
    residual = [max(float(c[0, 0] - 2 * slope @ c[1:, 0] + slope @ c[1:, 1:] @ slope), 0.0) for c in covariance]
    residual[0] *= (n[0] - 1) / freedom
    without = float(means[0, 0] + slope @ gap)
    reach = float(residual[0] * (1 / n[0] + gap @ inverse @ gap / (n[0] - 1)))
    return Adjusted(
        float(means[1, 0]) - without,
        float(np.sqrt(residual[1] / n[1] + reach)),
        without,
        float(np.sqrt(reach)),
        freedom,
    )


def robustness(t: float, freedom: float) -> float:
    """Share of the rest of both, of who met it and of what they did, that something unseen must explain to undo t.

    Cinelli and Hazlett 2020, JRSS B 82, eq. 19.

    >>> round(robustness(4.18, 783), 3)  # Darfur, their table 1
    0.139
    """
    f = abs(t) / np.sqrt(freedom)
    return float((np.sqrt(f**4 + 4 * f**2) - f**2) / 2)


def partial(n: Floats, means: Floats, covariance: Floats, names: Sequence[str]) -> tuple[float, str]:
    """The strongest of the known covariates, and its name: the lesser of the parts it explains of who met it, and of
    what they did, beyond all others; what something as strong and unseen would explain (Cinelli and Hazlett 2020).

    n (2,), means (2, 1 + covariates), the outcome first, covariances; comparison first.
    """
    total = float(n.sum())
    middle = (n[:, None] * means).sum(axis=0) / total
    scatter = np.einsum("g,gij->ij", n - 1, covariance)
    scatter = scatter + np.einsum("g,gi,gj->ij", n, means - middle, means - middle)
    met = n[1] * (means[1] - middle)
    size = len(scatter)
    whole = np.zeros((size + 1, size + 1))  # what they did, covariates, and having met it
    whole[:size, :size], whole[size, :size], whole[:size, size] = scatter, met, met
    whole[size, size] = n[0] * n[1] / total
    best, name = 0.0, "what is known of them"
    for i in range(1, size):
        others = [j for j in range(1, size) if j != i]
        part = min(_partial(whole, size, i, others), _partial(whole, 0, i, [*others, size]))
        if part > best:
            best, name = part, names[i - 1]
    return best, name


def _partial(scatter: Floats, a: int, b: int, given: Sequence[int]) -> float:
    """Squared partial correlation of two, given others."""
    both, rest = [a, b], list(given)
    inner = scatter[np.ix_(both, both)]
    if rest:
        cross = scatter[np.ix_(both, rest)]
        inner = inner - cross @ np.linalg.pinv(scatter[np.ix_(rest, rest)], hermitian=True) @ cross.T
    scale = inner[0, 0] * inner[1, 1]
    return float(inner[0, 1] ** 2 / scale) if scale > 0 else 0.0


def e_value(ratio: float) -> float:
    """How often more, as a risk ratio with both, something unseen must occur to explain such a ratio.

    VanderWeele and Ding 2017, Annals of Internal Medicine 167.

    >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2), e_value(1.0)
    (7.26, 7.26, 1.0)
    """
    r = max(ratio, 1 / ratio)
    return float(r + np.sqrt(r * (r - 1)))
