"""Whether a share rises or falls from month to month, with noise beyond counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROUNDS = 50


def share(did: float, could: float) -> tuple[float, float, float]:
    """Share of those who could, with Wilson's 95 % interval (1927, JASA 22:209). `could` is 1 or more.

    >>> [round(x, 3) for x in share(0, 20)]
    [0.0, 0.0, 0.161]
    """
    z = float(ndtri(0.975))
    middle = (did + z * z / 2) / (could + z * z)
    half = z / (could + z * z) * float(np.sqrt(did * (could - did) / could + z * z / 4))
    return did / could, max(0.0, middle - half) if did else 0.0, min(1.0, middle + half)


def trend(at: Floats, did: Floats, could: Floats) -> tuple[float, float, float]:
    """Change of the log odds for one step of `at`, low and high (95 %). All (k,), three or more with `could` above 0.

    Logistic regression; the variance is that of counting or Pearson's chi-square over its degrees of freedom,
    whichever is larger (McCullagh and Nelder 1989, 4.5), with Student's t of those.
    """
    x = np.column_stack([np.ones(len(at)), at - at.mean()])
    beta = np.array([np.log((did.sum() + 0.5) / (could.sum() - did.sum() + 0.5)), 0.0])
    weak = np.diag([0.0, 1e-6])  # a share that turns from none to all in one step has no end
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        curvature = (x * (could * p * (1 - p))[:, None]).T @ x + weak
        step = np.linalg.solve(curvature, x.T @ (did - could * p) - weak @ beta)
        beta = beta + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    free = len(at) - 2
    unrest = float(((did - could * p) ** 2 / (could * p * (1 - p))).sum() / free)
    half = float(stdtrit(free, 0.975) * np.sqrt(np.linalg.inv(curvature)[1, 1] * max(1.0, unrest)))
    return float(beta[1]), float(beta[1]) - half, float(beta[1]) + half
