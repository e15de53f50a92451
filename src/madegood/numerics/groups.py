"""Effects that cannot be told apart: merged until each that is left is nearly as well known as it would be alone."""

from __future__ import annotations

import numpy as np

from madegood.numerics.statespace import Floats

#: A standard error this many times that of the effect alone means that its neighbours blur it.
BLURRED = 2.0
#: Only neighbours whose estimates trade off against each other at least so much (negative correlation) are merged.
TRADED = 0.3


def groups(covariance: Floats) -> list[list[int]]:
    """Runs of neighbouring effects to be spoken of together; the rows stand by day. Every index is in one run.

    While some effect is blurred, the neighbours with the most negative correlation become one, which is their sum.
    """
    size = len(covariance)
    runs = [[i] for i in range(size)]
    while len(runs) > 1:
        total = gather(runs, size)
        c = total @ covariance @ total.T
        se = np.sqrt(np.diag(c))
        ratio = se / alone(c)
        blurred = np.maximum(ratio[:-1], ratio[1:]) > BLURRED
        trade = np.where(blurred, -np.diag(c, 1) / (se[:-1] * se[1:]), -1.0)
        worst = int(np.argmax(trade))
        if trade[worst] < TRADED:
            break
        runs[worst : worst + 2] = [runs[worst] + runs[worst + 1]]
    return runs


def gather(runs: list[list[int]], size: int) -> Floats:
    """The matrix that adds up each run, (runs, size)."""
    total = np.zeros((len(runs), size))
    for i, run in enumerate(runs):
        total[i, run] = 1.0
    return total


def alone(covariance: Floats) -> Floats:
    """Standard error of each effect if all the others were known, (effects,)."""
    ridge = 1e-12 * np.eye(len(covariance)) * max(float(np.trace(covariance)) / max(len(covariance), 1), 1e-12)
    return np.asarray(1 / np.sqrt(np.diag(np.linalg.inv(covariance + ridge))))
