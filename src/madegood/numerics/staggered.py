"""Group-time average effects of a treatment that units meet at different times (Callaway and Sant'Anna 2021).

ATT(g, t): what units first treated at g gained by t, against units not yet treated (or never), from the last time
before g. Units already treated are never anybody's control. Errors are influence functions by unit, so they hold for
any dependence over time within a unit. Doubly robust with covariates (Sant'Anna and Zhao 2020, section 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Method = Literal["doubly robust", "regression", "weighting"]
Controls = Literal["never", "not yet"]

#: Controls that are so sure to be treated, by what is known of them, are left out (the `did` package's `trim_level`).
TRIM = 0.995


@dataclass(frozen=True, slots=True, eq=False)
class GroupTime:
    """Effects of each group at each time.

    group, time  (cells,) first treated time, and time; indices into the columns of the outcome
    att          (cells,)
    influence    (units, cells) of each unit on each effect; mean zero, variance / units is the effect's
    first        (units,) first treated time, inf where never; `weight` (units,), mean 1
    """

    group: NDArray[np.int_]
    time: NDArray[np.int_]
    att: Floats
    influence: Floats
    first: Floats
    weight: Floats

    @property
    def se(self) -> Floats:
        """Standard error of each effect, large-sample, (cells,)."""
        return np.asarray(np.sqrt((self.influence**2).mean(axis=0) / len(self.first)))


def group_time(
    y: Floats,
    first: Floats,
    covariates: Floats | None = None,
    weight: Floats | None = None,
    controls: Controls = "never",
    method: Method = "doubly robust",
) -> GroupTime:
    """Every ATT(g, t) that can be known, times before g included: those should be zero.

    y (units, times) without gaps; first (units,) index of the first treated time, inf or beyond the last: never;
    covariates (units, p), known before; weight (units,). Units treated at the first time of all are left out. Cells
    without controls, or with fewer units on a side than there are covariates and one, are left out.
    Before g the base is the time before, after it the last time before g (`varying` base of the `did` package).
    """
    units, times = y.shape
    if not np.isfinite(y).all():
        raise ValueError("the panel has gaps")
    started = np.where(first < times, first, np.inf)
    keep = started > 0
    y, started = y[keep], started[keep]
    w = np.ones(units) if weight is None else np.asarray(weight, float)
    w = w[keep] / w[keep].mean() if keep.any() else w[keep]
    x = np.ones((len(y), 1))
    if covariates is not None:
        x = np.column_stack([x, np.asarray(covariates, float)[keep]])
    cells: list[tuple[int, int, float, Floats]] = []
    for g in sorted({int(s) for s in started if np.isfinite(s)}):
        for t in range(1, times):
            base = g - 1 if t >= g else t - 1
            treated = started == g
            free = ~np.isfinite(started) if controls == "never" else started > max(t, base)
            found = _cell(y[:, t] - y[:, base], treated, free & ~treated, x, w, method)
            if found is not None:
                cells.append((g, t, *found))
    columns = [c[3] for c in cells]
    return GroupTime(
        np.array([c[0] for c in cells], int),
        np.array([c[1] for c in cells], int),
        np.array([c[2] for c in cells], float),
        np.column_stack(columns) if columns else np.zeros((len(y), 0)),
        started,
        w,
    )


def _cell(
    change: Floats, treated: Bools, free: Bools, x: Floats, weight: Floats, method: Method
) -> tuple[float, Floats] | None:
    """One effect and every unit's influence on it, (units,); None where it cannot be known."""
    inside = treated | free
    least = x.shape[1]
    if treated.sum() < 1 or free.sum() < max(least, 1) or not inside.any():
        return None
    d, xs = treated[inside].astype(float), x[inside]
    found = two_by_two(change[inside], d, xs, weight[inside], method)
    if found is None:
        return None
    out = np.zeros(len(change))
    out[inside] = found[1] * (len(change) / inside.sum())
    return found[0], out


def two_by_two(change: Floats, d: Floats, x: Floats, weight: Floats, method: Method) -> tuple[float, Floats] | None:
    """Effect on the treated of one change, and influences (n,); None where covariates do not separate or overlap.

    change (n,), d (n,) 1 for treated, x (n, 1 + p) with its constant, weight (n,).
    Sant'Anna and Zhao 2020, equations 3.1 to 3.6, the sample forms of the `DRDID` package.
    """
    n = len(d)
    left, by_line = change, np.zeros((n, x.shape[1]))
    if method != "weighting":
        wx = (weight * (1 - d))[:, None] * x
        gram = wx.T @ x
        if np.linalg.matrix_rank(gram) < x.shape[1]:
            return None
        left = change - x @ np.linalg.solve(gram, wx.T @ change)
        by_line = (wx * left[:, None]) @ np.linalg.inv(gram / n)
    on = weight * d
    gained = float((on * left).mean() / on.mean())
    effect = (on * (left - gained) - by_line @ (on[:, None] * x).mean(axis=0)) / on.mean()
    if method == "regression":
        return gained, effect
    chance = _logit(d, x, weight)
    if chance is None:
        return None
    p, hessian = chance
    off = np.where(p < TRIM, weight * (1 - d) * p / (1 - p), 0.0)
    drifted = float((off * left).mean() / off.mean())
    by_chance = ((weight * (d - p))[:, None] * x) @ hessian
    spread = ((off * (left - drifted))[:, None] * x).mean(axis=0)
    own = off * (left - drifted) + by_chance @ spread - by_line @ (off[:, None] * x).mean(axis=0)
    return gained - drifted, effect - own / off.mean()


def _logit(d: Floats, x: Floats, weight: Floats) -> tuple[Floats, Floats] | None:
    """Chances to be treated (n,), and n times their covariance; None where the groups can be told apart entirely."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -35, 35)))
        gram = (x * (weight * p * (1 - p))[:, None]).T @ x
        if np.linalg.cond(gram) > 1e12:
            return None
        step = np.linalg.solve(gram, x.T @ (weight * (d - p)))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            return p, np.asarray(np.linalg.inv(gram) * len(d))
    return None
