"""Scores of many small groups together, each drawn toward what its behaviour says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from madegood.numerics.calibration import Floats


def together(seen: Floats, variances: Floats) -> tuple[Floats, Floats, float]:
    """Each group's own deviation, its standard error, and the variance between groups.

    seen (g,) a group's deviation with its sampling variance (g,); NaN where nobody was seen: it gets 0 and the spread
    between groups. Fay and Herriot 1979 (JASA 74:269) with no further regressors; the variance between groups by
    restricted likelihood, averaged over its own posterior under a flat prior of the variance (Morris 1983, JASA 78:47),
    so that the error counts that it is not known.
    """
    known = np.isfinite(seen) & np.isfinite(variances) & (variances > 0)
    y, v = seen[known], variances[known]
    if len(y) < 3:
        raise ValueError("fewer than three groups have answers")
    top = float(np.sqrt(max(np.var(y, ddof=1), v.mean())) * 4)
    spreads = np.linspace(0.0, top, 121)[:, None] ** 2  # (k, 1)
    precision = 1.0 / (v + spreads)
    centre = (precision * y).sum(axis=1) / precision.sum(axis=1)
    fit = 0.5 * np.log(precision).sum(axis=1) - 0.5 * np.log(precision.sum(axis=1))
    fit -= 0.5 * (precision * (y - centre[:, None]) ** 2).sum(axis=1)
    chance = np.exp(fit - fit.max()) * np.sqrt(spreads[:, 0])
    chance /= chance.sum()
    own = np.divide(spreads, spreads + np.where(known, variances, np.inf), where=known, out=np.zeros((121, len(seen))))
    drawn = own * np.where(known, seen, 0.0) + (1 - own) * centre[:, None]
    within = np.where(known, own * np.where(known, variances, 0.0), spreads)
    within = within + (1 - own) ** 2 / precision.sum(axis=1)[:, None]
    middle = chance @ drawn
    spread = chance @ (within + (drawn - middle) ** 2)
    return middle, np.sqrt(spread), float(chance @ spreads[:, 0])
