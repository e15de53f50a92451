"""When customers left, as far as their silence tells: the top of the posterior, and what it says of weeks to come.

The model, its likelihood and its sources stand in calendar_likelihood.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from madegood.numerics import bg_bb
from madegood.numerics.calendar_likelihood import NODES, SHAPE, Rows, Whole, expect, shares, slope_of, staying
from madegood.numerics.newton import Floats

#: Means and sds of a weak prior of the shape: each log within a factor of fifty either way.
BEFORE = np.array([0.0, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 3.7]), np.array([2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.5, 2.0])
BLOCK = 4  # weeks
#: sd of one block's log pace from the next. Wider costs width, narrower shrinks a rise: benchmarks/attrition.md.
WANDER = 0.3
MEAN = 0.01  # sd of the mean of a, and of g, over blocks: moving all of them is moving theta, or delta
RECENT = 12  # weeks at least: what is to come is as busy, and leaves as fast, as in as many weeks before
CLOSE = 3e-3  # in logs: steps shorter than this end the climb
NEAR = 0.05  # a Hessian so near to the top serves for its covariance
ROUNDS, STEPS = 4, 40


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """When customers left, as far as their silence tells.

    at          (SHAPE + 2 blocks,) the top of the posterior; covariance of the same
    block       (weeks,) index of each week's block; the first block may be short, the last never is
    there       (weeks,) customers expected to be there at the start of each week, and `left` to have left in it
    odd         (weeks,) each week's own deviation of busyness from its block's, in logs
    restless    sd of one block's log busyness from the next, and `uneven` that of the deviations, as learnt
    settled     whether the climb came to its end
    """

    at: Floats
    covariance: Floats
    block: Whole
    there: Floats
    left: Floats
    odd: Floats
    loglik: float
    restless: float
    uneven: float
    settled: bool
    wander: float

    @property
    def blocks(self) -> int:
        return int(self.block[-1]) + 1

    @property
    def pace(self) -> Floats:
        """Log pace (blocks,) at which customers leave; 0 is the mean of all blocks."""
        return np.asarray(self.at[SHAPE + self.blocks :])

    @property
    def pace_covariance(self) -> Floats:
        return np.asarray(self.covariance[SHAPE + self.blocks :, SHAPE + self.blocks :])

    @property
    def busy(self) -> Floats:
        """Log odds (blocks,) of activity of those who are there; 0 is the mean of all blocks."""
        return np.asarray(self.at[SHAPE : SHAPE + self.blocks])


def leaving(rows: Rows, wander: float = WANDER, near: Floats | None = None) -> Leaving:
    """The posterior of pace and busyness by block. wander: sd of one block's log pace from the next. near: the top for
    like customers, to begin from (only its SHAPE first); without it the climb begins at BG/BB.

    Newton's method with a Hessian by differences, kept for some steps and mended on the way. How restless and uneven
    busyness is, is learnt beside: each is the mean square of what it is the sd of, and its variance (empirical Bayes).
    The weeks' own deviations climb by their own curvature, and are taken as known in the covariance.
    """
    order = np.lexsort((rows.t, rows.x, rows.first))
    rows = replace(rows, **{k: np.ascontiguousarray(getattr(rows, k)[order]) for k in ("first", "x", "t", "n")})
    block = np.arange(rows.weeks)[::-1] // BLOCK
    block = block.max() - block
    many = int(block[-1]) + 1
    centre = np.concatenate((BEFORE[0], np.zeros(2 * many)))
    own, gaps = slice(SHAPE, SHAPE + many), np.diff(np.eye(many), axis=0)
    at, odd, restless, uneven, settled = _start(rows, many, near), np.zeros(rows.weeks), 0.1, 0.1, False
    for _ in range(ROUNDS):
        bend, began = _bend(rows, at, block, odd), at
        for _ in range(STEPS):
            height, slope, seen = slope_of(rows, at, block, odd)
            prior = _prior(many, restless, wander)
            step, covariance = _ascent(slope - prior @ (at - centre), bend + prior)
            at, taken, fallen = _along(rows, at, height, slope, step, block, odd, prior, centre)
            bend = _learnt(bend, prior, taken, fallen)
            variance = 1 / (seen.curved + uneven**-2)
            more = (seen.busier - odd * uneven**-2) * variance
            odd = odd + np.clip(more, -0.5, 0.5)
            uneven = max(float(np.sqrt(np.mean(odd**2 + variance))), 1e-3)
            if many > 1:
                moved = np.diff(at[own]) ** 2 + np.diag(gaps @ covariance[own, own] @ gaps.T)
                restless = max(float(np.sqrt(moved.mean())), 1e-3)
            settled = max(np.abs(taken).max(), np.abs(more).max() / 10) < CLOSE
            if settled:
                break
        if settled and np.abs(at - began).max() < NEAR:
            break
    height, _, seen = slope_of(rows, at, block, odd)
    return Leaving(at, covariance, block, seen.there, seen.left, odd, height, restless, uneven, settled, wander)


def logs(found: Leaving, first: Whole, x: Whole, t: Whole, ahead: int, at: Floats | None = None) -> Floats:
    """Log-likelihood (rows,) of one customer of each row who is idle for `ahead` more weeks, up to a constant of x.

    The chance of no activity in that time is exp(logs(.., ahead) - logs(.., 0)). at: other parameters than the top.
    """
    at = found.at if at is None else at
    order = np.argsort(first, kind="stable")
    out = np.empty(len(first))
    out[order] = expect(at, *_ahead(found, at, ahead), first[order], x[order], t[order], np.ones(len(first)))[0]
    return out


def alive(found: Leaving, first: Whole, x: Whole, t: Whole) -> Floats:
    """Chance (rows,) that a customer of each row has not left."""
    return np.asarray(_here(found, first, x, t).sum(axis=1))


def expected(found: Leaving, first: Whole, x: Whole, t: Whole, ahead: int) -> Floats:
    """Active weeks (rows,) to be expected of a customer of each row among the `ahead` next ones."""
    busy, pace = _ahead(found, found.at, ahead)
    here, weeks = _here(found, first, x, t), len(found.block)
    clock = np.cumsum(np.exp(pace))
    s, delta = np.exp(found.at[6:SHAPE])
    rest = delta + clock[weeks - 1] - clock[first]
    total = np.zeros(len(first))
    for week in range(weeks, weeks + ahead):
        lasting = (rest / (rest + clock[week] - clock[weeks - 1])) ** s
        odds = np.exp(NODES + busy[week])
        total += lasting * (here @ (odds / (1 + odds)))
    return total


def _here(found: Leaving, first: Whole, x: Whole, t: Whole) -> Floats:
    """Chance (rows, nodes) that a customer of each row is there, and of that kind."""
    busy, pace = _ahead(found, found.at, 0)
    idle = np.cumsum(np.log1p(np.exp(NODES + busy[:, None])), axis=0)
    lasting = staying(found.at, pace)[0][first, len(busy) - 1 - first]
    one = np.log(shares(found.at)) + x[:, None] * NODES - (idle[-1] - idle[first])
    return np.asarray(np.exp(one - logs(found, first, x, t, 0)[:, None]) * lasting[:, None])


def rise(found: Leaving, blocks: int) -> tuple[float, float]:
    """Log of the pace in the last so many blocks relative to all before, and its standard error.

    Blocks before count by how many customers were there in them.
    """
    weigh = np.bincount(found.block, weights=found.there)
    contrast = np.zeros(found.blocks)
    contrast[-blocks:] = 1 / blocks
    contrast[:-blocks] = -weigh[:-blocks] / weigh[:-blocks].sum()
    return float(contrast @ found.pace), float(np.sqrt(contrast @ found.pace_covariance @ contrast))


def steps(found: Leaving, longest: int) -> tuple[Floats, Floats, Floats]:
    """Of one step of the pace 1, 2, ... blocks before the end: log-likelihood gained over no step at all, its log size
    and the standard error of that, (longest,) each.

    Of the data alone, which do not shrink it: their precision is that of the posterior less that of the prior.
    """
    many = found.blocks
    whole = np.linalg.inv(found.pace_covariance)
    own = whole - _prior(many, found.restless, found.wander)[SHAPE + many :, SHAPE + many :]
    sizes, ways = np.linalg.eigh(own)
    own = np.asarray((ways * np.maximum(sizes, 1e-6 * np.abs(sizes).max())) @ ways.T)
    told = whole @ found.pace
    flat = told.sum() ** 2 / own.sum()
    out = np.empty((3, longest))
    for k in range(1, longest + 1):
        shape = np.ones((many, 2))
        shape[:-k, 1] = 0.0
        covariance = np.asarray(np.linalg.inv(shape.T @ own @ shape), dtype=np.float64)
        best = covariance @ shape.T @ told
        out[:, k - 1] = (best @ shape.T @ told - flat) / 2, best[1], np.sqrt(covariance[1, 1])
    return out[0], out[1], out[2]


def _start(rows: Rows, many: int, near: Floats | None) -> Floats:
    """Where neither pace nor busyness change: the shape of like customers, or that of BG/BB."""
    if near is not None:
        return np.concatenate((near[:SHAPE], np.zeros(2 * many)))
    n = np.asarray(rows.weeks - 1 - rows.first, dtype=np.float64)
    alpha, beta, gamma, delta = bg_bb.fit(rows.x.astype(float), rows.t.astype(float), n, rows.n).params
    shape = np.array([alpha, beta, 1.0, 1.0, 1.0, 1.0, gamma, delta + gamma / 2])
    return np.concatenate((np.clip(np.log(shape), -3, 6), np.zeros(2 * many)))


def _prior(many: int, restless: float, wander: float) -> Floats:
    """Precision of the prior, of all parameters."""
    out = np.diag(np.concatenate((BEFORE[1] ** -2.0, np.zeros(2 * many))))
    steps = np.diff(np.eye(many), axis=0)
    for k, sd in enumerate((restless, wander)):
        own = slice(SHAPE + k * many, SHAPE + (k + 1) * many)
        out[own, own] += steps.T @ steps / sd**2 + np.ones((many, many)) / (many * MEAN) ** 2
    return out


def _bend(rows: Rows, at: Floats, block: Whole, odd: Floats, step: float = 1e-4) -> Floats:
    """Minus the Hessian of the log-likelihood, by differences of its slope."""
    here = slope_of(rows, at, block, odd)[1]
    out = np.array([slope_of(rows, at + step * way, block, odd)[1] - here for way in np.eye(len(at))]) / -step
    return np.asarray((out + out.T) / 2)


def _ascent(slope: Floats, bend: Floats) -> tuple[Floats, Floats]:
    """A Newton step that goes up, and the covariance; with absolute eigenvalues where the curve is not a hill."""
    sizes, ways = np.linalg.eigh(bend)
    sizes = np.maximum(np.abs(sizes), 1e-6)
    step = ways @ ((ways.T @ slope) / sizes)
    return step * min(1.0, 1.0 / max(np.abs(step).max(), 1e-300)), (ways / sizes) @ ways.T


def _along(
    rows: Rows,
    at: Floats,
    height: float,
    slope: Floats,
    step: Floats,
    block: Whole,
    odd: Floats,
    prior: Floats,
    centre: Floats,
) -> tuple[Floats, Floats, Floats]:
    """The first point along a step, halved as often as it takes, that is no lower; how far it is, and by how much the
    slope of the log-likelihood fell on the way."""

    def below(there: Floats) -> float:
        return float((there - centre) @ prior @ (there - centre)) / 2

    for halvings in range(12):
        taken = step * 0.5**halvings
        found, steep, _ = slope_of(rows, at + taken, block, odd)
        if found - below(at + taken) >= height - below(at) - 1e-6:
            return at + taken, taken, slope - steep
    return at, 0 * step, 0 * step


def _learnt(bend: Floats, prior: Floats, taken: Floats, fallen: Floats) -> Floats:
    """The Hessian with what the last step showed of it (BFGS: Nocedal and Wright 2006, eq. 6.19), prior apart."""
    whole = bend + prior
    fallen = fallen + prior @ taken
    along, before = float(fallen @ taken), whole @ taken
    if along <= 1e-10 or float(before @ taken) <= 1e-10:
        return bend
    return np.asarray(bend + np.outer(fallen, fallen) / along - np.outer(before, before) / float(before @ taken))


def _ahead(found: Leaving, at: Floats, ahead: int) -> tuple[Floats, Floats]:
    """Busyness and pace (weeks + ahead,), in logs."""
    busy = at[SHAPE : SHAPE + found.blocks][found.block] + found.odd
    pace = at[SHAPE + found.blocks :][found.block]
    later = (np.full(ahead, np.log(np.exp(known[-max(RECENT, ahead) :]).mean())) for known in (busy, pace))
    return np.concatenate((busy, next(later))), np.concatenate((pace, next(later)))
