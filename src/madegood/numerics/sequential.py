"""How wide an interval must be that is looked at again and again: group-sequential bounds and always-valid ones.

All functions give a multiplier of the standard error, to stand where 1.96 stands for one look.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

#: Spending is alpha x time^POWER (Kim and DeMets 1987). Of 1, 1.5, 2 and 3: with 28 even looks the last interval is
#: 1.24, 1.18, 1.14 and 1.10 times that of one look, the one after a week 1.46, 1.53, 1.61 and 1.78 times
#: (benchmarks/experiments.md): 2 leaves a week's reading usable and costs a seventh at the end.
POWER = 2.0
#: A look is its own when it adds this part of information at least: where 28 looks add random parts, 5.05 % leave the
#: bounds (400,000 motions), 5.2 % with .01.
OWN = 0.003
#: Quadrature points on the half line, the fewest that are FINE for the smallest step: bounds of 28 and 90 looks, even,
#: random, saturating or growing, are then within 1e-3 of those with 200 points.
POINTS, FINE = (24, 32, 48, 64, 96), 3.0
FARTHEST = 8.0  # standard errors: no chance beyond it matters, 1e-15
SMALLEST, NEWTON = 1e-14, 40  # the least chance that is looked for; steps, of which about 8 are needed


def mixture(information: Floats, tuned: Floats | float, alpha: Floats | float = 0.05) -> Floats:
    """Multiplier of a confidence sequence, valid at every look for ever.

    Normal mixture (Robbins 1970; Howard et al. 2021, eq. 14), for means of any law once they are nearly normal
    (Waudby-Smith et al. 2021, theorem 2.2). `tuned`: the information at which it is narrowest, eq. 163 there.
    """
    a = np.asarray(alpha, float)
    x = np.asarray(information, float) / tuned * (-2 * np.log(a) + np.log(-2 * np.log(a) + 1))
    return np.asarray(np.sqrt((1 + 1 / x) * (np.log1p(x) - 2 * np.log(a))))


def after(information: Floats, start: Floats | float, alpha: float = 0.05) -> Floats:
    """Multiplier that is valid at every look from information `start` on: sqrt(h^2 + log(information / start)).

    A Brownian motion ever leaves it with chance 2(1 - Phi(h) + h phi(h)) = alpha (Robbins and Siegmund 1970, eq. 20).
    """
    from scipy.optimize import brentq  # its import takes longer than all that is done here

    h = brentq(lambda h: 2 * (ndtr(-h) + h * np.exp(-h * h / 2) / np.sqrt(2 * np.pi)) - alpha, 0.5, 12)
    return np.asarray(np.sqrt(h * h + np.log(np.maximum(np.asarray(information, float) / start, 1.0))))


def spent(time: Floats, alpha: Floats | float = 0.05, power: float = POWER) -> Floats:
    """How much of alpha may be used up by a time, 0 to 1 of the plan (Lan and DeMets 1983; Kim and DeMets 1987)."""
    return np.asarray(np.asarray(alpha, float) * np.clip(np.asarray(time, float), 0.0, 1.0) ** power)


def spending(information: Floats, spend: Floats) -> Floats:
    """Multiplier at the last look, (experiments,).

    information  (experiments, looks) growing, any unit; 0 where a look did not happen or showed nothing
    spend        (experiments, looks) alpha used up by each look, growing

    The chance to have left the bounds by each look is exactly what may be used up by then, for a Brownian motion seen
    at these times: density of the motion that is still inside, by numerical integration (Armitage, McPherson and Rowe
    1969; Jennison and Turnbull 2000, chapter 19). Equal rows are worked out once.
    """
    info = np.maximum.accumulate(np.nan_to_num(np.asarray(information, float)), axis=1)
    info = np.where(info > 0, info / np.maximum(info[:, -1:], 1e-300), 0.0)
    rows = np.concatenate([np.round(info, 6), np.round(np.asarray(spend, float), 13)], axis=1)
    unique, back = np.unique(rows, axis=0, return_inverse=True)
    looks = info.shape[1]
    out = np.empty(len(unique))
    points = _points(unique[:, :looks]) if len(unique) else np.zeros(0, int)
    for size in sorted(set(points)):
        mine = np.flatnonzero(points == size)
        for some in np.array_split(mine, max(len(mine) // 200, 1)):
            out[some] = _spending(unique[some, :looks], unique[some, looks:], int(size))
    return np.asarray(out[back.reshape(-1)])


def _points(info: Floats) -> NDArray[np.int_]:
    """How many points each row needs, (experiments,): the motion's smallest step must not fall between them."""
    before = np.concatenate([np.zeros((len(info), 1)), info[:, :-1]], axis=1)
    step = np.divide(info - before, info, out=np.ones_like(info), where=info > 0)
    least = np.where(step >= OWN, step, 1.0).min(axis=1)
    need = FINE / np.sqrt(least)
    return np.asarray(np.asarray(POINTS)[np.minimum(np.searchsorted(POINTS, need), len(POINTS) - 1)])


def _spending(info: Floats, spend: Floats, points: int) -> Floats:
    """The same for rows that differ, with information 1 at the last look."""
    rows, looks = info.shape
    x, w = np.polynomial.legendre.leggauss(points)
    x, w = (x + 1) / 2, w / 2  # on 0 to 1: the motion is folded at 0, both its sides being alike
    seen, used = np.zeros(rows), np.zeros(rows)
    at, mass = np.zeros((rows, points)), np.zeros((rows, points))
    mass[:, 0] = 1.0  # all of it at 0
    bound = np.full(rows, FARTHEST)
    for k in range(looks):
        later = info[:, k + 1 :]
        near = (later > info[:, [k]]) & (later - info[:, [k]] < OWN * later)
        now = (info[:, k] - seen >= OWN * info[:, k]) & (info[:, k] > 0) & ~near[:, -1:].any(axis=1)
        if k == looks - 1:
            now = info[:, k] > seen
        if not now.any():
            continue
        step = np.sqrt(np.where(now, info[:, k] - seen, 1.0))[:, None]
        root = np.sqrt(np.where(now, info[:, k], 1.0))
        c = _edge(at, mass, step, root, np.clip(spend[:, k] - used, 0.0, 1.0))
        nodes = x * np.minimum(c, FARTHEST)[:, None] * root[:, None]
        gap = (nodes[:, :, None] - at[:, None, :]) / step[:, :, None]
        far = (nodes[:, :, None] + at[:, None, :]) / step[:, :, None]
        dense = (np.exp(-0.5 * gap * gap) + np.exp(-0.5 * far * far)) / (np.sqrt(2 * np.pi) * step[:, :, None])
        moved = (dense * mass[:, None, :]).sum(axis=2) * w * (np.minimum(c, FARTHEST) * root)[:, None]
        bound = np.where(now, c, bound)
        at, mass = np.where(now[:, None], nodes, at), np.where(now[:, None], moved, mass)
        seen, used = np.where(now, info[:, k], seen), np.where(now, spend[:, k], used)
    return np.asarray(np.maximum(bound, once(np.maximum(spend[:, -1], SMALLEST))))  # where the quadrature errs by 1e-4


def _edge(at: Floats, mass: Floats, step: Floats, root: Floats, chance: Floats) -> Floats:
    """The bound beyond which the motion is with this chance at this look, (experiments,).

    Newton's method on the logarithm of the chance, which is concave (densities that were cut and smoothed stay
    log-concave, Prekopa 1973), from above: what one look alone would take. So it never overshoots.
    """
    some = np.maximum(chance, SMALLEST)
    c = once(some)
    for _ in range(NEWTON):
        edge = (c * root)[:, None]
        up, down = (at - edge) / step, (-at - edge) / step
        out = ((ndtr(up) + ndtr(down)) * mass).sum(axis=1)
        slope = ((np.exp(-0.5 * up * up) + np.exp(-0.5 * down * down)) * mass / step).sum(axis=1)
        slope = slope * root / np.sqrt(2 * np.pi)
        move = np.where(slope > 0, np.log(np.maximum(out, 1e-300) / some) * out / np.maximum(slope, 1e-300), 0.0)
        c = np.clip(c + np.minimum(move, 0.0), 0.0, 2 * FARTHEST)
        if np.abs(move).max() < 1e-9:
            break
    return np.asarray(c)


def once(alpha: Floats | float = 0.05) -> Floats:
    """Multiplier for one look at a time fixed beforehand."""
    return np.asarray(-ndtri(np.asarray(alpha, float) / 2))
