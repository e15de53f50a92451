"""Synthetic control and synthetic difference in differences, with placebos over units and over time.

Controls are weighed so that together they did before what the treated unit did (Abadie, Diamond and Hainmueller 2010;
Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021). What a placebo error over units is worth on daily data, and what
holds instead, is in benchmarks/staged.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.in_time import as_large, changes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Synthetic:
    """One weighing: effect = change of the treated less that of the weighed controls.

    units   (controls,) weights, adding up to 1
    times   (before,) weights of the times before, adding up to 1; even for DiD, none for synthetic control
    effect  mean over the times after, own unit
    gap     (times,) treated less weighed controls, less its weighed mean before where times are weighed
    """

    units: Floats
    times: Floats
    effect: float
    gap: Floats


def simplex(a: Floats, b: Floats, ridge: float = 0.0, free: bool = False) -> Floats:
    """Weights w >= 0 that add up to 1 and make |a w (+ a constant, if free) - b|^2 + ridge |w|^2 least, (k,).

    a (n, k), b (n,). Non-negative least squares with the sum as one more, heavy row (Lawson and Hanson 1974, ch. 23);
    what is left of the sum's slack is divided out.
    """
    if free:
        a, b = a - a.mean(axis=0), b - b.mean()
    k = a.shape[1]
    scale = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)), 1e-300)
    heavy = 1e4 * np.sqrt(max(len(b), 1))
    rows = [a / scale, np.full((1, k), heavy)]
    aims = [b / scale, np.array([heavy])]
    if ridge > 0:
        rows.insert(1, np.sqrt(ridge) / scale * np.eye(k))
        aims.insert(1, np.zeros(k))
    from scipy.optimize import nnls  # its import takes longer than the rest of a reading's set-up

    w, _ = nnls(np.vstack(rows), np.concatenate(aims), maxiter=50 * k + 200)
    total = float(w.sum())
    return np.asarray(w / total if total > 0 else np.full(k, 1 / k))


def control(y: Floats, treated: Floats, before: int, demeaned: bool = False) -> Synthetic:
    """Synthetic control on the outcomes before alone: y (controls, times), treated (times,), `before` times before."""
    w = simplex(y[:, :before].T, treated[:before], free=demeaned)
    gap = treated - w @ y
    if demeaned:
        gap = gap - gap[:before].mean()
    return Synthetic(w, np.zeros(before), float(gap[before:].mean()), gap)


def difference(y: Floats, treated: Floats, before: int) -> Synthetic:
    """Plain difference in differences to the mean of the controls."""
    n = len(y)
    gap = treated - y.mean(axis=0)
    gap = gap - gap[:before].mean()
    return Synthetic(np.full(n, 1 / n), np.full(before, 1 / before), float(gap[before:].mean()), gap)


def both(y: Floats, treated: Floats, before: int, many: int = 1) -> Synthetic:
    """Synthetic difference in differences (Arkhangelsky et al. 2021, algorithm 1); `many` units in `treated`.

    zeta = (treated x times after)^(1/4) sd of the controls' steps before; times are weighed with a ridge of 1e-6 of it.
    Weights are the least squares themselves; the authors' package stops its Frank-Wolfe early and drops small ones.
    """
    steps = np.diff(y[:, :before], axis=1)
    noise = float(steps.std(ddof=1)) if steps.size > 1 else 0.0
    after = y.shape[1] - before
    ridge = np.sqrt(many * after) * noise**2
    units = simplex(y[:, :before].T, treated[:before], before * ridge, free=True)
    times = simplex(y[:, :before], y[:, before:].mean(axis=1), len(y) * (1e-6 * noise) ** 2, free=True)
    gap = treated - units @ y
    gap = gap - float(times @ gap[:before])
    return Synthetic(units, times, float(gap[before:].mean()), gap)


def in_space(y: Floats, treated: Floats, before: int) -> tuple[float, Floats]:
    """p that the treated unit's ratio of fit after to before is among the largest, and all ratios, the treated's first.

    Abadie, Diamond and Hainmueller 2010, section 3.4: every control in turn is treated, the treated unit left out. With
    k controls no p is under 1 / (k + 1).
    """
    rows = np.vstack([treated[None, :], y])
    ratios = np.empty(len(rows))
    for i, row in enumerate(rows):
        pool = np.delete(y, i - 1, axis=0) if i else y
        gap = control(pool, row, before).gap
        ratios[i] = np.sqrt((gap[before:] ** 2).mean() / max(float((gap[:before] ** 2).mean()), 1e-300))
    return float((ratios >= ratios[0]).mean()), ratios


def placebo_error(y: Floats, before: int, many: int = 1, seed: int = 0, draws: int = 200) -> float:
    """Placebo standard error over units (Arkhangelsky et al. 2021, algorithm 4): controls drawn as treated.

    Right where units' noise is alike and independent over units. On daily data of unlike series it is far too small.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        order = rng.permutation(len(y))
        found.append(both(y[order[many:]], y[order[:many]].mean(axis=0), before, many).effect)
    return float(np.std(found))


def in_time(gap: Floats, before: int, length: int) -> tuple[float, int]:
    """p of the change at `before` among the same changes of the gap at earlier times, and how many those are.

    The change is the mean of what comes after less the mean of `length` times before.
    """
    after = len(gap) - before
    found = changes(gap, length, after)
    return as_large(found[: before + 1], before, after)
