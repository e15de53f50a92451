"""Whether two slow series go together, when neighbouring weeks tell nearly the same twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A correlation with its 95 % interval, and how many unrelated pairs the weeks are worth."""

    mean: float
    low: float
    high: float
    worth: float


def agreement(a: Floats, b: Floats) -> Agreement | None:
    """Correlation of two series (T,), gaps NaN; None where their weeks are worth fewer than five unrelated pairs.

    Fisher's z with the number of pairs that their own memories leave (Bartlett 1935, JRSS 98; memories as of AR(1)
    series, from their first autocorrelations, each corrected for its bias by (1 + 3 r) / n: Kendall 1954, Biometrika
    41).
    """
    both = np.isfinite(a) & np.isfinite(b)
    n = int(both.sum())
    if n < 5 or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return None
    product = _memory(a, both) * _memory(b, both)
    worth = n * (1 - product) / (1 + product)
    if worth < 5:
        return None
    r = float(np.corrcoef(a[both], b[both])[0, 1])
    z, half = np.arctanh(np.clip(r, -0.9999, 0.9999)), 1.96 / np.sqrt(worth - 3)
    return Agreement(r, float(np.tanh(z - half)), float(np.tanh(z + half)), worth)


def _memory(x: Floats, known: NDArray[np.bool_]) -> float:
    """First autocorrelation of neighbouring known weeks, 0 to 0.99; 0 where weeks have no neighbours."""
    away = np.where(known, x - x[known].mean(), 0.0)
    pairs = known[1:] & known[:-1]
    if not pairs.any():
        return 0.0
    r = float((away[1:] * away[:-1])[pairs].sum() / pairs.sum() / (away**2).sum() * known.sum())
    return float(np.clip(r + (1 + 3 * r) / known.sum(), 0.0, 0.99))
