"""Did units come to the arms in the shares that were planned? Else the draw, or the counting, is broken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln

Floats = NDArray[np.float64]

#: How closely the shares are expected around the plan where it is not kept: strengths of a Dirichlet, each alike.
#: An average of e-values is one; few for gross faults, many for arms that lose one in a hundred.
STRENGTHS = np.array([10.0, 100.0, 1e3, 1e4, 1e5])


def e_value(counts: Floats, shares: Floats) -> Floats:
    """Evidence against the plan, (experiments,): above 1/alpha with chance alpha at most, however often one looks.

    Sequential multinomial test with a Dirichlet alternative (Lindon and Malek 2022, eq. 8), averaged over STRENGTHS.
    counts, shares  (experiments, arms); arms of share 0 are left out.
    """
    n, share = np.atleast_2d(np.asarray(counts, float)), np.atleast_2d(np.asarray(shares, float))
    live = share > 0
    log = np.stack([_log_factor(n, share, live, strength) for strength in STRENGTHS])
    top = log.max(axis=0)
    return np.asarray(np.exp(np.minimum(top, 700.0)) * np.exp(log - top).mean(axis=0))


def _log_factor(n: Floats, share: Floats, live: NDArray[np.bool_], strength: float) -> Floats:
    """Log of the marginal likelihood of the counts over that of the plan."""
    prior = np.where(live, strength * share, 1.0)
    n = np.where(live, n, 0.0)
    each = gammaln(prior + n) - gammaln(prior) - n * np.log(np.where(live, share, 1.0))
    total = n.sum(axis=1)
    return np.asarray(np.where(live, each, 0.0).sum(axis=1) + gammaln(strength) - gammaln(strength + total))


def p_value(counts: Floats, shares: Floats) -> Floats:
    """Pearson's chi-square, (experiments,): for one look."""
    n, share = np.atleast_2d(np.asarray(counts, float)), np.atleast_2d(np.asarray(shares, float))
    expected = share * n.sum(axis=1, keepdims=True)
    live = expected > 0
    part = np.where(live, (n - expected) ** 2 / np.where(live, expected, 1.0), 0.0)
    return np.asarray(chdtrc(np.maximum(live.sum(axis=1) - 1, 1), part.sum(axis=1)))
