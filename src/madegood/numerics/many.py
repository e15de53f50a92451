"""Many watches at once: which alarm, so that of all alarms few are false."""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def together(evidence: Floats, a_year: float = 0.1) -> NDArray[np.bool_]:
    """Which of many e-detectors alarm this week, (metrics,), from the logs of their evidence (metrics,).

    The k largest alarm when the k-th reaches `52 K / (a_year k)`: the Benjamini and Hochberg procedure on e-detectors
    (Dandapanthula and Ramdas, "Multiple testing in multi-stream sequential change detection", 2025, arXiv 2501.04130).
    The expected share of false ones among the alarms stays below `a_year` for each year of watching, whatever the
    metrics' dependence. The first alone asks for more than numerics/drift.py's c at one false alarm a year: 1 / a_year
    times as much; the more metrics erode together, the less is asked of each.
    """
    size = len(evidence)
    order = np.argsort(-evidence)
    needed = np.array([log(52 * size / (a_year * k)) for k in range(1, size + 1)])
    enough = np.flatnonzero(evidence[order] >= needed)
    out = np.zeros(size, dtype=bool)
    if len(enough):
        out[order[: int(enough[-1]) + 1]] = True
    return out


def anywhere(evidence: Floats) -> float:
    """Log evidence that anything at all erodes among these (a product area, its segments): the mean of what each has.

    An average of e-detectors is one, under any dependence (Vovk and Wang, Annals of Statistics 2021).
    """
    top = float(evidence.max())
    return top + log(float(np.exp(evidence - top).mean()))
