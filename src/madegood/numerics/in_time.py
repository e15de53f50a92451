"""In-time placebos: the change at one place of a series beside the same change at all its other places.

A change of level is the mean of some readings after a place less the mean of some before it. Where nothing happened it
has the series' own distribution, whatever the noise; how often others are as large is how surprising this one is
(Abadie, Diamond and Hainmueller 2015, section 4, placebos in time; Chernozhukov, Wuethrich and Zhu 2021).
"""

from __future__ import annotations

import numpy as np

from madegood.numerics.statespace import Floats

#: Of the readings of a mean so many must be known.
KNOWN = 0.5


def means(y: Floats, size: int) -> Floats:
    """Mean of the `size` readings from each place on, (readings,); NaN where they leave the series or few are known."""
    total = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(y), y, 0.0))])
    known = np.concatenate([[0], np.cumsum(np.isfinite(y))])
    out = np.full(len(y), np.nan)
    n = known[size:] - known[:-size]
    out[: len(n)] = np.where(n >= KNOWN * size, (total[size:] - total[:-size]) / np.maximum(n, 1), np.nan)
    return out


def changes(y: Floats, before: int, after: int, gap: int = 0) -> Floats:
    """Mean of the `after` readings that begin `gap` after each place less the mean of the `before` readings up to it.

    y (readings,), NaN where missing -> (readings,), NaN where a mean leaves the series or has too few known.
    """
    size, out = len(y), np.full(len(y), np.nan)
    if size > before + gap:
        out[before : size - gap] = means(y, after)[before + gap :] - means(y, before)[: size - gap - before]
    return out


def as_large(found: Floats, at: int, clear: int) -> tuple[float, int]:
    """Share of the other places, this one among them, whose change is as large as that at `at`, and how many they are.

    found (readings,) of `changes`; places nearer than `clear` to `at` share readings with it and are left out.
    1 and 0 where the change at `at` is not known.
    """
    if not (0 <= at < len(found)) or not np.isfinite(found[at]):
        return 1.0, 0
    others = np.abs(found[np.abs(np.arange(len(found)) - at) >= clear])
    others = others[np.isfinite(others)]
    return float((1 + (others >= abs(found[at])).sum()) / (1 + len(others))), len(others)
