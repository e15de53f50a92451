"""How much surer one day is than another because more people were counted on it."""

from __future__ import annotations

import numpy as np

from madegood.numerics.statespace import Floats

#: Days on either side whose people say what the share was, so that a low day does not vouch for itself.
AROUND = 14
#: Days that differ less than this from the quietest tenth to the loudest are taken as alike.
ALIKE = 1.5


def of_shares(share: Floats, people: Floats) -> Floats:
    """Variance of the log of a share that so many people make by chance alone, (1 - p) / (p n), (days,).

    share, people  (days,), NaN where missing; p is the share of the four weeks around, half a person added.
    """
    known = np.isfinite(share) & np.isfinite(people) & (people > 0)
    n = np.where(known, people, 0.0)
    did = np.where(known, share, 0.0) * n
    near = np.ones(min(2 * AROUND + 1, len(n)))
    p = (np.convolve(did, near, "same") + 0.5) / (np.convolve(n, near, "same") + 1)
    return np.where(known, (1 - p) / (p * np.maximum(n, 1e-12)), np.nan)


def relative(z: Floats, counting: Floats, nuisance: Floats) -> Floats | None:
    """Each day's noise relative to the middle one, (days,); None where the days are alike.

    What counting does not explain is the same every day: the variance of z around its neighbours, robust (median
    absolute deviation), less the middle day's counting. z, counting (days,), NaN where missing; nuisance (days, p).
    """
    known = np.isfinite(z) & np.isfinite(counting)
    fitted, *_ = np.linalg.lstsq(nuisance[known], z[known], rcond=None)
    rest = z - nuisance @ fitted
    around = rest[1:-1] - (rest[2:] + rest[:-2]) / 2
    around = around[np.isfinite(around)]
    if not len(around):
        return None
    total = (1.4826 * float(np.median(np.abs(around)))) ** 2 / 1.5
    out = max(total - float(np.median(counting[known])), 0.0) + counting
    low, middle, high = np.quantile(out[known], [0.1, 0.5, 0.9])
    return np.where(known, out / middle, 1.0) if high > ALIKE * low > 0 else None
