"""At what rate customers leave without a word, by the calendar, told apart from a season in which all are less active.

Weeks are either active or not. While there, a customer is active in week w with odds theta exp(a[w]), where theta is
the customer's own; the time until leaving is exponential with a rate of the customer's own from Gamma(s, rate delta),
on a clock that runs exp(g[w]) times as fast in week w. So exp(g) is the pace at which customers leave, and exp(a) how
busy those are who have not left. Both are constant over blocks of weeks, and each block is like the one before give or
take a sd (a random walk); a has a deviation of each week besides (a promotion, a holiday). theta / (1 + theta) is from
a Beta distribution times a smooth curve, on NODES points.

Because odds and not chances are multiplied, a customer's likelihood depends on the weeks of activity only through their
number x, the last of them t, and the sum of a over them: the sufficient statistics of Rasch (1960), with a time of
leaving as in Schmittlein, Morrison and Colombo (1987) and a clock as in Bachmann, Meierer and Naef (2021, Marketing
Science 40:783). So grouped customers (first week, x, t) and the number active in each week say everything, and the cost
grows with weeks and not with customers. Slopes are those of complete data with expected counts for what is not seen
(Fisher's identity; Dempster, Laird and Rubin 1977); intervals are Laplace's approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from madegood.numerics.compiled import compiled
from madegood.numerics.newton import Floats

Whole = NDArray[np.int64]

NODES = np.linspace(-12.0, 6.0, 49)  # log odds of an active week: from 6 in a million to 998 in a thousand
CURVES = legvander(NODES / 9.0 + 1 / 3, 5)[:, 2:]  # (nodes, 4) Legendre polynomials 2 to 5 on [-1, 1]
LOWER = -np.log1p(np.exp(NODES))  # log of the chance of an idle week
POWERS = np.column_stack((NODES + LOWER, LOWER, CURVES))  # (nodes, 6) what the first six parameters multiply
SHAPE = 8  # logs of alpha and beta, four of the curve, logs of s and delta; then a by block, then g by block


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Customers grouped by their first week and what they did after it.

    first    (rows,) index of the first active week; that of the newest is `weeks` - 1
    x, t     (rows,) active weeks after the first one, and weeks from the first to the last of them
    n        (rows,) customers
    active   (weeks,) customers active in each week, not counting those whose first it is
    """

    first: Whole
    x: Whole
    t: Whole
    n: Floats
    active: Floats

    @property
    def weeks(self) -> int:
        return len(self.active)


def shares(at: Floats) -> Floats:
    """Share of customers (nodes,) with each odds of an active week."""
    powers = np.concatenate((np.exp(at[:2]), at[2:6]))
    logs = POWERS @ powers
    weights = np.exp(logs - logs.max())
    return np.asarray(np.maximum(weights / weights.sum(), 1e-300))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """By week (weeks,): customers there at its start, those who left in it, how many more were active than expected,
    and by how much one more log of busyness lessens that."""

    there: Floats
    left: Floats
    busier: Floats
    curved: Floats


def slope_of(rows: Rows, at: Floats, block: Whole, odd: Floats) -> tuple[float, Floats, Seen]:
    """Log-likelihood, its slope, and what was seen week by week."""
    many = int(block[-1]) + 1
    busy, pace = at[SHAPE : SHAPE + many][block] + odd, at[SHAPE + many :][block]
    each, alive, gone, kinds = expect(at, busy, pace, rows.first, rows.x, rows.t, rows.n)
    slope = np.zeros(len(at))
    mixed = POWERS.T @ (kinds - kinds.sum() * shares(at))
    slope[:6] = mixed * np.concatenate((np.exp(at[:2]), np.ones(4)))
    odds = np.exp(NODES + busy[:, None])
    active = odds / (1 + odds)
    busier = rows.active - (alive * active).sum(axis=1)
    slope[6:SHAPE], faster, left = _lifetimes(at, pace, gone)
    slope[SHAPE : SHAPE + many] = np.bincount(block, weights=busier)
    slope[SHAPE + many :] = np.bincount(block, weights=faster)
    seen = Seen(alive.sum(axis=1) + left, left, busier, (alive * active * (1 - active)).sum(axis=1))
    return float(rows.n @ each + rows.active @ busy), slope, seen


def expect(
    at: Floats, busy: Floats, pace: Floats, first: Whole, x: Whole, t: Whole, n: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Logs (rows,) of one customer each; customers who could be active (weeks, nodes); by first week c, those who left
    after j weeks (weeks, weeks), at j = weeks - 1 - c those who are there still; and customers by node (nodes,)."""
    weeks = len(busy)
    slower = (1 + np.exp(NODES)) / (1 + np.exp(NODES + busy[:, None]))
    alive, gone, kinds = np.zeros((weeks, len(NODES))), np.zeros((weeks, weeks)), np.zeros(len(NODES))
    each = np.zeros(len(first))
    ends = np.searchsorted(first, np.arange(weeks + 1)).astype(np.int64)
    active = np.exp(np.arange(int(x.max(initial=0)) + 1.0)[:, None] * (NODES + LOWER))
    idles = np.exp(np.arange(weeks + 1.0)[:, None] * LOWER)
    _sums(ends, x, t, n, shares(at), active, idles, slower, staying(at, pace)[0], each, alive, gone, kinds)
    return each, alive, gone, kinds


def staying(at: Floats, pace: Floats) -> tuple[Floats, Floats]:
    """Share (weeks, weeks) of those first seen in week c who are there after j more weeks; and the clock (the same)."""
    weeks = len(pace)
    clock = np.cumsum(np.exp(pace))
    week = np.minimum(np.arange(weeks)[:, None] + np.arange(weeks), weeks - 1)
    passed = clock[week] - clock[:, None]
    s, delta = np.exp(at[6:SHAPE])
    return (delta / (delta + passed)) ** s, passed


def _lifetimes(at: Floats, pace: Floats, gone: Floats) -> tuple[Floats, Floats, Floats]:
    """Slopes by log s and log delta (2,), by each week's pace (weeks,); and customers who left in each week (weeks,).

    gone  (weeks, weeks) customers by first week and weeks until they left; j = weeks - 1 - c: still there
    """
    weeks = len(pace)
    s, delta = np.exp(at[6:SHAPE])
    share, passed = staying(at, pace)
    c, j = np.arange(weeks)[:, None], np.arange(weeks)[None, :]
    after_c = c + j
    inner, last = j < weeks - 1 - c, j == weeks - 1 - c
    later = np.column_stack((share[:, 1:], share[:, -1:]))
    by_share = np.where(inner, gone / np.maximum(share - later, 1e-300), 0.0)
    whole = np.where(last, gone / np.maximum(share, 1e-300), 0.0) + by_share
    whole[:, 1:] -= by_share[:, :-1]
    whole *= share
    shape = np.array(
        [s * (whole * np.log(delta / (delta + passed))).sum(), s * (whole * passed / (delta + passed)).sum()]
    )
    clock = -whole * s / (delta + passed)
    after = np.cumsum(clock[:, ::-1], axis=1)[:, ::-1]
    week = np.minimum(after_c, weeks - 1)
    reached = (j > 0) & (after_c < weeks)
    faster = np.bincount(week[reached], weights=after[reached], minlength=weeks) * np.exp(pace)
    leaves = inner & (gone > 0)
    left = np.bincount((after_c + 1)[leaves], weights=gone[leaves], minlength=weeks)
    return shape, np.asarray(faster, dtype=np.float64), np.asarray(left, dtype=np.float64)


@compiled
def _sums(
    ends: Whole,
    x: Whole,
    t: Whole,
    n: Floats,
    weights: Floats,
    active: Floats,
    idles: Floats,
    slower: Floats,
    lasting: Floats,
    each: Floats,
    alive: Floats,
    gone: Floats,
    kinds: Floats,
) -> None:
    """Fills the last four by going through first weeks c, and within each through weeks and nodes.

    ends     rows of first week c are ends[c] .. ends[c + 1]
    active   (x, nodes) chance of x active weeks at busyness 1; idles of so many idle ones
    slower   (weeks, nodes) chance of an idle week relative to that at busyness 1
    lasting  (weeks, weeks) share there after j weeks
    """
    weeks, nodes = slower.shape
    here = np.zeros((weeks, nodes))  # chance to have left just after week j, relative to idles[j]
    until = np.zeros((weeks, nodes))  # the sum of that over all later weeks
    share = np.zeros((weeks, nodes))  # rows by their last week
    idle = idles[1]
    for c in range(weeks):
        if ends[c] == ends[c + 1]:
            continue
        length = weeks - 1 - c
        chance = np.ones(nodes)
        for j in range(length + 1):
            ends_here = lasting[c, j] - lasting[c, j + 1] if j < length else lasting[c, j]
            for k in range(nodes):
                if j > 0:
                    chance[k] *= slower[c + j, k]
                here[j, k] = chance[k] * ends_here
                share[j, k] = 0.0
        for k in range(nodes):
            until[length, k] = here[length, k]
        for j in range(length - 1, -1, -1):
            for k in range(nodes):
                until[j, k] = here[j, k] + idle[k] * until[j + 1, k]
        own = np.zeros(nodes)
        for i in range(ends[c], ends[c + 1]):
            busy, idly, later, there = active[x[i]], idles[t[i] - x[i]], until[t[i]], share[t[i]]
            total = 0.0
            for k in range(nodes):
                own[k] = weights[k] * busy[k] * idly[k]
                total += own[k] * later[k]
            each[i] = np.log(total)
            much = n[i] / total
            for k in range(nodes):
                there[k] += much * own[k]
        chance[:] = 0.0
        for j in range(length + 1):
            for k in range(nodes):
                chance[k] = chance[k] * idle[k] + share[j, k]
                here[j, k] *= chance[k]
                gone[c, j] += here[j, k]
        chance[:] = 0.0
        for j in range(length, -1, -1):
            for k in range(nodes):
                chance[k] += here[j, k]
                if j > 0:
                    alive[c + j, k] += chance[k]
                else:
                    kinds[k] += chance[k]
